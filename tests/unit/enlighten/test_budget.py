"""The budget of a key: what is counted, what is kept back, and how long a 429 keeps us quiet."""

import asyncio
from datetime import UTC, datetime
from itertools import pairwise
import json
from typing import Any

import orjson
import pytest

from custom_components.solar_monitor.clients.enlighten.budget import (
    RESERVE,
    Budget,
    Use,
    budget_id,
)
from custom_components.solar_monitor.clients.enlighten.errors import (
    BudgetSpentError,
    Period,
    RateLimitedError,
)
from custom_components.solar_monitor.clients.enlighten.limits import (
    BARE_PAUSES_S,
    Pause,
    RateLimit,
)
from custom_components.solar_monitor.clients.enlighten.months import Month, Months
from custom_components.solar_monitor.clients.enlighten.plans import Plan
from custom_components.solar_monitor.clients.errors import CannotConnectError, LinkLostError

from .paper_cloud import PaperTime

MARCH = datetime(2027, 3, 1, tzinfo=UTC)
DAY = 86_400.0


@pytest.fixture
def time() -> PaperTime:
    """The time: the first of March."""
    return PaperTime(MARCH)


@pytest.fixture
def budget(time: PaperTime) -> Budget:
    """A budget of a key on the free plan that was in use before."""
    return make(time, {"clean": True, "months": {"2027-02": {}}})


def make(time: PaperTime, memory: object, plan: Plan = Plan.WATT) -> Budget:
    """Make a budget on paper time."""
    return Budget(plan, memory, now=time, sleep=time.sleep)


async def call(budget: Budget, use: Use = Use.BACKGROUND, times: int = 1) -> None:
    """Make calls that are answered."""
    for _ in range(times):
        await budget.spend("summary", use, nothing)


async def nothing() -> None:
    """Send nothing."""


async def refuse(budget: Budget, **told: Any) -> None:  # noqa: ANN401  what a 429 may tell
    """Make a call that is answered with 429."""

    async def send() -> None:
        raise RateLimitedError(**told)

    with pytest.raises(RateLimitedError):
        await budget.spend("summary", Use.BACKGROUND, send)


def use_up(budget: Budget, calls: int) -> None:
    """Count calls without making them."""
    budget.month.add("summary", Use.BACKGROUND, calls)


async def test_calls_are_counted_by_endpoint_and_use(budget: Budget) -> None:
    await call(budget, times=2)
    await budget.spend("events", Use.USER, nothing)
    assert budget.month.calls == {"summary": 2, "events": 1}
    assert budget.month.by_use == {"background": 2, "user": 1}
    assert budget.used == 3


async def test_a_call_is_counted_before_it_is_sent(budget: Budget) -> None:
    async def look() -> int:
        return budget.used

    assert await budget.spend("summary", Use.USER, look) == 1


async def test_a_call_without_a_connection_is_given_back_and_any_other_failure_is_not(
    budget: Budget,
) -> None:
    async def unconnected() -> None:
        raise CannotConnectError

    async def lost() -> None:
        raise LinkLostError

    with pytest.raises(CannotConnectError):
        await budget.spend("summary", Use.USER, unconnected)
    assert budget.used == 0
    with pytest.raises(LinkLostError):
        await budget.spend("summary", Use.USER, lost)
    assert budget.used == 1


async def test_calls_are_two_seconds_apart_and_eight_a_minute(
    budget: Budget, time: PaperTime
) -> None:
    sent = []
    for _ in range(30):
        await call(budget)
        sent.append(time.now)
    assert all(later - earlier >= 2 for earlier, later in pairwise(sent))
    assert all(later - earlier >= 60 for earlier, later in zip(sent, sent[8:], strict=False))
    assert sent[-1] - sent[0] < 4 * 60


async def test_calls_of_several_entries_go_one_after_the_other(budget: Budget) -> None:
    running = 0

    async def send() -> None:
        nonlocal running
        running += 1
        assert running == 1
        await asyncio.sleep(0)
        running -= 1

    await asyncio.gather(*(budget.spend("summary", Use.USER, send) for _ in range(5)))


async def test_a_paid_plan_is_not_held_to_ten_a_minute(time: PaperTime) -> None:
    budget = make(time, None, Plan.KILOWATT)
    begin = time.now
    await call(budget, times=20)
    assert time.now - begin == 19 * 2


