"""The guard of lifetime counters: every boundary of its rules, case by case."""

import json
import math
from typing import Any, Final

import pytest

from custom_components.solar_monitor.logic.totals import (
    CounterGuard,
    CounterLimit,
    CounterMemory,
    Rebase,
    Verdict,
)

# 1.5 × 8 kW is 12 kWh in an hour, 0.1 kWh in 30 s.
LIMIT: Final = CounterLimit(power_w=8_000.0)
NIGHT: Final = 1_800_000_000.0
HOUR: Final = 3_600.0


class Feed:
    """Offers values to a guard, one poll every 30 s unless told otherwise."""

    def __init__(self, memory: CounterMemory | None = None, limit: CounterLimit = LIMIT) -> None:
        """Start at night."""
        self.guard = CounterGuard(limit, memory)
        self.now = NIGHT
        self.poll = 0

    def give(
        self, raw: float | None, *, after: float = 30.0, awake: bool = True, same_poll: bool = False
    ) -> Verdict:
        self.now += after
        self.poll += not same_poll
        return self.guard.offer(raw, now=self.now, poll=self.poll, awake=awake)

    def give_all(self, *raws: float | None, after: float = 30.0) -> list[Verdict]:
        return [self.give(raw, after=after) for raw in raws]


def known(raw: float = 12_000.0, *, offset: float = 0.0) -> Feed:
    """A guard that has just seen its counter at `raw`."""
    return Feed(CounterMemory(raw, offset, standing_s=0.0, seen_at=NIGHT))


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


# --- a level that comes back ----------------------------------------------------------------


def test_a_level_that_was_left_by_a_fall_comes_back_with_its_energy() -> None:
    feed = known()
    feed.give_all(0.0, 0.0, 0.0, 0.0, after=120)
    assert feed.guard.total == 12_000
    assert feed.give(12_001.0, after=120) is Verdict.ACCEPTED
    assert feed.guard.total == 12_001
    assert feed.guard.last_rebase == Rebase(0.0, 12_001.0, feed.now)
    assert feed.give(12_001.1) is Verdict.ACCEPTED


def test_what_lies_between_two_levels_is_not_counted_each_time_it_flips() -> None:
    feed = known()
    for _ in range(20):
        feed.give_all(11_999.0, 11_999.0, 11_999.0, 11_999.0, after=110)
        assert feed.give(12_000.0, after=60) is Verdict.ACCEPTED
        assert feed.guard.total == 12_000


def test_energy_counted_on_the_wrong_level_stays_published() -> None:
    feed = known()
    feed.give_all(11_990.0, 11_990.0, 11_990.0, 11_990.5, after=150)
    assert feed.guard.total == 12_000.5
    assert feed.give(12_000.2, after=60) is Verdict.ACCEPTED
    assert feed.guard.total == 12_000.5
    assert feed.give(12_000.4, after=60) is Verdict.ACCEPTED
    assert feed.guard.total == 12_000.7


@pytest.mark.parametrize(
    ("after", "verdict"), [(3_600.0, Verdict.ACCEPTED), (3_600.1, Verdict.HELD_JUMP)]
)
def test_a_level_can_come_back_until_the_other_was_heard_for_an_hour(
    after: float, verdict: Verdict
) -> None:
    feed = known()
    feed.give_all(500.0, 500.0, 500.0, after=150)
    feed.give(500.0, after=after)
    assert feed.give(12_000.5, after=10 * HOUR) is verdict


def test_a_level_comes_back_with_all_it_counted_while_it_was_away() -> None:
    feed = known()
    feed.give_all(*[0.0] * 6, after=300)
    assert feed.give(12_006.0, after=300) is Verdict.ACCEPTED
    assert feed.guard.total == 12_006


def test_a_clock_that_went_back_adds_nothing_to_a_level_that_comes_back() -> None:
    feed = known()
    feed.give_all(0.0, 0.0, 0.0, after=150)
    # 450 s before it was left and none since permit 1.7 kWh
    assert feed.give(12_001.8, after=-HOUR) is Verdict.HELD_JUMP
    assert feed.give(12_001.6, after=0) is Verdict.ACCEPTED


def test_a_jump_above_a_level_that_may_come_back_never_becomes_energy_by_waiting() -> None:
    feed = known()
    feed.give_all(0.0, 0.0, 0.0, after=150)
    verdicts = feed.give_all(*[12_002.5] * 12)
    assert verdicts == [*[Verdict.HELD_JUMP] * 10, Verdict.REBASED, Verdict.UNCHANGED]
    assert feed.guard.total == 12_000


