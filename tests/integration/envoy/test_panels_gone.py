"""A panel that no list of the gateway names any more, though nothing says that it is retired."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from tests.integration.conftest import SetUp
from tests.integration.envoy.kit import PANELS, entry_for, shown, source_of
from tests.integration.glue.kit import device_of, remove_device
from tests.integration.machine import TimeMachine
from tests.simulators.envoy import EnvoySimulator

GONE = "482200000009"


def with_another_panel(entry: MockConfigEntry, gateway: EnvoySimulator) -> MockConfigEntry:
    """Make an entry that remembers one panel more than the gateway has."""
    identity = entry.data["identity"]
    shape = identity["shape"] | {"panels": [*identity["shape"]["panels"], GONE]}
    return entry_for(gateway, identity=identity | {"shape": shape})


async def test_it_stays_until_the_user_removes_it_and_stays_away_then(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
) -> None:
    await set_up(envoy_entry)
    await machine.run(120)
    known = source_of(envoy_entry).shape.panels
    await machine.finish(hass.config_entries.async_remove(envoy_entry.entry_id))

    entry = with_another_panel(envoy_entry, gateway)
    gateway.close()
    await set_up(entry)
    await machine.run(60)
    # While the gateway is away nobody knows what it would name.
    assert not await machine.finish(remove_device(hass, hass_ws_client, GONE))
    gateway.open()
    await machine.run(900)
    assert shown(hass, "panels_expected") == str(PANELS + 1)
    assert not await machine.finish(remove_device(hass, hass_ws_client, known[0]))
    assert await machine.finish(remove_device(hass, hass_ws_client, GONE))
    await machine.run(120)
    assert shown(hass, "panels_expected") == str(PANELS)
    assert source_of(entry).shape.panels == known
    assert device_of(hass, GONE) is None
    assert len(dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)) == PANELS + 1
