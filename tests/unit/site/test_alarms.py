import json
from typing import Final

import pytest

from custom_components.solar_monitor.logic.alarm_board import FORGOTTEN_S, Board
from custom_components.solar_monitor.logic.alarms import (
    KIND_OF,
    RULES,
    About,
    Alarm,
    Change,
    Kind,
    Severity,
    Statement,
)
from custom_components.solar_monitor.logic.contribution import Evidence, Subject

START: Final = 1_800_000_000.0
ENVOY: Final = "122302098765"
STICK: Final = "2700000001"
LOST: Final = About(Kind.GRID_LOST, STICK, "")
DAY_S: Final = 86_400.0


class Site:
    """A site whose sources say what a test lets them say."""

    def __init__(self, memory: object = None) -> None:
        """Begin with two sources."""
        self.board = Board(memory)
        self.now = START
        self.sources = {ENVOY, STICK}
        self.kinds = frozenset(Kind)

    def say(self, *said: tuple[About, bool | None], after: float = 0.0) -> list[tuple[str, str]]:
        """Look at what is said; gives what is told, in short."""
        self.now += after
        statements = [Statement(about, holds, self.now) for about, holds in said]
        changes = self.board.look(statements, self.now, sources=self.sources, kinds=self.kinds)
        return [_short(change) for change in changes]

    def lose_grid(self) -> None:
        """Let a grid that was there be lost for so long that it is told."""
        self.say((LOST, False))
        self.say((LOST, True), after=30)
        assert self.say((LOST, True), after=30) == [("grid_lost", "raised")]

    def restart(self) -> None:
        """Stop and start again."""
        self.board = Board(json.loads(json.dumps(self.board.to_list())))


def _short(change: Change) -> tuple[str, str]:
    return change.alarm.about.kind.value, change.ended.value if change.ended else "raised"


@pytest.fixture
def site() -> Site:
    """Give a site of which nothing is known."""
    return Site()


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
    other = About(Kind.GRID_LOST, ENVOY, "")
    site.say((LOST, False), (other, False))
    assert site.board.state({Kind.GRID_LOST}) is False
    site.say((LOST, True), (other, False), after=30)
    assert site.say((LOST, True), (other, False), after=30) == [("grid_lost", "raised")]
    assert site.board.state({Kind.GRID_LOST}) is True
    assert site.say((LOST, None), (other, False), after=30) == []
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


def test_what_is_shared_is_told_with_the_first_and_its_end_with_the_last(site: Site) -> None:
    other = About(Kind.GRID_LOST, ENVOY, "")
    site.say((LOST, False), (other, False))
    site.say((LOST, True), (other, False), after=30)
    assert site.say((LOST, True), (other, True), after=30) == [("grid_lost", "raised")]
    assert site.say((LOST, True), (other, True), after=30) == []
    assert len(site.board.standing) == 2
    site.say((LOST, False), (other, True), after=30)
    assert site.say((LOST, False), (other, False), after=300) == []
    assert site.say((LOST, False), (other, False), after=300) == [("grid_lost", "over")]


def test_what_is_shared_is_told_once_if_two_find_it_and_its_end_at_the_same_time(
    site: Site,
) -> None:
    other = About(Kind.GRID_LOST, ENVOY, "")
    site.say((LOST, False), (other, False))
    site.say((LOST, True), (other, True), after=30)
    assert site.say((LOST, True), (other, True), after=30) == [("grid_lost", "raised")]
    site.say((LOST, False), (other, False), after=30)
    assert site.say((LOST, False), (other, False), after=300) == [("grid_lost", "over")]


def test_what_is_shared_and_known_from_the_first_look_is_no_news_from_anybody(site: Site) -> None:
    other = About(Kind.GRID_LOST, ENVOY, "")
    site.say((LOST, True), (other, False))
    assert site.say((LOST, True), (other, True), after=30) == []
    assert site.say((LOST, True), (other, True), after=30) == []
    site.sources = set()
    assert site.say(after=30) == []


