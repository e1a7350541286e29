"""An account is added: signed in, its key checked, its systems chosen."""

from collections.abc import Callable
from typing import Any
from unittest.mock import AsyncMock

from homeassistant.config_entries import SOURCE_USER, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import (
    WebSocketGenerator,
)

from custom_components.solar_monitor.const import DOMAIN
from custom_components.solar_monitor.sources import SOURCES
from tests.checks.repository import TRANSLATIONS, load_json
from tests.integration.enlighten.kit import SYSTEM, add_application, auth_domain, cloud_at
from tests.integration.enlighten_flow.kit import (
    Browser,
    ask_again,
    assert_form,
    assert_key_form,
    assert_menu,
    key_input,
    paste,
    show_key_form,
    show_menu,
    sign_in,
)
from tests.integration.envoy_flow.kit import (
    assert_aborted,
    choose,
    created,
    step_text,
    submit,
    suggestions,
)
from tests.simulators.enlighten import OWNER, Application, Endpoint, EnlightenSimulator, Plan

pytestmark = pytest.mark.usefixtures("current_request_with_host", "no_set_up")

CODE = "aB3-_x"


@pytest.fixture
async def no_application(hass: HomeAssistant) -> None:
    """Let Home Assistant know no client ID and secret."""
    assert await async_setup_component(hass, "application_credentials", {})


def data_of(cloud: EnlightenSimulator, token: dict[str, Any]) -> dict[str, Any]:
    """Give what the entry of the first system remembers."""
    return {
        "source": "enlighten",
        "auth_implementation": auth_domain(cloud.application),
        "token": token,
        "api_key": cloud.application.api_key,
        "plan": "watt",
        "systems": [SYSTEM],
        "identity": {
            str(SYSTEM): {
                "name": "Acacia Road 12",
                "time_zone": "US/Pacific",
                "cellular": False,
                "gateways": [],
            }
        },
        "id_prefix": "enl",
    }


async def test_with_the_browser(
    hass: HomeAssistant, cloud: EnlightenSimulator, browser: Browser
) -> None:
    form = await sign_in(hass, await show_menu(hass), browser)
    assert_key_form(form)
    assert suggestions(form) == {"plan": "watt", "profile": "cloud_only"}

    entry = created(await submit(hass, form, key_input(cloud.application)))
    token: dict[str, Any] = entry.data["token"]
    assert token["enl_uid"] == entry.unique_id == OWNER
    assert entry.title == "Enphase account"
    assert entry.data == data_of(cloud, token)
    assert entry.options == {"profile": "cloud_only", "paused": []}
    assert [call.endpoint for call in cloud.calls] == [Endpoint.SYSTEMS]
    assert cloud.used() == 1
    assert [call.grant_type for call in cloud.oauth.calls] == ["authorization_code"]


@pytest.mark.parametrize(
    "pasted",
    [
        "{code}",
        " {code}\n",
        "{address}",
        "{address}&state=whatever#top",
        "code={code}",
        "Authorization code: {code}",
    ],
)
async def test_with_a_code_that_is_entered_by_hand(
    hass: HomeAssistant, cloud: EnlightenSimulator, browser: Browser, pasted: str
) -> None:
    form = await choose(hass, await show_menu(hass), "code")
    assert_form(form, "code")
    page = (form["description_placeholders"] or {})["code_url"]
    assert page in step_text(form)
    address = await browser.visit(page)
    _, code = address.split("code=")
    assert code in await browser.read(address)

    form = await submit(hass, form, {"code": pasted.format(code=code, address=address)})
    assert_key_form(form)
    entry = created(await submit(hass, form, key_input(cloud.application)))
    assert entry.data == data_of(cloud, entry.data["token"])
    assert entry.data["token"].keys() >= {"access_token", "refresh_token", "expires_at"}


@pytest.mark.usefixtures("no_application")
async def test_without_credentials_home_assistant_asks_for_them(hass: HomeAssistant) -> None:
    result = await show_menu(hass)
    assert_aborted(result, "missing_credentials")
    assert result["translation_domain"] == "homeassistant"


async def test_the_menu_offers_every_kind_of_source_and_says_what_comes_first(
    hass: HomeAssistant,
) -> None:
    menu = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert menu["menu_options"] == [*SOURCES, "site"]
    assert "enlighten" in SOURCES
    texts = load_json(TRANSLATIONS / "en.json")["config"]["step"]["user"]
    assert "menu starts again" in texts["menu_option_descriptions"]["enlighten"]


@pytest.mark.usefixtures("no_application")
async def test_the_dialog_for_credentials_says_where_to_get_them_and_what_comes_after(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator
) -> None:
    client = await hass_ws_client(hass)
    await client.send_json_auto_id({"type": "application_credentials/config"})
    answer = (await client.receive_json())["result"]
    assert DOMAIN in answer["domains"]
    given = answer["integrations"][DOMAIN]["description_placeholders"]
    text = load_json(TRANSLATIONS / "en.json")["application_credentials"]["description"]
    shown = text.format(**given)
    assert "https://developer-v4.enphase.com" in shown
    assert "menu of Solar Monitor starts again" in shown


@pytest.mark.usefixtures("no_application")
async def test_once_there_are_credentials_the_same_choice_goes_on(hass: HomeAssistant) -> None:
    assert_aborted(await show_menu(hass), "missing_credentials")
    async with cloud_at(hass):
        assert_menu(await show_menu(hass))


