"""A restart, however it comes about, neither invents an alarm nor loses one nor tells one again."""

from copy import deepcopy
from typing import Any

from homeassistant.core import CoreState, HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.const import DOMAIN
from custom_components.solar_monitor.logic.contribution import Subject
from custom_components.solar_monitor.site.alarm_signs import START_S
from tests.integration.glue.toy import SILENCE, Toy
from tests.integration.machine import TimeMachine
from tests.integration.site_alarms.kit import (
    HOUR,
    Says,
    Told,
    lose_grid,
    problem,
    shown,
    start,
    stop,
)

MINUTE = 60
type Entries = tuple[MockConfigEntry, MockConfigEntry]


@pytest.fixture
def entries(living: MockConfigEntry, toy_config: MockConfigEntry) -> Entries:
    """Give the entries of the site and of its source."""
    return living, toy_config


@pytest.mark.parametrize("site_first", [True, False])
async def test_what_stands_is_not_told_again(
    *,
    site_first: bool,
    hass: HomeAssistant,
    machine: TimeMachine,
    says: Says,
    told: Told,
    entries: Entries,
) -> None:
    await lose_grid(machine, says)
    order = entries if site_first else entries[::-1]
    await stop(hass, machine, *order)
    await machine.run(600)
    await start(hass, machine, *order)
    await machine.run(HOUR)
    assert told.short == [("grid_lost", "raised")]
    assert shown(hass, "grid_lost") == "on"
    assert problem(hass, "grid_lost").attributes["since"] == told.events[0]["since"]


async def test_what_ended_while_home_assistant_was_off_is_told_once_after_its_start(
    hass: HomeAssistant, machine: TimeMachine, says: Says, told: Told, entries: Entries
) -> None:
    await lose_grid(machine, says)
    await stop(hass, machine, *entries)
    says.subjects = {Subject.GRID: False}
    await machine.run(HOUR)
    await start(hass, machine, *entries)
    await machine.run(HOUR)
    assert told.short == [("grid_lost", "raised"), ("grid_lost", "cleared")]


async def test_what_began_while_home_assistant_was_off_is_told_once_after_its_start(
    hass: HomeAssistant, machine: TimeMachine, says: Says, told: Told, entries: Entries
) -> None:
    says.subjects = {Subject.GRID: False}
    await machine.run(70)
    await stop(hass, machine, *entries)
    says.subjects = {Subject.GRID: True}
    await machine.run(HOUR)
    await start(hass, machine, *entries)
    await machine.run(HOUR)
    assert told.short == [("grid_lost", "raised")]
    await stop(hass, machine, *entries)
    await start(hass, machine, *entries)
    await machine.run(HOUR)
    assert told.short == [("grid_lost", "raised")]


async def test_before_anybody_was_asked_again_a_sensor_is_unavailable_and_neither_on_nor_off(
    hass: HomeAssistant, machine: TimeMachine, says: Says, entries: Entries
) -> None:
    says.subjects = {Subject.METER: False}
    await lose_grid(machine, says)
    await stop(hass, machine, *entries)
    await start(hass, machine, entries[0], apart_s=100)
    assert shown(hass, "grid_lost") == shown(hass, "alarm") == "unavailable"
    await start(hass, machine, entries[1], apart_s=10)
    assert shown(hass, "grid_lost") == "on"


async def test_after_a_crash_nothing_that_was_told_is_told_again(
    hass: HomeAssistant,
    machine: TimeMachine,
    says: Says,
    told: Told,
    entries: Entries,
    hass_storage: dict[str, Any],
) -> None:
    files = [f"{DOMAIN}.{entry.entry_id}" for entry in entries]
    await lose_grid(machine, says)
    assert told.short == [("grid_lost", "raised")]
    left = {name: deepcopy(hass_storage[name]) for name in files if name in hass_storage}
    await stop(hass, machine, *entries)
    hass_storage.update(left)
    await machine.run(600)
    await start(hass, machine, *entries)
    await machine.run(HOUR)
    assert told.short == [("grid_lost", "raised")]
    assert problem(hass, "grid_lost").attributes["since"] == told.events[0]["since"]
    says.subjects = {Subject.GRID: False}
    await machine.run(HOUR)
    assert told.short[1:] == [("grid_lost", "cleared")]


