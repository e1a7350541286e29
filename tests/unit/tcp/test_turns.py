"""The lock with two queues."""

import asyncio

import pytest

from custom_components.solar_monitor.clients.tcp.turns import Turns


async def take(turns: Turns, done: list[str], name: str, *, urgent: bool) -> None:
    """Note a name when its turn comes, and that nobody else had it meanwhile."""
    async with turns.turn(urgent=urgent):
        done.append(name)
        so_far = len(done)
        await asyncio.sleep(0.001)
        assert len(done) == so_far


def begin(turns: Turns, done: list[str], *names: str) -> list[asyncio.Task[None]]:
    """Start a task per name; capitals are urgent."""
    return [asyncio.create_task(take(turns, done, name, urgent=name.isupper())) for name in names]


async def test_urgent_ones_go_first_and_each_queue_in_order() -> None:
    turns, done = Turns(), list[str]()
    async with turns.turn(urgent=False):
        tasks = begin(turns, done, "a", "B", "c", "D")
        await asyncio.sleep(0)
        assert done == []
    await asyncio.gather(*tasks)
    assert "".join(done) == "BDac"


async def test_an_error_inside_passes_the_turn_on() -> None:
    turns, done = Turns(), list[str]()

    async def fail() -> None:
        async with turns.turn(urgent=True):
            await asyncio.sleep(0)
            raise RuntimeError

    failing = asyncio.create_task(fail())
    await asyncio.gather(failing, *begin(turns, done, "a"), return_exceptions=True)
    with pytest.raises(RuntimeError):
        await failing
    assert done == ["a"]


async def test_a_cancelled_waiter_leaves_the_queue() -> None:
    turns, done = Turns(), list[str]()
    async with turns.turn(urgent=True):
        tasks = begin(turns, done, "A", "B", "C")
        await asyncio.sleep(0)
        tasks[1].cancel()
        await asyncio.sleep(0)
        assert done == []
    await asyncio.wait(tasks)
    assert done == ["A", "C"]
    assert not any(it for it in vars(turns).values())  # no waiter is kept


async def test_a_waiter_cancelled_with_the_turn_in_hand_passes_it_on() -> None:
    turns, done = Turns(), list[str]()
    async with turns.turn(urgent=True):
        tasks = begin(turns, done, "A", "B")
        await asyncio.sleep(0)
    tasks[0].cancel()  # has the turn, has not run yet
    await asyncio.wait(tasks)
    assert done == ["B"]
    await take(turns, done, "again", urgent=False)
    assert done == ["B", "again"]


async def test_a_waiter_cancelled_in_the_same_moment_is_passed_over() -> None:
    turns, done = Turns(), list[str]()
    async with turns.turn(urgent=True):
        tasks = begin(turns, done, "A", "b", "C")
        await asyncio.sleep(0)
        tasks[0].cancel()
        tasks[2].cancel()
    await asyncio.wait(tasks)
    assert done == ["b"]


async def test_nobody_slips_in_while_the_turn_changes_hands() -> None:
    turns, done = Turns(), list[str]()
    async with turns.turn(urgent=True):
        tasks = begin(turns, done, "a")
        await asyncio.sleep(0)
    late = take(turns, done, "LATE", urgent=True)
    await asyncio.gather(late, *tasks)
    assert done == ["a", "LATE"]
