"""Canaries: secrets that are found again wherever they leak."""

from collections.abc import AsyncIterator
from dataclasses import fields
import json
import logging
from typing import Any

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.diagnostics import async_get_config_entry_diagnostics
from custom_components.solar_monitor.sources.envoy.entries import SignIn, TokenOrigin
from tests.integration.conftest import SetUp
from tests.integration.envoy.kit import entry_for
from tests.integration.envoy_flow.kit import LOGIN, choose, find, log_in, paste, submit
from tests.simulators.envoy import CloudFault, Endpoint, EnvoySimulator, Fault

EMAIL = "canary.bird@example.org"
PASSWORD = "canary-password-7391"  # noqa: S105 - a canary
ACCOUNT = {"username": EMAIL, "password": PASSWORD}


@pytest.fixture
async def canary(gateway: EnvoySimulator) -> AsyncIterator[EnvoySimulator]:
    """Let the cloud know the canaries."""
    gateway.cloud.username, gateway.cloud.password = EMAIL, PASSWORD
    yield gateway
    gateway.cloud.username, gateway.cloud.password = LOGIN["username"], LOGIN["password"]


def secrets_of(token: str) -> list[str]:
    """List what must not get out; of a token each part for itself."""
    return [EMAIL, "canary.bird", PASSWORD, *(part for part in token.split(".") if len(part) > 20)]


def leaks(text: str, token: str) -> list[str]:
    """Name the secrets in a text."""
    return [secret for secret in secrets_of(token) if secret in text]


def _shown(result: ConfigFlowResult) -> str:
    """Give all that a browser gets of a step, but for the e-mail address that was typed there."""
    schema = result.get("data_schema")
    suggested = [marker.description for marker in schema.schema] if schema else []
    # Home Assistant keeps these two to itself when a flow has made an entry.
    kept_back = ("data", "result")
    shown = {key: value for key, value in result.items() if key not in kept_back}
    return f"{shown} {suggested}".replace(EMAIL, "")


@pytest.mark.usefixtures("no_set_up")
async def test_neither_log_nor_form_repeats_what_was_typed(
    hass: HomeAssistant, canary: EnvoySimulator, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    seen: list[str] = []
    token = canary.token()
    faults = set(CloudFault) - {CloudFault.NONE, CloudFault.SILENT}
    for fault in faults:
        canary.cloud.fault = fault
        seen.append(_shown(await log_in(hass, await find(hass, canary), **ACCOUNT)))
    for endpoint, broken in ((Endpoint.METERS, Fault.FAIL), (Endpoint.METERS, Fault.RESET)):
        canary.fault(endpoint, broken)
        seen.append(_shown(await paste(hass, await find(hass, canary), token)))
    canary.clear_faults()
    seen.append(_shown(await paste(hass, await find(hass, canary), token)))
    assert len(seen) == len(faults) + 3
    assert leaks("\n".join(seen), token) == []
    assert leaks(caplog.text, token) == []


async def test_the_log_of_a_whole_life_holds_no_secret(
    hass: HomeAssistant, canary: EnvoySimulator, set_up: SetUp, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token = canary.token()
    entry = entry_for(canary, token=token, **ACCOUNT)
    await set_up(entry)
    for act in (canary.revoke, canary.change_certificate, canary.close):
        act()
        await entry.runtime_data.coordinator.async_refresh()
    await hass.async_block_till_done()
    assert leaks(caplog.text, token) == []


async def test_diagnostics_hold_no_secret_and_tell_neither_who_nor_where(
    hass: HomeAssistant, canary: EnvoySimulator, set_up: SetUp
) -> None:
    token = canary.token()
    entry = entry_for(canary, token=token, options={"record_fixtures": True}, **ACCOUNT)
    await set_up(entry)
    await hass.async_block_till_done(wait_background_tasks=True)
    shown = await async_get_config_entry_diagnostics(hass, entry)
    text = json.dumps(shown)
    assert leaks(text, token) == []
    assert canary.serial not in text
    assert canary.address not in text
    assert str(canary.fingerprint) not in text
    assert [panel.serial for panel in canary.field.panels if panel.serial in text] == []
    assert shown["entry"]["token_origin"] == TokenOrigin.PASTED
    assert shown["entry"]["options"] == {"record_fixtures": True}
    assert shown["source"]["answers"]
    assert shown["source"]["recording"]


async def test_there_are_diagnostics_of_a_gateway_that_is_not_loaded(
    hass: HomeAssistant, canary: EnvoySimulator
) -> None:
    entry = entry_for(canary, **ACCOUNT)
    entry.add_to_hass(hass)
    assert await async_get_config_entry_diagnostics(hass, entry) == {
        "entry": {
            "source": "envoy",
            "token_origin": "pasted",
            "options": {},
            "version": "1.1",
            "state": "not_loaded",
        }
    }


async def test_states_registries_and_repairs_hold_no_secret(
    hass: HomeAssistant, canary: EnvoySimulator, set_up: SetUp
) -> None:
    token = canary.token(expires_in=86_400)
    entry = entry_for(canary, token=token, **ACCOUNT)
    await set_up(entry)
    canary.change_certificate()
    await entry.runtime_data.coordinator.async_refresh()
    everything: list[Any] = [
        *hass.states.async_all(),
        *er.async_get(hass).entities.values(),
        *dr.async_get(hass).devices,
        *ir.async_get(hass).issues.values(),
    ]
    assert leaks("\n".join(map(repr, everything)), token) == []


def test_how_to_sign_in_does_not_show_itself() -> None:
    sign_in = SignIn(
        token="canary-token",  # noqa: S106 - a canary
        origin=TokenOrigin.LOGIN,
        username=EMAIL,
        password=PASSWORD,
    )
    assert repr(sign_in) == "SignIn(origin=<TokenOrigin.LOGIN: 'login'>)"
    assert {part.name for part in fields(sign_in) if part.repr} == {"origin"}


async def test_a_started_reauthentication_shows_no_secret(
    hass: HomeAssistant, canary: EnvoySimulator
) -> None:
    token = canary.token()
    entry: MockConfigEntry = entry_for(canary, token=token, **ACCOUNT)
    entry.add_to_hass(hass)
    shown = await entry.start_reauth_flow(hass)
    seen = [str(shown), str(hass.config_entries.flow.async_progress())]
    shown = await submit(hass, shown, {})
    seen += [str(shown), str(await choose(hass, shown, "login"))]
    assert leaks("\n".join(seen), token) == []
