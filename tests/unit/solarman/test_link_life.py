"""A link is shared, cancelled, closed and half dead: nothing stays, nobody waits for ever."""

import asyncio
from collections.abc import Callable
import gc
import socket
import warnings

import pytest

from custom_components.solar_monitor.clients.errors import (
    CannotConnectError,
    LinkLostError,
    NoAnswerError,
    PortClosedError,
)
from custom_components.solar_monitor.clients.solarman import SolarmanLink
from custom_components.solar_monitor.clients.solarman.v5 import Frame
from custom_components.solar_monitor.clients.tcp import link as tcp_link
from custom_components.solar_monitor.clients.tcp.pool import LinkPool
from custom_components.solar_monitor.clients.transport import TransportKind
from tests.unit.impatience import impatient
from tests.unit.tcp.scripted_server import Peer, until

from .scripted_logger import (
    HEARTBEAT,
    ScriptedLogger,
    answer_all,
    fitting,
    stay_silent,
)

type LinkMaker = Callable[..., SolarmanLink]


def addresses(logger: ScriptedLogger) -> list[int]:
    """Return the register addresses asked for, in order."""
    return [int.from_bytes(request.payload[17:19], "big") for request in logger.requests]


async def test_many_callers_share_one_connection(
    logger: ScriptedLogger, link: SolarmanLink
) -> None:
    reads = [link.read(1 + number % 3, number, 2) for number in range(30)]
    assert await asyncio.gather(*reads) == [(number, number + 1) for number in range(30)]
    assert len(logger.peers) == 1


async def test_live_requests_go_before_settings_one_by_one(
    logger: ScriptedLogger, link: SolarmanLink
) -> None:
    await asyncio.gather(
        link.read(1, 1, 1, urgent=False),
        link.read(1, 2, 1, urgent=False),
        link.read(1, 3, 1, urgent=False),
        link.read(1, 10, 1),
        link.read(1, 11, 1),
    )
    assert addresses(logger) == [1, 10, 11, 2, 3]


async def test_a_cancelled_caller_leaves_the_link_to_others(
    logger: ScriptedLogger, link: SolarmanLink
) -> None:
    logger.script = stay_silent
    first = asyncio.create_task(link.read(1, 1, 1))
    waiting = asyncio.create_task(link.read(1, 2, 1))
    last = asyncio.create_task(link.read(1, 3, 1))
    await until(lambda: logger.requests)
    waiting.cancel()
    first.cancel()
    logger.script = answer_all
    assert await last == (3,)
    assert first.cancelled()
    assert waiting.cancelled()
    assert addresses(logger) == [1, 3]


async def test_the_answer_to_a_cancelled_request_is_late(
    logger: ScriptedLogger, link: SolarmanLink
) -> None:
    logger.script = stay_silent
    task = asyncio.create_task(link.read(1, 1, 1))
    await until(lambda: logger.requests)
    task.cancel()
    logger.script = lambda request, peer: peer.send(fitting(logger.requests[0]) + fitting(request))
    assert await link.read(1, 2, 1) == (2,)
    assert link.stats.late_answers == 1


@pytest.mark.parametrize("steps", range(12))
async def test_cancelling_at_any_moment_leaves_a_working_link(
    logger: ScriptedLogger, link: SolarmanLink, steps: int
) -> None:
    task = asyncio.create_task(link.read(1, 1, 1))
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait({task})
    assert await link.read(1, 2, 1) == (2,)
    await link.close()
    await until(lambda: all(peer.ended_by_client for peer in logger.peers))


async def test_a_caller_that_gives_up_early_breaks_nobody(
    logger: ScriptedLogger, make_link: LinkMaker
) -> None:
    link = make_link(request_timeout=60)
    logger.script = stay_silent
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await link.read(1, 1, 1)
    logger.script = answer_all
    assert await link.read(1, 2, 1) == (2,)


async def test_close_ends_the_connection_cleanly(
    logger: ScriptedLogger, link: SolarmanLink
) -> None:
    await link.read(1, 1, 1)
    await link.close()
    assert not link.connected
    assert logger.peers[0].ended_by_client
    await link.close()
    assert len(asyncio.all_tasks()) <= 3  # this test, the server's, the peer's


