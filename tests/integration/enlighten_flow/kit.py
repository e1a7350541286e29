"""What the tests of the Enlighten flow share."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from aiohttp import ClientResponse, ClientSession
from aiohttp.test_utils import TestClient
from homeassistant.config_entries import SOURCE_USER, ConfigFlowResult
from homeassistant.data_entry_flow import FlowResultType
from yarl import URL

from custom_components.solar_monitor.const import DOMAIN
from tests.integration.envoy_flow.kit import choose, submit
from tests.integration.machine import TimeMachine
from tests.simulators.enlighten import Application, EnlightenSimulator

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

FRONTEND: Final = "https://example.com"
"""Where the user's browser sees Home Assistant (the fixture `current_request_with_host`)."""


class Browser:
    """The user's browser: sees Enphase's page, and comes back to Home Assistant."""

    def __init__(self, session: ClientSession, home: TestClient[Any, Any]) -> None:
        """Take a way to Enphase and one to Home Assistant."""
        self._session = session
        self._home = home

    async def visit(self, url: str) -> str:
        """Open a page of Enphase's; give the address that it leads to."""
        async with self._session.get(url, allow_redirects=False) as answer:
            assert answer.status == 302
            return answer.headers["Location"]

    async def read(self, url: str) -> str:
        """Open a page and give its text."""
        async with self._session.get(url) as answer:
            assert answer.status == 200
            return await answer.text()

    async def come_home(self, address: str) -> ClientResponse:
        """Open an address of Home Assistant's."""
        return await self._home.get(str(URL(address).relative()))


async def show_menu(hass: HomeAssistant) -> ConfigFlowResult:
    """Choose an Enphase account; give the menu of the ways to sign in."""
    menu = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert (menu["type"], menu["step_id"]) == (FlowResultType.MENU, "user")
    return await choose(hass, menu, "enlighten")


async def go_out(hass: HomeAssistant, menu: ConfigFlowResult, browser: Browser) -> str:
    """Choose the browser and sign in there; give the address that it is sent home with."""
    assert_menu(menu)
    out = await choose(hass, menu, "browser")
    assert (out["type"], out["step_id"]) == (FlowResultType.EXTERNAL_STEP, "auth")
    return await browser.visit(out["url"])


async def sign_in(
    hass: HomeAssistant, menu: ConfigFlowResult, browser: Browser
) -> ConfigFlowResult:
    """Sign in with the browser, and give what the flow shows then."""
    answer = await browser.come_home(await go_out(hass, menu, browser))
    assert answer.status == 200
    return await ask_again(hass, menu)


async def paste(hass: HomeAssistant, menu: ConfigFlowResult, text: str) -> ConfigFlowResult:
    """Choose to enter the code, and enter something."""
    assert_menu(menu)
    return await submit(hass, await choose(hass, menu, "code"), {"code": text})


async def ask_again(hass: HomeAssistant, shown: ConfigFlowResult) -> ConfigFlowResult:
    """Ask what a flow shows now, as a browser does that was loaded anew."""
    return await hass.config_entries.flow.async_configure(shown["flow_id"])


async def show_key_form(hass: HomeAssistant, cloud: EnlightenSimulator) -> ConfigFlowResult:
    """Sign in, and give the form for the key."""
    shown = await paste(hass, await show_menu(hass), cloud.approve(cloud.redirect_uri))
    assert_key_form(shown)
    return shown


def key_input(application: Application, **changes: str) -> dict[str, str]:
    """Give what the user enters in the form for the key."""
    plan = application.plan.name.lower()
    return {"api_key": application.api_key, "plan": plan, "profile": "cloud_only"} | changes


async def submit_later(
    machine: TimeMachine,
    hass: HomeAssistant,
    shown: ConfigFlowResult,
    user_input: Mapping[str, Any],
) -> ConfigFlowResult:
    """Answer a form, and let as much time pass as the answer takes: calls are seconds apart."""
    return await machine.finish(submit(hass, shown, user_input))


def assert_menu(shown: ConfigFlowResult) -> None:
    """The user is offered the two ways to sign in."""
    assert (shown["type"], shown["step_id"]) == (FlowResultType.MENU, "enlighten_sign_in")
    assert shown["menu_options"] == ["browser", "code"]


def assert_form(shown: ConfigFlowResult, step_id: str) -> None:
    """A form is shown."""
    assert (shown["type"], shown["step_id"]) == (FlowResultType.FORM, step_id)


def assert_key_form(shown: ConfigFlowResult) -> None:
    """The user is asked for the key."""
    assert_form(shown, "enlighten_key")


def choices(shown: ConfigFlowResult, field: str = "systems") -> dict[str, str]:
    """Give what can be chosen in a field of a form: values and what they are called."""
    schema = shown["data_schema"]
    assert schema is not None
    return {option["value"]: option["label"] for option in schema.schema[field].config["options"]}
