"""A year with and without load shedding: what it is good for, and what it costs."""

import pytest

from custom_components.solar_monitor.logic.shedding import Config
from tests.unit.shedding.year import (
    HEADER,
    OFF_GRID,
    ON_GRID,
    RESTLESS,
    House,
    Nobody,
    Original,
    Ours,
    live,
)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("house", [OFF_GRID, ON_GRID, RESTLESS], ids=lambda house: house.name)
def test_a_year_with_load_shedding_protects_the_battery_and_leaves_loads_in_peace(
    house: House,
) -> None:
    without, original = live(house, Nobody()), live(house, Original())
    ours = live(house, Ours(Config(armed=True)))
    print(f"\n{HEADER}")  # noqa: T201 - the table is what the closing note quotes; see with -s
    for rule, year in (("none", without), ("original", original), ("ours", ours)):
        print(year.row(house.name, rule))  # noqa: T201 - the same
    ours.assert_it_is_good(without, original)
