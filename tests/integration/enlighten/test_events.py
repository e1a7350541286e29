"""What opens, closes, is raised and is cleared is told once each, also over restarts."""

from datetime import UTC, datetime
from typing import Any, Final

from homeassistant.const import EVENT_STATE_CHANGED, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events

from tests.integration.conftest import SetUp
from tests.integration.enlighten.kit import (
    DAY_S,
    HOUR_S,
    SYSTEM,
    asked,
    entry_for,
    shown,
    unique_id,
)
from tests.integration.machine import TimeMachine
from tests.integration.states import Changes, states_went
from tests.simulators.enlighten import (
    EVERYWHERE,
    Endpoint,
    EnlightenSimulator,
    EnlightenSystem,
    Fault,
    Kind,
    Window,
)

SEEN_S: Final = 2 * HOUR_S
NIGHT_S: Final = 18 * HOUR_S
"""From the start of a test to five in the morning, after the jobs of the night."""
OPENED: Final = "event_opened"
CLOSED: Final = "event_closed"
RAISED: Final = "alarm_raised"
CLEARED: Final = "alarm_cleared"


def told(hass: HomeAssistant, events: Changes, system_id: int = SYSTEM) -> list[dict[str, Any]]:
    """Give what the event entity has told, each once, in its order.

    A state that comes back after a reload is no news, and neither is one that only looks new.
    """
    found = {
        (state.state, state.attributes["event_type"], str(state.attributes)): dict(state.attributes)
        for state in states_went(hass, events, unique_id("events", system_id))
        if state.attributes.get("event_type")
    }
    return list(found.values())


def kinds(hass: HomeAssistant, events: Changes, system_id: int = SYSTEM) -> list[str]:
    """Give only the types of what was told."""
    return [each["event_type"] for each in told(hass, events, system_id)]


@pytest.fixture
def news(hass: HomeAssistant) -> Changes:
    """All states that change from the begin of the test on."""
    return async_capture_events(hass, EVENT_STATE_CHANGED)


@pytest.fixture
def entry(cloud: EnlightenSimulator) -> MockConfigEntry:
    """An account whose troubles are noticed at once."""
    cloud.system.life.hurry = 0
    return entry_for(cloud, profile="cloud_only")


@pytest.fixture
async def system(
    machine: TimeMachine, set_up: SetUp, cloud: EnlightenSimulator, entry: MockConfigEntry
) -> EnlightenSystem:
    """A system that is well, set up by day."""
    await set_up(entry)
    await machine.run(60)
    return cloud.system


