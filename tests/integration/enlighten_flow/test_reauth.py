"""Signing in again: the same account, and nothing else changes."""

from unittest.mock import AsyncMock

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.const import DOMAIN
from tests.integration.enlighten.kit import add_application, auth_domain, entry_for
from tests.integration.enlighten_flow.kit import (
    Browser,
    assert_form,
    assert_menu,
    paste,
    show_menu,
    sign_in,
)
from tests.integration.envoy_flow.kit import assert_aborted, step_text, submit
from tests.simulators.enlighten import Application, EnlightenSimulator

pytestmark = pytest.mark.usefixtures("current_request_with_host", "no_set_up")


@pytest.fixture
async def entry(hass: HomeAssistant, cloud: EnlightenSimulator) -> MockConfigEntry:
    """Give an entry that is loaded, whose tokens are taken back."""
    made = entry_for(cloud)
    made.add_to_hass(hass)
    assert await hass.config_entries.async_setup(made.entry_id)
    cloud.grants.revoke()
    return made


async def begin(hass: HomeAssistant, entry: MockConfigEntry) -> ConfigFlowResult:
    """Start as Home Assistant does, and go on from what it says first."""
    form = await entry.start_reauth_flow(hass)
    assert_form(form, "reauth_confirm_enlighten")
    assert entry.title in step_text(form)
    return await submit(hass, form, {})


@pytest.mark.parametrize("way", ["browser", "code"])
async def test_the_tokens_are_new_and_the_rest_is_as_it_was(
    hass: HomeAssistant,
    cloud: EnlightenSimulator,
    browser: Browser,
    entry: MockConfigEntry,
    no_set_up: AsyncMock,
    way: str,
) -> None:
    before = dict(entry.data)
    menu = await begin(hass, entry)
    if way == "browser":
        result = await sign_in(hass, menu, browser)
    else:
        result = await paste(hass, menu, cloud.approve(cloud.redirect_uri))
    await hass.async_block_till_done()
    assert_aborted(result, "reauth_successful")
    assert entry.data["token"]["access_token"] != before["token"]["access_token"]
    assert cloud.grants.allowed(entry.data["token"]["access_token"])
    assert {**entry.data, "token": None} == {**before, "token": None}
    assert no_set_up.call_count == 2
    assert cloud.count() == 0


@pytest.mark.parametrize("way", ["browser", "code"])
async def test_another_account_is_not_taken(
    hass: HomeAssistant,
    cloud: EnlightenSimulator,
    browser: Browser,
    entry: MockConfigEntry,
    way: str,
) -> None:
    before = dict(entry.data)
    cloud.oauth.user = "777"
    menu = await begin(hass, entry)
    if way == "browser":
        result = await sign_in(hass, menu, browser)
    else:
        result = await paste(hass, menu, cloud.approve(cloud.redirect_uri))
    assert_aborted(result, "wrong_account")
    assert dict(entry.data) == before


async def test_the_title_names_the_account_and_the_cloud(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    await entry.start_reauth_flow(hass)
    (flow,) = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    assert flow["context"]["title_placeholders"] == {"name": entry.title, "host": "127.0.0.1"}


async def test_an_account_may_be_added_while_another_is_to_sign_in_again(
    hass: HomeAssistant, cloud: EnlightenSimulator, entry: MockConfigEntry
) -> None:
    await entry.start_reauth_flow(hass)
    result = await paste(hass, await show_menu(hass), cloud.approve(cloud.redirect_uri))
    assert_aborted(result, "already_configured")


async def test_credentials_that_are_gone_are_asked_for_again(
    hass: HomeAssistant, cloud: EnlightenSimulator
) -> None:
    entry = entry_for(cloud, auth_implementation="deleted")
    entry.add_to_hass(hass)
    menu = await begin(hass, entry)  # the only other ones are taken in their place
    result = await paste(hass, menu, cloud.approve(cloud.redirect_uri))
    assert_aborted(result, "reauth_successful")
    assert entry.data["auth_implementation"] == auth_domain(cloud.application)


async def test_with_several_applications_that_of_the_entry_is_used(
    hass: HomeAssistant, cloud: EnlightenSimulator, entry: MockConfigEntry
) -> None:
    other = Application()
    cloud.applications.insert(0, other)
    await add_application(hass, other)
    menu = await begin(hass, entry)
    assert_menu(menu)
    before = entry.data["auth_implementation"]
    code = cloud.approve(cloud.redirect_uri, cloud.applications[1])
    assert_aborted(await paste(hass, menu, code), "reauth_successful")
    assert entry.data["auth_implementation"] == before
