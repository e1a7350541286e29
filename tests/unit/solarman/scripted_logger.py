"""A small V5 server on 127.0.0.1 that behaves as one function of a test tells it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
import socket
import struct

from pymodbus.framer import FramerRTU

from custom_components.solar_monitor.clients.solarman import v5
from custom_components.solar_monitor.clients.solarman.v5 import Frame

SERIAL = 2_712_345_678
UPTIME_S = 3_600
CLOCK = 1_700_000_000
HEARTBEAT = v5.encode(Frame(0x4710, 7, 9, SERIAL, b"\0"))
REQUEST_PREFIX_SIZE = 15

type Script = Callable[[Frame, Peer], None]


def with_crc(rtu: bytes) -> bytes:
    """Append the CRC to an RTU frame."""
    return rtu + FramerRTU.compute_CRC(rtu).to_bytes(2, "big")


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


async def until(condition: Callable[[], object]) -> None:
    """Wait until something holds, at most 5 s."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110  what is waited for sets no event
            await asyncio.sleep(0.001)


def stay_silent(_request: Frame, _peer: Peer) -> None:
    """Answer nothing."""


def check_serial(request: Frame, peer: Peer) -> None:
    """Refuse a request with another serial than ours, as most loggers do."""
    if request.serial == SERIAL:
        answer_all(request, peer)
    else:
        peer.send(v5.encode(carry(request, b"\6\0")))


class Peer:
    """One connection, seen from the logger."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Begin with an open connection."""
        self._reader = reader
        self._writer = writer
        self.ended_by_client = False

    def send(self, data: bytes) -> None:
        self._writer.write(data)

    def close(self) -> None:
        self._writer.close()

    def half_close(self) -> None:
        self._writer.write_eof()

    def reset(self) -> None:
        linger_not = struct.pack("ii", 1, 0)
        self._writer.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, linger_not
        )
        self._writer.transport.abort()

    def stop_reading(self) -> None:
        transport = self._writer.transport
        assert isinstance(transport, asyncio.Transport)
        transport.pause_reading()

    async def serve(self, logger: ScriptedLogger) -> None:
        parser = v5.FrameParser()
        with suppress(OSError):
            while data := await self._reader.read(4096):
                for frame in parser.feed(data):
                    logger.received(frame, self)
            self.ended_by_client = True
        if not logger.never_closes:
            self.close()

    async def gone(self) -> None:
        with suppress(OSError):
            await self._writer.wait_closed()


class ScriptedLogger:
    """A logger; `script` is called for every request, replies to heartbeats are kept."""

    def __init__(self, script: Script) -> None:
        """Begin with nobody connected."""
        self.script = script
        self.requests: list[Frame] = []
        self.replies: list[Frame] = []
        self.peers: list[Peer] = []
        self.never_closes = False
        self.port = 0
        self._serving: set[asyncio.Task[None]] = set()

    def received(self, frame: Frame, peer: Peer) -> None:
        if frame.control == v5.REQUEST:
            self.requests.append(frame)
            self.script(frame, peer)
        else:
            self.replies.append(frame)

    def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = Peer(reader, writer)
        self.peers.append(peer)
        self._serving.add(asyncio.ensure_future(peer.serve(self)))

    async def stop(self) -> None:
        for peer in self.peers:
            peer.close()
        await asyncio.gather(*self._serving, *(peer.gone() for peer in self.peers))


@asynccontextmanager
async def running(script: Script = answer_all) -> AsyncIterator[ScriptedLogger]:
    """Run a logger for the length of a `with` block."""
    logger = ScriptedLogger(script)
    server = await asyncio.start_server(logger.connected, "127.0.0.1", 0)
    logger.port = server.sockets[0].getsockname()[1]
    try:
        yield logger
    finally:
        server.close()
        await logger.stop()
        await server.wait_closed()
