"""Restarts, reloads and power cuts: what survives, what is sent, and what is left behind."""

import asyncio
from copy import deepcopy
from typing import Any

from homeassistant.const import (
    EVENT_HOMEASSISTANT_FINAL_WRITE,
    EVENT_HOMEASSISTANT_STOP,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.util.async_ import get_scheduled_timer_handles
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.integration.conftest import SetUp
from tests.integration.enlighten.kit import (
    DAY_S,
    HOUR_S,
    SYSTEM,
    desk_memory_of,
    entry_for,
    memory_of,
    number,
    shown,
    source_of,
)
from tests.integration.machine import TimeMachine
from tests.integration.states import states_of
from tests.simulators.enlighten import EVERYWHERE, Endpoint, EnlightenSimulator, Fault

# What is counted by the minute, and what an entity of ours makes of a new start.
PASSING = ("data_age", "events", "refresh", "test_connection")


def lasting(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str, str]:
    """Give what an entry shows, but for what no answer tells."""
    found = states_of(hass, entry.entry_id, "enl_")
    return {key: state for key, state in found.items() if not key.endswith(PASSING)}


async def reload(hass: HomeAssistant, machine: TimeMachine, entry: MockConfigEntry) -> None:
    """Unload and set up again."""
    assert await machine.finish(hass.config_entries.async_reload(entry.entry_id))


async def test_after_a_restart_everything_is_shown_at_once_and_nothing_is_asked(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, cloud: EnlightenSimulator
) -> None:
    entry = entry_for(cloud, profile="cloud_only")
    await set_up(entry)
    await machine.run(300)
    before, calls = lasting(hass, entry), cloud.count()
    assert not {STATE_UNAVAILABLE, STATE_UNKNOWN} & set(before.values())
    await reload(hass, machine, entry)
    assert lasting(hass, entry) == before
    await machine.run(120)
    assert lasting(hass, entry) == before
    assert cloud.count() == calls


async def test_fifty_restarts_send_nothing_and_count_nothing(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, cloud: EnlightenSimulator
) -> None:
    entry = entry_for(cloud, profile="cloud_only")
    await set_up(entry)
    await machine.run(300)
    before, calls = lasting(hass, entry), cloud.count()
    for _ in range(50):
        await reload(hass, machine, entry)
        await machine.run(5)
    assert cloud.count() == calls
    assert lasting(hass, entry) == before


@pytest.mark.parametrize("fault", [Fault.SILENT, Fault.FAIL, Fault.MONTH_QUOTA, None])
async def test_a_restart_without_the_cloud_shows_what_is_remembered(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    cloud: EnlightenSimulator,
    fault: Fault | None,
) -> None:
    entry = entry_for(cloud, profile="cloud_only")
    await set_up(entry)
    await machine.run(300)
    before = lasting(hass, entry)
    assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))
    if fault is None:
        await cloud.close()
    else:
        cloud.fault(EVERYWHERE, fault)
    await machine.run(HOUR_S / 2)
    assert await machine.finish(hass.config_entries.async_setup(entry.entry_id))
    after = lasting(hass, entry)
    for key in ("power", "energy_total", "energy_today", "system_status", "alarm"):
        assert after[f"{SYSTEM}_{key}"] == before[f"{SYSTEM}_{key}"], key


async def test_counters_stand_after_days_without_the_cloud_and_a_restart(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, cloud: EnlightenSimulator
) -> None:
    entry = entry_for(cloud, profile="cloud_only")
    await set_up(entry)
    await machine.run(300)
    total = shown(hass, "energy_total")
    await cloud.close()
    await machine.run(2 * DAY_S)
    await reload(hass, machine, entry)
    assert shown(hass, "energy_total") == total
    assert shown(hass, "power") == STATE_UNAVAILABLE
    await cloud.open()
    await machine.run(HOUR_S)
    truth = cloud.truth()
    assert number(hass, "energy_total") == pytest.approx(truth.energy_lifetime_wh / 1000, abs=2)
    assert number(hass, "energy_total") > float(total)


