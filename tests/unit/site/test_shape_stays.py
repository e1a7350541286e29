"""What a source has shown to have, the site has as long as the source takes part."""

from dataclasses import replace
from typing import Final

import pytest

from custom_components.solar_monitor.logic.bank import Bank
from custom_components.solar_monitor.logic.contribution import Setting
from custom_components.solar_monitor.logic.flows import AcBattery
from custom_components.solar_monitor.site.shape import Feature, Shown

from .paper import GATEWAY, INVERTER, PaperSite, Unit

OF_A_BATTERY: Final = {
    "battery_power",
    "battery_soc",
    "battery_runtime",
    "battery_efficiency",
    "battery_charge_energy_total",
    "battery_discharge_energy_total",
}
SECOND: Final = "2712345679"


@pytest.mark.parametrize("restarts", [False, True])
def test_a_battery_that_is_off_takes_no_entity_away(*, restarts: bool) -> None:
    site = PaperSite()
    site.inverter()
    site.look()
    before = site.shows()
    assert before >= OF_A_BATTERY
    if restarts:
        site.restart()
    revision = site.model.revision
    site.inverter(Unit(battery=False))
    moment = site.look()
    assert moment.flows.battery_w is None
    assert site.shows() == before
    assert site.model.revision == revision


def test_settings_that_are_not_read_at_a_start_take_no_entity_away() -> None:
    site = PaperSite()
    site.inverter()
    site.look()
    before = site.shows()
    site.restart()
    site.inverter(Unit(capacity_kwh=None, floor=0.0, unsettled=frozenset(Setting)))
    moment = site.look()
    assert site.shows() == before
    assert moment.storage.capacity_kwh == 10.0
    assert moment.storage.usable_kwh == 4.0, "above the floor of 10 %"


@pytest.mark.parametrize("settings", [frozenset(), frozenset({Setting.BATTERY})])
def test_a_battery_that_never_told_its_charge_may_go(settings: frozenset[Setting]) -> None:
    site = PaperSite()
    site.inverter(Unit(soc=None if not settings else 50.0, unsettled=settings))
    site.look()
    assert "battery_power" in site.shows()
    site.inverter(Unit(battery=False, unsettled=settings))
    site.look()
    assert site.shows().isdisjoint(OF_A_BATTERY)


def test_what_a_source_has_goes_with_it() -> None:
    site = PaperSite()
    site.inverter()
    site.gateway()
    site.look()
    assert site.shows() >= OF_A_BATTERY | {"losses"}
    site.forget([INVERTER])
    site.look()
    assert site.shows().isdisjoint(OF_A_BATTERY | {"losses"})
    assert "pv_power" in site.shows()


def test_what_two_sources_have_stays_with_the_other_one() -> None:
    site = PaperSite()
    site.inverter()
    site.inverter(Unit(ct=None), SECOND)
    site.look()
    site.inverter(Unit(ct=None, battery=False), SECOND)
    site.forget([INVERTER])
    site.look()
    assert site.shows() >= OF_A_BATTERY


def test_each_device_of_other_integrations_takes_part_by_itself() -> None:
    site = PaperSite()
    site.gateway()
    site.balcony(100.0)
    site.meter("p1", power=500.0, kwh=(1.0, 1.0))
    site.others = replace(
        site.others,
        batteries=(AcBattery(name="b", power=site.watts(100.0)),),
        banks=(Bank(name="b", soc=site.watts(50.0)),),
    )
    site.look()
    assert site.shows() >= {"battery_power", "battery_soc", "grid_power"}
    assert "battery_runtime" not in site.shows(), "nobody knows the capacity"
    site.others = replace(site.others, batteries=(), banks=())
    site.look()
    assert "battery_power" not in site.shows()
    assert "grid_power" in site.shows()
    site.others = replace(site.others, meters=())
    site.look()
    assert "grid_power" not in site.shows()


def test_a_battery_without_a_charge_has_shown_itself_by_its_power() -> None:
    site = PaperSite()
    site.gateway()
    plain = site.given[GATEWAY]
    power = site.watts(-100.0)
    site.given[GATEWAY] = replace(plain, batteries=(AcBattery(name=GATEWAY, power=power),))
    site.look()
    site.given[GATEWAY] = plain
    site.look()
    assert "battery_power" in site.shows()


@pytest.mark.parametrize("memory", [None, [], {"a": "battery"}, {"a": ["battery", "wings", 1]}])
def test_a_damaged_memory_is_passed_over(memory: object) -> None:
    known = {each for shown in Shown(memory).to_dict().values() for each in shown}
    assert known <= {Feature.BATTERY}
