"""The link to one Solarman logger: V5 over TCP, one connection, one request at a time."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass, field
import logging
import secrets
from typing import Final, override

from ..errors import (
    BadAnswerError,
    BusyError,
    ClientError,
    EthernetLoggerError,
    NoAnswerError,
    UnitSilentError,
    WrongSerialError,
)
from ..tcp.connection import Connection
from ..tcp.link import TcpLink
from . import rtu, v5

_LOGGER = logging.getLogger(__name__)

# How long to wait for a better answer after one with our sequence number that does not fit:
# it may be another client's, whose number happens to be the same.
_SECOND_CHANCE_S: Final = 1.0
_REMEMBERED_SEQUENCES: Final = 16


@dataclass(slots=True)
class _OpenRequest:
    """The request whose answer is awaited."""

    sequence: int
    sent_at: float
    foreign_before: int
    inbox: asyncio.Queue[v5.Frame | ClientError] = field(default_factory=asyncio.Queue)


@dataclass(eq=False, repr=False)
class SolarmanLink(TcpLink):
    """Reads and writes registers through a logger; shared by all Modbus units behind it.

    `serial` is the typed serial number, 0..2^32-1, which is then checked; without one it is learned
    from whatever the logger sends. `now` is used for replies and the clock offset. After a time-out
    the connection stays: a late answer is known by its sequence number. The rest is as every
    TcpLink has it.
    """

    _: KW_ONLY
    serial: int | None = None

    @override
    def __post_init__(self) -> None:
        """Prepare a link without a connection."""
        super().__post_init__()
        self._serial_typed = self.serial is not None
        self._parser = v5.FrameParser()
        self._open_request: _OpenRequest | None = None
        self._asked: deque[int] = deque(maxlen=_REMEMBERED_SEQUENCES)
        # Random, so that answers to other clients of the logger do not look like ours.
        self._sequence = secrets.randbelow(0x100)

    async def read(
        self, unit: int, address: int, count: int, *, urgent: bool = True
    ) -> tuple[int, ...]:
        """Read 1..125 holding registers of a unit; not urgent: behind all urgent waiters.

        Raises a ClientError: cannot_connect, port_closed, link_lost, no_answer, busy,
        wrong_serial, unit_silent, ethernet_logger, bad_answer or refused.
        """
        request = rtu.read_request(unit, address, count)
        return await self._ask(
            request, lambda answer: rtu.parse_read(answer, unit, count), urgent=urgent
        )

    async def write(self, unit: int, address: int, values: Sequence[int]) -> None:
        """Write 1..123 holding registers (function 16), urgently; errors as for `read`."""
        request = rtu.write_request(unit, address, values)
        await self._ask(
            request, lambda answer: rtu.parse_write(answer, unit, address, len(values)), urgent=True
        )

    async def _ask[T](self, request: bytes, parse: Callable[[bytes], T], *, urgent: bool) -> T:
        """Wait for the turn, send a request and return what `parse` makes of its answer."""
        closes = self._closes
        async with self._turns.turn(urgent=urgent):
            asked_with = self.serial or 0
            try:
                return await self._exchange(asked_with, request, parse, closes)
            except UnitSilentError, WrongSerialError:
                if self.serial in {None, asked_with}:
                    raise
            # The refusal told the logger's serial number.
            return await self._exchange(self.serial or 0, request, parse, closes)

    async def _exchange[T](
        self, serial: int, request: bytes, parse: Callable[[bytes], T], closes: int
    ) -> T:
        """Send one request and wait for its answer."""
        loop = asyncio.get_running_loop()
        connection = await self._ready(closes)
        self._sequence = (self._sequence + 1) & 0xFF
        self._asked.append(self._sequence)
        open_request = _OpenRequest(self._sequence, loop.time(), self.stats.foreign_answers)
        self._open_request = open_request
        self.stats.requests += 1
        try:
            connection.send(v5.encode_request(serial, open_request.sequence, request))
            return await self._answer(open_request, parse)
        finally:
            self._open_request = None
            self._last_request_end = loop.time()

    async def _answer[T](self, request: _OpenRequest, parse: Callable[[bytes], T]) -> T:
        """Wait for the answer that fits an open request."""
        deadline = request.sent_at + self.request_timeout
        misfit: BadAnswerError | None = None
        try:
            async with asyncio.timeout_at(deadline) as limit:
                while True:
                    answer = await request.inbox.get()
                    if isinstance(answer, ClientError):
                        raise answer
                    try:
                        return self._accept(answer, parse)
                    except BadAnswerError as err:
                        misfit = err
                        second_chance = asyncio.get_running_loop().time() + _SECOND_CHANCE_S
                        limit.reschedule(min(deadline, second_chance))
        except TimeoutError:
            if misfit is not None:
                raise misfit from None
            self.stats.timeouts += 1
            if self.stats.foreign_answers > request.foreign_before:
                raise BusyError from None
            raise NoAnswerError from None

    def _accept[T](self, answer: v5.Frame, parse: Callable[[bytes], T]) -> T:
        """Return what `parse` makes of an answer with our sequence number, or raise its error."""
        if self._serial_typed and answer.serial != self.serial:
            raise WrongSerialError(serial=answer.serial)
        self._learn(answer.serial)
        match answer.short_error:
            case None:
                return parse(answer.rtu)
            case v5.SHORT_ERROR_UNIT_SILENT:
                raise UnitSilentError
            case v5.SHORT_ERROR_WRONG_SERIAL:
                raise WrongSerialError(serial=answer.serial)
            case code:
                raise BadAnswerError(f"the logger reports its error {code}")

    @override
    def _begin(self) -> None:
        """Begin with an empty parser."""
        self._parser = v5.FrameParser()

    @override
    def _fail(self, error: ClientError) -> None:
        """Let the open request fail."""
        if self._open_request is not None:
            self._open_request.inbox.put_nowait(error)

    @override
    def _on_bytes(self, connection: Connection, data: bytes) -> None:
        """Sort what arrived; called by the connection."""
        skipped_before = self._parser.skipped_bytes
        for frame in self._parser.feed(data):
            self._on_frame(connection, frame)
        self.stats.skipped_bytes += self._parser.skipped_bytes - skipped_before
        if self._parser.saw_mbap_fingerprint:
            self._fail(EthernetLoggerError())

    def _on_frame(self, connection: Connection, frame: v5.Frame) -> None:
        """Hand an answer to the open request, answer the logger's own frames, drop the rest."""
        _LOGGER.debug("Frame 0x%04x, sequence %d", frame.control, frame.sequence)
        if frame.wants_reply:
            self.stats.unasked_frames += 1
            self._learn(frame.serial)
            connection.send(v5.encode_reply(frame, int(self.now())))
        elif frame.control == v5.ANSWER:
            self._on_answer(frame)

    def _on_answer(self, frame: v5.Frame) -> None:
        """Tell our answer from late ones and from those to other clients of the logger."""
        request = self._open_request
        if request is not None and frame.sequence == request.sequence:
            self._count_answer(request.sent_at)
            self._keep_times(frame)
            request.inbox.put_nowait(frame)
        elif frame.sequence in self._asked:
            self.stats.late_answers += 1
        else:
            self.stats.foreign_answers += 1

    def _keep_times(self, frame: v5.Frame) -> None:
        """Keep what an answer tells about the logger."""
        logger_time = frame.logger_time
        self.stats.logger_uptime_s = frame.power_on_time
        self.stats.clock_offset_s = (
            None if logger_time is None else logger_time.timestamp() - self.now()
        )

    def _learn(self, serial: int) -> None:
        """Take over the logger's serial number, unless the user typed one."""
        if not self._serial_typed and serial:
            self.serial = serial
