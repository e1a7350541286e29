"""Telling what began and ended, each once, from lists that tell only a part of it."""

import json
from typing import Any

import pytest

from custom_components.solar_monitor.logic.incidents import KEEP_S, Change, Incident, Ledger

HOUR = 3_600.0
DAY = 86_400.0
WEEK = 7 * DAY
START = 1_800_000_000.0


def restarted(ledger: Ledger) -> Ledger:
    """The ledger as the next start makes it, through real JSON."""
    return Ledger(json.loads(json.dumps(ledger.to_dict())))


def fault(name: str, began: float | None = START, **more: Any) -> Incident:  # noqa: ANN401
    """An incident; open unless it is said to be over."""
    return Incident(id=name, began=began, over="ended" in more, **more)


def told(changes: tuple[Change, ...]) -> list[str]:
    """Write what is news: +a for what opened, -a for what closed."""
    return [f"{'+' if change.opened else '-'}{change.incident.id}" for change in changes]


def opened(ledger: Ledger) -> list[str]:
    """Name what is open."""
    return [standing.incident.id for standing in ledger.open]


@pytest.fixture
def ledger() -> Ledger:
    """A ledger that has begun with nothing open."""
    found = Ledger()
    found.look([], START)
    return found


def test_what_is_in_the_first_look_is_known_and_no_news() -> None:
    ledger = Ledger()
    assert ledger.looked_at is None
    assert told(ledger.look([fault("a"), fault("b", ended=START)], START)) == []
    assert opened(ledger) == ["a"]
    assert ledger.looked_at == START


def test_the_end_of_what_was_known_from_the_start_is_told() -> None:
    ledger = Ledger()
    ledger.look([fault("a")], START)
    assert told(ledger.look([], START + HOUR)) == ["-a"]
    assert opened(ledger) == []


def test_what_opens_is_told_once_however_often_it_is_listed(ledger: Ledger) -> None:
    assert told(ledger.look([fault("a")], START + 1)) == ["+a"]
    assert told(ledger.look([fault("a")], START + 2)) == []
    assert told(ledger.look([fault("a")], START + 3, begin=START - WEEK)) == []
    assert told(ledger.note([fault("a")], START + 4)) == []
    assert opened(ledger) == ["a"]


def test_what_closes_is_told_once_however_often_it_is_listed(ledger: Ledger) -> None:
    ledger.look([fault("a")], START + 1)
    assert told(ledger.look([], START + 2)) == ["-a"]
    over = fault("a", ended=START + 1.5)
    assert told(ledger.note([over], START + 3)) == []
    assert told(ledger.look([over], START + 4, begin=START - WEEK)) == []


def test_nothing_is_told_twice_over_a_restart(ledger: Ledger) -> None:
    ledger.look([fault("a"), fault("b")], START + 1)
    ledger = restarted(ledger)
    assert told(ledger.look([fault("a"), fault("b")], START + 2)) == []
    assert told(ledger.look([fault("a")], START + 3)) == ["-b"]
    ledger = restarted(ledger)
    assert told(ledger.note([fault("b", ended=START + 2.5)], START + 4)) == []
    assert opened(ledger) == ["a"]


def test_what_opened_and_closed_while_we_were_away_is_told_once_in_order(ledger: Ledger) -> None:
    ledger.look([fault("a")], START + 1)
    ledger = restarted(ledger)
    week = [
        fault("c", START + 5 * HOUR),
        fault("b", START + 2 * HOUR, ended=START + 3 * HOUR),
        fault("a", ended=START + 4 * HOUR),
    ]
    changes = ledger.look(week, START + 2 * DAY, begin=START - 5 * DAY)
    assert told(changes) == ["+b", "-b", "-a", "+c"]
    assert told(restarted(ledger).look(week, START + 3 * DAY, begin=START - 4 * DAY)) == []


def test_absence_from_a_window_closes_only_what_began_within_it(ledger: Ledger) -> None:
    ledger.look([fault("old", START - DAY), fault("young", START + DAY)], START + 2 * DAY)
    assert told(ledger.look([], START + 3 * DAY, begin=START)) == ["-young"]
    assert opened(ledger) == ["old"]
    assert told(ledger.look([], START + 4 * DAY)) == ["-old"]