async def test_a_power_cut_at_any_moment_forgets_one_call_at_most_and_nothing_that_was_shown(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    machine: TimeMachine,
    set_up: SetUp,
    cloud: EnlightenSimulator,
) -> None:
    entry = entry_for(cloud, profile="cloud_only")
    await set_up(entry)
    for seconds in (0.5, 1, 2, 3, 5, 60, HOUR_S, HOUR_S):
        await machine.run(seconds)
        on_disk, before = deepcopy(hass_storage), lasting(hass, entry)
        assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))
        # Back to what was on the disk when the power went.
        hass_storage.clear()
        hass_storage.update(on_disk)
        assert await machine.finish(hass.config_entries.async_setup(entry.entry_id))
        after = lasting(hass, entry)
        for key in ("energy_total", "power"):
            state = before[f"{SYSTEM}_{key}"]
            if state not in {STATE_UNAVAILABLE, STATE_UNKNOWN}:
                assert after[f"{SYSTEM}_{key}"] == state, seconds
        budget = source_of(entry).desk.budget
        assert cloud.used() <= budget.used <= cloud.used() + 8


async def test_the_budget_is_marked_clean_only_by_an_end_in_good_order(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    machine: TimeMachine,
    set_up: SetUp,
    cloud: EnlightenSimulator,
) -> None:
    entry = entry_for(cloud)
    await set_up(entry)
    assert desk_memory_of(hass_storage, cloud)["budget"]["clean"] is False
    await machine.run(60)
    assert desk_memory_of(hass_storage, cloud)["budget"]["clean"] is False
    assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))
    assert desk_memory_of(hass_storage, cloud)["budget"]["clean"] is True
    assert await machine.finish(hass.config_entries.async_setup(entry.entry_id))
    assert desk_memory_of(hass_storage, cloud)["budget"]["clean"] is False
    months = desk_memory_of(hass_storage, cloud)["budget"]["months"]
    assert "forgotten" not in months["2026-11"]["calls"]


async def test_a_stop_in_the_middle_of_a_call_saves_and_leaves_nothing(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    machine: TimeMachine,
    set_up: SetUp,
    cloud: EnlightenSimulator,
) -> None:
    entry = entry_for(cloud)
    cloud.fault(Endpoint.DEVICES, Fault.SILENT)
    await set_up(entry)
    await machine.run(5)
    assert cloud.at_once == 1
    hass.set_state(CoreState.stopping)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await machine.settle()
    assert cloud.at_once == 0
    hass.set_state(CoreState.final_write)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await machine.settle()
    assert desk_memory_of(hass_storage, cloud)["budget"]["clean"] is True
    assert memory_of(hass_storage, entry)["books"]["systems"][str(SYSTEM)]["fetched_at"]["live"]
    assert not ours_running()
    assert not ours_waiting(hass)
    hass.set_state(CoreState.running)


async def test_an_unload_in_the_middle_of_a_call_leaves_no_task_no_socket_and_no_timer(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, cloud: EnlightenSimulator
) -> None:
    entry = entry_for(cloud)
    cloud.fault(Endpoint.DEVICES, Fault.SILENT)
    await set_up(entry)
    await machine.run(5)
    assert cloud.at_once == 1
    began = hass.loop.time()
    assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))
    assert hass.loop.time() - began < 1
    await machine.settle()
    assert cloud.at_once == 0
    assert not ours_running()
    assert not ours_waiting(hass)


async def test_a_removed_entry_leaves_nothing_but_the_calls_of_its_key(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    machine: TimeMachine,
    set_up: SetUp,
    cloud: EnlightenSimulator,
) -> None:
    entry = entry_for(cloud)
    await set_up(entry)
    await machine.run(60)
    await machine.finish(hass.config_entries.async_remove(entry.entry_id))
    assert f"solar_monitor.{entry.entry_id}" not in hass_storage
    desk = desk_memory_of(hass_storage, cloud)
    assert desk["budget"]["clean"] is True
    assert desk["schedule"]["sites"] == {}
    assert sum(desk["budget"]["months"]["2026-11"]["calls"].values()) == cloud.used()


def ours_running() -> list[str]:
    """Name the tasks that run code of ours."""
    found = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    return [task.get_name() for task in found if "solar_monitor" in repr(task)]


def ours_waiting(hass: HomeAssistant) -> list[str]:
    """Name the timers that call code of ours."""
    timers = get_scheduled_timer_handles(hass.loop)
    return [str(each) for each in timers if "solar_monitor" in repr(each) and not each.cancelled()]
