"""Damaged readings in the middle of a life: what is shown stays believable."""

from homeassistant.const import EVENT_STATE_CHANGED, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import Event, EventStateChangedData, HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events

from tests.integration.conftest import SetUp
from tests.integration.deye import coordinator_of, entity_id, registered, state_of
from tests.integration.machine import TimeMachine
from tests.integration.truth import wrong_states
from tests.simulators.logger import Fault, LoggerSimulator

TOTALS = (
    "pv_energy_total",
    "battery_charge_energy_total",
    "battery_discharge_energy_total",
    "grid_import_energy_total",
    "grid_export_energy_total",
    "load_energy_total",
)
PV_WORDS = (96, 97)


def history(hass: HomeAssistant, events: list[Event[EventStateChangedData]], key: str) -> list[str]:
    """Give the states that an entity went through."""
    wanted = entity_id(hass, key)
    return [
        event.data["new_state"].state
        for event in events
        if event.data["entity_id"] == wanted and event.data["new_state"] is not None
    ]


def assert_only_true_energy(
    hass: HomeAssistant,
    events: list[Event[EventStateChangedData]],
    started: dict[str, float],
    logger: LoggerSimulator,
) -> None:
    """Check that no counter fell, vanished or took more than the house has used."""
    truth = logger.truth()
    for key in TOTALS:
        states = history(hass, events, key)
        assert not {STATE_UNKNOWN, STATE_UNAVAILABLE} & set(states), key
        numbers = [started[key], *map(float, states)]
        assert numbers == sorted(numbers), key
        true = truth[key]
        assert isinstance(true, float)
        assert numbers[-1] <= true + 0.001, key


def numbers_of(hass: HomeAssistant, keys: tuple[str, ...] = TOTALS) -> dict[str, float]:
    """Give states as numbers."""
    return {key: float(state_of(hass, key).state) for key in keys}


@pytest.mark.parametrize("seconds", [30, 150, 250])
@pytest.mark.parametrize(
    "fault", [Fault.COUNTER_ZERO, Fault.COUNTER_JUMP, Fault.ZEROS, Fault.FFFF, Fault.SOC_ZERO]
)
async def test_counters_live_through_damage_without_a_trace(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
    fault: Fault,
    seconds: float,
) -> None:
    await set_up(deye_entry)
    await machine.run(100)
    started = numbers_of(hass)
    events = async_capture_events(hass, EVENT_STATE_CHANGED)
    logger.fault = fault
    await machine.run(seconds)
    assert_only_true_energy(hass, events, started, logger)
    logger.fault = Fault.NONE
    await machine.run(60)
    logger.site.clock.freeze()
    await machine.finish(coordinator_of(deye_entry).async_refresh())
    assert_only_true_energy(hass, events, started, logger)
    assert not wrong_states(hass, deye_entry, logger)
    assert state_of(hass, "counter_corrections").state == STATE_UNKNOWN


@pytest.mark.parametrize("fault", [Fault.COUNTER_ZERO, Fault.COUNTER_JUMP])
async def test_refused_counters_are_counted(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
    fault: Fault,
) -> None:
    await set_up(deye_entry)
    assert state_of(hass, "refused_values").state == "0"
    logger.fault = fault
    await machine.finish(coordinator_of(deye_entry).async_refresh())
    assert state_of(hass, "refused_values").state == "6"
    logger.fault = Fault.NONE
    await machine.finish(coordinator_of(deye_entry).async_refresh())
    assert state_of(hass, "refused_values").state == "6"


async def test_a_new_level_that_stays_is_believed_without_a_step(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
) -> None:
    await set_up(deye_entry)
    await machine.run(40)
    old = numbers_of(hass)["pv_energy_total"]
    low, high = PV_WORDS
    logger.registers.update({low: 1000, high: 0})  # a new main board: 100 kWh
    await machine.run(290)
    assert state_of(hass, "counter_corrections").state == STATE_UNKNOWN
    assert numbers_of(hass)["pv_energy_total"] == old
    await machine.run(60)
    told = state_of(hass, "counter_corrections")
    assert told.attributes["event_type"] == "rebased"
    assert told.attributes["counter"] == "pv_energy_total"
    assert told.attributes["old_raw_kwh"] == pytest.approx(old, abs=0.11)
    assert told.attributes["new_raw_kwh"] == 100
    assert told.attributes["total_kwh"] == old
    assert numbers_of(hass)["pv_energy_total"] == old

    logger.registers[low] = 1002
    await machine.run(120)
    assert numbers_of(hass)["pv_energy_total"] == pytest.approx(old + 0.2)
    assert state_of(hass, "counter_corrections").state == told.state


