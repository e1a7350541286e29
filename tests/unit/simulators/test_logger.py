"""The simulated logger behaves like a real stick; pysolarmanv5 reads it."""

import asyncio
from collections.abc import AsyncIterator
from struct import pack, unpack_from

from pysolarmanv5 import PySolarmanV5Async
import pytest

from tests.simulators import v5sim
from tests.simulators.faults import Fault
from tests.simulators.logger import MOST_CLIENTS, WORKED_S, LoggerSimulator
from tests.simulators.modbus_unit import with_crc
from tests.simulators.rows import Row
from tests.simulators.rows_hybrid_1p import MEASURED, SETTINGS
from tests.simulators.site import Clock, Site
from tests.simulators.v5sim import V5Reader

from .conftest import MORNING
from .wire import Wire, connected

BLOCKS = ((0, 25), (59, 58), (150, 47), (200, 94), (312, 12), (275, 125))
READ_SOC = with_crc(pack(">BBHH", 1, 3, 184, 1))


@pytest.fixture
async def other_program(logger: LoggerSimulator) -> AsyncIterator[PySolarmanV5Async]:
    """An independent client."""
    client = PySolarmanV5Async(logger.host, logger.serial, port=logger.port)
    await client.connect()
    yield client
    await client.disconnect()


async def test_another_program_reads_the_truth(
    logger: LoggerSimulator, other_program: PySolarmanV5Async
) -> None:
    image: dict[int, int] = {}
    for address, count in BLOCKS:
        words = await other_program.read_holding_registers(address, count)
        image |= dict(enumerate(words, address))
    rows: tuple[Row, ...] = (*MEASURED, *SETTINGS)
    read = {row.key: row.decode(image) for row in rows if set(row.words) <= image.keys()}
    truth = logger.truth()
    assert read.items() <= truth.items()
    assert truth.keys() - read.keys() == {"inverter_power_switch", "max_solar_power", "pv_power"}
    assert logger.requests == [(3, address, count) for address, count in BLOCKS]


async def test_another_program_writes_a_setting(
    logger: LoggerSimulator, other_program: PySolarmanV5Async
) -> None:
    await other_program.write_multiple_holding_registers(268, [40, 41])
    assert await other_program.read_holding_registers(267, 3) == [4900, 40, 41]
    assert logger.written == [(268, (40, 41))]
    assert logger.requests[0] == (16, 268, 2)


async def test_registers_follow_the_clock(logger: LoggerSimulator, wire: Wire) -> None:
    before = (await wire.read(22, 3)).registers
    logger.site.clock.advance(61)
    assert (await wire.read(22, 3)).registers[2] - before[2] == 0x0101


async def test_a_wrong_serial_is_answered_with_the_right_one(
    logger: LoggerSimulator, wire: Wire
) -> None:
    heard = await wire.ask(READ_SOC, serial=0)
    assert heard.rtu == b"\x06\x00"
    assert heard.frames[0].serial == logger.serial
    assert logger.requests == []
    assert logger.serials_asked == [0]


async def test_old_firmware_says_nothing_to_a_wrong_serial(
    logger: LoggerSimulator, wire: Wire
) -> None:
    logger.silent_on_wrong_serial = True
    assert (await wire.ask(READ_SOC, serial=5)).segments == []


@pytest.mark.parametrize(
    "rtu",
    [
        with_crc(pack(">BBHH", 2, 3, 184, 1)),
        with_crc(pack(">BBHH", 1, 4, 184, 1)),
        READ_SOC[:-1] + b"\0",
        b"\1\3",
        with_crc(pack(">BBHH", 1, 3, 184, 1) + b"\0"),
    ],
    ids=["unit", "function", "crc", "short", "long"],
)
async def test_what_the_inverter_does_not_answer_is_error_05(wire: Wire, rtu: bytes) -> None:
    assert (await wire.ask(rtu)).rtu == b"\x05\x00"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (pack(">BBHH", 1, 3, 0, 126), 3),
        (pack(">BBHH", 1, 3, 0, 0), 3),
        (pack(">BBHH", 1, 3, 300, 101), 2),
        (pack(">BBHHBH", 1, 16, 184, 1, 2, 50), 2),
        (pack(">BBHHBH", 1, 16, 268, 2, 2, 50), 3),
        (pack(">BBHHB", 1, 16, 268, 0, 0), 3),
    ],
)
async def test_the_inverter_refuses_what_it_cannot_do(wire: Wire, body: bytes, code: int) -> None:
    heard = await wire.ask(with_crc(body))
    assert heard.rtu[1:3] == bytes((body[1] | 0x80, code))
    assert wire.logger.written == []


