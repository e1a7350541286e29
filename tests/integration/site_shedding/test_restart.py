"""Whatever ends Home Assistant or the site: what was shed is known, and given back."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.integration.machine import TimeMachine
from tests.integration.site_shedding.kit import (
    ALL,
    HOUR,
    MINUTE,
    POOL,
    Battery,
    Shedding,
    states_of,
)
from tests.integration.site_shedding.loads import Fault, Plug
from tests.integration.states import state_with


async def reload(hass: HomeAssistant, machine: TimeMachine, site: MockConfigEntry) -> None:
    """Restart the site."""
    assert await machine.finish(hass.config_entries.async_reload(site.entry_id))


def stored_of(hass_storage: dict[str, Any], site: MockConfigEntry) -> dict[str, Any]:
    """Give what the site has stored."""
    stored: dict[str, Any] = hass_storage[f"solar_monitor.{site.entry_id}"]["data"]
    return stored


async def test_a_reload_leaves_loads_as_they_are_and_goes_on(
    hass: HomeAssistant,
    machine: TimeMachine,
    battery: Battery,
    shedding: Shedding,
    plugs: Sequence[Plug],
    off: MockConfigEntry,
) -> None:
    await reload(hass, machine, off)
    assert shedding.shown("load_shedding") == "on"
    await machine.run(MINUTE / 2)
    assert shedding.status == ("holding", "starting")
    assert shedding.shown("loads_shed") == "1"
    await machine.run(15 * MINUTE)
    assert shedding.status == ("shed", "soc")
    assert plugs[0].asked == ["off"]
    battery.recovers(90)
    await machine.run(2 * MINUTE)
    assert states_of(hass, ALL) == ["on", "on", "on"]


async def test_nothing_is_done_before_there_are_enough_readings(
    hass: HomeAssistant, machine: TimeMachine, battery: Battery, armed: MockConfigEntry
) -> None:
    battery.empties(10)
    await reload(hass, machine, armed)
    await machine.run(45)
    assert states_of(hass, ALL) == ["on", "on", "on"]
    await machine.run(2 * MINUTE)
    assert states_of(hass, ALL) == ["off", "off", "off"]


async def test_after_a_crash_what_was_shed_is_still_known(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    machine: TimeMachine,
    battery: Battery,
    off: MockConfigEntry,
) -> None:
    crashed = deepcopy(stored_of(hass_storage, off))
    assert crashed["clean"] is False
    assert await machine.finish(hass.config_entries.async_unload(off.entry_id))
    hass_storage[f"solar_monitor.{off.entry_id}"]["data"] = crashed
    battery.recovers(90)
    assert await machine.finish(hass.config_entries.async_setup(off.entry_id))
    await machine.run(15 * MINUTE)
    assert states_of(hass, ALL) == ["on", "on", "on"]


@pytest.mark.parametrize("obeyed", [True, False])
async def test_a_crash_in_the_middle_of_a_call_leaves_nothing_off_for_ever(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    machine: TimeMachine,
    battery: Battery,
    plugs: Sequence[Plug],
    armed: MockConfigEntry,
    *,
    obeyed: bool,
) -> None:
    plugs[0].fault = Fault.HANGS
    battery.empties(38)
    while not plugs[0].asked:
        await machine.run(1)
    crashed = deepcopy(stored_of(hass_storage, armed))
    assert await machine.finish(hass.config_entries.async_unload(armed.entry_id))
    hass_storage[f"solar_monitor.{armed.entry_id}"]["data"] = crashed
    plugs[0].fault = None
    if obeyed:
        plugs[0].flip(on=False)
    battery.recovers(90)
    assert await machine.finish(hass.config_entries.async_setup(armed.entry_id))
    await machine.run(20 * MINUTE)
    assert states_of(hass, ALL) == ["on", "on", "on"]
    assert state_with(hass, "site_loads_shed").state == "0"
    assert state_with(hass, "site_load_shedding_status").state == "normal"


@pytest.mark.parametrize("fault", [Fault.HANGS, Fault.CLINGS])
async def test_a_call_that_hangs_does_not_keep_the_site_from_stopping(
    hass: HomeAssistant,
    machine: TimeMachine,
    battery: Battery,
    plugs: Sequence[Plug],
    armed: MockConfigEntry,
    fault: Fault,
) -> None:
    plugs[0].fault = fault
    battery.empties(38)
    while not plugs[0].asked:
        await machine.run(1)
    before = hass.loop.time()
    assert await machine.finish(hass.config_entries.async_unload(armed.entry_id))
    assert hass.loop.time() - before < 5
    await machine.run(HOUR)
    assert plugs[0].asked == ["off"]


async def test_the_switch_and_the_levels_survive_a_restart_and_a_crash(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    machine: TimeMachine,
    shedding: Shedding,
    armed: MockConfigEntry,
) -> None:
    await machine.finish(shedding.set_level("restore_above", 70))
    await machine.finish(shedding.set_level("shed_below", 60))
    crashed = deepcopy(stored_of(hass_storage, armed))
    for stored in (None, crashed):
        assert await machine.finish(hass.config_entries.async_unload(armed.entry_id))
        if stored is not None:
            hass_storage[f"solar_monitor.{armed.entry_id}"]["data"] = stored
        assert await machine.finish(hass.config_entries.async_setup(armed.entry_id))
        assert shedding.shown("load_shedding") == "on"
        assert shedding.shown("shed_below") == "60"
        assert shedding.shown("restore_above") == "70"
    await machine.finish(shedding.disarm())
    await reload(hass, machine, armed)
    assert shedding.shown("load_shedding") == "off"


async def test_a_damaged_memory_is_a_start_with_the_defaults(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    machine: TimeMachine,
    shedding: Shedding,
    armed: MockConfigEntry,
) -> None:
    assert await machine.finish(hass.config_entries.async_unload(armed.entry_id))
    settings = {"armed": "yes", "shed_below": 80, "restore_above": 82}
    stored_of(hass_storage, armed)["shedding"] = {
        "memory": 5,
        "settings": settings,
        "names": [],
        "failing": {},
    }
    assert await machine.finish(hass.config_entries.async_setup(armed.entry_id))
    await machine.run(MINUTE)
    assert shedding.shown("load_shedding") == "off"
    assert shedding.shown("shed_below") == "40"
    assert shedding.shown("restore_above") == "50"
    assert shedding.status == ("disarmed", "disarmed")


async def test_removing_the_site_gives_everything_back_at_once(
    hass: HomeAssistant, machine: TimeMachine, battery: Battery, armed: MockConfigEntry
) -> None:
    battery.empties(20)
    await machine.run(20 * MINUTE)
    assert states_of(hass, ALL) == ["off", "off", "off"]
    before = hass.loop.time()
    assert await machine.finish(hass.config_entries.async_remove(armed.entry_id))
    assert states_of(hass, ALL) == ["on", "on", "on"]
    assert hass.loop.time() - before < 5


async def test_removing_a_site_that_is_not_loaded_gives_everything_back_as_well(
    hass: HomeAssistant, machine: TimeMachine, off: MockConfigEntry
) -> None:
    assert await machine.finish(hass.config_entries.async_unload(off.entry_id))
    assert states_of(hass, [POOL]) == ["off"]
    assert await machine.finish(hass.config_entries.async_remove(off.entry_id))
    assert states_of(hass, [POOL]) == ["on"]


@pytest.mark.parametrize("fault", [Fault.REFUSES, Fault.HANGS, Fault.CLINGS])
async def test_what_cannot_be_given_back_when_the_site_is_removed_is_logged(
    hass: HomeAssistant,
    machine: TimeMachine,
    plugs: Sequence[Plug],
    off: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
    fault: Fault,
) -> None:
    plugs[0].fault = fault
    before = hass.loop.time()
    assert await machine.finish(hass.config_entries.async_remove(off.entry_id))
    assert hass.loop.time() - before < 15
    assert "switch.pool was turned off by load shedding" in caplog.text
    caplog.clear()


async def test_disabling_the_site_gives_everything_back_and_enabling_it_goes_on(
    hass: HomeAssistant, machine: TimeMachine, shedding: Shedding, off: MockConfigEntry
) -> None:
    entries = hass.config_entries
    assert await machine.finish(
        entries.async_set_disabled_by(off.entry_id, ConfigEntryDisabler.USER)
    )
    assert states_of(hass, ALL) == ["on", "on", "on"]
    await machine.run(5 * MINUTE)
    assert await machine.finish(entries.async_set_disabled_by(off.entry_id, None))
    await machine.run(MINUTE)
    assert shedding.shown("load_shedding") == "on"
    assert shedding.shown("loads_shed") == "0"
    await machine.run(16 * MINUTE)
    assert states_of(hass, ALL) == ["off", "on", "on"]


async def test_stopping_home_assistant_stores_what_is_held(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    machine: TimeMachine,
    shedding: Shedding,
    off: MockConfigEntry,
) -> None:
    hass.bus.async_fire("homeassistant_stop")
    await machine.settle()
    stored = stored_of(hass_storage, off)
    assert stored["clean"] is True
    assert [hold["phase"] for hold in stored["shedding"]["memory"]["holds"].values()] == ["off"]
    assert states_of(hass, ALL) == ["off", "on", "on"]
    await machine.finish(shedding.disarm())
    await machine.run(HOUR)
    assert states_of(hass, ALL) == ["off", "on", "on"]
    assert stored_of(hass_storage, off)["shedding"]["settings"]["armed"] is False
