"""The guard of the state of charge: every boundary of its rules, case by case."""

import math

from hypothesis import given, strategies as st
import pytest

from custom_components.solar_monitor.logic.soc import SocGuard, SocVerdict

ACCEPTED = SocVerdict.ACCEPTED
JUMP = SocVerdict.HELD_JUMP
ZERO = SocVerdict.HELD_ZERO
GONE = SocVerdict.NO_BATTERY


def shown(guard: SocGuard) -> tuple[float | None, bool]:
    """What a guard publishes, and whether it sees no battery."""
    return guard.value, guard.no_battery


def started(soc: float = 50.0, *, at: float = 1_000.1) -> SocGuard:
    """A guard that accepted `soc` in poll 0."""
    guard = SocGuard()
    assert guard.offer(soc, 52.0, at=at, poll=0) is ACCEPTED
    return guard


@pytest.mark.parametrize(
    ("soc", "after", "verdict"),
    [
        (50.0, 0.0, ACCEPTED),
        (54.0, 0.0, ACCEPTED),
        (46.0, 0.0, ACCEPTED),
        (54.9, 0.0, ACCEPTED),
        (55.0, 0.0, JUMP),
        (45.0, 0.0, JUMP),
        (55.0, 119.9, JUMP),
        (45.0, 119.9, JUMP),
        (55.0, 119.999_99, JUMP),
        (55.0, 120.0, ACCEPTED),
        (45.0, 120.0, ACCEPTED),
        (100.0, 119.9, JUMP),
        (100.0, 120.1, ACCEPTED),
        (0.0, 119.9, JUMP),
        (0.0, 120.0, ACCEPTED),
    ],
)
def test_five_points_within_two_minutes_are_refused(
    soc: float, after: float, verdict: SocVerdict
) -> None:
    guard = started()
    assert guard.offer(soc, 52.0, at=1_000.1 + after, poll=1) is verdict
    assert guard.value == (soc if verdict is ACCEPTED else 50.0)


def test_tenths_of_a_point_are_compared_without_float_noise() -> None:
    guard = started(50.3)
    assert guard.offer(45.3, 52.0, at=1_001.0, poll=1) is JUMP
    assert guard.offer(45.4, 52.0, at=1_002.0, poll=2) is ACCEPTED


def test_the_two_minutes_count_from_the_last_accepted_reading_not_from_the_last_change() -> None:
    guard = started(at=0.0)
    assert guard.offer(50.0, 52.0, at=100.0, poll=1) is ACCEPTED
    assert guard.offer(60.0, 52.0, at=219.9, poll=2) is JUMP
    assert guard.offer(60.0, 52.0, at=220.0, poll=3) is ACCEPTED


@pytest.mark.parametrize(
    ("reads", "verdicts"),
    [
        # every read: percent, then seconds, then poll
        ([(70, 10, 1), (70, 40, 2), (70, 70, 3)], [JUMP, JUMP, ACCEPTED]),
        ([(70, 10, 1), (71, 40, 2), (69, 70, 3)], [JUMP, JUMP, ACCEPTED]),
        ([(70, 10, 1), (70, 40, 2), (70, 69.9, 3), (70, 70, 4)], [JUMP, JUMP, JUMP, ACCEPTED]),
        ([(70, 10, 1), (70, 40, 2), (71.1, 70, 3)], [JUMP, JUMP, JUMP]),
        ([(70, 10, 1), (70, 40, 2), (68.9, 70, 3), (69, 100, 4)], [JUMP, JUMP, JUMP, JUMP]),
        ([(70, 10, 1), (70, 40, 1), (70, 70, 1), (70, 80, 2)], [JUMP, JUMP, JUMP, JUMP]),
        ([(70, 10, 1), (70, 20, 1), (70, 70, 2), (70, 71, 3)], [JUMP, JUMP, JUMP, ACCEPTED]),
        ([(70, 10, 1), (70, 70, 2), (70, 71, 2)], [JUMP, JUMP, JUMP]),
        ([(70, 5, 1), (51, 35, 2), (70, 65, 3), (70, 95, 4)], [JUMP, ACCEPTED, JUMP, JUMP]),
        ([(30, 10, 1), (30, 40, 2), (30, 119, 3)], [JUMP, JUMP, ACCEPTED]),
    ],
)
def test_a_jump_is_believed_early_only_when_three_polls_agree_over_a_minute(
    reads: list[tuple[float, float, int]], verdicts: list[SocVerdict]
) -> None:
    guard = started(at=0.0)
    assert [guard.offer(soc, 52.0, at=at, poll=poll) for soc, at, poll in reads] == verdicts


