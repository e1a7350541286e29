"""Restarts, reloads and removals: what survives, and that nothing is left behind."""

import asyncio
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util.async_ import get_scheduled_timer_handles
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.integration.conftest import SetUp
from tests.integration.deye import (
    IDENTITY,
    coordinator_of,
    entity_id,
    entry_for,
    registered,
    state_of,
)
from tests.integration.machine import TimeMachine
from tests.integration.truth import wrong_states
from tests.simulators.logger import Fault, LoggerSimulator

ALWAYS = {"connectivity", "refused_values", "counter_corrections"}


def shown(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str, str]:
    """Give all states by key."""
    rows = registered(hass, entry)
    return {key: state_of(hass, key).state for key, row in rows.items() if not row.disabled}


def counters(states: dict[str, str]) -> dict[str, float]:
    """Give the counters among states."""
    return {
        key: float(state)
        for key, state in states.items()
        if key.endswith(("_energy_total", "_energy_today"))
    }


def open_files() -> int:
    """Count what this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


async def reload(hass: HomeAssistant, machine: TimeMachine, entry: MockConfigEntry) -> float:
    """Unload and set up again; tell how long Home Assistant waited for it."""
    began = hass.loop.time()
    assert await machine.finish(hass.config_entries.async_reload(entry.entry_id))
    return hass.loop.time() - began


@pytest.mark.parametrize("death", [Fault.SILENCE, Fault.HALF_OPEN, Fault.REFUSE])
async def test_a_start_without_the_logger_shows_the_counters_and_waits(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
    death: Fault,
) -> None:
    await set_up(deye_entry)
    await machine.run(100)
    before = counters(shown(hass, deye_entry))
    logger.fault = death
    assert await reload(hass, machine, deye_entry) < 10
    after = shown(hass, deye_entry)
    assert counters(after) == before
    assert after["connectivity"] == "off"
    gone = {key for key, state in after.items() if state == STATE_UNAVAILABLE}
    assert gone == after.keys() - before.keys() - ALWAYS

    await machine.run(600)
    logger.fault = Fault.NONE
    logger.site.clock.freeze()
    await machine.run(300)
    assert state_of(hass, "connectivity").state == "on"
    assert not wrong_states(hass, deye_entry, logger)


async def test_the_very_first_start_without_the_logger_still_makes_all_entities(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
) -> None:
    logger.fault = Fault.REFUSE
    await set_up(deye_entry)
    states = shown(hass, deye_entry)
    assert len(states) >= 30
    assert states["connectivity"] == "off"
    assert states["battery_soc"] == STATE_UNAVAILABLE
    logger.fault = Fault.NONE
    logger.site.clock.freeze()
    await machine.run(60)
    assert not wrong_states(hass, deye_entry, logger)


async def test_energy_of_today_goes_on_after_a_restart(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
) -> None:
    await set_up(deye_entry)
    await machine.run(600)
    before = counters(shown(hass, deye_entry))
    await reload(hass, machine, deye_entry)
    after = counters(shown(hass, deye_entry))
    assert all(0 <= after[key] - before[key] < 0.11 for key in before)


async def test_fifty_reloads_leave_no_task_socket_listener_or_timer(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
) -> None:
    def left() -> dict[str, object]:
        timers = get_scheduled_timer_handles(hass.loop)
        return {
            "tasks": len(asyncio.all_tasks()),
            "files": open_files(),
            "timers": len([timer for timer in timers if not timer.cancelled()]),
            "listeners": hass.bus.async_listeners(),
            "connections": logger.open_connections,
        }

    await set_up(deye_entry)
    for _ in range(2):
        await reload(hass, machine, deye_entry)
    await machine.run(100)
    before = left()
    for _ in range(50):
        await reload(hass, machine, deye_entry)
    await machine.run(100)
    assert left() == before
    assert before["connections"] == 1
    assert logger.connections == 53


async def test_a_reload_in_the_middle_of_a_poll_ends_it(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
) -> None:
    await set_up(deye_entry)
    logger.fault = Fault.SILENCE
    await machine.run(33)
    logger.fault = Fault.NONE
    assert await reload(hass, machine, deye_entry) < 5
    assert state_of(hass, "connectivity").state == "on"
    assert logger.open_connections == 1


async def test_an_unload_during_the_very_first_poll_ends_it(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
) -> None:
    logger.fault = Fault.SILENCE
    await set_up(deye_entry)
    began = hass.loop.time()
    assert await machine.finish(hass.config_entries.async_unload(deye_entry.entry_id))
    assert hass.loop.time() - began < 2
    await machine.run(1)
    assert logger.open_connections == 0


async def test_an_unload_ends_no_service_call_of_a_user(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
) -> None:
    assert await async_setup_component(hass, "homeassistant", {})
    await set_up(deye_entry)
    await machine.run(60)
    logger.answer_delay_s = 6
    target = {"entity_id": entity_id(hass, "load_power")}
    call = hass.async_create_task(
        hass.services.async_call("homeassistant", "update_entity", target, blocking=True)
    )
    await machine.run(2)
    waiting = hass.async_create_task(coordinator_of(deye_entry).async_refresh())
    await machine.run(1)
    began = hass.loop.time()
    assert await machine.finish(hass.config_entries.async_unload(deye_entry.entry_id))
    assert hass.loop.time() - began < 3
    await machine.run(1)
    assert [task.done() and not task.cancelled() for task in (call, waiting)] == [True, True]
    await machine.run(60)
    assert logger.open_connections == 0


async def test_who_gives_up_waiting_ends_the_poll(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
) -> None:
    await set_up(deye_entry)
    logger.fault = Fault.SILENCE
    waiting = hass.async_create_task(coordinator_of(deye_entry).async_refresh())
    await machine.run(1)
    logger.fault = Fault.NONE
    asked = len(logger.requests)
    waiting.cancel()
    await machine.run(20)
    assert waiting.cancelled()
    assert len(logger.requests) == asked
    await machine.run(40)
    assert len(logger.requests) > asked


async def test_a_set_up_that_fails_leaves_no_connection(
    hass: HomeAssistant,
    machine: TimeMachine,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        hass.config_entries, "async_forward_entry_setups", AsyncMock(side_effect=RuntimeError)
    )
    deye_entry.add_to_hass(hass)
    assert not await machine.finish(hass.config_entries.async_setup(deye_entry.entry_id))
    assert deye_entry.state is ConfigEntryState.SETUP_ERROR
    await machine.run(60)
    assert logger.connections == 1
    assert logger.open_connections == 0


async def test_an_unload_that_fails_leaves_the_source_working(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await set_up(deye_entry)
    monkeypatch.setattr(
        hass.config_entries, "async_unload_platforms", AsyncMock(return_value=False)
    )
    assert not await machine.finish(hass.config_entries.async_unload(deye_entry.entry_id))
    assert logger.open_connections == 1
    asked = len(logger.requests)
    await machine.run(40)
    assert len(logger.requests) > asked
    await coordinator_of(deye_entry).async_stop()


async def test_the_end_of_home_assistant_closes_the_connection_and_saves(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
    hass_storage: dict[str, Any],
) -> None:
    await set_up(deye_entry)
    await machine.run(35)
    await machine.finish(hass.async_stop(force=True))
    await machine.run(1)
    assert logger.open_connections == 0
    saved = hass_storage[f"solar_monitor.{deye_entry.entry_id}"]["data"]["counters"]
    assert saved["pv_energy_total"]["raw"] > 1000


async def test_options_are_applied_at_once(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, deye_entry: MockConfigEntry
) -> None:
    await set_up(deye_entry)
    hass.config_entries.async_update_entry(deye_entry, options={"poll_interval": 120})
    await reload(hass, machine, deye_entry)
    assert coordinator_of(deye_entry).interval_s == 120


async def test_removing_the_entry_removes_what_was_stored(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
    hass_storage: dict[str, Any],
) -> None:
    key = f"solar_monitor.{deye_entry.entry_id}"
    await set_up(deye_entry)
    await machine.run(100)
    assert key in hass_storage
    await machine.finish(hass.config_entries.async_remove(deye_entry.entry_id))
    await machine.run(100)
    assert key not in hass_storage
    assert logger.open_connections == 0
    assert not registered(hass, deye_entry)


async def test_an_inverter_that_was_asleep_when_added_is_recognised_later(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, logger: LoggerSimulator
) -> None:
    logger.fault = Fault.ZEROS
    entry = entry_for(logger, identity=None)
    await set_up(entry)
    assert "battery_soc" in registered(hass, entry)
    assert not entry.data["identity"]
    await machine.run(100)
    logger.fault = Fault.NONE
    logger.site.clock.freeze()
    await machine.run(400)
    told = {**entry.data["identity"], "firmware": None, "protocol": None}
    assert told == IDENTITY | {"pack_count": 0}
    assert not wrong_states(hass, entry, logger)


async def test_another_inverter_with_more_strings_gets_its_entities(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, logger: LoggerSimulator
) -> None:
    entry = entry_for(logger, identity=IDENTITY | {"mppt_count": 1, "serial": "1111111111"})
    await set_up(entry)
    await machine.run(60)
    assert entry.data["identity"]["mppt_count"] == 2
    assert state_of(hass, "pv2_power").state not in {STATE_UNAVAILABLE, STATE_UNKNOWN}
