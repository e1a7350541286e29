"""Jobs that are asked for out of turn, because an answer has left something open."""

from custom_components.solar_monitor.clients.enlighten.endpoints import Endpoint
from custom_components.solar_monitor.clients.enlighten.jobs import TRIGGERS_PER_DAY, Job
from custom_components.solar_monitor.clients.enlighten.schedule import Task
from custom_components.solar_monitor.clients.errors import NoAnswerError

from .schedule_kit import DAY, SYSTEM, Desk, summary


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


def test_a_job_that_fails_is_not_hastened() -> None:
    desk = Desk()
    desk.due()
    desk.fail(Job.DEVICES, NoAnswerError())
    due_at = desk.at(Job.DEVICES)
    desk.schedule.hasten(SYSTEM, Job.DEVICES)
    assert desk.at(Job.DEVICES) == due_at


def test_what_events_mean_is_asked_for_although_it_failed_before() -> None:
    desk = Desk()
    desk.due()
    desk.fail(Job.EVENT_TYPES, NoAnswerError())
    desk.schedule.hasten(SYSTEM, Job.EVENT_TYPES)
    assert desk.at(Job.EVENT_TYPES) == desk.time.now


def test_on_a_day_on_which_the_status_flaps_nothing_more_is_hastened() -> None:
    desk = Desk()
    desk.due()
    live = Task(SYSTEM, Job.LIVE, Endpoint.SUMMARY, None)
    for number in range(TRIGGERS_PER_DAY + 1):
        desk.schedule.succeeded(live, summary(status=("normal", "comm")[number % 2]))
        desk.due()
    due_at = desk.at(Job.PANELS)
    desk.schedule.hasten(SYSTEM, Job.PANELS)
    assert desk.at(Job.PANELS) == due_at
    desk.time.now += DAY
    desk.due()
    desk.schedule.hasten(SYSTEM, Job.PANELS)
    assert desk.at(Job.PANELS) == desk.time.now
