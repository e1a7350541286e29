"""Solarman V5 frames: bytes in, frames out, no socket and no clock.

Layout, little endian (pysolarmanv5, docs/solarmanv5_protocol.rst; confirmed with the frames of
public issue threads in tests/unit/data/deye_frames.json):

    0 start A5 | 1-2 payload length | 3-4 control | 5 sequence | 6 counter | 7-10 logger serial
    | payload | checksum: sum of all bytes between start and checksum & FF | end 15

A TCP read is never taken for a frame: the parser goes by the length field, and after garbage it
looks for a start byte whose header, length, end byte and checksum all fit.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter
import re
import struct
from typing import Final

START: Final = 0xA5
END: Final = 0x15
REQUEST: Final = 0x4510
ANSWER: Final = 0x1510
# Frames the logger sends unasked: handshake, data, Wi-Fi info, heartbeat, report.
UNASKED: Final = frozenset({0x4110, 0x4210, 0x4310, 0x4710, 0x4810})
# The logger's own errors, sent in place of an RTU frame.
SHORT_ERROR_UNIT_SILENT: Final = 5
SHORT_ERROR_WRONG_SERIAL: Final = 6

_REPLY_STEP: Final = 0x3000
_HEADER: Final = struct.Struct("<BHHBBI")
_SIZING_HEAD: Final = struct.Struct("<BHBB")
_TRAILER_SIZE: Final = 2
_OVERHEAD: Final = _HEADER.size + _TRAILER_SIZE
_FRAME_TYPE_INVERTER: Final = 2
_REQUEST_PREFIX: Final = struct.pack("<BHIII", _FRAME_TYPE_INVERTER, 0, 0, 0, 0)
_ANSWER_PREFIX_SIZE: Final = 14
_SHORT_ERROR_SIZE: Final = 2
_CONTROL_SUFFIX: Final = 0x10
_CONTROL_CODES: Final = frozenset({*range(0x11, 0x19), *range(0x41, 0x49)})
# The longest RTU frame is 256 bytes; some sticks add two zeros (pysolarmanv5 #62).
_LONGEST: Final = {
    REQUEST: _OVERHEAD + len(_REQUEST_PREFIX) + 258,
    ANSWER: _OVERHEAD + _ANSWER_PREFIX_SIZE + 258,
}

# A Modbus TCP device takes A5 17 00 10 45 for transaction A517, protocol 0010 and half a length,
# and answers with an exception whose function is the serial's first byte + 80
# (kbialek/deye-inverter-mqtt #98).
_MBAP_EXCEPTIONS: Final = re.compile(
    rb"(?:\xa5.\x00\x10\x45\x03\x00[\x80-\xff][\x01-\x0b])+", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Frame:
    """One V5 frame.

    The properties on the payload have a meaning for answers (control 0x1510) only; they are None
    (or empty) when the payload is too short to hold them.
    """

    control: int
    sequence: int
    counter: int
    serial: int
    payload: bytes

    @property
    def wants_reply(self) -> bool:
        """Whether the logger sent this unasked and expects `encode_reply`."""
        return self.control in UNASKED

    @property
    def frame_type(self) -> int | None:
        """Who answers: 2 the inverter, 1 the stick, 0 the cloud."""
        return self.payload[0] if self.payload else None

    @property
    def status(self) -> int | None:
        """Status of the answer; 1 is the only value seen on real devices."""
        return self.payload[1] if len(self.payload) > 1 else None

    @property
    def total_working_time(self) -> int | None:
        """Total working time of the logger, s; with `offset_time` its clock."""
        return self._word(2)

    @property
    def power_on_time(self) -> int | None:
        """Time since the logger was switched on, s."""
        return self._word(6)

    @property
    def offset_time(self) -> int | None:
        """Unix time, s, at which `total_working_time` was 0; 0 while the clock is unset."""
        return self._word(10)

    @property
    def logger_time(self) -> datetime | None:
        """The logger's clock in UTC; None while it is unset."""
        if not self.offset_time or self.total_working_time is None:
            return None
        return datetime.fromtimestamp(self.offset_time + self.total_working_time, UTC)

    @property
    def rtu(self) -> bytes:
        """The Modbus RTU frame with its CRC, or the two bytes of a short error."""
        return self.payload[_ANSWER_PREFIX_SIZE:]

    @property
    def short_error(self) -> int | None:
        """The logger's own error (see SHORT_ERROR_*); None for an RTU answer."""
        if len(self.rtu) != _SHORT_ERROR_SIZE:
            return None
        return int.from_bytes(self.rtu, "little")

    def _word(self, offset: int) -> int | None:
        """Return the 32-bit number at an offset of an answer's payload."""
        if len(self.payload) < _ANSWER_PREFIX_SIZE:
            return None
        return int.from_bytes(self.payload[offset : offset + 4], "little")


def encode(frame: Frame) -> bytes:
    """Return a frame's bytes on the wire.

    Raises struct.error for numbers that do not fit their fields.
    """
    header = _HEADER.pack(
        START, len(frame.payload), frame.control, frame.sequence, frame.counter, frame.serial
    )
    body = header + frame.payload
    return body + bytes((_checksum(body), END))


