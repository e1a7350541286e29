"""A total over counters that take turns: the firmware's own switch between CT and inverters."""

from dataclasses import dataclass, field
import json
from typing import Final

from hypothesis import given, strategies as st
import pytest

from custom_components.solar_monitor.logic.origins import (
    AWAY_S,
    SMALL_FALL_KWH,
    WITNESS_LATE_S,
    OriginCounter,
    Witness,
)
from custom_components.solar_monitor.logic.totals import CounterLimit, Verdict

LIMIT: Final = CounterLimit(10_000.0, 0.001)
TOLD: Final = {"inverters": CounterLimit(10_000.0, 0.001, burst_kwh=10.0)}
QUARTER_S: Final = 900.0
NOON: Final = 1_782_043_200.0
CT: Final = "ct"
INVERTERS: Final = "inverters"
# A roof with 5 kW makes this in a second.
KWH_PER_S: Final = 5.0 / 3_600.0
QUARTER_KWH: Final = QUARTER_S * KWH_PER_S
# What the largest power counts while the witness is late.
LATE_KWH: Final = LIMIT.power_w * WITNESS_LATE_S / 3_600_000.0


@dataclass
class Roof:
    """A roof whose energy is counted twice; the inverters' sum is 4 MWh and 2 % behind.

    The panels report every quarter of an hour, all at once.
    """

    counter: OriginCounter = field(default_factory=lambda: OriginCounter(LIMIT, special=TOLD))
    now: float = NOON
    true_kwh: float = 9_000.0
    poll: int = 0

    def raw(self, origin: str) -> float:
        """What the register of an origin says."""
        if origin == CT:
            return self.true_kwh
        told_kwh = self.true_kwh - (self.now - NOON) % QUARTER_S * KWH_PER_S
        return (told_kwh - 4_000.0) * 0.98

    def give(self, origin: str, *, after: float = 30.0, extra: float = 0.0) -> float:
        """Let the sun shine, ask, and return the published total."""
        self.now += after
        self.poll += 1
        self.true_kwh += KWH_PER_S * after
        raw = round(self.raw(origin) + extra, 3)
        self.counter.offer(raw, now=self.now, poll=self.poll, awake=True, origin=origin)
        assert self.counter.total is not None
        return self.counter.total


def test_one_origin_is_counted_as_it_is() -> None:
    roof = Roof()
    assert roof.give(CT) == pytest.approx(roof.true_kwh, abs=0.001)
    assert roof.give(CT) == pytest.approx(roof.true_kwh, abs=0.001)


@pytest.mark.parametrize(("first", "second"), [(CT, INVERTERS), (INVERTERS, CT)])
def test_another_origin_continues_the_total_without_a_jump(first: str, second: str) -> None:
    roof = Roof()
    before = roof.give(first)
    assert roof.give(second) == before
    true = roof.true_kwh
    after = [roof.give(second) for _ in range(300)][-1]
    assert after - before == pytest.approx(roof.true_kwh - true, abs=QUARTER_KWH)
    assert roof.counter.origin == second
    assert roof.counter.take_rebase() is None


def test_origins_that_change_with_every_poll_lose_nothing_and_count_nothing_twice() -> None:
    roof = Roof()
    roof.give(CT)
    start, true = roof.give(INVERTERS), roof.true_kwh
    totals = [roof.give((CT, INVERTERS)[n % 2]) for n in range(2_000)]
    assert totals == sorted(totals)
    assert totals[-1] - start == pytest.approx(roof.true_kwh - true, abs=QUARTER_KWH)


def test_an_origin_that_was_away_for_long_does_not_bring_the_difference_of_the_two() -> None:
    roof = Roof()
    roof.give(INVERTERS)
    before = [roof.give(CT, after=600.0) for _ in range(100)][-1]
    verdict = roof.counter.offer(
        roof.raw(INVERTERS) + 50.0, now=roof.now + 30, poll=9_999, awake=True, origin=INVERTERS
    )
    assert verdict is Verdict.ACCEPTED
    assert roof.counter.total == before


