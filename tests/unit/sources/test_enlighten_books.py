"""The books of a system: what answers tell of it, what stands, and what comes back from a store."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
import json
import math
from typing import Any

import pytest

from custom_components.solar_monitor.clients.enlighten.jobs import ENDPOINTS, Job
from custom_components.solar_monitor.clients.enlighten.models import (
    Alarm,
    Devices,
    EventType,
    System,
    read_event_types,
    read_panels,
)
from custom_components.solar_monitor.clients.enlighten.poller import Alarms, Payload, Result
from custom_components.solar_monitor.clients.enlighten.schedule import Task
from custom_components.solar_monitor.clients.enlighten.series import Telemetry
from custom_components.solar_monitor.clients.errors import NoAnswerError
from custom_components.solar_monitor.sources.enlighten.ages import Ages
from custom_components.solar_monitor.sources.enlighten.books import (
    Books,
    Look,
    SystemBook,
    remembered,
)
from tests.unit.sources.paper_system import DAY_S, DAYLIGHT, HOUR_S, PaperSystem, at

NOON = at(10, 12)
AGES = Ages()
TYPES = read_event_types(
    {"event_types": [{"event_type_id": 28, "event_name": "Silence", "event_type_key": "x"}]}
)
DEVICES = {
    "gateways": [{"serial_number": "122"}, {"serial_number": None}],
    "encharges": [{"serial_number": "492"}],
}


def told(job: Job, payload: Payload | None, when: float = NOON) -> Result:
    """Give an answer; None: an error."""
    error = NoAnswerError() if payload is None else None
    return Result(Task(1, job, ENDPOINTS[job][0], None), when, payload, error)


def devices(**lists: object) -> Devices:
    """Give devices."""
    return Devices.read({"devices": lists})


def book_with(*results: Result, memory: object = None) -> SystemBook:
    """Give a book in which some answers are."""
    book = SystemBook(1, DAYLIGHT, memory=memory)
    for result in results:
        book.take(result, {}, AGES)
    return book


def look(book: SystemBook, now: float = NOON) -> Look:
    """Give what may be shown."""
    return book.look(now, {}, AGES)


def again(book: SystemBook) -> SystemBook:
    """Give the book as it is after a start."""
    return SystemBook(1, DAYLIGHT, memory=json.loads(json.dumps(book.to_dict())))


def full_book() -> SystemBook:
    """Give a book in which everything was told."""
    return book_with(
        told(Job.LIVE, PaperSystem(NOON).summary()),
        told(Job.SYSTEM, System.read({"system_id": 1, "connection_type": "cellular"})),
        told(Job.DEVICES, devices(**DEVICES)),
        told(Job.PANELS, read_panels([{"micro_inverters": [{"serial_number": "1"}]}])),
        told(Job.OPEN_ALARMS, Alarms((alarm(),), None, NOON)),
    )


def alarm() -> Alarm:
    """Give an open alarm."""
    return Alarm("7", 28, 2, NOON - HOUR_S, None, False, ())  # noqa: FBT003 - as it is told


def fresh(book: SystemBook, now: float) -> set[str]:
    """Name what still stands at a time."""
    found = look(book, now)
    return {key for key in found.values if now < found.until[key]}


def test_an_empty_book_shows_nothing_of_a_system() -> None:
    found = look(book_with())
    assert {key for key, value in found.values.items() if value not in (None, [])} == set()


def test_a_summary_is_shown() -> None:
    values = look(book_with(told(Job.LIVE, PaperSystem(NOON).summary()))).values
    assert values["system_status"] == "normal"
    assert values["last_report"] == datetime.fromtimestamp(NOON, UTC)
    assert values["panels"] == 8
    assert values["size"] == 4_000
    assert values["gateway_connectivity"] is True
    assert values["microinverter_problem"] is False
    assert values["alarm"] is None
    assert values["data_age"] == 0
    assert "open_alarms" not in values


def test_what_a_first_summary_does_not_tell_is_unknown_and_not_unavailable() -> None:
    summary = replace(PaperSystem(NOON).summary(), operational_at=None, size_w=None)
    found = look(book_with(told(Job.LIVE, summary)))
    for key in ("operational_since", "size"):
        assert found.values[key] is None
        assert found.until[key] > NOON


def test_what_a_later_summary_does_not_tell_stands() -> None:
    system = PaperSystem(NOON)
    empty = {"status": None, "panels": None, "size_w": None, "last_report_at": None}
    later = replace(system.summary(), **empty)  # type: ignore[arg-type]
    book = book_with(told(Job.LIVE, system.summary()), told(Job.LIVE, later, NOON + 60))
    values = look(book).values
    assert values["system_status"] == "normal"
    assert values["panels"] == 8
    assert values["size"] == 4_000


def test_an_error_takes_nothing_away() -> None:
    book = full_book()
    before = look(book)
    for job in Job:
        assert book.take(told(job, None, NOON + 60), {}, AGES) <= {Job.EVENT_TYPES}
    assert look(book) == before


def test_an_answer_of_no_interest_changes_nothing() -> None:
    book = full_book()
    before = look(book).values
    book.take(told(Job.PRODUCTION, Telemetry((), None)), {}, AGES)
    assert look(book).values == before


def test_everything_has_its_own_time() -> None:
    book = full_book()
    assert {"power", "system_status", "alarm", "panels"} <= fresh(book, NOON + 0.7 * HOUR_S)
    assert "power" not in fresh(book, NOON + HOUR_S)
    assert "system_status" in fresh(book, NOON + HOUR_S)
    assert "system_status" not in fresh(book, NOON + 3 * HOUR_S)
    assert {"alarm", "open_alarms", "alarm_list"} <= fresh(book, NOON + 35 * HOUR_S)
    assert not {"alarm", "open_alarms", "alarm_list"} & fresh(book, NOON + 37 * HOUR_S)
    assert "panels" in fresh(book, NOON + 8 * DAY_S)
    assert "panels" not in fresh(book, NOON + 10 * DAY_S)
    assert {"energy_total", "energy_today", "data_age"} <= fresh(book, NOON + 99 * DAY_S)


def test_counters_have_no_end() -> None:
    found = look(full_book())
    ends = {key for key, until in found.until.items() if until == math.inf}
    assert ends == {"energy_total", "energy_today", "data_age"}


def test_the_age_of_the_data_goes_in_steps_and_is_never_below_zero() -> None:
    book = book_with(told(Job.LIVE, PaperSystem(NOON).summary()))
    ages = [look(book, NOON + 60 * minutes).values["data_age"] for minutes in (-9, 0, 4, 5, 14, 61)]
    assert ages == [0, 0, 0, 5, 10, 60]


def test_an_open_alarm_is_counted_and_listed_and_its_unknown_type_is_asked_for() -> None:
    book = book_with()
    wanted = book.take(told(Job.OPEN_ALARMS, Alarms((alarm(),), None, NOON)), {}, AGES)
    assert wanted == {Job.EVENT_TYPES}
    values = look(book).values
    assert values["open_alarms"] == 1
    assert values["alarm"] is True
    assert len(values["alarm_list"]) == len(values["alarm_evidence"]) == 1


def test_transient_words_are_shown_and_judge_nothing() -> None:
    system = PaperSystem(NOON)
    book = book_with(
        told(Job.LIVE, replace(system.summary(), status="micro")),
        told(Job.LIVE, replace(system.summary(), status="data_upload"), NOON + 60),
    )
    values = look(book).values
    assert values["system_status"] == "data_upload"
    assert values["microinverter_problem"] is True
    assert values["microinverter_problem_evidence"][0]["since"] == datetime.fromtimestamp(
        NOON, UTC
    ).isoformat(timespec="seconds")


def test_a_status_is_as_old_as_its_first_word_in_a_row() -> None:
    system = PaperSystem(NOON)
    words = ("normal", "micro", "micro", "data_upload", "micro")
    book = book_with(
        *(
            told(Job.LIVE, replace(system.summary(), status=word), NOON + 60 * number)
            for number, word in enumerate(words)
        )
    )
    assert book.known({}, AGES).status_since == NOON + 60


def test_a_fault_in_the_devices_is_asked_for_again_once_the_system_is_well() -> None:
    broken = devices(meters=[{"serial_number": "1", "status": "comm", "active": True}])
    system = PaperSystem(NOON)
    book = book_with(
        told(Job.LIVE, replace(system.summary(), status="meter")), told(Job.DEVICES, broken)
    )
    later = told(Job.LIVE, system.summary(), NOON + HOUR_S)
    assert Job.DEVICES in book.take(later, {}, AGES)


@pytest.mark.parametrize("found", [DEVICES, {"acbs": [{"serial_number": "1"}]}])
def test_a_battery_is_known_by_the_devices(found: dict[str, Any]) -> None:
    assert not book_with().has_battery
    assert book_with(told(Job.DEVICES, devices(**found))).has_battery
    assert not book_with(told(Job.DEVICES, devices())).has_battery


def test_a_battery_is_known_by_its_capacity_as_well() -> None:
    summary = replace(PaperSystem(NOON).summary(), battery_capacity_kwh=5.0)
    assert book_with(told(Job.LIVE, summary)).has_battery


def test_gateways_are_those_with_a_number() -> None:
    assert book_with().gateways == ()
    assert full_book().gateways == ("122",)


def test_a_mobile_network_is_known_by_the_entry_and_then_by_the_cloud() -> None:
    assert SystemBook(1, DAYLIGHT, cellular=True).cellular
    assert full_book().cellular
    wired = told(Job.SYSTEM, System.read({"system_id": 1, "connection_type": "ethernet"}))
    book = SystemBook(1, DAYLIGHT, cellular=True)
    book.take(wired, {}, AGES)
    assert not book.cellular


def test_how_silent_the_gateway_was_is_known_by_the_last_answer() -> None:
    assert book_with().silent_s == 0
    system = PaperSystem(NOON, silent_since=NOON - 3 * HOUR_S)
    assert book_with(told(Job.LIVE, system.summary())).silent_s == 3 * HOUR_S


def test_after_a_start_everything_is_as_it_was() -> None:
    book = full_book()
    assert look(again(book)) == look(book)
    assert again(book).to_dict() == book.to_dict()
    for job in Job:
        assert again(book).fetched_at(job) == book.fetched_at(job)


def damages() -> Iterable[object]:
    """Give memories that nobody has written."""
    yield from (None, 3, "x", [], {"facts": 3}, {"fetched_at": [1]}, {"status": {}})
    yield {"status": {"said": 3, "at": 1, "since": 1}}
    yield {"status": {"said": "normal", "at": None, "since": 1}}
    yield {"facts": {"system_status": [3, NOON], "panels": ["x", NOON], "size": [1]}}
    yield {"facts": {"battery": [1, NOON], "cellular": ["x", NOON], "last_report": [NOON, "x"]}}
    yield {"devices": {"devices": [3]}, "panels": [3], "figures": [], "ledgers": 3}


@pytest.mark.parametrize("memory", list(damages()))
def test_a_damaged_memory_is_no_memory(memory: object) -> None:
    assert book_with(memory=memory).to_dict() == book_with().to_dict()


def test_all_systems_know_what_was_said_of_types() -> None:
    books = Books([SystemBook(1, DAYLIGHT), SystemBook(2, DAYLIGHT)])
    books.take(told(Job.EVENT_TYPES, TYPES), AGES)
    assert books.catalogue == {28: TYPES[0]}
    stored = json.loads(json.dumps(books.to_dict()))
    assert Books([SystemBook(1, DAYLIGHT)], stored).catalogue == {28: TYPES[0]}
    assert isinstance(books.catalogue[28], EventType)


def test_each_book_finds_its_part_of_a_memory() -> None:
    books = Books([full_book()])
    stored = json.loads(json.dumps(books.to_dict()))
    assert look(SystemBook(1, DAYLIGHT, memory=remembered(stored, 1))) == look(full_book())
    for damage in (None, 3, {}, {"systems": 3}):
        assert remembered(damage, 1) is None
    assert remembered(stored, 2) is None


def test_refused_figures_of_all_systems_are_counted() -> None:
    books = Books([full_book()])
    summary = replace(PaperSystem(NOON).summary(), power_w=1e6)
    books.take(told(Job.LIVE, summary, NOON + 60), AGES)
    assert books.refused == 1


def test_news_are_told_once() -> None:
    books = Books([SystemBook(1, DAYLIGHT)])
    books.take(told(Job.EVENT_TYPES, TYPES), AGES)
    books.take(told(Job.OPEN_ALARMS, Alarms((), None, NOON)), AGES)
    later = replace(alarm(), started_at=NOON + 60)
    books.take(told(Job.OPEN_ALARMS, Alarms((later,), None, NOON + HOUR_S), NOON + HOUR_S), AGES)
    (happening,) = books.tell(NOON + HOUR_S)
    assert happening.key == "1_events"
    assert books.tell(NOON + HOUR_S) == ()


def test_panels_of_nobody_are_none() -> None:
    book = book_with(told(Job.PANELS, ()))
    assert book.panels == ()
    assert book.fetched_at(Job.PANELS) == NOON
