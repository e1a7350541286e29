"""A small V5 server on 127.0.0.1 that behaves as one function of a test tells it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
import struct
from typing import override

from custom_components.solar_monitor.clients.solarman import v5
from custom_components.solar_monitor.clients.solarman.v5 import Frame
from tests.unit.tcp.scripted_server import Peer, ScriptedServer, with_crc

SERIAL = 2_712_345_678
UPTIME_S = 3_600
CLOCK = 1_700_000_000
HEARTBEAT = v5.encode(Frame(0x4710, 7, 9, SERIAL, b"\0"))

type Script = Callable[[Frame, Peer], None]


def carry(request: Frame, rtu: bytes, *, serial: int = SERIAL) -> Frame:
    """Return the answer to a request with any RTU part."""
    prefix = struct.pack("<BBIII", 2, 1, 100, UPTIME_S, CLOCK - 100)
    return Frame(v5.ANSWER, request.sequence, 77, serial, prefix + rtu)


def fitting_rtu(request: Frame) -> bytes:
    """Return the right RTU answer: every register holds its own address."""
    unit, function, address, count = struct.unpack_from(">BBHH", request.payload, 15)
    if function == 3:
        data = struct.pack(f">B{count}H", 2 * count, *range(address, address + count))
    else:
        data = struct.pack(">HH", address, count)
    return with_crc(bytes((unit, function)) + data)


def fitting(request: Frame, *, serial: int = SERIAL) -> bytes:
    """Return the right answer to a request as bytes."""
    return v5.encode(carry(request, fitting_rtu(request), serial=serial))


def other_sequence(frame: Frame, step: int = 100) -> bytes:
    """Return a frame as bytes with a sequence number nobody asked with."""
    return v5.encode(replace(frame, sequence=(frame.sequence + step) & 0xFF))


def answer_all(request: Frame, peer: Peer) -> None:
    """Answer every request as a good logger does."""
    peer.send(fitting(request))


def stay_silent(_request: Frame, _peer: Peer) -> None:
    """Answer nothing."""


def check_serial(request: Frame, peer: Peer) -> None:
    """Refuse a request with another serial than ours, as most loggers do."""
    if request.serial == SERIAL:
        answer_all(request, peer)
    else:
        peer.send(v5.encode(carry(request, b"\6\0")))


class ScriptedLogger(ScriptedServer):
    """A logger; `script` is called for every request, replies to heartbeats are kept."""

    def __init__(self, script: Script) -> None:
        """Begin with nobody connected."""
        super().__init__()
        self.script = script
        self.requests: list[Frame] = []
        self.replies: list[Frame] = []
        self._parsers: dict[Peer, v5.FrameParser] = {}

    @override
    def heard(self, data: bytes, peer: Peer) -> None:
        for frame in self._parsers.setdefault(peer, v5.FrameParser()).feed(data):
            if frame.control == v5.REQUEST:
                self.requests.append(frame)
                self.script(frame, peer)
            else:
                self.replies.append(frame)


@asynccontextmanager
async def running(script: Script = answer_all) -> AsyncIterator[ScriptedLogger]:
    """Run a logger for the length of a `with` block."""
    logger = ScriptedLogger(script)
    async with logger.running():
        yield logger
