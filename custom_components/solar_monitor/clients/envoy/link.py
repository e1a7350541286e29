"""The link to one gateway: a pinned certificate, and a session that a token opens."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
import time
from types import SimpleNamespace
from typing import Final

import aiohttp
from yarl import URL

from ..errors import HttpStatusError, LinkLostError, NoAnswerError
from ..http import Request, stale_connections
from ..transport import LinkStats
from .http_old import digest
from .session import REFUSALS, Session
from .web import Answer, connector, exchange, origin

__all__ = ["Answer", "GatewayLink", "GatewayStats"]

# pyenphase waits as long; some gateways need most of that for one endpoint.
_REQUEST_S: Final = 45.0
_CHECK_PATH: Final = "/auth/check_jwt"
_OPEN_TO_ALL: Final = frozenset({"/info", "/info.xml"})

# Compressing costs the gateway more than sending.
_HEADERS: Final = {"Accept-Encoding": "identity"}


def _unix_time() -> float:
    return time.time()


@dataclass(slots=True)
class GatewayStats(LinkStats):
    """What happened on a link; of what LinkStats counts, that which HTTP has."""

    token_checks: int = 0
    """How often the gateway was asked to check the token."""
    bytes_received: int = 0
    """Bodies of answers."""


class GatewayLink:
    """Asks one gateway. Only ClientErrors come out.

    With a fingerprint (SHA-256 of the certificate, hex) it speaks HTTPS with the owner of that
    certificate and nobody else, and signs in with the token. Without one it speaks plain HTTP as
    firmware before 7 does, and never sends a token. `host` may carry a port; `now` is unix time.

    The token itself is only sent to be checked. That brings a session cookie, which spares the
    gateway the check of a signature on every request.
    """

    def __init__(
        self,
        host: str,
        *,
        fingerprint: str | None,
        token: str | None,
        serial: str,
        now: Callable[[], float] = _unix_time,
    ) -> None:
        """Prepare a link; nothing is sent before the first request."""
        self.stats = GatewayStats()
        self._host = host
        self._pin = None if fingerprint is None else bytes.fromhex(fingerprint)
        self._middlewares = (digest(serial),) if fingerprint is None else ()
        self._now = now
        self._session = Session(self._check_token, now)
        self._forbidden: set[str] = set()
        self._web: aiohttp.ClientSession | None = None
        self._closed = False
        if token is not None:
            self.use_token(token)

    def use_token(self, token: str) -> None:
        """Sign in with this token from now on."""
        self._session.use_token(token)
        self._forbidden.clear()

    async def request(
        self,
        path: str,
        *,
        method: str = "GET",
        json: object = None,
        timeout_s: float = _REQUEST_S,
    ) -> Answer:
        """Ask for a path (`/…`, with its query); signs in before, where that is due.

        `timeout_s` counts for one exchange; a sign-in has up to 15 s of its own. Raises only
        ClientErrors. InvalidAuthError and TokenExpiredError are about the token; a page that it
        does not open is an HttpStatusError (401, 403), as all other statuses but success are.
        """
        request = Request(self._url(path), timeout_s, method, json=json)
        if self._pin is None or path in _OPEN_TO_ALL:
            answer = await self._exchange(request)
        else:
            answer = await self._exchange_signed_in(request)
        if not answer.success:
            raise HttpStatusError(status=answer.status)
        return answer

    async def close(self) -> None:
        """End all connections; what is open or comes later fails with LinkLostError."""
        self._closed = True
        if self._web is not None:
            await self._web.close()

    def _url(self, path: str) -> URL:
        """Make the URL of a path. With a pin it is never one of plain HTTP."""
        return origin("http" if self._pin is None else "https", self._host).join(URL(path))

    async def _exchange_signed_in(self, request: Request) -> Answer:
        """Exchange in a session; one that the gateway refuses is replaced once.

        What it refuses a new session as well is a page that the token does not open. It is
        remembered, so that asking again, as firmware may change, does not cost a sign-in each time.
        """
        session = await self._session.ready()
        answer = await self._exchange(request, self._session.headers)
        if answer.status in REFUSALS and request.url.path not in self._forbidden:
            await self._session.ready(instead_of=session)
            answer = await self._exchange(request, self._session.headers)
        if answer.status in REFUSALS:
            self._forbidden.add(request.url.path)
        else:
            self._forbidden.discard(request.url.path)
        return answer

    async def _check_token(self, bearer: dict[str, str], timeout_s: float) -> tuple[int, bool]:
        """Show the token; returns the status, and whether there is a session cookie."""
        jar = self._client().cookie_jar
        kept = {cookie.key: cookie for cookie in jar}
        jar.clear()  # or the old session would be asked, not the token
        self.stats.token_checks += 1
        judged = False
        try:
            answer = await self._exchange(Request(self._url(_CHECK_PATH), timeout_s), bearer)
            judged = answer.success or answer.status in REFUSALS
        finally:
            if not judged:
                jar.update_cookies(kept, self._url("/"))
        return answer.status, len(jar) > 0

    async def _exchange(self, request: Request, headers: dict[str, str] | None = None) -> Answer:
        """Exchange once and count."""
        self.stats.requests += 1
        try:
            answer = await exchange(self._client(), request, headers, self._middlewares)
        except NoAnswerError:
            self.stats.timeouts += 1
            raise
        self.stats.answers += 1
        self.stats.bytes_received += len(answer.body)
        self.stats.answer_time_s = answer.took_s
        self.stats.last_answer_at = datetime.fromtimestamp(self._now(), UTC)
        self.stats.last_answer_monotonic = asyncio.get_running_loop().time()
        return answer

    def _client(self) -> aiohttp.ClientSession:
        """Return our own aiohttp session; it needs a running loop, so it is made late."""
        if self._closed:
            raise LinkLostError("closed by us")
        pin = self._pin
        if self._web is None:
            self._web = aiohttp.ClientSession(
                connector=connector(True if pin is None else aiohttp.Fingerprint(pin)),
                cookie_jar=aiohttp.CookieJar(unsafe=True),  # unsafe: also of an IP address
                headers=_HEADERS,
                trace_configs=[self._counting(), stale_connections()],
            )
        return self._web

    def _counting(self) -> aiohttp.TraceConfig:
        """Count the connections that are made."""

        async def made(
            _: aiohttp.ClientSession,
            __: SimpleNamespace,
            ___: aiohttp.TraceConnectionCreateEndParams,
        ) -> None:
            self.stats.connects += 1

        trace = aiohttp.TraceConfig()
        trace.on_connection_create_end.append(made)
        return trace