async def switch_off(machine: TimeMachine, hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Let Home Assistant be without this entry."""
    assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))


async def switch_on(machine: TimeMachine, hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Let Home Assistant have it again."""
    assert await machine.finish(hass.config_entries.async_setup(entry.entry_id))


async def test_a_trouble_is_told_with_all_that_is_known_when_it_begins_and_ends(
    hass: HomeAssistant, machine: TimeMachine, system: EnlightenSystem, news: Changes
) -> None:
    serial = system.panel_dies(2)
    began = datetime.fromtimestamp(int(system.now), UTC).isoformat()
    await machine.run(SEEN_S)
    assert sorted(kinds(hass, news)) == sorted([OPENED, RAISED])
    opened = next(each for each in told(hass, news) if each["event_type"] == OPENED)
    raised = next(each for each in told(hass, news) if each["event_type"] == RAISED)
    of_both = {
        "name": "Microinverter without production",
        "description": "A microinverter reports but gives no power while its neighbours do.",
        "recommended_action": "Look at the panel; if nothing covers it, tell your installer.",
        "key": "sim_micro_no_production",
        "type_id": 611,
        "serials": [serial],
        "ended_at": None,
        "system": SYSTEM,
    }
    assert of_both.items() <= opened.items()
    assert of_both.items() <= raised.items()
    assert (opened["severity"], raised["severity"]) == (None, 2)
    assert opened["started_at"] == began
    system.panel_recovers(2)
    await machine.run(SEEN_S)
    closed, cleared = sorted(told(hass, news)[2:], key=lambda each: each["event_type"] == CLEARED)
    assert (closed["event_type"], cleared["event_type"]) == (CLOSED, CLEARED)
    for each in (closed, cleared):
        assert each["ended_at"].startswith("2026-11-20T21:")
        assert of_both.items() <= (each | {"ended_at": None}).items()


async def test_what_is_open_at_the_very_first_start_is_no_news(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    cloud: EnlightenSimulator,
    entry: MockConfigEntry,
    news: Changes,
) -> None:
    cloud.system.begin(
        Kind.PANEL_DEAD, cloud.system.panels[0].serial, since=cloud.system.now - DAY_S
    )
    cloud.system.happens(Kind.FIRMWARE_CHANGED)
    await set_up(entry)
    await machine.run(NIGHT_S)
    assert shown(hass, "alarm") == "on"
    assert shown(hass, "events") == STATE_UNKNOWN
    cloud.system.end(Kind.PANEL_DEAD, cloud.system.panels[0].serial)
    await machine.run(8 * HOUR_S)
    assert sorted(kinds(hass, news)) == sorted([CLOSED, CLEARED])


async def test_nothing_is_told_twice_whatever_is_reloaded_and_refreshed(
    hass: HomeAssistant,
    machine: TimeMachine,
    entry: MockConfigEntry,
    system: EnlightenSystem,
    news: Changes,
) -> None:
    system.panel_dies()
    await machine.run(SEEN_S)
    for _ in range(3):
        await machine.finish(entry.runtime_data.coordinator.source.async_refresh(SYSTEM))
        assert await machine.finish(hass.config_entries.async_reload(entry.entry_id))
        await machine.run(HOUR_S)
    await machine.run(NIGHT_S)
    assert sorted(kinds(hass, news)) == sorted([OPENED, RAISED])


async def test_what_was_raised_while_home_assistant_was_off_is_told_once_after_its_start(
    hass: HomeAssistant,
    machine: TimeMachine,
    entry: MockConfigEntry,
    system: EnlightenSystem,
    news: Changes,
) -> None:
    await switch_off(machine, hass, entry)
    system.panel_dies()
    await machine.run(DAY_S)
    await switch_on(machine, hass, entry)
    await machine.run(SEEN_S)
    assert sorted(kinds(hass, news)) == sorted([OPENED, RAISED])
    assert await machine.finish(hass.config_entries.async_reload(entry.entry_id))
    await machine.run(SEEN_S)
    assert len(told(hass, news)) == 2


async def test_what_was_cleared_while_home_assistant_was_off_is_told_once_after_its_start(
    hass: HomeAssistant,
    machine: TimeMachine,
    entry: MockConfigEntry,
    system: EnlightenSystem,
    news: Changes,
) -> None:
    system.panel_dies()
    await machine.run(SEEN_S)
    await switch_off(machine, hass, entry)
    system.panel_recovers()
    await machine.run(DAY_S)
    await switch_on(machine, hass, entry)
    await machine.run(SEEN_S)
    assert sorted(kinds(hass, news)[2:]) == sorted([CLOSED, CLEARED])
    assert await machine.finish(hass.config_entries.async_reload(entry.entry_id))
    await machine.run(NIGHT_S)
    assert len(told(hass, news)) == 4
    assert shown(hass, "alarm") == "off"


@pytest.mark.parametrize("window", Window)
async def test_what_came_and_went_while_home_assistant_was_off_is_told_in_order(
    hass: HomeAssistant,
    machine: TimeMachine,
    entry: MockConfigEntry,
    system: EnlightenSystem,
    news: Changes,
    window: Window,
) -> None:
    system.window = window
    await switch_off(machine, hass, entry)
    serial = system.panel_dies()
    await machine.run(3 * HOUR_S)
    system.panel_recovers()
    await machine.run(2 * DAY_S)
    await switch_on(machine, hass, entry)
    await machine.run(HOUR_S)
    assert {each["serials"][0] for each in told(hass, news)} == {serial}
    of_event = [kind for kind in kinds(hass, news) if kind in {OPENED, CLOSED}]
    of_alarm = [kind for kind in kinds(hass, news) if kind in {RAISED, CLEARED}]
    assert (of_event, of_alarm) == ([OPENED, CLOSED], [RAISED, CLEARED])
    assert all(each["started_at"] for each in told(hass, news))
    await machine.run(NIGHT_S)
    assert len(told(hass, news)) == 4


async def test_what_just_happens_is_told_by_the_next_night_and_has_no_end(
    hass: HomeAssistant,
    machine: TimeMachine,
    entry: MockConfigEntry,
    system: EnlightenSystem,
    news: Changes,
) -> None:
    system.happens(Kind.FIRMWARE_CHANGED)
    await machine.run(NIGHT_S)
    (happened,) = told(hass, news)
    assert happened["event_type"] == OPENED
    assert happened["name"] == "Gateway software updated"
    assert happened["ended_at"] is None
    await switch_off(machine, hass, entry)
    await machine.run(DAY_S)
    await switch_on(machine, hass, entry)
    await machine.run(HOUR_S)
    assert len(told(hass, news)) == 1


async def test_late_data_are_told_when_they_come(
    hass: HomeAssistant, machine: TimeMachine, system: EnlightenSystem, news: Changes
) -> None:
    # Without a connection the gateway keeps what happens; the cloud learns it a day later.
    system.reporting.fall_silent(system.now)
    system.panel_dies()
    await machine.run(HOUR_S)
    system.panel_recovers()
    system.happens(Kind.FIRMWARE_CHANGED)
    await machine.run(DAY_S)
    assert told(hass, news) == []
    system.reporting.come_back(system.now)
    await machine.run(DAY_S)
    assert [(each["event_type"], each["type_id"]) for each in told(hass, news)] == [
        (OPENED, 611),
        (CLOSED, 611),
        (OPENED, 617),
    ]


async def test_a_type_that_is_not_in_the_catalogue_yet_is_looked_up_once_before_it_is_told(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    cloud: EnlightenSimulator,
    entry: MockConfigEntry,
    news: Changes,
) -> None:
    cloud.fault(Endpoint.EVENT_TYPES, Fault.SERVER_ERROR)
    await set_up(entry)
    await machine.run(HOUR_S)
    asked_before = len(asked(cloud, Endpoint.EVENT_TYPES))
    cloud.clear_faults()
    cloud.system.panel_dies()
    await machine.run(SEEN_S)
    assert {each["name"] for each in told(hass, news)} == {"Microinverter without production"}
    assert len(told(hass, news)) == 2
    assert len(asked(cloud, Endpoint.EVENT_TYPES)) == asked_before + 1


async def test_a_type_that_nobody_explains_is_told_by_its_number(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    cloud: EnlightenSimulator,
    entry: MockConfigEntry,
    news: Changes,
) -> None:
    cloud.fault(Endpoint.EVENT_TYPES, Fault.SERVER_ERROR)
    await set_up(entry)
    await machine.run(HOUR_S)
    asked_before = len(asked(cloud, Endpoint.EVENT_TYPES))
    cloud.system.panel_dies()
    await machine.run(SEEN_S)
    cloud.system.panel_recovers()
    await machine.run(SEEN_S)
    assert {each["name"] for each in told(hass, news)} == {"type 611"}
    assert sorted(kinds(hass, news)) == sorted([OPENED, RAISED, CLOSED, CLEARED])
    assert len(asked(cloud, Endpoint.EVENT_TYPES)) == asked_before + 1


async def test_a_cloud_that_fails_tells_nothing(
    hass: HomeAssistant,
    machine: TimeMachine,
    cloud: EnlightenSimulator,
    system: EnlightenSystem,
    news: Changes,
) -> None:
    system.panel_dies()
    await machine.run(SEEN_S)
    for fault in (Fault.FAIL, Fault.HTML, Fault.NULLS):
        cloud.fault(EVERYWHERE, fault)
        await machine.run(8 * HOUR_S)
    assert sorted(kinds(hass, news)) == sorted([OPENED, RAISED])
    cloud.clear_faults()
    await machine.run(8 * HOUR_S)
    assert sorted(kinds(hass, news)) == sorted([OPENED, RAISED])
    assert shown(hass, "alarm") == "on"


@pytest.mark.parametrize("cloud", [({}, {})], indirect=True)
async def test_each_system_tells_of_its_own(
    hass: HomeAssistant,
    machine: TimeMachine,
    cloud: EnlightenSimulator,
    system: EnlightenSystem,
    news: Changes,
) -> None:
    other = cloud.systems[1]
    other.life.hurry = 0
    other.panel_dies()
    assert system is not other
    await machine.run(4 * HOUR_S)
    assert told(hass, news) == []
    assert sorted(kinds(hass, news, other.system_id)) == sorted([OPENED, RAISED])
    assert {each["system"] for each in told(hass, news, other.system_id)} == {other.system_id}
    assert shown(hass, "alarm") == "off"
    assert shown(hass, "alarm", other.system_id) == "on"
