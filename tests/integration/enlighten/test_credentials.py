"""The application at Enphase: its dialog in Home Assistant, and the two ways to a first token."""

from collections.abc import Mapping
from string import Formatter
import time
from typing import Any

import aiohttp
from homeassistant.components.application_credentials import (
    DOMAIN as CREDENTIALS,
    ClientCredential,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import OAuth2TokenRequestReauthError
from homeassistant.helpers.config_entry_oauth2_flow import async_get_implementations
from homeassistant.helpers.translation import async_get_translations
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator
from yarl import URL

from custom_components.solar_monitor.const import DOMAIN
from custom_components.solar_monitor.sources.enlighten.address import cloud_host
from custom_components.solar_monitor.sources.enlighten.oauth import EnphaseImplementation, enl_uid
from tests.integration.enlighten.kit import implementation_of
from tests.simulators.enlighten import OWNER, EnlightenSimulator

STORED = {
    "access_token",
    "enl_uid",
    "expires_at",
    "expires_in",
    "refresh_token",
    "scope",
    "token_type",
}


@pytest.mark.usefixtures("cloud")
async def test_the_dialog_for_credentials_offers_us_and_its_text_has_all_its_links(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator
) -> None:
    client = await hass_ws_client(hass)
    await client.send_json_auto_id({"type": "application_credentials/config"})
    result = (await client.receive_json())["result"]
    assert DOMAIN in result["domains"]
    links = result["integrations"][DOMAIN]["description_placeholders"]
    texts = await async_get_translations(hass, "en", CREDENTIALS, {DOMAIN})
    text = texts[f"component.{DOMAIN}.{CREDENTIALS}.description"]
    assert links.keys() == {name for _, name, _, _ in Formatter().parse(text) if name}
    assert all(URL(link).scheme == "https" for link in links.values())


async def test_credentials_from_the_dialog_lead_to_enphase(
    hass: HomeAssistant, cloud: EnlightenSimulator, hass_ws_client: WebSocketGenerator
) -> None:
    client = await hass_ws_client(hass)
    await client.send_json_auto_id(
        {
            "type": "application_credentials/create",
            "domain": DOMAIN,
            "client_id": " a-client ",
            "client_secret": " a-secret\n",
        }
    )
    assert (await client.receive_json())["success"]
    name = f"{DOMAIN}_a_client"
    found = (await async_get_implementations(hass, DOMAIN))[name]
    assert isinstance(found, EnphaseImplementation)
    assert (found.client_id, found.client_secret) == ("a-client", "a-secret")
    assert found.token_url == cloud.token_url


def test_without_a_simulator_tokens_are_asked_for_at_enphase(hass: HomeAssistant) -> None:
    found = EnphaseImplementation(hass, "auth", ClientCredential("id", "secret"))
    assert found.authorize_url == "https://api.enphaseenergy.com/oauth/authorize"
    assert found.token_url == "https://api.enphaseenergy.com/oauth/token"  # noqa: S105 - an address
    assert cloud_host(hass) == "api.enphaseenergy.com"


@pytest.mark.usefixtures("current_request_with_host")
async def test_the_browser_is_sent_to_enphase_and_brings_a_code_for_tokens(
    hass: HomeAssistant, cloud: EnlightenSimulator
) -> None:
    implementation = await implementation_of(hass, cloud)
    page = URL(await implementation.async_generate_authorize_url("a-flow"))
    assert str(page.with_query(None)) == cloud.authorize_url
    assert page.query.keys() == {"response_type", "client_id", "redirect_uri", "state"}
    redirect = page.query["redirect_uri"]
    came_with = {"code": cloud.approve(redirect), "state": {"redirect_uri": redirect}}
    token = await implementation.async_resolve_external_data(came_with)
    assert cloud.grants.allowed(token["access_token"])
    assert token.keys() == STORED - {"expires_at"}


async def test_a_code_that_enphase_shows_gives_tokens_once(
    hass: HomeAssistant, cloud: EnlightenSimulator
) -> None:
    implementation = await implementation_of(hass, cloud)
    code = await code_shown_on(implementation.code_page())
    token = await implementation.async_exchange_code(code)
    assert cloud.grants.allowed(token["access_token"])
    assert token.keys() == STORED
    assert token["expires_at"] == pytest.approx(time.time() + token["expires_in"], abs=5)
    assert enl_uid(token) == OWNER
    with pytest.raises(OAuth2TokenRequestReauthError):
        await implementation.async_exchange_code(code)


async def code_shown_on(page: str) -> str:
    """Open a page as an owner's browser does, and read the code that Enphase shows."""
    async with aiohttp.ClientSession() as browser, browser.get(page) as answer:
        return (await answer.text()).partition("Authorization code: ")[2][:6]


@pytest.mark.parametrize(
    ("token", "uid"),
    [
        ({"enl_uid": "2187530"}, "2187530"),
        ({"enl_uid": 2187530}, "2187530"),
        ({"enl_uid": " 2187530 "}, "2187530"),
        ({"enl_uid": ""}, None),
        ({"enl_uid": " "}, None),
        ({"enl_uid": None}, None),
        ({"enl_uid": True}, None),
        ({"enl_uid": ["2187530"]}, None),
        ({}, None),
    ],
)
def test_the_account_is_told_by_the_answer(token: Mapping[str, Any], uid: str | None) -> None:
    assert enl_uid(token) == uid
