"""Our own V5 code against the frames of real loggers, byte by byte."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.simulators import v5sim
from tests.simulators.faults import Exchange, Fault, script
from tests.simulators.modbus_unit import exception, read_answer, with_crc
from tests.simulators.noise import Dice
from tests.simulators.v5sim import Stick, V5Frame, V5Reader

_FILE = Path(__file__).parents[1] / "data" / "deye_frames.json"
_CASES: list[dict[str, Any]] = json.loads(_FILE.read_text())["frames"]
_REQUESTS = [case for case in _CASES if case.get("request")]
_ANSWERS = [
    (case["id"], case.get("skipped_bytes_hex", ""), case["response"], case["response_hex"])
    for case in _CASES
    if case["transport"] == "solarman_v5" and case.get("response")
]


def _rebuilt(frame: dict[str, Any]) -> bytes:
    """Make a real logger's frame again from what it says."""
    stick = Stick(
        frame["serial"],
        working_s=frame.get("total_working_time", 0),
        uptime_s=frame.get("power_on_time", 0),
        offset_s=frame.get("offset_time", 0),
        counter=frame["seq_logger"] - 1,
        last_sequence=frame["seq"],
    )
    if frame["kind"] == "heartbeat":
        return stick.unasked(v5sim.HEARTBEAT, bytes.fromhex(frame["payload"]))
    if "registers" in frame:
        rtu = read_answer(frame["unit"], frame["registers"])
        rtu += bytes.fromhex(frame["rtu_trailing"])
    else:
        rtu = bytes((frame["short_error"], 0))
    return stick.answer(frame["seq"], rtu)


@pytest.mark.parametrize("case", _ANSWERS, ids=[answer[0] for answer in _ANSWERS])
def test_the_answer_of_a_real_logger_comes_out_byte_by_byte(
    case: tuple[str, str, list[dict[str, Any]], str],
) -> None:
    _, skipped, frames, expected = case
    assert skipped + b"".join(map(_rebuilt, frames)).hex() == expected


@pytest.mark.parametrize("case", _REQUESTS, ids=[case["id"] for case in _REQUESTS])
@pytest.mark.parametrize("step", [1, 7, 4096])
def test_the_request_of_a_real_client_is_understood(case: dict[str, Any], step: int) -> None:
    data = bytes.fromhex(case["request_hex"])
    reader = V5Reader()
    frames = [
        frame for at in range(0, len(data), step) for frame in reader.feed(data[at : at + step])
    ]
    asked = case["request"][0]
    assert [(frame.control, frame.sequence, frame.serial) for frame in frames] == [
        (v5sim.REQUEST, asked["seq"], asked["serial"])
    ]
    assert frames[0].rtu.hex() == asked["rtu"]
    assert with_crc(frames[0].rtu[:-2]) == frames[0].rtu


def test_garbage_between_requests_is_skipped() -> None:
    request = v5sim.build(v5sim.REQUEST, 9, 0, 17, bytes(15))
    reader = V5Reader()
    broken = request[:-2] + bytes((request[-2] ^ 1, v5sim.END))
    assert [frame.sequence for frame in reader.feed(b"hello" + broken + request)] == [9]
    assert reader.skipped >= len(b"hello" + broken)


def test_an_ethernet_logger_answers_like_the_real_one() -> None:
    case = next(case for case in _CASES if case["id"] == "ethernet_logger_answers_v5_as_mbap")
    (request,) = V5Reader().feed(bytes.fromhex(case["request_hex"]))
    exchange = Exchange(request, b"", Stick(1, 0, 0, 0), Dice(1), None)
    assert script(Fault.MBAP, exchange) == [bytes.fromhex(case["response_hex"])]


def test_the_counter_of_a_stick_wraps() -> None:
    stick = Stick(1, 0, 0, 0, counter=255)
    assert stick.unasked(v5sim.HEARTBEAT)[6] == 0


def test_the_write_answer_of_a_real_inverter_has_this_crc() -> None:
    assert with_crc(bytes.fromhex("011000120001")).hex() == "011000120001a1cc"
    assert exception(1, 3, 2).hex() == "018302c0f1"


def test_a_frame_without_a_modbus_part_has_none() -> None:
    assert V5Frame(v5sim.HEARTBEAT, 1, 1, 1, b"\0").rtu == b""
