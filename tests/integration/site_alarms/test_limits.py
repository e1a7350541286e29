"""Limits of the user's own, in the site's own time: it is 11 o'clock in the morning at first."""

from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.logic.contribution import Subject
from tests.integration.glue.toy import SILENCE, Toy
from tests.integration.machine import TimeMachine
from tests.integration.site_alarms.kit import HOUR, Says, Told, has, problem, shown

pytestmark = pytest.mark.usefixtures("living")

MINUTE = 60


def limits(**alarms: dict[str, object]) -> dict[str, Any]:
    """Make the options of a site."""
    return {"alarms": {name: values | {"enabled": True} for name, values in alarms.items()}}


LOW = limits(low_battery={"below": 50, "at": "12:00:00"})
HIGH = limits(
    high_import={
        "above": 5_000,
        "for": 5,
        "begin": "12:00:00",
        "end": "21:00:00",
        "cooldown": 60,
    }
)


@pytest.mark.parametrize("site_config", [LOW], indirect=True)
async def test_a_battery_that_is_low_at_the_time_of_day_is_told_once(
    hass: HomeAssistant, machine: TimeMachine, says: Says, told: Told
) -> None:
    says.soc = 42.0
    await machine.run(0.9 * HOUR)
    assert shown(hass, "low_battery") == "off"
    await machine.run(0.2 * HOUR)
    assert shown(hass, "low_battery") == "on"
    assert told.short == [("low_battery", "raised")]
    assert told.events[0]["text"] == "Solar site: Battery is low (< 50 %)"
    says.soc = 50.0
    await machine.run(2 * MINUTE)
    assert shown(hass, "low_battery") == "off"
    says.soc = 20.0
    await machine.run(3 * HOUR)
    assert told.short == [("low_battery", "raised"), ("low_battery", "cleared")]


@pytest.mark.parametrize("site_config", [LOW], indirect=True)
async def test_a_restart_at_that_time_neither_loses_nor_repeats_it(
    hass: HomeAssistant, machine: TimeMachine, says: Says, told: Told, living: MockConfigEntry
) -> None:
    says.soc = 42.0
    await machine.run(0.99 * HOUR)
    assert await machine.finish(hass.config_entries.async_unload(living.entry_id))
    await machine.run(10 * MINUTE)
    assert await machine.finish(hass.config_entries.async_setup(living.entry_id))
    await machine.run(2 * MINUTE)
    assert told.short == [("low_battery", "raised")]
    assert await machine.finish(hass.config_entries.async_reload(living.entry_id))
    await machine.run(2 * MINUTE)
    assert told.short == [("low_battery", "raised")]
    assert shown(hass, "low_battery") == "on"


@pytest.mark.parametrize("site_config", [HIGH], indirect=True)
async def test_import_above_the_limit_within_the_hours_is_told_with_a_pause_after_it(
    hass: HomeAssistant, machine: TimeMachine, says: Says, told: Told
) -> None:
    says.production_w, says.grid_w = 100.0, 7_000.0
    await machine.run(58 * MINUTE)
    assert shown(hass, "high_import") == "off"
    await machine.run(10 * MINUTE)
    assert shown(hass, "high_import") == "on"
    says.grid_w = 1_000.0
    await machine.run(2 * MINUTE)
    says.grid_w = 7_000.0
    await machine.run(50 * MINUTE)
    assert told.short == [("high_import", "raised"), ("high_import", "cleared")]
    await machine.run(15 * MINUTE)
    assert told.short[2:] == [("high_import", "raised")]
    assert told.events[0]["text"] == "Solar site: High import from the grid (> 5000 W)"


async def set_limits(
    hass: HomeAssistant, machine: TimeMachine, site: MockConfigEntry, options: dict[str, Any]
) -> None:
    """Let the user have these limits from now on."""
    hass.config_entries.async_update_entry(site, options=options)
    assert await machine.finish(hass.config_entries.async_reload(site.entry_id))
    await machine.run(2 * MINUTE)


