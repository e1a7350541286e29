"""Sources come and go in any order, and the site goes on with what it has."""

from dataclasses import replace
from itertools import permutations
import logging
from typing import Final

from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er, issue_registry as ir
import pytest

from custom_components.solar_monitor.const import DOMAIN
from custom_components.solar_monitor.kinds import KINDS
from custom_components.solar_monitor.site.hub import async_hub
from tests.integration.conftest import SetUp
from tests.integration.machine import TimeMachine
from tests.integration.site.kit import (
    GATEWAY,
    INVERTER,
    House,
    Topology,
    coordinator_of,
    shown,
    site_entry_with,
    source_of,
)

NET_CT: Final = Topology(ct=False, net_ct=True)
POWERS: Final = ("pv_power", "load_power", "grid_power", "battery_power", "losses")


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
@pytest.mark.parametrize("house", [NET_CT], indirect=True)
async def test_the_order_in_which_entries_are_set_up_does_not_matter(
    house: House, machine: TimeMachine, set_up: SetUp, order: tuple[int, ...]
) -> None:
    house.site.freeze_weather()
    for index in order:
        await set_up(house.entries[index])
    await machine.run(100)
    assert house.shown("status") == "complete"
    powers = house.site.powers()
    assert house.number("pv_power") == pytest.approx(powers.pv, abs=2)
    assert house.number("load_power") == pytest.approx(powers.load, abs=2)
    assert house.number("grid_power") == pytest.approx(powers.grid, abs=2)


@pytest.mark.parametrize("house", [NET_CT], indirect=True)
async def test_a_source_that_joins_later_brings_its_entities_without_a_reload(
    house: House, machine: TimeMachine, set_up: SetUp
) -> None:
    await set_up(house.site_entry)
    assert house.shown("status") == "no_source"
    await set_up(house.source_entries[1])
    await machine.run(40)
    registry = er.async_get(house.hass)
    assert registry.async_get_entity_id("sensor", DOMAIN, "site_battery_power") is None
    assert house.number("pv_power") > 0
    await set_up(house.source_entries[0])
    await machine.run(40)
    assert house.number("battery_power") == pytest.approx(house.site.powers().battery, abs=200)


@pytest.mark.parametrize("house", [NET_CT], indirect=True)
async def test_a_source_that_reloads_takes_nothing_away(
    living: House, machine: TimeMachine
) -> None:
    await machine.run(60)
    for entry in living.source_entries:
        assert await machine.finish(living.hass.config_entries.async_reload(entry.entry_id))
        assert {living.shown(key) for key in POWERS}.isdisjoint({STATE_UNAVAILABLE, STATE_UNKNOWN})
        await machine.run(60)
        assert living.shown("status") == "complete"


@pytest.mark.parametrize("house", [NET_CT], indirect=True)
async def test_what_an_unloaded_source_gave_stands_for_90_seconds_and_no_longer(
    living: House, machine: TimeMachine
) -> None:
    await machine.run(100)
    gateway = living.source_entries[1]
    assert await machine.finish(living.hass.config_entries.async_unload(gateway.entry_id))
    await machine.run(40)
    assert {living.shown(key) for key in POWERS}.isdisjoint({STATE_UNAVAILABLE})
    await machine.run(80)
    missing = {key for key in POWERS if living.shown(key) == STATE_UNAVAILABLE}
    assert missing == {"pv_power", "load_power", "grid_power"}
    assert living.shown("status") == "incomplete"
    assert living.number("load_energy_total") >= 0


async def test_without_any_source_the_site_is_clear_and_quiet(
    living: House, machine: TimeMachine, caplog: pytest.LogCaptureFixture
) -> None:
    await machine.run(100)
    caplog.clear()
    for entry in living.source_entries:
        assert await machine.finish(living.hass.config_entries.async_remove(entry.entry_id))
    await machine.run(200)
    assert living.site_entry.state is ConfigEntryState.LOADED
    assert living.shown("status") == "no_source"
    assert living.shown("grid_meter") == "none"
    assert {living.shown(key) for key in POWERS} == {STATE_UNAVAILABLE}
    assert living.shown("battery_soc") == STATE_UNAVAILABLE
    assert not [entry for entry in caplog.records if entry.levelno >= logging.WARNING]
    assert not [issue for issue in ir.async_get(living.hass).issues if issue[0] == DOMAIN]


