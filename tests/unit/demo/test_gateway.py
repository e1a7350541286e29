"""The gateway in the demo's house, beside the inverter that was there before."""

from dataclasses import asdict
from functools import reduce

import pytest

from tests.demo.gateway import Roof
from tests.demo.gateway_truth import true_values_of
from tests.demo.house import WAYS, House
from tests.demo.past import FINE, GATEWAY_COUNTERS, SITE_PAST
from tests.simulators.envoy import CtKind, EnvoySimulator, Shape
from tests.simulators.families import FACES
from tests.simulators.site import Energies

from .kit import build

WAY = WAYS["solarman_v5"]


def gateway_of(house: House) -> EnvoySimulator:
    assert house.gateway
    return house.gateway


def day_of(house: House) -> list[Energies]:
    """Give what every five minutes since yesterday's midnight brought."""
    site = house.site
    begin = site.place.local(site.place.midnight(site.clock.timestamp(), 1))
    return [row.deltas for row in site.history(begin, site.clock.now(), FINE)]


@pytest.mark.parametrize("family", FACES)
def test_the_inverter_does_not_notice_the_gateways_panels(family: str) -> None:
    alone, together = build(family, WAY), build(family, WAY, Roof())
    for before, now in zip(day_of(alone), day_of(together), strict=True):
        assert now.pv_dc == pytest.approx(before.pv_dc, abs=1e-9)
        assert now.grid_tied == pytest.approx(before.grid_tied, abs=1e-9)
        assert now.inverter == pytest.approx(before.inverter, abs=1e-9)
        assert now.grid_import == pytest.approx(before.grid_import, abs=1e-9)
        assert now.grid_export == pytest.approx(before.grid_export, abs=1e-9)
        assert now.imbalance == pytest.approx(0, abs=1e-9)
    assert sum(day.pv_ac - day.grid_tied for day in day_of(together)) > 10


@pytest.mark.parametrize("family", FACES)
def test_no_counter_of_the_dashboard_ever_falls(family: str) -> None:
    for day in day_of(build(family, WAY, Roof())):
        assert {key: count(day) for key, count in GATEWAY_COUNTERS.items() if count(day) < 0} == {}


@pytest.mark.parametrize("family", FACES)
def test_the_past_of_the_site_is_what_the_house_uses(family: str) -> None:
    day = reduce(add, day_of(build(family, WAY, Roof())))
    kwh = {
        key.removesuffix("_energy_total"): count(day) for key, count in SITE_PAST.counters.items()
    }
    sources = kwh["pv"] + kwh["battery_discharge"] + kwh["grid_import"]
    assert kwh["load"] == pytest.approx(day.load + day.losses)
    assert sources - kwh["battery_charge"] - kwh["grid_export"] == pytest.approx(kwh["load"])


def add(one: Energies, other: Energies) -> Energies:
    """Add the energies of two times."""
    sums = {name: value + getattr(other, name) for name, value in asdict(one).items()}
    return Energies(**sums)


@pytest.mark.parametrize("shape", Shape, ids=lambda shape: shape.name)
def test_a_house_with_a_hybrid_keeps_its_only_battery(shape: Shape) -> None:
    gateway = gateway_of(build("hybrid_1p", WAY, Roof(shape)))
    assert gateway.truth().storage is None
    assert CtKind.STORAGE not in gateway.truth().cts


def test_a_house_without_a_battery_gets_those_of_the_gateway() -> None:
    house = build("string", WAY, Roof(Shape.D8_2_STORAGE))
    truth = true_values_of(gateway_of(house))
    assert truth["battery_power"] == pytest.approx(house.site.powers().battery, abs=5)
    assert "battery_charge_energy_total" in truth


def test_what_holds_still_says_nothing_new() -> None:
    house = build("hybrid_1p", WAY, Roof(panels=4))
    gateway = gateway_of(house)
    house.site.clock.freeze()
    house.hold_still()
    before = gateway.truth().panels
    house.site.clock.advance(1800)
    assert gateway.truth().panels == before
    house.site.clock.advance(3600)
    assert gateway.truth().panels != before
