"""The logger's answer to the discovery words on UDP 48899.

Source: custom_components/solarman/discovery.py of github.com/davidrapan/ha-solarman; the answer
is one datagram "IP,MAC,SERIAL".
"""

import asyncio
from dataclasses import KW_ONLY, dataclass, field
from typing import override

WORDS = frozenset({b"WIFIKIT-214028-READ", b"HF-A11ASSISTHREAD"})


@dataclass(eq=False)
class DiscoveryResponder:
    """Answers discovery words on 127.0.0.1; `port` 0 takes a free port."""

    port: int = 0
    _: KW_ONLY
    host: str = "127.0.0.1"
    address: str = "127.0.0.1"
    """The IP address it tells."""
    mac: str = "E8FDF8A1B2C3"
    serial: int = 2_712_345_678
    words: frozenset[bytes] = WORDS
    """The words it knows: real sticks know one of the two or both."""
    answers: tuple[bytes, ...] | None = None
    """What it says instead of "IP,MAC,SERIAL": garbage, several datagrams, nothing."""
    asked: list[bytes] = field(default_factory=list, init=False)
    """Everything it was sent."""
    _transport: asyncio.DatagramTransport | None = field(default=None, init=False)

    async def start(self) -> None:
        """Begin to listen; raises OSError when the port is taken."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(
            lambda: _Listener(self), local_addr=(self.host, self.port)
        )
        self.port = self._transport.get_extra_info("sockname")[1]

    async def stop(self) -> None:
        """Close the port."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None
        await asyncio.sleep(0)

    def hear(self, datagram: bytes) -> tuple[bytes, ...]:
        """Note a datagram; return what is said to it."""
        self.asked.append(datagram)
        if datagram.strip() not in self.words:
            return ()
        if self.answers is not None:
            return self.answers
        return (f"{self.address},{self.mac},{self.serial}".encode("ascii"),)


class _Listener(asyncio.DatagramProtocol):
    """Hands datagrams to a responder."""

    def __init__(self, responder: DiscoveryResponder) -> None:
        """Listen for a responder."""
        self._responder = responder
        self._transport: asyncio.DatagramTransport | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way to answer."""
        if isinstance(transport, asyncio.DatagramTransport):
            self._transport = transport

    @override
    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer the sender."""
        for answer in self._responder.hear(data):
            if self._transport is not None:
                self._transport.sendto(answer, addr)
