"""Tokens: renewed ahead of time, replaced when refused, and asked for when nothing helps."""

from typing import Any

from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.const import DOMAIN
from tests.integration.conftest import SetUp
from tests.integration.envoy.kit import (
    aged_token,
    asked,
    entry_for,
    gateway_at,
    number,
    renewable,
    shown,
)
from tests.integration.envoy.truth import wrong_states
from tests.integration.machine import TimeMachine
from tests.simulators.envoy import CloudFault, EnvoySimulator, Role, Shape

MINUTE = 60
DAY = 86_400
# Fewer polls in tests of whole days.
RARELY = {"poll_interval": 300, "panels_interval": 900, "slow_interval": 3_600}


def sign_ins(hass: HomeAssistant) -> int:
    """Count the flows that ask the user to sign in."""
    return len(
        [
            flow
            for flow in hass.config_entries.flow.async_progress_by_handler(DOMAIN)
            if flow["context"]["source"] == SOURCE_REAUTH
        ]
    )


def reminders(hass: HomeAssistant) -> dict[str, ir.IssueEntry]:
    """Give the repairs about tokens by the end of their id."""
    return {
        issue_id.partition("token_expires")[2]: issue
        for (domain, issue_id), issue in ir.async_get(hass).issues.items()
        if domain == DOMAIN and "token_expires" in issue_id and issue.active
    }


async def test_a_token_of_a_year_is_left_alone(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, gateway: EnvoySimulator
) -> None:
    await set_up(entry_for(gateway, **renewable(gateway)))
    await machine.run(3_600)
    assert not gateway.cloud.requests
    assert shown(hass, "token_problem") == "off"
    assert not reminders(hass)


@pytest.mark.parametrize(("days_left", "renewed"), [(30.1, 0), (29.9, 1)])
async def test_a_token_is_renewed_thirty_days_ahead_and_stored_at_once(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    days_left: float,
    renewed: int,
) -> None:
    old = aged_token(gateway, days_left=days_left)
    entry = entry_for(gateway, token=old, **renewable(gateway))
    await set_up(entry)
    await machine.run(2 * MINUTE)
    assert gateway.cloud.tokens_given == renewed
    assert (entry.data["token"] != old) is bool(renewed)
    assert not reminders(hass)
    assert shown(hass, "connection") == "on"
    await machine.run(30 * MINUTE)
    assert gateway.cloud.tokens_given == renewed
    assert not sign_ins(hass)


async def test_a_token_of_an_installer_is_renewed_at_half_its_life(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, gateway: EnvoySimulator
) -> None:
    gateway.cloud.role = Role.INSTALLER
    token = gateway.token(role=Role.INSTALLER)
    entry = entry_for(gateway, token=token, options=RARELY, **renewable(gateway))
    await set_up(entry)
    await machine.run(5.9 * 3_600)
    assert gateway.cloud.tokens_given == 0
    assert not reminders(hass)
    await machine.run(0.3 * 3_600)
    assert gateway.cloud.tokens_given == 1
    await machine.run(24 * 3_600)
    assert 4 <= gateway.cloud.tokens_given <= 6
    assert shown(hass, "connection") == "on"
    assert not sign_ins(hass)


async def test_a_cloud_that_is_down_is_asked_again_and_nobody_is_bothered(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, gateway: EnvoySimulator
) -> None:
    gateway.cloud.down = True
    token = aged_token(gateway, days_left=10)
    entry = entry_for(gateway, token=token, options=RARELY, **renewable(gateway))
    await set_up(entry)
    await machine.run(13 * 3_600)
    assert entry.data["token"] == token
    assert not sign_ins(hass)
    gateway.cloud.down = False
    await machine.run(6.5 * 3_600)
    assert gateway.cloud.tokens_given >= 1
    assert entry.data["token"] != token


@pytest.mark.parametrize(
    "trouble", [{"password": "other"}, {"mfa": True}, {"fault": CloudFault.FOREIGN_TOKEN}]
)
async def test_an_account_that_gives_no_token_is_a_reminder_while_the_old_one_lasts(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    trouble: dict[str, Any],
) -> None:
    entry = entry_for(gateway, token=aged_token(gateway, days_left=5), **renewable(gateway))
    for name, value in trouble.items():
        setattr(gateway.cloud, name, value)
    await set_up(entry)
    await machine.run(3_600)
    assert len([path for _, path in gateway.cloud.requests if path == "/login/login.json"]) == 1
    assert reminders(hass).keys() == {"7"}
    assert shown(hass, "token_problem") == "on"
    assert shown(hass, "connection") == "on"
    assert not sign_ins(hass)


