"""Repairs: raised when the user can do something, gone when it is done."""

from dataclasses import replace
from http import HTTPStatus

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.solar_monitor.const import DOMAIN
from tests.integration.conftest import SetUp
from tests.integration.deye import entry_for, state_of
from tests.integration.machine import TimeMachine
from tests.integration.truth import wrong_states
from tests.simulators.logger import Fault, LoggerSimulator


def issues(hass: HomeAssistant) -> dict[str, ir.IssueEntry]:
    """Give our active repairs by kind."""
    return {
        str(issue.translation_key): issue
        for (domain, _), issue in ir.async_get(hass).issues.items()
        if domain == DOMAIN
    }


async def confirm(hass_client: ClientSessionGenerator, issue: ir.IssueEntry) -> None:
    """Carry a repair out as the frontend does."""
    client = await hass_client()
    answer = await client.post(
        "/api/repairs/issues/fix", json={"handler": DOMAIN, "issue_id": issue.issue_id}
    )
    assert answer.status == HTTPStatus.OK
    flow = await answer.json()
    assert (flow["type"], flow["step_id"]) == ("form", "confirm")
    assert issue.data is not None
    answer = await client.post(f"/api/repairs/issues/fix/{flow['flow_id']}", json={})
    assert (await answer.json())["type"] == "create_entry"


async def test_no_repair_is_raised_while_all_is_well(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, deye_entry: MockConfigEntry
) -> None:
    await set_up(deye_entry)
    await machine.run(1200)
    assert issues(hass) == {}


async def test_a_closed_port_is_a_repair_after_a_quarter_of_an_hour(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
) -> None:
    await set_up(deye_entry)
    logger.fault = Fault.REFUSE
    await machine.run(890)
    assert issues(hass) == {}
    await machine.run(350)
    issue = issues(hass)["port_closed"]
    assert not issue.is_fixable
    assert issue.translation_placeholders == {"name": "Deye 8 kW"}
    assert str(issue.learn_more_url).endswith("/docs/user-guide.md")
    logger.fault = Fault.NONE
    await machine.run(310)
    assert issues(hass) == {}


@pytest.mark.parametrize("offset", [400, -400])
async def test_a_clock_that_is_minutes_off_is_a_repair(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
    offset: float,
) -> None:
    logger.clock_offset_s = offset
    await set_up(deye_entry)
    assert issues(hass)["clock_off"].translation_placeholders == {
        "name": "Deye 8 kW",
        "minutes": "7",
    }
    logger.clock_offset_s = 250
    await machine.run(40)
    assert issues(hass) == {}


async def test_answers_that_nobody_asked_for_tell_of_a_second_client_for_an_hour(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
) -> None:
    await set_up(deye_entry)
    logger.fault = Fault.FOREIGN_ANSWERS
    await machine.run(100)
    assert set(issues(hass)) == {"second_client"}
    logger.fault = Fault.NONE
    await machine.run(3000)
    assert set(issues(hass)) == {"second_client"}
    await machine.run(800)
    assert issues(hass) == {}


async def test_repairs_end_when_the_entry_is_disabled(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
) -> None:
    logger.clock_offset_s = 4000
    await set_up(deye_entry)
    assert issues(hass)
    by_user = ConfigEntryDisabler.USER
    await machine.finish(
        hass.config_entries.async_set_disabled_by(deye_entry.entry_id, disabled_by=by_user)
    )
    assert issues(hass) == {}


async def test_an_ignored_repair_stays_ignored_over_a_reload_and_goes_with_the_entry(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
) -> None:
    logger.clock_offset_s = 4000
    logger.fault = Fault.FOREIGN_ANSWERS
    await set_up(deye_entry)
    await machine.run(100)
    found = issues(hass)
    assert found.keys() == {"clock_off", "second_client"}
    for issue in found.values():
        ir.async_ignore_issue(hass, DOMAIN, issue.issue_id, ignore=True)
    assert await machine.finish(hass.config_entries.async_reload(deye_entry.entry_id))
    await machine.run(100)
    assert issues(hass).keys() == {"clock_off", "second_client"}
    assert all(issue.dismissed_version for issue in issues(hass).values())

    logger.clock_offset_s = 0
    await machine.run(40)
    assert issues(hass).keys() == {"second_client"}
    await machine.finish(hass.config_entries.async_remove(deye_entry.entry_id))
    assert issues(hass) == {}


