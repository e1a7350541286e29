"""Readings of different moments are not added, but polls that are slow hold nothing for long."""

import pytest

from custom_components.solar_monitor.logic.flows import AcArray, Plant, Reading
from custom_components.solar_monitor.logic.skew import is_skewed

from .house import NOW
from .paper import PaperSite, Unit


def two(older_s: float, good_for_s: float, other_good_for_s: float = 90.0) -> Plant:
    """Two arrays: one told now, one earlier."""
    readings = (Reading(1.0, NOW, other_good_for_s), Reading(1.0, NOW - older_s, good_for_s))
    return Plant(
        arrays=tuple(AcArray(name=str(number), power=each) for number, each in enumerate(readings))
    )


@pytest.mark.parametrize(
    ("older_s", "good_for_s", "other_s", "skewed"),
    [
        (60.0, 90.0, 90.0, False),
        (61.0, 90.0, 90.0, True),
        (61.0, 180.0, 90.0, False),
        (75.0, 90.0, 180.0, False),
        (76.0, 180.0, 90.0, True),
        (115.0, 300.0, 90.0, False),
        (116.0, 300.0, 90.0, True),
        (1_000.0, 2_700.0, 90.0, False),
    ],
)
def test_the_bound_is_a_minute_or_a_poll_of_the_slowest(
    older_s: float, good_for_s: float, other_s: float, *, skewed: bool
) -> None:
    assert is_skewed(two(older_s, good_for_s, other_s), NOW) is skewed


def test_a_poll_of_100_s_beside_one_of_30_s_holds_nothing() -> None:
    site, held = PaperSite(), 0
    for number in range(1_000):
        if number % 20 == 0:
            site.inverter(Unit(good_for_s=300.0))
        if number % 6 == 0:
            site.gateway()
        held += site.look(5.0).held
    assert held == 0
