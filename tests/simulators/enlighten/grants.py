"""Applications, codes and tokens: who may do what until when."""

from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass, field
from secrets import token_hex, token_urlsafe
from typing import Any

from tests.simulators.clock import Clock
from tests.simulators.enlighten.plans import FREE, Access, Plan
from tests.simulators.enlighten.quota import Quota

DAY_S = 86_400
ACCESS_S = 86_393
"""How long an access token is good, as seen in public samples."""
REFRESH_S = 30 * DAY_S
CODE_S = 600
OWNER = "2187530"
"""Enlighten user id of the owner."""


@dataclass(eq=False)
class Application:
    """An application of the developer portal: its own plan, quota, key and credentials."""

    _: KW_ONLY
    plan: Plan = Plan.WATT
    ticked: frozenset[Access] = FREE
    """Access controls ticked when it was created."""
    client_id: str = field(default_factory=lambda: token_hex(16))
    client_secret: str = field(default_factory=lambda: token_hex(16), repr=False)
    api_key: str = field(default_factory=lambda: token_hex(16), repr=False)

    def __post_init__(self) -> None:
        """Start counting."""
        self.quota = Quota(self.plan)

    def become(self, plan: Plan) -> None:
        """Change the plan; what was used stays used."""
        self.plan = self.quota.plan = plan

    def may(self, access: Access) -> bool:
        """Return whether plan and ticks allow a call."""
        return access in self.ticked and access in self.plan.value.offers


@dataclass(eq=False)
class Code:
    """An authorization code."""

    application: Application
    redirect_uri: str
    user: str
    expires_at: float


@dataclass(eq=False)
class Grant:
    """What an owner allowed an application: the tokens of one approval, rotated again and again."""

    application: Application
    user: str
    revoked: bool = False


@dataclass(eq=False)
class Token:
    """An access or refresh token."""

    grant: Grant
    expires_at: float
    dead: bool = False

    def good(self, now: float) -> bool:
        """Return whether it is accepted."""
        return not self.dead and not self.grant.revoked and now < self.expires_at


class InvalidGrantError(Exception):
    """A code or token that is not accepted; the text is the reason."""


@dataclass(eq=False)
class Grants:
    """All codes and tokens ever given, with the knobs of their rules."""

    clock: Clock
    rotate: bool = True
    """Whether a refresh gives another refresh token; Enphase says it does."""
    old_dies: bool = True
    """Whether the old refresh token is refused then; undocumented."""
    old_access_dies: bool = False
    access_s: float = ACCESS_S
    refresh_s: float = REFRESH_S
    """Enphase: a month; a week until October 2023."""
    code_s: float = CODE_S
    codes: dict[str, Code] = field(default_factory=dict)
    access: dict[str, Token] = field(default_factory=dict, repr=False)
    refresh: dict[str, Token] = field(default_factory=dict, repr=False)
    refreshed: int = 0
    """How often a refresh succeeded."""

    def new_code(self, application: Application, redirect_uri: str, user: str) -> str:
        """Return a code as short as Enphase's."""
        text = token_urlsafe(12).replace("-", "x").replace("_", "y")[:6]
        expires_at = self.clock.timestamp() + self.code_s
        self.codes[text] = Code(application, redirect_uri, user, expires_at)
        return text

    def redeem(self, text: str, application: Application, redirect_uri: str) -> dict[str, Any]:
        """Return tokens for a code, which is good once; raises InvalidGrantError."""
        code = self.codes.pop(text, None)
        if code is None or code.application is not application:
            raise InvalidGrantError(f"Invalid authorization code: {text}")
        if self.clock.timestamp() >= code.expires_at:
            raise InvalidGrantError("Authorization code expired")
        if code.redirect_uri != redirect_uri:
            raise InvalidGrantError("Redirect URI mismatch.")
        return self.issue(Grant(application, code.user))

    def renew(self, text: str, application: Application) -> dict[str, Any]:
        """Return tokens for a refresh token; raises InvalidGrantError."""
        token, now = self.refresh.get(text), self.clock.timestamp()
        if token is None or token.grant.application is not application:
            raise InvalidGrantError("Invalid refresh token")
        if not token.good(now):
            raise InvalidGrantError("Invalid refresh token (expired)")
        self.refreshed += 1
        if self.old_access_dies:
            self.expire_access(token.grant)
        if not self.rotate:
            return self.issue(token.grant, refresh=text)
        if self.old_dies:
            token.dead = True
        return self.issue(token.grant)

    def issue(self, grant: Grant, *, refresh: str | None = None) -> dict[str, Any]:
        """Return the answer of the token endpoint with new tokens."""
        now = self.clock.timestamp()
        access = token_urlsafe(48)
        self.access[access] = Token(grant, now + self.access_s)
        if refresh is None:
            refresh = token_urlsafe(48)
            self.refresh[refresh] = Token(grant, now + self.refresh_s)
        return {
            "access_token": access,
            "token_type": "bearer",
            "refresh_token": refresh,
            "expires_in": int(self.access_s),
            "scope": "read write",
            "enl_uid": grant.user,
            "enl_cid": "5020",
            "enl_password_last_changed": "1650363433",
            "is_internal_app": False,
            "app_type": "system",
            "jti": token_hex(16),
        }

    def allowed(self, access_token: str) -> Grant | None:
        """Return what an access token stands for; None when it is not accepted."""
        token = self.access.get(access_token)
        return token.grant if token and token.good(self.clock.timestamp()) else None

    def revoke(self, application: Application | None = None) -> None:
        """Take back what the owner allowed (one or) all applications: no token is good then."""
        for grant in self._grants():
            grant.revoked = grant.revoked or application in {None, grant.application}

    def expire_access(self, grant: Grant | None = None) -> None:
        """Let the access tokens (of a grant or all) be refused; refresh tokens stay good."""
        for token in self.access.values():
            token.dead = token.dead or grant in {None, token.grant}

    def expire_refresh(self) -> None:
        """Let all refresh tokens be refused; access tokens stay good."""
        for token in self.refresh.values():
            token.dead = True

    def _grants(self) -> Iterable[Grant]:
        """Return all grants."""
        return {token.grant for token in [*self.access.values(), *self.refresh.values()]}
