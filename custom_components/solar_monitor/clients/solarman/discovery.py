"""Finding loggers in the local network: UDP 48899, text in, text out.

A help for the config flow and never more: broadcasts do not cross networks and containers, and
some firmware has no answer any more (MW3_SSL_5408_1.0B, pysolarmanv5 #72).
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from ipaddress import AddressValueError, IPv4Address
import logging
import re
import socket
from typing import Final, override

_LOGGER = logging.getLogger(__name__)

DISCOVERY_PORT: Final = 48899
# Older and newer firmware of High-Flying Wi-Fi modules listen to different words.
WORDS: Final = (b"WIFIKIT-214028-READ", b"HF-A11ASSISTHREAD")

_ROUNDS: Final = 2
_REPLY: Final = re.compile(
    rb"\s*(?P<host>[0-9.]{7,15}),(?P<mac>[0-9A-F]{12}|[0-9A-F]{2}(?:[:-][0-9A-F]{2}){5})"
    rb",(?P<serial>[0-9]{1,10})\s*\0*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class FoundLogger:
    """A logger that answered: IPv4 address, MAC as aa:bb:cc:dd:ee:ff, serial 1..2^32-1."""

    host: str
    mac: str
    serial: int


def parse_reply(data: bytes) -> FoundLogger | None:
    """Return the logger of a reply `IP,MAC,SERIAL`; None for anything else.

    Other devices with the same Wi-Fi chip answer as well, with a name instead of the serial.
    """
    match = _REPLY.fullmatch(data)
    if match is None:
        return None
    serial = int(match["serial"])
    try:
        host = IPv4Address(match["host"].decode())
    except AddressValueError:
        return None
    if not 0 < serial < 1 << 32:
        return None
    mac = match["mac"].decode().replace(":", "").replace("-", "").lower()
    pairs = (mac[place : place + 2] for place in range(0, len(mac), 2))
    return FoundLogger(str(host), ":".join(pairs), serial)


async def discover(
    targets: Sequence[str],
    *,
    port: int = DISCOVERY_PORT,
    timeout: float = 1.0,  # noqa: ASYNC109  the time to listen, always used up, not a limit
) -> list[FoundLogger]:
    """Ask IPv4 addresses, broadcast ones too, and return the loggers found within `timeout` s.

    Names are left out: resolving them here would block. Network errors raise nothing.
    """
    listener = _Listener()
    loop = asyncio.get_running_loop()
    try:
        transport, _ = await loop.create_datagram_endpoint(
            lambda: listener, family=socket.AF_INET, allow_broadcast=True
        )
    except OSError as err:
        _LOGGER.debug("No socket for discovery: %s", err)
        return []
    try:
        for _ in range(_ROUNDS):  # datagrams get lost
            for target in filter(_is_address, targets):
                for word in WORDS:
                    transport.sendto(word, (target, port))
            await asyncio.sleep(timeout / _ROUNDS)
    finally:
        transport.close()
    return sorted(listener.found.values(), key=lambda found: found.serial)


class _Listener(asyncio.DatagramProtocol):
    """Collects the loggers that answer, each once."""

    def __init__(self) -> None:
        """Start with nothing found."""
        self.found: dict[int, FoundLogger] = {}

    @override
    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Keep a logger, under the address it answered from: that one can be reached."""
        if (found := parse_reply(data)) is not None:
            self.found[found.serial] = replace(found, host=addr[0])

    @override
    def error_received(self, exc: Exception) -> None:
        """Note that a network is down or forbids broadcasts; others may answer."""
        _LOGGER.debug("Discovery: %s", exc)


def _is_address(text: str) -> bool:
    """Whether a text is an IPv4 address and not a name."""
    try:
        IPv4Address(text)
    except AddressValueError:
        return False
    return True
