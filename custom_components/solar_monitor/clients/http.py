"""One exchange over HTTP as every client here has it: limited in time and size, and sent once."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Final

import aiohttp
from yarl import URL

from .errors import BadAnswerError, CannotConnectError, ClientError, LinkLostError, NoAnswerError

MAX_BODY: Final = 4 * 1024 * 1024
"""The largest body that is read, bytes; all of 50 panels, or ten years of days, are 0.1 MB."""

# Of the time for one exchange, the share that may pass before the connection stands, so that a
# host that is away can be told from one that does not answer.
_CONNECT_SHARE: Final = 0.8


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked: URL, method, form fields or JSON; the time for all of it, s.

    Before the connection stands, `connect_s` may pass, and no more than four fifths of the time.
    """

    url: URL
    timeout_s: float
    method: str = "GET"
    json: object = field(default=None, repr=False)
    form: dict[str, str] | None = field(default=None, repr=False)
    connect_s: float = 10.0


class _Repeated(aiohttp.ClientConnectionError):
    """A request would have been sent a second time."""


class _Once:
    """Lets one request pass.

    aiohttp sends a GET again by itself when the connection ends without an answer. That would be a
    call that nobody counts, and twice the work for a device that has too much of it already.
    """

    def __init__(self) -> None:
        """Nothing has passed yet."""
        self._passed = False
        self.kept = False
        """Whether what passed last went into a connection that was kept from an earlier request."""

    async def __call__(
        self, request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """Send a request; raise _Repeated where it may have been heard already."""
        if self._passed and not self.kept:
            raise _Repeated
        self._passed, self.kept = True, False
        return await send(request)


def stale_connections() -> aiohttp.TraceConfig:
    """Let a session send a GET once more that was lost in a connection kept from an earlier one.

    A server may end such a connection at the moment in which it is used again, and where both are
    as regular as polls are, with every poll. No call may be counted where this is used.
    """

    async def reused(
        _: aiohttp.ClientSession,
        context: SimpleNamespace,
        __: aiohttp.TraceConnectionReuseconnParams,
    ) -> None:
        once: _Once = context.trace_request_ctx
        once.kept = True

    trace = aiohttp.TraceConfig()
    trace.on_connection_reuseconn.append(reused)
    return trace


async def send(
    session: aiohttp.ClientSession,
    request: Request,
    headers: Mapping[str, str] | None = None,
    middlewares: tuple[aiohttp.ClientMiddlewareType, ...] = (),
) -> tuple[int, bytes]:
    """Ask once and read the whole answer; returns its HTTP status, whatever it is, and its body.

    Redirects are not followed. Raises BadAnswerError for a body over MAX_BODY, and what aiohttp
    raises, for `translated`. Whoever translates raises outside of `except`, because aiohttp's own
    errors hold the headers of both sides. `middlewares` take the place of the session's own.
    """
    once = _Once()
    connect_s = min(request.connect_s, _CONNECT_SHARE * request.timeout_s)
    async with (
        asyncio.timeout(request.timeout_s),
        session.request(
            request.method,
            request.url,
            headers=headers,
            data=request.form,
            json=request.json,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=connect_s),
            middlewares=(once, *middlewares),
            trace_request_ctx=once,
        ) as response,
    ):
        return response.status, await _body(response)


async def _body(response: aiohttp.ClientResponse) -> bytes:
    """Read a body, unless it is too large."""
    body = bytearray()
    async for piece in response.content.iter_any():
        body += piece
        if len(body) > MAX_BODY:
            raise BadAnswerError("the answer is too large")
    return bytes(body)


def translated(err: Exception) -> ClientError:
    """Say in our terms what aiohttp or the network reported. Their texts hold the address.

    What a client knows more about, such as its certificates, it has looked at before.
    """
    match err:
        case aiohttp.ConnectionTimeoutError():
            return CannotConnectError("no connection in time")
        case TimeoutError():
            return NoAnswerError()
        case aiohttp.ClientConnectorError():
            return CannotConnectError()
        case aiohttp.ClientConnectionError() | OSError():
            return LinkLostError()
        case _:  # a body cut short, headers that are none, a digest challenge without a sense
            return BadAnswerError("the answer is no proper HTTP")
