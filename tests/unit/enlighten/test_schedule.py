"""What is due when, and what failures and answers change about it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from custom_components.solar_monitor.clients.enlighten.capabilities import Capabilities, Lack
from custom_components.solar_monitor.clients.enlighten.daylight import Daylight
from custom_components.solar_monitor.clients.enlighten.endpoints import Endpoint
from custom_components.solar_monitor.clients.enlighten.errors import (
    CloudFaultError,
    NotFoundError,
    NotInPlanError,
    Refusal,
    RequestRefusedError,
    SystemDeniedError,
    TokenRefusedError,
)
from custom_components.solar_monitor.clients.enlighten.jobs import (
    LEVELS,
    Job,
    Profile,
    slots_of,
)
from custom_components.solar_monitor.clients.enlighten.models import Devices, Panel, System
from custom_components.solar_monitor.clients.enlighten.schedule import Schedule, Task
from custom_components.solar_monitor.clients.enlighten.series import Window
from custom_components.solar_monitor.clients.enlighten.site import SiteMemory
from custom_components.solar_monitor.clients.errors import (
    BadAnswerError,
    CannotConnectError,
    ClientError,
    NoAnswerError,
)

from .schedule_kit import DAY, FULL, HOUR, SYSTEM, Desk, summary


def test_a_new_system_is_asked_for_what_is_shown_at_once_and_the_rest_waits_for_the_night() -> None:
    assert Desk().jobs() == [
        Job.LIVE,
        Job.OPEN_ALARMS,
        Job.OPEN_EVENTS,
        Job.DEVICES,
        Job.SYSTEM,
        Job.EVENT_TYPES,
    ]


def test_a_restart_asks_for_nothing_that_is_not_due() -> None:
    desk = Desk()
    desk.due()
    for _ in range(50):
        schedule = desk.again()
        assert schedule.due([SYSTEM]) is None
        assert schedule.wake_at([SYSTEM]) > desk.time.now
        desk.time.now += 5.0


def test_the_night_reads_what_the_system_has() -> None:
    desk = Desk()
    desk.due()
    desk.learn(Devices.read(FULL))
    desk.time.now = datetime(2027, 3, 2, 4, 10, tzinfo=UTC).timestamp()
    assert [(task.job, task.window) for task in desk.due()] == [
        (Job.LIVE, None),
        (Job.OPEN_ALARMS, None),
        (Job.EVENTS, None),
        (Job.CLEARED_ALARMS, None),
        (Job.PANELS, None),
        (Job.PRODUCTION, Window.WEEK),
        (Job.CONSUMPTION, Window.WEEK),
        (Job.IMPORT, Window.WEEK),
        (Job.EXPORT, Window.WEEK),
        (Job.BATTERY, Window.WEEK),
    ]


def test_without_meters_and_battery_the_inverters_tell_the_production() -> None:
    desk = Desk()
    desk.due()
    desk.learn(Devices.read({"devices": {}}))
    desk.time.now += DAY
    endpoints = [task.endpoint for task in desk.due()]
    assert Endpoint.PRODUCTION_MICRO in endpoints
    assert not {Endpoint.PRODUCTION_METER, Endpoint.IMPORT, Endpoint.BATTERY} & set(endpoints)


def test_the_profile_for_alarms_reads_no_series() -> None:
    jobs = slots_of(Profile.ALARMS_ONLY, LEVELS[0])
    assert Job.PRODUCTION not in jobs
    assert Job.PANELS not in jobs
    assert Job.EVENTS in jobs


def test_no_series_waits_longer_than_the_week_it_reads() -> None:
    for level in LEVELS:
        for job, slots in slots_of(Profile.CLOUD_ONLY, level).items():
            assert slots.every_days < 7 or job in {Job.DEVICES, Job.SYSTEM, Job.EVENT_TYPES}


def test_a_night_that_was_missed_is_read_once_when_we_are_back() -> None:
    desk = Desk()
    desk.due()
    desk.time.now += 5 * DAY
    jobs = desk.jobs()
    assert jobs.count(Job.EVENTS) == jobs.count(Job.OPEN_ALARMS) == jobs.count(Job.LIVE) == 1


def test_a_changed_status_asks_for_events_and_alarms_at_once() -> None:
    desk = Desk()
    desk.due()
    live = Task(SYSTEM, Job.LIVE, Endpoint.SUMMARY, None)
    desk.schedule.succeeded(live, summary())
    assert desk.jobs() == [], "the first status is no change"
    desk.schedule.succeeded(live, summary(status="comm"))
    assert desk.jobs() == [Job.OPEN_ALARMS, Job.OPEN_EVENTS]
    desk.schedule.succeeded(live, summary(status="comm"))
    assert desk.jobs() == []


def test_a_status_that_flaps_triggers_six_times_a_day_and_twenty_times_a_month() -> None:
    desk = Desk()
    desk.due()
    live = Task(SYSTEM, Job.LIVE, Endpoint.SUMMARY, None)
    per_day = []
    for _ in range(5):
        triggered = 0
        for number in range(20):
            desk.schedule.succeeded(live, summary(status=("normal", "comm")[number % 2]))
            triggered += Job.OPEN_EVENTS in desk.jobs()
        per_day.append(triggered)
        desk.time.now += DAY
    assert per_day == [6, 6, 6, 2, 0]


def test_a_fault_of_the_cloud_is_tried_again_twice_and_then_at_the_usual_time() -> None:
    desk = Desk()
    desk.due()
    assert desk.fail(Job.LIVE, CloudFaultError(status=503)) == 10
    assert desk.fail(Job.LIVE, NoAnswerError()) == 60
    usual = desk.fail(Job.LIVE, BadAnswerError())
    assert usual >= 900
    assert desk.fail(Job.LIVE, CloudFaultError(status=503)) == usual
    desk.schedule.succeeded(Task(SYSTEM, Job.LIVE, Endpoint.SUMMARY, None), summary())
    assert desk.fail(Job.LIVE, CloudFaultError(status=503)) == 10


def test_with_few_calls_left_nothing_is_tried_again() -> None:
    desk = Desk()
    desk.due()
    desk.budget.month.add("summary", "background", 900)
    assert desk.fail(Job.OPEN_ALARMS, CloudFaultError(status=503)) == HOUR


def test_what_was_triggered_and_failed_for_good_waits_for_the_next_trigger() -> None:
    desk = Desk()
    task = desk.schedule.task(SYSTEM, Job.OPEN_EVENTS)
    assert task is not None
    desk.schedule.failed(task, RequestRefusedError())
    assert Job.OPEN_EVENTS not in desk.jobs()


def test_without_a_connection_everything_rests_for_five_minutes() -> None:
    desk = Desk()
    desk.due()
    desk.fail(Job.LIVE, CannotConnectError())
    desk.time.now += 2 * DAY
    assert desk.schedule.due([SYSTEM]) is not None
    desk.schedule.rest()
    assert desk.schedule.due([SYSTEM]) is None
    assert desk.schedule.wake_at([SYSTEM]) == desk.time.now + 300
    assert desk.schedule.next_live_at(SYSTEM) == desk.time.now + 300
    desk.time.now += 300
    assert desk.schedule.due([SYSTEM]) is not None


def test_a_rest_that_a_clock_has_put_far_away_is_over() -> None:
    desk = Desk()
    desk.time.now += 9 * DAY
    desk.schedule.rest()
    desk.time.now -= 9 * DAY
    assert desk.schedule.due([SYSTEM]) is not None


@pytest.mark.parametrize("error", [TokenRefusedError(), SystemDeniedError(), NotFoundError()])
def test_a_system_that_is_refused_is_left_alone_for_a_day_or_until_the_user_has_seen_to_it(
    error: ClientError,
) -> None:
    desk = Desk()
    desk.due()
    desk.fail(Job.LIVE, error)
    desk.time.now += 0.9 * DAY
    assert desk.again().due([SYSTEM]) is None
    assert desk.schedule.wake_at([SYSTEM]) == desk.time.now + 0.1 * DAY
    desk.schedule.release([SYSTEM])
    assert desk.schedule.due([SYSTEM]) is not None
    desk.schedule.hold([SYSTEM])
    assert desk.schedule.due([SYSTEM]) is None
    desk.time.now += DAY
    assert desk.schedule.due([SYSTEM]) is not None


def test_a_hold_from_a_clock_that_was_wrong_is_over() -> None:
    desk = Desk()
    desk.time.now += 9 * DAY
    desk.schedule.hold([SYSTEM])
    desk.time.now -= 9 * DAY
    assert desk.schedule.due([SYSTEM]) is not None


def test_times_from_a_clock_that_was_wrong_are_due_now() -> None:
    desk = Desk()
    desk.due()
    now = desk.time.now
    desk.time.now += 400 * DAY
    desk.due()
    desk.time.now = now
    assert Job.LIVE in desk.jobs()
    assert desk.at(Job.LIVE) < now + DAY
    assert desk.at(Job.OPEN_ALARMS) < now + DAY


def test_open_alarms_that_are_not_found_are_looked_for_among_all_alarms_for_a_month() -> None:
    desk = Desk()
    desk.due()
    assert desk.fail(Job.OPEN_ALARMS, NotFoundError()) == 0
    (task,) = desk.due()
    assert task.endpoint is Endpoint.ALARMS
    assert desk.again().site(SYSTEM).memory.capabilities.lacks() == {
        Endpoint.OPEN_ALARMS: Lack.NOT_FOUND
    }
    desk.time.now += 30.1 * DAY
    assert Endpoint.OPEN_ALARMS in [task.endpoint for task in desk.due()]
    assert desk.schedule.site(SYSTEM).memory.capabilities.lacks() == {}


def test_what_the_plan_has_not_is_not_asked_for() -> None:
    desk = Desk()
    desk.due()
    desk.fail(Job.PANELS, NotInPlanError())
    desk.time.now += 5 * DAY
    assert Job.PANELS not in desk.jobs()
    assert desk.schedule.task(SYSTEM, Job.PANELS) is None


def test_a_series_that_refuses_a_week_gives_a_day_and_one_without_a_device_nothing() -> None:
    desk = Desk()
    desk.due()
    desk.learn(Devices.read(FULL))
    assert desk.fail(Job.IMPORT, RequestRefusedError(refusal=Refusal.RANGE)) == 0
    task = desk.again().task(SYSTEM, Job.IMPORT)
    assert task is not None
    assert task.window is Window.DAY
    desk.fail(Job.IMPORT, RequestRefusedError(refusal=Refusal.RANGE))
    assert desk.schedule.task(SYSTEM, Job.IMPORT) is None
    desk.fail(Job.BATTERY, RequestRefusedError(refusal=Refusal.ABSENT))
    assert desk.schedule.task(SYSTEM, Job.BATTERY) is None
    assert desk.fail(Job.PRODUCTION, RequestRefusedError(refusal=Refusal.ABSENT)) == 0
    micro = desk.schedule.task(SYSTEM, Job.PRODUCTION)
    assert micro is not None
    assert micro.endpoint is Endpoint.PRODUCTION_MICRO


def test_capabilities_tell_apart_what_a_failure_means() -> None:
    found = Capabilities()
    refused = RequestRefusedError()
    assert not found.failed(Endpoint.SUMMARY, NotInPlanError(), 0.0)
    assert not found.failed(Endpoint.EVENTS, refused, 0.0)
    assert not found.failed(Endpoint.IMPORT, NoAnswerError(), 0.0)
    assert found.failed(Endpoint.BATTERY_LIFETIME, refused, 0.0)
    assert found.lacks() == {Endpoint.BATTERY_LIFETIME: Lack.NO_DEVICE}
    assert not found.offers(Endpoint.BATTERY_LIFETIME, DAY)
    assert found.offers(Endpoint.BATTERY_LIFETIME, -40 * DAY), "the clock was wrong"


@pytest.mark.parametrize(
    "data",
    [None, 5, {}, {"missing": [], "day_only": []}, {"missing": {"x": {}}, "day_only": ["x"]}],
)
def test_damaged_capabilities_offer_everything(data: object) -> None:
    assert Capabilities.from_dict(data).lacks() == {}


@pytest.mark.parametrize(
    "data",
    [
        None,
        {"due": 5, "failures": {"live": "x", "x": 1}, "held_until": "x", "triggers": None},
        {"knowledge": {"status": 5, "panels": "x", "last_report_at": "x", "battery": 1}},
        {"knowledge": 7, "trigger_day": 8},
    ],
)
def test_a_damaged_memory_of_a_system_is_a_fresh_one(data: object) -> None:
    assert SiteMemory.from_dict(data).to_dict() == SiteMemory().to_dict()


def test_a_memory_of_a_system_is_read_back_as_it_was() -> None:
    desk = Desk()
    desk.due()
    desk.learn(summary(last_report_at=5, modules=20))
    desk.learn(Devices.read(FULL))
    desk.fail(Job.LIVE, CloudFaultError(status=500))
    before = desk.schedule.to_dict()
    assert desk.again().to_dict() == before


@pytest.mark.parametrize("memory", [5, {"sites": 5, "trigger_calls": 6, "history": 7}])
def test_a_damaged_memory_of_the_schedule_is_a_fresh_one(memory: object) -> None:
    assert Job.LIVE in Desk(memory=memory).jobs()


def test_what_is_known_follows_from_answers() -> None:
    desk = Desk()
    known = desk.schedule.site(SYSTEM).memory.knowledge
    for payload in (
        summary(modules=20, last_report_at=5),
        summary(status=None),
        System.read({"system_id": 1, "connection_type": "cellular"}),
        (),
        "x",
    ):
        desk.learn(payload)
    assert (known.status, known.panels, known.last_report_at, known.cellular) == (
        "normal",
        20,
        5,
        True,
    )
    desk.learn((Panel("1", None, None, None, None, None, None),) * 250)
    assert desk.schedule.site(SYSTEM).calls(Job.PANELS) == 3
    assert desk.schedule.site(SYSTEM).calls(Job.EVENTS) == 1


def test_a_job_of_another_profile_is_forgotten() -> None:
    desk = Desk()
    memory = desk.schedule.to_dict()
    other = Schedule(desk.budget, memory, now=desk.time)
    other.include(SYSTEM, Profile.ALARMS_ONLY, Daylight(UTC))
    assert Job.PANELS not in other.site(SYSTEM).memory.due
    assert Job.LIVE in other.site(SYSTEM).memory.due


def test_whoever_stores_it_is_told_of_each_change() -> None:
    desk = Desk()
    changes: list[Any] = []
    desk.schedule.changed = lambda: changes.append(None)
    desk.due()
    assert len(changes) == 6
    desk.fail(Job.LIVE, NoAnswerError())
    desk.schedule.hold([SYSTEM])
    desk.schedule.release([SYSTEM])
    desk.schedule.forget(SYSTEM)
    assert len(changes) >= 10


def test_a_job_that_is_hastened_is_done_once_at_the_next_turn() -> None:
    desk = Desk()
    desk.due()
    before = desk.at(Job.DEVICES)
    for job in (Job.DEVICES, Job.OPEN_EVENTS, Job.DEVICES):
        desk.schedule.hasten(SYSTEM, job)
    assert desk.again().due([SYSTEM]) is not None
    assert desk.jobs() == [Job.OPEN_EVENTS, Job.DEVICES]
    assert desk.at(Job.DEVICES) == before


def test_a_job_that_is_overdue_is_not_put_off_by_hastening_it() -> None:
    desk = Desk()
    desk.due()
    desk.time.now += 8 * DAY
    due_at = desk.at(Job.DEVICES)
    desk.schedule.hasten(SYSTEM, Job.DEVICES)
    assert desk.at(Job.DEVICES) == due_at
