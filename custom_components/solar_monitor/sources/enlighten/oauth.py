"""Enphase's authorization server: the address of its page, and the requests for tokens.

A token request differs from Home Assistant's own in what may go wrong:

- Client ID and secret go into the header (HTTP Basic), on every version of Home Assistant.
- Redirects are not followed: nobody else gets the secret or a refresh token.
- The answer is read whole before anything is done with it, within limits of time and size. What
  lacks a part is refused, and no part of it ever reaches a log or an exception.
- A quota, a fault or a page that is missing or closed (429, 5xx, 403, 404, 405) says nothing about
  the token: it is tried again, and nobody has to sign in.

Sources: Enphase's quick start (developer-v4.enphase.com/docs/quickstart.html), RFC 6749.
"""

import base64
from collections.abc import Callable, Mapping
from http import HTTPStatus
import logging
import time
from typing import TYPE_CHECKING, Any, Final, NoReturn, override

import aiohttp
from homeassistant.components.application_credentials import (
    AuthImplementation,
    AuthorizationServer,
    ClientCredential,
)
from homeassistant.exceptions import (
    OAuth2TokenRequestConnectionError,
    OAuth2TokenRequestError,
    OAuth2TokenRequestReauthError,
    OAuth2TokenRequestTransientError,
)
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from multidict import CIMultiDict, CIMultiDictProxy
import orjson
from yarl import URL

from ...clients.errors import ClientError
from ...clients.http import Request, send
from .address import cloud_address

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

_LOGGER = logging.getLogger(__name__)

AUTHORIZE_PATH: Final = "/oauth/authorize"
TOKEN_PATH: Final = "/oauth/token"  # noqa: S105 - a path, not a secret
REDIRECT_PATH: Final = "/oauth/redirect_uri"
"""Enphase's own redirect: a page that shows the code."""

# Home Assistant's flow gives up after thirty seconds, with a traceback in place of a reason.
TIME_LIMIT_S: Final = 25.0
# Servers take no longer line of a header; Enphase's tokens have under 1 kB.
_LONGEST: Final = 8_000
# Home Assistant renews a token 20 s ahead of its end: shorter ones would be renewed all the time.
_SHORTEST_S: Final = 60
_LONGEST_S: Final = 366 * 86_400
_TRY_AGAIN: Final = frozenset(
    {
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.METHOD_NOT_ALLOWED,
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.TOO_EARLY,
        HTTPStatus.TOO_MANY_REQUESTS,
    }
)
_KEPT: Final = ("token_type", "scope", "enl_uid")
"""What is stored of an answer besides the tokens: what the flow needs, and what OAuth names."""


def enl_uid(token: Mapping[str, Any]) -> str | None:
    """Give the Enlighten user id of whoever has signed in; None if the answer has none."""
    uid = token.get("enl_uid")
    text = str(uid).strip() if isinstance(uid, str | int) and not isinstance(uid, bool) else ""
    return text or None


class EnphaseImplementation(AuthImplementation):
    """The user's application at Enphase: who may sign in, and how tokens are asked for.

    Token requests raise the OAuth2TokenRequest errors of Home Assistant: ReauthError when the code
    or the token is refused, TransientError for a status that says nothing about it, ConnectionError
    when no usable answer comes in time.
    """

    def __init__(self, hass: HomeAssistant, auth_domain: str, credential: ClientCredential) -> None:
        """Take the client ID and secret; nothing is sent yet."""
        base = cloud_address(hass).base
        server = AuthorizationServer(
            authorize_url=base + AUTHORIZE_PATH, token_url=base + TOKEN_PATH
        )
        super().__init__(hass, auth_domain, credential, server)
        self.on_request: Callable[[], None] = _nobody_counts
        """Called before each token request."""
        self._code_redirect = base + REDIRECT_PATH

    def code_page(self) -> str:
        """Give the page to open by hand: after signing in, Enphase shows a code to be pasted."""
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self._code_redirect,
        }
        return str(URL(self.authorize_url).with_query(query))

    async def async_exchange_code(self, code: str) -> dict[str, Any]:
        """Give the tokens for a code that was pasted, as a config entry stores them."""
        token = await self._token_request(
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": self._code_redirect,
            }
        )
        return token | {"expires_at": time.time() + token["expires_in"]}

    @override
    async def _token_request(self, data: Mapping[str, str]) -> dict[str, Any]:
        """Ask for tokens. No error holds anything that was sent or answered."""
        self.on_request()
        began = time.monotonic()
        answer = await self._post(data)
        if answer is None:
            raise OAuth2TokenRequestConnectionError(domain=self.service_domain)
        status, body = answer
        _LOGGER.debug("Token request: status %d in %.2f s", status, time.monotonic() - began)
        if status >= HTTPStatus.BAD_REQUEST:
            self._raise_refused(status)
        token = _read(body) if status == HTTPStatus.OK else None
        if token is None or (
            data["grant_type"] != "refresh_token" and "refresh_token" not in token
        ):
            _LOGGER.debug("The answer holds no usable token")
            raise OAuth2TokenRequestConnectionError(domain=self.service_domain)
        return token

    async def _post(self, data: Mapping[str, str]) -> tuple[int, bytes] | None:
        """Give status and body of the answer; None if there is none in time, or it is too large.

        Errors of aiohttp end here, for they hold the headers.
        """
        login = base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
        headers = {"Authorization": f"Basic {login}", "Accept": "application/json"}
        request = Request(URL(self.token_url), TIME_LIMIT_S, method="POST", form=dict(data))
        try:
            return await send(async_get_clientsession(self.hass), request, headers)
        except (ClientError, aiohttp.ClientError, OSError, ValueError, RuntimeError) as err:
            _LOGGER.debug("Token request: no answer (%s)", type(err).__name__)
            return None

    def _raise_refused(self, status: int) -> NoReturn:
        """Raise what a status means; with the request's address, without its headers."""
        url = URL(self.token_url)
        error: type[OAuth2TokenRequestError] = OAuth2TokenRequestReauthError
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _TRY_AGAIN:
            error = OAuth2TokenRequestTransientError
        raise error(
            request_info=aiohttp.RequestInfo(url, "POST", CIMultiDictProxy(CIMultiDict()), url),
            status=status,
            message="the token request was refused",
            domain=self.service_domain,
        )


def _read(body: bytes) -> dict[str, Any] | None:
    """Read an answer with tokens; None if a part is missing or makes no sense."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(found, dict):
        return None
    access, refresh = _secret(found.get("access_token")), _secret(found.get("refresh_token"))
    lasts_s = _lifetime(found.get("expires_in"))
    if access is None or lasts_s is None:
        return None
    token: dict[str, Any] = {"access_token": access, "expires_in": lasts_s}
    if refresh is not None:
        token["refresh_token"] = refresh
    return token | {name: found[name] for name in _KEPT if isinstance(found.get(name), str | int)}


def _secret(value: object) -> str | None:
    """Read a token: something that fits into a header."""
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST:
        return None
    return value if value.isascii() and value.isprintable() and " " not in value else None


def _lifetime(value: object) -> int | None:
    """Read for how many seconds a token is good; some servers send a text."""
    if isinstance(value, str) and value.isdecimal() and len(value) <= len(str(_LONGEST_S)):
        value = int(value)
    if not isinstance(value, int | float) or not _SHORTEST_S <= value <= _LONGEST_S:
        return None
    return int(value)


def _nobody_counts() -> None:
    """Nobody counts the requests."""
