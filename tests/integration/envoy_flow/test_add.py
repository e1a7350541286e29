"""Adding a gateway by its address."""

from typing import Any

from homeassistant.config_entries import SOURCE_IGNORE
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.solar_monitor.const import DOMAIN
from custom_components.solar_monitor.sources.envoy.entries import TokenOrigin
from tests.integration.envoy.kit import entry_for
from tests.integration.envoy_flow.kit import (
    LOGIN,
    NOBODY,
    assert_aborted,
    assert_menu,
    choose,
    created,
    find,
    log_in,
    paste,
    show_form,
    step_text,
    suggestions,
)
from tests.simulators.envoy import EnvoySimulator

pytestmark = pytest.mark.usefixtures("no_set_up")


async def test_the_serial_number_is_read_before_anything_secret_is_asked_for(
    hass: HomeAssistant, gateway: EnvoySimulator
) -> None:
    form = await show_form(hass)
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "envoy")
    assert suggestions(form) == {}

    shown = await find(hass, gateway)
    assert_menu(shown)
    placeholders = shown["description_placeholders"] or {}
    assert placeholders["serial"] == gateway.serial
    assert placeholders["fingerprint"] == gateway.fingerprint
    assert {path for _, path in gateway.requests} == {"/info"}
    assert gateway.keeper.jwt_checks == 0


async def test_the_fingerprint_that_will_be_trusted_is_shown(
    hass: HomeAssistant, gateway: EnvoySimulator
) -> None:
    shown = await find(hass, gateway)
    text = step_text(shown)
    assert str(gateway.fingerprint) in text
    assert gateway.serial in text
    assert "8.3.5167" in text


async def test_a_gateway_is_added_with_a_pasted_token(
    hass: HomeAssistant, gateway: EnvoySimulator
) -> None:
    token = gateway.token()
    entry = created(await paste(hass, await find(hass, gateway), token))
    assert (entry.title, entry.unique_id) == ("Enphase Envoy", gateway.serial)
    assert (entry.version, entry.minor_version) == (1, 1)
    assert entry.options == {}
    assert dict(entry.data) == {
        "source": "envoy",
        "host": gateway.address,
        "serial": gateway.serial,
        "tls_fingerprint": gateway.fingerprint,
        "token": token,
        "token_origin": "pasted",
        "username": None,
        "password": None,
        "id_prefix": gateway.serial,
        "identity": {
            "serial": gateway.serial,
            "firmware": "8.3.5167",
            "part_number": "800-00654-r08",
            "metered": True,
            "needs_token": True,
        },
    }


async def test_how_to_get_a_token_is_said_step_by_step_with_links(
    hass: HomeAssistant, gateway: EnvoySimulator
) -> None:
    form = await choose(hass, await find(hass, gateway), "token")
    text = step_text(form)
    assert all(f"{step}. " in text for step in (1, 2, 3))
    assert f"entrez-auth-token?serial_num={gateway.serial})" in text
    assert "(https://entrez.enphaseenergy.com)" in text


@pytest.mark.parametrize(
    "wrapping", ["  {}\n", '"{}"', '{{"generation_time":1,"token":"{}","expires_at":2}}']
)
async def test_more_than_the_token_may_be_pasted(
    hass: HomeAssistant, gateway: EnvoySimulator, wrapping: str
) -> None:
    token = gateway.token()
    entry = created(await paste(hass, await find(hass, gateway), wrapping.format(token)))
    assert entry.data["token"] == token


async def test_an_account_gets_a_token_and_is_forgotten(
    hass: HomeAssistant, gateway: EnvoySimulator
) -> None:
    entry = created(await log_in(hass, await find(hass, gateway)))
    assert gateway.cloud.tokens_given == 1
    assert entry.data["token_origin"] == TokenOrigin.LOGIN
    assert (entry.data["username"], entry.data["password"]) == (None, None)


async def test_an_account_is_kept_for_those_who_want_renewal(
    hass: HomeAssistant, gateway: EnvoySimulator
) -> None:
    entry = created(await log_in(hass, await find(hass, gateway), store_password=True))
    assert entry.data["token_origin"] == TokenOrigin.LOGIN
    assert {key: entry.data[key] for key in LOGIN} == LOGIN


async def test_blanks_around_the_address_do_not_matter(
    hass: HomeAssistant, gateway: EnvoySimulator
) -> None:
    shown = await log_in(hass, await find(hass, gateway), username=" owner@example.com ")
    assert created(shown).data["token_origin"] == TokenOrigin.LOGIN


async def test_the_password_is_not_kept_unless_asked_for(
    hass: HomeAssistant, gateway: EnvoySimulator
) -> None:
    form = await choose(hass, await find(hass, gateway), "login")
    assert suggestions(form) == {"store_password": False}


