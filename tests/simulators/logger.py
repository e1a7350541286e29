"""A Solarman logger with an inverter behind it, on a port of this machine.

By hand: python -m tests.simulators.logger --fault split
"""

import asyncio
from dataclasses import KW_ONLY, dataclass, field
import logging
from struct import unpack_from
from typing import ClassVar

from tests.simulators import v5sim
from tests.simulators.discovery import DiscoveryResponder
from tests.simulators.face import Face, Presence
from tests.simulators.families import FACES
from tests.simulators.faults import (
    ANSWER_FAULTS,
    AT_TEXT,
    RELAY_FRAME,
    SHORT_ERROR_SERIAL,
    SHORT_ERROR_UNIT,
    Act,
    End,
    Exchange,
    Fault,
    Late,
    Pause,
    Slow,
    script,
)
from tests.simulators.glitch import Glitch
from tests.simulators.modbus_unit import WRITE, respond
from tests.simulators.noise import Dice
from tests.simulators.port import Client, Port
from tests.simulators.rows import Reading
from tests.simulators.site import Site
from tests.simulators.v5sim import Reader, Stick, V5Frame, V5Reader

__all__ = ["DiscoveryResponder", "Fault", "LoggerSimulator"]

_LOGGER = logging.getLogger("simulators.logger")

MOST_CLIENTS = 5
"""A real stick accepts about five connections (jmccrohan/pysolarmanv5#74)."""
WATCH_S = 5.0
REPLY_SIZE = 10
"""Bytes of a reply to an unasked frame: 00 01, Unix time (u32), four zeros."""
WORKED_S = 15_603_632
"""Seconds this logger had worked before it was started."""


