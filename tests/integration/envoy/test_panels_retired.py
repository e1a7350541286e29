"""Panels that were taken away: their devices are offered for removal."""

from http import HTTPStatus

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.solar_monitor.const import DOMAIN
from tests.integration.conftest import SetUp
from tests.integration.envoy.kit import entry_for, number, source_of
from tests.integration.envoy_flow.test_repairs import issues, open_fix
from tests.integration.glue.kit import device_of
from tests.integration.machine import TimeMachine
from tests.simulators.envoy import EnvoySimulator

MINUTE = 60
HOUR = 3_600


@pytest.fixture
async def entry(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, gateway: EnvoySimulator
) -> MockConfigEntry:
    """Give an entry whose first two panels have just been taken away."""
    assert await async_setup_component(hass, "repairs", {})
    made = entry_for(gateway)
    await set_up(made)
    await machine.run(5 * MINUTE)
    assert issues(hass) == {}
    for panel in gateway.field.panels[:2]:
        gateway.field.retire(panel)
    await machine.run(2 * HOUR)
    assert number(hass, "panels_expected") == 6
    return made


def offered(hass: HomeAssistant) -> str:
    """Give the panels that the repair lists."""
    return (issues(hass)["panels_retired"].translation_placeholders or {})["panels"]


async def test_the_repair_lists_them_by_name_and_serial_and_removes_their_devices(
    hass: HomeAssistant,
    machine: TimeMachine,
    gateway: EnvoySimulator,
    entry: MockConfigEntry,
    hass_client: ClientSessionGenerator,
) -> None:
    first, second, kept = (panel.serial for panel in gateway.field.panels[:3])
    device = device_of(hass, first)
    assert device is not None
    assert offered(hass) == f"- Panel {first}\n- Panel {second}"
    dr.async_get(hass).async_update_device(device.id, name_by_user="South 1")
    await machine.run(MINUTE)
    issue = issues(hass)["panels_retired"]
    assert issue.is_fixable
    assert offered(hass) == f"- South 1 ({first})\n- Panel {second}"

    client, flow = await machine.finish(open_fix(hass_client, issue))
    assert device_of(hass, first) is not None
    answer = await machine.finish(client.post(flow, json={}))
    assert (await answer.json())["type"] == "create_entry"
    await machine.run(10 * MINUTE)
    assert device_of(hass, first) is None
    assert device_of(hass, second) is None
    assert device_of(hass, kept) is not None
    assert issues(hass) == {}
    assert source_of(entry).findings() == ()


@pytest.mark.usefixtures("entry")
async def test_a_panel_that_has_come_back_meanwhile_stays(
    hass: HomeAssistant,
    machine: TimeMachine,
    gateway: EnvoySimulator,
    hass_client: ClientSessionGenerator,
) -> None:
    back, gone = gateway.field.panels[:2]
    client, flow = await machine.finish(open_fix(hass_client, issues(hass)["panels_retired"]))
    back.retired = False
    gateway.field.set_gain(back, 1.0)
    await machine.run(25 * MINUTE)  # the browser is signed in for half an hour
    answer = await machine.finish(client.post(flow, json={}))
    assert answer.status == HTTPStatus.OK
    await machine.run(MINUTE)
    assert device_of(hass, back.serial) is not None
    assert device_of(hass, gone.serial) is None
    assert issues(hass) == {}


async def test_an_ignored_repair_stays_ignored_over_a_reload_until_another_panel_goes(
    hass: HomeAssistant, machine: TimeMachine, gateway: EnvoySimulator, entry: MockConfigEntry
) -> None:
    first, second, third = gateway.field.panels[:3]
    issue = issues(hass)["panels_retired"]
    ir.async_ignore_issue(hass, DOMAIN, issue.issue_id, ignore=True)
    assert await machine.finish(hass.config_entries.async_reload(entry.entry_id))
    await machine.run(10 * MINUTE)
    again = issues(hass)["panels_retired"]
    assert again.issue_id == issue.issue_id
    assert again.dismissed_version is not None

    for panel in (first, second):
        device = device_of(hass, panel.serial)
        assert device is not None
        dr.async_get(hass).async_update_device(device.id, disabled_by=dr.DeviceEntryDisabler.USER)
    await machine.run(10 * MINUTE)
    assert issues(hass) == {}
    gateway.field.retire(third)
    await machine.run(2 * HOUR)
    assert offered(hass) == f"- Panel {third.serial}"
    assert issues(hass)["panels_retired"].dismissed_version is None


async def test_a_gateway_that_is_away_at_the_start_accuses_no_panel(
    hass: HomeAssistant, machine: TimeMachine, gateway: EnvoySimulator, entry: MockConfigEntry
) -> None:
    before = issues(hass)["panels_retired"].issue_id
    assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))
    gateway.close()
    assert await machine.finish(hass.config_entries.async_setup(entry.entry_id))
    await machine.run(5 * MINUTE)
    assert issues(hass)["panels_retired"].issue_id == before
    assert source_of(entry).findings() == ()
    gateway.open()
    await machine.run(20 * MINUTE)
    assert issues(hass)["panels_retired"].issue_id == before
