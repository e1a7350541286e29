"""An Ethernet logger: the same inverters as behind a Wi-Fi stick, over Modbus TCP.

Source: Modbus Messaging on TCP/IP Implementation Guide V1.0b (modbus.org); what such a logger says
to Solarman V5: kbialek/deye-inverter-mqtt#98.

By hand: python -m tests.simulators.modbus_tcp --fault split
"""

from dataclasses import dataclass
from struct import pack, unpack_from
from typing import override

from tests.simulators import v5sim
from tests.simulators.faults import REGISTER_FAULTS, SHORT_ERROR_UNIT, Fault
from tests.simulators.logger import LoggerSimulator
from tests.simulators.modbus_unit import with_crc
from tests.simulators.port import Client
from tests.simulators.v5sim import Stick, V5Frame

HEAD = 7
"""Bytes of the MBAP header: transaction, protocol 0, length, unit."""
LONGEST = 254
"""Most that the length field may say: unit and PDU."""
TARGET_SILENT = 0x0B
"""Exception of a gateway whose target does not respond."""
ILLEGAL_ADDRESS = 0x02
FOREIGN = 0
"""Control code that stands for bytes that are no MBAP."""
FAULTS = (
    Fault.NONE,
    Fault.SPLIT,
    Fault.BYTEWISE,
    Fault.FOREIGN_ANSWERS,
    Fault.WRONG_SEQUENCE,
    Fault.LATE_ANSWER,
    Fault.SLOW,
    Fault.SILENCE,
    Fault.TRUNCATED,
    Fault.ERROR_05,
    Fault.WRONG_LENGTH,
    Fault.WRONG_UNIT,
    Fault.RELAY_ANSWER,
    Fault.EXCEPTION,
    Fault.HALF_OPEN,
    Fault.REFUSE,
    Fault.SULK,
    Fault.IDLE_CLOSE,
    Fault.RESET,
    Fault.CLOSE_AFTER_ANSWER,
    Fault.CLOSE_MID_FRAME,
    *sorted(REGISTER_FAULTS),
)
"""What can go wrong with Modbus TCP; 05 00 of a stick is exception 0B there."""


@dataclass(slots=True)
class MbapStick(Stick):
    """Puts answers into MBAP; the sequence is the transaction."""

    asked: tuple[int, int] = (1, 3)
    """Unit and function of the last request."""

    @override
    def answer(self, sequence: int, rtu: bytes, *, status: int = 1) -> bytes:
        """Return the frame of an answer, without the CRC of its Modbus frame."""
        self.last_sequence = sequence
        if rtu == SHORT_ERROR_UNIT:
            unit, function = self.asked
            rtu = bytes((unit, function | 0x80, TARGET_SILENT, 0, 0))
        adu = rtu[:-2]
        return pack(">HHH", sequence, 0, len(adu)) + adu


class MbapReader:
    """Cuts a client's byte stream into requests, as V5 frames with the transaction as sequence."""

    def __init__(self, stick: MbapStick) -> None:
        """Begin with nothing."""
        self._stick = stick
        self._buffer = b""

    def feed(self, data: bytes) -> list[V5Frame]:
        """Take bytes from the wire; return the requests that are complete now."""
        self._buffer += data
        frames = []
        while len(self._buffer) > HEAD:
            transaction, protocol, size = unpack_from(">HHH", self._buffer)
            if protocol or not 2 <= size <= LONGEST:
                foreign, self._buffer = self._buffer, b""
                frames.append(V5Frame(FOREIGN, 0, 0, 0, foreign))
                break
            if len(self._buffer) < HEAD - 1 + size:
                break
            adu, self._buffer = self._buffer[HEAD - 1 :][:size], self._buffer[HEAD - 1 + size :]
            self._stick.asked = adu[0], adu[1]
            frames.append(request_frame(transaction, self._stick.serial, with_crc(adu)))
        return frames


def request_frame(sequence: int, serial: int, rtu: bytes) -> V5Frame:
    """Return a request as a stick would have got it."""
    return V5Frame(v5sim.REQUEST, sequence, 0, serial, bytes(v5sim.REQUEST_HEAD) + rtu)


def to_foreign(data: bytes) -> bytes:
    """Return what is said to bytes that are no MBAP, such as V5: an exception, oddly framed."""
    return data[:5] + bytes((3, data[6], data[7] | 0x80, ILLEGAL_ADDRESS))


@dataclass(eq=False)
class ModbusTcpSimulator(LoggerSimulator):
    """An Ethernet logger and its inverters; knobs as of the stick, as far as they make sense."""

    faults = FAULTS

    @override
    def __post_init__(self) -> None:
        """Speak Modbus TCP."""
        super().__post_init__()
        self._mbap = MbapStick(self.serial, 0, 0, 0)
        self._stick = self._mbap

    @override
    def _reader(self) -> MbapReader:
        """Return what makes requests of a client's bytes."""
        return MbapReader(self._mbap)

    @override
    async def _take(self, client: Client, frame: V5Frame) -> None:
        """Take one frame of a client, or tell it that it is none."""
        if frame.control == FOREIGN:
            client.send(to_foreign(frame.payload))
        else:
            await super()._take(client, frame)


if __name__ == "__main__":
    from tests.simulators.logger_by_hand import main

    main("modbus_tcp")
