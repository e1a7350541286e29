import json
from typing import Final

import pytest

from custom_components.solar_monitor.logic.panels import Light
from custom_components.solar_monitor.logic.production import (
    AGREEMENT,
    WINDOW_KWH,
    ProductionWatch,
    SumCheck,
)

NOON: Final = 1_782_043_200.0
DAY: Final = Light(NOON)
NIGHT: Final = Light()


class Day:
    """An array that is looked at every minute."""

    def __init__(self, memory: object = None) -> None:
        """Begin at noon."""
        self.watch = ProductionWatch(memory)
        self.now = NOON

    def run(self, minutes: int, power_w: float | None, light: Light = DAY) -> bool | None:
        """Let the array make so much for some time."""
        for _ in range(minutes):
            self.now += 60
            self.watch.offer(power_w, now=self.now, light=light, least_w=5.0)
        return self.watch.problem


def test_an_array_that_makes_something_has_no_problem() -> None:
    assert Day().run(1, 100.0) is False


def test_nothing_for_an_hour_of_light_is_a_problem_until_something_comes() -> None:
    day = Day()
    day.run(1, 100.0)
    assert day.run(59, 5.0) is False
    assert day.run(1, 0.0) is True
    assert day.run(600, 0.0, NIGHT) is True
    assert day.run(1, 5.1) is False


def test_a_short_time_without_production_is_no_problem() -> None:
    day = Day()
    for _ in range(10):
        day.run(50, 0.0)
        assert day.run(1, 6.0) is False


def test_the_night_is_no_problem() -> None:
    day = Day()
    day.run(1, 6.0)
    assert day.run(900, -3.0, NIGHT) is False


def test_before_the_first_light_nothing_is_known() -> None:
    assert Day().run(300, 0.0, NIGHT) is None


def test_an_unknown_power_says_nothing() -> None:
    day = Day()
    assert day.run(300, None) is None
    day.run(1, 6.0)
    assert day.run(300, None) is False


def test_hours_in_which_nobody_looked_are_no_hours_without_production() -> None:
    day = Day()
    day.run(30, 0.0)
    day.now += 8 * 3_600
    assert day.run(1, 0.0) is None
    day.now -= 3_600
    assert day.run(1, 0.0) is None


@pytest.mark.parametrize(
    ("stored", "known"), [(True, True), (False, False), (None, None), (3, None)]
)
def test_a_problem_survives_a_restart(stored: object, known: bool | None) -> None:  # noqa: FBT001
    day = Day(json.loads(json.dumps(stored)))
    assert day.watch.to_dict() is known


class Counters:
    """A meter and inverters that count the same energy."""

    def __init__(self, memory: object = None) -> None:
        """Begin with two levels."""
        self.check = SumCheck(memory)
        self.ct, self.inverters = 9_000.0, 4_000.0
        self.check.offer(self.ct, self.inverters)

    def count(self, ct: float, inverters: float) -> bool | None:
        """Let both count."""
        self.ct += ct
        self.inverters += inverters
        return self.check.offer(self.ct, self.inverters)


def test_counters_that_go_up_together_agree() -> None:
    counters = Counters()
    assert counters.count(WINDOW_KWH - 0.1, WINDOW_KWH - 0.1) is None
    assert counters.count(0.2, 0.1) is True


@pytest.mark.parametrize(("ct", "inverters"), [(1.0, 2.0), (2.0, 1.0)])
def test_one_that_counts_much_less_disagrees_after_two_comparisons(
    ct: float, inverters: float
) -> None:
    counters = Counters()
    counters.count(2.0, 2.0)
    assert counters.count(ct, inverters) is True
    assert counters.count(ct, inverters) is False
    assert counters.count(ct, inverters) is False
    assert counters.count(AGREEMENT * 2.001, 2.0) is True


def test_more_is_compared_where_inverters_tell_more_at_once() -> None:
    check = SumCheck()
    check.offer(9_000.0, 4_000.0, window_kwh=10.0)
    assert check.offer(9_009.9, 4_005.0, window_kwh=10.0) is None
    assert check.offer(9_010.0, 4_009.0, window_kwh=10.0) is True


def test_a_counter_that_stands_still_is_no_second_opinion() -> None:
    counters = Counters()
    for _ in range(5):
        assert counters.count(5.0, 0.0) is None


@pytest.mark.parametrize(("ct", "inverters"), [(None, 4_000.0), (9_000.0, None)])
def test_an_unknown_counter_says_nothing(ct: float | None, inverters: float | None) -> None:
    counters = Counters()
    counters.count(3.0, 3.0)
    assert counters.check.offer(ct, inverters) is True


def test_a_disagreement_survives_a_restart() -> None:
    counters = Counters()
    counters.count(1.0, 2.0)
    again = Counters(json.loads(json.dumps(counters.check.to_dict())))
    assert again.check.agree is None
    again.ct, again.inverters = counters.ct, counters.inverters
    assert again.count(1.0, 2.0) is False
    third = SumCheck(json.loads(json.dumps(again.check.to_dict())))
    assert third.agree is False


@pytest.mark.parametrize(
    "damaged",
    [None, 3, {"from": None, "bad": 0}, {"from": [1], "bad": 0}, {"from": ["x", 1.0], "bad": 0}],
)
def test_a_damaged_memory_is_a_start_without_one(damaged: object) -> None:
    assert SumCheck(damaged).to_dict() == {"from": None, "bad": 0}
