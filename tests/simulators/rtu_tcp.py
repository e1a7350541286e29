"""An RS485 adapter that passes on bytes as they come: RTU frames over TCP.

Source: Modbus over Serial Line V1.02 (modbus.org); such adapters in front of Deye inverters:
StephanJoubert/home_assistant_solarman#791, davidrapan/ha-solarman#868.

By hand: python -m tests.simulators.rtu_tcp --fault bad_crc
"""

from dataclasses import dataclass
from typing import override

from tests.simulators.faults import (
    REGISTER_FAULTS,
    SHORT_ERROR_UNIT,
    Fault,
)
from tests.simulators.logger import LoggerSimulator
from tests.simulators.modbus_tcp import request_frame
from tests.simulators.modbus_unit import READ_SIZE, WRITE, with_crc
from tests.simulators.v5sim import Stick, V5Frame

WRITE_HEAD = 7
"""Bytes of a write request in front of its values."""
FAULTS = (
    Fault.NONE,
    Fault.SPLIT,
    Fault.BYTEWISE,
    Fault.AT_CHATTER,
    Fault.RELAY_FIRST,
    Fault.LATE_ANSWER,
    Fault.SLOW,
    Fault.SILENCE,
    Fault.TRUNCATED,
    Fault.ERROR_05,
    Fault.DOUBLE_CRC,
    Fault.ZEROS_BEHIND,
    Fault.BAD_CRC,
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
"""What can go wrong with RTU over TCP; where a stick says 05 00 there is silence."""


@dataclass(slots=True)
class RtuStick(Stick):
    """Passes answers on as they are."""

    @override
    def answer(self, sequence: int, rtu: bytes, *, status: int = 1) -> bytes:
        """Return the Modbus frame, or nothing in place of a stick's own error."""
        return b"" if rtu == SHORT_ERROR_UNIT else rtu


class RtuReader:
    """Cuts a client's byte stream into requests; what is no RTU frame is skipped."""

    def __init__(self, serial: int) -> None:
        """Begin with nothing; requests are given the serial of the logger."""
        self._serial = serial
        self._buffer = b""

    def feed(self, data: bytes) -> list[V5Frame]:
        """Take bytes from the wire; return the requests that are complete now."""
        self._buffer += data
        frames = []
        while len(self._buffer) >= READ_SIZE:
            size = READ_SIZE
            if self._buffer[1] == WRITE:
                size = WRITE_HEAD + self._buffer[6] + 2
            rtu = self._buffer[:size]
            if with_crc(rtu[:-2]) == rtu:
                frames.append(request_frame(0, self._serial, rtu))
                self._buffer = self._buffer[size:]
            elif len(rtu) < size:
                break
            else:
                self._buffer = self._buffer[1:]
        return frames


@dataclass(eq=False)
class RtuTcpSimulator(LoggerSimulator):
    """An adapter and its inverters; knobs as of the stick, as far as they make sense."""

    faults = FAULTS

    @override
    def __post_init__(self) -> None:
        """Speak RTU."""
        super().__post_init__()
        self._stick = RtuStick(self.serial, 0, 0, 0)

    @override
    def _reader(self) -> RtuReader:
        """Return what makes requests of a client's bytes."""
        return RtuReader(self.serial)


if __name__ == "__main__":
    from tests.simulators.logger_by_hand import main

    main("rtu_tcp")
