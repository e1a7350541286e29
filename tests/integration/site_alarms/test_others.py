"""What is wrong with devices of other integrations, and what becomes of it when they go."""

from typing import Any, Final

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.logic.contribution import Subject
from custom_components.solar_monitor.site.alarm_repairs import REPAIR_AFTER_S
from tests.integration.machine import TimeMachine
from tests.integration.site_alarms.kit import HOUR, Says, Told, problem, repairs, shown
from tests.integration.states import state_with

pytestmark = pytest.mark.usefixtures("living")

METER: Final = {"id": "x1", "kind": "grid_meter", "name": "Shelly", "power": "sensor.meter"}
CARPORT: Final = {"id": "x2", "kind": "panels", "name": "Carport", "power": "sensor.carport"}
BATTERY: Final = {
    "id": "x3",
    "kind": "battery",
    "name": "EG4",
    "power": "sensor.battery",
    "soc": "sensor.charge",
}


def others(*devices: dict[str, str]) -> dict[str, Any]:
    """Make the options of a site."""
    return {"others": list(devices)}


def report(hass: HomeAssistant, entity_id: str, value: float, unit: str = "W") -> None:
    """Let an entity of another integration report."""
    hass.states.async_set(entity_id, str(value), {"unit_of_measurement": unit})


async def choose(
    hass: HomeAssistant, machine: TimeMachine, site: MockConfigEntry, *devices: dict[str, str]
) -> None:
    """Let the user have these devices from now on."""
    hass.config_entries.async_update_entry(site, options=others(*devices))
    assert await machine.finish(hass.config_entries.async_reload(site.entry_id))
    await machine.run(40)


@pytest.mark.parametrize("site_config", [others(METER), others(METER, CARPORT)], indirect=True)
async def test_a_device_that_the_user_removes_takes_its_alarm_and_its_repair_with_it(
    hass: HomeAssistant, machine: TimeMachine, says: Says, told: Told, living: MockConfigEntry
) -> None:
    says.subjects = {Subject.METER: False}
    report(hass, "sensor.meter", 900)
    report(hass, "sensor.carport", 900)
    left = living.options["others"][1:]
    for _ in range(int((HOUR + REPAIR_AFTER_S) / 600)):
        report(hass, "sensor.carport", 900)
        await machine.run(600)
    assert told.short == [("stale", "raised")]
    found = repairs(hass)["site_data_stale"]
    assert found is not None
    assert found["source"] == "Shelly"
    await choose(hass, machine, living, *left)
    assert told.short == [("stale", "raised"), ("stale", "cleared")]
    assert (told.events[1]["ended"], told.events[1]["source"]) == ("gone", "Shelly")
    assert "site_data_stale" not in repairs(hass)
    assert shown(hass, "alarm") == "off"
    assert problem(hass, "alarm").attributes["silent"] == []


@pytest.mark.parametrize("site_config", [others(METER)], indirect=True)
async def test_a_device_that_was_well_and_is_removed_is_silent_for_nobody(
    hass: HomeAssistant, machine: TimeMachine, says: Says, told: Told, living: MockConfigEntry
) -> None:
    says.production_w = 500.0
    report(hass, "sensor.meter", 900)
    await machine.run(70)
    await choose(hass, machine, living)
    assert shown(hass, "data_stale") == "off"
    assert problem(hass, "data_stale").attributes["silent"] == []
    assert told.short == []


@pytest.mark.parametrize("site_config", [others(BATTERY)], indirect=True)
async def test_a_battery_that_tells_its_power_and_no_charge_any_more_has_stale_data(
    hass: HomeAssistant, machine: TimeMachine, told: Told
) -> None:
    report(hass, "sensor.charge", 60, "%")
    for minutes in range(0, 45, 5):
        report(hass, "sensor.battery", 100 + minutes)
        await machine.run(300)
    assert state_with(hass, "site_battery_soc").state == "unavailable"
    assert state_with(hass, "site_battery_power").state == "140"
    assert state_with(hass, "site_status").state == "incomplete"
    assert problem(hass, "data_stale").attributes["text"] == "EG4: Values are missing or too old"
    assert told.short == [("stale", "raised")]
    for minutes in range(2):
        report(hass, "sensor.battery", 100 + minutes)
        report(hass, "sensor.charge", 61 + minutes, "%")
        await machine.run(120)
    assert told.short == [("stale", "raised"), ("stale", "cleared")]
    assert shown(hass, "data_stale") == "off"
