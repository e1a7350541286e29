"""Signing in that fails: in the browser the flow ends, with a code by hand the form goes on."""

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
import pytest

from custom_components.solar_monitor.const import DOMAIN
from tests.checks.repository import TRANSLATIONS, load_json
from tests.integration.enlighten_flow.kit import (
    Browser,
    ask_again,
    assert_form,
    assert_key_form,
    go_out,
    paste,
    show_menu,
    submit_later,
)
from tests.integration.envoy_flow.kit import (
    assert_aborted,
    choose,
    error_text,
    submit,
    suggestions,
)
from tests.integration.machine import TimeMachine
from tests.simulators.enlighten import Consent, EnlightenSimulator, TokenFault

pytestmark = pytest.mark.usefixtures("current_request_with_host", "no_set_up")

FIELD, FORM = "code", "base"


def code_from(cloud: EnlightenSimulator) -> str:
    """Give a code as Enphase's own page shows it."""
    return cloud.approve(cloud.redirect_uri)


def assert_error(shown: ConfigFlowResult, field: str, key: str) -> None:
    """The same form is shown with one error; what was pasted is not in it."""
    assert_form(shown, "code")
    assert shown["errors"] == {field: key}
    assert error_text(shown)
    assert suggestions(shown) == {}


async def test_a_refusal_in_the_browser_ends_the_flow(
    hass: HomeAssistant, cloud: EnlightenSimulator, browser: Browser
) -> None:
    cloud.oauth.consent = Consent.DENY
    menu = await show_menu(hass)
    address = await go_out(hass, menu, browser)
    assert (await browser.come_home(address)).status == 200
    result = await ask_again(hass, menu)
    assert_aborted(result, "user_rejected_authorize")
    assert result["description_placeholders"] == {"error": "access_denied"}
    assert cloud.oauth.calls == []


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (TokenFault.FAIL, "oauth_failed"),
        (TokenFault.BUSY, "oauth_failed"),
        (TokenFault.HTML, "oauth_failed"),
        (TokenFault.EMPTY, "oauth_failed"),
        (TokenFault.NO_EXPIRY, "oauth_failed"),
        (TokenFault.NO_REFRESH, "oauth_failed"),
        (TokenFault.LOST, "oauth_failed"),
        (TokenFault.SILENT, "oauth_failed"),
    ],
)
async def test_a_fault_behind_the_browser_ends_the_flow_and_says_what_to_do(
    hass: HomeAssistant,
    machine: TimeMachine,
    cloud: EnlightenSimulator,
    browser: Browser,
    fault: TokenFault,
    reason: str,
) -> None:
    cloud.oauth.break_tokens(fault)
    menu = await show_menu(hass)
    await browser.come_home(await go_out(hass, menu, browser))
    result = await machine.finish(ask_again(hass, menu), within_s=60)
    assert_aborted(result, reason)
    assert result["translation_domain"] == DOMAIN
    assert load_json(TRANSLATIONS / "en.json")["config"]["abort"][reason]
    assert hass.config_entries.async_entries(DOMAIN) == []


async def test_a_code_that_came_too_late_ends_the_flow(
    hass: HomeAssistant, cloud: EnlightenSimulator, browser: Browser
) -> None:
    cloud.grants.code_s = 0
    menu = await show_menu(hass)
    await browser.come_home(await go_out(hass, menu, browser))
    result = await ask_again(hass, menu)
    assert_aborted(result, "oauth_unauthorized")
    assert result["translation_domain"] == DOMAIN


async def test_an_answer_that_does_not_say_who_has_signed_in_ends_the_flow(
    hass: HomeAssistant, cloud: EnlightenSimulator
) -> None:
    cloud.oauth.user = ""
    result = await paste(hass, await show_menu(hass), code_from(cloud))
    assert_aborted(result, "oauth_error")


@pytest.mark.usefixtures("cloud")
async def test_a_forged_way_home_changes_nothing(hass: HomeAssistant, browser: Browser) -> None:
    menu = await show_menu(hass)
    address = await go_out(hass, menu, browser)
    forged = f"{address.split('state=')[0]}state=forged"
    assert (await browser.come_home(forged)).status == 400
    assert (await ask_again(hass, menu))["step_id"] == "auth"


@pytest.mark.parametrize(
    ("pasted", "key"),
    [
        ("what is this", "invalid_code"),
        ("https://api.enphaseenergy.com/oauth/redirect_uri", "invalid_code"),
        ("{page}?error=access_denied&error_description=User+denied", "user_rejected_authorize"),
    ],
)
async def test_what_is_no_code_is_named_without_asking(
    hass: HomeAssistant, cloud: EnlightenSimulator, pasted: str, key: str
) -> None:
    text = pasted.format(page=cloud.redirect_uri)
    shown = await paste(hass, await show_menu(hass), text)
    assert_error(shown, FIELD, key)
    assert cloud.oauth.calls == []
    assert_key_form(await submit(hass, shown, {"code": code_from(cloud)}))


@pytest.mark.parametrize("wrong", ["unknown", "used", "expired", "of another page"])
async def test_a_code_that_is_refused_is_named_and_the_next_one_taken(
    hass: HomeAssistant, cloud: EnlightenSimulator, wrong: str
) -> None:
    match wrong:
        case "unknown":
            code = "nobody"
        case "used":
            code = code_from(cloud)
            cloud.grants.redeem(code, cloud.application, cloud.redirect_uri)
        case "expired":
            cloud.grants.code_s = 0
            code = code_from(cloud)
        case _:
            code = cloud.approve("https://example.com/elsewhere")
    shown = await paste(hass, await show_menu(hass), code)
    assert_error(shown, FIELD, "code_refused")

    cloud.grants.code_s = 600
    assert_key_form(await submit(hass, shown, {"code": code_from(cloud)}))


@pytest.mark.parametrize(
    ("fault", "key"),
    [
        (TokenFault.FAIL, "cloud_fault"),
        (TokenFault.BUSY, "cloud_fault"),
        (TokenFault.HTML, "cannot_connect"),
        (TokenFault.EMPTY, "cannot_connect"),
        (TokenFault.NO_EXPIRY, "cannot_connect"),
        (TokenFault.NO_REFRESH, "cannot_connect"),
        (TokenFault.LOST, "cannot_connect"),
        (TokenFault.SILENT, "cannot_connect"),
    ],
)
async def test_a_fault_while_the_code_is_redeemed_is_named_and_the_form_goes_on(
    hass: HomeAssistant,
    machine: TimeMachine,
    cloud: EnlightenSimulator,
    fault: TokenFault,
    key: str,
) -> None:
    form = await choose(hass, await show_menu(hass), "code")
    cloud.oauth.break_tokens(fault, times=1)
    answer = submit(hass, form, {"code": code_from(cloud)})
    shown = await machine.finish(answer, within_s=60)
    assert_error(shown, FORM, key)
    shown = await submit_later(machine, hass, shown, {"code": code_from(cloud)})
    assert_key_form(shown)


async def test_without_a_connection_the_form_goes_on(
    hass: HomeAssistant, machine: TimeMachine, cloud: EnlightenSimulator
) -> None:
    form = await choose(hass, await show_menu(hass), "code")
    await cloud.close()
    shown = await submit_later(machine, hass, form, {"code": code_from(cloud)})
    assert_error(shown, FORM, "cannot_connect")
    await cloud.open()
    shown = await submit_later(machine, hass, shown, {"code": code_from(cloud)})
    assert_key_form(shown)