async def test_the_token_is_shown_to_the_gateway_before_it_is_believed(
    hass: HomeAssistant, gateway: EnvoySimulator
) -> None:
    await paste(hass, await find(hass, gateway), gateway.token())
    assert gateway.keeper.jwt_checks == 1


@pytest.mark.parametrize("serial_of", ["owner", "installer"])
async def test_an_owner_and_an_installer_can_sign_in(
    hass: HomeAssistant, gateway: EnvoySimulator, serial_of: str
) -> None:
    role = next(role for role in type(gateway.cloud.role) if role.claim == serial_of)
    token = gateway.token(role=role)
    assert created(await paste(hass, await find(hass, gateway), token)).data["token"] == token


async def test_firmware_before_7_needs_an_address_only(
    hass: HomeAssistant, old_gateway: EnvoySimulator
) -> None:
    entry = created(await find(hass, old_gateway))
    assert entry.unique_id == old_gateway.serial
    keys = ("tls_fingerprint", "token", "token_origin", "username", "password")
    assert {entry.data[key] for key in keys} == {None}
    assert entry.data["identity"]["firmware"] == "5.0.62"
    assert entry.data["identity"]["needs_token"] is False


async def test_a_gateway_that_is_there_already_is_not_added_again(
    hass: HomeAssistant, gateway: EnvoySimulator
) -> None:
    entry = entry_for(gateway)
    entry.add_to_hass(hass)
    before = dict(entry.data)
    assert_aborted(await find(hass, gateway), "already_configured")
    assert entry.data == before


async def test_a_gateway_that_has_moved_is_followed_to_the_typed_address(
    hass: HomeAssistant, gateway: EnvoySimulator
) -> None:
    entry = entry_for(gateway, host=NOBODY)
    entry.add_to_hass(hass)
    assert_aborted(await find(hass, gateway), "already_configured")
    assert entry.data["host"] == gateway.address


async def test_a_gateway_that_was_ignored_can_be_added_by_hand(
    hass: HomeAssistant, gateway: EnvoySimulator
) -> None:
    MockConfigEntry(
        domain=DOMAIN, source=SOURCE_IGNORE, unique_id=gateway.serial, data={}
    ).add_to_hass(hass)
    entry = created(await paste(hass, await find(hass, gateway), gateway.token()))
    assert entry.unique_id == gateway.serial


async def test_two_gateways_have_two_entries(
    hass: HomeAssistant, gateway: EnvoySimulator, old_gateway: EnvoySimulator
) -> None:
    old_gateway.gateway.serial = "122302022222"
    entry_for(gateway).add_to_hass(hass)
    assert created(await find(hass, old_gateway)).unique_id == "122302022222"


async def test_nothing_stays_open_after_the_questions(
    hass: HomeAssistant, gateway: EnvoySimulator
) -> None:
    await log_in(hass, await find(hass, gateway))
    await hass.async_block_till_done()
    assert gateway.connections > 0
    assert gateway.open_connections == 0


async def test_every_form_reaches_the_browser(
    hass: HomeAssistant, gateway: EnvoySimulator, hass_client: ClientSessionGenerator
) -> None:
    for component in ("config", "application_credentials"):  # as in any running Home Assistant
        assert await async_setup_component(hass, component, {})
    client = await hass_client()
    gateway.cloud.mfa = True
    address = "/api/config/config_entries/flow"
    shown: dict[str, Any] = {}

    async def send(**values: object) -> list[str]:
        answer = await client.post(address, json=values)
        shown.update(await answer.json())
        return [field["name"] for field in shown.get("data_schema") or ()]

    await send(handler=DOMAIN)
    address = f"{address}/{shown['flow_id']}"
    assert await send(next_step_id="envoy") == ["host"]
    await send(host=gateway.address)
    assert shown["menu_options"] == ["login", "token"]
    assert await send(next_step_id="login") == ["username", "password", "store_password"]
    fields = {field["name"]: field["selector"] for field in shown["data_schema"]}
    assert fields["password"]["text"]["type"] == "password"
    assert await send(**LOGIN) == ["token", "username", "password", "store_password"]
    fields = {field["name"]: field["selector"] for field in shown["data_schema"]}
    assert fields["token"]["text"]["type"] == "password"
    await send(token=gateway.token())
    assert shown["type"] == "create_entry"
    assert "data" not in shown or "token" not in shown["data"]


async def test_a_form_that_is_opened_again_is_the_same(
    hass: HomeAssistant, gateway: EnvoySimulator
) -> None:
    menu = await find(hass, gateway)
    again = await hass.config_entries.flow.async_configure(menu["flow_id"])
    assert_menu(again)
    form = await choose(hass, again, "token")
    again = await hass.config_entries.flow.async_configure(form["flow_id"])
    assert (again["type"], again["step_id"]) == (FlowResultType.FORM, "token")
