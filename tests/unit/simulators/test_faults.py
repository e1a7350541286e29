"""Each fault does on the wire what it says, and nothing is left of it afterwards."""

import asyncio
from collections.abc import Callable
from struct import unpack_from

import pytest

from tests.simulators import v5sim
from tests.simulators.face import Face
from tests.simulators.faults import AT_TEXT, RELAY_FRAME, Fault
from tests.simulators.glitch import JUMP_RAW, YESTERDAY_RAW
from tests.simulators.logger import LoggerSimulator
from tests.simulators.modbus_unit import with_crc

from .wire import Heard, Wire, connected

SOC, VOLTS = 184, 183
READ_BLOCK = with_crc(bytes.fromhex("01030096002f"))
READ_SIZE = 13 + 14 + 5 + 2 * 47
"""Bytes of the answer to the usual read of 47 registers."""

type Check = Callable[[Heard, LoggerSimulator], None]


def is_whole(heard: Heard, logger: LoggerSimulator) -> None:
    image = logger.inverter.image()
    assert heard.registers == [image[word] for word in range(150, 197)]
    assert not heard.ended


def controls(heard: Heard) -> list[int]:
    return [frame.control for frame in heard.frames]


def split(heard: Heard, logger: LoggerSimulator) -> None:
    is_whole(heard, logger)
    assert len(heard.segments) == 2


def bytewise(heard: Heard, logger: LoggerSimulator) -> None:
    is_whole(heard, logger)
    assert len(heard.segments) > 10


def glued(heard: Heard, logger: LoggerSimulator) -> None:
    is_whole(heard, logger)
    assert controls(heard) == [v5sim.HEARTBEAT, v5sim.ANSWER]
    assert len(heard.segments) == 1


def heartbeat_before(heard: Heard, logger: LoggerSimulator) -> None:
    is_whole(heard, logger)
    assert controls(heard) == [v5sim.HEARTBEAT, v5sim.ANSWER]
    assert len(heard.segments) == 2


def heartbeat_instead(heard: Heard, _: LoggerSimulator) -> None:
    (heartbeat,) = heard.frames
    assert heartbeat.control == v5sim.HEARTBEAT
    assert heartbeat.sequence == 0x42, "the sequence of the request before"


def heartbeat_behind(heard: Heard, logger: LoggerSimulator) -> None:
    is_whole(heard, logger)
    assert controls(heard) == [v5sim.ANSWER, v5sim.HEARTBEAT]
    assert len(heard.segments) == 1


def at_chatter(heard: Heard, logger: LoggerSimulator) -> None:
    assert heard.data.startswith(AT_TEXT)
    is_whole(heard, logger)


def handshake(heard: Heard, logger: LoggerSimulator) -> None:
    is_whole(heard, logger)
    assert controls(heard) == [v5sim.HANDSHAKE, v5sim.ANSWER]


def foreign_frames(heard: Heard, logger: LoggerSimulator) -> None:
    is_whole(heard, logger)
    assert heard.data.count(RELAY_FRAME) == 2
    assert controls(heard) == [0x4110, 0x4210, 0x4310, 0x4810, 0x1510]


def foreign_answers(heard: Heard, logger: LoggerSimulator) -> None:
    *foreign, own = heard.answers
    assert own.sequence == 0x43
    assert own.sequence not in {answer.sequence for answer in foreign}
    assert {len(answer.payload) for answer in foreign} == {len(own.payload)}
    is_whole(Heard([heard.data[2 * READ_SIZE :]]), logger)


def wrong_sequence(heard: Heard, logger: LoggerSimulator) -> None:
    is_whole(heard, logger)
    assert heard.answers[0].sequence != 0x43


def nothing(heard: Heard, _: LoggerSimulator) -> None:
    assert heard == Heard()


def truncated(heard: Heard, _: LoggerSimulator) -> None:
    assert len(heard.data) == READ_SIZE - 5
    assert not heard.ended


