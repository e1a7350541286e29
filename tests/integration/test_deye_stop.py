"""What is left behind when Home Assistant stops."""

from typing import Any

from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.integration.conftest import SetUp
from tests.simulators.logger import LoggerSimulator


async def test_a_stop_closes_the_connection_and_saves_what_was_shown(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
) -> None:
    await set_up(deye_entry)
    assert logger.open_connections == 1
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await hass.async_block_till_done()
    assert logger.open_connections == 0
    stored = hass_storage[f"solar_monitor.{deye_entry.entry_id}"]["data"]
    assert stored["clean"] is True
    assert stored["counters"]["pv_energy_total"]["raw"] > 0
