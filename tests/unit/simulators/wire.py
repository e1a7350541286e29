"""A bare client: it sends requests and notes what comes back, segment by segment."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
import socket
from struct import pack, unpack_from

from tests.simulators import v5sim
from tests.simulators.logger import LoggerSimulator
from tests.simulators.modbus_unit import with_crc
from tests.simulators.v5sim import V5Frame, V5Reader

QUIET_S = 0.04
"""Nothing for so long, twice, means that nothing more comes; a simulator's pause is half of it.

Twice, because a stalled machine ends the pause and the waiting at once.
"""
ANSWER_HEAD = 14


@dataclass
class Heard:
    """What came back."""

    segments: list[bytes] = field(default_factory=list)
    ended: bool = False
    reset: bool = False

    @property
    def data(self) -> bytes:
        return b"".join(self.segments)

    @property
    def frames(self) -> list[V5Frame]:
        return V5Reader().feed(self.data)

    @property
    def answers(self) -> list[V5Frame]:
        return [frame for frame in self.frames if frame.control == v5sim.ANSWER]

    @property
    def rtu(self) -> bytes:
        """The Modbus part of the one answer."""
        (answer,) = self.answers
        return answer.payload[ANSWER_HEAD:]

    @property
    def registers(self) -> list[int]:
        rtu = self.rtu
        assert with_crc(rtu[:-2]) == rtu
        return list(unpack_from(f">{rtu[2] // 2}H", rtu, 3))


@dataclass
class Wire:
    """An open connection to a simulated logger."""

    logger: LoggerSimulator
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    sequence: int = 0x41

    async def read(self, address: int = 150, count: int = 47) -> Heard:
        """Read registers and listen until it is quiet."""
        return await self.ask(with_crc(pack(">BBHH", self.logger.unit, 3, address, count)))

    async def write(self, address: int, *values: int) -> Heard:
        """Write registers and listen until it is quiet."""
        head = pack(">BBHHB", self.logger.unit, 16, address, len(values), 2 * len(values))
        return await self.ask(with_crc(head + pack(f">{len(values)}H", *values)))

    async def ask(self, rtu: bytes, *, serial: int | None = None) -> Heard:
        """Send a Modbus frame and listen until it is quiet."""
        self.send(rtu, serial=serial)
        return await self.listen()

    def send(self, rtu: bytes, *, serial: int | None = None) -> None:
        """Send a Modbus frame."""
        self.sequence = self.sequence + 1 & 0xFF
        payload = b"\x02".ljust(v5sim.REQUEST_HEAD, b"\0") + rtu
        serial = self.logger.serial if serial is None else serial
        self.writer.write(v5sim.build(v5sim.REQUEST, self.sequence, 0, serial, payload))

    def reset(self) -> None:
        """End the connection with RST."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, pack("ii", 1, 0))
        self.writer.transport.abort()

    async def listen(self) -> Heard:
        """Collect segments until nothing comes any more."""
        heard = Heard()
        quiet = 0
        while quiet < 2 and not heard.ended and not heard.reset:
            try:
                segment = await asyncio.wait_for(self.reader.read(4096), QUIET_S)
            except TimeoutError:
                quiet += 1
            except ConnectionError:
                heard.reset = True
            else:
                quiet = 0
                heard.ended = not segment
                heard.segments += [segment] if segment else []
        return heard


@asynccontextmanager
async def connected(logger: LoggerSimulator) -> AsyncIterator[Wire]:
    """A connection, closed at the end."""
    reader, writer = await asyncio.open_connection(logger.host, logger.port)
    try:
        yield Wire(logger, reader, writer)
    finally:
        writer.close()
