"""Several systems with one key: which of them cost what, and another plan for all."""

from datetime import UTC

import pytest

from custom_components.solar_monitor.clients.enlighten.budget import Use
from custom_components.solar_monitor.clients.enlighten.daylight import Daylight
from custom_components.solar_monitor.clients.enlighten.errors import Period, RateLimitedError
from custom_components.solar_monitor.clients.enlighten.jobs import Job, Profile
from custom_components.solar_monitor.clients.enlighten.limits import Pause
from custom_components.solar_monitor.clients.enlighten.plans import Plan

from .schedule_kit import DAY, HOUR, SYSTEM, Desk, summary

OTHER = SYSTEM + 20
SUN = Daylight(UTC)


@pytest.fixture
def desk() -> Desk:
    """A desk with one system."""
    return Desk()


def used_up(desk: Desk) -> bool:
    """Tell whether the cloud has said that no call is left this month."""
    return desk.budget.pause is Pause.MONTH


def test_a_paused_system_costs_nothing_and_is_never_due(desk: Desk) -> None:
    alone = desk.schedule.live_interval_s(SYSTEM)
    desk.schedule.include(OTHER, Profile.CLOUD_ONLY, SUN, paused=True)
    assert desk.schedule.live_interval_s(SYSTEM) == alone
    assert desk.schedule.due([OTHER]) is None
    assert desk.schedule.wake_at([OTHER]) == desk.time.now + DAY


def test_a_system_that_is_asked_costs_its_part(desk: Desk) -> None:
    alone = desk.schedule.live_interval_s(SYSTEM)
    desk.schedule.include(OTHER, Profile.CLOUD_ONLY, SUN)
    assert desk.schedule.live_interval_s(SYSTEM) > alone


def test_a_user_may_ask_for_a_paused_system(desk: Desk) -> None:
    desk.schedule.include(OTHER, Profile.CLOUD_ONLY, SUN, paused=True)
    task = desk.schedule.task(OTHER, Job.LIVE)
    assert task is not None
    desk.schedule.succeeded(task, summary())
    assert desk.schedule.live_interval_s(OTHER) == float("inf")
    assert desk.schedule.next_live_at(OTHER) > desk.time.now


def test_a_system_that_is_no_longer_paused_goes_on_where_it_was(desk: Desk) -> None:
    desk.due()
    due = dict(desk.schedule.site(SYSTEM).memory.due)
    desk.schedule.exclude(SYSTEM)
    desk.schedule.include(SYSTEM, Profile.CLOUD_ONLY, SUN, paused=True)
    desk.schedule.exclude(SYSTEM)
    desk.schedule.include(SYSTEM, Profile.CLOUD_ONLY, SUN)
    assert desk.schedule.site(SYSTEM).memory.due == due


def test_known_are_the_systems_that_take_part_and_those_at_rest(desk: Desk) -> None:
    desk.schedule.include(OTHER, Profile.CLOUD_ONLY, SUN)
    desk.schedule.exclude(OTHER)
    assert desk.schedule.known == {SYSTEM, OTHER}
    desk.schedule.forget(OTHER)
    assert desk.schedule.known == {SYSTEM}
    assert desk.again().known == {SYSTEM}


def test_how_far_the_runs_of_a_job_are_apart(desk: Desk) -> None:
    assert desk.schedule.period_s(SYSTEM, Job.OPEN_ALARMS) == 8 * HOUR
    assert desk.schedule.period_s(SYSTEM, Job.DEVICES) == 7 * DAY
    assert desk.schedule.period_s(SYSTEM, Job.LIVE) is None


def test_another_plan_has_other_limits_and_knows_nothing_of_what_was_learnt(desk: Desk) -> None:
    changes: list[str] = []
    desk.budget.changed = lambda: changes.append("changed")
    desk.budget.use_plan(Plan.WATT)
    assert not changes
    desk.budget.use_plan(Plan.KILOWATT)
    assert changes == ["changed"]
    assert desk.budget.limits.per_month == 50_000
    assert desk.budget.to_dict()["plan"] == "kilowatt"


async def test_what_was_learnt_of_a_plan_is_known_again_when_it_comes_back(desk: Desk) -> None:
    async def refuse() -> None:
        end = desk.time.now + 5 * DAY
        raise RateLimitedError(period=Period.MONTH, period_end=end, limit=900)

    with pytest.raises(RateLimitedError):
        await desk.budget.spend("summary", Use.USER, refuse)
    assert used_up(desk)
    desk.budget.use_plan(Plan.KILOWATT)
    assert not used_up(desk)
    assert desk.budget.left(Use.USER) > 40_000
    desk.budget.use_plan(Plan.WATT)
    assert used_up(desk)
    assert desk.budget.limits.per_month == 900
