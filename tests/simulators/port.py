"""A TCP port of a simulated device: it closes and opens at once, and forgets no task.

While it is closed nobody else gets it: the clients of one test would find the device of another.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
import contextlib
import socket
from struct import pack

_RESET_ON_CLOSE = pack("ii", 1, 0)
"""SO_LINGER on, zero seconds: closing sends RST."""


class Client:
    """One connection, seen from the device."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take over an open connection."""
        self.reader = reader
        self._writer = writer

    @property
    def is_open(self) -> bool:
        """Whether the device has not ended the connection."""
        return not self._writer.is_closing()

    def send(self, data: bytes) -> None:
        """Send one segment; nothing once the connection has ended."""
        if self.is_open:
            self._writer.write(data)

    async def drain(self) -> None:
        """Wait until the segments are on their way; nothing when the client is gone."""
        with contextlib.suppress(ConnectionError):
            await self._writer.drain()

    def end(self) -> None:
        """End the connection after what was sent."""
        self._writer.close()

    def reset(self) -> None:
        """End the connection with RST."""
        if self.is_open:
            sock = self._writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            self._writer.transport.abort()


class Port:
    """A listening port; `serve` talks to one client and the connection ends when it returns."""

    def __init__(self, host: str, number: int, serve: Callable[[Client], Awaitable[None]]) -> None:
        """Prepare a port; number 0 takes a free one when it opens and keeps it."""
        self.host = host
        self.number = number
        self.clients: dict[Client, None] = {}
        self.accepted = 0
        self._serve = serve
        self._reserved: socket.socket | None = None
        self._listener: socket.socket | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def open(self) -> None:
        """Listen from this moment on; raises OSError when the port is taken."""
        if self._reserved is None:
            self._reserve()
        if self._listener is None:
            self._listener = socket.create_server((self.host, self.number))
            self._listener.settimeout(0)
            asyncio.get_running_loop().add_reader(self._listener, self._accept)

    def _reserve(self) -> None:
        """Take the port, or a free one, until the end; who is bound and does not listen refuses."""
        reserved = socket.socket()
        try:
            reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            reserved.bind((self.host, self.number))
        except OSError:
            reserved.close()
            raise
        self._reserved = reserved
        self.number = reserved.getsockname()[1]

    def close(self) -> None:
        """Refuse connections from this moment on, and reset those that are open."""
        if self._listener is not None:
            asyncio.get_running_loop().remove_reader(self._listener)
            self._listener.close()
            self._listener = None
        self.reset_clients()

    def reset_clients(self) -> None:
        """Reset all open connections."""
        for client in list(self.clients):
            client.reset()

    async def stop(self) -> None:
        """Close the port, give it up and end all its tasks."""
        self.close()
        if self._reserved is not None:
            self._reserved.close()
            self._reserved = None
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def spawn(self, work: Coroutine[None, None, None]) -> None:
        """Run something until it ends or the port is stopped."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _accept(self) -> None:
        """Take a connection that waits."""
        if self._listener is None:
            return
        with contextlib.suppress(BlockingIOError, ConnectionError):
            connection, _ = self._listener.accept()
            connection.settimeout(0)
            # Each piece is a segment of its own: Nagle's algorithm would join them again.
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.accepted += 1
            self.spawn(self._run(connection))

    async def _run(self, connection: socket.socket) -> None:
        """Serve one connection to its end."""
        reader, writer = await asyncio.open_connection(sock=connection)
        client = Client(reader, writer)
        self.clients[client] = None
        try:
            await self._serve(client)
        except ConnectionError:
            pass  # The client reset it: its right.
        finally:
            del self.clients[client]
            client.end()