@pytest.mark.parametrize("crash", [False, True])
async def test_what_no_automation_could_hear_is_told_after_the_next_start(
    *,
    crash: bool,
    hass: HomeAssistant,
    machine: TimeMachine,
    says: Says,
    told: Told,
    entries: Entries,
    hass_storage: dict[str, Any],
) -> None:
    files = [f"{DOMAIN}.{entry.entry_id}" for entry in entries]
    says.subjects = {Subject.GRID: False}
    await machine.run(70)
    await stop(hass, machine, *entries)
    hass.set_state(CoreState.not_running)
    says.subjects = {Subject.GRID: True}
    await start(hass, machine, *entries)
    await machine.run(2 * MINUTE)
    left = {name: deepcopy(hass_storage[name]) for name in files if name in hass_storage}
    await stop(hass, machine, *entries)
    if crash:
        hass_storage.update(left)
    await start(hass, machine, *entries)
    await machine.run(2 * MINUTE)
    assert told.events == []
    await machine.finish(hass.async_start())
    await machine.run(MINUTE)
    assert told.short == [("grid_lost", "raised")]
    left = {name: deepcopy(hass_storage[name]) for name in files if name in hass_storage}
    await stop(hass, machine, *entries)
    if crash:
        hass_storage.update(left)
    await start(hass, machine, *entries)
    await machine.run(HOUR)
    assert told.short == [("grid_lost", "raised")]


async def test_what_was_told_is_stored_at_once(
    machine: TimeMachine,
    says: Says,
    told: Told,
    living: MockConfigEntry,
    hass_storage: dict[str, Any],
) -> None:
    await lose_grid(machine, says)
    assert told.short == [("grid_lost", "raised")]
    stored = hass_storage[f"{DOMAIN}.{living.entry_id}"]["data"]["alarms"]["board"]
    [record] = [each for each in stored if each["kind"] == "grid_lost"]
    assert (record["phase"], record["told"]) == ("standing", True)


async def test_values_that_were_away_at_the_stop_are_not_missed_before_their_source_is_there(
    hass: HomeAssistant,
    machine: TimeMachine,
    says: Says,
    toy: Toy,
    told: Told,
    entries: Entries,
) -> None:
    says.production_w = 500.0
    await machine.run(70)
    toy.error = toy.panels_error = SILENCE
    await machine.run(10 * MINUTE)
    await stop(hass, machine, *entries)
    toy.error = toy.panels_error = None
    await machine.run(HOUR)
    await start(hass, machine, *entries, apart_s=MINUTE)
    await machine.run(10 * MINUTE)
    assert shown(hass, "data_stale") == "off"
    assert told.events == []


async def test_values_that_stay_away_after_a_start_are_missed_once_there_was_time_to_load(
    hass: HomeAssistant,
    machine: TimeMachine,
    says: Says,
    toy: Toy,
    told: Told,
    entries: Entries,
) -> None:
    says.production_w = 500.0
    await machine.run(70)
    toy.error = toy.panels_error = SILENCE
    await machine.run(10 * MINUTE)
    await stop(hass, machine, *entries)
    await machine.run(HOUR)
    await start(hass, machine, *entries)
    await machine.run(START_S - 20)
    assert told.events == []
    assert shown(hass, "data_stale") == "unavailable"
    await machine.run(60)
    assert told.short == [("stale", "raised")]
    assert shown(hass, "data_stale") == "on"


async def test_a_logger_that_was_lost_for_a_minute_at_the_stop_is_not_lost_at_the_start(
    hass: HomeAssistant, machine: TimeMachine, says: Says, told: Told, entries: Entries
) -> None:
    says.subjects = {Subject.CONNECTION: False}
    await machine.run(70)
    says.subjects = {Subject.CONNECTION: True}
    await machine.run(MINUTE)
    await stop(hass, machine, *entries)
    await machine.run(HOUR)
    await start(hass, machine, entries[0])
    says.subjects = {Subject.CONNECTION: False}
    await start(hass, machine, entries[1])
    await machine.run(10 * MINUTE)
    assert shown(hass, "unreachable") == "off"
    assert told.events == []


async def test_the_titles_of_the_last_run_name_a_source_that_left_since(
    hass: HomeAssistant, machine: TimeMachine, says: Says, told: Told, entries: Entries
) -> None:
    site, source = entries
    await lose_grid(machine, says)
    await stop(hass, machine, site)
    await machine.finish(hass.config_entries.async_remove(source.entry_id))
    await start(hass, machine, site)
    await machine.run(60)
    assert told.events[1]["ended"] == "gone"
    assert told.events[1]["source"] == "Toy"


async def test_a_memory_that_is_damaged_is_a_start_with_nothing_known(
    hass: HomeAssistant,
    machine: TimeMachine,
    says: Says,
    told: Told,
    entries: Entries,
    hass_storage: dict[str, Any],
) -> None:
    await lose_grid(machine, says)
    await stop(hass, machine, *entries)
    hass_storage[f"{DOMAIN}.{entries[0].entry_id}"]["data"]["alarms"] = {
        "board": "?",
        "signs": {"low_battery": 7, "hot_inverters": [], "production": {"a": 3, "b": {"c": None}}},
        "titles": None,
        "called": {"a": 7},
        "shown": "?",
        "heard": {"a": "?"},
    }
    await start(hass, machine, *entries)
    await machine.run(100)
    assert shown(hass, "grid_lost") == "on"
    assert told.short == [("grid_lost", "raised")]
