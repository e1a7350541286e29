"""What is remembered of counters, when it is written, and what a power cut can do to it."""

from collections.abc import AsyncIterator
from copy import deepcopy
from typing import Any

from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.sources.deye.guards import DeyeGuards
from tests.integration.conftest import SetUp
from tests.integration.deye import coordinator_of, entry_for, state_of
from tests.integration.machine import TimeMachine
from tests.integration.truth import wrong_states
from tests.integration.units import UNITS
from tests.simulators.logger import Fault, LoggerSimulator


async def test_a_crash_costs_no_energy_and_shows_no_drop(
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
    old_store = deepcopy(hass_storage[key])
    await machine.run(600)
    assert await machine.finish(hass.config_entries.async_unload(deye_entry.entry_id))
    hass_storage[key] = old_store
    logger.fault = Fault.SILENCE
    assert await machine.finish(hass.config_entries.async_setup(deye_entry.entry_id))
    assert state_of(hass, "pv_energy_total").state == STATE_UNKNOWN
    logger.fault = Fault.NONE
    logger.site.clock.freeze()
    await machine.run(60)
    assert not wrong_states(hass, deye_entry, logger)


async def test_a_power_cut_soon_after_a_start_shows_no_drop(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
    hass_storage: dict[str, Any],
) -> None:
    key = f"solar_monitor.{deye_entry.entry_id}"
    await set_up(deye_entry)
    await machine.run(400)
    assert await machine.finish(hass.config_entries.async_unload(deye_entry.entry_id))
    assert hass_storage[key]["data"]["clean"] is True
    await machine.run(6 * 3600)
    logger.fault = Fault.SILENCE
    assert await machine.finish(hass.config_entries.async_setup(deye_entry.entry_id))
    at_the_start = deepcopy(hass_storage[key])
    assert at_the_start["data"]["clean"] is False
    assert state_of(hass, "pv_energy_total").state != STATE_UNKNOWN
    logger.fault = Fault.NONE
    await machine.run(60)
    assert await machine.finish(hass.config_entries.async_unload(deye_entry.entry_id))

    hass_storage[key] = at_the_start
    logger.fault = Fault.SILENCE
    assert await machine.finish(hass.config_entries.async_setup(deye_entry.entry_id))
    assert state_of(hass, "pv_energy_total").state == STATE_UNKNOWN
    assert state_of(hass, "pv_energy_today").state == STATE_UNKNOWN


async def test_the_memory_is_written_four_times_an_hour_and_at_midnight(
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
    hass: HomeAssistant,
) -> None:
    writes: list[float] = []
    remembered = DeyeGuards.memory

    def memory(guards: DeyeGuards) -> dict[str, Any]:
        writes.append(hass.loop.time())
        return remembered(guards)

    monkeypatch.setattr(DeyeGuards, "memory", memory)
    await machine.run(420)
    await set_up(deye_entry)  # at 11:07
    await machine.run(3590)
    assert len(writes) == 4
    await machine.run(11 * 3600 + 3120)
    writes.clear()  # at 23:58:50
    await machine.run(120)
    assert len(writes) == 1


async def test_a_new_level_is_written_at_once(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
    hass_storage: dict[str, Any],
) -> None:
    await set_up(deye_entry)
    await machine.run(40)
    logger.registers.update({96: 1000, 97: 0})
    await machine.run(380)
    assert state_of(hass, "counter_corrections").state != STATE_UNKNOWN
    saved = hass_storage[f"solar_monitor.{deye_entry.entry_id}"]["data"]["counters"]
    assert saved["pv_energy_total"]["raw"] == 100


@pytest.mark.parametrize("damage", [{"data": {"counters": [], "days": 3}}, {"data": {}}])
async def test_a_damaged_memory_is_a_start_without_one(
    hass: HomeAssistant,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
    hass_storage: dict[str, Any],
    damage: dict[str, Any],
) -> None:
    key = f"solar_monitor.{deye_entry.entry_id}"
    hass_storage[key] = {"version": 1, "minor_version": 1, "key": key} | damage
    logger.site.clock.freeze()
    await set_up(deye_entry)
    assert not wrong_states(hass, deye_entry, logger)


@pytest.fixture
async def large() -> AsyncIterator[LoggerSimulator]:
    """Give a logger with a unit that counts in tens of W."""
    simulator = UNITS["hybrid_1p, 12 kW"].logger()
    await simulator.start()
    yield simulator
    await simulator.stop()


async def test_the_scale_of_another_inverter_is_forgotten_at_once(
    hass: HomeAssistant, set_up: SetUp, large: LoggerSimulator, hass_storage: dict[str, Any]
) -> None:
    entry = entry_for(large, identity=None)
    key = f"solar_monitor.{entry.entry_id}"
    await set_up(entry)
    await hass.async_block_till_done(wait_background_tasks=True)
    for _ in range(2):
        await coordinator_of(entry).async_refresh()
    large.fault = Fault.SILENCE
    assert await hass.config_entries.async_reload(entry.entry_id)
    steps = hass_storage[key]["data"]["steps"]
    assert {"grid": 10, "load": 10}.items() <= steps.items()

    # Another board with another firmware, and then a power cut.
    large.fault = Fault.NONE
    large.registers[11] = 0x1234
    await coordinator_of(entry).async_refresh()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert hass_storage[key]["data"]["clean"] is False
    assert hass_storage[key]["data"]["steps"] == {}
