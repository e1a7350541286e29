"""The Ethernet logger and the RS485 adapter do on the wire what they say; pymodbus reads them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from struct import pack, unpack_from

from pymodbus import FramerType
from pymodbus.client import AsyncModbusTcpClient
import pytest

from tests.simulators.face_hybrid_1p import HybridOnePhase
from tests.simulators.faults import AT_TEXT, REGISTER_FAULTS, RELAY_FRAME, Fault
from tests.simulators.logger import LoggerSimulator
from tests.simulators.modbus_tcp import ModbusTcpSimulator
from tests.simulators.modbus_unit import with_crc
from tests.simulators.rtu_tcp import RtuTcpSimulator
from tests.simulators.site import Site

from .wire import Heard, Wire, connected

SECOND_SERIAL = "2207200002"
READ = pack(">BBHH", 1, 3, 150, 47)
TRANSACTION = 0x1234
RTU_SIZE = 5 + 2 * 47
MBAP_SIZE = RTU_SIZE - 2 + 6


@pytest.fixture(params=[ModbusTcpSimulator, RtuTcpSimulator], ids=["tcp", "rtu"])
async def gateway(
    request: pytest.FixtureRequest,
    socket_enabled: None,  # noqa: ARG001  opens sockets
    site: Site,
) -> AsyncIterator[LoggerSimulator]:
    """A gateway with two inverters."""
    simulator: LoggerSimulator = request.param(site)
    simulator.add(HybridOnePhase(site, 2, SECOND_SERIAL))
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
def is_tcp(gateway: LoggerSimulator) -> bool:
    """Whether the gateway speaks Modbus TCP."""
    return isinstance(gateway, ModbusTcpSimulator)


@asynccontextmanager
async def other_program(gateway: LoggerSimulator) -> AsyncIterator[AsyncModbusTcpClient]:
    """An independent client."""
    tcp = isinstance(gateway, ModbusTcpSimulator)
    framer = FramerType.SOCKET if tcp else FramerType.RTU
    client = AsyncModbusTcpClient(gateway.host, port=gateway.port, framer=framer, timeout=5)
    await client.connect()
    try:
        yield client
    finally:
        client.close()


def framed(adu: bytes, *, tcp: bool) -> bytes:
    """Frame unit and PDU."""
    return pack(">HHH", TRANSACTION, 0, len(adu)) + adu if tcp else with_crc(adu)


async def ask(wire: Wire, adu: bytes, *, tcp: bool) -> Heard:
    """Send a request and listen until it is quiet."""
    wire.writer.write(framed(adu, tcp=tcp))
    return await wire.listen()


async def test_another_program_reads_and_writes_both_inverters(gateway: LoggerSimulator) -> None:
    async with other_program(gateway) as client:
        for unit, serial in ((1, gateway.inverter_serial), (2, SECOND_SERIAL)):
            answer = await client.read_holding_registers(3, count=5, device_id=unit)
            assert pack(">5H", *answer.registers).decode() == serial
        await client.write_registers(268, [40, 41], device_id=2)
        answer = await client.read_holding_registers(267, count=3, device_id=2)
        assert answer.registers == [4900, 40, 41]
    assert gateway.written == [(268, (40, 41))]
    assert gateway.connections == 1


async def test_a_unit_that_is_not_there(gateway: LoggerSimulator, *, is_tcp: bool) -> None:
    async with connected(gateway) as wire:
        heard = await ask(wire, pack(">BBHH", 3, 3, 0, 1), tcp=is_tcp)
    if is_tcp:
        assert heard.data == framed(b"\3\x83\x0b", tcp=True)
    else:
        assert heard == Heard()


async def test_a_request_in_pieces_is_understood(gateway: LoggerSimulator, *, is_tcp: bool) -> None:
    body = pack(">BBHHBHH", 1, 16, 268, 2, 4, 50, 51)
    async with connected(gateway) as wire:
        for byte in framed(body, tcp=is_tcp):
            wire.writer.write(bytes((byte,)))
            await wire.writer.drain()
        assert (await wire.listen()).data == framed(body[:6], tcp=is_tcp)
    assert gateway.written == [(268, (50, 51))]


async def test_what_is_no_frame_is_skipped(gateway: LoggerSimulator, *, is_tcp: bool) -> None:
    async with connected(gateway) as wire:
        if not is_tcp:
            wire.writer.write(b"garbage")
        heard = await ask(wire, READ, tcp=is_tcp)
        assert len(heard.data) == (MBAP_SIZE if is_tcp else RTU_SIZE)


async def test_an_ethernet_logger_answers_solarman_v5_with_its_fingerprint(
    socket_enabled: None,  # noqa: ARG001  opens sockets
    site: Site,
) -> None:
    """Request and answer of a real LSE-3 (kbialek/deye-inverter-mqtt issue 98)."""
    gateway = ModbusTcpSimulator(site)
    await gateway.start()
    async with connected(gateway) as wire:
        wire.writer.write(
            bytes.fromhex(
                "a5170010450000560c977d020000000000000000000000000000010302a0000845966d15"
            )
        )
        heard = await wire.listen()
    await gateway.stop()
    assert heard.data.hex() == "a5170010450300d602"


type Check = Callable[[Heard, bytes], bool]
"""Whether what was heard is right, compared with the right answer."""

SEEN: dict[Fault, Check] = {
    Fault.NONE: lambda heard, good: heard == Heard([good]),
    Fault.SPLIT: lambda heard, good: heard.data == good and len(heard.segments) == 2,
    Fault.BYTEWISE: lambda heard, good: heard.data == good and len(heard.segments) > 5,
    Fault.AT_CHATTER: lambda heard, good: heard.data == AT_TEXT + AT_TEXT + good,
    Fault.RELAY_FIRST: lambda heard, good: heard.data == RELAY_FRAME + good,
    Fault.FOREIGN_ANSWERS: lambda heard, good: (
        heard.data.endswith(good) and len(heard.data) == 3 * len(good)
    ),
    Fault.WRONG_SEQUENCE: lambda heard, good: (
        heard.data[2:] == good[2:] and heard.data[:2] != good[:2]
    ),
    Fault.LATE_ANSWER: lambda heard, _: heard == Heard(),
    Fault.SLOW: lambda heard, good: heard == Heard([good]),
    Fault.SILENCE: lambda heard, _: heard == Heard(),
    Fault.TRUNCATED: lambda heard, good: heard == Heard([good[:-5]]),
    Fault.ERROR_05: lambda heard, good: heard.data in {b"", good[:4] + b"\0\3\1\x83\x0b"},
    Fault.DOUBLE_CRC: lambda heard, good: heard.data == good + b"\0\0",
    Fault.ZEROS_BEHIND: lambda heard, good: (
        heard.data[:-3] == good[:-1] and heard.data[-2:] == b"\0\0"
    ),
    Fault.BAD_CRC: lambda heard, good: heard.data[:-1] == good[:-1] and heard.data != good,
    Fault.WRONG_LENGTH: lambda heard, good: len(heard.data) == len(good) - 2,
    Fault.WRONG_UNIT: lambda heard, good: len(heard.data) == len(good) and heard.data != good,
    Fault.RELAY_ANSWER: lambda heard, good: len(heard.data) == len(good) and heard.data != good,
    Fault.EXCEPTION: lambda heard, _: b"\1\x83\2" in heard.data,
    Fault.HALF_OPEN: lambda heard, _: heard == Heard(),
    Fault.REFUSE: lambda heard, _: heard == Heard(reset=True),
    Fault.SULK: lambda heard, good: heard == Heard([good]),
    Fault.IDLE_CLOSE: lambda heard, good: heard.data == good and heard.ended,
    Fault.RESET: lambda heard, _: heard == Heard(reset=True),
    Fault.CLOSE_AFTER_ANSWER: lambda heard, good: heard == Heard([good], ended=True),
    Fault.CLOSE_MID_FRAME: lambda heard, good: heard == Heard([good[: len(good) // 2]], ended=True),
    Fault.ZEROS: lambda heard, _: not any(_registers(heard)),
    Fault.FFFF: lambda heard, _: set(_registers(heard)) == {0xFFFF},
}
"""What a bare client hears; the other faults of registers are the same as behind a stick."""


def _registers(heard: Heard) -> tuple[int, ...]:
    """Return the registers of a whole answer."""
    data = heard.data
    return unpack_from(">47H", data, 9 if len(data) == MBAP_SIZE else 3)


def _cases() -> Iterator[object]:
    for simulator, name in ((ModbusTcpSimulator, "tcp"), (RtuTcpSimulator, "rtu")):
        for fault in simulator.faults:
            if fault in SEEN or fault not in REGISTER_FAULTS:
                yield pytest.param(simulator, fault, id=f"{name}-{fault}")


@pytest.mark.parametrize(("gateway", "fault"), _cases(), indirect=["gateway"])
async def test_a_fault_does_on_the_wire_what_it_says(
    gateway: LoggerSimulator, fault: Fault, *, is_tcp: bool
) -> None:
    async with connected(gateway) as wire:
        good = (await ask(wire, READ, tcp=is_tcp)).data
        assert len(good) == (MBAP_SIZE if is_tcp else RTU_SIZE)
    if fault is Fault.REFUSE:
        async with connected(gateway) as wire:
            await ask(wire, READ, tcp=is_tcp)
            gateway.fault = fault
            assert SEEN[fault](await wire.listen(), good)
    else:
        gateway.fault = fault
        async with connected(gateway) as wire:
            assert SEEN[fault](await ask(wire, READ, tcp=is_tcp), good)

    gateway.fault = Fault.NONE
    async with connected(gateway) as wire:
        assert (await ask(wire, READ, tcp=is_tcp)).data == good


async def test_every_client_of_an_adapter_hears_all_of_the_line(
    socket_enabled: None,  # noqa: ARG001  opens sockets
    site: Site,
) -> None:
    gateway = RtuTcpSimulator(site, copy_answers=True)
    await gateway.start()
    async with connected(gateway) as one, connected(gateway) as two:
        heard = await ask(one, READ, tcp=False)
        assert (await two.listen()).data == heard.data
    await asyncio.sleep(0)
    await gateway.stop()
