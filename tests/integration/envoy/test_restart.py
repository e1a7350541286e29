"""Restarts, power cuts and removals: what survives, and that nothing is left behind."""

import asyncio
from copy import deepcopy
from pathlib import Path
from typing import Any

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.util.async_ import get_scheduled_timer_handles
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.integration.conftest import SetUp
from tests.integration.envoy.kit import (
    asked,
    entry_for,
    gateway_at,
    memory_of,
    number,
    shown,
    source_of,
    states,
)
from tests.integration.envoy.truth import wrong_states
from tests.integration.machine import TimeMachine
from tests.simulators.envoy import EVERYWHERE, Endpoint, EnvoySimulator, Fault, Shape

COUNTED = ("_energy_total", "_energy_today")


def counters(found: dict[str, str]) -> dict[str, str]:
    """Give the counters among states."""
    return {key: state for key, state in found.items() if key.endswith(COUNTED)}


async def reload(hass: HomeAssistant, machine: TimeMachine, entry: MockConfigEntry) -> float:
    """Unload and set up again; tell how long Home Assistant waited for it."""
    began = hass.loop.time()
    assert await machine.finish(hass.config_entries.async_reload(entry.entry_id))
    return hass.loop.time() - began


@pytest.mark.parametrize("death", [Fault.SILENT, Fault.RESET, None])
async def test_a_start_without_the_gateway_shows_the_counters_and_waits(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
    death: Fault | None,
) -> None:
    await set_up(envoy_entry)
    await machine.run(100)
    before = states(hass, envoy_entry)
    if death is None:
        gateway.close()
    else:
        gateway.fault(EVERYWHERE, death)
        for open_to_all in (Endpoint.INFO, Endpoint.CHECK_JWT):
            gateway.fault(open_to_all, death)
    assert await reload(hass, machine, envoy_entry) < 20
    after = states(hass, envoy_entry)
    assert after.keys() == before.keys()
    assert counters(after) == counters(before)
    assert after["connection"] == "off"
    assert after["production_power"] == STATE_UNAVAILABLE

    await machine.run(600)
    gateway.clear_faults()
    await machine.run(95)
    gateway.site.clock.freeze()
    await machine.run(95)
    assert shown(hass, "connection") == "on"
    assert not wrong_states(hass, envoy_entry, gateway)


async def test_the_very_first_start_without_the_gateway_makes_its_entities_later(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
) -> None:
    gateway.close()
    await set_up(envoy_entry)
    assert shown(hass, "connection") == "off"
    assert "production_power" not in states(hass, envoy_entry)
    gateway.open()
    await machine.run(100)
    gateway.site.clock.freeze()
    await machine.run(95)
    assert number(hass, "production_power") > 0
    assert not wrong_states(hass, envoy_entry, gateway)


async def test_energy_goes_on_after_a_restart(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    envoy_entry: MockConfigEntry,
) -> None:
    await set_up(envoy_entry)
    await machine.run(600)
    before = counters(states(hass, envoy_entry))
    await reload(hass, machine, envoy_entry)
    await machine.run(65)
    after = counters(states(hass, envoy_entry))
    for key, state in before.items():
        if state == STATE_UNKNOWN:
            assert after[key] == STATE_UNKNOWN, key
        else:
            assert 0 <= float(after[key]) - float(state) < 0.2, key


async def test_ten_hours_offline_are_caught_up_at_once(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
) -> None:
    await machine.run(19 * 3_600)  # at six in the morning
    await set_up(envoy_entry)
    await machine.run(100)
    assert await machine.finish(hass.config_entries.async_unload(envoy_entry.entry_id))
    await machine.run(10 * 3_600)
    gateway.site.clock.freeze()
    assert await machine.finish(hass.config_entries.async_setup(envoy_entry.entry_id))
    await machine.run(5)
    assert not wrong_states(hass, envoy_entry, gateway)
    assert shown(hass, "counter_corrections") == STATE_UNKNOWN


async def test_after_a_power_cut_a_counter_is_unknown_until_the_gateway_confirms_it(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
    hass_storage: dict[str, Any],
) -> None:
    stored = f"solar_monitor.{envoy_entry.entry_id}"
    panel = f"{gateway.field.panels[0].serial}_energy_total"
    await set_up(envoy_entry)
    await machine.run(100)
    old = deepcopy(hass_storage[stored])
    assert old["data"]["clean"] is False
    await machine.run(600)
    assert await machine.finish(hass.config_entries.async_unload(envoy_entry.entry_id))
    assert memory_of(hass_storage, envoy_entry)["clean"] is True
    hass_storage[stored] = old
    gateway.close()
    assert await machine.finish(hass.config_entries.async_setup(envoy_entry.entry_id))
    for key in ("production_energy_total", "consumption_energy_today", panel):
        assert shown(hass, key) == STATE_UNKNOWN, key
    # Another restart before the gateway is back proves nothing.
    assert await machine.finish(hass.config_entries.async_reload(envoy_entry.entry_id))
    for key in ("production_energy_total", "consumption_energy_today", panel):
        assert shown(hass, key) == STATE_UNKNOWN, key
    gateway.open()
    gateway.site.clock.freeze()
    await machine.run(100)
    assert not wrong_states(hass, envoy_entry, gateway)


