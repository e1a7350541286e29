"""Home Assistant's own Enphase integration next to a gateway of the site: nothing counts twice."""

from typing import Any, Final

from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.integration.site.kit import GATEWAY, INVERTER, Topology
from tests.integration.site_wiring.kit import Desk, options, proposal

CAPACITY_KWH: Final = 15.36
ANOTHER: Final = "122302091111"


def core_sun(desk: Desk, serial: str = GATEWAY) -> dict[str, Any]:
    """Give the counter that the other integration has of a gateway, as the dashboard keeps it."""
    entry = MockConfigEntry(domain="enphase_envoy", unique_id=serial)
    entry.add_to_hass(desk.hass)
    counter = er.async_get(desk.hass).async_get_or_create(
        "sensor", "enphase_envoy", f"{serial}_lifetime_production", config_entry=entry
    )
    desk.hass.states.async_set(counter.entity_id, "12345")
    return {"type": "solar", "stat_energy_from": counter.entity_id}


def deye_sun(desk: Desk) -> dict[str, Any]:
    """Give the inverter's panels."""
    return {"type": "solar", "stat_energy_from": desk.of_source(INVERTER, "pv_energy_total")}


async def test_the_site_takes_the_place_of_its_counter(desk: Desk) -> None:
    await desk.save(core_sun(desk))
    await desk.wait_for_statistics()
    step = await desk.open_repair()
    assert options(step)["solar"] == ["replace", "leave"]
    await desk.submit(step)
    assert await desk.stored() == [desk.solar(), desk.grid(), desk.battery(CAPACITY_KWH)]
    assert desk.repair() is None


async def test_its_counter_next_to_that_of_the_site_is_told_and_taken_out(desk: Desk) -> None:
    await desk.save(desk.solar(), core_sun(desk), desk.grid(), desk.battery(CAPACITY_KWH))
    await desk.wait_for_statistics()
    step = await desk.open_repair()
    assert proposal(step) == {"solar": "replace"}
    await desk.submit(step)
    assert await desk.stored() == [desk.solar(), desk.grid(), desk.battery(CAPACITY_KWH)]
    assert desk.repair() is None


async def test_its_counter_with_those_of_all_other_sources_is_right_as_it_is(desk: Desk) -> None:
    await desk.save(core_sun(desk), deye_sun(desk), desk.grid(), desk.battery(CAPACITY_KWH))
    await desk.wait_for_statistics()
    assert desk.repair() is None


async def test_of_a_gateway_that_the_site_does_not_know_it_is_left_alone(desk: Desk) -> None:
    other = core_sun(desk, ANOTHER)
    await desk.save(other)
    await desk.wait_for_statistics()
    step = await desk.open_repair()
    assert options(step)["solar"] == ["leave", "beside"]


@pytest.mark.parametrize("house", [Topology(options={"excluded": [GATEWAY]})], indirect=True)
async def test_of_a_gateway_that_was_left_out_it_counts_next_to_the_site(desk: Desk) -> None:
    await desk.save(desk.solar(), core_sun(desk), desk.grid(), desk.battery(CAPACITY_KWH))
    await desk.wait_for_statistics()
    assert desk.repair() is None
