"""One connection by itself: what the link never gets to see."""

import asyncio
import errno
import os
from unittest.mock import AsyncMock

import pytest

from custom_components.solar_monitor.clients.errors import CannotConnectError, LinkLostError
from custom_components.solar_monitor.clients.solarman.connection import Connection

from .scripted_logger import ScriptedLogger, until


class Listener:
    """Keeps what a connection tells."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.heard = b""
        self.lost: list[LinkLostError] = []

    def on_bytes(self, connection: Connection, data: bytes) -> None:
        assert connection.alive
        self.heard += data

    async def connect(self, logger: ScriptedLogger) -> Connection:
        connection = await Connection.open(
            "127.0.0.1", logger.port, self.on_bytes, self.lost.append
        )
        await until(lambda: logger.peers)
        return connection


async def test_a_loss_is_told_once(logger: ScriptedLogger) -> None:
    listener = Listener()
    connection = await listener.connect(logger)
    logger.peers[0].send(b"AT+")
    logger.peers[0].close()
    await until(lambda: not connection.alive)
    await connection.close(1)
    assert listener.heard == b"AT+"
    assert [str(error) for error in listener.lost] == ["the other side closed the connection"]


async def test_an_end_of_our_own_is_no_loss(logger: ScriptedLogger) -> None:
    listener = Listener()
    connection = await listener.connect(logger)
    await connection.close(1)
    assert not connection.alive
    assert listener.lost == []
    await connection.close(1)


async def test_bytes_that_nobody_takes_do_not_hold_up_the_close(logger: ScriptedLogger) -> None:
    connection = await Listener().connect(logger)
    logger.peers[0].stop_reading()
    connection.send(bytes(20_000_000))
    async with asyncio.timeout(5):
        await connection.close(0.02)
    assert not connection.alive


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (
            OSError(errno.EHOSTUNREACH, "Connect call failed ('10.1.2.3', 8899)"),
            os.strerror(errno.EHOSTUNREACH),
        ),
        (OSError("could not reach 10.1.2.3"), "OSError"),
    ],
)
async def test_the_reason_of_a_failure_holds_no_address(
    monkeypatch: pytest.MonkeyPatch, error: OSError, text: str
) -> None:
    group = ExceptionGroup("create_connection failed", [error])
    monkeypatch.setattr(asyncio, "open_connection", AsyncMock(side_effect=group))
    listener = Listener()
    with pytest.raises(CannotConnectError) as caught:
        await Connection.open("10.1.2.3", 8899, listener.on_bytes, listener.lost.append)
    assert str(caught.value) == text
