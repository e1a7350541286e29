"""What a bare client hears of each fault: checks by fault, for a read of registers 150-196."""

from collections.abc import Callable
from struct import unpack_from

from tests.simulators import v5sim
from tests.simulators.faults import AT_TEXT, RELAY_FRAME, Fault
from tests.simulators.logger import LoggerSimulator
from tests.simulators.modbus_unit import with_crc

from .wire import Heard

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
