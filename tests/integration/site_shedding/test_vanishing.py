"""A load whose entity goes and comes back, is disabled, or gets another name in the list."""

from collections.abc import Sequence

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.site.names import reference_to
from tests.integration.machine import TimeMachine
from tests.integration.site_shedding.kit import (
    ALL,
    HOUR,
    MINUTE,
    POOL,
    Battery,
    Shedding,
    repairs,
    site_with_loads,
    states_of,
)
from tests.integration.site_shedding.loads import Plug


@pytest.fixture
def site(
    request: pytest.FixtureRequest, hass: HomeAssistant, plugs: Sequence[Plug]
) -> MockConfigEntry:
    """Give the entry of a site whose list is as the options flow stores it, or by entity ids."""
    by_entity_id = getattr(request, "param", False)
    loads = [plug.entity_id for plug in plugs]
    return site_with_loads(*(loads if by_entity_id else [reference_to(hass, id_) for id_ in loads]))


@pytest.mark.parametrize("reloaded", [False, True])
async def test_a_held_load_that_is_discovered_anew_is_given_back(
    hass: HomeAssistant,
    machine: TimeMachine,
    battery: Battery,
    shedding: Shedding,
    plugs: Sequence[Plug],
    off: MockConfigEntry,
    *,
    reloaded: bool,
) -> None:
    er.async_get(hass).async_remove(POOL)
    await machine.run(20 * MINUTE)
    if reloaded:
        assert await machine.finish(hass.config_entries.async_reload(off.entry_id))
    await machine.run(20 * MINUTE)
    assert (shedding.shown("loads_shed"), repairs(hass)) == ("1", {})
    await plugs[0].platform.async_add_entities([Plug("pool", on=False)])
    battery.recovers(90)
    await machine.run(15 * MINUTE)
    assert states_of(hass, ALL) == ["on", "on", "on"]
    assert shedding.short == [("restored", POOL, "recharged")]
    assert repairs(hass) == {}


@pytest.mark.usefixtures("off")
async def test_a_held_load_that_is_disabled_is_told_of_and_given_back_once_it_is_enabled(
    hass: HomeAssistant,
    machine: TimeMachine,
    battery: Battery,
    shedding: Shedding,
    plugs: Sequence[Plug],
) -> None:
    registry = er.async_get(hass)
    registry.async_update_entity(POOL, disabled_by=er.RegistryEntryDisabler.USER)
    await machine.run(3 * HOUR)
    assert hass.states.get(POOL) is None
    assert shedding.shown("loads_shed") == "1"
    assert repairs(hass) == {"site_load_disabled": {"name": "Solar site", "load": "pool"}}
    registry.async_update_entity(POOL, disabled_by=None)
    await plugs[0].platform.async_add_entities([Plug("pool", on=False)])
    battery.recovers(90)
    await machine.run(15 * MINUTE)
    assert states_of(hass, ALL) == ["on", "on", "on"]
    assert shedding.short == [("restored", POOL, "recharged")]
    assert repairs(hass) == {}


@pytest.mark.parametrize("site", [True], indirect=True)
async def test_a_held_load_that_the_list_names_in_another_way_stays_held(
    hass: HomeAssistant,
    machine: TimeMachine,
    battery: Battery,
    shedding: Shedding,
    plugs: Sequence[Plug],
    off: MockConfigEntry,
) -> None:
    stored = dict(off.options["shedding"])
    stored["loads"] = [reference_to(hass, POOL), *stored["loads"][1:]]
    hass.config_entries.async_update_entry(off, options={"shedding": stored})
    assert await machine.finish(hass.config_entries.async_reload(off.entry_id))
    await machine.run(40 * MINUTE)
    assert plugs[0].asked == ["off"]
    battery.recovers(90)
    await machine.run(15 * MINUTE)
    assert plugs[0].asked == ["off", "on"]
    assert shedding.short == [("restored", POOL, "recharged")]
