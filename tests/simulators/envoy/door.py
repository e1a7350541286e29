"""A TCP port with an HTTP server behind it, which closes and opens at once."""

import asyncio
from collections.abc import Awaitable, Callable
import contextlib
import socket
import ssl
from typing import NoReturn

from aiohttp import web

from tests.simulators.port import Port

type Answer = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class Door(Port):
    """A listening port; an HTTP server serves its connections, over TLS if there is a context."""

    def __init__(
        self, host: str, number: int, answer: Answer, context: ssl.SSLContext | None
    ) -> None:
        """Prepare a port; number 0 takes a free one when it opens and keeps it."""
        super().__init__(host, number, self._never)
        self._answer = answer
        self._context = context
        self._server: web.Server | None = None
        self._handshakes: set[asyncio.Task[object]] = set()

    @property
    def open_connections(self) -> int:
        """Return how many connections are open."""
        return len(self._server.connections) if self._server else 0

    def open(self) -> None:
        """Listen from this moment on; raises OSError when the port is taken."""
        if self._server is None:
            self._server = web.Server(self._answer, handler_cancellation=True, access_log=None)
        super().open()

    def reset_clients(self) -> None:
        """End all open connections, and those whose handshake is under way."""
        for task in list(self._handshakes):
            task.cancel()
        for handler in self._server.connections if self._server else ():
            handler.force_close()

    async def stop(self) -> None:
        """Close the port and end all its tasks and connections."""
        await super().stop()
        if self._server is not None:
            await self._server.shutdown(0)

    async def _run(self, connection: socket.socket) -> None:
        """Hand a connection over to the HTTP server; a failed handshake is the client's affair."""
        loop = asyncio.get_running_loop()
        server = self._server
        if server is None or self._listener is None:
            connection.close()  # accepted just before the port was closed
            return
        handshake: asyncio.Task[object] = loop.create_task(
            loop.connect_accepted_socket(server, connection, ssl=self._context)
        )
        self._handshakes.add(handshake)
        handshake.add_done_callback(self._handshakes.discard)
        with contextlib.suppress(OSError):
            await handshake

    async def _never(self, _: object) -> None:
        """Serve nothing by hand."""


async def say_nothing(request: web.BaseRequest, *, hang_up: bool) -> NoReturn:
    """Leave a request without an answer; it is cancelled when its connection ends."""
    if hang_up and request.transport is not None:
        request.transport.abort()
    await asyncio.Event().wait()
    raise AssertionError("nobody sets this event")
