"""What begins and ends is told once by the event entity of the site, whatever is restarted."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.const import DOMAIN
from custom_components.solar_monitor.logic.contribution import Subject
from tests.integration.glue.toy import SERIAL, SILENCE, Toy
from tests.integration.machine import TimeMachine
from tests.integration.site_alarms.kit import HOUR, Says, Told, lose_grid, repairs, shown

pytestmark = pytest.mark.usefixtures("living")


async def test_an_alarm_is_told_once_with_its_words(
    machine: TimeMachine, says: Says, told: Told
) -> None:
    says.subjects = {Subject.INVERTER: False}
    await machine.run(70)
    says.subjects, says.words = {Subject.INVERTER: True}, ("fault_13_working_mode_changed",)
    await machine.run(HOUR)
    [event] = told.events
    assert event["event_type"] == "raised"
    assert (event["kind"], event["severity"]) == ("inverter_fault", "critical")
    assert event["source"] == "Toy"
    words = "Inverter has stopped with a fault (Fault F13: working mode changed)"
    assert event["text"] == f"Toy: {words}"
    assert event["what_to_do"].startswith("Look the fault up in the manual")
    assert event["since"].startswith("2026-11-20T11:01")
    assert event["codes"] == ["fault_13_working_mode_changed"]
    assert "ended" not in event


async def test_its_end_is_told_once(machine: TimeMachine, says: Says, told: Told) -> None:
    await lose_grid(machine, says)
    says.subjects = {Subject.GRID: False}
    await machine.run(HOUR)
    assert told.short == [("grid_lost", "raised"), ("grid_lost", "cleared")]
    assert told.events[1]["ended"] == "over"


async def test_what_was_wrong_when_the_source_was_added_is_known_and_no_news(
    hass: HomeAssistant, machine: TimeMachine, says: Says, told: Told
) -> None:
    says.subjects = {Subject.GRID: True}
    await machine.run(HOUR)
    assert shown(hass, "grid_lost") == "on"
    assert told.events == []


async def test_what_comes_and_goes_is_not_told(
    hass: HomeAssistant, machine: TimeMachine, says: Says, told: Told
) -> None:
    says.subjects = {Subject.INVERTER: False}
    await machine.run(70)
    for _ in range(20):
        says.subjects = {Subject.INVERTER: True}
        await machine.run(30)
        says.subjects = {Subject.INVERTER: False}
        await machine.run(30)
    assert told.events == []
    assert shown(hass, "inverter_problem") == "off"


async def test_a_source_that_is_silent_tells_nothing(
    machine: TimeMachine, says: Says, told: Told, toy: Toy
) -> None:
    await lose_grid(machine, says)
    toy.error = toy.panels_error = SILENCE
    await machine.run(3 * HOUR)
    assert told.short == [("grid_lost", "raised")]


async def test_a_source_that_is_removed_takes_its_alarms_with_it(
    hass: HomeAssistant,
    machine: TimeMachine,
    says: Says,
    told: Told,
    toy_config: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await lose_grid(machine, says)
    await machine.finish(hass.config_entries.async_remove(toy_config.entry_id))
    await machine.run(HOUR)
    assert told.short == [("grid_lost", "raised"), ("grid_lost", "cleared")]
    assert told.events[1]["ended"] == "gone"
    assert told.events[1]["source"] == "Toy"
    for key in ("alarm", "grid_lost", "data_stale", "unreachable"):
        assert shown(hass, key) == "unavailable"
    heard = f"site_{SERIAL}_last_success"
    assert er.async_get(hass).async_get_entity_id("sensor", DOMAIN, heard) is None
    assert repairs(hass) == {}
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
