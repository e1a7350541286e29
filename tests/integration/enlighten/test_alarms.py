"""Open alarms: shown as long as the cloud has them, whatever way it tells of them."""

from typing import Any, Final

from homeassistant.const import EVENT_STATE_CHANGED, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events

from tests.integration.conftest import SetUp
from tests.integration.enlighten.kit import (
    DAY_S,
    HOUR_S,
    asked,
    entry_for,
    history,
    number,
    shown,
    state_of,
)
from tests.integration.machine import TimeMachine
from tests.simulators.enlighten import (
    Endpoint,
    EnlightenSimulator,
    EnlightenSystem,
    Fault,
    Kind,
    Window,
)

SEEN_S: Final = 2 * HOUR_S


def alarms(hass: HomeAssistant) -> list[dict[str, Any]]:
    """Give the open alarms as they are listed."""
    found: list[dict[str, Any]] = state_of(hass, "open_alarms").attributes["alarms"]
    return found


@pytest.fixture
def entry(cloud: EnlightenSimulator) -> MockConfigEntry:
    """An account whose troubles are noticed at once."""
    cloud.system.life.hurry = 0
    return entry_for(cloud, profile="alarms_only")


@pytest.fixture
async def system(
    machine: TimeMachine, set_up: SetUp, cloud: EnlightenSimulator, entry: MockConfigEntry
) -> EnlightenSystem:
    """A system that is well, set up by day."""
    await set_up(entry)
    await machine.run(60)
    return cloud.system


async def refresh(machine: TimeMachine, entry: MockConfigEntry, system: EnlightenSystem) -> None:
    """Ask now, as the button does, after the gateway has told the cloud."""
    await machine.run(900)
    source = entry.runtime_data.coordinator.source
    await machine.finish(source.async_refresh(system.system_id))


async def test_an_alarm_that_is_open_at_the_first_start_is_shown_with_what_to_do(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    cloud: EnlightenSimulator,
    entry: MockConfigEntry,
) -> None:
    serial = cloud.system.panels[4].serial
    cloud.system.begin(Kind.PANEL_DEAD, serial, since=cloud.system.now - 10 * DAY_S)
    await set_up(entry)
    await machine.run(60)
    assert shown(hass, "alarm") == "on"
    assert number(hass, "open_alarms") == 1
    (alarm,) = alarms(hass)
    assert alarm.pop("since").startswith("2026-11-10T19:")
    assert alarm == {
        "name": "Microinverter without production",
        "severity": 2,
        "serials": [serial],
        "action": "Look at the panel; if nothing covers it, tell your installer.",
    }


async def test_one_alarm_in_place_of_another_is_listed_although_their_number_is_the_same(
    hass: HomeAssistant, machine: TimeMachine, entry: MockConfigEntry, system: EnlightenSystem
) -> None:
    system.panel_dies()
    await refresh(machine, entry, system)
    assert [alarm["name"] for alarm in alarms(hass)] == ["Microinverter without production"]
    system.panel_recovers()
    system.meter_falls_silent()
    await refresh(machine, entry, system)
    assert number(hass, "open_alarms") == 1
    assert [alarm["name"] for alarm in alarms(hass)] == ["Meter not reporting"]


async def test_several_alarms_are_counted_and_listed_from_the_oldest_on(
    hass: HomeAssistant, machine: TimeMachine, entry: MockConfigEntry, system: EnlightenSystem
) -> None:
    system.meter_falls_silent()
    await refresh(machine, entry, system)
    system.panel_dies()
    await refresh(machine, entry, system)
    assert number(hass, "open_alarms") == 2
    assert [alarm["name"] for alarm in alarms(hass)] == [
        "Meter not reporting",
        "Microinverter without production",
    ]
    system.meter_is_heard()
    await refresh(machine, entry, system)
    assert number(hass, "open_alarms") == 1
    assert shown(hass, "alarm") == "on"


async def test_an_open_alarm_is_there_at_once_after_a_restart_without_any_call(
    hass: HomeAssistant,
    machine: TimeMachine,
    cloud: EnlightenSimulator,
    entry: MockConfigEntry,
    system: EnlightenSystem,
) -> None:
    system.panel_dies()
    await refresh(machine, entry, system)
    listed = alarms(hass)
    assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))
    calls = len(asked(cloud))
    assert await machine.finish(hass.config_entries.async_setup(entry.entry_id))
    await machine.settle()
    assert shown(hass, "alarm") == "on"
    assert alarms(hass) == listed
    assert len(asked(cloud)) == calls


