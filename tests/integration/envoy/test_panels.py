"""Panels: what each reports, which one is silent or weak, and how they come and go."""

from homeassistant.const import EVENT_STATE_CHANGED, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events

from custom_components.solar_monitor import async_remove_config_entry_device
from custom_components.solar_monitor.const import DOMAIN
from tests.integration.conftest import SetUp
from tests.integration.envoy.kit import (
    attributes_told,
    entry_for,
    gateway_at,
    history,
    number,
    shown,
    source_of,
    state_of,
    states,
)
from tests.integration.envoy.truth import wrong_states
from tests.integration.machine import TimeMachine
from tests.simulators.envoy import EVERYWHERE, EnvoySimulator, Fault, Shape

# Fewer polls in tests of whole days.
RARELY = {"poll_interval": 240}
MINUTE = 60
HOUR = 3_600


def device_of(hass: HomeAssistant, entry: MockConfigEntry, serial: str) -> dr.DeviceEntry | None:
    """Find the device of a serial number."""
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    return next((found for found in devices if (DOMAIN, serial) in found.identifiers), None)


async def test_a_day_of_good_panels_has_no_problem(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
) -> None:
    envoy_entry = entry_for(gateway, options=RARELY)
    await set_up(envoy_entry)
    await machine.run(250)
    events = async_capture_events(hass, EVENT_STATE_CHANGED)
    await machine.run(24 * HOUR)
    problems = {key for key in states(hass, envoy_entry) if key.endswith("problem")}
    assert len(problems) == 8 + 4
    for key in problems:
        assert set(history(hass, events, key)) <= {"off"}, key
    assert shown(hass, "alarms") == STATE_UNKNOWN
    assert set(history(hass, events, "panels_reporting")) <= {"8"}
    gateway.site.clock.freeze()
    await machine.run(300)
    assert not wrong_states(hass, envoy_entry, gateway)


async def test_a_panel_that_falls_silent_is_told_and_so_is_its_return(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
) -> None:
    panel = gateway.field.panels[2]
    await set_up(envoy_entry)
    await machine.run(10 * MINUTE)
    panel.silent = True
    await machine.run(28 * MINUTE)
    assert shown(hass, f"{panel.serial}_problem") == "off"
    assert shown(hass, f"{panel.serial}_power") != STATE_UNAVAILABLE
    await machine.run(37 * MINUTE)
    assert shown(hass, f"{panel.serial}_problem") == "on"
    assert shown(hass, f"{panel.serial}_power") == STATE_UNAVAILABLE
    assert shown(hass, f"{panel.serial}_energy_total") != STATE_UNAVAILABLE
    assert shown(hass, "panel_problem") == "on"
    assert state_of(hass, "panel_problem").attributes["panels"] == panel.serial
    assert number(hass, "panels_reporting") == 7
    assert number(hass, "panels_expected") == 8
    told = state_of(hass, "alarms")
    assert told.attributes["event_type"] == "panel_silent"
    assert told.attributes["serial"] == panel.serial
    assert told.attributes["problem"] == "silent"

    panel.silent = False
    await machine.run(18 * MINUTE)
    assert shown(hass, f"{panel.serial}_problem") == "off"
    assert shown(hass, "panel_problem") == "off"
    assert number(hass, "panels_reporting") == 8
    assert state_of(hass, "alarms").attributes["event_type"] == "panel_back"
    gateway.site.clock.freeze()
    await machine.run(90)
    assert not wrong_states(hass, envoy_entry, gateway)


async def test_a_silent_panel_stays_one_over_a_restart_and_is_told_once(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
) -> None:
    envoy_entry = entry_for(gateway, options=RARELY)
    panel = gateway.field.panels[2]
    await set_up(envoy_entry)
    await machine.run(10 * MINUTE)
    panel.silent = True
    await machine.run(75 * MINUTE)
    assert shown(hass, "panel_problem") == "on"
    told = shown(hass, "alarms")
    assert await machine.finish(hass.config_entries.async_reload(envoy_entry.entry_id))
    await machine.run(120)
    assert shown(hass, "panel_problem") == "on"
    await machine.run(20 * HOUR)
    assert shown(hass, "panel_problem") == "on"
    assert shown(hass, "alarms") == told


async def test_a_panel_that_makes_nothing_is_a_problem_though_it_reports(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
) -> None:
    panel = gateway.field.panels[5]
    panel.conditions = ("envoy.cond_flags.obs_strs.failure",)
    await set_up(envoy_entry)
    await machine.run(25 * MINUTE)
    assert shown(hass, f"{panel.serial}_problem") == "off"
    await machine.run(25 * MINUTE)
    assert shown(hass, f"{panel.serial}_problem") == "on"
    assert state_of(hass, "alarms").attributes["problem"] == "fault"
    panel.conditions = ()
    await machine.run(15 * MINUTE)
    assert shown(hass, f"{panel.serial}_problem") == "off"


async def test_the_weakest_panel_is_named_with_its_share(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
) -> None:
    weak = gateway.field.panels[1]
    gateway.field.set_gain(weak, 0.6)
    await set_up(envoy_entry)
    await machine.run(5 * MINUTE)
    assert shown(hass, "weakest_panel") == STATE_UNKNOWN
    await machine.run(2 * HOUR)
    assert shown(hass, "weakest_panel") == weak.serial
    share = state_of(hass, "weakest_panel").attributes["share"]
    assert 50 <= share <= 88
    assert number(hass, "panel_spread") >= 25
    assert shown(hass, "panel_problem") == "off"
    assert await machine.finish(hass.config_entries.async_reload(envoy_entry.entry_id))
    await machine.run(30)
    assert shown(hass, "weakest_panel") == weak.serial


