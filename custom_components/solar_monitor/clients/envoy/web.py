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
    CannotConnectError,
    CertificateChangedError,
    ClientError,
    LinkLostError,
    PortClosedError,
)
from ..http import Request, send, translated

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
    session: aiohttp.ClientSession,
    request: Request,
    headers: dict[str, str] | None = None,
    middlewares: tuple[aiohttp.ClientMiddlewareType, ...] = (),
) -> Answer:
    """Ask once and read the whole answer, whatever its status. Redirects are not followed.

    Raises only ClientErrors, and these hold nothing of what was sent or received: they are raised
    outside of `except`, because aiohttp's own errors hold the headers of both.
    """
    if session.closed:
        raise LinkLostError("closed by us")
    begin = asyncio.get_running_loop().time()
    try:
        status, body = await send(session, request, headers, middlewares)
    except (aiohttp.ClientError, OSError, ValueError) as err:
        error = _translated(err)
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        error = LinkLostError("closed by us")  # aiohttp cancels what waits for a connection
    else:
        return Answer(status, body, asyncio.get_running_loop().time() - begin)
    raise error


def _translated(err: Exception) -> ClientError:
    """Say in our terms what aiohttp or the network reported. Their texts hold the address."""
    match err:
        case aiohttp.ServerFingerprintMismatch():
            return CertificateChangedError(fingerprint=err.got.hex())
        case aiohttp.ClientSSLError():
            return NoTlsError()
        case aiohttp.ClientConnectorError():
            return _not_connected(err.os_error)
        case _:
            return translated(err)


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