async def test_a_closed_link_is_used_again(logger: ScriptedLogger, link: SolarmanLink) -> None:
    await link.close()
    assert await link.read(1, 1, 1) == (1,)
    await link.close()
    assert await link.read(1, 1, 1) == (1,)
    assert len(logger.peers) == 2


async def test_close_fails_open_and_waiting_requests_and_nobody_connects_again(
    logger: ScriptedLogger, make_link: LinkMaker
) -> None:
    link = make_link(request_timeout=60)
    logger.script = stay_silent
    tasks = [asyncio.create_task(link.read(1, address, 1)) for address in range(3)]
    await until(lambda: logger.requests)
    await link.close()
    errors = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(error) for error in errors] == [LinkLostError] * 3
    assert len(logger.peers) == 1
    assert not link.connected


async def test_an_old_caller_does_not_disturb_a_newer_one(
    logger: ScriptedLogger, make_link: LinkMaker
) -> None:
    link = make_link(request_timeout=60)
    logger.script = stay_silent
    old = [asyncio.create_task(link.read(1, 1, 1, urgent=False)) for _ in range(2)]
    await until(lambda: logger.requests)
    logger.script = answer_all
    closing = asyncio.create_task(link.close())
    await asyncio.sleep(0)
    assert await link.read(1, 2, 1) == (2,)
    await closing
    errors = await asyncio.gather(*old, return_exceptions=True)
    assert [type(error) for error in errors] == [LinkLostError] * 2
    assert link.connected


async def test_a_peer_that_never_ends_the_connection_does_not_hold_us(
    logger: ScriptedLogger, link: SolarmanLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp_link, "_CLOSE_GRACE_S", 0.02)
    logger.never_closes = True
    await link.read(1, 1, 1)
    async with asyncio.timeout(1):
        await link.close()
    assert not link.connected


async def test_bytes_that_come_while_closing_are_left_alone(
    logger: ScriptedLogger, link: SolarmanLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp_link, "_CLOSE_GRACE_S", 0.05)
    logger.never_closes = True
    await link.read(1, 1, 1)
    closing = asyncio.create_task(link.close())
    await until(lambda: logger.peers[0].ended_by_client)
    logger.peers[0].send(HEARTBEAT)
    await closing
    assert link.stats.unasked_frames == 0


async def test_cancelling_close_still_frees_the_socket(
    logger: ScriptedLogger, link: SolarmanLink
) -> None:
    logger.never_closes = True
    await link.read(1, 1, 1)
    closing = asyncio.create_task(link.close())
    await until(lambda: logger.peers[0].ended_by_client)
    closing.cancel()
    await asyncio.wait({closing})
    assert closing.cancelled()
    assert not link.connected
    logger.never_closes = False
    assert await link.read(1, 2, 1) == (2,)


async def test_our_side_is_closed_as_soon_as_the_logger_closes_its_own(
    logger: ScriptedLogger, link: SolarmanLink
) -> None:
    await link.read(1, 1, 1)
    logger.peers[0].half_close()
    await until(lambda: logger.peers[0].ended_by_client)
    assert not link.connected


async def test_bytes_of_two_connections_are_never_put_together(
    logger: ScriptedLogger, link: SolarmanLink
) -> None:
    def send_half(_request: Frame, peer: Peer) -> None:
        peer.send(HEARTBEAT[:8])
        peer.close()

    logger.script = send_half
    with pytest.raises(LinkLostError):
        await link.read(1, 1, 1)
    logger.script = lambda request, peer: peer.send(HEARTBEAT[8:] + fitting(request))
    assert await link.read(1, 1, 1) == (1,)
    assert link.stats.unasked_frames == 0


async def test_a_half_open_connection_ends_in_no_answer(
    logger: ScriptedLogger, link: SolarmanLink
) -> None:
    await link.read(1, 1, 1)
    logger.script = stay_silent  # the logger lost power: bytes go nowhere, no end is seen
    for _ in range(2):
        with impatient(link), pytest.raises(NoAnswerError):
            await link.read(1, 1, 1)


