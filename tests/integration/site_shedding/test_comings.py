"""Loads come and go: away, renamed, removed, taken out of the list."""

from collections.abc import Sequence

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.site.names import reference_to
from tests.integration.conftest import SetUp
from tests.integration.glue.toy import Toy, toy_entry
from tests.integration.machine import TimeMachine
from tests.integration.site_shedding.kit import (
    ALL,
    CAR,
    FRIDGE,
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
def site(hass: HomeAssistant, plugs: Sequence[Plug]) -> MockConfigEntry:
    """Give the entry of a site whose list is as the options flow stores it."""
    return site_with_loads(*(reference_to(hass, plug.entity_id) for plug in plugs))


@pytest.mark.usefixtures("off")
async def test_a_load_that_is_away_while_it_is_held_is_given_back_when_it_returns(
    hass: HomeAssistant,
    machine: TimeMachine,
    battery: Battery,
    shedding: Shedding,
    plugs: Sequence[Plug],
) -> None:
    plugs[0].lose()
    battery.recovers(90)
    await machine.run(HOUR)
    assert plugs[0].asked == ["off"]
    assert shedding.shown("loads_shed") == "1"
    plugs[0].come_back(on=False)
    await machine.run(5)
    assert states_of(hass, [POOL]) == ["on"]
    assert shedding.short == [("restored", POOL, "recharged")]


@pytest.mark.usefixtures("off")
async def test_a_load_that_comes_back_on_is_shed_once_more_and_only_once(
    hass: HomeAssistant, machine: TimeMachine, shedding: Shedding, plugs: Sequence[Plug]
) -> None:
    for _ in range(2):
        plugs[0].lose()
        await machine.run(5 * MINUTE)
        plugs[0].come_back(on=True)
        await machine.run(5 * MINUTE)
    assert plugs[0].asked == ["off", "off"]
    assert states_of(hass, [POOL]) == ["on"]
    assert shedding.short == [("shed", POOL, "rebooted"), ("overridden", POOL, "turned_on")]


@pytest.mark.usefixtures("armed")
async def test_a_load_that_is_away_is_passed_over(
    hass: HomeAssistant, machine: TimeMachine, battery: Battery, plugs: Sequence[Plug]
) -> None:
    plugs[0].lose()
    battery.empties(34)
    await machine.run(10 * MINUTE)
    assert states_of(hass, ALL) == ["unavailable", "off", "on"]
    assert plugs[0].asked == []
    assert repairs(hass) == {}


@pytest.mark.usefixtures("off")
async def test_a_load_that_is_renamed_is_still_held_and_given_back(
    hass: HomeAssistant, machine: TimeMachine, battery: Battery, shedding: Shedding
) -> None:
    er.async_get(hass).async_update_entity(POOL, new_entity_id="switch.swimming")
    await hass.async_block_till_done()
    await machine.run(MINUTE)
    assert shedding.about["entities"] == ["switch.swimming"]
    battery.recovers(90)
    await machine.run(12 * MINUTE)
    assert states_of(hass, ["switch.swimming"]) == ["on"]
    assert shedding.short == [("restored", "switch.swimming", "recharged")]
    assert repairs(hass) == {}


async def test_a_load_that_was_removed_while_it_was_held_is_forgotten_in_the_end_and_told_of(
    hass: HomeAssistant,
    machine: TimeMachine,
    battery: Battery,
    shedding: Shedding,
    off: MockConfigEntry,
) -> None:
    battery.recovers(44)
    await machine.run(MINUTE)
    er.async_get(hass).async_remove(POOL)
    await hass.async_block_till_done()
    await machine.run(59 * MINUTE)
    assert shedding.short == []
    await machine.run(3 * MINUTE)
    assert shedding.short == [("failed", None, "removed")]
    assert shedding.told[0].name == "pool"
    assert shedding.shown("loads_shed") == "0"
    assert repairs(hass) == {"site_load_gone": {"name": "Solar site", "load": "pool"}}
    battery.empties(34)
    await machine.run(10 * MINUTE)
    assert states_of(hass, [CAR, FRIDGE]) == ["off", "off"]
    await leave_out(hass, machine, off, 0)
    await machine.run(MINUTE)
    assert repairs(hass) == {}


async def leave_out(
    hass: HomeAssistant, machine: TimeMachine, site: MockConfigEntry, place: int
) -> None:
    """Take a load out of the list, as the options flow does."""
    stored = dict(site.options["shedding"])
    stored["loads"] = [load for at, load in enumerate(stored["loads"]) if at != place]
    hass.config_entries.async_update_entry(site, options={"shedding": stored})
    assert await machine.finish(hass.config_entries.async_reload(site.entry_id))


async def test_a_load_that_is_taken_out_of_the_list_while_it_is_held_is_given_back(
    hass: HomeAssistant,
    machine: TimeMachine,
    battery: Battery,
    shedding: Shedding,
    off: MockConfigEntry,
) -> None:
    battery.recovers(44)
    await leave_out(hass, machine, off, 0)
    await machine.run(3 * MINUTE)
    assert states_of(hass, [POOL]) == ["on"]
    assert shedding.short == [("restored", POOL, "removed")]
    await machine.run(HOUR)
    assert states_of(hass, [POOL]) == ["on"]


async def test_what_no_registry_knows_has_an_hour_to_appear(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    toy: Toy,
    shedding: Shedding,
) -> None:
    assert toy.reads == []
    await set_up(toy_entry())
    await set_up(site_with_loads("switch.from_yaml"))
    await machine.finish(shedding.arm())
    await machine.run(59 * MINUTE)
    assert repairs(hass) == {}
    await machine.run(3 * MINUTE)
    assert repairs(hass) == {"site_load_gone": {"name": "Solar site", "load": "switch.from_yaml"}}
    hass.states.async_set("switch.from_yaml", "on")
    await machine.run(MINUTE)
    assert repairs(hass) == {}


async def test_a_load_that_the_list_names_twice_is_one(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    toy: Toy,
    battery: Battery,
    shedding: Shedding,
    plugs: Sequence[Plug],
) -> None:
    assert toy.reads == []
    await set_up(toy_entry())
    await set_up(site_with_loads(POOL, reference_to(hass, POOL), POOL, CAR))
    await machine.finish(shedding.arm())
    await machine.run(16 * MINUTE)
    battery.empties(36)
    await machine.run(10 * MINUTE)
    assert states_of(hass, ALL) == ["off", "on", "on"]
    assert plugs[0].asked == ["off"]
