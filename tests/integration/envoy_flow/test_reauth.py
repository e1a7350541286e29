"""Signing in again, when the gateway no longer takes the token."""

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
    OLD,
    OTHER_SERIAL,
    assert_aborted,
    assert_menu,
    error_text,
    log_in,
    paste,
    step_text,
    submit,
)
from tests.simulators.envoy import Endpoint, EnvoySimulator, Fault, Shape

ENDED = "ended"


async def start(hass: HomeAssistant, entry: MockConfigEntry) -> ConfigFlowResult:
    """Begin as the coordinator does."""
    entry.add_to_hass(hass)
    shown: ConfigFlowResult = await entry.start_reauth_flow(hass)
    assert (shown["type"], shown["step_id"]) == (FlowResultType.FORM, "reauth_confirm")
    return shown


async def test_it_is_said_which_gateway_asks(hass: HomeAssistant, gateway: EnvoySimulator) -> None:
    shown = await start(hass, entry_for(gateway))
    text = step_text(shown)
    assert "Enphase Envoy" in text
    assert gateway.serial in text
    assert gateway.requests == []
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["title_placeholders"] == {
        "name": "Enphase Envoy",
        "host": gateway.address,
    }


async def test_a_new_token_takes_the_place_of_the_old_one(
    hass: HomeAssistant, gateway: EnvoySimulator, no_set_up: AsyncMock
) -> None:
    entry = entry_for(gateway, token=ENDED)
    shown = await submit(hass, await start(hass, entry), {})
    token = gateway.token()
    assert_aborted(await paste(hass, shown, token), "reauth_successful")
    assert entry.data["token"] == token
    assert entry.data["token_origin"] == TokenOrigin.PASTED
    assert entry.data["host"] == gateway.address
    assert no_set_up.call_count == 1
    assert not hass.config_entries.flow.async_progress()


@pytest.mark.usefixtures("no_set_up")
@pytest.mark.parametrize("stores", [True, False])
async def test_an_account_can_be_used_in_place_of_a_token(
    hass: HomeAssistant, gateway: EnvoySimulator, *, stores: bool
) -> None:
    entry = entry_for(gateway, token=ENDED)
    shown = await submit(hass, await start(hass, entry), {})
    assert_aborted(await log_in(hass, shown, store_password=stores), "reauth_successful")
    assert entry.data["token_origin"] == TokenOrigin.LOGIN
    assert entry.data["password"] == (LOGIN["password"] if stores else None)
    assert entry.data["username"] == (LOGIN["username"] if stores else None)


@pytest.mark.usefixtures("no_set_up")
async def test_a_pasted_token_ends_the_use_of_a_stored_password(
    hass: HomeAssistant, gateway: EnvoySimulator
) -> None:
    entry = entry_for(gateway, token=ENDED, token_origin="login", **LOGIN)  # noqa: S106 - a word
    shown = await submit(hass, await start(hass, entry), {})
    await paste(hass, shown, gateway.token())
    assert (entry.data["username"], entry.data["password"]) == (None, None)


@pytest.mark.usefixtures("no_set_up")
async def test_what_the_entry_knows_of_the_gateway_is_kept_and_its_firmware_renewed(
    hass: HomeAssistant, gateway: EnvoySimulator
) -> None:
    shape = {"cts": ["production"]}
    identity = {"serial": gateway.serial, "firmware": "7.0.1", "shape": shape}
    entry = entry_for(gateway, token=ENDED, identity=identity)
    shown = await submit(hass, await start(hass, entry), {})
    await paste(hass, shown, gateway.token())
    assert entry.data["identity"]["shape"] == shape
    assert entry.data["identity"]["firmware"] == "8.3.5167"


