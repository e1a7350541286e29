"""One TCP connection: a task that reads, a way to send, and an end that leaves nothing behind."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
import logging
import os
from typing import Final, Self

from ..errors import CannotConnectError, LinkLostError, PortClosedError

_LOGGER = logging.getLogger(__name__)
_READ_SIZE: Final = 4096


def _reason(error: Exception) -> str:
    """Say why a connection was not made. asyncio's own texts hold the address: not for a log."""
    number = error.errno if isinstance(error, OSError) else None
    return type(error).__name__ if number is None else os.strerror(number)


class Connection:
    """An open connection. Made with `open`, ended with `close`.

    `on_bytes` gets what arrives, with the connection it came from; `on_lost` is called once if the
    other side ends the connection. Neither is called after `close` began.
    """

    def __init__(
        self,
        streams: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        on_bytes: Callable[[Connection, bytes], None],
        on_lost: Callable[[LinkLostError], None],
    ) -> None:
        """Take over two open streams and begin to read."""
        self._reader, self._writer = streams
        self._on_bytes = on_bytes
        self._on_lost = on_lost
        self._closing = False
        self._reading = asyncio.create_task(self._read(), name="solar_monitor link reader")

    @classmethod
    async def open(
        cls,
        host: str,
        port: int,
        on_bytes: Callable[[Connection, bytes], None],
        on_lost: Callable[[LinkLostError], None],
    ) -> Self:
        """Connect. The caller limits the time.

        Raises PortClosedError when every address refuses, CannotConnectError for all else.
        """
        try:
            streams = await asyncio.open_connection(host, port, all_errors=True)
        except (OSError, UnicodeError) as err:  # unknown or impossible host name
            raise CannotConnectError(type(err).__name__) from err
        except ExceptionGroup as group:
            if all(isinstance(err, ConnectionRefusedError) for err in group.exceptions):
                raise PortClosedError from group
            raise CannotConnectError(_reason(group.exceptions[0])) from group
        return cls(streams, on_bytes, on_lost)

    @property
    def alive(self) -> bool:
        """Whether both sides still keep the connection, as far as this side knows."""
        return not self._closing and not self._reading.done()

    def send(self, data: bytes) -> None:
        """Send a few bytes on a connection that is alive.

        Requests are small and one at a time, so the socket's buffer takes them at once: there is
        nothing to drain, and a peer that is gone shows as a missing answer.
        """
        self._writer.write(data)

    def half_close(self) -> None:
        """Begin to end the connection: nothing is sent or passed on any more."""
        self._closing = True
        with suppress(OSError):  # already gone
            self._writer.write_eof()

    async def close(self, grace_s: float) -> None:
        """End the connection: half-close, read until the other side ends it too, release all.

        A stick that was left without a proper end may refuse connections for minutes
        (davidrapan/ha-solarman #433). The other side has `grace_s` to follow. Cancelling is safe.
        """
        self.half_close()
        try:
            await asyncio.wait({self._reading}, timeout=grace_s)
        finally:
            self._writer.transport.abort()  # also ends the reading
        await asyncio.wait({self._reading})
        with suppress(OSError):  # how the connection ended does not matter any more
            await self._writer.wait_closed()

    async def _read(self) -> None:
        """Pass on what arrives until one side ends the connection."""
        reason = "the other side closed the connection"
        try:
            while data := await self._reader.read(_READ_SIZE):
                if not self._closing:
                    self._on_bytes(self, data)
        except OSError as err:
            reason = f"the connection broke: {type(err).__name__}"
        finally:
            self._writer.close()  # at once: sockets left in CLOSE_WAIT block sticks for others
        if not self._closing:
            _LOGGER.debug("Link lost: %s", reason)
            self._on_lost(LinkLostError(reason))
