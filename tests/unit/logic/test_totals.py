"""The guard of lifetime counters: what may rise, and what is held back."""

import math

import pytest

from custom_components.solar_monitor.logic.totals import (
    CounterLimit,
    CounterMemory,
    Rebase,
    Verdict,
)
from tests.unit.logic.feed import HOUR, NIGHT, Feed, known

# --- what a counter may rise by -------------------------------------------------------------


@pytest.mark.parametrize(
    ("rise", "after", "verdict"),
    [
        (0.0, 30.0, Verdict.UNCHANGED),
        (0.1, 0.0, Verdict.ACCEPTED),
        (0.2, 0.0, Verdict.ACCEPTED),  # 2 × resolution
        (0.21, 0.0, Verdict.HELD_JUMP),
        (0.29, 30.0, Verdict.ACCEPTED),
        (0.3, 30.0, Verdict.ACCEPTED),  # 2 × resolution + 1.5 × 8 kW × 30 s
        (0.31, 30.0, Verdict.HELD_JUMP),
        (12.19, HOUR, Verdict.ACCEPTED),
        (12.2, HOUR, Verdict.ACCEPTED),
        (12.21, HOUR, Verdict.HELD_JUMP),
        (120.2, 10 * HOUR, Verdict.ACCEPTED),  # the catch-up after ten hours offline
        (120.3, 10 * HOUR, Verdict.HELD_JUMP),
    ],
)
def test_a_rise_passes_up_to_what_the_plant_can_have_made(
    rise: float, after: float, verdict: Verdict
) -> None:
    feed = known()
    assert feed.give(12_000.0 + rise, after=after) is verdict
    assert feed.guard.total == (round(12_000 + rise, 1) if verdict is Verdict.ACCEPTED else 12_000)


def test_a_panel_may_step_once_in_15_minutes_though_it_is_read_every_minute() -> None:
    panel = Feed(CounterMemory(100.0, 0.0, 0.0, NIGHT), CounterLimit(500.0, 0.001))
    for _ in range(14):
        assert panel.give(100.0, after=60) is Verdict.UNCHANGED
    # 500 W for 15 minutes is 0.125 kWh, 1.5 times that 0.1875
    assert panel.give(100.19, after=60) is Verdict.HELD_JUMP
    assert panel.give(100.125, after=0) is Verdict.ACCEPTED
    assert panel.guard.total == 100.125


def test_the_permitted_rise_begins_anew_with_every_rise() -> None:
    feed = known()
    assert feed.give(12_001.0, after=HOUR) is Verdict.ACCEPTED
    assert feed.give(12_012.0, after=30) is Verdict.HELD_JUMP


@pytest.mark.parametrize(
    ("rise", "verdict"), [(288.2, Verdict.ACCEPTED), (289.0, Verdict.HELD_JUMP)]
)
def test_a_counter_that_was_seen_standing_catches_up_by_a_day_at_most(
    rise: float, verdict: Verdict
) -> None:
    feed = known()
    for _ in range(400):
        assert feed.give(12_000.0, after=24 * HOUR) is Verdict.UNCHANGED
    assert feed.give(12_000.0 + rise, after=0) is verdict


@pytest.mark.parametrize(
    ("rise", "verdict"), [(17_280.0, Verdict.ACCEPTED), (17_281.0, Verdict.HELD_JUMP)]
)
def test_a_silence_counts_up_to_sixty_days(rise: float, verdict: Verdict) -> None:
    feed = known()
    assert feed.give(12_000.0 + rise, after=3_650 * 24 * HOUR) is verdict


def test_float_noise_never_shows() -> None:
    feed = known(0.1)
    for step in range(2, 400):
        feed.give(step / 10)
        assert feed.guard.total == round(step / 10, 1)


@pytest.mark.parametrize(
    ("resolution", "digits"), [(0.1, 1), (0.01, 2), (0.001, 3), (1.0, 0), (0.25, 2), (10.0, 0)]
)
def test_a_total_has_the_decimals_of_its_resolution(resolution: float, digits: int) -> None:
    assert CounterLimit(8_000.0, resolution).digits == digits