def test_a_jump_that_follows_a_fall_is_no_return() -> None:
    feed = known()
    feed.give_all(500.0, 500.0, 500.0, after=150)
    feed.give_all(12_010.0, 12_010.0, 12_010.0, after=150)
    for tenth in range(1, 90):
        feed.give(12_010.0 + tenth / 10, after=30)
        assert feed.guard.total == round(12_000 + tenth / 10, 1)


def test_a_level_that_was_left_by_a_jump_does_not_come_back_as_energy() -> None:
    feed = known()
    feed.give_all(12_005.0, 12_005.0, 12_005.0, after=150)
    for tenth in range(1, 100):
        feed.give(12_005.0 + tenth / 10, after=60)
        assert feed.guard.total == round(12_000 + tenth / 10, 1)


# --- the first value ------------------------------------------------------------------------


def test_a_first_value_is_believed_at_once() -> None:
    feed = Feed()
    assert feed.guard.total is None
    assert feed.guard.memory is None
    assert feed.give(12_000.3) is Verdict.ACCEPTED
    assert feed.guard.total == 12_000.3


@pytest.mark.parametrize("raw", [429_496_729.5, math.nan, -1.0, None])
def test_an_impossible_first_value_is_never_believed(raw: float | None) -> None:
    feed = Feed()
    for _ in range(50):
        assert feed.give(raw) in {Verdict.HELD_ARTEFACT, Verdict.ABSENT}
    assert feed.guard.total is None
    assert feed.give(5.0) is Verdict.ACCEPTED


def test_a_first_zero_needs_three_polls_in_which_something_else_is_not_zero() -> None:
    feed = Feed()
    assert feed.give(0.0) is Verdict.HELD_ZERO
    assert feed.give(0.0, awake=False) is Verdict.HELD_ZERO
    assert feed.give(0.0, same_poll=True) is Verdict.HELD_ZERO
    assert feed.guard.memory is None
    assert feed.give(0.0) is Verdict.ACCEPTED
    assert feed.guard.total == 0
    assert feed.give(0.1) is Verdict.ACCEPTED
    assert feed.guard.total == 0.1


def test_zeros_of_a_sleeping_device_are_never_a_first_value() -> None:
    feed = Feed()
    assert {feed.give(0.0, awake=False) for _ in range(100)} == {Verdict.HELD_ZERO}
    assert feed.guard.total is None


def test_a_value_ends_the_wait_of_first_zeros() -> None:
    feed = Feed()
    assert feed.give_all(0.0, 0.0, 12_000.0) == [
        Verdict.HELD_ZERO,
        Verdict.HELD_ZERO,
        Verdict.ACCEPTED,
    ]


def test_first_zeros_do_not_count_towards_a_restart_of_the_counter() -> None:
    feed = Feed()
    feed.give_all(0.0, 0.0, 12_000.0, after=200)
    assert feed.give(0.0, after=200) is Verdict.HELD_ZERO
    assert feed.guard.last_rebase is None


@pytest.mark.parametrize("wrong", [12.0, 65_535.0])
def test_a_wrong_first_value_does_not_lock_the_truth_out_nor_become_energy(wrong: float) -> None:
    feed = Feed()
    feed.give(wrong)
    verdicts = feed.give_all(*[12_000.0] * 11)
    assert verdicts[-1] is Verdict.REBASED
    assert feed.guard.total == wrong
    feed.give(12_000.2)
    assert feed.guard.total == round(wrong + 0.2, 1)


# --- clocks ---------------------------------------------------------------------------------


def test_a_clock_that_goes_back_permits_nothing_more_and_stops_nothing() -> None:
    feed = known()
    assert feed.give(12_000.3, after=-10 * HOUR) is Verdict.HELD_JUMP
    assert feed.give(12_000.1, after=0) is Verdict.ACCEPTED
    assert feed.give(12_000.4, after=30) is Verdict.ACCEPTED


def test_time_that_had_passed_before_a_clock_went_back_still_counts() -> None:
    feed = known()
    feed.give(12_000.0, after=HOUR)
    assert feed.give(12_012.2, after=-5 * HOUR) is Verdict.ACCEPTED


