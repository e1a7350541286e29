"""A small web server on 127.0.0.1 that says whatever a test wants, right or wrong."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
import json
import socket
import struct
from typing import Any

from .certificates import Certificate


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """Bytes to send, and what becomes of the connection: `keep`, `close` or `reset`."""

    data: bytes
    then: str = "keep"


SILENCE = Reply(b"")
GONE = Reply(b"", "close")
RESET = Reply(b"", "reset")


def reply(body: bytes | str = b"", status: int = 200, **headers: str) -> Reply:
    """Make a proper reply; in the names of headers `_` stands for `-`."""
    raw = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} So", f"Content-Length: {len(raw)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return Reply("\r\n".join(lines).encode() + b"\r\n\r\n" + raw)


def as_json(value: Any, status: int = 200) -> Reply:  # noqa: ANN401  whatever JSON can say
    """Make a proper reply with JSON."""
    return reply(json.dumps(value), status, Content_Type="application/json")


class WebServer:
    """Keeps what it was asked, and replies with what `answer` makes of it."""

    def __init__(
        self, answer: Callable[[Asked], Reply], certificate: Certificate | None = None
    ) -> None:
        """Take the script, and a certificate for HTTPS."""
        self.answer = answer
        self.certificate = certificate
        self.asked: list[Asked] = []
        self.connections = 0
        self.open = 0
        self.port = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def host(self) -> str:
        """The address as users write it."""
        return f"127.0.0.1:{self.port}"

    @property
    def paths(self) -> list[str]:
        """The paths that were asked for."""
        return [asked.path for asked in self.asked]

    @asynccontextmanager
    async def running(self, port: int = 0) -> AsyncIterator[None]:
        """Run for the length of a `with` block."""
        context = self.certificate and self.certificate.server
        server = await asyncio.start_server(self._connected, "127.0.0.1", port, ssl=context)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()
            self.hang_up()
            await asyncio.gather(*self._tasks)
            await server.wait_closed()

    def hang_up(self) -> None:
        """End all connections."""
        for writer in self._writers:
            writer.transport.abort()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.add(writer)
        self.connections += 1
        self.open += 1
        with suppress(OSError, asyncio.IncompleteReadError):
            while await self._serve(reader, writer):
                pass
        self.open -= 1
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        self._writers.discard(writer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Serve one request; tells whether there may be another."""
        first_byte = await reader.readexactly(1)
        if not first_byte.isalpha():  # TLS, where none is spoken
            writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            return False
        head = (first_byte + await reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.strip().split("\r\n")
        method, path, _ = first.split(" ")
        headers = {name.lower(): value for name, value in (line.split(": ") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        self.asked.append(asked := Asked(method, path, headers, body))
        said = self.answer(asked)
        writer.write(said.data)
        if said.then == "reset":
            linger_not = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, linger_not
            )
            writer.transport.abort()
        return said.then == "keep"


async def until(condition: Callable[[], object]) -> None:
    """Wait until something holds, at most 5 s."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110  what is waited for sets no event
            await asyncio.sleep(0.001)
