"""Modbus RTU frames, as V5 carries them: built and decoded by pymodbus, checked here.

An answer is accepted only if its length, CRC, unit and function fit the request: loggers copy the
answers to other clients' requests to every socket (StephanJoubert/home_assistant_solarman #529).
"""

from collections.abc import Sequence
from typing import Final

from pymodbus.framer import FramerRTU
from pymodbus.pdu import DecodePDU
from pymodbus.pdu.register_message import (
    ReadHoldingRegistersResponse,
    WriteMultipleRegistersResponse,
)

from ..errors import BadAnswerError, ModbusRefusedError
from ..modbus import pdu

_FRAMER: Final = FramerRTU(DecodePDU(is_server=False))
_CRC_SIZE: Final = 2
_SECOND_CRC: Final = b"\0\0"
_EXCEPTION_FLAG: Final = 0x80
_EXCEPTION_SIZE: Final = 5
_READ_OVERHEAD: Final = 5
_WRITE_ANSWER_SIZE: Final = 8


def read_request(unit: int, address: int, count: int) -> bytes:
    """Return the frame of `pdu.read_request`."""
    return _FRAMER.buildFrame(pdu.read_request(unit, address, count))


def write_request(unit: int, address: int, values: Sequence[int]) -> bytes:
    """Return the frame of `pdu.write_request`."""
    return _FRAMER.buildFrame(pdu.write_request(unit, address, values))


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