async def test_what_was_measured_while_a_limit_was_off_is_none_of_its_business(
    hass: HomeAssistant, machine: TimeMachine, says: Says, told: Told, living: MockConfigEntry
) -> None:
    says.production_w, says.grid_w, says.soc, says.celsius = 100.0, 6_000.0, 20.0, 90.0
    await set_limits(hass, machine, living, {"alarms": {"hot_inverter": {"enabled": False}}})
    await machine.run(7.5 * HOUR)
    says.celsius = 82.0
    await machine.run(MINUTE)
    new = limits(
        low_battery={"below": 90, "at": "19:00:00"},
        high_import={"above": 1_000, "for": 20},
        hot_inverter={"above": 85},
    )
    await set_limits(hass, machine, living, new)
    limited = ("low_battery", "high_import", "inverter_problem")
    assert [shown(hass, key) for key in limited] == ["off"] * 3
    assert told.events == []
    await machine.run(0.5 * HOUR)
    assert told.short == [("high_import", "raised"), ("low_battery", "raised")]
    assert [shown(hass, key) for key in limited] == ["on", "on", "off"]


@pytest.mark.parametrize("site_config", [HIGH], indirect=True)
async def test_a_limit_that_is_off_for_a_while_begins_anew(
    hass: HomeAssistant, machine: TimeMachine, says: Says, told: Told, living: MockConfigEntry
) -> None:
    says.production_w, says.grid_w = 100.0, 7_000.0
    await machine.run(70 * MINUTE)
    assert told.short == [("high_import", "raised")]
    await set_limits(hass, machine, living, {})
    assert told.short[1:] == [("high_import", "cleared")]
    await set_limits(hass, machine, living, HIGH)
    assert shown(hass, "high_import") == "off"
    await machine.run(5 * MINUTE)
    assert told.short[2:] == [("high_import", "raised")]


@pytest.mark.parametrize("site_config", [LOW], indirect=True)
async def test_another_time_of_day_is_looked_at_on_the_day_on_which_it_is_set(
    hass: HomeAssistant, machine: TimeMachine, says: Says, told: Told, living: MockConfigEntry
) -> None:
    says.soc = 70.0
    await machine.run(1.1 * HOUR)
    new = limits(low_battery={"below": 90, "at": "12:30:00"})
    await set_limits(hass, machine, living, new)
    assert shown(hass, "low_battery") == "off"
    await machine.run(0.5 * HOUR)
    assert told.short == [("low_battery", "raised")]


@pytest.mark.parametrize("site_config", [LOW], indirect=True)
async def test_an_alarm_goes_on_until_a_limit_that_was_changed_ends_it(
    hass: HomeAssistant, machine: TimeMachine, says: Says, told: Told, living: MockConfigEntry
) -> None:
    says.soc = 42.0
    await machine.run(1.1 * HOUR)
    assert told.short == [("low_battery", "raised")]
    new = limits(low_battery={"below": 60, "at": "19:00:00"})
    await set_limits(hass, machine, living, new)
    assert shown(hass, "low_battery") == "on"
    assert told.short == [("low_battery", "raised")]
    new = limits(low_battery={"below": 40, "at": "19:00:00"})
    await set_limits(hass, machine, living, new)
    assert told.short[1:] == [("low_battery", "cleared")]
    assert told.events[1]["ended"] == "over"


async def test_one_reading_makes_no_inverter_hot(
    hass: HomeAssistant, machine: TimeMachine, says: Says, told: Told, toy: Toy
) -> None:
    says.celsius = 60.0
    await machine.run(70)
    says.celsius = 120.0
    await machine.run(32)
    toy.error = toy.panels_error = SILENCE
    await machine.run(HOUR)
    assert shown(hass, "inverter_problem") == "unavailable"
    assert told.events == []


