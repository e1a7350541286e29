"""Modbus RTU inside V5: what is sent, and what is accepted as an answer."""

from contextlib import suppress

from hypothesis import given, strategies as st
import pytest

from custom_components.solar_monitor.clients.errors import (
    BadAnswerError,
    ClientError,
    ModbusRefusedError,
)
from custom_components.solar_monitor.clients.solarman import rtu
from tests.unit.tcp.scripted_server import with_crc

from .real_frames import Stream, stream, streams

READS = [it for it in streams() if "registers" in it.expected and it.name.endswith("response")]
ANSWER = with_crc(bytes.fromhex("010304000a0102"))
REGISTERS = (10, 258)


@pytest.mark.parametrize("real", READS, ids=str)
def test_a_real_answer_gives_the_published_registers(real: Stream) -> None:
    expected = tuple(real.expected["registers"].values())
    answer = bytes.fromhex(real.frames[-1]["rtu"])
    assert rtu.parse_read(answer, 1, len(expected)) == expected


@pytest.mark.parametrize("real", [it for it in streams() if it.name.endswith("request")], ids=str)
def test_a_real_request_is_what_we_build(real: Stream) -> None:
    told = real.frames[0]
    if told["function"] == 3:
        built = rtu.read_request(told["unit"], told["address"], told["count_or_value"])
        assert built.hex() == told["rtu"]
    elif told["function"] == 16:
        built = rtu.write_request(told["unit"], told["address"], [0xA3D4])
        assert built.hex() == told["rtu"]
    else:
        assert told["function"] == 4  # never sent by us


def test_the_published_answer_to_a_write_is_accepted() -> None:
    assert stream("write_multiple_request_request").frames[0]["address"] == 0x12
    rtu.parse_write(bytes.fromhex("011000120001a1cc"), 1, 0x12, 1)
    with pytest.raises(BadAnswerError, match="other registers"):
        rtu.parse_write(bytes.fromhex("011000120001a1cc"), 1, 0x13, 1)


def test_a_second_crc_is_dropped() -> None:
    assert rtu.parse_read(ANSWER + b"\0\0", 1, 2) == REGISTERS


def test_zeros_behind_a_wrong_crc_are_not_taken_for_a_second_one() -> None:
    with pytest.raises(BadAnswerError, match="CRC"):
        rtu.parse_read(ANSWER[:-1] + b"\xee\0\0", 1, 2)


def test_registers_that_end_in_zeros_keep_them() -> None:
    # A frame whose own CRC is 00 00, because its last register is the CRC of what is before it.
    inner = with_crc(bytes.fromhex("010304000a"))
    assert with_crc(inner)[-2:] == b"\0\0"
    assert rtu.parse_read(with_crc(inner), 1, 2)[0] == 10


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"", "too short"),
        (b"\1\3\0\0", "too short"),
        (with_crc(b"\2\3\4\0\x0a\1\2"), "unit 2"),
        (with_crc(b"\1\4\4\0\x0a\1\2"), "function 4"),
        (with_crc(b"\1\x90\2"), "function 144"),
        (with_crc(b"\1\3\2\0\x0a"), "7 bytes instead of 9"),
        (with_crc(b"\1\3\6\0\x0a\1\2"), "byte count"),
        (with_crc(b"\1\3\3\0\x0a\1\2"), "byte count"),
        (ANSWER + b"\0", "10 bytes"),
        (ANSWER + b"\0\1", "11 bytes"),
        (ANSWER[:-1] + b"\0", "CRC"),
        (b"\1\x83\2\0\0", "CRC"),
        (with_crc(b"\2\x83\2"), "unit 2"),
    ],
)
def test_an_answer_that_does_not_fit_is_bad(answer: bytes, reason: str) -> None:
    with pytest.raises(BadAnswerError, match=reason):
        rtu.parse_read(answer, 1, 2)


@pytest.mark.parametrize("double", [b"", b"\0\0"])
def test_an_exception_tells_its_code(double: bytes) -> None:
    with pytest.raises(ModbusRefusedError) as refused:
        rtu.parse_read(with_crc(b"\1\x83\2") + double, 1, 2)
    assert refused.value.code == 2
    with pytest.raises(ModbusRefusedError) as refused:
        rtu.parse_write(with_crc(b"\1\x90\3") + double, 1, 0, 1)
    assert refused.value.code == 3


@pytest.mark.parametrize(
    ("unit", "address", "count"),
    [(-1, 0, 1), (256, 0, 1), (1, -1, 1), (1, 65_536, 1), (1, 65_535, 2), (1, 0, 0), (1, 0, 126)],
)
def test_registers_that_do_not_exist_are_not_asked_for(unit: int, address: int, count: int) -> None:
    with pytest.raises(ValueError, match=r"Modbus|registers"):
        rtu.read_request(unit, address, count)


@pytest.mark.parametrize("values", [[], [0] * 124, [-1], [65_536]])
def test_values_that_do_not_fit_are_not_written(values: list[int]) -> None:
    with pytest.raises(ValueError, match="register"):
        rtu.write_request(1, 0, values)


@given(st.lists(st.integers(0, 0xFFFF), min_size=1, max_size=125), st.integers(0, 0xFF))
def test_any_registers_come_out_as_they_went_in(registers: list[int], unit: int) -> None:
    data = b"".join(value.to_bytes(2, "big") for value in registers)
    answer = with_crc(bytes((unit, 3, len(data))) + data)
    assert rtu.parse_read(answer, unit, len(registers)) == tuple(registers)
    assert rtu.parse_read(answer + b"\0\0", unit, len(registers)) == tuple(registers)


@given(st.binary(max_size=40), st.integers(1, 15))
def test_only_a_client_error_comes_out_of_noise(noise: bytes, count: int) -> None:
    for data in (noise, with_crc(b"\1\3" + noise)):
        with suppress(ClientError):
            assert len(rtu.parse_read(data, 1, count)) == count
        with pytest.raises(ClientError):
            rtu.parse_write(data, 1, 0, 1)
