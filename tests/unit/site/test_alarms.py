"""Statements become alarms after their delay, and silence says nothing."""

import pytest

from custom_components.solar_monitor.logic.alarms import (
    KIND_OF,
    RULES,
    About,
    Alarm,
    Kind,
    Severity,
    Statement,
)
from custom_components.solar_monitor.logic.contribution import Evidence, Subject
from tests.unit.site.board import ALSO_LOST, DAY_S, ENVOY, LOST, START, STICK, Site


def test_every_subject_has_a_kind_and_every_kind_a_rule() -> None:
    assert KIND_OF.keys() == set(Subject)
    assert RULES.keys() == set(Kind)


def test_a_statement_is_made_of_evidence_and_says_nothing_once_that_is_too_old() -> None:
    evidence = Evidence(
        subject=Subject.GRID, holds=True, at=START, good_for_s=90, device=STICK, words=("F42",)
    )
    assert Statement.of(STICK, evidence, START + 90) == Statement(
        LOST, holds=True, at=START, words=("F42",)
    )
    assert Statement.of(STICK, evidence, START + 91).holds is None


def test_who_sleeps_says_nothing_and_is_not_silent_until_that_is_too_old() -> None:
    evidence = Evidence(
        subject=Subject.CONNECTION, holds=None, at=START, good_for_s=90, device=STICK, asleep=True
    )
    about = About(Kind.UNREACHABLE, STICK, "")
    asleep = Statement(about, holds=None, at=START, covered=True)
    assert Statement.of(STICK, evidence, START + 90) == asleep
    assert not Statement.of(STICK, evidence, START + 91).covered


@pytest.mark.parametrize("wrong", [False, True])
def test_what_was_told_before_its_device_fell_asleep_stays(*, wrong: bool, site: Site) -> None:
    site.say((LOST, False))
    site.say((LOST, wrong), after=30)
    site.say((LOST, wrong), after=30)
    site.say((LOST, None), after=30)
    assert site.board.state({Kind.GRID_LOST}) is None
    asleep = Statement(LOST, holds=None, at=site.now + 30, covered=True)
    site.board.look([asleep], site.now + 30, sources=site.sources)
    assert site.board.state({Kind.GRID_LOST}) is wrong
    assert site.board.silent({Kind.GRID_LOST}) == frozenset()


def test_the_device_of_a_statement_is_named_unless_it_is_the_source_itself() -> None:
    evidence = Evidence(
        subject=Subject.BATTERY, holds=True, at=START, good_for_s=90, device="battery 7"
    )
    assert Statement.of(ENVOY, evidence, START).about == (Kind.BATTERY, ENVOY, "battery 7")


def test_what_is_wrong_from_the_first_look_on_is_known_and_no_news(site: Site) -> None:
    site.say((LOST, True))
    assert site.board.state({Kind.GRID_LOST}) is None
    assert site.say((LOST, True), after=30) == []
    assert site.board.state({Kind.GRID_LOST}) is True
    assert [alarm.about for alarm in site.board.standing] == [LOST]


def test_that_it_ends_is_news(site: Site) -> None:
    site.say((LOST, True))
    site.say((LOST, True), after=30)
    site.say((LOST, False), after=30)
    assert site.say((LOST, False), after=300) == [("grid_lost", "over")]


def test_what_is_wrong_once_at_the_first_look_and_not_for_long_is_no_alarm(site: Site) -> None:
    site.say((LOST, True))
    assert site.say((LOST, False), after=10) == []
    assert site.board.state({Kind.GRID_LOST}) is False
    site.say((LOST, True), after=30)
    assert site.say((LOST, True), after=30) == [("grid_lost", "raised")]


def test_an_alarm_is_raised_after_its_delay_with_the_time_that_it_began(site: Site) -> None:
    site.say((LOST, False))
    assert site.say((LOST, True), after=30) == []
    assert site.board.state({Kind.GRID_LOST}) is False
    began = site.now
    assert site.say((LOST, True), after=19) == []
    assert site.say((LOST, True), after=1) == [("grid_lost", "raised")]
    [alarm] = site.board.standing
    assert alarm == Alarm(LOST, began, (), heard=True)
    assert alarm.severity is Severity.CRITICAL
    assert site.say((LOST, True), after=30) == []


def test_one_answer_does_not_become_an_alarm_because_none_comes_after_it(site: Site) -> None:
    site.say((LOST, False))
    lost = Statement(LOST, holds=True, at=site.now + 1)
    for _ in range(20):
        site.now += 5
        assert site.board.look([lost], site.now, sources=site.sources) == ()
    assert site.board.state({Kind.GRID_LOST}) is False


def test_what_comes_and_goes_is_no_alarm(site: Site) -> None:
    site.say((LOST, False))
    for _ in range(20):
        assert site.say((LOST, True), after=15) == []
        assert site.say((LOST, False), after=15) == []


def test_an_alarm_that_goes_and_comes_within_its_delay_has_not_ended(site: Site) -> None:
    site.lose_grid()
    for _ in range(20):
        assert site.say((LOST, False), after=30) == []
        assert site.say((LOST, False), after=269) == []
        assert site.board.state({Kind.GRID_LOST}) is True
        assert site.say((LOST, True), after=30) == []


