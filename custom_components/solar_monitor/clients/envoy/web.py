"""One exchange with a web server: where it is, how long it may take, what may go wrong."""

import asyncio
from dataclasses import dataclass, field
from http import HTTPStatus
import ipaddress
import os
import re
from ssl import SSLContext
from typing import Final

import aiohttp
from yarl import URL

from ..errors import (
    BadAnswerError,
    CannotConnectError,
    CertificateChangedError,
    ClientError,
    LinkLostError,
    NoAnswerError,
    PortClosedError,
)

MAX_BODY: Final = 4 * 1024 * 1024
"""The largest body that is read, bytes; 50 panels with all details take 0.1 MB."""

# Of the time for one exchange, the share that may pass before the connection stands, so that a
# host that is away can be told from one that does not answer.
_CONNECT_SHARE: Final = 0.8
_CONNECT_S: Final = 10.0

# All that one gateway is asked at the same time.
_CONNECTIONS: Final = 2
# Longer than polls usually are apart: a TLS handshake is hard work for a gateway.
_KEEP_ALIVE_S: Final = 75.0

_HOST: Final = re.compile(r"[A-Za-z0-9._:%-]+")


class NoTlsError(CannotConnectError):
    """The port is open, and what listens there does not speak TLS."""

    text = "no TLS on this port"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said: HTTP status, body (at most MAX_BODY bytes), time it took, s."""

    status: int
    body: bytes = field(repr=False)
    took_s: float

    @property
    def success(self) -> bool:
        """Whether the status says that the body is what was asked for."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked: URL, method, form fields or JSON, and the time for all of it, s."""

    url: URL
    timeout_s: float
    method: str = "GET"
    json: object = field(default=None, repr=False)
    form: dict[str, str] | None = field(default=None, repr=False)


def connector(trust: SSLContext | aiohttp.Fingerprint | bool) -> aiohttp.TCPConnector:  # noqa: FBT001
    """Make what connects to the hosts that are trusted.

    Names are looked up by the operating system, which may know `envoy.local`; aiohttp by itself
    would ask DNS servers only.
    """
    return aiohttp.TCPConnector(
        ssl=trust,
        resolver=aiohttp.ThreadedResolver(),
        limit=_CONNECTIONS,
        keepalive_timeout=_KEEP_ALIVE_S,
    )


def origin(scheme: str, host: str) -> URL:
    """Make the URL of a host's root; `host` may be a name or an IP address, with a port or not.

    Raises CannotConnectError for what no host can be called.
    """
    try:
        url = URL(f"{scheme}://{_bracketed(host.strip())}")
        (url.raw_host or "").encode("idna")  # as the search for its address would
    except ValueError:
        url = URL()
    if not _HOST.fullmatch(url.raw_host or "") or url != url.origin():
        raise CannotConnectError("this is no host")
    return url


def _bracketed(host: str) -> str:
    """Put a bare IPv6 address into brackets, as URLs want it."""
    try:
        ipaddress.IPv6Address(host)
    except ValueError:
        return host
    return f"[{host}]"


async def exchange(
    session: aiohttp.ClientSession, request: Request, headers: dict[str, str] | None = None
) -> Answer:
    """Ask once and read the whole answer, whatever its status. Redirects are not followed.

    Raises only ClientErrors, and these hold nothing of what was sent or received: they are raised
    outside of `except`, because aiohttp's own errors hold the headers of both.
    """
    if session.closed:
        raise LinkLostError("closed by us")
    begin = asyncio.get_running_loop().time()
    connect_s = min(_CONNECT_S, _CONNECT_SHARE * request.timeout_s)
    try:
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
            ) as response,
        ):
            body = await _body(response)
    except (aiohttp.ClientError, OSError, ValueError) as err:
        error = _translated(err)
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        error = LinkLostError("closed by us")  # aiohttp cancels what waits for a connection
    else:
        return Answer(response.status, body, asyncio.get_running_loop().time() - begin)
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
    """Say in our terms what aiohttp or the network reported. Their texts hold the address."""
    match err:
        case aiohttp.ServerFingerprintMismatch():
            error: ClientError = CertificateChangedError(fingerprint=err.got.hex())
        case aiohttp.ConnectionTimeoutError():
            error = CannotConnectError("no connection in time")
        case TimeoutError():
            error = NoAnswerError()
        case aiohttp.ClientSSLError():
            error = NoTlsError()
        case aiohttp.ClientConnectorError():
            error = _not_connected(err.os_error)
        case aiohttp.ClientConnectionError() | OSError():
            error = LinkLostError()
        case _:  # a body cut short, headers that are none, a digest challenge without a sense
            error = BadAnswerError("the answer is no proper HTTP")
    return error


def _not_connected(err: OSError) -> ClientError:
    """Say why there is no connection."""
    match err:
        case ConnectionRefusedError():
            return PortClosedError()
        case ConnectionResetError():  # TCP stood, the TLS handshake was ended
            return NoTlsError()
        case OSError(errno=int(number)) if number > 0:
            return CannotConnectError(os.strerror(number))
        case _:  # the name is unknown, or each address failed for a reason of its own
            return CannotConnectError()
