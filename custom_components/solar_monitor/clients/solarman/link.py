"""The link to one Solarman logger: V5 over TCP, one connection, one request at a time."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import UTC, datetime
import logging
import secrets
import time
from typing import Final

from ..errors import (
    BadAnswerError,
    BusyError,
    CannotConnectError,
    ClientError,
    EthernetLoggerError,
    LinkLostError,
    NoAnswerError,
    UnitSilentError,
    WrongSerialError,
)
from . import rtu, v5
from .connection import Connection
from .transport import LinkStats
from .turns import Turns

_LOGGER = logging.getLogger(__name__)

DEFAULT_PORT: Final = 8899
# How long to wait for a better answer after one with our sequence number that does not fit:
# it may be another client's, whose number happens to be the same.
_SECOND_CHANCE_S: Final = 1.0
_CLOSE_GRACE_S: Final = 1.0
_REMEMBERED_SEQUENCES: Final = 16
_CLOSED_BY_US: Final = "closed by us"


@dataclass(slots=True)
class _OpenRequest:
    """The request whose answer is awaited."""

    sequence: int
    sent_at: float
    foreign_before: int
    inbox: asyncio.Queue[v5.Frame | ClientError] = field(default_factory=asyncio.Queue)


@dataclass(eq=False, repr=False)
class SolarmanLink:
    """Reads and writes registers through a logger; shared by all Modbus units behind it.

    Times are in s. `serial` is the typed serial number, 0..2^32-1, which is then checked; without
    one it is learned from whatever the logger sends. `request_timeout` counts from the sending of
    a request, not from the call; `pause` is the least time between two requests; `now` is the
    unix time, used for replies and the clock offset.

    A request that finds no connection makes one. After a time-out the connection stays: a late
    answer is known by its sequence number. After `close` or a lost connection the next request
    connects again. Only ClientErrors come out; ValueError for registers that do not exist.
    """

    host: str
    port: int = DEFAULT_PORT
    _: KW_ONLY
    serial: int | None = None
    request_timeout: float = 10.0
    connect_timeout: float = 10.0
    pause: float = 0.1
    now: Callable[[], float] = time.time
    stats: LinkStats = field(init=False, default_factory=LinkStats)

    def __post_init__(self) -> None:
        """Prepare a link without a connection."""
        self._serial_typed = self.serial is not None
        self._turns = Turns()
        self._connection: Connection | None = None
        self._connecting: asyncio.Timeout | None = None
        self._door = asyncio.Lock()  # one connection is opened or closed at a time
        self._parser = v5.FrameParser()
        self._closes = 0
        self._open_request: _OpenRequest | None = None
        self._asked: deque[int] = deque(maxlen=_REMEMBERED_SEQUENCES)
        # Random, so that answers to other clients of the logger do not look like ours.
        self._sequence = secrets.randbelow(0x100)
        self._last_request_end = float("-inf")

    @property
    def connected(self) -> bool:
        """Whether a connection stands at this moment."""
        return self._connection is not None and self._connection.alive

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

    async def close(self) -> None:
        """End the connection cleanly and fail every request that is open or waits.

        May be called at any time and more than once; the next request connects again.
        """
        self._closes += 1
        self._fail(LinkLostError(_CLOSED_BY_US))
        if self._connecting is not None and not self._connecting.expired():
            self._connecting.reschedule(asyncio.get_running_loop().time())
        async with self._door:
            await self._discard()

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
        await asyncio.sleep(self._last_request_end + self.pause - loop.time())
        connection = await self._connect(closes)
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

    async def _connect(self, closes: int) -> Connection:
        """Return the connection, opened if there is none.

        `closes` is the number of closes when the caller began: a caller from before a close must
        not connect again.
        """
        async with self._door:
            self._check_not_closed(closes)
            if self._connection is not None and self._connection.alive:
                return self._connection
            await self._discard()
            connection = await self._open(closes)
            if closes != self._closes:
                await connection.close(_CLOSE_GRACE_S)
            self._check_not_closed(closes)
            self._connection = connection
            return connection

    async def _open(self, closes: int) -> Connection:
        """Open a connection; `close` ends the attempt at once."""
        self._parser = v5.FrameParser()
        try:
            async with asyncio.timeout(self.connect_timeout) as self._connecting:
                connection = await Connection.open(self.host, self.port, self._on_bytes, self._fail)
        except TimeoutError:
            self._check_not_closed(closes)
            raise CannotConnectError("the connection was not made in time") from None
        finally:
            self._connecting = None
        self.stats.connects += 1
        return connection

    async def _discard(self) -> None:
        """End the connection if there is one. The caller holds the door."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close(_CLOSE_GRACE_S)

    def _check_not_closed(self, closes: int) -> None:
        """Stop a request that began before the link was closed."""
        if closes != self._closes:
            raise LinkLostError(_CLOSED_BY_US)

    def _fail(self, error: ClientError) -> None:
        """Let the open request fail."""
        if self._open_request is not None:
            self._open_request.inbox.put_nowait(error)

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
            self._count_answer(frame, request)
            request.inbox.put_nowait(frame)
        elif frame.sequence in self._asked:
            self.stats.late_answers += 1
        else:
            self.stats.foreign_answers += 1

    def _count_answer(self, frame: v5.Frame, request: _OpenRequest) -> None:
        """Keep what an answer tells about the logger."""
        now = self.now()
        logger_time = frame.logger_time
        stats = self.stats
        stats.answers += 1
        stats.last_answer_monotonic = asyncio.get_running_loop().time()
        stats.last_answer_at = datetime.fromtimestamp(now, UTC)
        stats.answer_time_s = stats.last_answer_monotonic - request.sent_at
        stats.logger_uptime_s = frame.power_on_time
        stats.clock_offset_s = None if logger_time is None else logger_time.timestamp() - now

    def _learn(self, serial: int) -> None:
        """Take over the logger's serial number, unless the user typed one."""
        if not self._serial_typed and serial:
            self.serial = serial