def test_a_clock_that_goes_back_does_not_keep_a_level_out() -> None:
    feed = known()
    feed.give(500.0)
    feed.give(500.0, after=-10 * HOUR)
    assert feed.give_all(500.0, 500.0, after=150) == [Verdict.HELD_FALL, Verdict.REBASED]


def test_a_start_in_1970_permits_no_more_than_sixty_days() -> None:
    memory = CounterMemory(12_000.0, 0.0, 0.0, NIGHT)
    guard = CounterGuard(LIMIT, memory)
    assert guard.offer(12_050.0, now=60.0, poll=1, awake=True) is Verdict.HELD_JUMP
    spike = guard.offer(60_000.0, now=NIGHT + HOUR, poll=2, awake=True)
    assert spike is Verdict.HELD_JUMP
    assert guard.offer(12_050.0, now=NIGHT + HOUR, poll=3, awake=True) is Verdict.ACCEPTED


# --- memory ---------------------------------------------------------------------------------


def restarted(feed: Feed, *, after: float = 0.0) -> Feed:
    """The same counter after a restart of Home Assistant, through real JSON."""
    assert feed.guard.memory is not None
    memory = CounterMemory.from_dict(json.loads(json.dumps(feed.guard.memory.to_dict())))
    assert memory == feed.guard.memory
    again = Feed(memory)
    again.now = feed.now + after
    return again


@pytest.mark.parametrize(
    ("raw", "verdict", "total"),
    [
        (120.3, Verdict.ACCEPTED, 12_100.3),
        (221.2, Verdict.HELD_JUMP, 12_000.0),
        (0.0, Verdict.HELD_ZERO, 12_000.0),
        (19.0, Verdict.HELD_FALL, 12_000.0),
        (429_496_729.5, Verdict.HELD_ARTEFACT, 12_000.0),
    ],
)
def test_the_first_answer_after_a_restart_is_judged_against_the_memory(
    raw: float, verdict: Verdict, total: float
) -> None:
    feed = known()
    feed.give_all(20.0, 20.0, 20.0, after=150)
    again = restarted(feed, after=10 * HOUR - 30)
    assert again.guard.total == 12_000
    assert again.give(raw) is verdict
    assert again.guard.total == total


def test_a_memory_keeps_how_long_the_counter_stood() -> None:
    feed = known()
    feed.give(12_000.0, after=HOUR)
    assert restarted(feed).give(12_012.2, after=0) is Verdict.ACCEPTED


BAD_NUMBERS: Final[tuple[object, ...]] = (
    None,
    "1",
    True,
    [],
    {},
    math.nan,
    math.inf,
    1e12,
    10**400,
)


def test_a_level_may_come_back_after_a_restart() -> None:
    feed = known()
    feed.give_all(11_999.5, 11_999.5, 11_999.5, after=150)
    again = restarted(feed)
    assert again.give(12_000.1, after=300) is Verdict.ACCEPTED
    assert again.guard.total == 12_000.1


GOOD: Final[dict[str, Any]] = {"raw": 1.5, "offset": -1, "standing_s": 0.0, "seen_at": 5.0}


def test_whole_numbers_are_read_as_any_other() -> None:
    assert CounterMemory.from_dict(GOOD) == CounterMemory(1.5, -1.0, 0.0, 5.0)
    nothing = GOOD | {"raw": 0, "offset": 0, "seen_at": 0}
    assert CounterMemory.from_dict(nothing) == CounterMemory(0.0, 0.0, 0.0, 0.0)
    assert CounterMemory.from_dict(GOOD | {"more": "of a later version"}) is not None


def test_a_damaged_level_that_was_left_is_none() -> None:
    assert CounterMemory.from_dict(GOOD | {"left": {"raw": 1}}) == CounterMemory.from_dict(GOOD)
    whole = CounterMemory.from_dict(GOOD | {"left": GOOD})
    assert whole is not None
    assert whole.left == CounterMemory.from_dict(GOOD)


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "text",
        7,
        {},
        {"raw": 1.5},
        *({key: value for key, value in GOOD.items() if key != missing} for missing in GOOD),
        *(GOOD | {key: bad} for key in GOOD for bad in BAD_NUMBERS),
        GOOD | {"raw": -0.1},
        GOOD | {"offset": -1.6},
        GOOD | {"standing_s": -1},
    ],
)
def test_a_damaged_memory_is_no_memory(data: object) -> None:
    assert CounterMemory.from_dict(data) is None
