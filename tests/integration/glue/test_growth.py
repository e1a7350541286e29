"""New devices appear without a reload; what is gone is the user's to remove."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.solar_monitor import async_remove_config_entry_device
from custom_components.solar_monitor.const import DOMAIN
from custom_components.solar_monitor.sources.deye import SPEC as DEYE
from custom_components.solar_monitor.sources.envoy import SPEC as ENVOY
from tests.integration.conftest import SetUp
from tests.integration.glue.kit import (
    FIRST,
    SECOND,
    THIRD,
    coordinator_of,
    device_of,
    own,
    panels,
    remove_device,
    state_of,
    unique_ids,
)
from tests.integration.glue.toy import GRACE_S, SERIAL, SILENCE, Toy
from tests.integration.machine import TimeMachine


async def test_a_panel_has_its_own_serial_number_as_its_unique_id(
    hass: HomeAssistant, set_up: SetUp, toy_config: MockConfigEntry
) -> None:
    await set_up(toy_config)
    assert unique_ids(hass, toy_config) == {
        own("production_power"),
        own("production_energy_total"),
        own("connection"),
        own("counter_corrections"),
        own("live_mode"),
        own("refresh"),
        f"{FIRST}_power",
        f"{SECOND}_power",
    }


def test_the_rows_of_a_vendor_are_for_its_own_sources_only(toy: Toy) -> None:
    assert list(DEYE.rows(toy)) == list(ENVOY.rows(toy)) == []


async def test_a_new_panel_appears_with_the_next_poll_and_shows_its_value_at_once(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    toy: Toy,
    toy_config: MockConfigEntry,
) -> None:
    await set_up(toy_config)
    coordinator = coordinator_of(toy_config)
    await machine.run(40)
    toy.grow(**{FIRST: 11, SECOND: 12, THIRD: 13})
    await machine.run(31)
    assert state_of(hass, f"{THIRD}_power").state == "13"
    gateway, panel = device_of(hass, SERIAL), device_of(hass, THIRD)
    assert gateway is not None
    assert panel is not None
    assert panel.via_device_id == gateway.id
    assert coordinator_of(toy_config) is coordinator
    assert toy_config.state is ConfigEntryState.LOADED


async def test_a_new_panel_is_polled_like_the_others(
    machine: TimeMachine, set_up: SetUp, toy: Toy, toy_config: MockConfigEntry
) -> None:
    await set_up(toy_config)
    toy.grow(**{FIRST: 11, THIRD: 13})
    await machine.run(200)
    asked = [keys for name, _, keys in toy.reads if name == "panels"]
    assert asked[-1] == {f"{FIRST}_power", f"{THIRD}_power"}


async def test_nothing_is_added_twice(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    toy: Toy,
    toy_config: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await set_up(toy_config)
    for power in range(3):
        toy.grow(**{FIRST: 11, SECOND: 12, THIRD: power})
        await machine.run(61)
    assert panels(hass, toy_config) == {FIRST, SECOND, THIRD}
    assert "unique ID" not in caplog.text
    assert "unique id" not in caplog.text


async def test_a_gateway_that_was_away_at_the_start_gets_its_panels_when_it_answers(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    toy: Toy,
    toy_config: MockConfigEntry,
) -> None:
    toy.panels = {}
    toy.error = toy.panels_error = SILENCE
    await set_up(toy_config)
    assert panels(hass, toy_config) == set()
    toy.error = toy.panels_error = None
    toy.grow(**{FIRST: 11})
    await machine.run(120)
    assert state_of(hass, f"{FIRST}_power").state == "11"


async def test_a_panel_that_is_missing_today_keeps_its_device_and_entities(
    hass: HomeAssistant, set_up: SetUp, toy: Toy, toy_config: MockConfigEntry
) -> None:
    await set_up(toy_config)
    toy.grow(**{FIRST: 11})
    await coordinator_of(toy_config).async_refresh()
    await hass.async_block_till_done()
    assert await hass.config_entries.async_reload(toy_config.entry_id)
    await hass.async_block_till_done()
    assert panels(hass, toy_config) == {FIRST, SECOND}
    assert device_of(hass, SECOND) is not None


async def test_a_panel_that_is_gone_shows_its_last_power_no_longer_than_its_grace(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    toy: Toy,
    toy_config: MockConfigEntry,
) -> None:
    await set_up(toy_config)
    toy.grow(**{FIRST: 11})
    await machine.run(GRACE_S - 60)
    assert state_of(hass, f"{SECOND}_power").state == "12"
    await machine.run(120)
    assert state_of(hass, f"{SECOND}_power").state == "unavailable"
    assert state_of(hass, f"{FIRST}_power").state == "11"


def remember(hass: HomeAssistant, entry: MockConfigEntry) -> tuple[str, str]:
    """Register an entity and a device of the gateway that it does not have any more."""
    entry.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={(DOMAIN, f"{SERIAL}_battery")}
    )
    entity = er.async_get(hass).async_get_or_create(
        "sensor", DOMAIN, own("battery_soc"), config_entry=entry, device_id=device.id
    )
    return entity.entity_id, device.id


async def test_what_the_gateway_itself_no_longer_has_is_removed(
    hass: HomeAssistant, set_up: SetUp, toy_config: MockConfigEntry
) -> None:
    entity_id, device_id = remember(hass, toy_config)
    await set_up(toy_config)
    assert er.async_get(hass).async_get(entity_id) is None
    assert dr.async_get(hass).async_get(device_id) is None


async def test_nothing_is_removed_before_it_is_known_what_there_is(
    hass: HomeAssistant, set_up: SetUp, toy: Toy, toy_config: MockConfigEntry
) -> None:
    entity_id, device_id = remember(hass, toy_config)
    toy.known = False
    await set_up(toy_config)
    assert er.async_get(hass).async_get(entity_id) is not None
    toy.known = True
    toy.grow(**toy.panels)
    await coordinator_of(toy_config).async_refresh()
    assert er.async_get(hass).async_get(entity_id) is None
    assert dr.async_get(hass).async_get(device_id) is None


async def test_a_panel_that_is_in_use_cannot_be_removed(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    set_up: SetUp,
    toy_config: MockConfigEntry,
) -> None:
    await set_up(toy_config)
    for serial in (FIRST, SERIAL):
        assert not await remove_device(hass, hass_ws_client, serial)
        assert device_of(hass, serial) is not None


async def test_nothing_can_be_removed_while_nobody_knows_what_is_gone(
    hass: HomeAssistant, set_up: SetUp, toy: Toy, toy_config: MockConfigEntry
) -> None:
    toy.retired = {SECOND}
    await set_up(toy_config)
    assert await hass.config_entries.async_unload(toy_config.entry_id)
    device = device_of(hass, SECOND)
    assert device is not None
    assert not await async_remove_config_entry_device(hass, toy_config, device)


async def test_a_retired_panel_can_be_removed_and_does_not_come_back_by_itself(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    set_up: SetUp,
    toy: Toy,
    toy_config: MockConfigEntry,
) -> None:
    await set_up(toy_config)
    toy.retired = {SECOND}
    toy.grow(**{FIRST: 11})
    await coordinator_of(toy_config).async_refresh()
    assert await remove_device(hass, hass_ws_client, SECOND)
    assert panels(hass, toy_config) == {FIRST}
    toy.grow(**{FIRST: 11})
    await coordinator_of(toy_config).async_refresh()
    await hass.async_block_till_done()
    assert device_of(hass, SECOND) is None


async def test_a_panel_that_was_removed_comes_back_when_it_is_used_again(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    machine: TimeMachine,
    set_up: SetUp,
    toy: Toy,
    toy_config: MockConfigEntry,
) -> None:
    await set_up(toy_config)
    toy.retired = {SECOND}
    toy.grow(**{FIRST: 11})
    await machine.run(31)
    assert await machine.finish(remove_device(hass, hass_ws_client, SECOND))
    toy.retired = set()
    toy.grow(**{FIRST: 11, SECOND: 22})
    await machine.run(61)
    assert state_of(hass, f"{SECOND}_power").state == "22"


async def test_a_poll_that_ends_while_the_entry_unloads_adds_nothing(
    hass: HomeAssistant, set_up: SetUp, toy: Toy, toy_config: MockConfigEntry
) -> None:
    await set_up(toy_config)
    inventory = toy_config.runtime_data.inventory
    toy.grow(**{FIRST: 11, THIRD: 13})
    toy_config.mock_state(hass, ConfigEntryState.UNLOAD_IN_PROGRESS)
    inventory.async_update()
    await hass.async_block_till_done()
    toy_config.mock_state(hass, ConfigEntryState.LOADED)
    assert panels(hass, toy_config) == {FIRST, SECOND}