@pytest.mark.parametrize(("away_s", "continues"), [(AWAY_S, True), (AWAY_S + 1.0, False)])
def test_an_origin_goes_on_from_its_own_value_after_a_short_absence(
    away_s: float, *, continues: bool
) -> None:
    roof = Roof()
    roof.give(CT)
    roof.give(INVERTERS)
    before = roof.give(INVERTERS)
    assert (roof.give(CT, after=away_s - 60.0) > before) is continues


@pytest.mark.parametrize("poison", [-9_000.0, 2.0**32 / 1_000, -1_193.0, 1_193.0])
@pytest.mark.parametrize("origin", [CT, INVERTERS])
def test_a_poisoned_counter_adds_no_energy_whoever_counts_and_however_long_it_stays(
    origin: str, poison: float
) -> None:
    roof = Roof()
    roof.give(CT)
    roof.give(INVERTERS)
    before, true = roof.give(origin), roof.true_kwh
    extra = -roof.raw(origin) if poison == -9_000.0 else poison
    totals = [roof.give(origin, extra=extra) for _ in range(240)]
    totals += [roof.give(origin) for _ in range(240)]
    totals += [roof.give(INVERTERS if origin == CT else CT) for _ in range(240)]
    assert totals == sorted(totals)
    assert totals[-1] - before <= roof.true_kwh - true + QUARTER_KWH
    assert totals[-1] > before


def test_a_poisoned_counter_is_right_again_with_the_first_good_value() -> None:
    roof = Roof()
    roof.give(CT)
    roof.give(CT, extra=1_193.0)
    assert roof.give(CT) == pytest.approx(roof.true_kwh, abs=0.001)


def test_a_new_level_is_told_once() -> None:
    roof = Roof()
    before = roof.give(CT)
    totals = [roof.give(CT, extra=-1_193.0) for _ in range(12)]
    assert totals[:10] == [before] * 10
    rebase = roof.counter.take_rebase()
    assert rebase is not None
    assert rebase.old_raw - rebase.new_raw == pytest.approx(1_193.0, abs=1.0)
    assert roof.counter.take_rebase() is None


def test_a_small_fall_stands_still_until_the_counter_is_up_again() -> None:
    roof = Roof()
    counter, before = roof.counter, roof.give(CT)
    for kwh in (0.01, 0.05, SMALL_FALL_KWH - 0.001, 0.05):
        roof.now += 30.0
        roof.poll += 1
        verdict = counter.offer(before - kwh, now=roof.now, poll=roof.poll, awake=True, origin=CT)
        assert verdict is Verdict.UNCHANGED
    assert counter.total == before
    verdict = counter.offer(before - 1, now=roof.now, poll=roof.poll + 1, awake=True, origin=CT)
    assert verdict is Verdict.HELD_FALL
    assert counter.take_rebase() is None


def test_a_fall_to_zero_is_never_small() -> None:
    counter = OriginCounter(LIMIT)
    counter.offer(0.05, now=NOON, poll=1, awake=True)
    assert counter.offer(0.0, now=NOON + 30, poll=2, awake=True) is Verdict.HELD_ZERO


def test_an_origin_may_have_a_limit_of_its_own() -> None:
    counter = OriginCounter(
        LIMIT, special={INVERTERS: CounterLimit(10_000.0, 0.001, burst_kwh=5.0)}
    )
    for origin in (CT, INVERTERS):
        counter.offer(100.0, now=NOON, poll=1, awake=True, origin=origin)
    verdicts = [
        counter.offer(104.0, now=NOON + 1, poll=2, awake=True, origin=origin)
        for origin in (CT, INVERTERS)
    ]
    assert verdicts == [Verdict.HELD_JUMP, Verdict.ACCEPTED]


def test_a_plant_that_turns_out_larger_may_count_more_at_once() -> None:
    counter = OriginCounter(CounterLimit(1_000.0, 0.001))
    counter.offer(100.0, now=NOON, poll=1, awake=True)
    assert counter.offer(103.0, now=NOON + 3_600, poll=2, awake=True) is Verdict.HELD_JUMP
    counter.limit(LIMIT)
    assert counter.offer(103.0, now=NOON + 3_630, poll=3, awake=True) is Verdict.HELD_JUMP
    assert counter.offer(100.4, now=NOON + 3_660, poll=4, awake=True) is Verdict.ACCEPTED
    assert counter.offer(110.4, now=NOON + 7_260, poll=5, awake=True) is Verdict.ACCEPTED


