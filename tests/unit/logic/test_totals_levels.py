"""The guard of lifetime counters: new levels, first values and what it remembers."""

from dataclasses import replace
import json
import math
from typing import Any, Final

import pytest

from custom_components.solar_monitor.logic.totals import (
    CounterGuard,
    CounterMemory,
    Rebase,
    Verdict,
)
from tests.unit.logic.feed import HOUR, LIMIT, NIGHT, Feed, known

# --- a level that stays ----------------------------------------------------------------------


def test_how_long_a_level_has_to_stay_is_up_to_the_counter() -> None:
    patient = replace(LIMIT, agreeing_s=10 * HOUR, candidate_silence_s=20 * HOUR)
    feed = Feed(CounterMemory(12_000.0, 0.0, standing_s=0.0, seen_at=NIGHT), patient)
    assert set(feed.give_all(*[5_000.0] * 10, after=HOUR)) == {Verdict.HELD_FALL}
    assert feed.give(5_000.0, after=HOUR) is Verdict.REBASED


# --- a level of which the device says that it is one -------------------------------------------


@pytest.mark.parametrize("raw", [0.0, 3.0, 11_999.0])
def test_a_reset_that_is_told_is_a_new_level_at_once_and_no_energy(raw: float) -> None:
    feed = known()
    feed.guard.begin_anew(raw, now=feed.now + 30)
    assert feed.guard.total == 12_000
    assert feed.guard.take_rebase() == Rebase(12_000.0, raw, feed.now + 30)
    assert feed.give(raw, after=30) is Verdict.UNCHANGED
    assert feed.give(raw + 0.1) is Verdict.ACCEPTED
    assert feed.guard.total == pytest.approx(12_000.1)


@pytest.mark.parametrize("raw", [-1.0, 12_000.0, 99_999.0, math.nan, math.inf])
def test_what_is_no_fall_is_no_reset_whatever_is_told(raw: float) -> None:
    feed = known()
    feed.guard.begin_anew(raw, now=feed.now + 30)
    assert feed.guard.take_rebase() is None
    assert feed.give(12_000.1) is Verdict.ACCEPTED


def test_a_reset_of_what_was_never_seen_is_none() -> None:
    feed = Feed()
    feed.guard.begin_anew(5.0, now=feed.now)
    assert feed.guard.total is None


def test_a_reset_that_was_told_and_is_taken_back_was_none() -> None:
    feed = known()
    feed.guard.begin_anew(0.0, now=feed.now + 30)
    assert feed.give(12_000.1, after=60) is Verdict.ACCEPTED
    assert feed.guard.total == pytest.approx(12_000.1)


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


WRITTEN: Final = replace(LIMIT, power_w=4_000, written_every_s=300)


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize(
    ("rise", "verdict"),
    [
        (0.7, Verdict.ACCEPTED),
        (0.8, Verdict.HELD_JUMP),
        (-0.4, Verdict.UNCHANGED),
        (-0.5, Verdict.HELD_FALL),
    ],
)
def test_a_value_may_be_as_old_as_its_page(
    rise: float, verdict: Verdict, *, restarted: bool
) -> None:
    # 0.2 kWh are two steps, 0.5 kWh what 4 kW with the margin of a half count in five minutes, and
    # 0.1 + 0.333 kWh what an older page lacks at most.
    feed = Feed(limit=WRITTEN)
    assert feed.give_all(12_000.0, 12_000.5, after=600)[-1] is Verdict.ACCEPTED
    if restarted:
        feed = Feed(feed.guard.memory, WRITTEN)
    assert feed.give(12_000.5 + rise, after=0) is verdict


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