async def test_a_repair_from_before_a_reload_is_judged_by_the_first_answer(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
) -> None:
    logger.clock_offset_s = 4000
    await set_up(deye_entry)
    logger.clock_offset_s = 0
    logger.fault = Fault.REFUSE
    assert await machine.finish(hass.config_entries.async_reload(deye_entry.entry_id))
    await machine.run(60)
    assert issues(hass).keys() == {"clock_off"}
    logger.fault = Fault.NONE
    await machine.run(60)
    assert issues(hass) == {}


async def test_a_repair_that_was_ignored_before_a_restart_is_still_ignored(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
) -> None:
    logger.clock_offset_s = 4000
    await set_up(deye_entry)
    registry = ir.async_get(hass)
    key = DOMAIN, issues(hass)["clock_off"].issue_id
    ir.async_ignore_issue(hass, *key, ignore=True)
    # This is what Home Assistant reads from its file: hardly more than that it was ignored.
    registry.issues[key] = replace(registry.issues[key], active=False, data=None)
    logger.clock_offset_s = 0
    await machine.run(60)
    assert not registry.issues[key].active
    logger.clock_offset_s = 4000
    await machine.run(60)
    assert registry.issues[key].active
    assert registry.issues[key].dismissed_version
    await machine.finish(hass.config_entries.async_remove(deye_entry.entry_id))
    assert not registry.issues


async def test_the_serial_number_of_a_new_stick_is_taken_over_with_one_click(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    logger: LoggerSimulator,
    hass_client: ClientSessionGenerator,
) -> None:
    assert await async_setup_component(hass, "repairs", {})
    entry = entry_for(logger, serial=2_700_000_001)
    await set_up(entry)
    await machine.run(100)
    assert state_of(hass, "connectivity").state == "off"
    issue = issues(hass)["wrong_serial"]
    assert issue.is_fixable
    assert issue.translation_placeholders == {"name": "Deye 8 kW", "serial": "2712345678"}

    await confirm(hass_client, issue)

    logger.site.clock.freeze()
    await hass.async_block_till_done()
    await machine.run(60)
    assert entry.data["serial"] == logger.serial
    assert state_of(hass, "connectivity").state == "on"
    assert issues(hass) == {}
    assert not wrong_states(hass, entry, logger)


@pytest.mark.parametrize("known", [2_700_000_001, 2_712_345_678])
async def test_all_units_behind_a_new_stick_go_on_with_one_click(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    logger: LoggerSimulator,
    hass_client: ClientSessionGenerator,
    known: int,
) -> None:
    assert await async_setup_component(hass, "repairs", {})
    first = entry_for(logger, serial=2_700_000_001)
    # The second may have been reconfigured to the new stick; it holds the same old link.
    second = entry_for(logger, serial=known, id_prefix="another")
    elsewhere = entry_for(logger, serial=2_700_000_001, port=1, id_prefix="elsewhere")
    for entry in (first, second, elsewhere):
        await set_up(entry)
    await machine.run(100)
    assert state_of(hass, "connectivity", "another").state == "off"
    issue = ir.async_get(hass).issues[DOMAIN, f"{first.entry_id}_wrong_serial"]
    await confirm(hass_client, issue)
    logger.site.clock.freeze()
    await machine.run(60)
    for entry, prefix in ((first, "2712345678"), (second, "another")):
        assert entry.data["serial"] == logger.serial
        assert state_of(hass, "connectivity", prefix).state == "on"
    assert issues(hass) == {}
    assert logger.open_connections == 1
    assert elsewhere.data["serial"] == 2_700_000_001