async def test_a_pasted_token_is_reminded_of_at_30_7_and_1_days(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, gateway: EnvoySimulator
) -> None:
    entry = entry_for(gateway, token=gateway.token(expires_in=31 * DAY))
    await set_up(entry)
    await machine.run(2 * MINUTE)
    assert not reminders(hass)
    for days, stage, problem in ((29.5, "30", "off"), (6.5, "7", "on"), (0.5, "1", "on")):
        assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))
        signed = gateway.token(expires_in=days * DAY)
        hass.config_entries.async_update_entry(entry, data={**entry.data, "token": signed})
        assert await machine.finish(hass.config_entries.async_setup(entry.entry_id))
        await machine.run(2 * MINUTE)
        assert reminders(hass).keys() == {stage}
        placeholders = reminders(hass)[stage].translation_placeholders
        assert placeholders is not None
        assert int(placeholders["days"]) == max(1, round(days + 0.5))
        assert shown(hass, "token_problem") == problem
    assert not gateway.cloud.requests


async def test_a_reminder_that_was_ignored_comes_again_at_the_next_stage(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, gateway: EnvoySimulator
) -> None:
    entry = entry_for(gateway, token=gateway.token(expires_in=8 * DAY), options=RARELY)
    await set_up(entry)
    await machine.run(6 * MINUTE)
    ir.async_ignore_issue(hass, DOMAIN, reminders(hass)["30"].issue_id, ignore=True)
    await machine.run(1.2 * DAY)
    assert reminders(hass).keys() == {"7"}
    assert reminders(hass)["7"].dismissed_version is None


@pytest.mark.parametrize("cloud_down", [False, True])
async def test_a_revoked_token_asks_to_sign_in_within_a_quarter_of_an_hour(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    envoy_entry: MockConfigEntry,
    cloud_down: bool,  # noqa: FBT001  a parameter
) -> None:
    await set_up(envoy_entry)
    await machine.run(65)
    gateway.cloud.down = cloud_down
    gateway.revoke()
    await machine.run(15 * MINUTE)
    assert sign_ins(hass) == 1
    assert shown(hass, "token_problem") == "on"
    assert number(hass, "production_energy_total") > 0
    await machine.run(30 * MINUTE)
    assert sign_ins(hass) == 1


async def test_a_revoked_token_is_replaced_from_the_cloud_without_the_user(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, gateway: EnvoySimulator
) -> None:
    entry = entry_for(gateway, **renewable(gateway))
    await set_up(entry)
    await machine.run(65)
    old = entry.data["token"]
    gateway.revoke()
    await machine.run(15 * MINUTE)
    assert entry.data["token"] != old
    assert not sign_ins(hass)
    assert shown(hass, "token_problem") == "off"
    gateway.site.clock.freeze()
    await machine.run(95)
    assert not wrong_states(hass, entry, gateway)


@pytest.mark.parametrize(
    "trouble",
    [
        {"down": True},
        {"password": "other"},
        {"mfa": True},
        {"fault": CloudFault.SILENT},
        {"fault": CloudFault.NO_TOKEN},
    ],
)
async def test_where_the_cloud_does_not_help_either_the_user_is_asked_in_time(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    gateway: EnvoySimulator,
    trouble: dict[str, Any],
) -> None:
    entry = entry_for(gateway, **renewable(gateway))
    await set_up(entry)
    await machine.run(65)
    for name, value in trouble.items():
        setattr(gateway.cloud, name, value)
    gateway.revoke()
    await machine.run(15 * MINUTE)
    assert sign_ins(hass) == 1


async def test_a_token_that_has_expired_asks_at_once_and_is_not_sent(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, gateway: EnvoySimulator
) -> None:
    entry = entry_for(gateway, token=gateway.token(expires_in=10 * MINUTE))
    await set_up(entry)
    await machine.run(9 * MINUTE)
    assert shown(hass, "connection") == "on"
    assert not sign_ins(hass)
    await machine.run(3 * MINUTE)
    assert sign_ins(hass) == 1
    gateway.requests.clear()
    await machine.run(5 * MINUTE)
    assert not asked(gateway, "/auth/check_jwt")
    assert not asked(gateway, "/ivp/meters/readings")


async def test_a_start_with_an_expired_token_and_a_password_heals_itself(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, gateway: EnvoySimulator
) -> None:
    entry = entry_for(gateway, token=gateway.token(expires_in=-5), **renewable(gateway))
    await set_up(entry)
    await machine.run(3 * MINUTE)
    assert gateway.cloud.tokens_given == 1
    assert number(hass, "production_power") > 0
    assert not sign_ins(hass)


async def test_an_unload_ends_what_is_asked_of_the_cloud(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, gateway: EnvoySimulator
) -> None:
    gateway.cloud.fault = CloudFault.SILENT
    entry = entry_for(gateway, token=gateway.token(expires_in=-5), **renewable(gateway))
    await set_up(entry)
    await machine.run(35)
    began = hass.loop.time()
    assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))
    assert hass.loop.time() - began < 3


async def test_firmware_before_7_needs_no_token(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp
) -> None:
    async with gateway_at(hass, Shape.D5_0_STANDARD) as gateway:
        entry = entry_for(gateway)
        await set_up(entry)
        await machine.run(100)
        assert number(hass, "production_power") > 0
        assert not reminders(hass)
        assert not asked(gateway, "/auth/check_jwt")
        assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))
