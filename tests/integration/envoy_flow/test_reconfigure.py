"""Changing the address or the token of a gateway; it must stay the same gateway."""

from unittest.mock import AsyncMock

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.sources.envoy.entries import TokenOrigin
from tests.integration.envoy.kit import entry_for, gateway_at
from tests.integration.envoy_flow.kit import (
    LOGIN,
    NOBODY,
    OTHER_SERIAL,
    assert_aborted,
    assert_menu,
    error_text,
    log_in,
    paste,
    step_text,
    submit,
    suggestions,
)
from tests.simulators.envoy import Endpoint, EnvoySimulator, Fault


async def reconfigure(hass: HomeAssistant, entry: MockConfigEntry) -> ConfigFlowResult:
    """Open the form of an entry."""
    entry.add_to_hass(hass)
    shown: ConfigFlowResult = await entry.start_reconfigure_flow(hass)
    assert (shown["type"], shown["step_id"]) == (FlowResultType.FORM, "reconfigure_envoy")
    return shown


def assert_changed(result: ConfigFlowResult) -> None:
    """The entry has been changed."""
    assert_aborted(result, "reconfigure_successful")


async def test_the_form_shows_the_address_and_keeps_the_token(
    hass: HomeAssistant, gateway: EnvoySimulator
) -> None:
    shown = await reconfigure(hass, entry_for(gateway))
    assert suggestions(shown) == {"host": gateway.address, "sign_in": False}


async def test_a_gateway_is_found_at_its_new_address_with_its_old_token(
    hass: HomeAssistant, gateway: EnvoySimulator, no_set_up: AsyncMock
) -> None:
    entry = entry_for(gateway, host=NOBODY, **LOGIN)
    before = dict(entry.data)
    shown = await reconfigure(hass, entry)
    assert_changed(await submit(hass, shown, {"host": gateway.address}))
    identity = entry.data["identity"]
    assert entry.data == before | {"host": gateway.address, "identity": identity}
    assert identity["part_number"] == "800-00654-r08"
    assert no_set_up.call_count == 1
    assert gateway.keeper.jwt_checks == 1


@pytest.mark.usefixtures("no_set_up")
async def test_a_new_token_can_be_pasted(hass: HomeAssistant, gateway: EnvoySimulator) -> None:
    entry = entry_for(gateway)
    shown = await reconfigure(hass, entry)
    shown = await submit(hass, shown, {"host": gateway.address, "sign_in": True})
    token = gateway.token()
    assert_changed(await paste(hass, shown, token))
    assert entry.data["token"] == token


@pytest.mark.usefixtures("no_set_up")
async def test_a_password_can_be_stored_later(hass: HomeAssistant, gateway: EnvoySimulator) -> None:
    entry = entry_for(gateway)
    shown = await reconfigure(hass, entry)
    shown = await submit(hass, shown, {"host": gateway.address, "sign_in": True})
    assert_changed(await log_in(hass, shown, store_password=True))
    assert entry.data["token_origin"] == TokenOrigin.LOGIN
    assert {key: entry.data[key] for key in LOGIN} == LOGIN


@pytest.mark.usefixtures("no_set_up")
async def test_a_token_that_has_ended_leads_to_signing_in(
    hass: HomeAssistant, gateway: EnvoySimulator
) -> None:
    entry = entry_for(gateway, token=gateway.token(expires_in=-1))
    shown = await submit(hass, await reconfigure(hass, entry), {"host": gateway.address})
    assert_changed(await paste(hass, shown, gateway.token()))


async def test_a_token_that_was_revoked_leads_to_signing_in(
    hass: HomeAssistant, gateway: EnvoySimulator
) -> None:
    entry = entry_for(gateway)
    gateway.revoke()
    assert_menu(await submit(hass, await reconfigure(hass, entry), {"host": gateway.address}))


@pytest.mark.usefixtures("no_set_up")
@pytest.mark.parametrize(
    ("endpoint", "fault", "key"),
    [
        (Endpoint.INFO, Fault.FAIL, "bad_status"),
        (Endpoint.INFO, Fault.HTML, "unsupported_gateway"),
        (Endpoint.METERS, Fault.RESET, "link_lost"),
    ],
)
async def test_a_fault_is_shown_and_the_form_goes_on(
    hass: HomeAssistant, gateway: EnvoySimulator, endpoint: Endpoint, fault: Fault, key: str
) -> None:
    gateway.fault(endpoint, fault)
    shown = await submit(
        hass, await reconfigure(hass, entry_for(gateway)), {"host": gateway.address}
    )
    assert (shown["step_id"], shown["errors"]) == ("reconfigure_envoy", {"base": key})
    assert error_text(shown)
    assert suggestions(shown) == {"host": gateway.address, "sign_in": False}

    gateway.clear_faults()
    assert_changed(await submit(hass, shown, suggestions(shown)))


async def test_what_is_no_address_is_refused(hass: HomeAssistant, gateway: EnvoySimulator) -> None:
    shown = await reconfigure(hass, entry_for(gateway))
    shown = await submit(hass, shown, {"host": "a b", "sign_in": True})
    assert shown["errors"] == {"host": "invalid_host"}
    assert suggestions(shown) == {"host": "a b", "sign_in": True}


@pytest.mark.usefixtures("no_set_up")
async def test_another_gateway_is_refused(hass: HomeAssistant, gateway: EnvoySimulator) -> None:
    entry = entry_for(gateway)
    before = dict(entry.data)
    async with gateway_at(hass, serial=OTHER_SERIAL) as other:
        shown = await submit(hass, await reconfigure(hass, entry), {"host": other.address})
        assert shown["errors"] == {"base": "wrong_serial"}
        assert OTHER_SERIAL in error_text(shown)
        assert other.keeper.jwt_checks == 0
    assert entry.data == before

    assert_changed(await submit(hass, shown, {"host": gateway.address}))


@pytest.mark.usefixtures("no_set_up")
async def test_another_certificate_has_to_be_agreed_on_before_the_token_is_sent(
    hass: HomeAssistant, gateway: EnvoySimulator
) -> None:
    entry = entry_for(gateway)
    old = str(gateway.fingerprint)
    gateway.change_certificate()
    shown = await submit(hass, await reconfigure(hass, entry), {"host": gateway.address})
    assert (shown["type"], shown["step_id"]) == (FlowResultType.FORM, "certificate")
    assert old in step_text(shown)
    assert str(gateway.fingerprint) in step_text(shown)
    assert gateway.keeper.jwt_checks == 0

    gateway.fault(Endpoint.METERS, Fault.FAIL)
    shown = await submit(hass, shown, {})
    assert (shown["step_id"], shown["errors"]) == ("certificate", {"base": "bad_status"})
    assert entry.data["tls_fingerprint"] == old

    gateway.clear_faults()
    assert_changed(await submit(hass, shown, {}))
    assert entry.data["tls_fingerprint"] == gateway.fingerprint


@pytest.mark.usefixtures("no_set_up")
@pytest.mark.parametrize("sign_in", [True, False])
async def test_old_firmware_has_an_address_only(
    hass: HomeAssistant, old_gateway: EnvoySimulator, *, sign_in: bool
) -> None:
    entry = entry_for(old_gateway, host=NOBODY)
    shown = await reconfigure(hass, entry)
    values = {"host": old_gateway.address, "sign_in": sign_in}
    assert_changed(await submit(hass, shown, values))
    assert entry.data["host"] == old_gateway.address
    assert entry.data["tls_fingerprint"] is None