def test_an_alarm_ends_after_its_delay_and_can_be_raised_anew(site: Site) -> None:
    site.lose_grid()
    assert site.say((LOST, False), after=30) == []
    assert site.say((LOST, False), after=300) == [("grid_lost", "over")]
    assert site.board.state({Kind.GRID_LOST}) is False
    assert site.board.standing == ()
    assert site.say((LOST, False), after=300) == []
    site.lose_grid()


def test_silence_neither_raises_nor_clears_and_leaves_a_standing_alarm_unknown(site: Site) -> None:
    site.lose_grid()
    assert site.say((LOST, None), after=3_600) == []
    assert site.board.state({Kind.GRID_LOST}) is None
    assert [alarm.heard for alarm in site.board.standing] == [False]
    assert site.board.silent({Kind.GRID_LOST}) == {LOST}
    assert site.say(after=30 * DAY_S) == []
    assert [alarm.about for alarm in site.board.standing] == [LOST]
    assert site.say((LOST, False), after=30) == []
    assert site.say((LOST, False), after=300) == [("grid_lost", "over")]


def test_silence_leaves_what_was_well_unknown_and_is_no_alarm(site: Site) -> None:
    site.say((LOST, False))
    assert site.say((LOST, None), after=60) == []
    assert site.board.state({Kind.GRID_LOST}) is None
    assert site.say((LOST, True), after=60) == []
    assert site.say((LOST, None), after=60) == []
    assert site.say((LOST, True), after=60) == [("grid_lost", "raised")]


def test_what_was_never_told_is_not_known(site: Site) -> None:
    assert site.say((LOST, None)) == []
    assert not site.board.knows(LOST)
    assert site.board.kinds == frozenset()
    assert site.board.state(set(Kind)) is None
    site.say((LOST, False))
    assert site.board.knows(LOST)
    assert site.board.kinds == {Kind.GRID_LOST}


def test_one_source_that_says_so_is_enough(site: Site) -> None:
    site.say((LOST, False), (ALSO_LOST, False))
    assert site.board.state({Kind.GRID_LOST}) is False
    site.say((LOST, True), (ALSO_LOST, False), after=30)
    assert site.say((LOST, True), (ALSO_LOST, False), after=30) == [("grid_lost", "raised")]
    assert site.board.state({Kind.GRID_LOST}) is True
    assert site.say((LOST, None), (ALSO_LOST, False), after=30) == []
    assert site.board.state({Kind.GRID_LOST}) is None


@pytest.mark.parametrize(
    ("said", "joined"),
    [
        ((True, False), True),
        ((False, True), True),
        ((None, False), False),
        ((False, None), False),
        ((None, None), None),
    ],
)
def test_of_several_statements_about_the_same_the_one_that_it_is_wrong_counts(
    said: tuple[bool | None, ...],
    joined: bool | None,  # noqa: FBT001 - a case of the table
    site: Site,
) -> None:
    low = About(Kind.LOW_BATTERY, "site", "")
    site.sources = {"site"}
    site.say((low, False))
    site.say(*((low, each) for each in said))
    assert site.board.state({Kind.LOW_BATTERY}) is joined


def test_what_the_device_calls_it_is_that_of_the_newest_statement(site: Site) -> None:
    fault = About(Kind.INVERTER_FAULT, STICK, "")
    site.say((fault, False))
    for seconds, words in ((60, ("F13",)), (120, ("F13", "F20"))):
        statement = Statement(fault, holds=True, at=site.now + seconds, words=words)
        site.board.look([statement], site.now + seconds, sources=site.sources)
    assert [alarm.words for alarm in site.board.standing] == [("F13", "F20")]
    site.restart()
    assert [alarm.words for alarm in site.board.standing] == [("F13", "F20")]


def test_a_clock_that_is_set_back_starts_the_delay_anew(site: Site) -> None:
    site.say((LOST, False))
    site.say((LOST, True), after=30)
    assert site.say((LOST, True), after=-3_600) == []
    assert site.say((LOST, True), after=19) == []
    assert site.say((LOST, True), after=1) == [("grid_lost", "raised")]
    site.say((LOST, False), after=30)
    assert site.say((LOST, False), after=-3_600) == []
    assert site.say((LOST, False), after=299) == []
    assert site.say((LOST, False), after=1) == [("grid_lost", "over")]


def test_what_something_worse_covers_is_not_taken_for_silent_and_not_told(site: Site) -> None:
    notice = About(Kind.NOTICE, STICK, "")
    site.say((notice, False))
    for _ in range(10):
        site.now += 30
        covered = Statement(notice, holds=None, at=site.now, covered=True)
        assert site.board.look([covered], site.now, sources=site.sources) == ()
        assert site.board.silent({Kind.NOTICE}) == frozenset()
        assert site.board.state({Kind.NOTICE}) is False


def test_a_notice_that_stands_goes_on_while_something_worse_covers_it(site: Site) -> None:
    notice = About(Kind.NOTICE, STICK, "")
    site.say((notice, False))
    site.say((notice, True), after=30)
    assert site.say((notice, True), after=60) == [("notice", "raised")]
    covered = Statement(notice, holds=None, at=site.now + 30, covered=True)
    assert site.board.look([covered], site.now + 30, sources=site.sources) == ()
    assert site.board.state({Kind.NOTICE}) is True
