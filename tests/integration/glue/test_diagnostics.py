"""What diagnostics of any source say about what is silent."""

from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.diagnostics import async_get_config_entry_diagnostics
from tests.integration.conftest import SetUp
from tests.integration.glue.toy import GRACE_S, SILENCE, Toy
from tests.integration.machine import TimeMachine


async def test_what_is_silent_is_counted_by_its_text_and_named_by_no_serial_number(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, toy: Toy, toy_config: MockConfigEntry
) -> None:
    await set_up(toy_config)
    toy.panels_error = SILENCE
    await machine.run(GRACE_S + 60)
    found = await async_get_config_entry_diagnostics(hass, toy_config)
    assert found["polling"]["stale"] == {"panel_device_power": len(toy.panels)}
