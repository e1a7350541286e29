"""Alarms over a restart, and what a memory is that was damaged."""

import pytest

from custom_components.solar_monitor.logic.alarm_board import Board
from custom_components.solar_monitor.logic.alarms import About, Alarm, Kind
from tests.unit.site.board import DAY_S, ENVOY, LOST, START, STICK, Site

STOPPED = About(Kind.INVERTER_FAULT, STICK, "")


def test_a_restart_changes_nothing(site: Site) -> None:
    site.say((LOST, False))
    site.say((LOST, True), after=30)
    site.restart()
    assert site.board.state({Kind.GRID_LOST}) is None
    assert site.say((LOST, True), after=30) == [("grid_lost", "raised")]
    site.restart()
    assert site.say((LOST, True), after=30) == []
    site.say((LOST, False), after=30)
    site.restart()
    assert site.say((LOST, False), after=300) == [("grid_lost", "over")]


def test_what_began_and_what_ended_while_nothing_ran_is_told_once_after_the_start(
    site: Site,
) -> None:
    pack = About(Kind.BATTERY, ENVOY, "7")
    site.lose_grid()
    site.say((pack, False))
    site.restart()
    site.say((LOST, False), (pack, True), after=DAY_S)
    assert site.say((LOST, False), (pack, True), after=300) == [
        ("battery", "raised"),
        ("grid_lost", "over"),
    ]
    assert site.say((LOST, False), (pack, True), after=300) == []


@pytest.mark.parametrize(
    "damaged",
    [
        None,
        "nothing",
        [None],
        [{}],
        [{"kind": "sunspots", "source": "", "device": "", "phase": "well", "said_at": 1.0}],
        [{"kind": "stale", "source": "", "device": "", "phase": "odd", "said_at": 1.0}],
        [{"kind": "stale", "source": "", "device": "", "phase": "well", "said_at": "now"}],
    ],
)
def test_a_memory_that_is_damaged_is_none(damaged: object) -> None:
    assert Board(damaged).to_list() == []


def test_of_a_memory_that_is_damaged_in_part_the_rest_counts() -> None:
    kept = {"kind": "stale", "source": "a", "device": "", "phase": "standing", "said_at": START}
    board = Board([kept, kept | {"source": "b", "phase": 7}])
    assert board.standing == (Alarm(About(Kind.STALE, "a", ""), START, (), heard=False),)
    assert board.to_list()[0]["named_at"] == START
    assert board.look([], START, sources={"a"}) == ()


@pytest.mark.parametrize("restarted", [False, True])
def test_what_is_told_hours_apart_is_not_told_in_a_row(
    site: Site,
    *,
    restarted: bool,
) -> None:
    site.say((STOPPED, False))
    site.say((STOPPED, True), after=30)
    if restarted:
        site.restart()
    assert site.say((STOPPED, True), after=8 * 3600) == []
    assert site.say((STOPPED, True), after=60) == [("inverter_fault", "raised")]
    assert [alarm.since for alarm in site.board.standing] == [START + 30 + 8 * 3600]


def test_an_alarm_stands_over_hours_in_which_nobody_watched(site: Site) -> None:
    site.say((STOPPED, False))
    site.say((STOPPED, True), after=30)
    site.say((STOPPED, True), after=60)
    site.say((STOPPED, False), after=30)
    assert site.say((STOPPED, False), after=8 * 3600) == []
    assert [alarm.since for alarm in site.board.standing] == [START + 30]
    assert site.say((STOPPED, False), after=300) == [("inverter_fault", "over")]
