"""Two entries whose gateways list the same panels: one of them was replaced by the other."""

import logging

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.integration.conftest import SetUp
from tests.integration.envoy.kit import PANELS, entry_for, shown, source_of
from tests.integration.machine import TimeMachine
from tests.simulators.envoy import EnvoySimulator

OTHER_SERIAL = "122302011111"
MINUTE = 60


def panel_entities(hass: HomeAssistant, entry: MockConfigEntry, serial: str) -> set[str]:
    """Give the entities of a panel that belong to an entry."""
    found = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    return {entity.entity_id for entity in found if entity.unique_id.startswith(serial)}


@pytest.mark.parametrize("remembered", [False, True])
async def test_each_panel_is_shown_once_and_goes_over_when_the_old_entry_is_removed(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    caplog: pytest.LogCaptureFixture,
    remembered: bool,  # noqa: FBT001 - a test's parameter
) -> None:
    caplog.set_level(logging.DEBUG, "custom_components.solar_monitor")
    newer = EnvoySimulator(gateway.site, shape=gateway.shape, panels=PANELS, serial=OTHER_SERIAL)
    serial = gateway.field.panels[0].serial
    assert serial == newer.field.panels[0].serial
    await newer.start()
    try:
        old = entry_for(gateway)
        await set_up(old)
        await machine.run(5 * MINUTE)
        mine = panel_entities(hass, old, serial)
        assert len(mine) > 3
        identity = dict(old.data["identity"]) | {"serial": OTHER_SERIAL}
        new = entry_for(newer, identity=identity if remembered else None)
        await set_up(new)
        await machine.run(5 * MINUTE)
        assert "does not generate unique IDs" not in caplog.text
        assert caplog.text.count("Shown by another entry already") == 1
        assert panel_entities(hass, old, serial) == mine
        assert panel_entities(hass, new, serial) == set()
        assert source_of(new).shape.panels == ()
        assert source_of(new).shape.production
        assert source_of(new).findings() == ()

        await machine.finish(hass.config_entries.async_remove(old.entry_id))
        await machine.run(5 * MINUTE)
        assert panel_entities(hass, new, serial) == mine
        assert float(shown(hass, f"{serial}_power")) > 0
        assert "does not generate unique IDs" not in caplog.text
        assert await machine.finish(hass.config_entries.async_unload(new.entry_id))
    finally:
        await newer.stop()
