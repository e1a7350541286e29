"""How often live values are asked for: what the jobs leave, spread over the daylight."""

from datetime import UTC, datetime

import pytest

from custom_components.solar_monitor.clients.enlighten.daylight import Daylight
from custom_components.solar_monitor.clients.enlighten.endpoints import Endpoint
from custom_components.solar_monitor.clients.enlighten.jobs import Job, Profile
from custom_components.solar_monitor.clients.enlighten.live import LivePlan, Share
from custom_components.solar_monitor.clients.enlighten.models import Devices, System
from custom_components.solar_monitor.clients.enlighten.schedule import Task

from .schedule_kit import DAY, FULL, HOUR, SYSTEM, Desk, summary


def test_more_systems_on_a_key_spread_the_night_jobs_and_one_less_brings_them_back() -> None:
    desk = Desk()
    alone = desk.schedule.live_interval_s(SYSTEM)
    for number in range(1, 4):
        desk.schedule.include(SYSTEM + number, Profile.CLOUD_ONLY, Daylight(UTC))
    crowded = desk.schedule.live_interval_s(SYSTEM)
    assert crowded > 3 * alone
    for number in range(1, 4):
        desk.schedule.exclude(SYSTEM + number)
    assert desk.schedule.live_interval_s(SYSTEM) == pytest.approx(crowded, rel=0.2)
    for number in range(1, 4):
        desk.schedule.forget(SYSTEM + number)
    assert desk.schedule.live_interval_s(SYSTEM) == pytest.approx(alone, rel=0.05)
    desk.schedule.exclude(99)
    assert desk.schedule.due([99]) is None
    assert desk.schedule.wake_at([99]) == desk.time.now + DAY


def test_the_live_interval_stretches_as_the_month_s_calls_go() -> None:
    desk = Desk()
    desk.due()
    before = desk.schedule.live_interval_s(SYSTEM)
    assert 900 <= before <= 2 * HOUR
    desk.budget.month.add("summary", "user", 300)
    assert desk.schedule.live_interval_s(SYSTEM) > 1.8 * before
    desk.budget.month.add("summary", "user", 600)
    assert desk.schedule.live_interval_s(SYSTEM) == float("inf")


def test_the_eve_of_a_month_plans_with_the_calls_of_the_next_one() -> None:
    desk = Desk()
    desk.due()
    desk.budget.month.add("summary", "user", 940)
    desk.time.now = datetime(2027, 3, 31, 17, 55, tzinfo=UTC).timestamp()
    assert desk.schedule.live_interval_s(SYSTEM) < HOUR


def test_several_profiles_share_what_is_left() -> None:
    shares = {1: Share(5, 10 * DAY), 2: Share(None, 10 * DAY)}
    plan = LivePlan(500.0, 20.0, shares)
    assert plan.interval_s(1, DAY / 2) == DAY / 10
    assert 2_000 < plan.interval_s(2, DAY / 2) < 2_300
    assert plan.spare() < 0
    poor = LivePlan(20.0, 20.0, shares)
    assert poor.interval_s(1, DAY / 2) == poor.interval_s(2, DAY / 2) == DAY
    assert LivePlan(50.0, 1.0, {1: Share(5, 0.0)}).spare() == 50


@pytest.mark.parametrize(
    ("known", "hours"),
    [
        ({}, (0.2, 2)),
        ({"last_report_at": 0.05}, (0.2, 2)),
        ({"last_report_at": 1.5}, (0.2, 2)),
        ({"last_report_at": 4.0}, (2.9, 3.1)),
    ],
)
def test_a_gateway_is_asked_for_as_often_as_it_has_something_to_tell(
    known: dict[str, float], hours: tuple[float, float]
) -> None:
    desk = Desk(hour=10)
    ago = known.get("last_report_at")
    report = None if ago is None else desk.time.now - ago * HOUR
    live = Task(SYSTEM, Job.LIVE, Endpoint.SUMMARY, None)
    desk.schedule.succeeded(live, summary(last_report_at=report))
    assert hours[0] <= (desk.at(Job.LIVE) - desk.time.now) / HOUR <= hours[1]


def test_live_calls_come_close_behind_a_report() -> None:
    desk = Desk()
    live = Task(SYSTEM, Job.LIVE, Endpoint.SUMMARY, None)
    for _ in range(4):
        report = desk.time.now // 900 * 900
        desk.schedule.succeeded(live, summary(last_report_at=report))
        desk.time.now = desk.at(Job.LIVE)
        assert desk.time.now % 900 == 75


def test_live_calls_close_behind_a_report_are_never_closer_than_reports_are() -> None:
    desk = Desk()
    live = Task(SYSTEM, Job.LIVE, Endpoint.SUMMARY, None)
    desk.budget.month.calls.clear()
    desk.time.now = datetime(2027, 3, 31, 12, 5, tzinfo=UTC).timestamp()
    desk.schedule.succeeded(live, summary(last_report_at=desk.time.now - 300))
    assert desk.at(Job.LIVE) - desk.time.now == 900 - 300 + 75 + 900


def test_a_gateway_on_a_mobile_network_is_asked_after_its_next_report() -> None:
    desk = Desk(hour=9)
    desk.learn(System.read({"system_id": 1, "connection_type": "cellular"}))
    live = Task(SYSTEM, Job.LIVE, Endpoint.SUMMARY, None)
    desk.schedule.succeeded(live, summary(last_report_at=desk.time.now - 2 * HOUR))
    assert desk.at(Job.LIVE) == desk.time.now + 4.25 * HOUR


def test_the_last_call_of_a_day_is_at_the_end_of_its_light() -> None:
    desk = Desk(hour=17)
    desk.due()
    desk.budget.month.add("summary", "user", 350)
    live = Task(SYSTEM, Job.LIVE, Endpoint.SUMMARY, None)
    desk.schedule.succeeded(live, summary())
    assert desk.at(Job.LIVE) == datetime(2027, 3, 1, 18, tzinfo=UTC).timestamp()
    desk.time.now = desk.at(Job.LIVE)
    desk.schedule.succeeded(live, summary())
    tomorrow = datetime(2027, 3, 2, 8, tzinfo=UTC).timestamp()
    assert tomorrow < desk.at(Job.LIVE) <= tomorrow + HOUR


def test_history_gets_what_is_to_spare_spread_over_the_days() -> None:
    desk = Desk(Profile.COMPANION)
    desk.due()
    desk.learn(Devices.read(FULL))
    taken = 0
    while desk.schedule.take_history():
        taken += 1
    assert 8 <= taken <= 20
    assert not desk.again().take_history()
    desk.time.now += DAY
    assert desk.schedule.take_history()
    desk.budget.month.add("summary", "user", 900)
    assert not desk.schedule.take_history()
