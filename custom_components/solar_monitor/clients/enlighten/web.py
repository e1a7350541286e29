"""One exchange with Enphase's cloud: over HTTPS, without redirects, within a time limit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
import ipaddress
from typing import Final, Protocol

import aiohttp
from yarl import URL

from ..errors import CannotConnectError, ClientError
from ..http import Request, send, translated

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
        url = self._base.with_path(question.path).with_query(question.query)
        request = Request(url, _TIME_S, connect_s=_CONNECT_S)
        try:
            return Answer(*await send(self._session, request, question.headers))
        except (aiohttp.ClientError, OSError, ValueError, RuntimeError) as err:
            error = _translated(err)
        raise error


def _translated(err: Exception) -> ClientError:
    """Say in our terms what aiohttp or the network reported."""
    match err:
        case aiohttp.ClientSSLError():
            return CannotConnectError("no trusted TLS connection")
        case RuntimeError():  # a session that is closed
            return CannotConnectError()
        case _:
            return translated(err)