async def test_background_calls_leave_sixty_and_the_user_leaves_those_for_tokens(
    budget: Budget, time: PaperTime
) -> None:
    use_up(budget, 939)
    await call(budget)
    with pytest.raises(BudgetSpentError) as caught:
        await call(budget)
    assert caught.value.retry_at > datetime(2027, 4, 1, tzinfo=UTC).timestamp()
    with pytest.raises(BudgetSpentError):
        await call(budget, Use.HISTORY)
    assert budget.left(Use.USER) == 29
    await call(budget, Use.USER, times=29)
    with pytest.raises(BudgetSpentError):
        await call(budget, Use.USER)
    time.now = caught.value.retry_at
    await call(budget)
    assert budget.used == 1


async def test_more_tokens_than_expected_come_from_what_the_user_has_left(budget: Budget) -> None:
    for _ in range(40):
        budget.note_token()
    assert budget.used == 0
    assert budget.left(Use.USER) == 960
    assert budget.left(Use.BACKGROUND) == 940


async def test_the_first_month_is_ours_in_part_and_the_next_one_in_full(time: PaperTime) -> None:
    time.now += 21 * DAY
    budget = make(time, None)
    assert budget.left(Use.BACKGROUND) == int(940 * 10 / 31)
    assert budget.left(Use.USER) == 969
    time.now += 10 * DAY
    assert budget.left(Use.BACKGROUND) == 940


async def test_in_the_last_hour_of_a_month_a_new_key_still_has_some_calls(time: PaperTime) -> None:
    time.now += 31 * DAY - 3600
    assert make(time, None).left(Use.BACKGROUND) == 28


async def test_a_restart_forgets_nothing_and_sends_nothing_faster(
    budget: Budget, time: PaperTime
) -> None:
    await call(budget, times=8)
    memory = json.loads(orjson.dumps(budget.to_dict(clean=True)))
    again = make(time, memory)
    assert again.used == 8
    before = time.now
    await call(again)
    assert time.now - before > 40


async def test_a_restart_remembers_a_pause_and_another_plan_forgets_it(
    budget: Budget, time: PaperTime
) -> None:
    await refuse(budget, period=Period.MONTH, limit=900)
    memory = json.loads(orjson.dumps(budget.to_dict(clean=True)))
    again = make(time, memory)
    assert (again.pause, again.limits.per_month) == (Pause.MONTH, 900)
    paid = make(time, memory, Plan.KILOWATT)
    assert (paid.pause, paid.limits.per_month, paid.used) == (Pause.NONE, 50_000, 1)


async def test_after_a_crash_one_call_more_is_counted(budget: Budget, time: PaperTime) -> None:
    await call(budget)
    again = make(time, budget.to_dict())
    assert again.used == 2
    assert again.month.calls["forgotten"] == 1


@pytest.mark.parametrize(
    "memory",
    [
        "x",
        {"clean": True, "plan": "watt", "months": 5, "rate": 7, "sent": 8, "month_end": "x"},
        {"clean": True, "months": {"2027-03": {"calls": [], "share": "x", "tokens": None}}},
        {"clean": True, "plan": "watt", "rate": {"pause": "lunch"}, "sent": ["x"]},
    ],
)
async def test_a_damaged_memory_is_a_fresh_start(memory: object, time: PaperTime) -> None:
    budget = make(time, memory)
    await call(budget)
    assert budget.used == 1


async def test_whoever_stores_it_is_told_of_each_change(budget: Budget) -> None:
    changes = []
    budget.changed = lambda: changes.append(budget.used)
    await call(budget, times=2)
    await refuse(budget)
    assert changes == [1, 2, 3, 3]


async def test_a_minute_s_429_pauses_to_its_end(budget: Budget, time: PaperTime) -> None:
    await refuse(budget, period=Period.MINUTE, period_end=time.now + 30, limit=5)
    assert budget.pause is Pause.MINUTE
    assert budget.limits.per_minute == 5
    before = time.now
    await call(budget)
    assert 32 <= time.now - before <= 40
    assert str(budget.pause) == "none"


@pytest.mark.parametrize("period_end", [None, -100.0, 1e9])
async def test_a_minute_that_ends_at_no_sane_time_lasts_a_minute(
    period_end: float | None, budget: Budget, time: PaperTime
) -> None:
    end = None if period_end is None else time.now + period_end
    await refuse(budget, period=Period.MINUTE, period_end=end)
    assert 62 <= budget.opens_at(Use.USER) - time.now <= 70


