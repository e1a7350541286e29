"""From a config entry to entities, and back to nothing."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.integration.conftest import SetUp
from tests.integration.deye import state_of
from tests.simulators.logger import LoggerSimulator


async def test_a_fresh_entry_shows_what_the_inverter_measures(
    hass: HomeAssistant, set_up: SetUp, deye_entry: MockConfigEntry, logger: LoggerSimulator
) -> None:
    await set_up(deye_entry)
    assert deye_entry.state is ConfigEntryState.LOADED
    print("SNAP", deye_entry.runtime_data.coordinator.data, logger.requests)
    truth = logger.truth()
    for key in ("battery_soc", "pv1_power", "grid_power", "load_power", "pv_energy_total"):
        assert float(state_of(hass, key).state) == truth[key], key
    assert state_of(hass, "connectivity").state == "on"
