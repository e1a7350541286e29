"""A site of nothing but devices of other integrations, in Home Assistant."""

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from homeassistant.const import EVENT_STATE_CHANGED, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events

from custom_components.solar_monitor.const import DOMAIN
from tests.integration.conftest import SetUp
from tests.integration.machine import TimeMachine
from tests.integration.site.kit import shown
from tests.integration.site_flow.kit import sensor, show, site_entry_with
from tests.integration.states import history_of

IMPORT = "grid_import_energy_total"


@pytest.fixture
async def metered(
    hass: HomeAssistant,
    machine: TimeMachine,  # noqa: ARG001 - torn down after what it moves
    set_up: SetUp,
) -> MockConfigEntry:
    """Give a site that knows a meter of another integration: 6 kW, from 100 kWh on."""
    meter = {
        "id": "other_1",
        "kind": "grid_meter",
        "name": "P1",
        "power": sensor(hass, "power", 6000),
        "energy_in": sensor(hass, "energy", 100, "kWh"),
    }
    entry = site_entry_with({"others": [meter]})
    await set_up(entry)
    return entry


async def count(hass: HomeAssistant, machine: TimeMachine, steps: Iterable[int]) -> None:
    """Let the meter count 0.1 kWh a minute, and tell it."""
    for step in steps:
        show(hass, "sensor.power", 6000)
        show(hass, "sensor.energy", 100 + step / 10, "kWh")
        await machine.run(60)


async def restart_after_a_power_cut(
    hass: HomeAssistant,
    machine: TimeMachine,
    entry: MockConfigEntry,
    hass_storage: dict[str, Any],
) -> None:
    """Start again with what is on the disk now."""
    key = f"{DOMAIN}.{entry.entry_id}"
    left = deepcopy(hass_storage[key])
    assert left["data"]["clean"] is False
    assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))
    hass_storage[key] = left  # nobody had the time to write
    assert await machine.finish(hass.config_entries.async_setup(entry.entry_id))
    await machine.run(60)


@pytest.mark.parametrize("first", [0, 100, 101, 102.3])
async def test_after_power_cuts_the_total_never_falls_and_misses_nothing(
    hass: HomeAssistant,
    metered: MockConfigEntry,
    machine: TimeMachine,
    hass_storage: dict[str, Any],
    first: float,
) -> None:
    events = async_capture_events(hass, EVENT_STATE_CHANGED)
    await count(hass, machine, range(24))
    for cut in range(1, 4):
        show(hass, "sensor.energy", first, "kWh")  # what the other integration begins with
        await restart_after_a_power_cut(hass, machine, metered, hass_storage)
        await count(hass, machine, range(24 * cut, 24 * (cut + 1)))
    assert float(shown(hass, IMPORT)) == pytest.approx(9.5)
    states = history_of(hass, events, f"site_{IMPORT}")
    known = [float(each) for each in states if each not in {STATE_UNKNOWN, STATE_UNAVAILABLE}]
    assert known == sorted(known)
    assert len(known) > 40


@pytest.mark.parametrize("gone", ["unavailable", "unknown", "0", "-1"])
async def test_what_the_other_integration_says_while_it_starts_is_no_energy(
    hass: HomeAssistant, metered: MockConfigEntry, machine: TimeMachine, gone: str
) -> None:
    await count(hass, machine, range(24))
    assert await machine.finish(hass.config_entries.async_unload(metered.entry_id))
    show(hass, "sensor.power", "unavailable")
    show(hass, "sensor.energy", gone, "kWh")
    assert await machine.finish(hass.config_entries.async_setup(metered.entry_id))
    await machine.run(120)
    assert shown(hass, IMPORT) == "2.3"
    await count(hass, machine, range(24, 30))
    assert shown(hass, IMPORT) == "2.9"
