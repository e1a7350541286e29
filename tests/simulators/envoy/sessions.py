"""Who may ask: bearer tokens, session cookies, and the digest of firmware before 7.

Sources: Matthew1471/Enphase-API `Authentication.adoc` (sessions live ten minutes since their last
use and are tied to the token), RFC 7616 for digest; realm and user as in its documentation.
"""

from dataclasses import dataclass, field
from hashlib import md5
import re
from uuid import uuid4

from aiohttp import web

from tests.simulators.envoy.endpoints import Role
from tests.simulators.envoy.tokens import check

IDLE_S = 600
COOKIE = "sessionId"
REALM = "enphaseenergy.com"
NONCE = "21c2a1b9d9b1e7a4"


@dataclass
class _Session:
    jti: str
    role: Role
    used_at: float


@dataclass
class Doorkeeper:
    """Lets requests in."""

    serial: str
    revoked: set[str] = field(default_factory=set)
    """`jti` of tokens that are no longer good."""
    jwt_checks: int = 0
    """How often a signature had to be verified, which is what makes a real gateway slow."""
    cookies_used: int = 0
    _sessions: dict[str, _Session] = field(default_factory=dict)

    def role_of(self, request: web.BaseRequest, now: float) -> Role | None:
        """Return whose request it is; None for nobody's."""
        return self._by_cookie(request, now) or self._by_token(request, now)

    def open_session(self, request: web.BaseRequest, now: float) -> str | None:
        """Return the cookie of a new session; None without a good token or session."""
        role = self._by_token(request, now)
        if role is None:
            known = request.cookies.get(COOKIE)
            return known if self._by_cookie(request, now) else None
        claims = check(_bearer(request), self.serial, now) or {}
        cookie = uuid4().hex
        self._sessions[cookie] = _Session(str(claims.get("jti")), role, now)
        return cookie

    def forget_sessions(self) -> None:
        """End all sessions, as a restart does."""
        self._sessions.clear()

    def _by_cookie(self, request: web.BaseRequest, now: float) -> Role | None:
        """Return the role of a live session."""
        session = self._sessions.get(request.cookies.get(COOKIE, ""))
        if session is None or now - session.used_at > IDLE_S or session.jti in self.revoked:
            return None
        session.used_at = now
        self.cookies_used += 1
        return session.role

    def _by_token(self, request: web.BaseRequest, now: float) -> Role | None:
        """Return the role of a good token."""
        token = _bearer(request)
        if not token:
            return None
        self.jwt_checks += 1
        claims = check(token, self.serial, now)
        if claims is None or claims.get("jti") in self.revoked:
            return None
        return Role.__members__.get(str(claims.get("enphaseUser")).upper())


def _bearer(request: web.BaseRequest) -> str:
    """Return the token of a request; empty without one."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def challenge() -> str:
    """Return what a firmware before 7 wants."""
    return f'Digest realm="{REALM}", qop="auth", nonce="{NONCE}", algorithm=MD5'


def digest_is_right(request: web.BaseRequest, serial: str) -> bool:
    """Return whether a request carries the digest of user `envoy`, last six of the serial."""
    header = request.headers.get("Authorization", "")
    fields = {key: text or plain for key, text, plain in _FIELD.findall(header)}
    if not header.startswith("Digest ") or fields.get("username") != "envoy":
        return False
    first = _md5(f"envoy:{REALM}:{serial[-6:]}")
    second = _md5(f"{request.method}:{fields.get('uri')}")
    parts = (first, fields.get("nonce"), fields.get("nc"), fields.get("cnonce"), "auth", second)
    right = _md5(":".join(str(part) for part in parts))
    return fields.get("nonce") == NONCE and fields.get("response") == right


_FIELD = re.compile(r'(\w+)=(?:"([^"]*)"|([^,\s]+))')


def _md5(text: str) -> str:
    """Return a hash, as digest wants it."""
    return md5(text.encode(), usedforsecurity=False).hexdigest()