async def test_a_new_panel_appears_without_a_reload(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
) -> None:
    await set_up(envoy_entry)
    await machine.run(5 * MINUTE)
    source = source_of(envoy_entry)
    gateway.add_panel("482299999999")
    await machine.run(20 * MINUTE)
    assert number(hass, "panels_expected") == 9
    assert number(hass, "482299999999_power") > 0
    assert device_of(hass, envoy_entry, "482299999999") is not None
    assert source_of(envoy_entry) is source
    gateway.site.clock.freeze()
    await machine.run(90)
    assert not wrong_states(hass, envoy_entry, gateway)


async def test_a_retired_panel_is_no_problem_and_can_be_removed(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
) -> None:
    gone, kept = gateway.field.panels[:2]
    await set_up(envoy_entry)
    await machine.run(5 * MINUTE)
    gateway.field.retire(gone)
    await machine.run(2 * HOUR)
    assert number(hass, "panels_expected") == 7
    assert shown(hass, "panel_problem") == "off"
    in_use, retired = (device_of(hass, envoy_entry, panel.serial) for panel in (kept, gone))
    assert in_use is not None
    assert retired is not None
    assert not await async_remove_config_entry_device(hass, envoy_entry, in_use)
    assert await async_remove_config_entry_device(hass, envoy_entry, retired)
    dr.async_get(hass).async_remove_device(retired.id)
    await machine.run(10 * MINUTE)
    assert device_of(hass, envoy_entry, gone.serial) is None
    assert device_of(hass, envoy_entry, kept.serial) is not None
    entities = er.async_entries_for_config_entry(er.async_get(hass), envoy_entry.entry_id)
    assert not [entity for entity in entities if entity.unique_id.startswith(gone.serial)]


async def test_a_retired_panel_that_comes_back_goes_on_where_its_counter_was(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
) -> None:
    panel = gateway.field.panels[0]
    key = f"{panel.serial}_energy_total"
    await set_up(envoy_entry)
    await machine.run(20 * MINUTE)
    panel.joules += 2**32
    await machine.run(2 * HOUR)
    before, true = number(hass, key), panel.joules
    assert before < true / 3_600_000 - 1_000
    gateway.field.retire(panel)
    await machine.run(HOUR)
    assert number(hass, "panels_expected") == 7
    assert await machine.finish(hass.config_entries.async_reload(envoy_entry.entry_id))
    await machine.run(5 * MINUTE)
    events = async_capture_events(hass, EVENT_STATE_CHANGED)
    panel.retired = False
    gateway.field.set_gain(panel, 1.0)
    await machine.run(HOUR)
    assert number(hass, "panels_expected") == 8
    told = [float(state) for state in history(hass, events, key)]
    assert told
    assert all(before <= each <= before + 1 for each in told)


async def test_panels_that_were_taken_away_before_are_no_devices(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp
) -> None:
    async with gateway_at(hass, Shape.D8_3_REMOVED_PANELS) as gateway:
        entry = entry_for(gateway)
        await set_up(entry)
        await machine.run(100)
        retired = [panel.serial for panel in gateway.field.panels if panel.retired]
        assert len(retired) == 2
        assert number(hass, "panels_expected") == 8
        assert all(device_of(hass, entry, serial) is None for serial in retired)
        assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))


async def test_panels_without_details_have_no_counters_of_their_own(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp
) -> None:
    async with gateway_at(hass, Shape.D8_2_NO_CT) as gateway:
        entry = entry_for(gateway)
        await set_up(entry)
        await machine.run(40)
        serial = gateway.field.panels[0].serial
        assert f"{serial}_power" in states(hass, entry)
        assert f"{serial}_energy_total" not in states(hass, entry)
        assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))


@pytest.mark.parametrize("poison", [Fault.SILENT, Fault.FAIL])
async def test_a_gateway_that_was_off_accuses_no_panel_when_it_is_back(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
    poison: Fault,
) -> None:
    await set_up(envoy_entry)
    await machine.run(5 * MINUTE)
    events = async_capture_events(hass, EVENT_STATE_CHANGED)
    gateway.fault(EVERYWHERE, poison)
    for panel in gateway.field.panels:
        panel.silent = True  # nobody listens to them
    await machine.run(2 * HOUR)
    gateway.clear_faults()
    for panel in gateway.field.panels:
        panel.silent = False
    await machine.run(HOUR)
    assert "on" not in history(hass, events, "panel_problem")
    assert shown(hass, "panel_problem") == "off"
    assert number(hass, "panels_reporting") == 8


async def test_a_poisoned_panel_counter_adds_no_energy(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
) -> None:
    panel = gateway.field.panels[0]
    key = f"{panel.serial}_energy_total"
    await set_up(envoy_entry)
    await machine.run(20 * MINUTE)
    before, true = number(hass, key), panel.joules
    events = async_capture_events(hass, EVENT_STATE_CHANGED)
    panel.joules += 2**32
    await machine.run(2 * HOUR)
    told = [float(state) for state in history(hass, events, key)]
    assert told == sorted(told)
    rise = (panel.joules - 2**32 - true) / 3_600_000
    assert number(hass, key) - before <= rise + 0.001
    assert number(hass, key) > before
    assert key in attributes_told(hass, events, "counter_corrections", "counter")