async def test_a_failed_answer_never_clears_an_alarm(
    hass: HomeAssistant,
    machine: TimeMachine,
    cloud: EnlightenSimulator,
    entry: MockConfigEntry,
    system: EnlightenSystem,
) -> None:
    system.panel_dies()
    await refresh(machine, entry, system)
    events = async_capture_events(hass, EVENT_STATE_CHANGED)
    for fault in (Fault.SERVER_ERROR, Fault.WRONG_SHAPE, Fault.EMPTY, Fault.UNPROCESSABLE):
        cloud.fault(Endpoint.OPEN_ALARMS, fault)
        cloud.fault(Endpoint.ALARMS, fault)
        await machine.run(6 * HOUR_S)
        assert shown(hass, "alarm") == "on"
        assert len(alarms(hass)) == 1
    await machine.run(14 * HOUR_S)
    assert shown(hass, "alarm") == STATE_UNAVAILABLE
    assert "off" not in history(hass, events, "alarm")


@pytest.mark.parametrize("fault", [Fault.NULLS, Fault.TEXTS])
async def test_lists_that_cannot_be_read_in_whole_clear_nothing(
    hass: HomeAssistant,
    machine: TimeMachine,
    cloud: EnlightenSimulator,
    entry: MockConfigEntry,
    system: EnlightenSystem,
    fault: Fault,
) -> None:
    system.panel_dies()
    await refresh(machine, entry, system)
    before = alarms(hass)
    cloud.fault(Endpoint.OPEN_ALARMS, fault)
    cloud.fault(Endpoint.OPEN_EVENTS, fault)
    await refresh(machine, entry, system)
    assert alarms(hass) == before
    witnesses = {
        reason["witness"]
        for reason in state_of(hass, "microinverter_problem").attributes["evidence"]
    }
    assert witnesses == {"event", "alarm"}


@pytest.mark.parametrize("window", Window)
async def test_a_cloud_without_a_list_of_open_alarms_tells_of_them_by_the_week(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    cloud: EnlightenSimulator,
    entry: MockConfigEntry,
    window: Window,
) -> None:
    cloud.missing |= {Endpoint.OPEN_ALARMS, Endpoint.OPEN_EVENTS}
    cloud.system.window = window
    await set_up(entry)
    await machine.run(60)
    assert shown(hass, "alarm") == "off"
    cloud.system.panel_dies()
    await machine.run(5 * HOUR_S)
    assert shown(hass, "alarm") == "on"
    assert shown(hass, "microinverter_problem") == "on"
    assert len(alarms(hass)) == 1
    cloud.system.panel_recovers()
    await machine.run(DAY_S)
    assert shown(hass, "alarm") == "off"
    assert shown(hass, "microinverter_problem") == "off"
    assert alarms(hass) == []


async def test_a_list_of_open_alarms_that_goes_missing_leaves_them_open(
    hass: HomeAssistant,
    machine: TimeMachine,
    cloud: EnlightenSimulator,
    entry: MockConfigEntry,
    system: EnlightenSystem,
) -> None:
    system.panel_dies()
    await refresh(machine, entry, system)
    events = async_capture_events(hass, EVENT_STATE_CHANGED)
    cloud.missing |= {Endpoint.OPEN_ALARMS, Endpoint.OPEN_EVENTS}
    await machine.run(DAY_S)
    assert shown(hass, "alarm") == "on"
    assert "off" not in history(hass, events, "alarm")
    system.panel_recovers()
    await machine.run(DAY_S)
    assert shown(hass, "alarm") == "off"


async def test_with_an_alarm_older_than_the_week_the_answer_by_the_week_tells_nothing_of_it(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    cloud: EnlightenSimulator,
    entry: MockConfigEntry,
) -> None:
    serial = cloud.system.panels[0].serial
    cloud.system.begin(Kind.PANEL_DEAD, serial, since=cloud.system.now - 10 * DAY_S)
    await set_up(entry)
    await machine.run(60)
    cloud.missing |= {Endpoint.OPEN_ALARMS, Endpoint.OPEN_EVENTS}
    events = async_capture_events(hass, EVENT_STATE_CHANGED)
    await machine.run(DAY_S)
    assert shown(hass, "alarm") == "on"
    await machine.run(DAY_S)
    assert shown(hass, "alarm") == STATE_UNAVAILABLE
    assert "off" not in history(hass, events, "alarm")
    cloud.missing.clear()
    assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))
    await machine.run(29 * DAY_S)
    assert await machine.finish(hass.config_entries.async_setup(entry.entry_id))
    await machine.run(HOUR_S)
    assert shown(hass, "alarm") == "on"
