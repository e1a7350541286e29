"""The logger's side of Solarman V5, written from the published description of the frame.

Frame: A5, payload length (u16), control code (u16), sequence, counter, serial (u32), payload,
checksum, 15; all little endian. Source: docs/solarmanv5_protocol.rst of
github.com/jmccrohan/pysolarmanv5 and the frames of real loggers in its issues.
"""

from dataclasses import dataclass
from struct import pack, unpack_from
from typing import Protocol

START, END = 0xA5, 0x15
OVERHEAD = 13
"""Bytes of a frame around its payload."""
REQUEST_HEAD = 15
"""Bytes of a request's payload in front of the Modbus frame."""

REQUEST, ANSWER = 0x4510, 0x1510
HANDSHAKE, DATA, WIFI, HEARTBEAT, REPORT = 0x4110, 0x4210, 0x4310, 0x4710, 0x4810
HANDSHAKE_SIZE = 61
"""Bytes of a handshake's payload."""
REPLY_TO_UNASKED = frozenset({0x1110, 0x1210, 0x1310, 0x1710, 0x1810})
"""What a server or client says to the frames above: their control code less 0x3000."""


@dataclass(frozen=True, slots=True)
class V5Frame:
    """One frame from a client, its checksum already right."""

    control: int
    sequence: int
    counter: int
    serial: int
    payload: bytes

    @property
    def rtu(self) -> bytes:
        """Return the Modbus RTU frame of a request."""
        return self.payload[REQUEST_HEAD:]


def checksum(frame: bytes | bytearray) -> int:
    """Return the sum over all bytes of a frame but start, checksum and end."""
    return sum(frame[1:-2]) & 0xFF


def build(control: int, sequence: int, counter: int, serial: int, payload: bytes) -> bytes:
    """Return a whole frame."""
    frame = bytearray(pack("<BHH", START, len(payload), control))
    frame += pack("<BBI", sequence, counter, serial)
    frame += payload
    frame += bytes((0, END))
    frame[-2] = checksum(frame)
    return bytes(frame)


class Reader(Protocol):
    """Makes frames of a client's byte stream."""

    def feed(self, data: bytes) -> list[V5Frame]:
        """Take bytes from the wire; return the frames that are complete now."""


class V5Reader:
    """Cuts a client's byte stream into frames; what is no frame is skipped and counted."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._buffer = bytearray()
        self.skipped = 0

    def feed(self, data: bytes) -> list[V5Frame]:
        """Take bytes from the wire; return the frames that are complete now."""
        self._buffer += data
        frames = []
        while len(self._buffer) >= OVERHEAD:
            size = OVERHEAD + int.from_bytes(self._buffer[1:3], "little")
            if self._buffer[0] == START and len(self._buffer) < size:
                break
            frame = bytes(self._buffer[:size])
            if frame[0] == START and frame[-1] == END and frame[-2] == checksum(frame):
                control, sequence, counter, serial = unpack_from("<HBBI", frame, 3)
                frames.append(V5Frame(control, sequence, counter, serial, frame[11:-2]))
                del self._buffer[:size]
            else:
                self.skipped += 1
                del self._buffer[0]
        return frames


@dataclass(slots=True)
class Stick:
    """The logger's own numbers: serial, frame counter and the three times of an answer.

    Working time + offset time = UTC; a logger whose clock was never set sends offset 0.
    """

    serial: int
    working_s: int
    """Seconds it has worked in its life."""
    uptime_s: int
    """Seconds since it was switched on."""
    offset_s: int
    counter: int = 0
    last_sequence: int = 0

    def answer(self, sequence: int, rtu: bytes, *, status: int = 1) -> bytes:
        """Return the frame of an answer; `rtu` may also be a short error such as 05 00."""
        self.last_sequence = sequence
        times = pack("<III", self.working_s, self.uptime_s, self.offset_s)
        return self.frame(ANSWER, sequence, bytes((2, status)) + times + rtu)

    def unasked(self, control: int, payload: bytes = b"\0") -> bytes:
        """Return a frame nobody asked for; like a real one it carries the last, old sequence."""
        return self.frame(control, self.last_sequence, payload)

    def handshake(self) -> bytes:
        """Return the frame with which a logger greets its cloud after a restart."""
        return self.unasked(HANDSHAKE, bytes(HANDSHAKE_SIZE))

    def frame(self, control: int, sequence: int, payload: bytes) -> bytes:
        """Return the next frame of this logger."""
        self.counter = self.counter + 1 & 0xFF
        return build(control, sequence, self.counter, self.serial, payload)
