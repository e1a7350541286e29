"""What is wrong with a system: as states that hold, and as events that tell once."""

from homeassistant.const import EVENT_STATE_CHANGED, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events

from tests.integration.conftest import SetUp
from tests.integration.envoy.kit import (
    attributes_told,
    entry_for,
    gateway_at,
    history,
    number,
    shown,
    state_of,
    states,
)
from tests.integration.machine import TimeMachine
from tests.simulators.envoy import CtKind, EnvoySimulator, Shape

MINUTE = 60


def told(hass: HomeAssistant) -> str | None:
    """Give the type of the last event."""
    kind: str | None = state_of(hass, "alarms").attributes.get("event_type")
    return kind


@pytest.mark.parametrize(
    "shape", [Shape.D8_3_METERED, Shape.D8_1_BATTERY, Shape.D8_3_COLLAR, Shape.D8_3_GENERATOR]
)
async def test_a_grid_that_is_lost_and_comes_back_is_told(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, shape: Shape
) -> None:
    async with gateway_at(hass, shape) as gateway:
        entry = entry_for(gateway)
        await set_up(entry)
        await machine.run(65)
        assert shown(hass, "grid_present") == "on"
        assert shown(hass, "alarms") == STATE_UNKNOWN
        gateway.site.grid_up = False
        await machine.run(95)
        assert shown(hass, "grid_present") == "off"
        assert told(hass) == "grid_lost"
        gateway.site.grid_up = True
        await machine.run(11 * MINUTE)
        assert shown(hass, "grid_present") == "on"
        assert told(hass) == "grid_back"
        assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))


async def test_a_grid_that_was_away_at_the_very_first_start_is_no_news(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
) -> None:
    gateway.site.grid_up = False
    await set_up(envoy_entry)
    await machine.run(65)
    assert shown(hass, "grid_present") == "off"
    assert shown(hass, "alarms") == STATE_UNKNOWN


async def test_what_happened_while_home_assistant_was_off_is_told_once_after_its_start(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
) -> None:
    await set_up(envoy_entry)
    await machine.run(65)
    assert await machine.finish(hass.config_entries.async_unload(envoy_entry.entry_id))
    gateway.site.grid_up = False
    assert await machine.finish(hass.config_entries.async_setup(envoy_entry.entry_id))
    await machine.run(65)
    assert told(hass) == "grid_lost"
    at = shown(hass, "alarms")
    assert await machine.finish(hass.config_entries.async_reload(envoy_entry.entry_id))
    await machine.run(65)
    assert shown(hass, "alarms") in {at, STATE_UNKNOWN}


async def test_without_a_witness_nothing_is_said_of_the_grid(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp
) -> None:
    async with gateway_at(hass, Shape.D8_3_REMOVED_PANELS) as gateway:  # a CT of production only
        entry = entry_for(gateway)
        await set_up(entry)
        await machine.run(95)
        said = states(hass, entry).get("grid_present", STATE_UNKNOWN)
        assert said in {STATE_UNKNOWN, STATE_UNAVAILABLE}
        assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))


@pytest.mark.parametrize(
    ("status", "flags"),
    [("not-metering", ()), ("check-wiring", ()), ("normal", ("production-imbalance",))],
)
async def test_a_meter_that_does_not_measure_is_told(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
    status: str,
    flags: tuple[str, ...],
) -> None:
    await set_up(envoy_entry)
    await machine.run(65)
    assert shown(hass, "metering_problem") == "off"
    gateway.gateway.memory.ct_status[CtKind.PRODUCTION] = (status, flags)
    await machine.run(330)
    assert shown(hass, "metering_problem") == "on"
    assert told(hass) == "metering_fault"
    assert "production" in state_of(hass, "alarms").attributes
    gateway.gateway.memory.ct_status.clear()
    await machine.run(330)
    assert shown(hass, "metering_problem") == "off"
    assert told(hass) == "metering_ok"


async def test_an_array_that_makes_nothing_by_day_is_told_after_an_hour(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
) -> None:
    await set_up(envoy_entry)
    await machine.run(65)
    assert shown(hass, "production_problem") == "off"
    for panel in gateway.field.panels:
        gateway.field.set_gain(panel, 0.0)
    await machine.run(50 * MINUTE)
    assert shown(hass, "production_problem") == "off"
    await machine.run(15 * MINUTE)
    assert number(hass, "production_power") <= 5
    assert shown(hass, "production_problem") == "on"
    assert told(hass) == "production_lost"
    for panel in gateway.field.panels:
        gateway.field.set_gain(panel, 1.0)
    await machine.run(90)
    assert shown(hass, "production_problem") == "off"
    assert told(hass) == "production_back"
    assert shown(hass, "panel_problem") == "off"


async def test_a_clamp_around_the_wrong_wire_is_noticed_by_the_two_sums(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
) -> None:
    # Panels count more than the meter sees: half of them hang on another branch.
    await set_up(envoy_entry)
    await machine.run(65)
    events = async_capture_events(hass, EVENT_STATE_CHANGED)
    for _ in range(3 * 4):
        for panel in gateway.field.panels:
            panel.pending_j += 360_000
        await machine.run(15 * MINUTE)
    assert "on" in history(hass, events, "metering_problem")
    assert "sums_disagree" in attributes_told(hass, events, "alarms", "production")