@pytest.mark.usefixtures("no_set_up")
async def test_a_silent_gateway_is_named_and_the_form_goes_on(
    hass: HomeAssistant, gateway: EnvoySimulator
) -> None:
    entry = entry_for(gateway, token=ENDED)
    gateway.fault(Endpoint.INFO, Fault.FAIL)
    shown = await submit(hass, await start(hass, entry), {})
    assert (shown["step_id"], shown["errors"]) == ("reauth_confirm", {"base": "bad_status"})
    assert error_text(shown)
    assert gateway.serial in step_text(shown)

    gateway.clear_faults()
    assert_menu(await submit(hass, shown, {}))


async def test_an_address_without_an_answer_is_named(
    hass: HomeAssistant, gateway: EnvoySimulator
) -> None:
    shown = await submit(hass, await start(hass, entry_for(gateway, host=NOBODY)), {})
    assert shown["errors"] == {"base": "port_closed"}
    assert NOBODY in error_text(shown)


async def test_another_gateway_at_the_address_gets_no_secret(
    hass: HomeAssistant, gateway: EnvoySimulator
) -> None:
    entry = entry_for(gateway)
    gateway.replace_by(OTHER_SERIAL)
    shown = await submit(hass, await start(hass, entry), {})
    assert shown["errors"] == {"base": "wrong_serial"}
    assert OTHER_SERIAL in error_text(shown)
    assert gateway.keeper.jwt_checks == 0


async def test_a_gateway_without_tls_is_not_the_one_that_had_it(
    hass: HomeAssistant, gateway: EnvoySimulator, old_gateway: EnvoySimulator
) -> None:
    entry = entry_for(gateway, host=old_gateway.address)
    shown = await submit(hass, await start(hass, entry), {})
    assert shown["errors"] == {"base": "cannot_connect"}
    assert old_gateway.requests == []


async def test_a_token_of_no_use_is_named(hass: HomeAssistant, gateway: EnvoySimulator) -> None:
    entry = entry_for(gateway, token=ENDED)
    shown = await submit(hass, await start(hass, entry), {})
    shown = await paste(hass, shown, gateway.token(audience=OTHER_SERIAL))
    assert shown["errors"] == {"base": "wrong_token"}
    assert entry.data["token"] == ENDED


@pytest.mark.usefixtures("no_set_up")
async def test_another_certificate_has_to_be_agreed_on_first(
    hass: HomeAssistant, gateway: EnvoySimulator
) -> None:
    entry = entry_for(gateway, token=ENDED)
    old = gateway.fingerprint
    gateway.change_certificate()
    shown = await submit(hass, await start(hass, entry), {})
    assert (shown["type"], shown["step_id"]) == (FlowResultType.FORM, "certificate")
    text = step_text(shown)
    assert str(old) in text
    assert str(gateway.fingerprint) in text
    assert gateway.keeper.jwt_checks == 0

    shown = await submit(hass, shown, {})
    assert_aborted(await paste(hass, shown, gateway.token()), "reauth_successful")
    assert entry.data["tls_fingerprint"] == gateway.fingerprint


@pytest.mark.usefixtures("no_set_up")
async def test_a_gateway_that_got_firmware_7_is_signed_in_to(hass: HomeAssistant) -> None:
    async with gateway_at(hass, OLD) as old:
        entry = entry_for(old)
    async with gateway_at(hass, Shape.D7_6_STANDARD) as new:
        data = {**entry.data, "host": new.address}
        entry = MockConfigEntry(domain=entry.domain, unique_id=entry.unique_id, data=data)
        shown = await submit(hass, await start(hass, entry), {})
        assert (shown["description_placeholders"] or {})["fingerprint"] == new.fingerprint
        assert_aborted(await paste(hass, shown, new.token()), "reauth_successful")
        assert entry.data["tls_fingerprint"] == new.fingerprint


async def test_old_firmware_is_only_loaded_again(
    hass: HomeAssistant, old_gateway: EnvoySimulator, no_set_up: AsyncMock
) -> None:
    entry = entry_for(old_gateway)
    shown = await submit(hass, await start(hass, entry), {})
    assert_aborted(shown, "reauth_successful")
    assert entry.data["token"] is None
    assert no_set_up.call_count == 1
