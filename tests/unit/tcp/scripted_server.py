"""A small server on 127.0.0.1 for the tests of links; what it speaks is up to a subclass."""

from abc import ABC, abstractmethod
import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
import socket
import struct

from pymodbus.framer import FramerRTU


def with_crc(rtu: bytes) -> bytes:
    """Append the CRC to an RTU frame."""
    return rtu + FramerRTU.compute_CRC(rtu).to_bytes(2, "big")


async def until(condition: Callable[[], object]) -> None:
    """Wait until something holds, at most 5 s."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110  what is waited for sets no event
            await asyncio.sleep(0.001)


class Peer:
    """One connection, seen from the server."""

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

    def stop_reading(self) -> None:
        transport = self._writer.transport
        assert isinstance(transport, asyncio.Transport)
        transport.pause_reading()

    def reset(self) -> None:
        linger_not = struct.pack("ii", 1, 0)
        self._writer.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, linger_not
        )
        self._writer.transport.abort()

    async def serve(self, server: ScriptedServer) -> None:
        with suppress(OSError):
            while data := await self._reader.read(4096):
                server.heard(data, self)
            self.ended_by_client = True
        if not server.never_closes:
            self.close()

    async def gone(self) -> None:
        with suppress(OSError):
            await self._writer.wait_closed()


class ScriptedServer(ABC):
    """Keeps its peers; a subclass makes sense of what they say."""

    def __init__(self) -> None:
        """Begin with nobody connected."""
        self.peers: list[Peer] = []
        self.never_closes = False
        self.port = 0
        self._serving: set[asyncio.Task[None]] = set()

    @abstractmethod
    def heard(self, data: bytes, peer: Peer) -> None:
        """Take what a peer sent."""

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = Peer(reader, writer)
        self.peers.append(peer)
        self._serving.add(asyncio.ensure_future(peer.serve(self)))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run for the length of a `with` block."""
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()
            for peer in self.peers:
                peer.close()
            await asyncio.gather(*self._serving, *(peer.gone() for peer in self.peers))
            await server.wait_closed()
