"""The background lane."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import pytest

from custom_components.solar_monitor.clients.envoy.endpoints import Block
from custom_components.solar_monitor.clients.envoy.lanes import BackgroundLane, spawn

LATER = 30.0


def _open() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


@dataclass
class Desk:
    """Fetches blocks when it is let, and writes down what it did."""

    done: list[Block] = field(default_factory=list)
    free: asyncio.Event = field(default_factory=_open)
    stops_after: Block | None = None
    also: Callable[[Block], None] = lambda _: None

    async def fetch(self, block: Block) -> bool:
        await self.free.wait()
        self.done.append(block)
        self.also(block)
        return block is not self.stops_after


@dataclass
class Crew:
    """Starts tasks and remembers them."""

    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def start(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        self.tasks.append(spawn(work, name))
        return self.tasks[-1]


async def test_blocks_are_fetched_in_the_order_of_the_table() -> None:
    desk = Desk()
    lane = BackgroundLane(desk.fetch, spawn)
    lane.start([Block.HOME, Block.DEVICE_DATA, Block.INVENTORY])
    await lane.wait([Block.HOME, Block.DEVICE_DATA, Block.INVENTORY], LATER)
    assert desk.done == [Block.DEVICE_DATA, Block.INVENTORY, Block.HOME]
    await lane.close()


async def test_what_is_on_its_way_is_not_asked_twice() -> None:
    desk = Desk()
    desk.free.clear()
    lane = BackgroundLane(desk.fetch, spawn)
    lane.start([Block.HOME])
    await asyncio.sleep(0)
    lane.start([Block.HOME])
    desk.free.set()
    await lane.wait([Block.HOME], LATER)
    assert desk.done == [Block.HOME]
    await lane.close()


async def test_waiting_ends_when_the_time_is_up_and_the_work_goes_on() -> None:
    desk = Desk()
    desk.free.clear()
    lane = BackgroundLane(desk.fetch, spawn)
    lane.start([Block.HOME])
    await lane.wait([Block.HOME], 0)
    assert desk.done == []
    desk.free.set()
    await lane.wait([Block.HOME], LATER)
    assert desk.done == [Block.HOME]
    await lane.close()


async def test_what_follows_is_waited_for_as_well() -> None:
    desk = Desk()
    lane = BackgroundLane(desk.fetch, spawn)
    desk.also = lambda block: (
        lane.start([Block.V1_INVERTERS]) if block is Block.DEVICE_DATA else None
    )
    lane.start([Block.DEVICE_DATA])
    await lane.wait([Block.DEVICE_DATA], LATER)
    assert desk.done == [Block.DEVICE_DATA, Block.V1_INVERTERS]
    await lane.close()


async def test_when_it_makes_no_sense_the_rest_is_dropped_and_nobody_waits() -> None:
    desk = Desk()
    desk.stops_after = Block.INVENTORY
    lane = BackgroundLane(desk.fetch, spawn)
    lane.start([Block.HOME, Block.INVENTORY])
    await lane.wait([Block.HOME], LATER)
    assert desk.done == [Block.INVENTORY]
    lane.start([Block.HOME])
    await lane.wait([Block.HOME], LATER)
    assert desk.done == [Block.INVENTORY, Block.HOME]
    await lane.close()


async def test_closing_ends_it_at_once_and_lets_nobody_wait() -> None:
    desk = Desk()
    desk.free.clear()
    lane = BackgroundLane(desk.fetch, spawn)
    lane.start([Block.HOME])
    waiting = asyncio.create_task(lane.wait([Block.HOME], LATER))
    await asyncio.sleep(0)
    await lane.close()
    await waiting
    assert desk.done == []


async def test_one_that_never_started_closes_and_starting_nothing_starts_nothing() -> None:
    desk, crew = Desk(), Crew()
    lane = BackgroundLane(desk.fetch, crew.start)
    lane.start([])
    await lane.wait([], LATER)
    await lane.close()
    assert (crew.tasks, desk.done) == ([], [])


async def test_a_fault_of_ours_lets_nobody_wait() -> None:
    async def fetch(_: Block) -> bool:
        raise RuntimeError("a fault")

    crew = Crew()
    lane = BackgroundLane(fetch, crew.start)
    lane.start([Block.HOME])
    await lane.wait([Block.HOME], LATER)
    with pytest.raises(RuntimeError):
        await crew.tasks[0]
