"""Settings that an inverter does not answer take nothing away, and hold up no others."""

from dataclasses import replace

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.solar_monitor.const import DOMAIN
from custom_components.solar_monitor.logic.contribution import Setting
from custom_components.solar_monitor.sources.deye.contribute import contribute
from tests.integration.machine import TimeMachine
from tests.integration.site.kit import INVERTER, House, coordinator_of
from tests.integration.test_deye_partial import SETTINGS, SilentRange


@pytest.fixture
def silent(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> SilentRange:
    """Give a range of addresses that can be made silent."""
    return SilentRange(hass, monkeypatch)


async def test_settings_that_fail_at_a_reload_take_no_entity_away(
    living: House, machine: TimeMachine, silent: SilentRange
) -> None:
    await machine.run(100)
    registry = er.async_get(living.hass)
    found = registry.async_get_entity_id("sensor", DOMAIN, "site_battery_runtime")
    assert found is not None
    registry.async_update_entity(found, new_entity_id="sensor.mine", name="Mine")
    await machine.run(60)
    before = living.hass.states.get("sensor.mine")
    assert before is not None
    silent.addresses = SETTINGS
    entry = living.inverter_entries[0]
    assert await machine.finish(living.hass.config_entries.async_reload(entry.entry_id))
    await machine.run(120)
    assert registry.async_get_entity_id("sensor", DOMAIN, "site_battery_runtime") == "sensor.mine"
    state = living.hass.states.get("sensor.mine")
    assert state is not None
    assert float(state.state) > 0, "the capacity is the one of before"


@pytest.mark.parametrize(
    ("key", "setting"),
    [
        ("aux_port_mode", Setting.PORT),
        ("battery_operation_mode", Setting.BATTERY),
        ("work_mode", Setting.MODE),
        ("battery_capacity_ah", Setting.CAPACITY),
        ("battery_control_mode", Setting.CAPACITY),
        ("battery_shutdown_soc", Setting.FLOOR),
    ],
)
async def test_a_setting_that_was_not_read_leaves_open_what_it_decides_and_nothing_else(
    living: House, machine: TimeMachine, key: str, setting: Setting
) -> None:
    await machine.run(60)
    inverter = coordinator_of(living.inverter_entries[0])
    times = inverter.times
    assert contribute(inverter.source, inverter.data, times).unsettled == {INVERTER: frozenset()}
    told = {name: at for name, at in times.told.items() if name != key}
    given = contribute(inverter.source, inverter.data, replace(times, told=told))
    assert given.unsettled == {INVERTER: {setting}}
