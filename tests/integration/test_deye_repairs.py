"""Repairs: raised when the user can do something, gone when it is done."""

from http import HTTPStatus

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


async def test_repairs_end_when_the_entry_is_unloaded(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
) -> None:
    logger.clock_offset_s = 4000
    await set_up(deye_entry)
    assert issues(hass)
    assert await machine.finish(hass.config_entries.async_unload(deye_entry.entry_id))
    assert issues(hass) == {}


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

    client = await hass_client()
    answer = await client.post(
        "/api/repairs/issues/fix", json={"handler": DOMAIN, "issue_id": issue.issue_id}
    )
    assert answer.status == HTTPStatus.OK
    flow = await answer.json()
    assert (flow["type"], flow["step_id"]) == ("form", "confirm")
    assert entry.data["serial"] == 2_700_000_001
    answer = await client.post(f"/api/repairs/issues/fix/{flow['flow_id']}", json={})
    assert (await answer.json())["type"] == "create_entry"

    logger.site.clock.freeze()
    await hass.async_block_till_done()
    await machine.run(60)
    assert entry.data["serial"] == logger.serial
    assert state_of(hass, "connectivity").state == "on"
    assert issues(hass) == {}
    assert not wrong_states(hass, entry, logger)
