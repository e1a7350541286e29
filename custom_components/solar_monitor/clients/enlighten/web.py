"""One exchange with Enphase's cloud: over HTTPS, without redirects, within a time limit."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
import ipaddress
from typing import Final, Protocol

import aiohttp
from yarl import URL

from ..errors import BadAnswerError, CannotConnectError, ClientError, LinkLostError, NoAnswerError

MAX_BODY: Final = 4 * 1024 * 1024
"""The largest body that is read, bytes; ten years of days take 0.1 MB."""

_TIME_S: Final = 30.0
_CONNECT_S: Final = 15.0


@dataclass(frozen=True, slots=True)
class CloudAddress:
    """Where Enphase's cloud is. Plain HTTP is for a simulator on this machine only."""

    base: str = "https://api.enphaseenergy.com"

    def __post_init__(self) -> None:
        """Refuse an address to which tokens would travel in the clear."""
        url = URL(self.base)
        if url.scheme != "https" and not (url.scheme == "http" and _is_here(url.host or "")):
            raise ValueError("the cloud is asked with HTTPS only")


ENPHASE: Final = CloudAddress()


def _is_here(host: str) -> bool:
    """Tell whether an address is one of this machine itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for. The headers carry the key and the token, so no repr shows them."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the cloud said: HTTP status and body."""

    status: int
    body: bytes = field(repr=False)


class Web(Protocol):
    """A way to the cloud."""

    async def ask(self, question: Question) -> Answer:
        """Ask once, whatever the status of the answer. Raises only ClientErrors."""
        ...


class _Repeated(aiohttp.ClientConnectionError):
    """A request would have been sent a second time."""


class _Once:
    """Lets one request pass.

    aiohttp sends a GET again by itself when the connection ends without an answer. That would be a
    call that nobody counts.
    """

    def __init__(self) -> None:
        """Nothing has passed yet."""
        self._passed = False

    async def __call__(
        self, request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """Send the first request; raise _Repeated for another."""
        if self._passed:
            raise _Repeated
        self._passed = True
        return await send(request)


class CloudWeb:
    """The way over an aiohttp session, which belongs to the caller and is not closed here."""

    def __init__(self, session: aiohttp.ClientSession, address: CloudAddress = ENPHASE) -> None:
        """Prepare to ask; nothing is sent yet."""
        self._session = session
        self._base = URL(address.base)

    async def ask(self, question: Question) -> Answer:
        """Ask once. CannotConnectError: nothing was sent.

        Errors are raised outside of `except`, because aiohttp's own hold the headers.
        """
        try:
            async with (
                asyncio.timeout(_TIME_S),
                self._session.get(
                    self._base.with_path(question.path),
                    params=question.query,
                    headers=question.headers,
                    allow_redirects=False,
                    timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_S),
                    middlewares=(_Once(),),
                ) as response,
            ):
                return Answer(response.status, await _body(response))
        except (aiohttp.ClientError, OSError, ValueError, RuntimeError) as err:
            error = _translated(err)
        raise error


async def _body(response: aiohttp.ClientResponse) -> bytes:
    """Read a body, unless it is too large."""
    body = bytearray()
    async for piece in response.content.iter_any():
        body += piece
        if len(body) > MAX_BODY:
            raise BadAnswerError("the answer is too large")
    return bytes(body)


def _translated(err: Exception) -> ClientError:
    """Say in our terms what aiohttp or the network reported."""
    match err:
        case aiohttp.ConnectionTimeoutError():
            return CannotConnectError("no connection in time")
        case TimeoutError():
            return NoAnswerError()
        case aiohttp.ClientSSLError():
            return CannotConnectError("no trusted TLS connection")
        case (
            aiohttp.ClientConnectorError() | RuntimeError()
        ):  # the latter: a session that is closed
            return CannotConnectError()
        case aiohttp.ClientConnectionError() | OSError():
            return LinkLostError()
        case _:
            return BadAnswerError("the answer is no proper HTTP")
