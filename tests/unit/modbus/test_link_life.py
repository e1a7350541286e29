"""A link is shared, cancelled and closed: nothing stays, nobody waits, no log is filled."""

import asyncio
import gc
import logging
import socket
import warnings

import pytest

from custom_components.solar_monitor.clients.errors import (
    BadAnswerError,
    LinkLostError,
    NoAnswerError,
    PortClosedError,
)
from custom_components.solar_monitor.clients.modbus import ModbusLink
from custom_components.solar_monitor.clients.tcp.pool import LinkPool
from custom_components.solar_monitor.clients.transport import TransportKind
from tests.unit.impatience import impatient
from tests.unit.tcp.scripted_server import Peer, until

from .conftest import LinkMaker
from .scripted_gateway import Request, ScriptedGateway, answer_all, stay_silent


async def test_many_callers_and_units_share_one_connection(
    gateway: ScriptedGateway, link: ModbusLink
) -> None:
    reads = [link.read(1 + number % 3, number, 2) for number in range(30)]
    assert await asyncio.gather(*reads) == [(number, number + 1) for number in range(30)]
    assert len(gateway.peers) == 1


async def test_live_requests_go_before_settings_one_by_one(
    gateway: ScriptedGateway, link: ModbusLink
) -> None:
    await asyncio.gather(
        link.read(1, 1, 1, urgent=False),
        link.read(1, 2, 1, urgent=False),
        link.write(1, 9, [1]),
        link.read(1, 10, 1),
    )
    assert gateway.addresses == [1, 9, 10, 2]


async def test_a_cancelled_caller_leaves_the_link_to_others(
    gateway: ScriptedGateway, make_link: LinkMaker
) -> None:
    link = make_link(request_timeout=60)
    gateway.script = stay_silent
    first = asyncio.create_task(link.read(1, 1, 1))
    waiting = asyncio.create_task(link.read(1, 2, 1))
    last = asyncio.create_task(link.read(1, 3, 1))
    await until(lambda: gateway.requests)
    waiting.cancel()
    first.cancel()
    gateway.script = answer_all
    assert await last == (3,)
    assert first.cancelled()
    assert waiting.cancelled()
    assert gateway.addresses == [1, 3]


@pytest.mark.parametrize("steps", range(12))
async def test_cancelling_at_any_moment_leaves_a_working_link(
    gateway: ScriptedGateway, link: ModbusLink, steps: int
) -> None:
    task = asyncio.create_task(link.read(1, 1, 1))
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait({task})
    assert await link.read(1, 2, 1) == (2,)
    await link.close()
    await until(lambda: all(peer.ended_by_client for peer in gateway.peers))


async def test_a_time_limit_of_the_caller_is_kept(
    gateway: ScriptedGateway, make_link: LinkMaker
) -> None:
    link = make_link(request_timeout=60)
    gateway.script = stay_silent
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await link.read(1, 1, 1)
    gateway.script = answer_all
    assert await link.read(1, 2, 1) == (2,)


async def test_close_ends_the_connection_cleanly_and_the_link_is_used_again(
    gateway: ScriptedGateway, link: ModbusLink
) -> None:
    await link.close()
    await link.read(1, 1, 1)
    await link.close()
    assert not link.connected
    assert gateway.peers[0].ended_by_client
    await link.close()
    assert await link.read(1, 1, 1) == (1,)
    assert len(gateway.peers) == 2


async def test_close_fails_open_and_waiting_requests(
    gateway: ScriptedGateway, make_link: LinkMaker
) -> None:
    link = make_link(request_timeout=60)
    gateway.script = stay_silent
    tasks = [asyncio.create_task(link.read(1, address, 1)) for address in range(3)]
    await until(lambda: gateway.requests)
    await asyncio.gather(link.close(), link.close())
    errors = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(error) for error in errors] == [LinkLostError] * 3
    assert len(gateway.peers) == 1


async def test_fifty_reloads_leave_nothing(gateway: ScriptedGateway, make_link: LinkMaker) -> None:
    before = len(asyncio.all_tasks())
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        for _ in range(50):
            link = make_link()
            assert await link.read(1, 1, 1) == (1,)
            await link.close()
            del link
        await until(lambda: all(peer.ended_by_client for peer in gateway.peers))
        gc.collect()
    await until(lambda: len(asyncio.all_tasks()) <= before)
    assert len(gateway.peers) == 50


async def test_a_closed_port_is_named(make_link: LinkMaker) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: refuses
        with pytest.raises(PortClosedError):
            await make_link(port=taken.getsockname()[1]).read(1, 1, 1)


def answer_as_another(request: Request, peer: Peer) -> None:
    """Answer for another unit than the one that was asked."""
    peer.send(Request(request.transaction, request.unit + 1, request.pdu).fitting())


async def test_pymodbus_complains_about_our_devices_in_debug_messages_only(
    gateway: ScriptedGateway, link: ModbusLink, caplog: pytest.LogCaptureFixture
) -> None:
    gateway.script = answer_as_another
    with caplog.at_level(logging.INFO), impatient(link), pytest.raises(BadAnswerError):
        await link.read(1, 1, 1)
    assert caplog.records == []
    with caplog.at_level(logging.DEBUG), impatient(link), pytest.raises(BadAnswerError):
        await link.read(1, 1, 1)
    complaints = [record for record in caplog.records if "Skipping" in record.getMessage()]
    assert {record.levelname for record in complaints} == {"DEBUG"}


async def test_pymodbus_writes_no_bytes_of_our_devices_into_the_log(
    gateway: ScriptedGateway, link: ModbusLink, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await link.read(1, 0x3232, 5)
        gateway.script = answer_as_another
        with impatient(link), pytest.raises(BadAnswerError):
            await link.read(1, 0x3232, 5)
    assert [text for text in caplog.messages if "0x32 0x32" in text] == []


def test_pymodbus_goes_on_complaining_to_its_other_users(
    caplog: pytest.LogCaptureFixture,
) -> None:
    logging.getLogger("pymodbus.logging").error("somebody else's device")
    assert [record.levelname for record in caplog.records] == ["ERROR"]


async def test_two_units_of_a_gateway_read_over_one_connection(
    gateway: ScriptedGateway, make_link: LinkMaker
) -> None:
    pool, kind = LinkPool(), TransportKind.MODBUS_TCP
    first, second = (pool.acquire(kind, "127.0.0.1", gateway.port, make_link) for _ in range(2))
    answers = await asyncio.gather(first.read(1, 5, 1), second.read(2, 6, 1))
    assert list(answers) == [(5,), (6,)]
    assert [request.unit for request in gateway.requests] == [1, 2]
    assert len(gateway.peers) == 1
    await pool.release(first)
    assert second.connected
    await pool.release(second)
    assert not second.connected


async def test_a_half_open_connection_ends_in_no_answer(
    gateway: ScriptedGateway, make_link: LinkMaker
) -> None:
    link = make_link(request_timeout=0.02)
    gateway.script = stay_silent
    for _ in range(6):  # pymodbus would give up its connection after a few
        with pytest.raises(NoAnswerError):
            await link.read(1, 1, 1)
    gateway.script = answer_all
    assert await make_link().read(1, 1, 1) == (1,)