def short_error(code: int) -> Check:
    def check(heard: Heard, logger: LoggerSimulator) -> None:
        assert heard.rtu == bytes((code, 0))
        assert heard.answers[0].serial == logger.serial

    return check


def errors_glued(heard: Heard, _: LoggerSimulator) -> None:
    assert controls(heard) == [v5sim.ANSWER, v5sim.HEARTBEAT, v5sim.ANSWER]
    assert [answer.payload[14:] for answer in heard.answers] == [b"\5\0", b"\5\0"]
    assert len(heard.segments) == 1


def bad_checksum(heard: Heard, _: LoggerSimulator) -> None:
    assert len(heard.data) == READ_SIZE
    assert heard.frames == []
    assert heard.data[-2] != v5sim.checksum(heard.data)


def clock_unset(heard: Heard, logger: LoggerSimulator) -> None:
    is_whole(heard, logger)
    assert unpack_from("<I", heard.answers[0].payload, 10) == (0,)


def mbap(heard: Heard, _: LoggerSimulator) -> None:
    assert len(heard.data) == 9
    assert heard.data[:6] == bytes.fromhex("a51700104503")
    assert heard.data[7] & 0x80
    assert heard.data[8] == 2


def double_crc(heard: Heard, _: LoggerSimulator) -> None:
    assert heard.rtu[-2:] == b"\0\0"
    assert with_crc(heard.rtu[:-4]) == heard.rtu[:-2]


def bad_crc(heard: Heard, _: LoggerSimulator) -> None:
    assert len(heard.data) == READ_SIZE
    assert with_crc(heard.rtu[:-2]) != heard.rtu


def zeros_behind(heard: Heard, _: LoggerSimulator) -> None:
    assert heard.rtu[-2:] == b"\0\0"
    assert with_crc(heard.rtu[:-4]) != heard.rtu[:-2]
    assert with_crc(heard.rtu[:-2]) != heard.rtu


def relay_answer(heard: Heard, _: LoggerSimulator) -> None:
    assert heard.rtu[0] == 0xAA
    assert len(heard.registers) == 47


def wrong_length(heard: Heard, _: LoggerSimulator) -> None:
    assert len(heard.registers) == 46


def wrong_unit(heard: Heard, logger: LoggerSimulator) -> None:
    assert heard.rtu[0] == logger.unit + 1
    assert len(heard.registers) == 47


def refused(heard: Heard, _: LoggerSimulator) -> None:
    assert heard.rtu == with_crc(bytes.fromhex("018302"))


def reset(heard: Heard, _: LoggerSimulator) -> None:
    assert heard == Heard(reset=True)


def close_after_answer(heard: Heard, logger: LoggerSimulator) -> None:
    assert heard.ended
    heard.ended = False
    is_whole(heard, logger)


def close_mid_frame(heard: Heard, _: LoggerSimulator) -> None:
    assert heard.ended
    assert len(heard.data) == READ_SIZE // 2


def all_are(word: int) -> Check:
    def check(heard: Heard, _: LoggerSimulator) -> None:
        assert heard.registers == [word] * 47

    return check


def soc_jump(heard: Heard, logger: LoggerSimulator) -> None:
    truth = logger.truth()["battery_soc"]
    assert isinstance(truth, int)
    assert abs(heard.registers[SOC - 150] - truth) == 30


def soc_zero(heard: Heard, logger: LoggerSimulator) -> None:
    assert heard.registers[SOC - 150] == heard.registers[VOLTS - 150] == 0
    assert heard.registers[0] == logger.inverter.image()[150]


def junk_inputs(heard: Heard, logger: LoggerSimulator) -> None:
    changed = changes(heard, logger)
    assert set(changed) == {188, 189}
    assert 0 not in changed.values()


