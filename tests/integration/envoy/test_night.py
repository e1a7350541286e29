"""The night: panels sleep, the gateway goes quiet for a while, and nothing of it is a fault."""

from itertools import pairwise
import logging

from homeassistant.const import EVENT_STATE_CHANGED, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events

from tests.integration.conftest import SetUp
from tests.integration.envoy.kit import (
    MISSING,
    asked,
    entry_for,
    gateway_at,
    history,
    number,
    shown,
    state_of,
    states,
)
from tests.integration.envoy.truth import wrong_states
from tests.integration.machine import TimeMachine
from tests.simulators.envoy import EVERYWHERE, EnvoySimulator, Fault, Shape

HOUR = 3_600
# The tests begin at 11:00; the sun sets at about 16:45 and rises at about 6:25.
TO_AFTERNOON = 5 * HOUR
TO_22_30 = 11.5 * HOUR


@pytest.mark.parametrize("shape", [Shape.D8_3_METERED, Shape.D8_3_STORAGE_PHASE, Shape.D8_2_NO_CT])
async def test_after_sunset_panels_make_nothing_and_their_counters_stand(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, shape: Shape
) -> None:
    await machine.run(TO_AFTERNOON)
    async with gateway_at(hass, shape) as gateway:
        entry = entry_for(gateway)
        await set_up(entry)
        await machine.run(100)
        serials = [panel.serial for panel in gateway.field.panels]
        assert all(number(hass, f"{serial}_power") > 0 for serial in serials)
        await machine.run(1.5 * HOUR)
        assert {shown(hass, f"{serial}_power") for serial in serials} == {"0"}
        assert number(hass, "production_power") <= 0
        counters = {
            key: state
            for key, state in states(hass, entry).items()
            if key.startswith("48") and key.endswith("_energy_total")
        }
        gateway.requests.clear()
        events = async_capture_events(hass, EVENT_STATE_CHANGED)
        await machine.run(3 * HOUR)
        panels = [
            *asked(gateway, "/ivp/pdm/device_data"),
            *asked(gateway, "/api/v1/production/inverters"),
        ]
        assert len(panels) <= 2 * 12 + 1
        assert all(
            after - before >= 840 for before, after in pairwise(sorted(set(map(round, panels))))
        )
        assert len(asked(gateway, "/ivp/meters/readings")) in {0, 360}
        after = states(hass, entry)
        assert {key: after[key] for key in counters} == counters
        for serial in serials:
            assert not history(hass, events, f"{serial}_power")
        assert shown(hass, "panel_problem") == "off"
        assert not set(MISSING) & {after[f"{serial}_power"] for serial in serials}
        assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))


async def test_a_restart_at_night_shows_panels_that_make_nothing(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
) -> None:
    serial = gateway.field.panels[0].serial
    await machine.run(TO_22_30)
    await set_up(envoy_entry)
    await machine.run(40)
    assert shown(hass, f"{serial}_power") == "0"
    assert number(hass, f"{serial}_energy_total") > 1_000
    assert shown(hass, f"{serial}_problem") == "off"
    assert number(hass, "panels_reporting") == 8
    assert await machine.finish(hass.config_entries.async_reload(envoy_entry.entry_id))
    await machine.run(40)
    assert shown(hass, f"{serial}_power") == "0"


async def test_in_the_morning_panels_report_again_and_none_was_missed(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
) -> None:
    entry = entry_for(gateway, options={"poll_interval": 120})
    await machine.run(18 * HOUR)  # five in the morning
    await set_up(entry)
    await machine.run(200)
    events = async_capture_events(hass, EVENT_STATE_CHANGED)
    await machine.run(4 * HOUR)
    serial = gateway.field.panels[0].serial
    assert number(hass, f"{serial}_power") > 10
    assert not {"on", STATE_UNAVAILABLE} & set(history(hass, events, "panel_problem"))
    assert not {"on", STATE_UNAVAILABLE} & set(history(hass, events, "production_problem"))
    powers = history(hass, events, f"{serial}_power")
    assert not set(MISSING) & set(powers)
    gateway.site.clock.freeze()
    await machine.run(150)
    assert not wrong_states(hass, entry, gateway)


@pytest.mark.parametrize(
    "quiet", [(8, Fault.SILENT), (8, Fault.FAIL), (14, Fault.SILENT), (14, Fault.RESET)]
)
async def test_the_quiet_time_after_23_o_clock_changes_no_state(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
    quiet: tuple[float, Fault],
    caplog: pytest.LogCaptureFixture,
) -> None:
    await machine.run(TO_22_30)
    await set_up(envoy_entry)
    await machine.run(100)
    caplog.clear()
    caplog.set_level(logging.WARNING, "custom_components.solar_monitor")
    gateway.night_silence(*quiet)
    events = async_capture_events(hass, EVENT_STATE_CHANGED)
    await machine.run(HOUR)
    for key in states(hass, envoy_entry):
        assert not set(MISSING) & set(history(hass, events, key)), key
    assert not history(hass, events, "connection")
    assert shown(hass, "alarms") == STATE_UNKNOWN
    ours = [record for record in caplog.records if "solar_monitor" in record.name]
    assert not ours
    gateway.site.clock.freeze()
    await machine.run(95)
    assert not {
        key: value
        for key, value in wrong_states(hass, envoy_entry, gateway).items()
        if not key.startswith("48")
    }


async def test_a_gateway_that_stays_away_is_told_after_a_quarter_of_an_hour(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
) -> None:
    await set_up(envoy_entry)
    await machine.run(100)
    gateway.fault(EVERYWHERE, Fault.SILENT)
    gateway.close()
    await machine.run(840)
    assert shown(hass, "connection") == "on"
    assert shown(hass, "production_power") not in MISSING
    await machine.run(200)
    assert shown(hass, "connection") == "off"
    assert shown(hass, "production_power") == STATE_UNAVAILABLE
    assert shown(hass, "production_energy_total") not in MISSING
    assert state_of(hass, "alarms").attributes["event_type"] == "gateway_lost"
    gateway.clear_faults()
    await machine.run(95)
    assert shown(hass, "connection") == "on"
    assert state_of(hass, "alarms").attributes["event_type"] == "gateway_back"
    gateway.site.clock.freeze()
    await machine.run(95)
    assert not wrong_states(hass, envoy_entry, gateway)


@pytest.mark.parametrize("zeros", [False, True])
async def test_a_restart_of_the_gateway_shows_neither_zeros_nor_gaps(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
    zeros: bool,  # noqa: FBT001  a parameter
) -> None:
    await set_up(envoy_entry)
    await machine.run(100)
    events = async_capture_events(hass, EVENT_STATE_CHANGED)
    gateway.restart(zeros=zeros, seconds=600)
    await machine.run(590)
    for key in ("production_power", "consumption_power", "production_energy_total"):
        assert not {"0", "0.0", *MISSING} & set(history(hass, events, key)), key
    assert not history(hass, events, "grid_present")
    await machine.run(120)
    gateway.site.clock.freeze()
    await machine.run(95)
    assert not wrong_states(hass, envoy_entry, gateway)
    assert shown(hass, "counter_corrections") == STATE_UNKNOWN
