"""Repairs of a gateway: what the user has to decide, and what becomes of it."""

from http import HTTPStatus
from string import Formatter
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.solar_monitor.const import DOMAIN
from tests.checks.repository import TRANSLATIONS, load_json
from tests.integration.conftest import SetUp
from tests.integration.deye import entry_for as deye_entry_for
from tests.integration.envoy.kit import entry_for
from tests.integration.machine import TimeMachine
from tests.simulators.envoy import EnvoySimulator
from tests.simulators.logger import LoggerSimulator

DAY_S = 86_400


def issues(hass: HomeAssistant) -> dict[str, ir.IssueEntry]:
    """Give our active repairs by kind."""
    return {
        str(issue.translation_key): issue
        for (domain, _), issue in ir.async_get(hass).issues.items()
        if domain == DOMAIN
    }


async def poll(entry: MockConfigEntry) -> None:
    """Poll now."""
    await entry.runtime_data.coordinator.async_refresh()


async def open_fix(hass_client: ClientSessionGenerator, issue: ir.IssueEntry) -> tuple[Any, str]:
    """Open a repair as the frontend does; give the browser and the flow's address."""
    client = await hass_client()
    answer = await client.post(
        "/api/repairs/issues/fix", json={"handler": DOMAIN, "issue_id": issue.issue_id}
    )
    assert answer.status == HTTPStatus.OK
    flow = await answer.json()
    assert (flow["type"], flow["step_id"]) == ("form", "confirm")
    shown = flow["description_placeholders"]
    text = load_json(TRANSLATIONS / "en.json")["issues"][issue.translation_key]
    description = text["fix_flow"]["step"]["confirm"]["description"]
    assert {name for _, name, _, _ in Formatter().parse(description) if name} <= shown.keys()
    return client, f"/api/repairs/issues/fix/{flow['flow_id']}"


@pytest.fixture
async def changed(
    hass: HomeAssistant, gateway: EnvoySimulator, set_up: SetUp
) -> tuple[MockConfigEntry, ir.IssueEntry]:
    """Give an entry whose gateway shows another certificate, and the repair of it."""
    assert await async_setup_component(hass, "repairs", {})
    entry = entry_for(gateway)
    await set_up(entry)
    assert issues(hass) == {}
    gateway.change_certificate()
    await poll(entry)
    return entry, issues(hass)["certificate_changed"]


async def test_both_fingerprints_of_a_changed_certificate_are_shown(
    gateway: EnvoySimulator, changed: tuple[MockConfigEntry, ir.IssueEntry]
) -> None:
    entry, issue = changed
    assert issue.is_fixable
    assert issue.translation_placeholders == {
        "name": "Enphase Envoy",
        "old_fingerprint": entry.data["tls_fingerprint"],
        "fingerprint": gateway.fingerprint,
    }
    assert entry.data["tls_fingerprint"] != gateway.fingerprint


async def test_nothing_is_sent_until_the_user_has_decided(
    gateway: EnvoySimulator, changed: tuple[MockConfigEntry, ir.IssueEntry]
) -> None:
    entry, _ = changed
    asked = len(gateway.requests)
    await poll(entry)
    assert len(gateway.requests) == asked


async def test_a_confirmed_certificate_is_trusted_at_once(
    hass: HomeAssistant,
    gateway: EnvoySimulator,
    changed: tuple[MockConfigEntry, ir.IssueEntry],
    hass_client: ClientSessionGenerator,
) -> None:
    entry, issue = changed
    client, flow = await open_fix(hass_client, issue)
    assert entry.data["tls_fingerprint"] != gateway.fingerprint
    answer = await client.post(flow, json={})
    assert (await answer.json())["type"] == "create_entry"
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entry.data["tls_fingerprint"] == gateway.fingerprint
    assert entry.runtime_data.coordinator.data.connected
    assert issues(hass) == {}


async def test_only_the_certificate_that_was_shown_is_trusted(
    hass: HomeAssistant,
    gateway: EnvoySimulator,
    changed: tuple[MockConfigEntry, ir.IssueEntry],
    hass_client: ClientSessionGenerator,
) -> None:
    entry, issue = changed
    client, flow = await open_fix(hass_client, issue)
    shown = gateway.fingerprint
    gateway.change_certificate()
    await client.post(flow, json={})
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entry.data["tls_fingerprint"] == shown
    placeholders = issues(hass)["certificate_changed"].translation_placeholders or {}
    assert placeholders["old_fingerprint"] == shown
    assert placeholders["fingerprint"] == gateway.fingerprint


@pytest.mark.parametrize("days", [30, 7, 1])
async def test_a_pasted_token_that_ends_soon_is_a_repair_that_says_where_to_go(
    hass: HomeAssistant, gateway: EnvoySimulator, set_up: SetUp, days: int
) -> None:
    entry = entry_for(gateway, token=gateway.token(expires_in=days * DAY_S - 60))
    await set_up(entry)
    issue = issues(hass)["token_expires"]
    assert not issue.is_fixable
    placeholders = issue.translation_placeholders or {}
    assert placeholders == {"name": "Enphase Envoy", "days": str(days)}
    texts = load_json(TRANSLATIONS / "en.json")["issues"]["token_expires"]
    assert "Reconfigure" in texts["description"].format(**placeholders)
    assert str(days) in texts["title"].format(**placeholders)


async def test_a_token_that_lasts_is_no_repair(
    hass: HomeAssistant, gateway: EnvoySimulator, set_up: SetUp
) -> None:
    await set_up(entry_for(gateway, token=gateway.token(expires_in=31 * DAY_S)))
    assert issues(hass) == {}


async def test_a_new_token_ends_the_repair(
    hass: HomeAssistant, gateway: EnvoySimulator, set_up: SetUp
) -> None:
    entry = entry_for(gateway, token=gateway.token(expires_in=DAY_S))
    await set_up(entry)
    assert issues(hass).keys() == {"token_expires"}
    shown = await entry.start_reconfigure_flow(hass)
    configure = hass.config_entries.flow.async_configure
    shown = await configure(shown["flow_id"], {"host": gateway.address, "sign_in": True})
    shown = await configure(shown["flow_id"], {"next_step_id": "token"})
    await configure(shown["flow_id"], {"token": gateway.token()})
    await hass.async_block_till_done(wait_background_tasks=True)
    assert issues(hass) == {}


async def test_a_repair_of_a_logger_leaves_gateways_alone(
    hass: HomeAssistant,
    machine: TimeMachine,
    gateway: EnvoySimulator,
    logger: LoggerSimulator,
    set_up: SetUp,
    hass_client: ClientSessionGenerator,
) -> None:
    assert await async_setup_component(hass, "repairs", {})
    envoy = entry_for(gateway, host=logger.host)
    envoy.add_to_hass(hass)
    before = dict(envoy.data)
    deye = deye_entry_for(logger, serial=2_700_000_001)
    await set_up(deye)
    await machine.run(100)
    client, flow = await open_fix(hass_client, issues(hass)["wrong_serial"])
    await client.post(flow, json={})
    logger.site.clock.freeze()
    await machine.run(60)
    assert deye.data["serial"] == logger.serial
    assert dict(envoy.data) == before
