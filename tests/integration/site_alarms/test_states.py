"""What is wrong, as binary sensors of the site."""

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.logic.contribution import Subject
from tests.integration.glue.toy import SERIAL, SILENCE, SILENCE_S, Toy
from tests.integration.machine import TimeMachine
from tests.integration.site_alarms.kit import HOUR, Says, Told, has, problem, shown
from tests.integration.states import entity_of, state_with

pytestmark = pytest.mark.usefixtures("living")

FIRST = {"alarm", "unreachable", "data_stale"}


def problems(hass: HomeAssistant) -> set[str]:
    """Give the binary sensors of the site."""
    return {
        entity.unique_id.removeprefix("site_")
        for entity in er.async_get(hass).entities.values()
        if entity.domain == "binary_sensor" and entity.unique_id.startswith("site_")
    }


async def test_a_site_begins_with_what_any_site_has(hass: HomeAssistant) -> None:
    assert problems(hass) == FIRST
    assert shown(hass, "alarm") == "unavailable"


async def test_a_sensor_comes_with_the_first_source_that_tells_of_such_a_thing(
    hass: HomeAssistant, machine: TimeMachine, says: Says
) -> None:
    says.subjects = {Subject.GRID: False, Subject.BATTERY: None}
    await machine.run(70)
    assert problems(hass) == FIRST | {"grid_lost"}
    assert shown(hass, "grid_lost") == "off"
    assert shown(hass, "alarm") == "off"
    says.subjects[Subject.BATTERY] = False
    await machine.run(70)
    assert has(hass, "battery_problem")


@pytest.mark.parametrize(
    ("subject", "key"),
    [
        (Subject.CONNECTION, "unreachable"),
        (Subject.PRODUCTION, "production_problem"),
        (Subject.PANELS, "panel_problem"),
        (Subject.METER, "meter_problem"),
        (Subject.BATTERY, "battery_problem"),
        (Subject.INVERTER, "inverter_problem"),
        (Subject.GRID, "grid_lost"),
    ],
)
async def test_each_subject_has_its_sensor(
    subject: Subject,
    key: str,
    hass: HomeAssistant,
    machine: TimeMachine,
    says: Says,
) -> None:
    says.subjects = {Subject.NOTICE: False, subject: False}
    await machine.run(70)
    assert shown(hass, key) == "off"
    says.subjects[subject] = True
    await machine.run(300)
    assert shown(hass, key) == "on"
    assert shown(hass, "alarm") == "on"
    says.subjects[subject] = False
    await machine.run(400)
    assert shown(hass, key) == "off"
    assert shown(hass, "alarm") == "off"


async def test_a_notice_is_an_alarm_without_a_sensor_of_its_own(
    hass: HomeAssistant, machine: TimeMachine, says: Says
) -> None:
    says.subjects = {Subject.NOTICE: False}
    await machine.run(70)
    says.subjects = {Subject.NOTICE: True}
    await machine.run(120)
    assert shown(hass, "alarm") == "on"
    assert problems(hass) == FIRST
    [alarm] = problem(hass, "alarm").attributes["alarms"]
    assert alarm["severity"] == "info"


async def test_a_notice_beside_something_worse_is_not_told_as_well(
    machine: TimeMachine, says: Says, told: Told
) -> None:
    says.subjects = {Subject.NOTICE: False, Subject.METER: False}
    await machine.run(70)
    says.subjects = {Subject.NOTICE: True, Subject.METER: True}
    await machine.run(HOUR)
    assert told.short == [("meter", "raised")]
    says.subjects = {Subject.NOTICE: True, Subject.METER: False}
    await machine.run(600)
    assert told.short[1:] == [("notice", "raised"), ("meter", "cleared")]


async def test_a_device_whose_notice_is_covered_by_something_worse_is_not_called_silent(
    hass: HomeAssistant, machine: TimeMachine, says: Says
) -> None:
    says.subjects = {Subject.NOTICE: False, Subject.METER: False}
    await machine.run(70)
    says.subjects = {Subject.NOTICE: True, Subject.METER: True}
    await machine.run(600)
    assert problem(hass, "alarm").attributes["silent"] == []


@pytest.mark.parametrize(
    ("words", "news"),
    [
        (("Panel 7 failed",), [("panels", "raised")]),
        ((), [("panels", "raised"), ("production", "raised")]),
    ],
)
async def test_the_same_words_about_panels_and_production_are_told_as_of_the_panels_only(
    words: tuple[str, ...],
    news: list[tuple[str, str]],
    machine: TimeMachine,
    says: Says,
    told: Told,
) -> None:
    says.subjects = {Subject.PANELS: False, Subject.PRODUCTION: False}
    await machine.run(70)
    says.subjects, says.words = dict.fromkeys(says.subjects, True), words
    await machine.run(HOUR)
    assert told.short == news
    says.subjects = dict.fromkeys(says.subjects, False)
    await machine.run(600)
    assert told.short[len(news) :] == [(kind, "cleared") for kind, _ in news]


