"""A mean that wavers about its bound makes no repair that comes and goes."""

from itertools import pairwise
from random import Random
from typing import Final

import pytest

from custom_components.solar_monitor.logic.balance import (
    LONG_ENOUGH_WITHIN_S,
    WINDOW_S,
    BalanceWatch,
    Fault,
)
from custom_components.solar_monitor.logic.flows import Flows

from .house import NOW

RATED_W: Final = 8_000.0
BOUND_W: Final = 2_000.0
STEP_S: Final = 30.0


def spell(watch: BalanceWatch, losses_w: float, seconds: float, now: float) -> float:
    """Let so much be lost for so long; gives when that ends."""
    end = now + seconds
    while now < end:
        watch.offer(Flows(losses_w=losses_w), rated_w=RATED_W, now=now)
        now += STEP_S
    return now


@pytest.mark.parametrize("seed", range(5))
def test_a_day_about_the_bound_has_few_verdicts(seed: int) -> None:
    noise = Random(seed)  # noqa: S311 - nothing depends on its secrecy
    watch = BalanceWatch()
    verdicts = [
        watch.offer(
            Flows(losses_w=BOUND_W + noise.gauss(0, 600), house_w=100.0),
            rated_w=RATED_W,
            now=NOW + STEP_S * number,
        )
        for number in range(2_880)
    ]
    assert any(verdicts)
    assert sum(before != after for before, after in pairwise(verdicts)) <= 7


def test_just_within_the_bound_it_ends_after_three_hours_and_not_before() -> None:
    watch = BalanceWatch()
    now = spell(watch, 1.1 * BOUND_W, WINDOW_S, NOW)
    assert watch.faults == {Fault.LOSSES_HIGH}
    now = spell(watch, 0.9 * BOUND_W, LONG_ENOUGH_WITHIN_S, now)
    assert watch.faults == {Fault.LOSSES_HIGH}
    spell(watch, 0.9 * BOUND_W, WINDOW_S, now)
    assert watch.faults == frozenset()


def test_well_within_the_bound_it_ends_with_the_mean() -> None:
    watch = BalanceWatch()
    now = spell(watch, 1.1 * BOUND_W, WINDOW_S, NOW)
    spell(watch, 0.7 * BOUND_W, WINDOW_S, now)
    assert watch.faults == frozenset()


def test_a_clock_that_is_set_back_ends_it_once_an_hour_has_passed() -> None:
    watch = BalanceWatch()
    spell(watch, 1.1 * BOUND_W, WINDOW_S, NOW)
    spell(watch, 0.9 * BOUND_W, WINDOW_S, NOW - 86_400.0)
    assert watch.faults == frozenset()
