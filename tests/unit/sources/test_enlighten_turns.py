"""Turns that end in time, whatever a call takes."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any

import pytest

from custom_components.solar_monitor.clients.enlighten.api import EnlightenApi
from custom_components.solar_monitor.clients.enlighten.poller import Poller
from custom_components.solar_monitor.clients.enlighten.web import Answer, Question
from custom_components.solar_monitor.sources.enlighten.turns import Turns
from tests.unit.enlighten.home import Home
from tests.unit.enlighten.paper_cloud import PaperCloud, PaperSystem, PaperTime

ONE = 700_001
FIRST_CALLS = 6


class Pigeon:
    """A way to the cloud: all answers but the first ones wait until somebody lets them go."""

    def __init__(self, cloud: PaperCloud, *, first: int = 0) -> None:
        """Begin closed."""
        self._cloud = cloud
        self._first = first
        self.open = asyncio.Event()
        self.waits = asyncio.Event()
        self.asked = 0

    async def ask(self, question: Question) -> Answer:
        """Ask once."""
        self.asked += 1
        if self.asked > self._first:
            self.waits.set()
            await self.open.wait()
        return await self._cloud.ask(question)


@pytest.fixture
def home() -> Home:
    """A home at noon."""
    time = PaperTime(datetime(2027, 3, 27, 12, tzinfo=UTC))
    return Home(PaperCloud(time, {ONE: PaperSystem(ONE)}))


async def good(*, refused: str | None = None) -> str:  # noqa: ARG001 - always the same
    """Give an access token."""
    return "paper"


def turns_over(home: Home, pigeon: Pigeon) -> Turns:
    """Give turns of a poller that asks over a pigeon."""
    api = EnlightenApi(
        pigeon, api_key="key", access_token=good, budget=home.budget, now=home.cloud.time
    )
    return Turns(Poller(api, home.schedule, [ONE]), begin)


def begin(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Make a task."""
    return asyncio.create_task(work)


async def test_all_that_is_due_is_done_in_one_turn_if_it_goes_fast(home: Home) -> None:
    turns = Turns(home.poller, begin)
    assert len(await turns.turn(5)) == FIRST_CALLS
    assert not turns.under_way
    assert await turns.turn(5) == []


async def test_a_call_that_outlasts_its_turn_is_taken_by_the_next_and_not_made_again(
    home: Home,
) -> None:
    pigeon = Pigeon(home.cloud)
    turns = turns_over(home, pigeon)
    assert await turns.turn(0) == []
    await asyncio.sleep(0)
    assert turns.under_way
    assert await turns.turn(0.001) == []
    assert pigeon.asked == 1
    pigeon.open.set()
    assert len(await turns.turn(5)) == FIRST_CALLS
    assert pigeon.asked == FIRST_CALLS


async def test_an_end_in_the_middle_of_a_call_keeps_what_was_answered(home: Home) -> None:
    pigeon = Pigeon(home.cloud, first=2)
    turns = turns_over(home, pigeon)
    work = asyncio.create_task(turns.turn(5))
    await pigeon.waits.wait()
    work.cancel()
    await turns.stop()
    assert not turns.under_way
    assert len(turns.take()) == 2
    await turns.stop()


async def test_a_fault_of_ours_comes_out_once_and_what_was_answered_before_with_the_next_turn(
    home: Home,
) -> None:
    good_for = 3

    async def token(*, refused: str | None = None) -> str:  # noqa: ARG001 - always the same
        nonlocal good_for
        good_for -= 1
        if good_for < 0:
            raise ZeroDivisionError
        return "paper"

    api = EnlightenApi(
        home.cloud, api_key="key", access_token=token, budget=home.budget, now=home.cloud.time
    )
    turns = Turns(Poller(api, home.schedule, [ONE]), begin)
    with pytest.raises(ZeroDivisionError):
        await turns.turn(5)
    assert not turns.under_way
    assert len(await turns.turn(5)) == 3
