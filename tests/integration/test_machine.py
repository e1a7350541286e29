"""The machine that makes time pass lets everything happen that needs none."""

import asyncio
import time

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from tests.integration.machine import TimeMachine


def be_slow() -> None:
    """Take as long as a busy machine may take for one step."""
    end = time.monotonic() + 0.002
    while time.monotonic() < end:
        pass


async def test_steps_that_take_long_are_waited_for(
    hass: HomeAssistant, machine: TimeMachine
) -> None:
    steps = 0

    async def work() -> None:
        nonlocal steps
        for _ in range(20):
            await asyncio.sleep(0)
            be_slow()
            steps += 1

    task = hass.async_create_task(work())
    await machine.settle()
    assert steps == 20
    await task


async def test_what_was_sent_is_read_before_time_passes(
    hass: HomeAssistant, machine: TimeMachine
) -> None:
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while question := await reader.read(100):
            be_slow()
            writer.write(question)
        writer.close()

    async def ask() -> None:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        for number in range(20):
            writer.write(b"%d" % number)
            be_slow()
            heard.append(await reader.read(100))
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    task = hass.async_create_task(ask())
    before = hass.loop.time()
    await machine.settle()
    assert len(heard) == 20
    assert hass.loop.time() - before < 5
    await task
    server.close()
    await server.wait_closed()


async def test_while_time_stands_still_only_strides_move_it(
    hass: HomeAssistant, machine: TimeMachine
) -> None:
    rung: list[float] = []
    with machine.standing_still():
        began = hass.loop.time()
        hass.loop.call_at(began + 60, lambda: rung.append(hass.loop.time()))
        await machine.stride(59)
        assert rung == []
        await machine.stride(2)
        ended = hass.loop.time()
        assert rung == [ended]
        assert ended - began == pytest.approx(61, abs=0.01)
        assert dt_util.utcnow().timestamp() == pytest.approx(time.time()) == pytest.approx(ended)
    await machine.run(5)
    assert hass.loop.time() - began >= 66