def test_a_believed_jump_is_the_new_level() -> None:
    guard = started(at=0.0)
    for poll, at in enumerate((10.0, 40.0, 70.0), start=1):
        guard.offer(70.0, 52.0, at=at, poll=poll)
    assert guard.value == 70
    assert guard.offer(50.0, 52.0, at=80.0, poll=4) is JUMP
    assert guard.value == 70


def test_a_dead_zero_between_refused_reads_starts_their_count_again() -> None:
    guard = started(at=0.0)
    reads = [(70.0, 52.0, 5.0), (70.0, 52.0, 35.0), (0.0, 10.0, 50.0), (70.0, 52.0, 65.0)]
    verdicts = [
        guard.offer(soc, voltage, at=at, poll=poll)
        for poll, (soc, voltage, at) in enumerate(reads, start=1)
    ]
    assert verdicts == [JUMP, JUMP, ZERO, JUMP]


@pytest.mark.parametrize(
    ("low", "voltage", "verdict"),
    [
        (40.0, 0.0, ZERO),
        (40.0, 39.9, ZERO),
        (40.0, 40.0, ACCEPTED),
        (40.0, 40.1, ACCEPTED),
        (100.0, 99.9, ZERO),
        (100.0, 100.0, ACCEPTED),
        (40.0, None, ACCEPTED),
        (40.0, math.nan, ACCEPTED),
    ],
)
def test_a_first_zero_is_a_value_only_at_the_voltage_of_a_battery(
    low: float, voltage: float | None, verdict: SocVerdict
) -> None:
    guard = SocGuard(low)
    assert guard.offer(0.0, voltage, at=0.0, poll=1) is verdict
    assert guard.value == (0.0 if verdict is ACCEPTED else None)
    assert not guard.no_battery


def test_any_other_first_reading_is_accepted_at_once() -> None:
    guard = SocGuard()
    assert guard.offer(37.0, None, at=0.0, poll=1) is ACCEPTED
    assert guard.value == 37


def test_zero_at_a_dead_voltage_is_no_battery_after_three_polls() -> None:
    guard = started(at=0.0)
    assert guard.offer(0.0, 10.1, at=500.0, poll=1) is ZERO
    assert guard.offer(0.0, 10.1, at=530.0, poll=1) is ZERO
    assert guard.offer(0.0, 10.1, at=560.0, poll=2) is ZERO
    assert shown(guard) == (50, False)
    assert guard.offer(0.0, 10.1, at=590.0, poll=3) is GONE
    assert shown(guard) == (None, True)
    assert guard.offer(0.0, 10.1, at=620.0, poll=4) is GONE


def test_only_dead_zeros_in_a_row_mean_no_battery() -> None:
    guard = started(at=0.0)
    for poll in range(1, 60, 3):
        assert guard.offer(0.0, 10.0, at=poll * 30.0, poll=poll) is ZERO
        assert guard.offer(0.0, 10.0, at=poll * 30.0 + 30, poll=poll + 1) is ZERO
        assert guard.offer(50.0, 52.0, at=poll * 30.0 + 60, poll=poll + 2) is ACCEPTED
    assert not guard.no_battery


def test_a_voltage_that_is_missing_once_does_not_make_a_zero_a_value() -> None:
    guard = SocGuard()
    for poll in range(1, 5):
        guard.offer(0.0, 10.0, at=poll * 30.0, poll=poll)
    assert guard.offer(0.0, None, at=200.0, poll=5) is GONE
    assert guard.value is None


def test_a_battery_that_appears_is_shown_at_once() -> None:
    guard = SocGuard()
    for poll in range(1, 5):
        guard.offer(0.0, 10.0, at=poll * 30.0, poll=poll)
    assert shown(guard) == (None, True)
    assert guard.offer(63.0, 52.0, at=150.0, poll=5) is ACCEPTED
    assert shown(guard) == (63, False)
    assert guard.offer(0.0, 10.0, at=180.0, poll=6) is ZERO
    assert guard.value == 63