async def test_fifty_reloads_leave_nothing(logger: ScriptedLogger, make_link: LinkMaker) -> None:
    before = len(asyncio.all_tasks())
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        for _ in range(50):
            link = make_link()
            assert await link.read(1, 1, 1) == (1,)
            await link.close()
            del link
        await until(lambda: all(peer.ended_by_client for peer in logger.peers))
        gc.collect()
    await until(lambda: len(asyncio.all_tasks()) <= before)
    assert len(logger.peers) == 50


async def test_a_closed_port_is_named(make_link: LinkMaker) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: refuses
        link = make_link(port=taken.getsockname()[1])
        with pytest.raises(PortClosedError) as closed:
            await link.read(1, 1, 1)
    assert closed.value.key == "port_closed"
    assert isinstance(closed.value, CannotConnectError)
    assert link.stats.connects == link.stats.requests == 0


@pytest.mark.parametrize(
    "error",
    [
        socket.gaierror(-2, "Name or service not known"),
        UnicodeError("label too long"),
        ExceptionGroup("connect", [OSError(113, "No route to host")]),
        ExceptionGroup("connect", [ConnectionRefusedError(), TimeoutError()]),
    ],
    ids=["unknown_name", "impossible_name", "unreachable", "some_refuse"],
)
async def test_a_host_that_cannot_be_reached_is_named(
    make_link: LinkMaker, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async def fail(*_args: object, **_kwargs: object) -> None:
        raise error

    monkeypatch.setattr(asyncio, "open_connection", fail)
    with pytest.raises(CannotConnectError) as unreachable:
        await make_link().read(1, 1, 1)
    assert unreachable.value.key == "cannot_connect"


async def test_connecting_takes_no_longer_than_its_limit(
    make_link: LinkMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(*_args: object, **_kwargs: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(asyncio, "open_connection", hang)
    with pytest.raises(CannotConnectError, match="in time"):
        await make_link(connect_timeout=0.02).read(1, 1, 1)


async def test_close_ends_an_attempt_to_connect_at_once(
    make_link: LinkMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = asyncio.Event()

    async def hang(*_args: object, **_kwargs: object) -> None:
        began.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(asyncio, "open_connection", hang)
    link = make_link(connect_timeout=60)
    task = asyncio.create_task(link.read(1, 1, 1))
    await began.wait()
    async with asyncio.timeout(5):
        await asyncio.gather(link.close(), link.close())
        with pytest.raises(LinkLostError):
            await task


async def test_a_connection_made_at_the_moment_of_close_is_ended(
    logger: ScriptedLogger, make_link: LinkMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = make_link()
    connect = asyncio.open_connection
    closing: list[asyncio.Task[None]] = []

    async def connect_then_close(
        host: str, port: int, **_kwargs: object
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        streams = await connect(host, port)
        closing.append(asyncio.create_task(link.close(), eager_start=True))
        return streams

    monkeypatch.setattr(asyncio, "open_connection", connect_then_close)
    with pytest.raises(LinkLostError):
        await link.read(1, 1, 1)
    await asyncio.gather(*closing)
    assert not link.connected
    await until(lambda: logger.peers and logger.peers[0].ended_by_client)


async def test_a_logger_that_hangs_up_after_each_answer_is_read(
    logger: ScriptedLogger, link: SolarmanLink
) -> None:
    def greet_and_go(request: Frame, peer: Peer) -> None:
        peer.send(HEARTBEAT + fitting(request))
        peer.close()

    logger.script = greet_and_go
    for address in range(3):
        assert await link.read(1, address, 1) == (address,)
        await until(lambda: not link.connected)
    assert link.stats.unasked_frames == 3


async def test_two_units_of_a_logger_read_over_one_connection(
    make_link: Callable[..., SolarmanLink],
) -> None:
    pool = LinkPool()
    first, second = (
        pool.acquire(TransportKind.SOLARMAN_V5, "127.0.0.1", 8899, make_link) for _ in range(2)
    )
    answers = await asyncio.gather(first.read(1, 5, 1), second.read(2, 6, 1))
    assert list(answers) == [(5,), (6,)]
    assert first.stats.connects == 1
    await pool.release(first)
    assert second.connected
    await pool.release(second)
    assert not second.connected