async def test_a_notice_that_ends_beside_something_worse_is_cleared(
    hass: HomeAssistant, machine: TimeMachine, says: Says, told: Told
) -> None:
    says.subjects = {Subject.NOTICE: False, Subject.METER: False}
    await machine.run(70)
    says.subjects[Subject.NOTICE] = True
    await machine.run(200)
    says.subjects[Subject.METER] = True
    await machine.run(200)
    says.subjects[Subject.NOTICE] = False
    await machine.run(600)
    assert told.short == [("notice", "raised"), ("meter", "raised"), ("notice", "cleared")]
    assert shown(hass, "meter_problem") == "on"


async def test_an_alarm_says_in_words_whose_it_is_since_when_and_what_to_do(
    hass: HomeAssistant, machine: TimeMachine, says: Says
) -> None:
    says.subjects, says.device = {Subject.BATTERY: False}, "492236001234"
    await machine.run(70)
    attributes = problem(hass, "battery_problem").attributes
    assert (attributes["text"], attributes["since"], attributes["sources"]) == (None, None, [])
    assert attributes["alarms"] == attributes["silent"] == []
    says.subjects, says.words = {Subject.BATTERY: True}, ("warning_31_battery_loss", "E 17")
    await machine.run(200)
    attributes = problem(hass, "battery_problem").attributes
    [alarm] = attributes["alarms"]
    assert attributes["text"] == alarm["text"]
    details = "492236001234, Warning W31: battery lost, E 17"
    assert alarm["text"] == f"Toy: Battery has a problem ({details})"
    assert alarm["what_to_do"].startswith("Look at the battery")
    assert attributes["sources"] == [alarm["source"]] == ["Toy"]
    assert attributes["since"] == alarm["since"]
    assert alarm["since"].startswith("2026-11-20T11:01")
    assert (alarm["kind"], alarm["severity"]) == ("battery", "warning")
    assert alarm["device"] == "492236001234"
    assert alarm["codes"] == ["warning_31_battery_loss", "E 17"]


async def test_a_part_that_people_have_a_name_for_goes_by_it(
    hass: HomeAssistant, machine: TimeMachine, says: Says
) -> None:
    says.subjects, says.device, says.called = {Subject.METER: False}, "toy_1", {"toy_1": "Cabin"}
    await machine.run(70)
    says.subjects = {Subject.METER: True}
    await machine.run(200)
    attributes = problem(hass, "meter_problem").attributes
    assert attributes["text"] == "Cabin: Meter does not measure as it should"
    assert attributes["sources"] == ["Cabin"]


async def test_what_is_for_reading_is_not_recorded(hass: HomeAssistant) -> None:
    info = problem(hass, "alarm").state_info
    assert info is not None
    told = {"alarms", "text", "sources", "since", "silent"}
    assert told <= info["unrecorded_attributes"]


async def test_a_source_that_is_silent_neither_raises_nor_clears(
    hass: HomeAssistant, machine: TimeMachine, says: Says, toy: Toy
) -> None:
    says.subjects = {Subject.GRID: False, Subject.METER: False}
    await machine.run(70)
    says.subjects[Subject.GRID] = True
    await machine.run(70)
    toy.error = toy.panels_error = SILENCE
    await machine.run(HOUR)
    assert shown(hass, "grid_lost") == "unavailable"
    assert shown(hass, "meter_problem") == "unavailable"
    toy.error = toy.panels_error = None
    await machine.run(60)
    assert shown(hass, "grid_lost") == "on"
    assert shown(hass, "meter_problem") == "off"


async def test_who_cannot_tell_is_named(
    hass: HomeAssistant, machine: TimeMachine, says: Says
) -> None:
    says.subjects = {Subject.GRID: False, Subject.METER: False}
    await machine.run(70)
    says.subjects[Subject.METER] = None
    await machine.run(70)
    assert problem(hass, "alarm").attributes["silent"] == ["Toy"]
    assert problem(hass, "grid_lost").attributes["silent"] == []


async def test_a_reading_that_was_there_and_is_too_old_is_stale_data(
    hass: HomeAssistant, machine: TimeMachine, says: Says, toy: Toy
) -> None:
    says.production_w = 500.0
    await machine.run(70)
    assert shown(hass, "data_stale") == "off"
    toy.error = toy.panels_error = SILENCE
    await machine.run(900)
    assert shown(hass, "data_stale") == "off"
    await machine.run(200)
    assert shown(hass, "data_stale") == "on"
    assert problem(hass, "data_stale").attributes["text"] == "Toy: Values are missing or too old"
    toy.error = toy.panels_error = None
    await machine.run(150)
    assert shown(hass, "data_stale") == "off"