def test_without_a_value_there_is_no_total() -> None:
    counter = OriginCounter(LIMIT)
    assert counter.offer(None, now=NOON, poll=1, awake=True) is Verdict.ABSENT
    assert counter.total is None
    assert counter.to_dict() == {"total": None, "origins": {}, "origin": None}
    assert counter.witness == Witness(None, None)


class Witnessed:
    """A counter next to a second one; the plant was not heard for ten days."""

    GAP_S: Final = 10 * 86_400.0

    def __init__(self) -> None:
        """Begin with both at a known level."""
        self.counter = OriginCounter(LIMIT)
        self.counter.offer(9_000.0, now=NOON, poll=1, awake=True, witness=Witness(4_000.0, NOON))

    def after(
        self, rise: float, witness: float | None, *, heard: bool = True, later_s: float = 0.0
    ) -> Verdict:
        """Let the silence end with these values."""
        now = NOON + self.GAP_S + later_s
        return self.counter.offer(
            9_000.0 + rise,
            now=now,
            poll=round(2 + later_s),
            awake=True,
            witness=Witness(witness, now if heard else NOON),
        )


@pytest.mark.parametrize(
    ("rise", "witness", "verdict"),
    [
        (300.0, 4_290.0, Verdict.ACCEPTED),
        (1_193.0, 4_290.0, Verdict.HELD_JUMP),
        (2 * 290.0 + LATE_KWH, 4_290.0, Verdict.ACCEPTED),
        (2 * 290.0 + LATE_KWH + 0.1, 4_290.0, Verdict.HELD_JUMP),
        (1_193.0, 4_000.0, Verdict.ACCEPTED),  # the witness itself is stuck
        (1_193.0, None, Verdict.ACCEPTED),
        (-1_193.0, 4_290.0, Verdict.HELD_FALL),
    ],
)
def test_a_second_counter_tells_what_can_have_come_in_a_long_silence(
    rise: float, witness: float | None, verdict: Verdict
) -> None:
    assert Witnessed().after(rise, witness) is verdict


def test_what_the_second_counter_refutes_is_believed_as_a_level_when_it_stays() -> None:
    witnessed = Witnessed()
    verdicts = [witnessed.after(1_193.0, 4_290.0, later_s=n * 60) for n in range(7)]
    assert Verdict.REBASED in verdicts
    assert witnessed.counter.total == 9_000.0


def test_after_a_long_silence_the_witness_is_waited_for_but_not_for_ever() -> None:
    witnessed = Witnessed()
    waits = [witnessed.after(300.0, 4_000.0, heard=False, later_s=s) for s in (0.0, 899.0)]
    assert waits == [Verdict.ABSENT] * 2
    assert witnessed.counter.total == 9_000.0
    assert witnessed.after(300.0, 4_000.0, heard=False, later_s=900.0) is Verdict.ACCEPTED


def test_a_witness_that_speaks_up_ends_the_wait() -> None:
    witnessed = Witnessed()
    assert witnessed.after(1_193.0, 4_000.0, heard=False) is Verdict.ABSENT
    assert witnessed.after(1_193.0, 4_290.0, later_s=30.0) is Verdict.HELD_JUMP
    assert witnessed.after(300.0, 4_290.0, later_s=60.0) is Verdict.ACCEPTED


def test_a_witness_that_was_not_heard_since_a_restart_holds_nothing_back() -> None:
    counter = OriginCounter(LIMIT)
    counter.offer(9_000.0, now=NOON, poll=1, awake=True, witness=Witness(4_000.0, NOON))
    hour = NOON + 3_600.0
    known_before = Witness(4_000.2, NOON + 60.0)
    verdict = counter.offer(9_002.0, now=hour, poll=2, awake=True, witness=known_before)
    assert verdict is Verdict.ACCEPTED
    assert counter.total == 9_002.0


