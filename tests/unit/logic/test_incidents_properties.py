"""What holds for told incidents whatever the cloud lists, in whatever order, restarts included."""

from collections import Counter
from dataclasses import dataclass, field
import json
from typing import Final

from hypothesis import given, settings, strategies as st

from custom_components.solar_monitor.logic.incidents import Change, Ledger

from .incident_world import HOUR, Ask, Fate, World

START: Final = 1_800_000_000.0
DAY: Final = 86_400.0

FATES: Final = st.lists(
    st.builds(
        lambda begin, hours, late, momentary: (begin, hours, late, momentary),
        st.integers(-12 * 24, 20 * 24),
        st.one_of(st.integers(0, 48), st.integers(0, 20 * 24)),
        st.sampled_from([0, 0, 1, 6, 70]),
        st.sampled_from([False, False, False, True]),
    ),
    max_size=8,
)
WORLDS: Final = st.builds(
    lambda fates, overlap: World(
        [
            Fate(f"i{number}", START + begin * HOUR, START + (begin + hours) * HOUR, late * HOUR, m)
            for number, (begin, hours, late, m) in enumerate(fates)
        ],
        overlap,
    ),
    FATES,
    st.booleans(),
)
STEPS: Final = st.lists(
    st.tuples(st.sampled_from(Ask), st.one_of(st.integers(0, 30), st.integers(0, 5 * 24))),
    max_size=25,
)


@dataclass
class Home:
    """Asks a world, now and then, and keeps what was told."""

    world: World
    ledger: Ledger = field(default_factory=Ledger)
    now: float = START
    opened: Counter[str] = field(default_factory=Counter)
    closed: Counter[str] = field(default_factory=Counter)
    begun_at: float | None = None
    """When what is open was looked at first."""

    def step(self, ask: Ask) -> None:
        """Ask once and look at what is told."""
        if ask is Ask.FAILED:
            return
        if ask is Ask.RESTART:
            self.ledger = Ledger(json.loads(json.dumps(self.ledger.to_dict())))
            return
        listed, begin = self.world.answer(ask, self.now)
        if ask is Ask.CLOSED_OF_WEEK:
            self._take(self.ledger.note(listed, self.now))
        else:
            self._take(self.ledger.look(listed, self.now, begin=begin))
            self.begun_at = self.now if self.begun_at is None else self.begun_at

    def _take(self, changes: tuple[Change, ...]) -> None:
        fates = {fate.name: fate for fate in self.world.fates}
        for change in changes:
            name = change.incident.id
            if change.opened:
                assert not self.closed[name], "closed before it opened"
                assert fates[name].is_listed(self.now), "told before anybody knew"
                assert self.begun_at is not None, "told at the first look"
                last = fates[name].began if fates[name].momentary else fates[name].ended
                assert last >= self.begun_at or not fates[name].is_over(self.now), "old news"
                self.opened[name] += 1
            else:
                assert fates[name].is_over(self.now), "closed while it was open"
                assert not fates[name].momentary, "the end of something without one"
                self.closed[name] += 1


@settings(max_examples=400)
@given(WORLDS, STEPS)
def test_each_is_told_once_and_never_closed_while_it_is_open(
    world: World, steps: list[tuple[Ask, int]]
) -> None:
    home = Home(world)
    for ask, hours in steps:
        home.now += hours * HOUR
        home.step(ask)
        assert all(times == 1 for times in home.opened.values())
        assert all(times == 1 for times in home.closed.values())


@settings(max_examples=400)
@given(WORLDS, STEPS)
def test_a_complete_look_knows_exactly_what_is_open(
    world: World, steps: list[tuple[Ask, int]]
) -> None:
    home = Home(world)
    for ask, hours in steps:
        home.now += hours * HOUR
        home.step(ask)
    home.step(Ask.OPEN)
    known = {standing.incident.id for standing in home.ledger.open}
    assert known == {fate.name for fate in world.open(home.now)}


@settings(max_examples=400)
@given(WORLDS, STEPS)
def test_between_two_looks_a_failed_answer_or_a_restart_changes_nothing(
    world: World, steps: list[tuple[Ask, int]]
) -> None:
    home = Home(world)
    for ask, hours in steps:
        home.now += hours * HOUR
        before = home.ledger.to_dict()
        home.step(ask)
        if ask in {Ask.FAILED, Ask.RESTART}:
            assert home.ledger.to_dict() == before


@settings(max_examples=400)
@given(WORLDS, st.lists(st.tuples(st.sampled_from(Ask), st.integers(0, 4 * 24)), max_size=40))
def test_everything_that_happens_under_our_eyes_is_told_with_its_end(
    world: World, steps: list[tuple[Ask, int]]
) -> None:
    # Looked at all at least every four days, as any schedule does.
    home = Home(world)
    home.step(Ask.OPEN)
    for ask, hours in steps:
        home.now += hours * HOUR
        home.step(ask)
        home.step(Ask.OPEN)
        home.step(Ask.WEEK)
    for fate in world.fates:
        timely = fate.began > START and fate.late_s < 2 * DAY
        if timely and fate.is_listed(home.now):
            assert home.opened[fate.name] == 1
            assert home.closed[fate.name] == (fate.is_over(home.now) and not fate.momentary)


@settings(max_examples=400)
@given(
    st.lists(st.tuples(st.integers(1, 60), st.integers(1, 240)), min_size=1, max_size=4),
    st.lists(st.tuples(st.sampled_from(Ask), st.integers(1, 24), st.booleans()), max_size=25),
)
def test_lists_that_leave_something_out_by_mistake_tell_nothing_twice(
    spans: list[tuple[int, int]], steps: list[tuple[Ask, int, bool]]
) -> None:
    world = World(
        [
            Fate(f"i{number}", START + begin * HOUR, START + (begin + hours) * HOUR)
            for number, (begin, hours) in enumerate(spans)
        ],
        overlap=True,
    )
    ledger, now = Ledger(), START
    told: Counter[tuple[str, bool]] = Counter()
    ledger.look([], now)
    for ask, hours, damaged in steps:
        now += hours * HOUR
        if ask in {Ask.FAILED, Ask.RESTART}:
            ledger = Ledger(json.loads(json.dumps(ledger.to_dict())))
            continue
        listed, begin = world.answer(ask, now)
        if damaged:
            listed = listed[1:]
        look = ask is not Ask.CLOSED_OF_WEEK
        changes = ledger.look(listed, now, begin=begin) if look else ledger.note(listed, now)
        told.update((change.incident.id, change.opened) for change in changes)
    assert all(times == 1 for times in told.values())
