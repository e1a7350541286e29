"""One connection by itself: what the link never gets to see."""

import asyncio
from collections.abc import AsyncIterator
from typing import override

import pytest

from custom_components.solar_monitor.clients.errors import LinkLostError
from custom_components.solar_monitor.clients.tcp.connection import Connection

from .scripted_server import Peer, ScriptedServer, until


class SilentServer(ScriptedServer):
    """Hears everything and says nothing by itself."""

    @override
    def heard(self, data: bytes, peer: Peer) -> None:
        """Say nothing."""


@pytest.fixture
async def server(socket_enabled: None) -> AsyncIterator[ScriptedServer]:  # noqa: ARG001  opens sockets
    """A server on 127.0.0.1."""
    silent = SilentServer()
    async with silent.running():
        yield silent


class Listener:
    """Keeps what a connection tells."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.heard = b""
        self.lost: list[LinkLostError] = []

    def on_bytes(self, connection: Connection, data: bytes) -> None:
        assert connection.alive
        self.heard += data

    async def connect(self, server: ScriptedServer) -> Connection:
        connection = await Connection.open(
            "127.0.0.1", server.port, self.on_bytes, self.lost.append
        )
        await until(lambda: server.peers)
        return connection


async def test_a_loss_is_told_once(server: ScriptedServer) -> None:
    listener = Listener()
    connection = await listener.connect(server)
    server.peers[0].send(b"AT+")
    server.peers[0].close()
    await until(lambda: not connection.alive)
    await connection.close(1)
    assert listener.heard == b"AT+"
    assert [str(error) for error in listener.lost] == ["the other side closed the connection"]


async def test_an_end_of_our_own_is_no_loss(server: ScriptedServer) -> None:
    listener = Listener()
    connection = await listener.connect(server)
    await connection.close(1)
    assert not connection.alive
    assert listener.lost == []
    await connection.close(1)


async def test_bytes_that_nobody_takes_do_not_hold_up_the_close(server: ScriptedServer) -> None:
    connection = await Listener().connect(server)
    server.peers[0].stop_reading()
    connection.send(bytes(20_000_000))
    async with asyncio.timeout(5):
        await connection.close(0.02)
    assert not connection.alive
