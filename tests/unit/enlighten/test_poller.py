"""Doing what is due, for the systems of one account."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from custom_components.solar_monitor.clients.enlighten.api import EnlightenApi
from custom_components.solar_monitor.clients.enlighten.budget import Use
from custom_components.solar_monitor.clients.enlighten.errors import (
    BudgetSpentError,
    TokenRefusedError,
)
from custom_components.solar_monitor.clients.enlighten.jobs import Job, Profile
from custom_components.solar_monitor.clients.enlighten.models import Devices, Summary, System
from custom_components.solar_monitor.clients.enlighten.poller import Alarms, Events, Poller
from custom_components.solar_monitor.clients.enlighten.series import BatteryTelemetry, Telemetry
from custom_components.solar_monitor.clients.errors import CannotConnectError, ClientError

from .home import Home
from .paper_cloud import PaperCloud, PaperSystem, PaperTime, too_many

ONE, TWO = 700_001, 700_002
DAY = 86_400.0
type Answers = tuple[int, dict[str, Any]] | ClientError | None


@pytest.fixture
def home() -> Home:
    """A home with a battery, at noon."""
    return at_home(ONE)


def at_home(*numbers: int, profile: Profile = Profile.CLOUD_ONLY) -> Home:
    """Make a home with these systems."""
    systems = {number: PaperSystem(number, battery=True) for number in numbers}
    cloud = PaperCloud(PaperTime(datetime(2027, 3, 27, 12, tzinfo=UTC)), systems)
    return Home(cloud, profiles=[profile])


async def test_each_job_brings_what_it_is_for(home: Home) -> None:
    await home.run_until(home.now + 8 * DAY)
    kinds = {result.task.job: type(result.payload) for result in home.results}
    assert kinds == {
        Job.LIVE: Summary,
        Job.OPEN_ALARMS: Alarms,
        Job.OPEN_EVENTS: Events,
        Job.EVENTS: Events,
        Job.CLEARED_ALARMS: Alarms,
        Job.PANELS: tuple,
        Job.PRODUCTION: Telemetry,
        Job.CONSUMPTION: Telemetry,
        Job.IMPORT: Telemetry,
        Job.EXPORT: Telemetry,
        Job.BATTERY: BatteryTelemetry,
        Job.DEVICES: Devices,
        Job.SYSTEM: System,
        Job.EVENT_TYPES: tuple,
    }
    assert {result.error for result in home.results} == {None}


async def test_windows_end_at_the_site_s_midnight_and_span_seven_days(home: Home) -> None:
    # Summer time begins on the 28th: that day has 23 hours.
    await home.run_until(home.now + 4 * DAY)
    begins = [
        float(call.query["start_at"])
        for call in home.cloud.books
        if call.endpoint == "production_meter"
    ]
    ends = [datetime.fromtimestamp(begin + 7 * DAY, UTC) for begin in begins]
    assert [(end.day, end.hour) for end in ends] == [(27, 23), (28, 22), (29, 22), (30, 22)]


async def test_open_alarms_and_events_are_found_another_way_where_the_api_is_older(
    home: Home,
) -> None:
    home.cloud.open_alarms_known = False
    event = {"event_type_id": 28, "event_start_time": 1, "status": "open"}

    def old(_: float, endpoint: str) -> Answers:
        if endpoint == "open_events":
            return 404, {}
        if endpoint == "events":
            return 200, {"events": [event, event | {"event_start_time": 2, "status": "closed"}]}
        return None

    home.cloud.fault = old
    await home.poll()
    (alarms,) = home.payloads(Job.OPEN_ALARMS)
    (events,) = home.payloads(Job.OPEN_EVENTS)
    assert isinstance(alarms.payload, Alarms)
    assert isinstance(events.payload, Events)
    for payload in (alarms.payload, events.payload):
        assert payload.begin is not None
        assert 6.9 * DAY < payload.end - payload.begin < 7 * DAY
    assert len(events.payload.events) == 1
    query = next(call.query for call in home.cloud.books if call.endpoint == "alarms")
    assert query["cleared"] == "false"


async def test_a_refresh_of_the_user_costs_three_calls_and_moves_the_next_live_call(
    home: Home,
) -> None:
    await home.poll()
    used = home.budget.used
    await home.cloud.time.sleep(600)
    before = home.schedule.next_live_at(ONE)
    results = await home.refresh(ONE)
    assert [result.task.job for result in results] == [Job.LIVE, Job.OPEN_ALARMS, Job.OPEN_EVENTS]
    assert home.budget.used == used + 3
    assert home.budget.month.by_use["user"] == 3
    assert home.schedule.next_live_at(ONE) > before


async def test_a_refresh_ends_with_the_first_error(home: Home) -> None:
    home.cloud.fault = lambda _, __: (503, {})
    (result,) = await home.refresh(ONE)
    assert result.error is not None


async def test_a_refresh_leaves_out_what_the_plan_has_not(home: Home) -> None:
    def gated(_: float, endpoint: str) -> Answers:
        return (401, {}) if endpoint in {"open_events", "events"} else None

    home.cloud.fault = gated
    await home.poll()
    assert [result.task.job for result in await home.refresh(ONE)] == [Job.LIVE, Job.OPEN_ALARMS]
    assert [result.error for result in home.results if result.task.job is Job.LIVE] == [None, None]


async def test_a_refused_token_stops_all_systems_of_the_account_at_two_calls() -> None:
    home = at_home(ONE, TWO)
    home.cloud.fault = lambda _, __: (401, {"message": "Not Authorized"})
    (result,) = await home.poll()
    assert isinstance(result.error, TokenRefusedError)
    await home.run_until(home.now + 0.9 * DAY)
    assert home.budget.used == 2
    home.cloud.fault = lambda _, __: None
    home.schedule.release([ONE, TWO])
    await home.poll()
    assert len(home.payloads(Job.LIVE)) == 2


async def test_without_a_connection_one_try_in_five_minutes_is_made_and_none_counted(
    home: Home,
) -> None:
    tries = []

    def unconnected(at: float, _: str) -> Answers:
        tries.append(at)
        return CannotConnectError()

    home.cloud.fault = unconnected
    await home.run_until(home.now + 3_600)
    assert 12 <= len(tries) <= 13
    assert home.budget.used == 0


async def test_a_quota_that_is_used_up_ends_a_poll(home: Home) -> None:
    end = home.now + 3 * DAY
    home.cloud.fault = lambda at, _: too_many("month", at, end, 1000) if at < end else None
    results = await home.poll()
    assert [result.error and result.error.key for result in results] == ["rate_limited"]
    assert end < home.schedule.wake_at([ONE]) < end + 15
    (refresh,) = await home.refresh(ONE)
    assert isinstance(refresh.error, BudgetSpentError)


async def test_a_poll_that_meets_the_end_of_the_budget_ends(home: Home) -> None:
    home.budget.month.add("summary", "user", 938 - home.budget.month.used)
    home.budget.month.share = 1.0
    results = await home.poll()
    assert len(results) == 2
    assert await home.poll() == []


async def test_a_poll_ends_where_another_account_took_the_last_call_meanwhile(home: Home) -> None:
    go_on = asyncio.Event()

    async def take_all() -> None:
        await go_on.wait()
        home.budget.month.add("summary", "user", 1_000)

    other = asyncio.create_task(home.budget.spend("summary", Use.USER, take_all))
    await asyncio.sleep(0)
    ours = asyncio.create_task(home.poll())
    await asyncio.sleep(0)
    go_on.set()
    await other
    (result,) = await ours
    assert isinstance(result.error, BudgetSpentError)


async def test_a_token_that_cannot_be_had_comes_out_and_rests(home: Home) -> None:
    async def no_token(*, refused: str | None = None) -> str:
        raise PermissionError(refused)

    api = EnlightenApi(home.cloud, api_key="key", access_token=no_token, budget=home.budget)
    poller = Poller(api, home.schedule, [ONE])
    with pytest.raises(PermissionError):
        _ = [result async for result in poller.poll()]
    assert home.schedule.wake_at([ONE]) == home.now + 300
    assert home.budget.used == 0