def encode_request(serial: int, sequence: int, rtu: bytes) -> bytes:
    """Return a request that carries a Modbus RTU frame.

    `serial` is 0..2^32-1 (0 asks a logger for its serial), `sequence` 0..255, echoed by the logger.
    """
    return encode(Frame(REQUEST, sequence, 0, serial, _REQUEST_PREFIX + rtu))


def encode_reply(frame: Frame, now_unix: int) -> bytes:
    """Return the reply to an unasked frame; it also sets the clock of loggers without a cloud.

    Control - 0x3000, sequence + 1, counter and serial copied, then the time
    (Hypfer's dummycloud, Protocol.js; pysolarmanv5 #81). `now_unix` is in s.
    """
    payload = struct.pack("<BBII", 0, 1, now_unix & 0xFFFFFFFF, 0)
    sequence = (frame.sequence + 1) & 0xFF
    return encode(
        Frame(frame.control - _REPLY_STEP, sequence, frame.counter, frame.serial, payload)
    )


class FrameParser:
    """Turns a stream of bytes, cut anywhere and mixed with garbage, into frames.

    Every start byte with a header that makes sense is followed up until its frame must be
    complete; the first that is intact wins. So a wrong length holds up no good frame behind it, and
    it does not matter how the stream was cut. Holds at most `limit` bytes; each is looked at once
    as a start. Bytes that belong to no frame are dropped and counted in `skipped_bytes`.
    """

    def __init__(self, limit: int = 4096) -> None:
        """Start with an empty buffer of at most `limit` bytes, which is also the longest frame."""
        self._limit = limit
        self._buffer = bytearray()
        # Places are counted from the beginning of the stream.
        self._dropped = 0
        self._searched = 0
        self._ends: dict[int, int] = {}  # where a frame may begin: where it would end, in order
        self.skipped_bytes = 0

    @property
    def buffered(self) -> int:
        """Number of bytes that wait for the rest of their frame."""
        return len(self._buffer)

    @property
    def saw_mbap_fingerprint(self) -> bool:
        """Whether all that waits is what a Modbus TCP device answers to a V5 request."""
        return _MBAP_EXCEPTIONS.fullmatch(self._buffer) is not None

    def feed(self, data: bytes) -> list[Frame]:
        """Take the next bytes of the stream and return the frames they complete."""
        frames: list[Frame] = []
        rest = memoryview(data)
        while rest:
            room = self._limit - len(self._buffer)
            self._buffer += rest[:room]
            rest = rest[room:]
            self._search()
            frames += self._take_frames()
            # A candidate at the front of a full buffer was complete: there is always room again.
            self._skip_to(next(iter(self._ends), self._searched))
        return frames

    def _search(self) -> None:
        """Note where frames may begin in the bytes not looked at yet."""
        while (at := self._buffer.find(START, self._searched - self._dropped)) >= 0:
            place = self._dropped + at
            head = self._buffer[at : at + _SIZING_HEAD.size]
            if len(head) < _SIZING_HEAD.size:
                self._searched = place
                return
            if size := _frame_size(head, self._limit):
                self._ends[place] = place + size
            self._searched = place + 1
        self._searched = self._dropped + len(self._buffer)

    def _take_frames(self) -> list[Frame]:
        """Cut out the intact frames among those that must be complete by now."""
        frames: list[Frame] = []
        while self._ends:
            place, end = min(self._ends.items(), key=itemgetter(1))
            if end > self._dropped + len(self._buffer):
                break
            del self._ends[place]
            data = bytes(self._buffer[place - self._dropped : end - self._dropped])
            if data[-1] == END and data[-2] == _checksum(data[:-_TRAILER_SIZE]):
                frames.append(_decode(data))
                self._skip_to(place)
                self._drop_to(end)
        return frames

    def _skip_to(self, place: int) -> None:
        """Drop what is in front of a place and belongs to no frame."""
        self.skipped_bytes += place - self._dropped
        self._drop_to(place)

    def _drop_to(self, place: int) -> None:
        """Drop what is in front of a place, with the frames that might have begun there."""
        del self._buffer[: place - self._dropped]
        self._dropped = place
        self._searched = max(self._searched, place)
        for begin in [begin for begin in self._ends if begin < place]:
            del self._ends[begin]


def _frame_size(head: bytearray, limit: int) -> int | None:
    """Return the size of the frame that a header announces; None if it makes no sense."""
    _, payload_size, suffix, code = _SIZING_HEAD.unpack(head)
    if suffix != _CONTROL_SUFFIX or code not in _CONTROL_CODES:
        return None
    size = payload_size + _OVERHEAD
    return size if size <= _LONGEST.get(code << 8 | suffix, limit) else None


def _decode(data: bytes) -> Frame:
    """Return the frame of bytes that were checked before."""
    _, _, control, sequence, counter, serial = _HEADER.unpack_from(data)
    return Frame(control, sequence, counter, serial, data[_HEADER.size : -_TRAILER_SIZE])


def _checksum(body: bytes) -> int:
    """Return the checksum of a frame that has no trailer yet; the start byte does not count."""
    return (sum(body) - START) & 0xFF
