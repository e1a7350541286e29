"""Finding loggers by UDP: against responders on 127.0.0.1."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import override

from hypothesis import given, strategies as st
import pytest

from custom_components.solar_monitor.clients.solarman.discovery import (
    WORDS,
    FoundLogger,
    discover,
    parse_reply,
)

LOGGER = FoundLogger("127.0.0.1", "e8:fd:f8:12:34:56", 2_712_345_678)
HEARD_S = 0.5
"""A search lasts so long, even if all is heard at once; a busy machine needs some of it."""
REPLY = b"127.0.0.1,E8FDF8123456,2712345678"

type Answers = Callable[[bytes], list[bytes]]


class Responder(asyncio.DatagramProtocol):
    """Answers each datagram with what `answers` makes of it."""

    def __init__(self, answers: Answers) -> None:
        """Begin with nothing heard."""
        self.answers = answers
        self.heard: list[bytes] = []
        self.transport: asyncio.DatagramTransport | None = None

    @override
    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.heard.append(data)
        for answer in self.answers(data):
            assert self.transport is not None
            self.transport.sendto(answer, addr)


@asynccontextmanager
async def responding(answers: Answers) -> AsyncIterator[tuple[Responder, int]]:
    """Run a responder; give it and its port."""
    loop = asyncio.get_running_loop()
    transport, responder = await loop.create_datagram_endpoint(
        lambda: Responder(answers), local_addr=("127.0.0.1", 0)
    )
    responder.transport = transport
    try:
        yield responder, transport.get_extra_info("sockname")[1]
    finally:
        transport.close()


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.usefixtures("socket_enabled")
async def test_a_logger_that_knows_one_of_the_words_is_found(word: bytes) -> None:
    async with responding(lambda data: [REPLY] if data == word else []) as (responder, port):
        assert await discover(["127.0.0.1"], port=port, timeout=HEARD_S) == [LOGGER]
    assert set(responder.heard) == set(WORDS)


@pytest.mark.usefixtures("socket_enabled")
async def test_a_logger_is_found_under_the_address_it_answers_from() -> None:
    reply = b"10.10.100.254,E8FDF8123456,2712345678"
    async with responding(lambda _: [reply]) as (_, port):
        assert await discover(["127.0.0.1"], port=port, timeout=HEARD_S) == [LOGGER]


@pytest.mark.usefixtures("socket_enabled")
async def test_garbage_and_other_devices_are_left_out() -> None:
    answers = [b"", b"+ok", b"10.0.0.1,F0FE6B000000,HF-LPB100", b"\xff\0", REPLY, REPLY]
    async with responding(lambda _: answers) as (_, port):
        assert await discover(["127.0.0.1"], port=port, timeout=HEARD_S) == [LOGGER]


@pytest.mark.usefixtures("socket_enabled")
async def test_several_loggers_come_in_order_of_their_serials() -> None:
    answers = [b"1.1.1.1,E8FDF8123456,%d" % serial for serial in (3, 1, 2)]
    async with responding(lambda _: answers) as (_, port):
        found = await discover(["127.0.0.1"], port=port, timeout=HEARD_S)
    assert [logger.serial for logger in found] == [1, 2, 3]


@pytest.mark.usefixtures("socket_enabled")
async def test_silence_and_names_find_nothing() -> None:
    async with responding(lambda _: []) as (responder, port):
        assert await discover(["127.0.0.1", "localhost", ""], port=port, timeout=0.02) == []
    assert len(responder.heard) == 2 * len(WORDS)


@pytest.mark.usefixtures("socket_enabled")
async def test_a_network_that_refuses_raises_nothing(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    assert await discover(["127.0.0.1"], port=0, timeout=0.02) == []
    assert "Discovery: " in caplog.text


async def test_without_a_socket_nothing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_args: object, **_kwargs: object) -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(asyncio.get_running_loop(), "create_datagram_endpoint", fail)
    assert await discover(["127.0.0.1"]) == []


@pytest.mark.usefixtures("socket_enabled")
async def test_cancelling_closes_the_socket() -> None:
    task = asyncio.create_task(discover(["127.0.0.1"], port=9, timeout=60))
    await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.wait({task})
    assert task.cancelled()


@pytest.mark.parametrize(
    "reply",
    [
        b"192.168.1.7,E8FDF8123456,2712345678",
        b" 192.168.1.7,e8:fd:f8:12:34:56,2712345678\r\n",
        b"192.168.1.7,E8-FD-F8-12-34-56,2712345678\0\0",
    ],
)
def test_a_reply_is_understood_in_every_spelling(reply: bytes) -> None:
    assert parse_reply(reply) == FoundLogger("192.168.1.7", "e8:fd:f8:12:34:56", 2_712_345_678)


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"HF-A11ASSISTHREAD",
        b"192.168.1.7,E8FDF8123456",
        b"192.168.1.7,E8FDF8123456,D251234567",
        b"192.168.1.7,E8FDF8123456,0",
        b"192.168.1.7,E8FDF8123456,4294967296",
        b"192.168.1.7,E8FDF8123456,1,2",
        b"192.168.1.700,E8FDF8123456,1",
        b"192.168.1.07,E8FDF8123456,1",
        b"1.1.1.1.1.1.1,E8FDF8123456,1",
        b"192.168.1.7,E8FDF812345G,1",
        b"192.168.1.7,E8FDF81234,1",
        "192.168.1.7,E8FDF8123456,\u0661".encode(),
    ],
)
def test_anything_else_is_no_logger(reply: bytes) -> None:
    assert parse_reply(reply) is None


@given(st.binary(max_size=60))
def test_any_datagram_is_survived(data: bytes) -> None:
    assert parse_reply(data) is None
    assert parse_reply(REPLY + b"," + data) is None
