"""A Modbus RTU unit that reads (FC 3) and writes (FC 16) holding registers.

Source: Modbus Application Protocol V1.1b3 and Modbus over Serial Line V1.02 (modbus.org).
"""

from collections.abc import Callable
from struct import pack, unpack, unpack_from
from typing import Protocol

READ, WRITE = 3, 16
ILLEGAL_ADDRESS, ILLEGAL_VALUE = 2, 3
MOST_REGISTERS = 125
MOST_WRITTEN = 123
READ_SIZE = 8
"""Bytes of a read request with its CRC."""

type Distort = Callable[[int, list[int]], list[int]]
"""Changes what is read from an address on, for faults."""


class Registers(Protocol):
    """What a unit needs of an inverter."""

    def read(self, address: int, count: int) -> list[int] | None:
        """Return registers, None when an address does not exist."""

    def write(self, address: int, values: list[int]) -> bool:
        """Store registers, False when one cannot be written."""


def crc16(data: bytes) -> int:
    """Return the Modbus CRC of bytes."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    return crc


def with_crc(body: bytes) -> bytes:
    """Return a Modbus RTU frame: the body and its CRC, low byte first."""
    return body + pack("<H", crc16(body))


def exception(unit: int, function: int, code: int) -> bytes:
    """Return the frame with which a unit refuses a request."""
    return with_crc(bytes((unit, function | 0x80, code)))


def read_answer(unit: int, registers: list[int]) -> bytes:
    """Return the frame that answers a read."""
    words = pack(f">{len(registers)}H", *registers)
    return with_crc(bytes((unit, READ, len(words))) + words)


def respond(rtu: bytes, unit: int, registers: Registers, distort: Distort) -> bytes | None:
    """Return a unit's answer; None when it stays silent (not for it, broken, unknown function)."""
    if len(rtu) < READ_SIZE or rtu[0] != unit or with_crc(rtu[:-2]) != rtu:
        return None
    function, address, count = unpack_from(">BHH", rtu, 1)
    if function == READ and len(rtu) == READ_SIZE:
        return _read(unit, address, count, registers, distort)
    if function == WRITE:
        return _write(unit, rtu, registers)
    return None


def _read(
    unit: int, address: int, count: int, registers: Registers, distort: Distort
) -> bytes | None:
    """Answer function 3."""
    if not 1 <= count <= MOST_REGISTERS:
        return exception(unit, READ, ILLEGAL_VALUE)
    words = registers.read(address, count)
    if words is None:
        return exception(unit, READ, ILLEGAL_ADDRESS)
    return read_answer(unit, distort(address, words))


def _write(unit: int, rtu: bytes, registers: Registers) -> bytes:
    """Answer function 16: unit, function, address, count, byte count, values, CRC."""
    address, count, size = unpack_from(">HHB", rtu, 2)
    data = rtu[7:-2]
    if not 1 <= count <= MOST_WRITTEN or size != 2 * count or len(data) != size:
        return exception(unit, WRITE, ILLEGAL_VALUE)
    if not registers.write(address, list(unpack(f">{count}H", data))):
        return exception(unit, WRITE, ILLEGAL_ADDRESS)
    return with_crc(rtu[:6])
