"""What holds for alarms whatever is said, in whatever order, with restarts at any point."""

from dataclasses import dataclass, field, replace
import json
from typing import Final

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.solar_monitor.logic.alarm_board import Board
from custom_components.solar_monitor.logic.alarms import (
    RULES,
    About,
    Change,
    Ending,
    Kind,
    Statement,
)

START: Final = 1_800_000_000.0
SOURCES: Final = ("a", "b")
SHARED: Final = (About(Kind.GRID_LOST, "a", ""), About(Kind.GRID_LOST, "b", ""))
THINGS: Final = (
    *SHARED,
    About(Kind.METER, "b", ""),
    About(Kind.METER, "a", "x"),
    About(Kind.BATTERY, "a", "7"),
    About(Kind.HIGH_IMPORT, "b", ""),
)
TWINS: Final = {("a", "x"): "b"}
"""The first source tells of a meter of the second as well."""


@dataclass(frozen=True)
class Look:
    """What a board is shown at one look."""

    after_s: float
    said: dict[About, bool | None]
    late_s: float
    """How old what is said is."""
    sources: tuple[str, ...]
    restart: bool
    """Whether Home Assistant was restarted before."""

    def statements(self, now: float) -> tuple[Statement, ...]:
        """Give what is said."""
        return tuple(Statement(*each, now - self.late_s) for each in self.said.items())


LOOKS: Final = st.lists(
    st.builds(
        Look,
        after_s=st.sampled_from([0.0, 5.0, 15.0, 30.0, 120.0, 300.0, 900.0, 90_000.0]),
        said=st.dictionaries(st.sampled_from(THINGS), st.sampled_from([True, True, False, None])),
        late_s=st.sampled_from([0.0, 0.0, 20.0]),
        sources=st.sampled_from([SOURCES, SOURCES, SOURCES, ("a",), ()]),
        restart=st.booleans(),
    ),
    max_size=60,
)


@dataclass
class Witness:
    """Follows one thing, and knows what may be told of it."""

    stands: bool = False
    """Whether its alarm was told and its end was not."""
    known: bool = False
    """Whether it was heard of that it is not wrong since it was heard of first."""
    wrong_at: list[float] = field(default_factory=list)
    """When it was told that it is wrong, since it was told last that it is not."""
    well_at: list[float] = field(default_factory=list)

    def hear(self, statement: Statement) -> None:
        """Take in what is said."""
        if statement.holds:
            self.wrong_at.append(statement.at)
            self.well_at.clear()
        elif statement.holds is False:
            self.well_at.append(statement.at)
            self.wrong_at.clear()
            self.known = True

    def check(self, change: Change, statement: Statement | None, *, present: bool) -> None:
        """Fail if something must not be told."""
        rule = RULES[change.alarm.about.kind]
        if change.ended is Ending.GONE:
            assert self.stands, "ended without a begin"
            assert not present or statement is None, "gone while it is there"
            self.stands = False
            return
        assert present, "told of a source that is no part of the site"
        assert statement is not None, "told although nothing was said"
        if change.ended is None:
            assert statement.holds is True, "raised by silence"
            assert not self.stands, "raised twice"
            assert self.known, "the first look is news"
            assert max(self.wrong_at) - min(self.wrong_at) >= rule.on_s, "raised too soon"
            self.stands = True
        elif change.ended is Ending.OVER:
            assert statement.holds is False, "cleared by silence"
            assert max(self.well_at) - min(self.well_at) >= rule.off_s, "cleared too soon"
            self.stands = False
        else:
            assert self.stands, "usual without a begin"
            self.stands = False


def restarted(board: Board) -> Board:
    """Stop and start again."""
    return Board(json.loads(json.dumps(board.to_list())))


@settings(max_examples=600)
@given(LOOKS)
def test_nothing_is_told_twice_or_by_silence_or_too_soon(looks: list[Look]) -> None:
    board, now = Board(), START
    witnesses = {thing: Witness() for thing in THINGS}
    for look in looks:
        now += look.after_s
        if look.restart:
            board = restarted(board)
        statements = look.statements(now)
        said = {each.about: each for each in statements if each.about.source in look.sources}
        for about, statement in said.items():
            witnesses[about].hear(statement)
        for change in board.look(statements, now, sources=look.sources):
            about = change.alarm.about
            if about in SHARED:
                continue
            witnesses[about].check(change, said.get(about), present=about.source in look.sources)
        for thing in THINGS:
            if not board.knows(thing):
                assert not witnesses[thing].stands, "forgotten without a word"
                witnesses[thing] = Witness()


@pytest.mark.parametrize("kind", [Kind.GRID_LOST, Kind.METER])
@settings(max_examples=600)
@given(looks=LOOKS)
def test_what_several_tell_of_as_one_is_told_in_turns_with_its_end(
    kind: Kind, looks: list[Look]
) -> None:
    board, now, told = Board(), START, False
    for look in looks:
        now += look.after_s
        if look.restart:
            board = restarted(board)
        stood = any(each.about.kind is kind for each in board.standing)
        changes = board.look(look.statements(now), now, sources=look.sources, twins=TWINS)
        news = [change for change in changes if change.alarm.about.kind is kind]
        stands = any(each.about.kind is kind for each in board.standing)
        assert len(news) <= 1
        for change in news:
            assert stands is (change.ended is None)
            assert stands is not stood
            assert change.ended is Ending.OVER or told is not stands
            told = stands
        assert stands or not told, "ended without a word"


@settings(max_examples=600)
@given(LOOKS)
def test_a_restart_at_any_point_changes_nothing_that_is_told(
    looks: list[Look],
) -> None:
    one, other, now = Board(), Board(), START
    for look in looks:
        now += look.after_s
        if look.restart:
            other = restarted(other)
        statements = look.statements(now)
        told = one.look(statements, now, sources=look.sources)
        assert other.look(statements, now, sources=look.sources) == told
        assert one.to_list() == other.to_list()
        assert [one.state({kind}) for kind in Kind] == [other.state({kind}) for kind in Kind]


@settings(max_examples=300)
@given(LOOKS)
def test_it_is_on_only_by_an_alarm_that_somebody_tells_of_and_off_only_by_what_is_told(
    looks: list[Look],
) -> None:
    board, now = Board(), START
    for look in looks:
        now += look.after_s
        statements = look.statements(now)
        board.look(statements, now, sources=look.sources)
        heard = {
            each.about
            for each in statements
            if each.holds is not None and each.about.source in look.sources
        }
        for kind in Kind:
            standing = {each.about for each in board.standing if each.about.kind is kind}
            state = board.state({kind})
            if state is True:
                assert standing & heard
            elif state is False:
                assert not standing
                assert {about for about in heard if about.kind is kind}
            else:
                assert not standing & heard


@settings(max_examples=600)
@given(LOOKS)
def test_nothing_flaps_begin_and_end_are_apart_by_their_delays_over_any_restarts(
    looks: list[Look],
) -> None:
    board, now = Board(), START
    told: dict[About, Change] = {}
    for look in looks:
        now += look.after_s
        if look.restart:
            board = restarted(board)
        statements = replace(look, late_s=0.0).statements(now)
        for change in board.look(statements, now, sources=look.sources):
            about, before = change.alarm.about, told.get(change.alarm.about)
            rule = RULES[about.kind]
            if before is not None and change.ended is None:
                assert before.ended is not None, "raised twice"
                assert change.at - before.at >= rule.on_s
            elif before is not None and before.ended is None and change.ended is Ending.OVER:
                assert change.at - before.at >= rule.off_s
            told[about] = change
