"""Counters that lie: nothing of it becomes energy, however long it stays."""

from typing import Any

from homeassistant.const import EVENT_STATE_CHANGED, STATE_UNKNOWN
from homeassistant.core import Event, EventStateChangedData, HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events

from tests.integration.conftest import SetUp
from tests.integration.envoy.kit import (
    MISSING,
    coordinator_of,
    entry_for,
    gateway_at,
    history,
    memory_of,
    number,
    shown,
    state_of,
)
from tests.integration.envoy.truth import wrong_states
from tests.integration.machine import TimeMachine
from tests.simulators.envoy import EVERYWHERE, Endpoint, EnvoySimulator, Fault, Shape

POISONS = (Fault.ZERO, Fault.WRAPPED, Fault.DROP, Fault.JUMP)
# What the panels can have made and not told yet.
QUARTER_KWH = 0.5
METERED = (
    "production_energy_total",
    "consumption_energy_total",
    "grid_import_energy_total",
    "grid_export_energy_total",
)


def true_energies(gateway: EnvoySimulator) -> dict[str, float]:
    """Give the true totals."""
    truth = gateway.truth()
    assert truth.consumption is not None
    assert truth.grid is not None
    return dict(
        zip(
            METERED,
            (
                truth.production.energy_kwh,
                truth.consumption.energy_kwh,
                truth.grid.import_kwh,
                truth.grid.export_kwh,
            ),
            strict=True,
        )
    )


def assert_only_true_energy(
    hass: HomeAssistant,
    events: list[Event[EventStateChangedData]],
    started: dict[str, float],
    rises: dict[str, float],
) -> None:
    """Check that no counter fell, vanished or took more than what went through."""
    for key, start in started.items():
        told = history(hass, events, key)
        assert not set(MISSING) & set(told), key
        numbers = [start, *map(float, told)]
        assert numbers == sorted(numbers), key
        assert numbers[-1] - start <= rises[key] + 0.02, key


@pytest.mark.parametrize("seconds", [45, 900, 7_200])
@pytest.mark.parametrize("poison", POISONS)
async def test_a_poisoned_counter_adds_nothing_however_long_it_stays(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
    poison: Fault,
    seconds: float,
) -> None:
    await set_up(envoy_entry)
    await machine.run(100)
    started, before = {key: number(hass, key) for key in METERED}, true_energies(gateway)
    events = async_capture_events(hass, EVENT_STATE_CHANGED)
    gateway.fault(EVERYWHERE, poison)
    await machine.run(seconds)
    gateway.clear_faults()
    await machine.run(35)
    gateway.site.clock.freeze()
    await machine.finish(coordinator_of(envoy_entry).async_refresh())
    after = true_energies(gateway)
    assert_only_true_energy(
        hass, events, started, {key: after[key] - before[key] for key in METERED}
    )
    if seconds < 300:
        # Recovery in one poll, without a trace.
        assert not wrong_states(hass, envoy_entry, gateway)
        assert shown(hass, "counter_corrections") == STATE_UNKNOWN


@pytest.mark.parametrize("poison", POISONS)
async def test_powers_stay_live_while_counters_lie(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
    poison: Fault,
) -> None:
    await set_up(envoy_entry)
    await machine.run(60)
    gateway.fault(EVERYWHERE, poison)
    await machine.run(600)
    gateway.site.clock.freeze()
    await machine.run(35)
    wrong = wrong_states(hass, envoy_entry, gateway)
    assert not {key for key in wrong if not key.endswith("_energy_total")}
    assert int(shown(hass, "refused_values")) >= 4


@pytest.mark.parametrize("shape", [Shape.D7_6_STANDARD, Shape.D8_2_NO_CT, Shape.D8_3_STANDARD])
@pytest.mark.parametrize("poison", POISONS)
async def test_the_inverters_counter_is_guarded_as_the_meters_is(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, shape: Shape, poison: Fault
) -> None:
    async with gateway_at(hass, shape) as gateway:
        entry = entry_for(gateway)
        await set_up(entry)
        await machine.run(100)
        started = {"production_energy_total": number(hass, "production_energy_total")}
        before = gateway.truth().production.energy_kwh
        events = async_capture_events(hass, EVENT_STATE_CHANGED)
        gateway.fault(EVERYWHERE, poison)
        await machine.run(1_800)
        gateway.clear_faults()
        await machine.run(1_800)
        rise = gateway.truth().production.energy_kwh - before
        # Panels report late: what they had made before the start is told after it.
        assert_only_true_energy(hass, events, started, {"production_energy_total": rise + 0.5})
        assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))