async def test_minutes_in_a_row_pause_longer_and_longer(budget: Budget, time: PaperTime) -> None:
    pauses = []
    for _ in range(12):
        await refuse(budget, period=Period.MINUTE)
        pauses.append(budget.opens_at(Use.USER) - time.now)
        time.now += pauses[-1]
    assert pauses[0] < 75 < pauses[1] < pauses[2] < pauses[5]
    assert pauses[-1] <= 3_600 + 70


async def test_a_month_s_429_pauses_to_its_end_and_leaves_nothing(
    budget: Budget, time: PaperTime
) -> None:
    end = datetime(2027, 4, 1, 7, tzinfo=UTC).timestamp()
    await refuse(budget, period=Period.MONTH, period_end=end, limit=900)
    assert budget.pause is Pause.MONTH
    assert (budget.used, budget.limits.per_month, budget.left(Use.USER)) == (900, 900, 0)
    with pytest.raises(BudgetSpentError) as caught:
        await call(budget, Use.USER)
    assert end < caught.value.retry_at < end + 15
    time.now = end - 3600
    assert budget.used == 900, "the cloud's month ends later than that of UTC"
    time.now = caught.value.retry_at
    await call(budget)
    assert (budget.used, budget.pause) == (1, Pause.NONE)


async def test_a_month_without_an_end_is_probed_after_a_day(
    budget: Budget, time: PaperTime
) -> None:
    await refuse(budget, period=Period.MONTH)
    assert DAY < budget.opens_at(Use.BACKGROUND) - time.now < DAY + 15


async def test_what_is_not_told_pauses_longer_and_longer_and_then_means_the_month(
    budget: Budget, time: PaperTime
) -> None:
    for pause_s in (*BARE_PAUSES_S, BARE_PAUSES_S[-1]):
        await refuse(budget)
        assert budget.opens_at(Use.BACKGROUND) - time.now == pause_s
        time.now += pause_s
    assert budget.used == 1000
    assert budget.left(Use.BACKGROUND) == 0
    await call(budget)
    assert budget.used == 7


async def test_a_month_that_was_only_assumed_to_be_used_up_ends_with_the_month(
    budget: Budget, time: PaperTime
) -> None:
    time.now += 29.9 * DAY
    for pause_s in BARE_PAUSES_S[:4]:
        await refuse(budget)
        time.now += pause_s
    await refuse(budget)
    time.now = datetime(2027, 4, 1, 0, 5, tzinfo=UTC).timestamp()
    assert budget.used == 0
    assert budget.pause is Pause.NONE


async def test_after_many_calls_a_429_that_tells_nothing_is_about_the_minute(
    budget: Budget,
) -> None:
    await call(budget, times=7)
    await refuse(budget)
    assert budget.pause is Pause.MINUTE


async def test_a_clock_that_leaps_and_comes_back_finds_its_count_again(
    budget: Budget, time: PaperTime
) -> None:
    await call(budget, times=5)
    now = time.now
    time.now += 400 * DAY
    await call(budget)
    time.now = now
    assert budget.used == 5
    await call(budget)
    assert time.now < now + 61


async def test_a_pause_from_a_clock_that_was_wrong_ends_at_once(
    budget: Budget, time: PaperTime
) -> None:
    time.now += 400 * DAY
    await refuse(budget, period=Period.MONTH, period_end=time.now + 20 * DAY)
    time.now -= 400 * DAY
    assert budget.opens_at(Use.BACKGROUND) <= time.now


def test_counts_of_old_months_are_forgotten(time: PaperTime) -> None:
    months = Months()
    for _ in range(12):
        months.at(time.now).add("summary", "background", 1)
        time.now += 30.5 * DAY
    assert len(months.to_dict()) == 4
    months.at(0.0)
    assert "1970-01" in months.to_dict()


def test_a_month_is_read_back_as_it_was() -> None:
    month = Month(0.5, {"summary": 3}, {"user": 3}, 4)
    assert Month.from_dict(json.loads(json.dumps(month.to_dict()))) == month
    assert RateLimit.from_dict(RateLimit().to_dict()) == RateLimit()


def test_the_name_of_a_budget_does_not_tell_the_key() -> None:
    assert len(budget_id("secret")) == 16
    assert "secret" not in budget_id("secret")
    assert budget_id("secret") != budget_id("other")
    assert RESERVE == 60