def test_a_witness_that_has_told_of_a_part_only_holds_nothing_back() -> None:
    # A plant that makes 8 kW was not heard for ten minutes; the first of its panels have reported.
    counter = OriginCounter(LIMIT)
    counter.offer(9_000.0, now=NOON, poll=1, awake=True, witness=Witness(4_000.0, NOON))
    later = NOON + 600.0
    partly = Witness(4_000.1, later)
    assert counter.offer(9_001.333, now=later, poll=2, awake=True, witness=partly) is (
        Verdict.ACCEPTED
    )
    assert counter.total == 9_001.333


def test_a_counter_can_be_the_witness_of_another() -> None:
    counter = OriginCounter(LIMIT)
    counter.offer(9_000.0, now=NOON, poll=1, awake=True)
    assert counter.witness == Witness(9_000.0, NOON)


def restarted(counter: OriginCounter) -> OriginCounter:
    """The counter as the next start makes it, through real JSON."""
    return OriginCounter(LIMIT, json.loads(json.dumps(counter.to_dict())), special=TOLD)


def test_a_restart_changes_nothing() -> None:
    roof = Roof()
    roof.give(CT)
    before = roof.give(INVERTERS)
    roof.counter = restarted(roof.counter)
    assert (roof.counter.total, roof.counter.origin) == (before, INVERTERS)
    assert roof.give(CT) > before


GUARD: Final = {"raw": 1.0, "offset": 0.0, "standing_s": 0.0, "seen_at": 1.0}
MARK: Final = {"offset": 1.0, "at": 1.0, "witness": None}


@pytest.mark.parametrize(
    "damaged",
    [
        None,
        [],
        {"total": 5.0, "origins": 3},
        {"total": 5.0, "origins": {"ct": None}},
        {"total": 5.0, "origins": {"ct": {"guard": {}, "mark": MARK}}},
        {"total": 5.0, "origins": {"ct": {"guard": GUARD, "mark": MARK | {"offset": "x"}}}},
        {"total": "x", "origins": {"ct": {"guard": GUARD, "mark": MARK}}},
        {"total": -1.0, "origins": {"ct": {"guard": GUARD, "mark": MARK}}},
    ],
)
def test_a_damaged_memory_is_a_start_without_one(damaged: object) -> None:
    assert OriginCounter(LIMIT, damaged).total is None


@pytest.mark.parametrize("origin", [None, "unknown", 7])
def test_the_total_stands_also_without_the_name_of_the_last_origin(origin: object) -> None:
    stored = {"total": 2.0, "origin": origin, "origins": {"ct": {"guard": GUARD, "mark": MARK}}}
    counter = OriginCounter(LIMIT, stored)
    assert (counter.total, counter.origin) == (2.0, None)
    counter.offer(1.5, now=400.0, poll=1, awake=True, origin="ct")
    assert counter.total == 2.5


@dataclass(frozen=True)
class Step:
    """One poll of a gateway that has lost its way."""

    origin: str
    after: float
    extra: float
    restart: bool


STEPS: Final = st.lists(
    st.builds(
        Step,
        st.sampled_from([CT, CT, CT, INVERTERS]),
        st.sampled_from([30.0, 30.0, 60.0, 300.0, 1_800.0]),
        st.sampled_from([0.0, 0.0, 0.0, 1_193.0, -1_193.0, 4_294_967.291, -1e9]),
        st.booleans(),
    ),
    max_size=120,
)


@given(STEPS)
def test_the_total_never_falls_and_never_gets_ahead_of_the_sun(steps: list[Step]) -> None:
    roof = Roof()
    start = published = roof.give(CT)
    true = roof.true_kwh
    for step in steps:
        if step.restart:
            roof.counter = restarted(roof.counter)
            assert roof.counter.total == published
        extra = max(step.extra, -roof.raw(step.origin) - step.after)
        total = roof.give(step.origin, after=step.after, extra=extra)
        assert total >= published
        published = total
    # Once: what the panels had not told yet at the beginning.
    assert published - start <= roof.true_kwh - true + QUARTER_KWH + 0.01
