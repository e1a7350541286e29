"""Each fault does on the wire what it says, and nothing is left of it afterwards."""

import asyncio
import socket

import pytest

from tests.simulators import v5sim
from tests.simulators.face import Face
from tests.simulators.faults import AT_TEXT, RELAY_FRAME, Fault
from tests.simulators.glitch import JUMP_RAW, YESTERDAY_RAW
from tests.simulators.logger import LoggerSimulator
from tests.simulators.modbus_unit import with_crc

from .fault_checks import READ_BLOCK, READ_SIZE, SEEN, controls, is_whole
from .wire import Heard, Wire, connected


@pytest.mark.parametrize("fault", list(Fault))
async def test_a_fault_does_on_the_wire_what_it_says(
    fault: Fault, logger: LoggerSimulator, wire: Wire
) -> None:
    is_whole(await wire.read(), logger)
    logger.fault = fault
    SEEN[fault](await wire.read(), logger)

    logger.fault = Fault.NONE
    async with connected(logger) as afterwards:
        is_whole(await afterwards.read(), logger)


@pytest.mark.parametrize("fault", list(Fault))
def test_every_fault_is_described_and_has_a_public_source(fault: Fault) -> None:
    assert fault.on_wire
    assert fault.source or fault is Fault.NONE
    assert Fault[fault.name] is fault


@pytest.mark.parametrize("fault", [Fault.SILENCE, Fault.ZEROS, Fault.DOUBLE_CRC])
async def test_a_fault_for_one_answer_strikes_once(
    fault: Fault, logger: LoggerSimulator, wire: Wire
) -> None:
    logger.fault_once(fault=fault)
    SEEN[fault](await wire.read(), logger)
    assert logger.fault is Fault.NONE
    is_whole(await wire.read(), logger)


async def test_a_fault_can_be_ordered_for_some_answers(logger: LoggerSimulator, wire: Wire) -> None:
    logger.fault = Fault.ERROR_05
    logger.fault_once(2)
    heard = [(await wire.read()).answers[0].payload for _ in range(3)]
    assert [len(payload) for payload in heard] == [16, 16, READ_SIZE - 13]


async def test_a_register_fault_waits_for_an_answer_it_can_change(
    logger: LoggerSimulator, wire: Wire
) -> None:
    logger.fault_once(fault=Fault.SOC_JUMP)
    for address, count, left in ((150, 10, Fault.SOC_JUMP), (150, 47, Fault.NONE)):
        assert len((await wire.read(address, count)).registers) == count
        assert logger.fault is left


async def test_faults_of_the_inverter_leave_short_errors_alone(
    logger: LoggerSimulator, wire: Wire
) -> None:
    logger.fault_once(fault=Fault.WRONG_LENGTH)
    assert (await wire.ask(with_crc(bytes.fromhex("020300b80001")))).rtu == b"\x05\x00"
    assert logger.fault is Fault.WRONG_LENGTH


def _counters(inverter: Face, registers: list[int]) -> list[int]:
    """Return the raw counters in the registers from 59 on."""
    words = dict(enumerate(registers, 59))
    return [words[row.words[0]] | words[row.words[1]] << 16 for row in inverter.total_rows]


async def test_counters_can_read_zero_or_jump(logger: LoggerSimulator, wire: Wire) -> None:
    inverter = logger.inverter
    good = _counters(inverter, (await wire.read(59, 58)).registers)
    assert len(good) == 6
    logger.fault = Fault.COUNTER_ZERO
    assert _counters(inverter, (await wire.read(59, 58)).registers) == [0] * 6
    logger.fault = Fault.COUNTER_JUMP
    jumped = _counters(inverter, (await wire.read(59, 58)).registers)
    assert jumped == [raw + JUMP_RAW for raw in good]
    assert (await wire.read(79, 1)).registers == [inverter.image()[79]]


async def test_counters_can_stand_still(logger: LoggerSimulator, wire: Wire) -> None:
    before = (await wire.read(59, 58)).registers
    logger.fault = Fault.COUNTER_STUCK
    logger.site.clock.advance(3600)
    during = (await wire.read(59, 58)).registers
    assert _counters(logger.inverter, during) == _counters(logger.inverter, before)
    assert during[90 - 59] != before[90 - 59], "a temperature"
    logger.fault = Fault.NONE
    after = (await wire.read(59, 58)).registers
    assert _counters(logger.inverter, after) != _counters(logger.inverter, before)


async def test_the_high_word_of_a_counter_can_be_of_another_moment(
    logger: LoggerSimulator, wire: Wire
) -> None:
    good = _counters(logger.inverter, (await wire.read(59, 58)).registers)
    logger.fault = Fault.TORN_WORDS
    torn = _counters(logger.inverter, (await wire.read(59, 58)).registers)
    assert torn == [raw + 0x10000 for raw in good]


