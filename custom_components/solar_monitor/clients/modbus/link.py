"""The link to a Modbus gateway: Modbus TCP, or RTU frames over TCP."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Final, override

from pymodbus import FramerType
from pymodbus.pdu import ModbusPDU

from ..errors import (
    BadAnswerError,
    ClientError,
    ModbusRefusedError,
    NoAnswerError,
    UnitSilentError,
)
from ..tcp.connection import Connection
from ..tcp.link import TcpLink
from . import pdu
from .client import PymodbusClient

# pymodbus's own time limit as a multiple of ours, which has to come first.
_PATIENCE: Final = 2.0


@dataclass(eq=False, repr=False)
class ModbusLink(TcpLink):
    """Reads and writes registers through a gateway; shared by all Modbus units behind it.

    Ethernet loggers speak Modbus TCP; `rtu` is for adapters that pass bytes on to the RS485 line as
    they come. An RTU frame has no number: a late answer of the right length could pass for the next
    one, so after any request that was not answered properly its connection is left for a new one.
    Modbus TCP numbers its answers; there the connection stays.
    """

    _: KW_ONLY
    rtu: bool = False

    @override
    def __post_init__(self) -> None:
        """Prepare a link without a connection."""
        super().__post_init__()
        framer = FramerType.RTU if self.rtu else FramerType.SOCKET
        self._client = PymodbusClient(framer, _PATIENCE * self.request_timeout)
        self._heard = False

    @property
    def serial(self) -> None:
        """Return None: there is no Solarman stick that would have a serial number."""
        return

    async def read(
        self, unit: int, address: int, count: int, *, urgent: bool = True
    ) -> tuple[int, ...]:
        """Read 1..125 holding registers of a unit; not urgent: behind all urgent waiters.

        Raises a ClientError: cannot_connect, port_closed, link_lost, no_answer, unit_silent,
        bad_answer or refused.
        """
        request = pdu.read_request(unit, address, count)
        return await self._ask(
            request, lambda answer: pdu.registers_of(answer, request), urgent=urgent
        )

    async def write(self, unit: int, address: int, values: Sequence[int]) -> None:
        """Write 1..123 holding registers (function 16), urgently; errors as for `read`."""
        request = pdu.write_request(unit, address, values)
        await self._ask(request, lambda answer: pdu.check_written(answer, request), urgent=True)

    async def _ask[T](
        self, request: ModbusPDU, parse: Callable[[ModbusPDU], T], *, urgent: bool
    ) -> T:
        """Wait for the turn, send a request and return what `parse` makes of its answer."""
        closes = self._closes
        async with self._turns.turn(urgent=urgent):
            connection = await self._ready(closes)
            try:
                return parse(await self._answer(connection, request))
            except ModbusRefusedError, UnitSilentError:
                raise  # a proper answer
            except BaseException:
                if self.rtu:
                    connection.half_close()
                raise
            finally:
                self._last_request_end = asyncio.get_running_loop().time()

    async def _answer(self, connection: Connection, request: ModbusPDU) -> ModbusPDU:
        """Send a request and wait for its answer."""
        sent_at = asyncio.get_running_loop().time()
        self._heard = False
        self.stats.requests += 1
        try:
            async with asyncio.timeout_at(sent_at + self.request_timeout):
                answer = await self._client.ask(request, connection.send)
        except TimeoutError:
            self.stats.timeouts += 1
            if self._heard:
                raise BadAnswerError("what came in time was no answer") from None
            raise NoAnswerError from None
        self._count_answer(sent_at)
        return answer

    @override
    def _begin(self) -> None:
        """Begin with a client that has heard nothing."""
        self._client.begin()

    @override
    def _fail(self, error: ClientError) -> None:
        """Let the open request fail."""
        self._client.fail(error)

    @override
    def _on_bytes(self, connection: Connection, data: bytes) -> None:
        """Pass on what may be an answer; what comes unasked, as late answers do, is dropped."""
        if self._client.waiting:
            self._heard = True
            self._client.feed(data)
        else:
            self.stats.skipped_bytes += len(data)
