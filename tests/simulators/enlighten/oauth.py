"""Enphase's authorization server: the page where an owner says yes, and the token endpoint.

Sources: Enphase's quick start (developer-v4.enphase.com/docs/quickstart.html) and, for the form
body, github.com/Shane32/EnphaseAPI; errors of the token endpoint are not documented and follow
Spring Security, whose wording the authorize page has.
"""

import base64
import binascii
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, field
from enum import StrEnum, auto
from html import escape
from typing import Any, NamedTuple
from urllib.parse import urlencode

from aiohttp import web

from tests.simulators.enlighten.grants import OWNER, Application, Grants, InvalidGrantError

AUTHORIZE_PATH = "/oauth/authorize"
TOKEN_PATH = "/oauth/token"  # noqa: S105  a path
REDIRECT_PATH = "/oauth/redirect_uri"
"""Enphase's own redirect: a page that shows the code."""


class Consent(StrEnum):
    """What the owner does in the browser."""

    ALLOW = auto()
    DENY = auto()
    ASK = auto()
    """A page with two links decides."""


class TokenFault(StrEnum):
    """What goes wrong with the token endpoint."""

    NONE = auto()
    FAIL = auto()
    """503, before anything happens."""
    BUSY = auto()
    """429."""
    HTML = auto()
    """200 with a page."""
    EMPTY = auto()
    """200 with {}."""
    NO_EXPIRY = auto()
    """The answer lacks `expires_in`."""
    NO_REFRESH = auto()
    """The answer lacks `refresh_token`."""
    TEXT_EXPIRY = auto()
    """`expires_in` is a text."""
    SILENT = auto()
    """Nothing; the connection stays."""
    LOST = auto()
    """The tokens are made, then the connection ends: the client never sees them."""


class TokenCall(NamedTuple):
    """A request to the token endpoint, without its secrets."""

    at: float
    grant_type: str
    status: int


