"""What can go wrong between a logger and its client, and what is on the wire then."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from tests.simulators import v5sim
from tests.simulators.modbus_unit import ILLEGAL_ADDRESS, exception, read_answer, with_crc
from tests.simulators.noise import Dice
from tests.simulators.v5sim import Stick, V5Frame


class Fault(StrEnum):
    """One thing that goes wrong; `on_wire` says what, `source` where it was seen in public.

    Short names of repositories: PS jmccrohan/pysolarmanv5, HS davidrapan/ha-solarman,
    SJ StephanJoubert/home_assistant_solarman, KB kbialek/deye-inverter-mqtt, KZ kellerza/sunsynk.
    """

    on_wire: str
    source: str

    def __new__(cls, value: str, on_wire: str, source: str) -> Self:
        """Make a member that carries its description."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.on_wire = on_wire
        member.source = source
        return member

    NONE = "none", "the answer, whole and in time", ""

    # How the bytes arrive.
    SPLIT = "split", "the answer in two segments, cut at any byte", "PS #62, SJ #80"
    BYTEWISE = "bytewise", "the answer in segments of one byte", "PS #62"
    GLUED = "glued", "a heartbeat and the answer in one segment", "PS #19, SJ #80"
    HEARTBEAT_BEFORE = "heartbeat_before", "a heartbeat, a pause, the answer", "PS #19"
    HEARTBEAT_INSTEAD = (
        "heartbeat_instead",
        "a heartbeat with the old sequence, no answer",
        "PS #19",
    )
    HEARTBEAT_BEHIND = "heartbeat_behind", "the answer and a heartbeat in one segment", "PS #19"
    AT_CHATTER = "at_chatter", "AT text on connecting and before each answer", "HS #287, SJ #407"
    HANDSHAKE = (
        "handshake",
        "a frame 0x4110 on connecting, as after a restart, and before the answer",
        "PS docs",
    )
    RELAY_FIRST = (
        "relay_first",
        "raw RTU of unit 0xAA on connecting, then the answer",
        "SJ #467, HS #287",
    )
    FOREIGN_FRAMES = (
        "foreign_frames",
        "raw RTU of unit 0xAA and frames 0x4110 0x4210 0x4310 0x4810 before the answer",
        "PS 46, KB #206",
    )
    FOREIGN_ANSWERS = (
        "foreign_answers",
        "answers to another client's requests, alike but for sequence and data, before the answer",
        "SJ #529, SJ #367",
    )
    WRONG_SEQUENCE = (
        "wrong_sequence",
        "the answer with another sequence number or transaction id",
        "SJ #529",
    )
    LATE_ANSWER = "late_answer", "the answer after the client gave up", "PS #19, KB #31"
    SLOW = "slow", "the answer after some seconds", "KB #31, KB #2"
    SILENCE = "silence", "nothing; the connection stays", "PS #87"
    TRUNCATED = "truncated", "an answer whose last bytes never come", "HS #581"

    # What the logger answers.
    ERROR_05 = "error_05", "05 00 in place of the Modbus frame", "PS #48, PS #6"
    ERROR_06 = "error_06", "06 00 in place of the Modbus frame, the real serial in front", "PS #87"
    ERRORS_GLUED = "errors_glued", "05 00, a heartbeat and 05 00 again in one segment", "SJ #80"
    SERIAL_SILENT = "serial_silent", "nothing to a request with a wrong serial", "PS #87"
    SERIAL_CLOSE = "serial_close", "the connection ends at a request with a wrong serial", "PS #87"
    BAD_CHECKSUM = "bad_checksum", "a frame with a wrong V5 checksum", "SJ #120"
    CLOCK_UNSET = "clock_unset", "the answer with offset time 0", "PS #14"
    MBAP = "mbap", "a Modbus TCP exception of 9 bytes: an Ethernet logger", "KB #98, PS #5"

    # What the inverter answers.
    DOUBLE_CRC = "double_crc", "a Modbus frame with its CRC and 00 00 behind", "PS #62, PS 65"
    ZEROS_BEHIND = "zeros_behind", "a Modbus frame with a wrong CRC and 00 00 behind", "HS ac1d88b"
    BAD_CRC = "bad_crc", "a Modbus frame with a wrong CRC", "SJ #120"
    WRONG_LENGTH = "wrong_length", "a register less than asked for, CRC right", "SJ #367"
    WRONG_UNIT = "wrong_unit", "an answer of another Modbus unit, CRC right", "SJ #367"
    RELAY_ANSWER = "relay_answer", "the answer's frame around RTU of unit 0xAA", "KB #206, HS #287"
    EXCEPTION = "exception", "Modbus exception 02", "Modbus Application Protocol 7"

    # The connection.
    HALF_OPEN = "half_open", "accepts and reads, never answers, never closes", "SJ #523"
    REFUSE = "refuse", "the port is closed; open connections are reset", "HS #433"
    SULK = "sulk", "after a client's reset the port is closed for minutes", "HS #433"
    IDLE_CLOSE = "idle_close", "the answer; a connection without requests ends", "HS #433"
    RESET = "reset", "the connection is reset in place of an answer", "SJ #532"
    CLOSE_AFTER_ANSWER = "close_after_answer", "the answer, then the connection ends", "SJ #523"
    CLOSE_MID_FRAME = "close_mid_frame", "half an answer, then the connection ends", "SJ #523"

    # What the registers say.
    ZEROS = "zeros", "all registers 0, as for minutes after waking up", "SJ #111, KB #189"
    FFFF = "ffff", "all registers 0xFFFF, as where nothing is there", "KB #2"
    SOC_JUMP = "soc_jump", "a state of charge 30 points off", "SJ #660"
    SOC_ZERO = "soc_zero", "state of charge and battery voltage 0", "tailucas/inverter-monitor"
    COUNTER_ZERO = "counter_zero", "lifetime counters 0", "SJ #153, KB #189"
    COUNTER_JUMP = "counter_jump", "lifetime counters 500 kWh too high", "SJ #120, HS #581"
    COUNTER_STUCK = "counter_stuck", "counters that stand still from here on", "SJ #324, KB #189"
    TORN_WORDS = "torn_words", "the high words of two-word values are of another moment", "KZ #398"
    HIGH_WORD_ZERO = "high_word_zero", "the high word of negative powers is 0", "KZ #398"
    NEGATIVE_TODAY = "negative_today", "counters of the day just below 0", "SJ #354, SJ #11"
    CLOCK_NEVER_SET = (
        "clock_never_set",
        "the inverter's clock reads zeros and its day holds yesterday's energy too",
        "PS #81, HS #103",
    )
    JUNK_INPUTS = "junk_inputs", "junk in the registers of inputs that are not there", "KZ #671"
    TENS_OF_WATTS = (
        "tens_of_watts",
        "powers in tens of W, as 12-16 kW units count",
        "HS #998, KZ #366",
    )
    NO_SENSOR = "no_sensor", "temperatures 0, that is -100 °C", "HS deye_hybrid.yaml"