def test_what_began_at_the_very_edge_of_a_window_is_not_closed_by_absence(ledger: Ledger) -> None:
    ledger.look([fault("a", START + 1)], START + 2)
    assert told(ledger.look([], START + DAY, begin=START)) == []
    assert opened(ledger) == ["a"]


def test_what_has_no_begin_is_closed_by_a_complete_look_only(ledger: Ledger) -> None:
    assert told(ledger.look([fault("a", None)], START + 1)) == ["+a"]
    assert told(ledger.look([], START + 2, begin=START - WEEK)) == []
    assert told(ledger.look([], START + 3)) == ["-a"]


def test_a_list_of_some_incidents_says_nothing_of_the_others(ledger: Ledger) -> None:
    ledger.look([fault("a")], START + 1)
    assert told(ledger.note([], START + 2)) == []
    assert told(ledger.note([fault("b", ended=START + 2)], START + 3)) == ["+b", "-b"]
    assert opened(ledger) == ["a"]
    assert ledger.looked_at == START + 1


def test_before_the_first_look_closed_ones_are_remembered_and_no_news() -> None:
    ledger = Ledger()
    assert told(ledger.note([fault("a", ended=START)], START)) == []
    ledger.look([], START)
    assert told(ledger.note([fault("a", ended=START + 1)], START + 1)) == []


def test_what_ended_before_the_first_look_is_no_news(ledger: Ledger) -> None:
    assert told(ledger.note([fault("a", START - DAY, ended=START - HOUR)], START + 1)) == []
    assert told(ledger.note([fault("b", START - DAY, ended=START + HOUR)], START + DAY)) == [
        "+b",
        "-b",
    ]


def test_what_is_over_and_has_no_time_at_all_is_no_news(ledger: Ledger) -> None:
    assert told(ledger.note([Incident(id="a", over=True)], START + 1)) == []


def test_what_began_before_a_first_look_that_was_a_window_is_known_once_it_is_seen() -> None:
    ledger = Ledger()
    ledger.look([], START, begin=START - WEEK)
    ledger = restarted(ledger)
    assert told(ledger.look([fault("old", START - 8 * DAY)], START + 1)) == []
    assert told(ledger.look([fault("old", START - 8 * DAY), fault("new")], START + 2)) == ["+new"]
    late = [fault("late", START - 9 * DAY), fault("old", START - 8 * DAY), fault("new")]
    assert told(ledger.look(late, START + 3)) == ["+late"]


def test_late_news_of_something_that_began_before_the_first_look_are_told(ledger: Ledger) -> None:
    assert told(ledger.look([fault("a", START - DAY)], START + 1)) == ["+a"]


def test_what_is_listed_as_open_again_is_open_and_not_told_again(ledger: Ledger) -> None:
    ledger.look([fault("a")], START + 1)
    assert told(ledger.look([], START + 2)) == ["-a"]
    assert told(ledger.look([fault("a")], START + 3)) == []
    assert opened(ledger) == ["a"]
    ledger = restarted(ledger)
    assert told(ledger.look([], START + 4)) == []
    assert opened(ledger) == []


def test_what_just_happens_is_told_once_and_has_no_end(ledger: Ledger) -> None:
    happened = fault("a", START + 1, momentary=True)
    (change,) = ledger.look([happened], START + 2)
    assert change == Change(happened, opened=True)
    assert told(ledger.look([happened], START + 3)) == []
    assert told(ledger.look([], START + 4)) == []
    assert told(ledger.note([fault("b", START - 1, momentary=True)], START + 5)) == []
    assert opened(ledger) == []


def test_what_is_told_of_an_end_has_what_was_known_of_the_incident(ledger: Ledger) -> None:
    known = fault("a", START + 1, type_id=28, severity=4, serials=("s",))
    ledger.look([known], START + 2)
    (change,) = ledger.note([Incident(id="a", ended=START + 3, over=True)], START + 4)
    assert change.incident == fault(
        "a", START + 1, ended=START + 3, type_id=28, severity=4, serials=("s",)
    )
    ledger.look([known], START + 5)
    ledger.look([fault("b", type_id=1, severity=2, serials=("t",))], START + 6)
    later = fault("b", START + 9, ended=START + 9, type_id=3, severity=5, serials=("u",))
    (change,) = ledger.note([later], START + 10)
    assert change.incident == later