async def test_an_inverter_that_is_hot_is_told_without_any_option(
    hass: HomeAssistant, machine: TimeMachine, says: Says, told: Told
) -> None:
    says.celsius = 60.0
    await machine.run(70)
    assert shown(hass, "inverter_problem") == "off"
    says.celsius = 86.0
    await machine.run(3 * MINUTE)
    assert shown(hass, "inverter_problem") == "on"
    says.celsius = 81.0
    await machine.run(3 * MINUTE)
    assert shown(hass, "inverter_problem") == "on"
    says.celsius = 79.0
    await machine.run(3 * MINUTE)
    assert told.short == [("hot_inverter", "raised"), ("hot_inverter", "cleared")]


async def test_panels_that_make_nothing_by_day_are_told_without_any_option(
    hass: HomeAssistant, machine: TimeMachine, says: Says, told: Told
) -> None:
    says.production_w = 900.0
    await machine.run(70)
    assert shown(hass, "production_problem") == "off"
    says.production_w = 0.0
    await machine.run(50 * MINUTE)
    assert told.events == []
    await machine.run(15 * MINUTE)
    assert told.short == [("no_production", "raised")]
    assert told.events[0]["text"] == "Toy: No production by day"
    says.production_w = 900.0
    await machine.run(2 * MINUTE)
    assert shown(hass, "production_problem") == "off"


async def test_the_night_is_no_day_without_production(
    machine: TimeMachine, says: Says, told: Told
) -> None:
    says.production_w = 900.0
    await machine.run(4.5 * HOUR)
    says.production_w = 0.0
    await machine.run(4 * HOUR)
    assert told.events == []


async def test_a_source_that_judges_its_panels_itself_is_not_judged_by_us(
    machine: TimeMachine, says: Says, told: Told
) -> None:
    says.production_w, says.subjects = 900.0, {Subject.PRODUCTION: False}
    await machine.run(70)
    says.production_w = 0.0
    await machine.run(2 * HOUR)
    assert told.events == []
    says.subjects = {Subject.PRODUCTION: True}
    await machine.run(2 * HOUR)
    assert told.short == [("production", "raised")]


async def test_limits_that_nobody_has_set_have_no_sensor(
    hass: HomeAssistant, machine: TimeMachine, says: Says
) -> None:
    says.production_w, says.grid_w, says.soc = 100.0, 9_000.0, 1.0
    await machine.run(2 * HOUR)
    assert not has(hass, "low_battery")
    assert not has(hass, "high_import")
    assert problem(hass, "alarm").state == "off"


@pytest.mark.parametrize("site_config", [HIGH], indirect=True)
async def test_a_limit_that_is_taken_back_ends_its_alarm(
    hass: HomeAssistant, machine: TimeMachine, says: Says, told: Told, living: MockConfigEntry
) -> None:
    says.production_w, says.grid_w = 100.0, 7_000.0
    await machine.run(70 * MINUTE)
    assert shown(hass, "high_import") == "on"
    hass.config_entries.async_update_entry(living, options={})
    assert await machine.finish(hass.config_entries.async_reload(living.entry_id))
    await machine.run(2 * MINUTE)
    assert not has(hass, "high_import")
    assert told.short == [("high_import", "raised"), ("high_import", "cleared")]
    assert told.events[1]["ended"] == "gone"


IN_TURN = limits(high_import={"above": 5_000, "for": 1})


@pytest.mark.parametrize("site_config", [IN_TURN], indirect=True)
async def test_one_reading_that_is_good_for_long_makes_no_high_import(
    hass: HomeAssistant, machine: TimeMachine, says: Says, told: Told, toy: Toy
) -> None:
    says.production_w, says.grid_w, says.good_for_s = 100.0, 500.0, 300.0
    await machine.run(70)
    says.grid_w = 9_000.0
    await machine.run(32)
    toy.error = toy.panels_error = SILENCE
    await machine.run(4 * MINUTE)
    assert shown(hass, "high_import") == "off"
    toy.error = toy.panels_error = None
    await machine.run(MINUTE)
    assert told.short == [("high_import", "raised")]
