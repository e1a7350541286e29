"""The V5 codec: what the real frames do not show."""

from datetime import UTC, datetime
import struct

import pytest

from custom_components.solar_monitor.clients.solarman import v5
from custom_components.solar_monitor.clients.solarman.v5 import Frame, FrameParser

from .scripted_logger import HEARTBEAT, SERIAL

ANSWER = Frame(v5.ANSWER, 3, 4, SERIAL, struct.pack("<BBIII", 2, 1, 5, 6, 7) + b"rtu frame")
UNASKED = Frame(0x4710, 1, 1, SERIAL, b"\0")


@pytest.mark.parametrize("control", sorted(v5.UNASKED))
def test_a_reply_to_an_unasked_frame_carries_the_time(control: int) -> None:
    frame = Frame(control, 0xFF, 0x21, SERIAL, b"\0")
    [reply] = FrameParser().feed(v5.encode_reply(frame, 1_700_000_000))
    assert frame.wants_reply
    assert reply == Frame(
        control - 0x3000, 0, 0x21, SERIAL, b"\0\1" + struct.pack("<I", 1_700_000_000) + bytes(4)
    )
    assert not reply.wants_reply


def test_the_reply_to_a_real_heartbeat_byte_by_byte() -> None:
    heartbeat = bytes.fromhex("a501001047976daa4c2c8e000c15")
    [frame] = FrameParser().feed(heartbeat)
    reply = v5.encode_reply(frame, 0x01020304)
    assert reply.hex() == "a50a001017986daa4c2c8e00010403020100000000f115"


def test_the_time_of_a_reply_fits_its_field_for_ever() -> None:
    [reply] = FrameParser().feed(v5.encode_reply(UNASKED, 1 << 32 | 5))
    assert reply.payload == b"\0\1\5\0\0\0\0\0\0\0"


def test_an_answer_tells_the_clock_of_the_logger() -> None:
    assert ANSWER.logger_time == datetime(1970, 1, 1, 0, 0, 12, tzinfo=UTC)
    assert (ANSWER.total_working_time, ANSWER.power_on_time, ANSWER.offset_time) == (5, 6, 7)
    assert (ANSWER.frame_type, ANSWER.status, ANSWER.rtu) == (2, 1, b"rtu frame")
    assert ANSWER.short_error is None


def test_an_unset_clock_is_none() -> None:
    frame = Frame(v5.ANSWER, 0, 0, SERIAL, struct.pack("<BBIII", 2, 1, 5, 6, 0) + b"\5\0")
    assert frame.logger_time is None
    assert frame.offset_time == 0
    assert frame.short_error == v5.SHORT_ERROR_UNIT_SILENT


@pytest.mark.parametrize("size", range(14))
def test_a_payload_too_short_for_its_fields_gives_none(size: int) -> None:
    frame = Frame(v5.ANSWER, 0, 0, SERIAL, bytes(size))
    assert (frame.total_working_time, frame.power_on_time, frame.offset_time) == (None, None, None)
    assert (frame.logger_time, frame.short_error) == (None, None)
    assert frame.rtu == b""
    assert (frame.frame_type is None) == (size < 1)
    assert (frame.status is None) == (size < 2)


@pytest.mark.parametrize(
    ("what", "place", "value"),
    [
        ("start", 0, 0xA4),
        ("control suffix", 3, 0x11),
        ("control code", 4, 0x35),
        ("serial", 7, 0x00),
        ("payload", 30, 0xEE),
        ("checksum", -2, 0x00),
        ("end", -1, 0x16),
        ("longer", 1, 0xF0),
        ("much longer", 2, 0x0F),
        ("shorter", 1, 0x05),
    ],
)
def test_a_damaged_frame_never_swallows_the_good_one_behind_it(
    what: str, place: int, value: int
) -> None:
    damaged = bytearray(v5.encode(ANSWER))
    damaged[place] = value
    parser = FrameParser()
    assert parser.feed(bytes(damaged) + HEARTBEAT)[-1:] == FrameParser().feed(HEARTBEAT), what
    assert parser.skipped_bytes == len(damaged)
    assert parser.buffered == 0


def test_a_length_that_does_not_fit_the_buffer_is_no_frame() -> None:
    parser = FrameParser()
    assert parser.feed(struct.pack("<BHH", 0xA5, 4096 - 12, 0x4210)) == []
    assert parser.buffered == 0


@pytest.mark.parametrize("control", [0x3510, 0x4511, 0x1010, 0x1910, 0x4910, 0x1500])
def test_an_intact_frame_with_an_unknown_control_is_no_frame(control: int) -> None:
    parser = FrameParser()
    assert parser.feed(v5.encode(Frame(control, 1, 2, SERIAL, bytes(20)))) == []
    assert parser.buffered == 0


def test_the_longest_frame_fits_the_buffer() -> None:
    frame = Frame(0x4210, 1, 2, SERIAL, bytes(4096 - 13))
    parser = FrameParser()
    assert parser.feed(v5.encode(frame)) == [frame]


def test_garbage_of_start_bytes_is_dropped_in_bounds() -> None:
    parser = FrameParser()
    assert parser.feed(b"\xa5" * 20_000) == []
    assert parser.buffered <= 4
    assert parser.feed(HEARTBEAT) != []


def test_numbers_that_do_not_fit_are_refused() -> None:
    with pytest.raises(struct.error):
        v5.encode_request(1 << 32, 0, b"")