async def test_the_day_can_begin_below_zero_or_with_yesterdays_energy(
    logger: LoggerSimulator, wire: Wire
) -> None:
    (good,) = (await wire.read(108, 1)).registers
    logger.fault = Fault.NEGATIVE_TODAY
    assert (await wire.read(108, 1)).registers == [0xFFFE]
    logger.fault = Fault.CLOCK_NEVER_SET
    assert (await wire.read(108, 1)).registers == [good + YESTERDAY_RAW]
    assert (await wire.read(22, 3)).registers == [0, 0, 0]


@pytest.mark.parametrize("fault", [Fault.RELAY_FIRST, Fault.HANDSHAKE])
async def test_a_client_can_be_greeted_with_foreign_bytes(
    fault: Fault, logger: LoggerSimulator
) -> None:
    logger.fault = fault
    async with connected(logger) as wire:
        heard = await wire.listen()
        assert heard.data == RELAY_FRAME or controls(heard) == [v5sim.HANDSHAKE]


async def test_a_wrong_serial_can_be_met_with_silence_or_an_end(
    logger: LoggerSimulator, wire: Wire
) -> None:
    logger.fault = Fault.SERIAL_SILENT
    assert await wire.ask(READ_BLOCK, serial=0) == Heard()
    logger.fault = Fault.SERIAL_CLOSE
    assert await wire.ask(READ_BLOCK, serial=0) == Heard(ended=True)


async def test_a_sulking_logger_is_closed_after_a_clients_reset(logger: LoggerSimulator) -> None:
    logger.fault = Fault.SULK
    async with connected(logger) as wire:
        is_whole(await wire.read(), logger)
    async with connected(logger) as wire, connected(logger) as other:
        wire.reset()
        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(other.reader.read(), 5)
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(logger.host, logger.port)
    logger.fault = Fault.NONE
    async with connected(logger) as wire:
        is_whole(await wire.read(), logger)


async def test_a_sulking_logger_calms_down(logger: LoggerSimulator) -> None:
    logger.refuse_s = 0.02
    logger.fault = Fault.SULK
    async with connected(logger) as wire, connected(logger) as other:
        wire.reset()
        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(other.reader.read(), 5)
    await asyncio.sleep(20 * logger.refuse_s)
    async with connected(logger) as wire:
        is_whole(await wire.read(), logger)


@pytest.mark.parametrize("cut", [1, 12, 25, READ_SIZE - 1])
async def test_the_byte_of_a_split_can_be_chosen(
    cut: int, logger: LoggerSimulator, wire: Wire
) -> None:
    logger.split_at = cut
    logger.fault = Fault.SPLIT
    assert len((await wire.read()).segments[0]) == cut


async def test_a_late_answer_comes_right_before_the_next_one(
    logger: LoggerSimulator, wire: Wire
) -> None:
    logger.fault_once(fault=Fault.LATE_ANSWER)
    assert not (await wire.read(184, 1)).segments
    late, own = (await wire.read()).answers
    assert (late.sequence, own.sequence) == (0x42, 0x43)


async def test_a_late_answer_can_come_by_itself(logger: LoggerSimulator, wire: Wire) -> None:
    logger.late_s = 0.05
    logger.fault_once(fault=Fault.LATE_ANSWER)
    now = asyncio.get_running_loop().time
    begin = now()
    wire.send(READ_BLOCK)
    late = await wire.reader.read(4096)
    assert now() - begin >= logger.late_s
    is_whole(Heard([late]), logger)


async def test_a_refused_port_is_closed_until_it_opens_again(logger: LoggerSimulator) -> None:
    logger.fault = Fault.REFUSE
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(logger.host, logger.port)
    logger.fault = Fault.NONE
    async with connected(logger) as wire:
        is_whole(await wire.read(), logger)


async def test_a_closed_port_is_given_to_nobody_else(logger: LoggerSimulator) -> None:
    logger.fault = Fault.REFUSE
    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind((logger.host, logger.port))
    await logger.stop()
    with socket.socket() as other:
        other.bind((logger.host, logger.port))


async def test_a_refused_port_opens_by_itself(logger: LoggerSimulator) -> None:
    logger.refuse_s = 0.02
    logger.fault = Fault.REFUSE
    await asyncio.sleep(20 * logger.refuse_s)
    async with connected(logger) as wire:
        is_whole(await wire.read(), logger)


async def test_a_logger_can_begin_refused(logger: LoggerSimulator) -> None:
    await logger.stop()
    logger.fault = Fault.REFUSE
    await logger.start()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(logger.host, logger.port)


async def test_a_half_open_logger_does_not_even_close(logger: LoggerSimulator, wire: Wire) -> None:
    logger.fault = Fault.HALF_OPEN
    wire.writer.write_eof()
    assert await wire.listen() == Heard()
    assert logger.open_connections == 1
    logger.fault = Fault.NONE
    assert (await wire.listen()).ended


async def test_chatter_is_the_first_that_a_client_hears(logger: LoggerSimulator) -> None:
    logger.fault = Fault.AT_CHATTER
    async with connected(logger) as wire:
        assert (await wire.listen()).segments == [AT_TEXT]