def test_of_what_is_shared_the_last_that_leaves_ends_what_the_first_has_told(site: Site) -> None:
    other = About(Kind.GRID_LOST, ENVOY, "")
    site.lose_grid()
    site.say((LOST, True), (other, True), after=30)
    assert site.say((LOST, True), (other, True), after=30) == []
    site.sources.remove(STICK)
    assert site.say((other, True), after=30) == []
    site.restart()
    site.sources.remove(ENVOY)
    assert site.say(after=30) == [("grid_lost", "gone")]


def test_the_alarms_of_a_source_that_leaves_end(site: Site) -> None:
    site.lose_grid()
    site.sources.remove(STICK)
    assert site.say((LOST, True), after=5) == [("grid_lost", "gone")]
    assert site.board.standing == ()
    assert site.say((LOST, True), after=5) == []
    assert not site.board.knows(LOST)


def test_a_source_that_comes_back_begins_anew(site: Site) -> None:
    site.lose_grid()
    site.sources.remove(STICK)
    site.say(after=5)
    site.sources.add(STICK)
    site.say((LOST, True), after=5)
    assert site.say((LOST, True), after=30) == []
    assert site.board.state({Kind.GRID_LOST}) is True


def test_what_was_known_and_no_news_goes_without_a_word(site: Site) -> None:
    site.say((LOST, True))
    site.say((LOST, True), after=30)
    site.sources.remove(STICK)
    assert site.say(after=5) == []
    assert site.board.standing == ()


def test_the_alarms_of_a_kind_that_nobody_watches_for_end(site: Site) -> None:
    site.lose_grid()
    site.kinds -= {Kind.GRID_LOST}
    assert site.say((LOST, True), after=5) == [("grid_lost", "gone")]


def test_a_device_that_its_source_has_not_named_for_a_day_is_gone(site: Site) -> None:
    pack, other = About(Kind.BATTERY, ENVOY, "7"), About(Kind.BATTERY, ENVOY, "8")
    site.say((pack, False), (other, False))
    site.say((pack, True), (other, False), after=60)
    assert site.say((pack, True), (other, False), after=120) == [("battery", "raised")]
    site.say((other, False), after=60)
    assert site.board.state({Kind.BATTERY}) is None
    assert site.say((other, False), after=FORGOTTEN_S - 61) == []
    assert site.say((other, False), after=61) == [("battery", "gone")]
    assert site.board.state({Kind.BATTERY}) is False


def test_a_device_is_not_gone_while_its_whole_source_is_silent(site: Site) -> None:
    pack, other = About(Kind.BATTERY, ENVOY, "7"), About(Kind.BATTERY, ENVOY, "8")
    site.say((pack, False), (other, False))
    site.say((pack, True), (other, False), after=60)
    site.say((pack, True), (other, False), after=120)
    for _ in range(5):
        assert site.say(after=DAY_S) == []
        assert site.say((other, None), after=DAY_S) == []
    assert site.say((other, False), after=60) == []
    assert site.say((other, False), after=FORGOTTEN_S) == [("battery", "gone")]


def test_a_plant_without_a_grid_has_lost_none(site: Site) -> None:
    site.say((LOST, True))
    for _ in range(7 * 96 - 1):
        assert site.say((LOST, True), after=900) == []
    assert site.board.state({Kind.GRID_LOST}) is True
    site.say((LOST, True), after=900)
    assert site.board.state({Kind.GRID_LOST}) is False
    assert site.say((LOST, True), after=900) == []
    site.say((LOST, False), after=900)
    assert site.say((LOST, False), after=900) == []
    site.lose_grid()


def test_an_outage_of_a_week_is_told_as_usual_and_its_end_no_more(site: Site) -> None:
    site.lose_grid()
    told = [news for _ in range(7 * 96) for news in site.say((LOST, True), after=900)]
    assert told == [("grid_lost", "usual")]
    site.say((LOST, False), after=900)
    assert site.say((LOST, False), after=900) == []


def test_hours_in_which_nobody_watched_do_not_make_an_outage_usual(site: Site) -> None:
    site.lose_grid()
    for _ in range(30):
        assert site.say((LOST, True), after=DAY_S) == []


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