def test_an_absent_reading_is_unknown_and_does_not_loosen_the_guard() -> None:
    guard = started(at=0.0)
    assert guard.offer(None, 52.0, at=30.0, poll=1) is SocVerdict.ABSENT
    assert shown(guard) == (None, False)
    assert guard.offer(80.0, 52.0, at=60.0, poll=2) is JUMP
    assert shown(guard) == (50, False)
    assert guard.offer(None, 52.0, at=90.0, poll=3) is SocVerdict.ABSENT
    assert guard.offer(51.0, 52.0, at=119.0, poll=4) is ACCEPTED
    assert guard.value == 51


def test_a_dead_zero_after_an_absent_reading_shows_the_last_good_value() -> None:
    guard = started(at=0.0)
    guard.offer(None, None, at=30.0, poll=1)
    assert guard.offer(0.0, 10.0, at=60.0, poll=2) is ZERO
    assert shown(guard) == (50, False)


def test_an_absent_reading_does_not_hide_that_there_is_no_battery() -> None:
    guard = SocGuard()
    for poll in range(1, 5):
        guard.offer(0.0, 10.0, at=poll * 30.0, poll=poll)
    guard.offer(None, None, at=200.0, poll=5)
    assert guard.no_battery


@pytest.mark.parametrize("soc", [-0.1, 100.1, 6_553.5, math.nan, math.inf, -math.inf, 10**400])
def test_an_impossible_reading_is_refused_and_never_believed(soc: float) -> None:
    guard = started(at=0.0)
    for poll in range(1, 100):
        assert guard.offer(soc, 52.0, at=poll * 30.0, poll=poll) is SocVerdict.OUT_OF_RANGE
    assert guard.value == 50


SOCS = st.one_of(
    st.none(),
    st.floats(),
    st.sampled_from([0.0, 4.0, 5.0, 46.0, 50.0, 54.0, 55.0, 56.0, 80.0, 81.0, 100.0, 101.0]),
    st.integers(0, 100).map(float),
)
VOLTAGES = st.one_of(st.none(), st.floats(), st.sampled_from([0.0, 10.0, 39.9, 40.0, 52.0]))
STEPS = st.sampled_from([0.0, 1.0, 5.0, 29.9, 30.0, 60.0, 119.9, 120.0, 600.0])
READS = st.lists(st.tuples(SOCS, VOLTAGES, STEPS, st.booleans()), max_size=60)


@given(READS)
def test_only_accepted_readings_are_ever_published(
    reads: list[tuple[float | None, float | None, float, bool]],
) -> None:
    guard = SocGuard()
    at, poll, last_good = 0.0, 0, None
    for soc, voltage, step, new_poll in reads:
        at, poll = at + step, poll + new_poll
        verdict = guard.offer(soc, voltage, at=at, poll=poll)
        if verdict is ACCEPTED:
            assert soc is not None
            assert 0 <= soc <= 100
            assert not (soc == 0 and voltage is not None and -math.inf < voltage < 40)
            last_good = soc
        elif verdict in {GONE, SocVerdict.ABSENT}:
            assert guard.value is None
        assert guard.value in {None, last_good}
        assert guard.no_battery <= (guard.value is None)


@given(READS, st.integers(0, 100).map(float), st.sampled_from([1.0, 10.0, 30.0, 60.0, 200.0]))
def test_nothing_is_refused_for_ever(
    reads: list[tuple[float | None, float | None, float, bool]], truth: float, interval: float
) -> None:
    guard = SocGuard()
    at = 0.0
    for poll, (soc, voltage, step, _) in enumerate(reads):
        at += step
        guard.offer(soc, voltage, at=at, poll=poll)
    start = at
    while at - start < 120 + interval:
        at += interval
        guard.offer(truth, 52.0, at=at, poll=1_000 + int(at))
    assert guard.value == truth


@given(st.floats(0, 100), st.floats(0, 100), st.floats(0, 300))
def test_the_rule_of_jumps_is_exactly_the_documented_one(
    first: float, second: float, after: float
) -> None:
    first, second, after = round(first, 1), round(second, 1), round(after, 1)
    guard = started(first, at=0.0)
    refused = round(abs(second - first), 1) >= 5 and after < 120.0
    verdict = guard.offer(second, 52.0, at=after, poll=1)
    assert verdict is (JUMP if refused else ACCEPTED)
