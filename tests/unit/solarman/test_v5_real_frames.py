"""Every real frame of public reports, cut and mixed in every way a socket can do."""

import pytest

from custom_components.solar_monitor.clients.solarman import v5
from custom_components.solar_monitor.clients.solarman.v5 import Frame, FrameParser

from .real_frames import Stream, stream, streams

STREAMS = streams()
FINISHED = [it for it in STREAMS if not it.unfinished]
HEARTBEAT = v5.encode(Frame(0x4710, 1, 2, 2_385_267_882, b"\0"))

every_stream = pytest.mark.parametrize("real", STREAMS, ids=str)
every_finished_stream = pytest.mark.parametrize("real", FINISHED, ids=str)


def parse(data: bytes, step: int) -> tuple[list[Frame], FrameParser]:
    """Feed bytes in pieces of `step`."""
    parser = FrameParser()
    frames: list[Frame] = []
    for start in range(0, len(data), step):
        frames += parser.feed(data[start : start + step])
    return frames, parser


def describe(frame: Frame) -> dict[str, object]:
    """Return a frame in the words of the data file."""
    words: dict[str, object] = {
        "control": f"0x{frame.control:04x}",
        "seq": frame.sequence,
        "seq_logger": frame.counter,
        "serial": frame.serial,
        "payload_len": len(frame.payload),
    }
    if frame.control == v5.ANSWER:
        assert frame.logger_time is None or frame.offset_time is not None
        words |= {
            "frame_type": frame.frame_type,
            "status": frame.status,
            "total_working_time": frame.total_working_time,
            "power_on_time": frame.power_on_time,
            "offset_time": frame.offset_time,
            "rtu": frame.rtu.hex(),
            "short_error": frame.short_error,
            "data_unix_time": frame.logger_time and int(frame.logger_time.timestamp()),
        }
    return words


def assert_as_reported(frames: list[Frame], real: Stream) -> None:
    """Compare frames with what another program decoded."""
    assert len(frames) == len(real.frames)
    for frame, reported in zip(frames, real.frames, strict=True):
        words = describe(frame)
        known = words.keys() & reported.keys()
        assert {key: words[key] for key in known} == {key: reported[key] for key in known}
        assert len(known) >= 5


def test_the_data_file_has_all_its_streams() -> None:
    assert len(STREAMS) == 23
    assert sum(len(it.frames) for it in STREAMS) == 22


@every_stream
@pytest.mark.parametrize("step", [4096, 7, 1], ids=["whole", "by_sevens", "byte_by_byte"])
def test_a_real_stream_is_read_however_it_is_cut(real: Stream, step: int) -> None:
    frames, parser = parse(real.data, step)
    assert_as_reported(frames, real)
    assert parser.skipped_bytes == len(real.skipped)
    assert parser.buffered == len(real.unfinished)


@every_finished_stream
@pytest.mark.parametrize("step", [4096, 7, 1], ids=["whole", "by_sevens", "byte_by_byte"])
def test_a_heartbeat_in_front_and_one_glued_behind_change_nothing(real: Stream, step: int) -> None:
    frames, parser = parse(HEARTBEAT + real.data + HEARTBEAT, step)
    assert [frames[0].control, frames[-1].control] == [0x4710, 0x4710]
    assert_as_reported(frames[1:-1], real)
    assert parser.buffered == 0


@every_finished_stream
def test_a_real_stream_is_found_behind_a_frame_cut_short(real: Stream) -> None:
    whole = stream("sg04lp3_energy_response").data
    frames, _ = parse(whole[:60] + real.data + HEARTBEAT, 4096)
    assert_as_reported(frames[:-1], real)


@every_finished_stream
def test_a_real_frame_encodes_to_the_same_bytes(real: Stream) -> None:
    frames, _ = parse(real.data, 4096)
    assert b"".join(map(v5.encode, frames)) == real.data.removeprefix(real.skipped)


@pytest.mark.parametrize("real", [it for it in STREAMS if it.name.endswith("_request")], ids=str)
def test_a_real_request_is_what_we_would_send(real: Stream) -> None:
    reported = real.frames[0]
    rtu = bytes.fromhex(reported["rtu"])
    assert v5.encode_request(reported["serial"], reported["seq"], rtu) == real.data


@pytest.mark.parametrize("step", [9, 1])
def test_the_answer_of_an_ethernet_logger_is_recognised(step: int) -> None:
    real = stream("ethernet_logger_answers_v5_as_mbap_response")
    frames, parser = parse(real.data, step)
    assert frames == []
    assert parser.saw_mbap_fingerprint


@pytest.mark.parametrize("data", [b"", b"\xa5\x17\x00\x10\x45\x03\x00\xd6", b"AT+YZ\r\n"])
def test_other_bytes_are_not_taken_for_an_ethernet_logger(data: bytes) -> None:
    _, parser = parse(data or b"\0", 1)
    assert not parser.saw_mbap_fingerprint


def test_answers_of_an_ethernet_logger_to_several_requests_are_recognised() -> None:
    real = stream("ethernet_logger_answers_v5_as_mbap_response")
    _, parser = parse(7 * real.data, 9)
    assert parser.saw_mbap_fingerprint