def test_absence_tells_no_time_of_the_end(ledger: Ledger) -> None:
    ledger.look([fault("a")], START + 1)
    (change,) = ledger.look([], START + 2)
    assert change.incident.ended is None
    assert change.incident.over


def test_an_end_is_never_told_before_its_begin(ledger: Ledger) -> None:
    odd = [
        fault("a", START + 5, ended=START + 3),
        Incident(id="b", ended=START + 4, over=True),
        fault("c", START + 1, ended=START + 9),
    ]
    changes = told(ledger.note(odd, START + 10))
    assert changes == ["+c", "+a", "-a", "-c", "+b", "-b"]


def test_an_open_one_tells_when_it_was_seen_first_and_last(ledger: Ledger) -> None:
    ledger.look([fault("a")], START + 1)
    ledger.look([fault("a", serials=("s",))], START + 9)
    (standing,) = restarted(ledger).open
    assert (standing.found_at, standing.seen_at) == (START + 1, START + 9)
    assert standing.incident.serials == ("s",)


def test_open_ones_come_in_the_order_of_their_begin(ledger: Ledger) -> None:
    ledger.look([fault("b", START + 2), fault("a", START + 3), fault("c", None)], START + 4)
    assert opened(ledger) == ["c", "b", "a"]


def test_an_open_one_that_no_answer_could_tell_of_for_two_weeks_is_forgotten_silently(
    ledger: Ledger,
) -> None:
    ledger.look([fault("a", START + 1)], START + 2)
    days = [*range(1, 22)]
    for day in days:
        now = START + day * DAY
        found = [fault("a", START + 1)] if day <= 7 else []
        assert told(ledger.look(found, now, begin=now - WEEK)) == []
        ledger = restarted(ledger)
        assert opened(ledger) == ["a"]
    now = START + 22 * DAY
    assert told(ledger.look([], now, begin=now - WEEK)) == []
    assert opened(ledger) == []
    assert told(ledger.note([fault("a", START + 1, ended=now)], now + HOUR)) == []


def test_two_weeks_without_any_answer_forget_nothing(ledger: Ledger) -> None:
    ledger.look([fault("a", START + 1)], START + 2)
    now = START + 40 * DAY
    assert told(ledger.look([], now, begin=now - WEEK)) == []
    assert opened(ledger) == ["a"]
    assert told(ledger.look([fault("a", START + 1)], now + 1)) == []
    assert told(ledger.look([], now + 2)) == ["-a"]


def test_what_was_closed_is_forgotten_two_weeks_after_it_was_last_listed(ledger: Ledger) -> None:
    over = fault("a", START + 1, ended=START + 2)
    assert told(ledger.note([over], START + 3)) == ["+a", "-a"]
    ledger.note([over], START + 10 * DAY)
    ledger.note([], START + 10 * DAY + KEEP_S - 1)
    assert "a" in ledger.to_dict()["over"]
    ledger.note([], START + 10 * DAY + KEEP_S)
    assert ledger.to_dict()["over"] == {}
    assert told(ledger.note([over], START + 11 * DAY + KEEP_S)) == []


@pytest.mark.parametrize(
    "memory",
    [
        None,
        "nonsense",
        {},
        {"open": "nonsense", "over": [], "since": "x"},
        {"open": [None, {}, {"incident": None}, {"incident": {"id": 1}}]},
        {"open": [{"incident": {"id": "a"}}, {"incident": {"id": "a"}, "found_at": 1.0}]},
        {"over": {"a": None}, "looked_at": None},
    ],
)
def test_a_memory_that_was_not_written_by_us_is_none(memory: object) -> None:
    ledger = Ledger(memory)
    assert ledger.open == ()
    assert ledger.looked_at is None
    assert told(ledger.look([fault("a")], START)) == []


def test_an_incident_is_read_back_as_far_as_it_makes_sense() -> None:
    damaged = {"id": "a", "began": "x", "serials": "s", "type_id": True, "severity": "4"}
    assert Incident.from_dict(damaged) == Incident(id="a")
    whole = fault("a", ended=START + 1, momentary=True, type_id=1, severity=2, serials=("s", "t"))
    assert Incident.from_dict(json.loads(json.dumps(whole.to_dict()))) == whole
