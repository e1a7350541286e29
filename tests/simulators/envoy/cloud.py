"""Enlighten's login and Entrez's token service on a port of this machine.

Sources: pyenphase `auth.py` (both JSON ways), home-assistant/core 155793 (the reply under MFA),
vincentwolsink/home_assistant_enphase_envoy_installer (the form), homebridge-enphase-envoy #79
(`entrez-auth-token`).
"""

from dataclasses import dataclass, field
from enum import StrEnum, auto
import json
import ssl
from uuid import uuid4

from aiohttp import web

from tests.simulators.envoy.answers import html
from tests.simulators.envoy.certificates import certificate, server_context
from tests.simulators.envoy.door import Door, say_nothing
from tests.simulators.envoy.endpoints import Role
from tests.simulators.envoy.tokens import Entrez


class CloudFault(StrEnum):
    """What goes wrong in the cloud."""

    NONE = auto()
    FAIL = auto()
    """503 with an HTML page."""
    SILENT = auto()
    """Nothing; the connection stays."""
    GARBAGE = auto()
    """200 with an HTML page."""
    RESET = auto()
    """The connection ends."""
    NO_TOKEN = auto()
    """The login works, the token is refused with 401."""
    FOREIGN_TOKEN = auto()
    """A token for another gateway."""


PAGES = {
    CloudFault.FAIL: (503, "Service Unavailable"),
    CloudFault.GARBAGE: (200, "Enlighten"),
}
"""Status and title of the page that a fault sends in place of an answer."""


@dataclass
class CloudSimulator:
    """The cloud; start it with the gateway, turn its knobs."""

    entrez: Entrez
    serial: str
    host: str = "127.0.0.1"
    port: int = 0

    username: str = "owner@example.com"
    password: str = "correct horse"  # noqa: S105 - nobody's
    mfa: bool = False
    """Ask for a second factor, that is: give no session."""
    blocked: bool = False
    role: Role = Role.OWNER
    expires_in: float | None = None
    fault: CloudFault = CloudFault.NONE
    requests: list[tuple[str, str]] = field(default_factory=list)
    """Method and path of each request."""
    tokens_given: int = 0

    def __post_init__(self) -> None:
        """Make the certificate and the port."""
        self.certificate = certificate("Simulated Enphase", address=self.host, authority=True)
        self._sessions: set[str] = set()
        self._running = False
        self._down = False
        self._door = Door(self.host, self.port, self._answer, server_context(self.certificate))

    async def start(self) -> None:
        """Open the port."""
        self._door.open()
        self._running = True
        self.port = self._door.number

    async def stop(self) -> None:
        """Close the port and all connections."""
        self._running = False
        await self._door.stop()

    @property
    def down(self) -> bool:
        """Whether the cloud refuses connections."""
        return self._down

    @down.setter
    def down(self, down: bool) -> None:
        self._down = down
        if down:
            self._door.close()
        elif self._running:
            self._door.open()

    @property
    def base(self) -> str:
        """Return the address of both services."""
        return f"https://{self.host}:{self.port}"

    @property
    def login_url(self) -> str:
        """Return where pyenphase logs in."""
        return f"{self.base}/login/login.json?"

    @property
    def token_url(self) -> str:
        """Return where pyenphase gets a token."""
        return f"{self.base}/tokens"

    def client_context(self) -> ssl.SSLContext:
        """Return a client's context that trusts this cloud and nobody else."""
        return ssl.create_default_context(cadata=self.certificate.pem.decode())

    # Answers.

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        self.requests.append((request.method, request.path))
        if self.fault in {CloudFault.SILENT, CloudFault.RESET}:
            await say_nothing(request, hang_up=self.fault is CloudFault.RESET)
        if self.fault in PAGES:
            return html(*PAGES[self.fault])
        pages = {
            ("POST", "/login/login.json"): self._login,
            ("POST", "/tokens"): self._token,
            ("POST", "/login"): self._form_login,
            ("POST", "/entrez_tokens"): self._form_token,
            ("GET", "/entrez-auth-token"): self._json_token,
        }
        answer = pages.get((request.method, request.path))
        return await answer(request) if answer else html(404, "Not Found")

    async def _login(self, request: web.BaseRequest) -> web.Response:
        """Log in with e-mail and password."""
        sent = await request.post()
        if (sent.get("user[email]"), sent.get("user[password]")) != (self.username, self.password):
            return web.json_response({"message": "Invalid credentials"}, status=401)
        if self.mfa or self.blocked:
            answer = web.json_response({"success": True, "isBlocked": self.blocked})
            answer.set_cookie("login_otp_nonce", uuid4().hex)
            return answer
        session = self._new_session()
        reply = {
            "message": "success",
            "session_id": session,
            "manager_token": uuid4().hex,
            "is_consumer": True,
            "system_id": 1_234_567,
            "redirect_url": "",
        }
        return web.json_response(reply)

    async def _token(self, request: web.BaseRequest) -> web.Response:
        """Give a token for a session."""
        try:
            sent = json.loads(await request.read())
        except ValueError:
            return html(400, "Bad Request")
        if sent.get("session_id") not in self._sessions or self.fault is CloudFault.NO_TOKEN:
            return web.json_response({"message": "Unauthorized"}, status=401)
        if sent.get("serial_num") != self.serial:
            return web.json_response({"message": "serial_num not found"}, status=404)
        return web.Response(text=self._signed())

    async def _form_login(self, request: web.BaseRequest) -> web.Response:
        """Log in with the form of Entrez."""
        sent = await request.post()
        if (sent.get("username"), sent.get("password")) != (self.username, self.password):
            return html(200, "Invalid credentials")
        answer = html(200, "Entrez")
        if not self.mfa:
            answer.set_cookie("SESSION", self._new_session())
        return answer

    async def _form_token(self, request: web.BaseRequest) -> web.Response:
        """Give a token inside a page."""
        sent = await request.post()
        known = request.cookies.get("SESSION") in self._sessions
        if not known or sent.get("serialNum") != self.serial:
            return html(200, "Please log in")
        text = f'<html><textarea name="accessToken">{self._signed()}</textarea></html>'
        return web.Response(text=text, content_type="text/html")

    async def _json_token(self, request: web.BaseRequest) -> web.Response:
        """Give a token inside JSON, as a browser that is logged in sees it."""
        if request.query.get("serial_num") != self.serial:
            return web.json_response({"message": "not found"}, status=404)
        now = int(self.entrez.clock.timestamp())
        reply = {"generation_time": now, "token": self._signed(), "expires_at": now + 31_536_000}
        return web.json_response(reply)

    def _new_session(self) -> str:
        """Return a session."""
        session = uuid4().hex
        self._sessions.add(session)
        return session

    def _signed(self) -> str:
        """Return a new token."""
        self.tokens_given += 1
        foreign = self.fault is CloudFault.FOREIGN_TOKEN
        return self.entrez.sign(
            self.serial,
            role=self.role,
            expires_in=self.expires_in,
            audience="122302000000" if foreign else None,
            username=self.username,
        )