async def test_a_start_takes_the_mark_of_a_clean_end_away(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
    hass_storage: dict[str, Any],
) -> None:
    await set_up(envoy_entry)
    await machine.run(100)
    assert await machine.finish(hass.config_entries.async_unload(envoy_entry.entry_id))
    gateway.close()
    assert await machine.finish(hass.config_entries.async_setup(envoy_entry.entry_id))
    assert memory_of(hass_storage, envoy_entry)["clean"] is False
    assert shown(hass, "production_energy_total") != STATE_UNKNOWN


async def test_estimates_never_fall_whenever_the_power_is_cut(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, hass_storage: dict[str, Any]
) -> None:
    key = "battery_charge_energy_total_estimated"
    async with gateway_at(hass, Shape.D8_1_BATTERY) as gateway:
        entry = entry_for(gateway)
        stored = f"solar_monitor.{entry.entry_id}"
        await set_up(entry)
        highest = 0.0
        for minutes in (5, 33, 21):
            await machine.run(minutes * 60)
            if shown(hass, key) != STATE_UNKNOWN:
                assert number(hass, key) >= highest
                highest = number(hass, key)
            old = deepcopy(hass_storage[stored])
            assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))
            hass_storage[stored] = old
            assert await machine.finish(hass.config_entries.async_setup(entry.entry_id))
            assert shown(hass, key) == STATE_UNKNOWN or number(hass, key) >= highest
        await machine.run(3_600)
        assert number(hass, key) >= highest > 0
        assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))


@pytest.mark.parametrize(
    "damage",
    [
        {"data": {"counters": [], "days": 3, "panels": 7, "estimates": [], "alarms": "x"}},
        {"data": {"counters": {"production_energy_total": {"total": "x"}}, "panels": {"watch": 1}}},
        {"data": {}},
    ],
)
async def test_a_damaged_memory_is_a_start_without_one(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
    hass_storage: dict[str, Any],
    damage: dict[str, Any],
) -> None:
    key = f"solar_monitor.{envoy_entry.entry_id}"
    hass_storage[key] = {"version": 1, "minor_version": 1, "key": key} | damage
    gateway.site.clock.freeze()
    await set_up(envoy_entry)
    await machine.run(65)
    assert not wrong_states(hass, envoy_entry, gateway)


async def test_the_memory_is_written_four_times_an_hour(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    envoy_entry: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await set_up(envoy_entry)
    await machine.run(100)
    writes: list[float] = []
    books = source_of(envoy_entry).reader.books
    remembered = books.panels.memory

    def memory() -> dict[str, Any]:
        writes.append(hass.loop.time())
        return remembered()

    monkeypatch.setattr(books.panels, "memory", memory)
    await machine.run(3_600)
    assert len(writes) == 4


async def test_reloads_leave_no_task_socket_listener_or_timer(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
) -> None:
    def left() -> dict[str, object]:
        timers = get_scheduled_timer_handles(hass.loop)
        return {
            "tasks": len(asyncio.all_tasks()),
            "files": len(list(Path("/proc/self/fd").iterdir())),
            "timers": len([timer for timer in timers if not timer.cancelled()]),
            "listeners": hass.bus.async_listeners(),
            "connections": gateway.open_connections,
        }

    await set_up(envoy_entry)
    for _ in range(2):
        await reload(hass, machine, envoy_entry)
    await machine.run(100)
    before = left()
    for _ in range(20):
        await reload(hass, machine, envoy_entry)
    await machine.run(100)
    assert left() == before


async def test_an_unload_in_the_middle_of_a_poll_ends_it(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
) -> None:
    await set_up(envoy_entry)
    gateway.fault(EVERYWHERE, Fault.SILENT)
    await machine.run(63)
    began = hass.loop.time()
    assert await machine.finish(hass.config_entries.async_unload(envoy_entry.entry_id))
    assert hass.loop.time() - began < 3
    await machine.run(2)
    assert gateway.open_connections == 0
    gateway.requests.clear()
    await machine.run(120)
    assert not gateway.requests


async def test_removing_the_entry_removes_what_was_stored(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
    hass_storage: dict[str, Any],
) -> None:
    key = f"solar_monitor.{envoy_entry.entry_id}"
    await set_up(envoy_entry)
    await machine.run(100)
    assert key in hass_storage
    await machine.finish(hass.config_entries.async_remove(envoy_entry.entry_id))
    await machine.run(100)
    assert key not in hass_storage
    assert gateway.open_connections == 0


async def test_another_gateway_at_the_address_is_asked_for_nothing(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp
) -> None:
    # Before firmware 7 there is no certificate that would tell.
    async with gateway_at(hass, Shape.D5_0_STANDARD) as gateway:
        entry = entry_for(gateway)
        gateway.replace_by("122302000000")
        await set_up(entry)
        await machine.run(300)
        assert {what for _, what in gateway.requests} == {"/info"}
        assert shown(hass, "connection") == "off"
        assert asked(gateway, "/info")
        assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))
