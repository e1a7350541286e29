"""Requests that Modbus can carry, and answers that fit them; pymodbus builds and decodes both."""

from collections.abc import Sequence
from typing import Final

from pymodbus.pdu import ExceptionResponse, ModbusPDU
from pymodbus.pdu.register_message import (
    ReadHoldingRegistersRequest,
    ReadHoldingRegistersResponse,
    WriteMultipleRegistersRequest,
    WriteMultipleRegistersResponse,
)

from ..errors import BadAnswerError, ModbusRefusedError, UnitSilentError

MAX_READ: Final = 125
MAX_WRITE: Final = 123

_HIGHEST_UNIT: Final = 0xFF
_HIGHEST_WORD: Final = 0xFFFF
# A gateway found no way to the unit, or the unit did not answer it
# (Modbus Application Protocol V1.1b3, section 7).
_UNIT_SILENT_CODES: Final = frozenset({0x0A, 0x0B})


def read_request(unit: int, address: int, count: int) -> ReadHoldingRegistersRequest:
    """Return the request to read `count` (1..125) holding registers, function 3.

    Raises ValueError for an address, count or unit that Modbus does not have.
    """
    _check(unit, address, count, MAX_READ)
    return ReadHoldingRegistersRequest(dev_id=unit, address=address, count=count)


def write_request(unit: int, address: int, values: Sequence[int]) -> WriteMultipleRegistersRequest:
    """Return the request to write 1..123 holding registers of 0..65535, function 16.

    Deye inverters take function 16 only, for a single register too (pysolarmanv5 #24, #41).
    Raises ValueError for an address, number of values, value or unit that Modbus does not have.
    """
    _check(unit, address, len(values), MAX_WRITE)
    if not all(0 <= value <= _HIGHEST_WORD for value in values):
        raise ValueError("a register holds 0..65535")
    return WriteMultipleRegistersRequest(dev_id=unit, address=address, registers=list(values))


def registers_of(answer: ModbusPDU, request: ReadHoldingRegistersRequest) -> tuple[int, ...]:
    """Return the registers, each 0..65535, of the answer to a read.

    Raises BadAnswerError when it does not fit, UnitSilentError when a gateway answers for a unit
    that does not, ModbusRefusedError for any other exception.
    """
    _check_kind(answer, request, ReadHoldingRegistersResponse)
    if len(answer.registers) != request.count:
        raise BadAnswerError(f"{len(answer.registers)} registers instead of {request.count}")
    return tuple(answer.registers)


def check_written(answer: ModbusPDU, request: WriteMultipleRegistersRequest) -> None:
    """Check the answer to a write; errors as for `registers_of`."""
    _check_kind(answer, request, WriteMultipleRegistersResponse)
    if (answer.address, answer.count) != (request.address, request.count):
        raise BadAnswerError("the answer names other registers")


def _check_kind(answer: ModbusPDU, request: ModbusPDU, kind: type[ModbusPDU]) -> None:
    """Raise unless an answer is of a kind and belongs to the request."""
    function = request.function_code
    if not isinstance(answer, kind | ExceptionResponse) or answer.function_code & 0x7F != function:
        raise BadAnswerError(f"a {type(answer).__name__} does not answer function {function}")
    if answer.transaction_id != request.transaction_id:
        raise BadAnswerError("the answer belongs to another transaction")
    if isinstance(answer, ExceptionResponse):
        if answer.exception_code in _UNIT_SILENT_CODES:
            raise UnitSilentError
        raise ModbusRefusedError(code=answer.exception_code)


def _check(unit: int, address: int, count: int, most: int) -> None:
    """Refuse what a Modbus frame cannot carry."""
    if not 0 <= unit <= _HIGHEST_UNIT:
        raise ValueError("a Modbus unit is 0..255")
    if not 1 <= count <= most:
        raise ValueError(f"one request carries 1..{most} registers")
    if not 0 <= address <= _HIGHEST_WORD + 1 - count:
        raise ValueError("registers have the addresses 0..65535")
