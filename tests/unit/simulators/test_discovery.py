import asyncio
from collections.abc import AsyncIterator
import contextlib
import socket

import pytest

from tests.simulators.logger import DiscoveryResponder


@pytest.fixture
async def responder(socket_enabled: None) -> AsyncIterator[DiscoveryResponder]:  # noqa: ARG001  opens sockets
    simulator = DiscoveryResponder()
    await simulator.start()
    yield simulator
    await simulator.stop()


async def _ask(responder: DiscoveryResponder, datagram: bytes) -> bytes | None:
    """Send a datagram; return the answer, None when there is none."""
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(0)
        sock.bind((responder.host, 0))
        await loop.sock_sendto(sock, datagram, (responder.host, responder.port))
        try:
            return await asyncio.wait_for(loop.sock_recv(sock, 4096), 0.1)
        except TimeoutError:
            return None


@pytest.mark.parametrize("word", [b"WIFIKIT-214028-READ", b"HF-A11ASSISTHREAD"])
async def test_both_words_are_answered(responder: DiscoveryResponder, word: bytes) -> None:
    assert await _ask(responder, word) == b"127.0.0.1,E8FDF8A1B2C3,2712345678"
    assert responder.asked == [word]


async def test_another_word_is_not_answered(responder: DiscoveryResponder) -> None:
    assert await _ask(responder, b"HELLO") is None
    assert responder.asked == [b"HELLO"]


async def test_the_answer_can_be_garbage(responder: DiscoveryResponder) -> None:
    responder.answers = (b"+ERR=-1",)
    assert await _ask(responder, b"WIFIKIT-214028-READ") == b"+ERR=-1"


async def test_a_stopped_responder_hears_nothing(responder: DiscoveryResponder) -> None:
    await responder.stop()
    with contextlib.suppress(ConnectionError):
        assert await _ask(responder, b"WIFIKIT-214028-READ") is None
    assert responder.asked == []