AT_TEXT = b"AT+YZCMPVER=MW3_16U_5406_2.32-D1\r\n\r\n"
RELAY_UNIT = 0xAA
RELAY_FRAME = with_crc(bytes.fromhex("aa0306a51a01f401f4"))
"""Raw RTU of the AC relay of a micro-inverter; its A5 looks like the start of a frame."""
SHORT_ERROR_UNIT, SHORT_ERROR_SERIAL = b"\x05\x00", b"\x06\x00"


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing for so many seconds, so that the client reads what came before on its own."""

    seconds: float = 0.02


@dataclass(frozen=True, slots=True)
class Slow:
    """Nothing for as long as a slow logger takes (the simulator's `slow_s`)."""


@dataclass(frozen=True, slots=True)
class Late:
    """Bytes that come after the client gave up."""

    data: bytes


@dataclass(frozen=True, slots=True)
class End:
    """The logger ends the connection, cleanly or with a reset."""

    reset: bool = False


type Act = bytes | Pause | Slow | Late | End
"""One thing the logger does; bytes are one segment."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request with the inverter's answer to it, and who plays the logger."""

    request: V5Frame
    rtu: bytes
    stick: Stick
    dice: Dice
    split_at: int | None

    def answer(self) -> bytes:
        """Return the right answer's frame."""
        return self.stick.answer(self.request.sequence, self.rtu)

    def with_rtu(self, rtu: bytes) -> bytes:
        """Return a frame that answers the request with another Modbus frame."""
        return self.stick.answer(self.request.sequence, rtu)

    def heartbeat(self) -> bytes:
        """Return a heartbeat."""
        return self.stick.unasked(v5sim.HEARTBEAT)


type Script = Callable[[Exchange], list[Act]]


def _split(exchange: Exchange) -> list[Act]:
    frame = exchange.answer()
    cut = exchange.split_at or 1 + exchange.dice.below(len(frame) - 1)
    return [frame[:cut], Pause(), frame[cut:]]


def _bytewise(exchange: Exchange) -> list[Act]:
    acts: list[Act] = []
    for byte in exchange.answer():
        acts += [bytes((byte,)), Pause(0)]
    return acts


def _errors_glued(exchange: Exchange) -> list[Act]:
    error = exchange.with_rtu(SHORT_ERROR_UNIT)
    return [error + exchange.heartbeat() + exchange.with_rtu(SHORT_ERROR_UNIT)]


def _zeros_behind(exchange: Exchange) -> list[Act]:
    return [exchange.with_rtu(_wrong_crc(exchange.rtu) + b"\0\0")]


def _relay_answer(exchange: Exchange) -> list[Act]:
    rtu = exchange.rtu
    return [exchange.with_rtu(with_crc(bytes((RELAY_UNIT,)) + rtu[1:-2]))]


def _foreign_frames(exchange: Exchange) -> list[Act]:
    stick = exchange.stick
    unasked = (
        (v5sim.HANDSHAKE, v5sim.HANDSHAKE_SIZE),
        (v5sim.DATA, 100),
        (v5sim.WIFI, 40),
        (v5sim.REPORT, 30),
    )
    frames = b"".join(stick.unasked(control, bytes(size)) for control, size in unasked)
    return [RELAY_FRAME, Pause(), RELAY_FRAME + frames + exchange.answer()]


def _foreign_answers(exchange: Exchange) -> list[Act]:
    """Answer, before the real one, two requests that another client made of the same block."""
    stick, own = exchange.stick, exchange.request.sequence
    count = (len(exchange.rtu) - 5) // 2
    rtu = read_answer(exchange.rtu[0], [0x1111] * count)
    first, second = (stick.answer(own + step & 0xFF, rtu) for step in (101, 102))
    return [first, Pause(), second + exchange.answer()]


def _wrong_sequence(exchange: Exchange) -> list[Act]:
    return [exchange.stick.answer(exchange.request.sequence + 77 & 0xFF, exchange.rtu)]


def _wrong_length(exchange: Exchange) -> list[Act]:
    rtu = exchange.rtu
    shorter = bytes((rtu[0], rtu[1], rtu[2] - 2)) + rtu[3:-4]
    return [exchange.with_rtu(with_crc(shorter))]


def _wrong_unit(exchange: Exchange) -> list[Act]:
    rtu = exchange.rtu
    return [exchange.with_rtu(with_crc(bytes((rtu[0] + 1,)) + rtu[1:-2]))]


def _bad_crc(exchange: Exchange) -> list[Act]:
    return [exchange.with_rtu(_wrong_crc(exchange.rtu))]


def _wrong_crc(rtu: bytes) -> bytes:
    return rtu[:-1] + bytes((rtu[-1] ^ 0x5A,))


def _bad_checksum(exchange: Exchange) -> list[Act]:
    frame = exchange.answer()
    return [frame[:-2] + bytes((frame[-2] ^ 0x5A, frame[-1]))]


def _clock_unset(exchange: Exchange) -> list[Act]:
    set_to = exchange.stick.offset_s
    exchange.stick.offset_s = 0
    frame = exchange.answer()
    exchange.stick.offset_s = set_to
    return [frame]


def _mbap(exchange: Exchange) -> list[Act]:
    """Read the V5 request as Modbus TCP does: its 8th byte is the function, exception 02."""
    request = exchange.request
    serial = request.serial.to_bytes(4, "little")
    head = v5sim.build(request.control, request.sequence, request.counter, request.serial, b"")
    length = (v5sim.REQUEST_HEAD + len(request.rtu)).to_bytes(2, "little")
    return [head[:1] + length + head[3:5] + bytes((3, request.counter, serial[0] | 0x80, 2))]


def _exception(exchange: Exchange) -> list[Act]:
    unit, function = exchange.rtu[0], exchange.rtu[1]
    return [exchange.with_rtu(exception(unit, function, ILLEGAL_ADDRESS))]


def _close_mid_frame(exchange: Exchange) -> list[Act]:
    frame = exchange.answer()
    return [frame[: len(frame) // 2], End()]


SCRIPTS: dict[Fault, Script] = {
    Fault.SPLIT: _split,
    Fault.BYTEWISE: _bytewise,
    Fault.GLUED: lambda exchange: [exchange.heartbeat() + exchange.answer()],
    Fault.HEARTBEAT_BEFORE: lambda exchange: [exchange.heartbeat(), Pause(), exchange.answer()],
    Fault.HEARTBEAT_INSTEAD: lambda exchange: [exchange.heartbeat()],
    Fault.HEARTBEAT_BEHIND: lambda exchange: [exchange.answer() + exchange.heartbeat()],
    Fault.HANDSHAKE: lambda exchange: [exchange.stick.handshake() + exchange.answer()],
    Fault.AT_CHATTER: lambda exchange: [AT_TEXT + exchange.answer()],
    Fault.FOREIGN_FRAMES: _foreign_frames,
    Fault.FOREIGN_ANSWERS: _foreign_answers,
    Fault.WRONG_SEQUENCE: _wrong_sequence,
    Fault.LATE_ANSWER: lambda exchange: [Late(exchange.answer())],
    Fault.SLOW: lambda exchange: [Slow(), exchange.answer()],
    Fault.SILENCE: lambda _: [],
    Fault.HALF_OPEN: lambda _: [],
    Fault.TRUNCATED: lambda exchange: [exchange.answer()[:-5]],
    Fault.ERROR_05: lambda exchange: [exchange.with_rtu(SHORT_ERROR_UNIT)],
    Fault.ERROR_06: lambda exchange: [exchange.with_rtu(SHORT_ERROR_SERIAL)],
    Fault.ERRORS_GLUED: _errors_glued,
    Fault.BAD_CHECKSUM: _bad_checksum,
    Fault.CLOCK_UNSET: _clock_unset,
    Fault.MBAP: _mbap,
    Fault.DOUBLE_CRC: lambda exchange: [exchange.with_rtu(exchange.rtu + b"\0\0")],
    Fault.ZEROS_BEHIND: _zeros_behind,
    Fault.BAD_CRC: _bad_crc,
    Fault.WRONG_LENGTH: _wrong_length,
    Fault.WRONG_UNIT: _wrong_unit,
    Fault.RELAY_ANSWER: _relay_answer,
    Fault.EXCEPTION: _exception,
    Fault.RESET: lambda _: [End(reset=True)],
    Fault.CLOSE_AFTER_ANSWER: lambda exchange: [exchange.answer(), End()],
    Fault.CLOSE_MID_FRAME: _close_mid_frame,
}


def script(fault: Fault, exchange: Exchange) -> list[Act]:
    """Return what the logger does for an exchange under a fault."""
    play = SCRIPTS.get(fault)
    return play(exchange) if play else [exchange.answer()]


REGISTER_FAULTS = frozenset(
    {
        Fault.ZEROS,
        Fault.FFFF,
        Fault.SOC_JUMP,
        Fault.SOC_ZERO,
        Fault.COUNTER_ZERO,
        Fault.COUNTER_JUMP,
        Fault.COUNTER_STUCK,
        Fault.TORN_WORDS,
        Fault.HIGH_WORD_ZERO,
        Fault.NEGATIVE_TODAY,
        Fault.CLOCK_NEVER_SET,
        Fault.JUNK_INPUTS,
        Fault.TENS_OF_WATTS,
        Fault.NO_SENSOR,
    }
)
"""Faults whose frames are right and whose registers are not."""
ANSWER_FAULTS = REGISTER_FAULTS | {
    Fault.FOREIGN_ANSWERS,
    Fault.DOUBLE_CRC,
    Fault.ZEROS_BEHIND,
    Fault.BAD_CRC,
    Fault.WRONG_LENGTH,
    Fault.WRONG_UNIT,
    Fault.RELAY_ANSWER,
    Fault.EXCEPTION,
}
"""Faults that need an answer of the inverter; they leave the logger's own short errors alone."""