@dataclass(eq=False)
class AuthorizationServer:
    """The OAuth half of the cloud."""

    grants: Grants
    applications: list[Application]
    _: KW_ONLY
    consent: Consent = Consent.ALLOW
    user: str = OWNER
    """Whoever signs in in the browser."""
    fault: TokenFault = TokenFault.NONE
    hangs_up: bool = False
    """Whether the last answer that was none ended its connection."""
    faults_left: int | None = None
    """How many answers the fault spoils; None: all."""
    refusal_status: int = 400
    """Of a refresh token that is not accepted: 400 `invalid_grant` or 401 `invalid_token`."""
    calls: list[TokenCall] = field(default_factory=list)

    def break_tokens(self, fault: TokenFault, times: int | None = None) -> None:
        """Let the token endpoint go wrong, `times` answers or until further notice."""
        self.fault, self.faults_left = fault, times

    # The browser.

    async def authorize(self, request: web.BaseRequest) -> web.StreamResponse:
        """Send the owner back with a code, or with a refusal."""
        query = request.query
        application = self._application(query.get("client_id", ""))
        redirect_uri = query.get("redirect_uri", "")
        if application is None:
            return _page(401, "unauthorized: No client with requested id")
        if not redirect_uri:
            return _page(400, "invalid_request: A redirect_uri must be supplied.")
        if query.get("response_type") != "code":
            return _page(400, "unsupported_response_type: Unsupported response types")
        consent = self.consent
        if consent is Consent.ASK:
            if "consent" not in query:
                return _question(request)
            consent = Consent.ALLOW if query["consent"] == "allow" else Consent.DENY
        if consent is Consent.DENY:
            answer = {"error": "access_denied", "error_description": "User denied access"}
        else:
            answer = {"code": self.grants.new_code(application, redirect_uri, self.user)}
        if "state" in query:
            answer["state"] = query["state"]
        mark = "&" if "?" in redirect_uri else "?"
        headers = {"Location": f"{redirect_uri}{mark}{urlencode(answer)}"}
        return web.Response(status=302, headers=headers)

    async def show_code(self, request: web.BaseRequest) -> web.StreamResponse:
        """Show a code to be pasted elsewhere."""
        return _page(200, f"Authorization code: {request.query.get('code', '')}")

    # The token endpoint.

    async def token(self, request: web.BaseRequest) -> web.StreamResponse | None:
        """Give tokens; None: the connection is to end, or to stay without an answer."""
        sent = {**request.query, **{key: str(text) for key, text in (await request.post()).items()}}
        fault = self._next_fault()
        self.hangs_up = fault is TokenFault.LOST
        grant_type = sent.get("grant_type", "")
        if spoilt := _BROKEN.get(fault):
            answer: web.Response | None = spoilt()
        elif fault is TokenFault.SILENT:
            answer = None
        else:
            status, body = self._give(request, sent)
            answer = web.json_response(_spoil(body, fault), status=status)
            if fault is TokenFault.LOST:
                answer = None
        self._log(grant_type, answer.status if answer else 0)
        return answer

    def _give(self, request: web.BaseRequest, sent: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Return status and body of a token request."""
        application = self._authenticated(request.headers.get("Authorization", ""))
        if application is None:
            return 401, _error("invalid_client", "Bad client credentials")
        try:
            match sent.get("grant_type"):
                case "authorization_code":
                    redirect_uri = sent.get("redirect_uri", "")
                    return 200, self.grants.redeem(sent.get("code", ""), application, redirect_uri)
                case "refresh_token":
                    return 200, self.grants.renew(sent.get("refresh_token", ""), application)
                case other:
                    return 400, _error("unsupported_grant_type", f"Unsupported grant type: {other}")
        except InvalidGrantError as error:
            is_code = sent.get("grant_type") == "authorization_code"
            status = 400 if is_code else self.refusal_status
            return status, _error("invalid_token" if status == 401 else "invalid_grant", str(error))

    def _authenticated(self, header: str) -> Application | None:
        """Return the application whose id and secret stand in a header."""
        scheme, _, encoded = header.partition(" ")
        try:
            client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
        except binascii.Error, UnicodeDecodeError:
            return None
        found = self._application(client_id)
        right = scheme.lower() == "basic" and found is not None and found.client_secret == secret
        return found if right else None

    def _application(self, client_id: str) -> Application | None:
        """Return an application by its id."""
        return next((each for each in self.applications if each.client_id == client_id), None)

    def _next_fault(self) -> TokenFault:
        """Return what goes wrong with this answer, and count it."""
        fault = self.fault
        if self.faults_left is not None:
            self.faults_left -= 1
            if self.faults_left <= 0:
                self.fault, self.faults_left = TokenFault.NONE, None
        return fault

    def _log(self, grant_type: str, status: int) -> None:
        """Remember a call."""
        self.calls.append(TokenCall(self.grants.clock.timestamp(), grant_type, status))


def _error(error: str, description: str) -> dict[str, Any]:
    """Return an error of the token endpoint."""
    return {"error": error, "error_description": description}


def _busy() -> web.Response:
    """Return the answer of a gateway that has had enough."""
    return web.json_response({"message": "Too Many Requests", "code": 429}, status=429)


_BROKEN: dict[TokenFault, Callable[[], web.Response]] = {
    TokenFault.FAIL: lambda: _page(503, "Service Unavailable"),
    TokenFault.BUSY: _busy,
    TokenFault.HTML: lambda: _page(200, "Enphase"),
    TokenFault.EMPTY: lambda: web.json_response({}),
}
"""What is sent before anything happens."""


def _spoil(body: dict[str, Any], fault: TokenFault) -> dict[str, Any]:
    """Return an answer that lacks something."""
    lacking = {TokenFault.NO_EXPIRY: "expires_in", TokenFault.NO_REFRESH: "refresh_token"}
    if fault is TokenFault.TEXT_EXPIRY:
        return body | {"expires_in": "tomorrow"}
    return {key: each for key, each in body.items() if key != lacking.get(fault)}


def _question(request: web.BaseRequest) -> web.Response:
    """Return the page where the owner decides."""
    query = escape(request.query_string)
    links = "".join(
        f'<p><a id="{word}" href="{AUTHORIZE_PATH}?{query}&amp;consent={word}">{word}</a></p>'
        for word in ("allow", "deny")
    )
    return web.Response(
        text=f"<html><h1>Allow access to your system?</h1>{links}</html>", content_type="text/html"
    )


def _page(status: int, text: str) -> web.Response:
    """Return an HTML page."""
    return web.Response(
        status=status, text=f"<html><body>{escape(text)}</body></html>", content_type="text/html"
    )