async def test_a_new_level_that_stays_is_told_once_and_counts_on(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
    hass_storage: dict[str, Any],
) -> None:
    await set_up(envoy_entry)
    await machine.run(60)
    old = number(hass, "production_energy_total")
    events = async_capture_events(hass, EVENT_STATE_CHANGED)
    gateway.fault(Endpoint.READINGS, Fault.JUMP)
    await machine.run(280)
    assert shown(hass, "counter_corrections") == STATE_UNKNOWN
    assert number(hass, "production_energy_total") == old
    await machine.run(120)
    told = state_of(hass, "counter_corrections")
    assert told.attributes["event_type"] == "rebased"
    assert told.attributes["new_raw_kwh"] - told.attributes["old_raw_kwh"] == pytest.approx(
        1_200, abs=1
    )
    saved = memory_of(hass_storage, envoy_entry)["counters"]["production_energy_total"]
    assert saved["origins"]["ct"]["guard"]["raw"] > old + 1_199
    true = gateway.truth().production.energy_kwh
    level = number(hass, "production_energy_total")
    await machine.run(1_200)
    rise = gateway.truth().production.energy_kwh - true
    assert number(hass, "production_energy_total") - level == pytest.approx(rise, abs=0.03)
    times = history(hass, events, "counter_corrections")
    assert len(times) == len(set(times)) <= 4


async def test_meter_and_inverters_that_take_turns_make_no_jump(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp
) -> None:
    # Without readings of the meters, `eim` now and then has activeCount 0 and another counter.
    async with gateway_at(hass, Shape.D8_3_ACTIVE_COUNT) as gateway:
        entry = entry_for(gateway)
        await set_up(entry)
        await machine.run(60)
        start, true = number(hass, "production_energy_total"), gateway.truth().production
        events = async_capture_events(hass, EVENT_STATE_CHANGED)
        for endpoint in (Endpoint.READINGS, Endpoint.METERS):
            gateway.fault(endpoint, Fault.FAIL)
        await machine.run(7_200)
        gateway.clear_faults()
        await machine.run(95)
        rise = gateway.truth().production.energy_kwh - true.energy_kwh
        assert_only_true_energy(
            hass,
            events,
            {"production_energy_total": start},
            {"production_energy_total": rise + QUARTER_KWH},
        )
        assert number(hass, "production_energy_total") - start >= rise * 0.97
        assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))


@pytest.mark.usefixtures("everything_enabled")
async def test_the_meter_and_the_inverters_are_counted_side_by_side(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
) -> None:
    await set_up(envoy_entry)
    await machine.run(1_230)
    gateway.site.clock.freeze()
    await machine.run(620)
    truth = gateway.truth()
    assert truth.ct_production is not None
    assert number(hass, "ct_production_energy_sum") == pytest.approx(
        truth.ct_production.energy_kwh, abs=0.02
    )
    assert number(hass, "inverter_production_energy_sum") == pytest.approx(
        truth.inverter_production.energy_kwh, abs=0.01
    )


async def test_a_poison_at_the_end_of_a_long_silence_is_refuted_by_the_inverters(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
) -> None:
    # After two weeks the meter alone could have counted as much as the poison says.
    await set_up(envoy_entry)
    await machine.run(700)
    before = number(hass, "production_energy_total")
    assert await machine.finish(hass.config_entries.async_unload(envoy_entry.entry_id))
    await machine.run(14 * 86_400)
    true = gateway.truth().production.energy_kwh
    gateway.fault(Endpoint.READINGS, Fault.JUMP)
    assert await machine.finish(hass.config_entries.async_setup(envoy_entry.entry_id))
    await machine.run(60)
    assert number(hass, "production_energy_total") <= true + 0.1
    assert number(hass, "production_energy_total") == before
    gateway.clear_faults()
    await machine.run(90)
    assert number(hass, "production_energy_total") == pytest.approx(
        gateway.truth().production.energy_kwh, abs=0.05
    )


async def test_energy_of_today_starts_again_at_local_midnight(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    envoy_entry: MockConfigEntry,
) -> None:
    await machine.run(12 * 3_600 + 3_300)  # 23:55
    await set_up(envoy_entry)
    await machine.run(150)
    assert number(hass, "consumption_energy_today") > 1
    await machine.run(240)
    assert number(hass, "consumption_energy_today") < 0.1
    assert number(hass, "production_energy_today") == 0
    assert number(hass, "grid_import_energy_today") < 0.1
    start = number(hass, "consumption_energy_total")
    today = number(hass, "consumption_energy_today")
    await machine.run(3_600)
    rise = number(hass, "consumption_energy_total") - start
    assert number(hass, "consumption_energy_today") - today == pytest.approx(rise, abs=0.01)


@pytest.mark.parametrize("shape", [Shape.D8_3_TOTAL_IS_NET, Shape.D8_3_ACTIVE_COUNT])
async def test_a_firmware_whose_today_is_its_lifetime_is_not_believed(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, shape: Shape
) -> None:
    async with gateway_at(hass, shape) as gateway:
        entry = entry_for(gateway)
        await set_up(entry)
        await machine.run(300)
        today = shown(hass, "production_energy_today")
        assert today in MISSING or float(today) < 30
        assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))