async def test_one_of_several_applications_is_chosen_first(
    hass: HomeAssistant, cloud: EnlightenSimulator, browser: Browser
) -> None:
    other = Application(plan=Plan.KILOWATT)
    cloud.applications.append(other)
    await add_application(hass, other)
    form = await show_menu(hass)
    assert_form(form, "pick_implementation")
    menu = await submit(hass, form, {"implementation": auth_domain(other)})
    form = await sign_in(hass, menu, browser)
    entry = created(await submit(hass, form, key_input(other)))
    assert entry.data["auth_implementation"] == auth_domain(other)
    assert entry.data["plan"] == "kilowatt"
    assert (cloud.used(cloud.application), cloud.used(other)) == (0, 1)


async def test_a_key_with_blanks_around_it_is_good(
    hass: HomeAssistant, cloud: EnlightenSimulator
) -> None:
    key = cloud.application.api_key
    form = await show_key_form(hass, cloud)
    typed = key_input(cloud.application, api_key=f"  {key}\n")
    assert created(await submit(hass, form, typed)).data["api_key"] == key


@pytest.mark.parametrize("profile", ["companion", "cloud_only", "alarms_only"])
@pytest.mark.parametrize("plan", ["watt", "kilowatt", "megawatt", "partner"])
async def test_plan_and_profile_are_those_that_were_chosen(
    hass: HomeAssistant, cloud: EnlightenSimulator, plan: str, profile: str
) -> None:
    form = await show_key_form(hass, cloud)
    typed = key_input(cloud.application, plan=plan, profile=profile)
    entry = created(await submit(hass, form, typed))
    assert entry.data["plan"] == plan
    assert entry.options["profile"] == profile


@pytest.mark.parametrize(
    ("kind", "profile"), [("envoy", "companion"), ("deye", "cloud_only"), ("site", "cloud_only")]
)
async def test_only_a_gateway_that_reads_the_same_panels_makes_the_cloud_its_companion(
    hass: HomeAssistant, cloud: EnlightenSimulator, kind: str, profile: str
) -> None:
    MockConfigEntry(domain=DOMAIN, unique_id="other", data={"source": kind}).add_to_hass(hass)
    assert suggestions(await show_key_form(hass, cloud))["profile"] == profile


async def test_a_device_that_is_ignored_makes_no_companion(
    hass: HomeAssistant, cloud: EnlightenSimulator
) -> None:
    MockConfigEntry(domain=DOMAIN, unique_id="other", source="ignore", data={}).add_to_hass(hass)
    form = await show_key_form(hass, cloud)
    assert suggestions(form)["profile"] == "cloud_only"
    created(await submit(hass, form, key_input(cloud.application)))


@pytest.mark.parametrize("second", ["browser", "code"])
async def test_an_account_is_added_once(
    hass: HomeAssistant, cloud: EnlightenSimulator, browser: Browser, second: str
) -> None:
    form = await show_key_form(hass, cloud)
    created(await submit(hass, form, key_input(cloud.application)))
    menu = await show_menu(hass)
    if second == "browser":
        result = await sign_in(hass, menu, browser)
    else:
        result = await paste(hass, menu, cloud.approve(cloud.redirect_uri))
    assert_aborted(result, "already_configured")
    assert cloud.count() == 1


async def test_of_two_flows_with_one_account_the_second_ends(
    hass: HomeAssistant, cloud: EnlightenSimulator
) -> None:
    first, second = await show_key_form(hass, cloud), await show_key_form(hass, cloud)
    created(await submit(hass, first, key_input(cloud.application)))
    in_progress = [flow["flow_id"] for flow in hass.config_entries.flow.async_progress()]
    assert second["flow_id"] not in in_progress
    assert len(hass.config_entries.async_entries(DOMAIN)) == 1


async def _browser_menu(hass: HomeAssistant, _: EnlightenSimulator) -> ConfigFlowResult:
    return await show_menu(hass)


async def _outside(hass: HomeAssistant, _: EnlightenSimulator) -> ConfigFlowResult:
    return await choose(hass, await show_menu(hass), "browser")


async def _code(hass: HomeAssistant, _: EnlightenSimulator) -> ConfigFlowResult:
    return await choose(hass, await show_menu(hass), "code")


@pytest.mark.parametrize("go", [_browser_menu, _outside, _code, show_key_form])
async def test_a_page_that_is_loaded_again_shows_the_same_step(
    hass: HomeAssistant, cloud: EnlightenSimulator, go: Callable[..., Any]
) -> None:
    shown: ConfigFlowResult = await go(hass, cloud)
    again = await ask_again(hass, shown)
    assert (again["type"], again["step_id"]) == (shown["type"], shown["step_id"])
    assert again["type"] in {
        FlowResultType.MENU,
        FlowResultType.FORM,
        FlowResultType.EXTERNAL_STEP,
    }


async def test_the_entry_is_set_up_once(
    hass: HomeAssistant, cloud: EnlightenSimulator, no_set_up: AsyncMock
) -> None:
    form = await show_key_form(hass, cloud)
    created(await submit(hass, form, key_input(cloud.application)))
    assert no_set_up.call_count == 1