@dataclass(eq=False)
class LoggerSimulator:
    """A logger and its inverter: start it, turn `fault` and the knobs, stop it.

    Port 0 takes a free port, which `port` then tells; it stays the same until the end. While an
    inverter is asleep that feeds the logger, the port is closed.
    """

    site: Site
    _: KW_ONLY
    serial: int = 2_712_345_678
    unit: int = 1
    host: str = "127.0.0.1"
    port: int = 0
    family: str = "hybrid_1p"
    """Which inverter (see `families`); the site needs a plant for it (see `plant_for`)."""
    rated_w: float | None = None
    """Rated power in W; None: as the site's plant has it (8000)."""
    inverter_serial: str = "2207200001"
    face: Face | None = None
    """The inverter itself, with knobs of its own; None: a plain one of `family`."""

    faults: ClassVar[tuple[Fault, ...]] = tuple(Fault)
    """What can go wrong."""

    # Knobs.
    copy_answers: bool = False
    """Every connected client gets every answer, as real sticks do (SJ #529)."""
    heartbeat_s: float | None = None
    """Seconds between heartbeats to all clients; real sticks: 120. Set before the start."""
    answer_delay_s: float = 0.0
    """Seconds an answer takes; real sticks 0.05-0.17, slow ones 4-7 (KB #31)."""
    split_at: int | None = None
    """Byte at which `split` cuts; None: any, by the site's seed."""
    late_s: float | None = None
    """Seconds after which a late answer comes; None: right before the next request's answer."""
    slow_s: float = 0.02
    """Seconds a slow answer takes; real loggers 4-7."""
    idle_s: float = 0.02
    """Seconds without a request after which `idle_close` ends a connection; real sticks: 300."""
    refuse_s: float | None = None
    """Seconds after which a refused port opens by itself; None: when the fault is cleared."""
    silent_on_wrong_serial: bool = False
    """Some old firmware says nothing to a wrong serial instead of 06 00."""
    clock_offset_s: float = 0.0
    """How far the logger's clock is ahead of the site's."""

    # What happened.
    requests: list[tuple[int, int, int]] = field(default_factory=list, init=False)
    """Function, address and count of each request that carried the right serial."""
    serials_asked: list[int] = field(default_factory=list, init=False)
    """The serial in each request."""
    written: list[tuple[int, tuple[int, ...]]] = field(default_factory=list, init=False)
    """Address and values of each write that the inverter took."""
    replies: list[V5Frame] = field(default_factory=list, init=False)
    """What clients said to heartbeats and other unasked frames."""

    def __post_init__(self) -> None:
        """Put the inverter on the site and the logger's numbers together."""
        if self.rated_w is not None:
            self.site.plant = self.site.plant.rated(self.rated_w, self.family)
        make = FACES[self.family]
        self.inverter = self.face or make(self.site, self.unit, self.inverter_serial)
        self.units = {self.inverter.unit: self.inverter}
        self._started = self.site.clock.timestamp()
        self._stick = Stick(self.serial, WORKED_S, 0, 0)
        self._dice = Dice(self.site.seed)
        self._fault = Fault.NONE
        self._fault_left: int | None = None
        self._sulks = False
        self._running = False
        self._tcp = Port(self.host, self.port, self._serve)
        self._late: list[tuple[Client, bytes]] = []
        self._bus = asyncio.Lock()
        self._awake = asyncio.Event()
        self._awake.set()

    # What a test turns and reads.

    @property
    def fault(self) -> Fault:
        """What goes wrong at present; connection faults begin as they are set."""
        return self._fault

    @fault.setter
    def fault(self, fault: Fault) -> None:
        self._fault = fault
        self._fault_left = None
        self._sulks = False
        if fault is Fault.HALF_OPEN:
            self._awake.clear()
        else:
            self._awake.set()
        if fault is Fault.COUNTER_STUCK:
            for inverter in self.units.values():
                inverter.hold_counters()
        self._open_or_close()
        if fault is Fault.REFUSE and self.refuse_s is not None:
            self._tcp.spawn(self._open_after(self.refuse_s))

    def fault_once(self, times: int = 1, fault: Fault | None = None) -> None:
        """Let the present fault, or a given one, strike the next answers only, then end.

        An answer without the registers that a register fault changes does not count.
        """
        if fault is not None:
            self.fault = fault
        self._fault_left = times

    @property
    def registers(self) -> dict[int, int]:
        """Registers that show something else than the site: change this dictionary."""
        return self.inverter.overrides

    def add(self, inverter: Face) -> None:
        """Put one more inverter on the bus, with a Modbus unit of its own."""
        self.units[inverter.unit] = inverter

    @property
    def connections(self) -> int:
        """How many connections were ever accepted."""
        return self._tcp.accepted

    @property
    def open_connections(self) -> int:
        """How many connections are open now."""
        return len(self._tcp.clients)

    def truth(self) -> dict[str, Reading]:
        """Return what a perfect client shows at this moment, faults left aside.

        Keys are the rows' keys and `pv_power`. Numbers are scaled and rounded as the registers
        are, absent values None, switches bool, selections and bit fields the raw integer, times
        and the inverter's clock naive.
        """
        return self.inverter.truth()

    def drop_connections(self) -> None:
        """Reset all open connections, as a stick that restarts."""
        self._tcp.reset_clients()

    def send_heartbeat(self) -> None:
        """Send a heartbeat to all clients."""
        heartbeat = self._stick_now().unasked(v5sim.HEARTBEAT)
        for client in self._tcp.clients:
            client.send(heartbeat)

    # Coming and going.

    async def start(self) -> None:
        """Open the port; raises OSError when it is taken."""
        self._tcp.open()
        self.port = self._tcp.number
        self._running = True
        self._open_or_close()
        self.site.clock.moved.append(self._open_or_close)
        if self.site.clock.running:
            self._tcp.spawn(self._watch_the_sun())
        if self.heartbeat_s is not None:
            self._tcp.spawn(self._beat(self.heartbeat_s))

    async def stop(self) -> None:
        """Close the port and all connections; leaves no task."""
        self._running = False
        if self._open_or_close in self.site.clock.moved:
            self.site.clock.moved.remove(self._open_or_close)
        await self._tcp.stop()

    def _open_or_close(self) -> None:
        """Let the port be open when the logger runs, has power and nothing is wrong with it."""
        refused = self._fault is Fault.REFUSE or self._sulks
        if refused or all(unit.presence is Presence.GONE for unit in self.units.values()):
            self._tcp.close()
        elif self._running:
            self._tcp.open()

    async def _watch_the_sun(self) -> None:
        """Notice when the inverter falls asleep or wakes while the clock runs by itself."""
        while True:
            await asyncio.sleep(WATCH_S)
            self._open_or_close()

    async def _beat(self, seconds: float) -> None:
        """Send heartbeats for ever, except to a half-open connection."""
        while True:
            await asyncio.sleep(seconds)
            if self._fault is not Fault.HALF_OPEN:
                self.send_heartbeat()

    async def _open_after(self, seconds: float) -> None:
        """Open a port that a fault has closed, after a while."""
        await asyncio.sleep(seconds)
        if self._fault in {Fault.REFUSE, Fault.SULK}:
            self.fault = Fault.NONE

    # A conversation.

    async def _serve(self, client: Client) -> None:
        """Talk to one client until it ends the connection; one too many is turned away."""
        if len(self._tcp.clients) > MOST_CLIENTS:
            _LOGGER.info("turned a sixth client away")
            return
        _LOGGER.info("a client connected, %d open", self.open_connections)
        client.send(self._greeting())
        try:
            await self._listen(client)
        except ConnectionError:
            self._take_offence()
        await self._awake.wait()
        _LOGGER.info("a client is gone")

    def _greeting(self) -> bytes:
        """Return what a client hears first."""
        match self._fault:
            case Fault.AT_CHATTER:
                return AT_TEXT
            case Fault.RELAY_FIRST:
                return RELAY_FRAME
            case Fault.HANDSHAKE:
                return self._stick_now().handshake()
        return b""

    async def _listen(self, client: Client) -> None:
        """Take a client's frames until one of the two ends the connection."""
        reader = self._reader()
        while client.is_open:
            limit = self.idle_s if self._fault is Fault.IDLE_CLOSE else None
            try:
                data = await asyncio.wait_for(client.reader.read(4096), limit)
            except TimeoutError:
                return
            if not data:
                return
            for frame in reader.feed(data):
                await self._take(client, frame)

    def _reader(self) -> Reader:
        """Return what makes frames of a client's bytes."""
        return V5Reader()

    def _take_offence(self) -> None:
        """Under `sulk`, close the port because a client reset its connection."""
        if self._fault is Fault.SULK:
            self._sulks = True
            self._open_or_close()
            if self.refuse_s is not None:
                self._tcp.spawn(self._open_after(self.refuse_s))

    async def _take(self, client: Client, frame: V5Frame) -> None:
        """Take one frame of a client."""
        if frame.control in v5sim.REPLY_TO_UNASKED:
            self.replies.append(frame)
            self._hear_the_time(frame)
        elif frame.control == v5sim.REQUEST:
            async with self._bus:
                if self.answer_delay_s:
                    await asyncio.sleep(self.answer_delay_s)
                for act in self._acts(client, frame):
                    await self._do(client, act)

    def _hear_the_time(self, reply: V5Frame) -> None:
        """Set an inverter's clock that was never set, as loggers without a cloud do (PS #81)."""
        if self.inverter.clock_unset and len(reply.payload) >= REPLY_SIZE:
            self.inverter.set_time(unpack_from("<I", reply.payload, 2)[0])

    async def _do(self, client: Client, act: Act) -> None:
        """Do one thing."""
        match act:
            case bytes():
                for receiver in list(self._tcp.clients) if self.copy_answers else [client]:
                    receiver.send(act)
                await client.drain()
            case Pause(seconds):
                await asyncio.sleep(seconds)
            case Slow():
                await asyncio.sleep(self.slow_s)
            case Late(data) if self.late_s is None:
                self._late.append((client, data))
            case Late(data):
                self._tcp.spawn(self._send_later(client, data, self.late_s or 0))
            case End(reset=True):
                client.reset()
            case End():
                client.end()

    async def _send_later(self, client: Client, data: bytes, seconds: float) -> None:
        """Send something after a while."""
        await asyncio.sleep(seconds)
        client.send(data)

    def _acts(self, client: Client, frame: V5Frame) -> list[Act]:
        """Decide what the logger does for a request: late answers first, then its own."""
        late = [data for whose, data in self._late if whose is client]
        self._late = [(whose, data) for whose, data in self._late if whose is not client]
        self.serials_asked.append(frame.serial)

        fault = self._fault
        inverter = self.units.get(frame.rtu[0] if frame.rtu else 0, self.inverter)
        glitch = Glitch(fault, inverter)
        if frame.serial != self.serial:
            if self.silent_on_wrong_serial or fault is Fault.SERIAL_SILENT:
                return [*late]
            if fault is Fault.SERIAL_CLOSE:
                return [*late, End()]
            rtu = SHORT_ERROR_SERIAL
        else:
            rtu = self._ask(inverter, frame.rtu, glitch) or SHORT_ERROR_UNIT
        if len(rtu) == len(SHORT_ERROR_UNIT) and fault in ANSWER_FAULTS:
            fault = Fault.NONE
        elif glitch.struck:
            self._count_strike()
        _LOGGER.info("request %s: %s", frame.rtu.hex(" "), fault)
        exchange = Exchange(frame, rtu, self._stick_now(), self._dice, self.split_at)
        return [*late, *script(fault, exchange)]

    def _ask(self, inverter: Face, rtu: bytes, glitch: Glitch) -> bytes | None:
        """Pass a request on to an inverter; None when it stays silent."""
        if len(rtu) < 6:
            return None
        function, address, count = unpack_from(">BHH", rtu, 1)
        self.requests.append((function, address, count))
        if inverter.presence is not Presence.THERE:
            return None
        answer = respond(rtu, inverter.unit, inverter, glitch)
        if function == WRITE and answer and answer[1] == WRITE:
            self.written.append((address, unpack_from(f">{count}H", rtu, 7)))
        return answer

    def _count_strike(self) -> None:
        """Count an answer that the fault changed; end a fault that was ordered for a few."""
        if self._fault_left is not None:
            self._fault_left -= 1
            if self._fault_left == 0:
                self.fault = Fault.NONE

    def _stick_now(self) -> Stick:
        """Return the logger with its times of this moment."""
        elapsed = int(self.site.clock.timestamp() - self._started)
        stick = self._stick
        stick.working_s = WORKED_S + elapsed
        stick.uptime_s = elapsed
        stick.offset_s = round(self._started + self.clock_offset_s) - WORKED_S
        return stick


if __name__ == "__main__":
    from tests.simulators.logger_by_hand import main

    main("logger")
