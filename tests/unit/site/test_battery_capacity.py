"""The capacity that the user tells, and one that is told anew."""

from datetime import date, timedelta
from typing import Final

import pytest

from custom_components.solar_monitor.logic.site_figures import RoundTrip

from .paper import INVERTER, PaperSite, Unit

DAY: Final = date(2026, 6, 1)


@pytest.mark.parametrize("common", [False, True])
def test_a_capacity_without_a_battery_is_no_crash(*, common: bool) -> None:
    site = PaperSite({"capacity": 10.0, "common_bank": common})
    site.gateway(power=500.0)
    moment = site.look()
    assert moment.flows.pv_w == 500.0
    assert moment.storage.soc is None
    assert "battery_runtime" not in site.shows()


def test_when_the_last_battery_leaves_the_site_goes_on() -> None:
    site = PaperSite({"capacity": 10.0})
    site.gateway(power=500.0)
    site.inverter()
    assert site.look().storage.capacity_kwh == 10.0
    site.forget([INVERTER])
    assert site.look().flows.pv_w == 500.0


def test_a_capacity_that_the_user_tells_gives_a_runtime() -> None:
    site = PaperSite({"capacity": 10.0})
    site.inverter(Unit(capacity_kwh=None, ct=400.0))
    moment = site.look()
    assert moment.storage.usable_kwh == 4.0
    assert "battery_runtime" in site.shows()
    assert site.model.values(moment)[0]["battery_runtime"] == 10.0


@pytest.mark.parametrize("later", [20.0, 10.4, 5.0])
def test_another_capacity_is_no_energy_that_was_stored(later: float) -> None:
    trip, told = RoundTrip(), None
    for number in range(20):
        capacity = 10.0 if number < 15 else later
        told = trip.offer(
            5.0 * number,
            4.5 * number,
            capacity / 2,
            today=DAY + timedelta(days=number),
            capacity_kwh=capacity,
        )
    assert told == pytest.approx(0.9)
