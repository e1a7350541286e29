"""Two entries that reach their inverters through one host and port."""

from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.integration.conftest import SetUp
from tests.integration.deye import coordinator_of, entry_for, state_of, unavailable
from tests.integration.machine import TimeMachine
from tests.simulators.logger import LoggerSimulator


def second_unit(logger: LoggerSimulator) -> MockConfigEntry:
    """Make the entry of a second inverter behind the same logger."""
    return entry_for(logger, unit=2, id_prefix="2712345678_u2", identity=None)


async def test_all_units_share_one_connection(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
) -> None:
    again = entry_for(logger, id_prefix="another")
    await set_up(deye_entry)
    await set_up(again)
    await machine.run(100)
    assert logger.connections == 1
    for prefix in ("2712345678", "another"):
        assert state_of(hass, "connectivity", prefix).state == "on"
        assert float(state_of(hass, "pv_power", prefix).state) > 0
    assert await machine.finish(hass.config_entries.async_unload(again.entry_id))
    await machine.run(60)
    assert logger.open_connections == 1
    assert state_of(hass, "connectivity").state == "on"


async def test_a_silent_unit_does_not_disturb_the_one_that_answers(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
) -> None:
    silent = second_unit(logger)
    await set_up(deye_entry)
    await set_up(silent)
    await machine.run(600)
    assert unavailable(hass, deye_entry) == set()
    assert "battery_soc" in unavailable(hass, silent)
    for prefix in ("2712345678", "2712345678_u2"):
        assert state_of(hass, "connectivity", prefix).state == "on"  # it is the logger's
    assert coordinator_of(silent).interval_s == 30
    assert logger.connections == 1
