"""What lasts for hours, and what the user can do something about, is a repair."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.const import DOMAIN
from custom_components.solar_monitor.logic.contribution import Subject
from custom_components.solar_monitor.site.alarm_repairs import REPAIR_AFTER_S
from tests.integration.glue.toy import SILENCE, Toy
from tests.integration.machine import TimeMachine
from tests.integration.site_alarms.kit import HOUR, Says, repairs

pytestmark = pytest.mark.usefixtures("living")


@pytest.mark.parametrize(
    ("subject", "key"),
    [
        (Subject.CONNECTION, "site_unreachable"),
        (Subject.METER, "site_meter_problem"),
        (Subject.BATTERY, "site_battery_problem"),
        (Subject.PRODUCTION, "site_no_production"),
    ],
)
async def test_what_lasts_is_a_repair_that_goes_by_itself(
    subject: Subject,
    key: str,
    hass: HomeAssistant,
    machine: TimeMachine,
    says: Says,
    living: MockConfigEntry,
) -> None:
    says.subjects = {subject: False}
    await machine.run(70)
    says.subjects = {subject: True}
    await machine.run(REPAIR_AFTER_S - 60)
    assert repairs(hass) == {}
    await machine.run(120)
    assert repairs(hass) == {
        key: {"name": living.title, "source": "Toy", "since": "2026-11-20 11:01"}
    }
    says.subjects = {subject: False}
    await machine.run(600)
    assert repairs(hass) == {}


async def test_what_the_user_can_do_nothing_about_here_is_none(
    hass: HomeAssistant, machine: TimeMachine, says: Says
) -> None:
    others = (Subject.GRID, Subject.PANELS, Subject.INVERTER, Subject.NOTICE)
    says.subjects = dict.fromkeys(others, False)
    await machine.run(70)
    says.subjects = dict.fromkeys(others, True)
    await machine.run(REPAIR_AFTER_S + HOUR)
    assert repairs(hass) == {}


async def test_values_that_stay_away_are_a_repair_unless_their_source_cannot_be_reached(
    hass: HomeAssistant, machine: TimeMachine, says: Says, toy: Toy
) -> None:
    says.production_w, says.subjects = 500.0, {Subject.CONNECTION: False}
    await machine.run(70)
    toy.error = toy.panels_error = SILENCE
    await machine.run(REPAIR_AFTER_S + HOUR)
    assert repairs(hass).keys() == {"site_data_stale"}
    toy.error = toy.panels_error = None
    says.production_w, says.subjects = 500.0, {Subject.CONNECTION: True}
    await machine.run(REPAIR_AFTER_S + HOUR)
    toy.error = toy.panels_error = SILENCE
    await machine.run(REPAIR_AFTER_S + HOUR)
    assert repairs(hass).keys() == {"site_unreachable"}


async def test_one_that_was_ignored_stays_so_over_a_restart(
    hass: HomeAssistant,
    machine: TimeMachine,
    says: Says,
    living: MockConfigEntry,
    toy_config: MockConfigEntry,
) -> None:
    says.subjects = {Subject.METER: False}
    await machine.run(70)
    says.subjects = {Subject.METER: True}
    await machine.run(REPAIR_AFTER_S + 60)
    [(_, issue_id)] = ir.async_get(hass).issues
    ir.async_ignore_issue(hass, DOMAIN, issue_id, ignore=True)
    for entry in (toy_config, living):
        assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))
    for entry in (living, toy_config):
        assert await machine.finish(hass.config_entries.async_setup(entry.entry_id))
        await machine.run(60)
    assert repairs(hass) == {}
    assert len(ir.async_get(hass).issues) == 1