# --- what is held back ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "verdict"),
    [
        (0.0, Verdict.HELD_ZERO),
        (-0.0, Verdict.HELD_ZERO),
        (0.1, Verdict.HELD_FALL),
        (11_999.8, Verdict.HELD_FALL),
        (11_999.89, Verdict.HELD_FALL),
        (11_999.9, Verdict.UNCHANGED),  # one step down is rounding
        (6_553.5, Verdict.HELD_FALL),
        (65_535.0, Verdict.HELD_JUMP),
        (12_000.0 + 6_553.6, Verdict.HELD_JUMP),  # a high word one too large
        (2**31 * 0.1, Verdict.HELD_JUMP),
        ((2**32 - 2**16 - 1) * 0.1, Verdict.HELD_JUMP),
        ((2**32 - 2**16) * 0.1, Verdict.HELD_ARTEFACT),
        ((2**32 - 1) * 0.1, Verdict.HELD_ARTEFACT),
        (2**32 * 0.1, Verdict.HELD_ARTEFACT),
        (1e300, Verdict.HELD_ARTEFACT),
        (10**400, Verdict.HELD_ARTEFACT),
        (-0.1, Verdict.HELD_ARTEFACT),
        (math.nan, Verdict.HELD_ARTEFACT),
        (math.inf, Verdict.HELD_ARTEFACT),
        (-math.inf, Verdict.HELD_ARTEFACT),
        (None, Verdict.ABSENT),
    ],
)
def test_one_strange_value_changes_nothing(raw: float | None, verdict: Verdict) -> None:
    feed = known()
    assert feed.give(raw) is verdict
    assert feed.guard.total == 12_000
    assert feed.give(12_000.3) is Verdict.ACCEPTED
    assert feed.guard.total == 12_000.3
    assert feed.guard.last_rebase is None


def test_a_value_that_flickers_by_one_step_never_falls_and_loses_nothing() -> None:
    feed = known()
    verdicts = feed.give_all(12_000.1, 12_000.0, 12_000.1, 12_000.0, 12_000.2, 12_000.1)
    assert verdicts == [
        Verdict.ACCEPTED,
        Verdict.UNCHANGED,
        Verdict.UNCHANGED,
        Verdict.UNCHANGED,
        Verdict.ACCEPTED,
        Verdict.UNCHANGED,
    ]
    assert feed.guard.total == 12_000.2


def test_an_artefact_is_never_believed_however_long_it_stays() -> None:
    feed = known()
    assert set(feed.give_all(*[429_496_729.5] * 100)) == {Verdict.HELD_ARTEFACT}
    assert feed.guard.total == 12_000
    assert feed.give(12_005.0) is Verdict.ACCEPTED


def test_hours_of_refused_values_still_permit_the_true_catch_up() -> None:
    feed = known()
    assert feed.give(6_553.5, after=HOUR) is Verdict.HELD_FALL
    assert feed.give(429_496_729.5, after=8 * HOUR) is Verdict.HELD_ARTEFACT
    assert feed.give(12_100.0, after=HOUR) is Verdict.ACCEPTED


# --- a level that stays ---------------------------------------------------------------------


def test_a_level_is_believed_after_three_polls_over_five_minutes_without_a_step() -> None:
    feed = known()
    assert feed.give_all(500.0, 500.0, after=150) == [Verdict.HELD_FALL] * 2
    assert feed.give(500.0, after=149.9) is Verdict.HELD_FALL
    assert feed.give(500.0, after=0.1) is Verdict.REBASED
    assert feed.guard.total == 12_000
    assert feed.guard.last_rebase == Rebase(12_000.0, 500.0, feed.now)
    assert feed.give(500.2) is Verdict.ACCEPTED
    assert feed.guard.total == 12_000.2


@pytest.mark.parametrize(
    ("after", "verdict"), [(149.9, Verdict.HELD_JUMP), (150.0, Verdict.REBASED)]
)
def test_the_third_poll_needs_five_minutes_since_the_first(after: float, verdict: Verdict) -> None:
    feed = known()
    feed.give(20_000.0)
    feed.give(20_000.0, after=150)
    assert feed.give(20_000.0, after=after) is verdict
    assert feed.guard.total == 12_000


def test_two_polls_are_not_enough_however_far_apart() -> None:
    feed = known()
    assert feed.give_all(20_000.0, 20_000.0, after=1_000) == [Verdict.HELD_JUMP] * 2
    assert feed.give(20_000.0, after=1_000) is Verdict.REBASED


def test_reads_of_one_poll_count_once() -> None:
    feed = known()
    feed.give(20_000.0)
    for _ in range(20):
        assert feed.give(20_000.0, after=30, same_poll=True) is Verdict.HELD_JUMP
    assert feed.give_all(20_000.0, 20_000.0) == [Verdict.HELD_JUMP, Verdict.REBASED]


def test_a_candidate_needs_new_polls_not_only_another_one() -> None:
    feed = known()
    feed.give_all(20_000.0, 20_000.0, after=200)
    for _ in range(5):
        assert feed.give(20_000.0, after=200, same_poll=True) is Verdict.HELD_JUMP


