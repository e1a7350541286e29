"""Modbus RTU frames, as V5 carries them: built and decoded by pymodbus, checked here.

An answer is accepted only if its length, CRC, unit and function fit the request: loggers copy the
answers to other clients' requests to every socket (StephanJoubert/home_assistant_solarman #529).
"""

from collections.abc import Sequence
from typing import Final

from pymodbus.framer import FramerRTU
from pymodbus.pdu import DecodePDU
from pymodbus.pdu.register_message import (
    ReadHoldingRegistersRequest,
    ReadHoldingRegistersResponse,
    WriteMultipleRegistersRequest,
    WriteMultipleRegistersResponse,
)

from ..errors import BadAnswerError, ModbusRefusedError

MAX_READ: Final = 125
MAX_WRITE: Final = 123

_FRAMER: Final = FramerRTU(DecodePDU(is_server=False))
_CRC_SIZE: Final = 2
_SECOND_CRC: Final = b"\0\0"
_EXCEPTION_FLAG: Final = 0x80
_EXCEPTION_SIZE: Final = 5
_READ_OVERHEAD: Final = 5
_WRITE_ANSWER_SIZE: Final = 8
_HIGHEST_UNIT: Final = 0xFF
_HIGHEST_WORD: Final = 0xFFFF


def read_request(unit: int, address: int, count: int) -> bytes:
    """Return the request to read `count` (1..125) holding registers, function 3.

    Raises ValueError for an address, count or unit that Modbus does not have.
    """
    _check(unit, address, count, MAX_READ)
    return _FRAMER.buildFrame(
        ReadHoldingRegistersRequest(dev_id=unit, address=address, count=count)
    )


def write_request(unit: int, address: int, values: Sequence[int]) -> bytes:
    """Return the request to write 1..123 holding registers of 0..65535, function 16.

    Deye inverters take function 16 only, for a single register too (pysolarmanv5 #24, #41).
    Raises ValueError for an address, number of values, value or unit that Modbus does not have.
    """
    _check(unit, address, len(values), MAX_WRITE)
    if not all(0 <= value <= _HIGHEST_WORD for value in values):
        raise ValueError("a register holds 0..65535")
    return _FRAMER.buildFrame(
        WriteMultipleRegistersRequest(dev_id=unit, address=address, registers=list(values))
    )


def parse_read(rtu: bytes, unit: int, count: int) -> tuple[int, ...]:
    """Return the registers, each 0..65535, of the answer to `read_request`.

    Raises BadAnswerError when the answer does not fit, ModbusRefusedError for an exception.
    """
    answer = ReadHoldingRegistersResponse()
    data = _checked(rtu, unit, answer.function_code, _READ_OVERHEAD + 2 * count)
    if data[0] != 2 * count:
        raise BadAnswerError("the byte count of the answer is wrong")
    answer.decode(data)
    return tuple(answer.registers)


def parse_write(rtu: bytes, unit: int, address: int, count: int) -> None:
    """Check the answer to `write_request`.

    Raises BadAnswerError when the answer does not fit, ModbusRefusedError for an exception.
    """
    answer = WriteMultipleRegistersResponse()
    answer.decode(_checked(rtu, unit, answer.function_code, _WRITE_ANSWER_SIZE))
    if (answer.address, answer.count) != (address, count):
        raise BadAnswerError("the answer names other registers")


def _check(unit: int, address: int, count: int, most: int) -> None:
    """Refuse what a Modbus frame cannot carry."""
    if not 0 <= unit <= _HIGHEST_UNIT:
        raise ValueError("a Modbus unit is 0..255")
    if not 1 <= count <= most:
        raise ValueError(f"one request carries 1..{most} registers")
    if not 0 <= address <= _HIGHEST_WORD + 1 - count:
        raise ValueError("registers have the addresses 0..65535")


def _checked(rtu: bytes, unit: int, function: int, size: int) -> bytes:
    """Return what follows unit and function in an answer of `size` bytes, when all of it fits."""
    if len(rtu) < _EXCEPTION_SIZE:
        raise BadAnswerError(f"an answer of {len(rtu)} bytes is too short")
    refused = rtu[1] == function | _EXCEPTION_FLAG
    if rtu[1] != function and not refused:
        raise BadAnswerError(f"function {rtu[1]} was answered instead of {function}")
    data = _without_crc(rtu, _EXCEPTION_SIZE if refused else size)[2:]
    if rtu[0] != unit:
        raise BadAnswerError(f"unit {rtu[0]} answered instead of unit {unit}")
    if refused:
        raise ModbusRefusedError(code=data[0])
    return data


def _without_crc(rtu: bytes, size: int) -> bytes:
    """Return a frame of `size` bytes without its CRC, which is checked.

    Some sticks append the CRC of the frame with its CRC, which is always 00 00 (pysolarmanv5 #62).
    It goes only where the CRC in front of it fits: data may end in zeros as well.
    """
    frame = rtu[:size] if rtu[size:] == _SECOND_CRC else rtu
    if len(frame) != size:
        raise BadAnswerError(f"an answer of {len(rtu)} bytes instead of {size}")
    if FramerRTU.compute_CRC(frame[:-_CRC_SIZE]) != int.from_bytes(frame[-_CRC_SIZE:], "big"):
        raise BadAnswerError("the CRC of the answer is wrong")
    return frame[:-_CRC_SIZE]