async def test_counters_of_a_site_without_sources_stay_with_it(
    living: House, machine: TimeMachine
) -> None:
    await machine.run(1_000)
    before = living.number("pv_energy_total")
    for entry in living.source_entries:
        assert await machine.finish(living.hass.config_entries.async_remove(entry.entry_id))
    await machine.run(60)
    assert before > 0
    assert living.shown("pv_energy_total") == STATE_UNKNOWN
    assert source_of(living.site_entry).model.memory()["energies"]["totals"]["pv"]["total"] > 0


@pytest.mark.parametrize(
    "house", [Topology(options={"excluded": [INVERTER]}, net_ct=True)], indirect=True
)
async def test_a_source_that_is_no_part_of_the_site_counts_nowhere(
    living: House, machine: TimeMachine
) -> None:
    living.site.freeze_weather()
    await machine.run(60)
    registry = er.async_get(living.hass)
    assert registry.async_get_entity_id("sensor", DOMAIN, "site_battery_power") is None
    assert living.number("pv_power") == pytest.approx(living.site.powers().pv_ac, abs=2)
    assert living.shown("status") == "complete"


@pytest.mark.parametrize("house", [NET_CT], indirect=True)
async def test_a_disabled_source_is_missed_not_forgotten(
    living: House, machine: TimeMachine
) -> None:
    await machine.run(60)
    inverter = living.source_entries[0]
    entries = living.hass.config_entries
    await machine.finish(entries.async_set_disabled_by(inverter.entry_id, ConfigEntryDisabler.USER))
    assert await machine.finish(entries.async_reload(living.site_entry.entry_id))
    await machine.run(100)
    assert living.shown("status") == "incomplete"
    assert living.shown("load_power") == STATE_UNAVAILABLE
    assert living.number("grid_power") == pytest.approx(living.site.powers().grid, abs=200)


async def test_the_site_reloads_and_unloads_while_its_sources_run(
    living: House, machine: TimeMachine
) -> None:
    await machine.run(60)
    site = living.site_entry
    for _ in range(2):
        assert await machine.finish(living.hass.config_entries.async_reload(site.entry_id))
        await machine.run(10)
        assert living.shown("status") == "complete"
    assert await machine.finish(living.hass.config_entries.async_unload(site.entry_id))
    await machine.run(200)
    assert living.shown("pv_power") == STATE_UNAVAILABLE
    assert coordinator_of(living.source_entries[0]).last_update_success


async def test_a_fault_of_ours_in_what_a_source_gives_harms_nobody(
    house: House,
    machine: TimeMachine,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("of ours")

    assert isinstance(KINDS, dict)
    monkeypatch.setitem(KINDS, "envoy", replace(KINDS["envoy"], contribute=broken))
    for entry in house.entries:
        await set_up(entry)
    await machine.run(200)
    gateway = coordinator_of(house.source_entries[1])
    assert gateway.last_update_success
    assert gateway.data.values["production_power"] > 0
    assert caplog.text.count("gives nothing to the site") == 1
    caplog.clear()  # it was expected, and is no error of the test


async def test_a_fault_of_ours_in_a_piece_of_the_site_harms_no_other(
    living: House,
    machine: TimeMachine,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("of ours")

    await machine.run(100)
    monkeypatch.setattr(source_of(living.site_entry).parts["alarms"], "look", broken)
    await machine.run(300)
    assert living.shown("status") == "complete"
    assert living.number("pv_power") == pytest.approx(living.site.powers().pv, abs=300)
    assert caplog.text.count("The piece alarms of the site has failed") == 1
    caplog.clear()  # it was expected, and is no error of the test


async def test_sources_need_no_site(house: House, machine: TimeMachine, set_up: SetUp) -> None:
    for entry in house.source_entries:
        await set_up(entry)
    await machine.run(60)
    assert set(async_hub(house.hass).contributions) == {INVERTER, GATEWAY}


async def test_a_site_alone_waits_for_its_first_source(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp
) -> None:
    entry = site_entry_with()
    await set_up(entry)
    await machine.run(60)
    assert shown(hass, "status") == "no_source"
    assert shown(hass, "grid_meter") == "none"
    assert not ir.async_get(hass).issues