def test_a_candidate_may_count_as_fast_as_the_plant_between_two_polls() -> None:
    feed = known()
    assert feed.give_all(500.0, 504.2, after=1_200) == [Verdict.HELD_FALL] * 2
    assert feed.give(508.4, after=1_200) is Verdict.REBASED
    assert feed.guard.total == 12_000


def test_what_the_new_level_counts_until_it_is_believed_is_not_published() -> None:
    feed = known()
    for minute in range(10):
        verdict = feed.give(500.0 + minute / 10, after=60)
        assert verdict is (Verdict.REBASED if minute == 5 else feed_verdict(minute))
    # believed at 500.5; only 500.6 to 500.9 are energy
    assert feed.guard.total == 12_000.4


def feed_verdict(minute: int) -> Verdict:
    """What a falling counter gives before and after it is believed in the fifth minute."""
    return Verdict.HELD_FALL if minute < 5 else Verdict.ACCEPTED


def test_a_counter_that_starts_again_at_zero_goes_on_counting() -> None:
    feed = known()
    verdicts = feed.give_all(0.0, 0.0, 0.1, 0.2, 0.3, 0.4, after=60)
    assert verdicts == [
        Verdict.HELD_ZERO,
        Verdict.HELD_ZERO,
        Verdict.HELD_FALL,
        Verdict.HELD_FALL,
        Verdict.HELD_FALL,
        Verdict.REBASED,
    ]
    assert feed.guard.total == 12_000
    assert feed.give(0.6) is Verdict.ACCEPTED
    assert feed.guard.total == 12_000.2


@pytest.mark.parametrize("stranger", [12_000.0, 7_000.0, 499.8, 500.3, 429_496_729.5, 0.0])
def test_a_disturbed_candidate_starts_again(stranger: float) -> None:
    feed = known()
    feed.give_all(500.0, 500.0, after=200)
    feed.give(stranger, after=0)
    assert feed.give_all(500.0, 500.0, after=140) == [Verdict.HELD_FALL] * 2
    assert feed.guard.last_rebase is None


@pytest.mark.parametrize("filler", [None, 0.0])
def test_absent_and_sleeping_samples_neither_confirm_nor_disturb_a_candidate(
    filler: float | None,
) -> None:
    feed = known()
    feed.give_all(500.0, 500.0, after=140)
    for _ in range(5):
        verdict = feed.give(filler, after=60, awake=False)
        assert verdict is (Verdict.ABSENT if filler is None else Verdict.HELD_ZERO)
    assert feed.guard.last_rebase is None
    assert feed.give(500.0, after=0) is Verdict.REBASED


def test_sleeping_zeros_never_restart_a_counter() -> None:
    feed = known()
    for _ in range(1_000):
        assert feed.give(0.0, awake=False) is Verdict.HELD_ZERO
    assert feed.guard.last_rebase is None
    assert feed.give(12_000.1) is Verdict.ACCEPTED


@pytest.mark.parametrize(
    ("after", "verdict"), [(1_800.0, Verdict.REBASED), (1_800.1, Verdict.HELD_FALL)]
)
def test_a_candidate_is_forgotten_after_half_an_hour_without_it(
    after: float, verdict: Verdict
) -> None:
    feed = known()
    feed.give_all(500.0, 500.0, after=200)
    assert feed.give(500.0, after=after) is verdict


def test_a_jump_that_stays_never_becomes_energy_by_waiting() -> None:
    feed = known()
    # 0.9 kWh are too much now and would be permitted four minutes later
    verdicts = feed.give_all(*[12_000.9] * 12)
    assert verdicts == [*[Verdict.HELD_JUMP] * 10, Verdict.REBASED, Verdict.UNCHANGED]
    assert feed.guard.total == 12_000


def test_the_truth_is_believed_at_once_after_a_jump_and_hours_of_silence() -> None:
    feed = known()
    assert feed.give(12_050.0) is Verdict.HELD_JUMP
    assert feed.give(12_090.0, after=10 * HOUR) is Verdict.ACCEPTED
    assert feed.guard.total == 12_090


def test_a_rebase_is_told_once() -> None:
    feed = known()
    feed.give_all(500.0, 500.0, 500.0, after=150)
    assert feed.guard.take_rebase() == Rebase(12_000.0, 500.0, feed.now)
    assert feed.guard.take_rebase() is None


def test_rebases_add_up_without_drift() -> None:
    feed = known(0.3)
    for round_ in range(50):
        for raw in (1_000.1, 0.7):
            feed.give_all(raw, raw, raw, after=5_000 / 3)
            assert feed.guard.total == 0.3, round_