def tens_of_watts(heard: Heard, logger: LoggerSimulator) -> None:
    changed = changes(heard, logger)
    assert 178 in changed
    assert changed.keys() <= {*range(167, 173), *range(176, 179)}
    assert changed[178] == round(logger.inverter.image()[178] / 10)


def no_sensor(heard: Heard, logger: LoggerSimulator) -> None:
    assert changes(heard, logger) == {182: 0}


def changes(heard: Heard, logger: LoggerSimulator) -> dict[int, int]:
    image = logger.inverter.image()
    words = dict(enumerate(heard.registers, 150))
    return {word: value for word, value in words.items() if value != image[word]}


SEEN: dict[Fault, Check] = {
    Fault.NONE: is_whole,
    Fault.SPLIT: split,
    Fault.BYTEWISE: bytewise,
    Fault.GLUED: glued,
    Fault.HEARTBEAT_BEFORE: heartbeat_before,
    Fault.HEARTBEAT_INSTEAD: heartbeat_instead,
    Fault.HEARTBEAT_BEHIND: heartbeat_behind,
    Fault.AT_CHATTER: at_chatter,
    Fault.HANDSHAKE: handshake,
    Fault.RELAY_FIRST: is_whole,
    Fault.FOREIGN_FRAMES: foreign_frames,
    Fault.FOREIGN_ANSWERS: foreign_answers,
    Fault.WRONG_SEQUENCE: wrong_sequence,
    Fault.LATE_ANSWER: nothing,
    Fault.SLOW: is_whole,
    Fault.SILENCE: nothing,
    Fault.TRUNCATED: truncated,
    Fault.ERROR_05: short_error(5),
    Fault.ERROR_06: short_error(6),
    Fault.ERRORS_GLUED: errors_glued,
    Fault.SERIAL_SILENT: is_whole,
    Fault.SERIAL_CLOSE: is_whole,
    Fault.BAD_CHECKSUM: bad_checksum,
    Fault.CLOCK_UNSET: clock_unset,
    Fault.MBAP: mbap,
    Fault.DOUBLE_CRC: double_crc,
    Fault.ZEROS_BEHIND: zeros_behind,
    Fault.BAD_CRC: bad_crc,
    Fault.WRONG_LENGTH: wrong_length,
    Fault.WRONG_UNIT: wrong_unit,
    Fault.RELAY_ANSWER: relay_answer,
    Fault.EXCEPTION: refused,
    Fault.HALF_OPEN: nothing,
    Fault.REFUSE: reset,
    Fault.SULK: is_whole,
    Fault.IDLE_CLOSE: close_after_answer,
    Fault.RESET: reset,
    Fault.CLOSE_AFTER_ANSWER: close_after_answer,
    Fault.CLOSE_MID_FRAME: close_mid_frame,
    Fault.ZEROS: all_are(0),
    Fault.FFFF: all_are(0xFFFF),
    Fault.SOC_JUMP: soc_jump,
    Fault.SOC_ZERO: soc_zero,
    Fault.COUNTER_ZERO: is_whole,
    Fault.COUNTER_JUMP: is_whole,
    Fault.COUNTER_STUCK: is_whole,
    Fault.TORN_WORDS: is_whole,
    Fault.HIGH_WORD_ZERO: is_whole,
    Fault.NEGATIVE_TODAY: is_whole,
    Fault.CLOCK_NEVER_SET: is_whole,
    Fault.JUNK_INPUTS: junk_inputs,
    Fault.TENS_OF_WATTS: tens_of_watts,
    Fault.NO_SENSOR: no_sensor,
}
"""What a bare client hears of a read of 150-196; counters lie elsewhere and are tested below."""


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
    await asyncio.sleep(2 * logger.refuse_s)
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


async def test_a_refused_port_opens_by_itself(logger: LoggerSimulator) -> None:
    logger.refuse_s = 0.02
    logger.fault = Fault.REFUSE
    await asyncio.sleep(2 * logger.refuse_s)
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