async def test_zeros_after_waking_up_hold_five_minutes_and_then_mean_unknown(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
) -> None:
    keys = ("battery_soc", "pv_power", "grid_l1_voltage", "heatsink_temperature")
    await set_up(deye_entry)
    await machine.run(100)
    before = numbers_of(hass, keys)
    counters = numbers_of(hass)
    logger.fault = Fault.ZEROS
    await machine.run(290)
    assert numbers_of(hass, keys) == before
    assert state_of(hass, "connectivity").state == "on"
    await machine.run(100)
    assert {key: state_of(hass, key).state for key in keys} == dict.fromkeys(keys, STATE_UNKNOWN)
    for key in ("grid_present", "alarm", "fault", "active_alarms"):
        assert state_of(hass, key).state == STATE_UNKNOWN, key
    await machine.run(3600)
    assert numbers_of(hass) == counters
    logger.fault = Fault.NONE
    logger.site.clock.freeze()
    await machine.finish(coordinator_of(deye_entry).async_refresh())
    assert not wrong_states(hass, deye_entry, logger)


async def test_without_a_battery_its_values_are_unknown_and_all_others_shown(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
) -> None:
    measured = {f"battery_{name}" for name in ("soc", "voltage", "power", "current", "temperature")}
    await set_up(deye_entry)
    await machine.run(40)
    soc = state_of(hass, "battery_soc").state
    logger.fault = Fault.SOC_ZERO
    await machine.run(50)
    assert abs(float(state_of(hass, "battery_soc").state) - float(soc)) <= 1
    await machine.run(60)
    shown = {
        key: state_of(hass, key).state
        for key, row in registered(hass, deye_entry).items()
        if not row.disabled
    }
    unknown = {key for key, state in shown.items() if state == STATE_UNKNOWN}
    assert unknown == measured | {"counter_corrections"}
    logger.fault = Fault.NONE
    logger.site.clock.freeze()
    await machine.finish(coordinator_of(deye_entry).async_refresh())
    assert not wrong_states(hass, deye_entry, logger)


async def test_a_jump_of_the_charge_is_held_and_believed_when_it_stays(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
) -> None:
    await set_up(deye_entry)
    await machine.run(40)
    events = async_capture_events(hass, EVENT_STATE_CHANGED)
    before = float(state_of(hass, "battery_soc").state)
    logger.fault = Fault.SOC_JUMP
    await machine.run(45)
    assert abs(float(state_of(hass, "battery_soc").state) - before) <= 2
    assert all(abs(float(state) - before) <= 2 for state in history(hass, events, "battery_soc"))
    refused = int(state_of(hass, "refused_values").state)
    assert refused >= 1
    await machine.run(90)
    assert abs(abs(float(state_of(hass, "battery_soc").state) - before) - 30) <= 2


async def test_where_nothing_is_there_unsigned_values_are_unknown(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
) -> None:
    await set_up(deye_entry)
    counters = numbers_of(hass)
    logger.fault = Fault.FFFF
    await machine.finish(coordinator_of(deye_entry).async_refresh())
    for key in ("pv1_power", "pv_power", "battery_voltage", "grid_l1_voltage", "grid_frequency"):
        assert state_of(hass, key).state == STATE_UNKNOWN, key
    for key in ("grid_power", "battery_power", "load_power"):
        assert float(state_of(hass, key).state) == -1, key
    assert numbers_of(hass) == counters


async def test_an_impossible_reading_is_refused_and_the_last_one_stands(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
) -> None:
    await set_up(deye_entry)
    before = {key: state_of(hass, key).state for key in ("grid_frequency", "heatsink_temperature")}
    logger.registers.update({79: 9000, 91: 3000, 186: 20000})
    await machine.finish(coordinator_of(deye_entry).async_refresh())
    assert {key: state_of(hass, key).state for key in before} == before
    assert float(state_of(hass, "pv1_power").state) < 8000
    assert state_of(hass, "refused_values").state == "3"


async def test_energy_of_today_starts_again_at_local_midnight(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
) -> None:
    await machine.run(12 * 3600 + 3300)  # 23:55
    await set_up(deye_entry)
    await machine.run(120)
    evening = float(state_of(hass, "load_energy_today").state)
    assert evening > 2
    await machine.run(150)
    assert float(state_of(hass, "load_energy_today").state) >= evening
    await machine.run(60)
    assert float(state_of(hass, "load_energy_today").state) <= 0.1
    assert float(state_of(hass, "pv_energy_today").state) <= 0.1
    await machine.run(3600)
    logger.site.clock.freeze()
    await machine.finish(coordinator_of(deye_entry).async_refresh())
    assert not wrong_states(hass, deye_entry, logger)