async def test_a_source_that_tells_of_its_power_a_few_times_a_day_is_stale_after_a_day(
    hass: HomeAssistant, machine: TimeMachine, says: Says, toy: Toy
) -> None:
    says.production_w, says.production_good_for_s = 500.0, 2_700.0
    await machine.run(70)
    toy.error = toy.panels_error = SILENCE
    await machine.run(5 * HOUR)
    assert shown(hass, "data_stale") == "off"
    await machine.leap(19 * HOUR)
    await machine.run(1_000)
    assert shown(hass, "data_stale") == "on"


OTHERS = {
    "others": [{"id": "x1", "kind": "panels", "name": "Carport", "power": "sensor.carport_power"}]
}


@pytest.mark.parametrize("site_config", [OTHERS], indirect=True)
async def test_a_device_of_another_integration_goes_by_its_own_name(
    hass: HomeAssistant, machine: TimeMachine
) -> None:
    hass.states.async_set("sensor.carport_power", "900", {"unit_of_measurement": "W"})
    await machine.run(70)
    assert shown(hass, "data_stale") == "off"
    await machine.run(40 * 60)
    assert (
        problem(hass, "data_stale").attributes["text"] == "Carport: Values are missing or too old"
    )
    assert problem(hass, "alarm").attributes["silent"] == ["Carport"]


async def test_a_reading_that_never_came_is_not_stale(
    hass: HomeAssistant, machine: TimeMachine, says: Says, toy: Toy
) -> None:
    toy.error = toy.panels_error = SILENCE
    await machine.run(SILENCE_S)
    says.production_w = 500.0
    await machine.run(2 * HOUR)
    assert shown(hass, "data_stale") == "unavailable"


async def test_a_source_that_is_disabled_makes_its_data_stale(
    hass: HomeAssistant,
    machine: TimeMachine,
    says: Says,
    toy_config: MockConfigEntry,
) -> None:
    says.production_w = 500.0
    await machine.run(70)
    assert await machine.finish(
        hass.config_entries.async_set_disabled_by(toy_config.entry_id, ConfigEntryDisabler.USER)
    )
    await machine.run(1_100)
    assert shown(hass, "data_stale") == "on"


async def test_a_source_that_is_no_part_of_the_site_is_not_heard(
    hass: HomeAssistant,
    machine: TimeMachine,
    says: Says,
    living: MockConfigEntry,
) -> None:
    says.subjects = {Subject.GRID: False}
    await machine.run(70)
    says.subjects = {Subject.GRID: True}
    await machine.run(70)
    assert shown(hass, "grid_lost") == "on"
    hass.config_entries.async_update_entry(living, options={"excluded": [SERIAL]})
    assert await machine.finish(hass.config_entries.async_reload(living.entry_id))
    await machine.run(70)
    assert shown(hass, "alarm") == "unavailable"
    assert problem(hass, "alarm").attributes.get("alarms", []) == []


async def test_what_may_sleep_and_tells_nothing_is_not_stale(
    hass: HomeAssistant,
    machine: TimeMachine,
    says: Says,
    told: Told,
) -> None:
    says.production_w, says.subjects, says.asleep = 500.0, {Subject.CONNECTION: False}, True
    await machine.run(70)
    says.production_good_for_s = -1.0
    says.subjects = {Subject.CONNECTION: None}
    await machine.run(HOUR)
    assert state_with(hass, "site_status").state == "incomplete"
    assert shown(hass, "unreachable") == shown(hass, "data_stale") == "off"
    says.asleep = False
    await machine.run(HOUR)
    assert shown(hass, "unreachable") == "unavailable"
    assert shown(hass, "data_stale") == "on"
    assert told.short == [("stale", "raised")]


@pytest.mark.usefixtures("everything_enabled")
async def test_when_a_source_was_last_heard_is_a_diagnostic_of_the_site(
    hass: HomeAssistant,
    machine: TimeMachine,
    toy: Toy,
    living: MockConfigEntry,
    toy_config: MockConfigEntry,
) -> None:
    await machine.run(40)
    entity_id = entity_of(hass, f"site_{SERIAL}_last_success")
    heard = hass.states.get(entity_id)
    assert heard is not None
    assert heard.name == "Solar site Last success of Toy"
    assert heard.state.startswith("2026-11-20T19:00:")
    toy.error = toy.panels_error = SILENCE
    await machine.run(HOUR)
    assert hass.states.get(entity_id) == heard
    hass.config_entries.async_update_entry(toy_config, title="Roof")
    assert await machine.finish(hass.config_entries.async_reload(living.entry_id))
    again = hass.states.get(entity_id)
    assert again is not None
    assert again.state == heard.state
    assert again.name == "Solar site Last success of Roof"


async def test_it_is_off_by_default(hass: HomeAssistant, machine: TimeMachine) -> None:
    await machine.run(40)
    entity = er.async_get(hass).async_get(entity_of(hass, f"site_{SERIAL}_last_success"))
    assert entity is not None
    assert entity.disabled_by is er.RegistryEntryDisabler.INTEGRATION
