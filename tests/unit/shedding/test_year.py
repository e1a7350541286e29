"""A year with and without load shedding: what it is good for, and what it costs."""

import pytest

from custom_components.solar_monitor.logic.shedding import Config
from tests.unit.shedding.year import (
    HEADER,
    OFF_GRID,
    ON_GRID,
    House,
    Nobody,
    Original,
    Ours,
    live,
)

CRITICAL_SHARE = 0.25
SWITCHES_A_DAY = 6
MORE_HOURS_OFF = 8


@pytest.mark.timeout(600)
@pytest.mark.parametrize("house", [OFF_GRID, ON_GRID], ids=lambda house: house.name)
def test_a_year_with_load_shedding_protects_the_battery_and_leaves_loads_in_peace(
    house: House,
) -> None:
    without, original = live(house, Nobody()), live(house, Original())
    ours = live(house, Ours(Config(armed=True)))
    print(f"\n{HEADER}")  # noqa: T201 - the table is what the closing note quotes; see with -s
    for rule, year in (("none", without), ("original", original), ("ours", ours)):
        print(year.row(house.name, rule))  # noqa: T201 - the same
    assert ours.off_s, "the house needs no load shedding"
    assert ours.below_critical_min <= CRITICAL_SHARE * without.below_critical_min
    assert ours.dark_min <= without.dark_min
    assert ours.most_switches <= SWITCHES_A_DAY
    for name, hours in ours.off_hours_a_day.items():
        assert hours <= original.off_hours_a_day[name] + MORE_HOURS_OFF, name
