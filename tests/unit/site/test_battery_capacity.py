"""The capacity that the user tells, and one that is told anew."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

import pytest

from custom_components.solar_monitor.logic.bank import Bank, Storage
from custom_components.solar_monitor.logic.site_figures import RoundTrip

from .paper import INVERTER, PaperSite, Unit

DAY: Final = date(2026, 6, 1)
BOX: Final = "other_1"
SECOND: Final = "2798765432"


def told_by_the_box(
    options: Mapping[str, Any], *, capacity_kwh: float | None = None, floor: float = 0.0
) -> Storage:
    """Let a box tell a charge of 80 %, next to an inverter with 50 % of 15.36 kWh and 10 %."""
    site = PaperSite({"soc_of": BOX, **options})
    site.inverter(Unit(capacity_kwh=15.36))
    box = Bank(name=BOX, soc=site.watts(80.0), capacity_kwh=capacity_kwh, floor=floor)
    site.others = replace(site.others, banks=(box,))
    return site.look().storage


@pytest.mark.parametrize("common", [False, True])
def test_who_tells_the_charge_alone_leaves_the_capacity_to_the_others(*, common: bool) -> None:
    storage = told_by_the_box({"common_bank": common})
    assert (storage.soc, storage.capacity_kwh) == (80.0, 15.36)
    assert storage.usable_kwh == pytest.approx(0.7 * 15.36), "the inverter stops at 10 %"


def test_of_a_capacity_that_the_user_tells_the_inverter_leaves_its_floor() -> None:
    storage = told_by_the_box({"capacity": 20.0})
    assert storage.capacity_kwh == 20.0
    assert storage.usable_kwh == pytest.approx(14.0)


@pytest.mark.parametrize(("common", "capacity_kwh"), [(False, 29.36), (True, 15.36)])
def test_who_tells_the_charge_of_a_battery_of_its_own_adds_its_capacity(
    *, common: bool, capacity_kwh: float
) -> None:
    storage = told_by_the_box({"common_bank": common}, capacity_kwh=14.0, floor=20.0)
    assert storage.soc == 80.0
    assert storage.capacity_kwh == pytest.approx(capacity_kwh)
    assert storage.usable_kwh == pytest.approx(0.6 * capacity_kwh)


def test_two_inverters_at_a_battery_that_tells_its_charge_do_not_double_it() -> None:
    site = PaperSite({"soc_of": BOX})
    site.inverter(Unit(capacity_kwh=15.36))
    site.inverter(Unit(capacity_kwh=15.0, floor=20.0), name=SECOND)
    site.others = replace(site.others, banks=(Bank(name=BOX, soc=site.watts(80.0)),))
    storage = site.look().storage
    assert storage.capacity_kwh == 15.36
    assert storage.usable_kwh == pytest.approx(0.6 * 15.36)


def test_of_a_battery_that_nobody_knows_the_capacity_of_the_charge_is_known() -> None:
    site = PaperSite({"soc_of": BOX})
    site.inverter(Unit(capacity_kwh=None))
    site.others = replace(site.others, banks=(Bank(name=BOX, soc=site.watts(80.0)),))
    storage = site.look().storage
    assert (storage.soc, storage.capacity_kwh, storage.usable_kwh) == (80.0, None, None)


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
