"""Canaries: keys, tokens, codes and names are found again wherever they leak."""

from collections.abc import AsyncIterator
import logging

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
import pytest

from custom_components.solar_monitor.sources.enlighten.entries import account_of
from tests.integration.enlighten.kit import cloud_at, entry_for
from tests.integration.enlighten_flow.kit import (
    Browser,
    choices,
    key_input,
    paste,
    show_key_form,
    show_menu,
    sign_in,
    submit_later,
)
from tests.integration.envoy_flow.kit import created, submit, suggestions
from tests.integration.machine import TimeMachine
from tests.simulators.enlighten import (
    EVERYWHERE,
    Application,
    EnlightenSimulator,
    Fault,
    TokenFault,
)

pytestmark = pytest.mark.usefixtures("current_request_with_host", "no_set_up")

KEY = "canary0key0canary0key0canary0key"
SECRET = "canary0secret0canary0secret0can"  # noqa: S105 - a canary
NAME = "Canary Lane 7391"
CODE = "canary0code"


@pytest.fixture
async def cloud(hass: HomeAssistant) -> AsyncIterator[EnlightenSimulator]:
    """Give a cloud that knows the canaries."""
    application = Application(api_key=KEY, client_secret=SECRET)
    async with cloud_at(hass, {"name": NAME}, {}, applications=[application]) as simulator:
        yield simulator


@pytest.fixture(autouse=True)
def everything_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Log what a user's debug log holds, and more; not what web servers note of each request."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.CRITICAL, "aiohttp.access")


def leaks(text: str, cloud: EnlightenSimulator) -> list[str]:
    """Name the secrets in a text: also any token or code that the cloud ever gave."""
    given = (cloud.grants.access, cloud.grants.refresh, cloud.grants.codes)
    secrets = {KEY, SECRET, CODE}.union(*given)
    return [secret for secret in secrets if secret in text]


def seen_by_browser(result: ConfigFlowResult) -> str:
    """Give all that a browser gets of a step, defaults and suggested values included."""
    schema = result.get("data_schema")
    filled = suggestions(result) if schema else {}
    fields = [getattr(field, "config", None) for field in schema.schema.values()] if schema else []
    # Home Assistant keeps these to itself when a flow has made an entry.
    kept_back = {"data", "result", "data_schema"}
    shown = {key: value for key, value in result.items() if key not in kept_back}
    return f"{shown} {filled} {fields}"


@pytest.mark.parametrize("text", [CODE, f"no {CODE}", f"https://example.com/?code={CODE}"])
async def test_a_code_is_not_repeated(
    hass: HomeAssistant, cloud: EnlightenSimulator, caplog: pytest.LogCaptureFixture, text: str
) -> None:
    shown = await paste(hass, await show_menu(hass), text)
    assert shown["errors"]
    assert leaks(seen_by_browser(shown) + caplog.text, cloud) == []


@pytest.mark.parametrize("fault", list(TokenFault))
async def test_what_the_token_endpoint_says_is_not_repeated(
    hass: HomeAssistant,
    machine: TimeMachine,
    cloud: EnlightenSimulator,
    caplog: pytest.LogCaptureFixture,
    fault: TokenFault,
) -> None:
    cloud.oauth.break_tokens(fault)
    code = cloud.approve(cloud.redirect_uri)
    shown = await machine.finish(paste(hass, await show_menu(hass), code))
    assert code not in seen_by_browser(shown)
    assert leaks(seen_by_browser(shown) + caplog.text, cloud) == []


@pytest.mark.parametrize("fault", list(Fault))
async def test_the_key_is_not_repeated_and_no_name_is_logged(
    hass: HomeAssistant,
    machine: TimeMachine,
    cloud: EnlightenSimulator,
    caplog: pytest.LogCaptureFixture,
    fault: Fault,
) -> None:
    form = await show_key_form(hass, cloud)
    cloud.fault(EVERYWHERE, fault)
    shown = await submit_later(machine, hass, form, key_input(cloud.application))
    assert leaks(seen_by_browser(form) + seen_by_browser(shown) + caplog.text, cloud) == []
    assert NAME not in caplog.text


async def test_a_flow_that_ends_well_repeats_nothing(
    hass: HomeAssistant,
    cloud: EnlightenSimulator,
    browser: Browser,
    caplog: pytest.LogCaptureFixture,
) -> None:
    form = await sign_in(hass, await show_menu(hass), browser)
    choice = await submit(hass, form, key_input(cloud.application))
    assert NAME in str(choices(choice))
    result = await submit(hass, choice, suggestions(choice))
    shown = "".join(map(seen_by_browser, (form, choice, result)))
    assert leaks(shown + caplog.text, cloud) == []
    assert NAME not in caplog.text
    entry = created(result)
    assert NAME not in entry.title
    assert leaks(repr(account_of(entry)) + repr(entry), cloud) == []
    assert NAME not in repr(account_of(entry))


async def test_forms_about_an_entry_hold_none_of_its_secrets(
    hass: HomeAssistant, cloud: EnlightenSimulator, caplog: pytest.LogCaptureFixture
) -> None:
    entry = entry_for(cloud)
    entry.add_to_hass(hass)
    changing = await entry.start_reconfigure_flow(hass)
    signing_in = await entry.start_reauth_flow(hass)
    options = await hass.config_entries.options.async_init(entry.entry_id)
    shown = "".join(map(seen_by_browser, (changing, signing_in, options)))
    in_progress = str(hass.config_entries.flow.async_progress())
    assert leaks(shown + in_progress + caplog.text, cloud) == []
