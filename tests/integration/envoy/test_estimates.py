"""Energies that no meter counts, estimated from power and called so."""

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from tests.integration.conftest import SetUp
from tests.integration.envoy.kit import (
    MISSING,
    entry_for,
    gateway_at,
    history,
    number,
    shown,
    states,
)
from tests.integration.machine import TimeMachine
from tests.simulators.envoy import EVERYWHERE, CtKind, Endpoint, Fault, Shape

HOUR = 3_600
LOAD_ONLY = frozenset({CtKind.PRODUCTION, CtKind.TOTAL_CONSUMPTION})


async def test_batteries_without_a_ct_have_estimated_energies(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp
) -> None:
    async with gateway_at(hass, Shape.D8_1_BATTERY) as gateway:
        entry = entry_for(gateway)
        await set_up(entry)
        await machine.run(130)
        keys = states(hass, entry).keys()
        assert "battery_charge_energy_total" not in keys
        start = number(hass, "battery_charge_energy_total_estimated")
        first = gateway.truth().storage
        await machine.run(2 * HOUR)
        last = gateway.truth().storage
        assert first is not None
        assert last is not None
        true = last.charge_kwh - first.charge_kwh
        assert true > 0.2
        rise = number(hass, "battery_charge_energy_total_estimated") - start
        assert rise == pytest.approx(true, rel=0.05)
        today = number(hass, "battery_charge_energy_today_estimated")
        assert today == pytest.approx(start + rise, abs=0.01)
        assert await machine.finish(hass.config_entries.async_reload(entry.entry_id))
        await machine.run(65)
        assert number(hass, "battery_charge_energy_today_estimated") >= today
        assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))


async def test_a_storage_ct_makes_estimates_needless(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp
) -> None:
    async with gateway_at(hass, Shape.D8_2_STORAGE) as gateway:
        entry = entry_for(gateway)
        await set_up(entry)
        await machine.run(65)
        assert not [key for key in states(hass, entry) if "estimated" in key]
        assert number(hass, "battery_charge_energy_total") > 0
        assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))


@pytest.mark.parametrize("poll_interval", [30, 300])
async def test_a_load_only_ct_gives_an_estimated_exchange_with_the_grid(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, poll_interval: int
) -> None:
    async with gateway_at(hass, Shape.D8_3_METERED, cts=LOAD_ONLY) as gateway:
        entry = entry_for(gateway, options={"poll_interval": poll_interval})
        await set_up(entry)
        await machine.run(poll_interval + 35)
        assert "grid_power" not in states(hass, entry)
        truth = gateway.truth()
        wanted = truth.load.power_w - truth.production_now.power_w
        assert number(hass, "grid_power_estimated") == pytest.approx(wanted, rel=0.1, abs=20)
        keys = [f"grid_{way}_energy_total_estimated" for way in ("import", "export")]
        start = {key: number(hass, key) for key in keys}
        first = (truth.load.energy_kwh, truth.production_now.energy_kwh)
        await machine.run(2 * HOUR)
        after = gateway.truth()
        net = (after.load.energy_kwh - first[0]) - (after.production_now.energy_kwh - first[1])
        rises = [number(hass, key) - start[key] for key in keys]
        assert min(rises) >= 0
        assert rises[0] - rises[1] == pytest.approx(net, rel=0.1)
        assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))


async def test_a_gap_is_not_filled_with_energy(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp
) -> None:
    key = "grid_export_energy_total_estimated"
    async with gateway_at(hass, Shape.D8_3_METERED, cts=LOAD_ONLY) as gateway:
        entry = entry_for(gateway)
        await set_up(entry)
        await machine.run(600)
        before = number(hass, key)
        assert before > 0
        events = async_capture_events(hass, EVENT_STATE_CHANGED)
        gateway.fault(EVERYWHERE, Fault.FAIL)
        await machine.run(2 * HOUR)
        assert number(hass, key) - before < 0.05
        gateway.clear_faults()
        await machine.run(95)
        assert number(hass, key) - before < 0.15
        assert not set(MISSING) & set(history(hass, events, key))
        assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))


async def test_an_unknown_part_makes_the_estimate_unknown_not_wrong(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp
) -> None:
    async with gateway_at(hass, Shape.D8_1_BATTERY, cts=LOAD_ONLY) as gateway:
        entry = entry_for(gateway)
        await set_up(entry)
        await machine.run(95)
        truth = gateway.truth()
        assert truth.storage is not None
        wanted = truth.load.power_w - truth.production_now.power_w - truth.storage.power_w
        assert number(hass, "grid_power_estimated") == pytest.approx(wanted, rel=0.1, abs=30)
        gateway.fault(Endpoint.ENSEMBLE_POWER, Fault.FAIL)
        await machine.run(300)
        assert shown(hass, "grid_power_estimated") in MISSING
        assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))