async def test_a_frame_with_a_wrong_checksum_is_not_answered(wire: Wire) -> None:
    frame = v5sim.build(v5sim.REQUEST, 1, 0, wire.logger.serial, bytes(15) + READ_SOC)
    wire.writer.write(frame[:-2] + b"\0\x15" if frame[-2] else frame[:-2] + b"\1\x15")
    assert (await wire.listen()).segments == []


async def test_the_times_of_an_answer_tell_the_time(logger: LoggerSimulator, wire: Wire) -> None:
    logger.site.clock.advance(100)
    first, second = await wire.read(), await wire.read()
    working, uptime, offset = unpack_from("<III", first.answers[0].payload, 2)
    assert (working, uptime) == (WORKED_S + 100, 100)
    assert working + offset == MORNING.timestamp() + 100
    assert second.frames[0].counter == first.frames[0].counter + 1
    assert second.frames[0].sequence == wire.sequence

    logger.clock_offset_s = 600
    working, _, offset = unpack_from("<III", (await wire.read()).answers[0].payload, 2)
    assert working + offset == MORNING.timestamp() + 700


async def test_every_client_gets_every_answer_if_asked_for(logger: LoggerSimulator) -> None:
    async with connected(logger) as one, connected(logger) as two:
        assert len((await one.read()).answers) == 1
        assert (await two.listen()).segments == []
        logger.copy_answers = True
        heard = await one.read()
        assert (await two.listen()).data == heard.data


async def test_a_sixth_client_is_turned_away(logger: LoggerSimulator) -> None:
    wires = [connected(logger) for _ in range(MOST_CLIENTS + 1)]
    *five, sixth = [await wire.__aenter__() for wire in wires]
    assert (await sixth.listen()).ended
    assert logger.open_connections == MOST_CLIENTS
    assert logger.connections == MOST_CLIENTS + 1
    assert len((await five[0].read()).answers) == 1
    for wire in wires:
        await wire.__aexit__(None, None, None)


async def test_one_request_is_served_at_a_time(logger: LoggerSimulator) -> None:
    logger.answer_delay_s = 0.02
    now = asyncio.get_running_loop().time

    async def answered_at(wire: Wire) -> float:
        wire.send(READ_SOC)
        assert await wire.reader.read(4096)
        return now()

    begin = now()
    async with connected(logger) as one, connected(logger) as two:
        times = await asyncio.gather(answered_at(one), answered_at(two))
    assert min(times) - begin >= logger.answer_delay_s
    assert max(times) - begin >= 2 * logger.answer_delay_s


async def test_heartbeats_come_by_themselves_and_replies_are_noted(
    socket_enabled: None,  # noqa: ARG001  opens sockets
    site: Site,
) -> None:
    logger = LoggerSimulator(site, heartbeat_s=0.02)
    await logger.start()
    async with connected(logger) as wire:
        (heartbeat,) = V5Reader().feed(await wire.reader.read(v5sim.OVERHEAD + 1))
        wire.writer.write(
            v5sim.build(0x1710, heartbeat.sequence + 1, heartbeat.counter, logger.serial, bytes(10))
        )
        async with asyncio.timeout(5):
            while not logger.replies:
                await wire.reader.read(4096)
    await logger.stop()
    assert [reply.control for reply in logger.replies] == [0x1710]


async def test_a_stopped_logger_leaves_no_task_and_its_port_can_be_used_again(
    logger: LoggerSimulator,
) -> None:
    before = asyncio.all_tasks()
    async with connected(logger) as wire:
        logger.fault = Fault.HALF_OPEN
        await wire.read()
        await logger.stop()
        assert logger.open_connections == 0
    assert asyncio.all_tasks() <= before
    logger.fault = Fault.NONE
    await logger.start()
    async with connected(logger) as wire:
        assert (await wire.read(184, 1)).registers == [logger.truth()["battery_soc"]]


async def test_dropped_connections_are_reset(logger: LoggerSimulator, wire: Wire) -> None:
    await wire.read()
    logger.drop_connections()
    assert (await wire.listen()).reset


def test_the_rated_power_can_be_chosen() -> None:
    logger = LoggerSimulator(Site(1, Clock(MORNING)), rated_w=5000, unit=3)
    assert logger.truth()["rated_power"] == 5000
    assert logger.truth()["modbus_address"] == 3
