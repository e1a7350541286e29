"""The flow as the frontend drives it: over HTTP, with nothing between."""

from typing import Any

from aiohttp.test_utils import TestClient
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.solar_monitor.const import DOMAIN
from tests.integration.enlighten.kit import auth_domain
from tests.integration.enlighten_flow.kit import (
    FRONTEND,
    Browser,
    assert_form,
    assert_key_form,
    key_input,
    paste,
    show_menu,
)
from tests.integration.envoy_flow.kit import submit
from tests.simulators.enlighten import EnlightenSimulator

pytestmark = pytest.mark.usefixtures("no_set_up")


@pytest.fixture
async def frontend(
    hass: HomeAssistant, hass_client: ClientSessionGenerator
) -> TestClient[Any, Any]:
    """Give a client that is signed in at Home Assistant."""
    assert await async_setup_component(hass, "config", {})
    return await hass_client()


async def test_an_account_is_added(
    hass: HomeAssistant,
    cloud: EnlightenSimulator,
    frontend: TestClient[Any, Any],
    browser: Browser,
) -> None:
    flows = "/api/config/config_entries/flow"

    async def post(path: str, **values: object) -> dict[str, Any]:
        answer = await frontend.post(path, json=values, headers={"HA-Frontend-Base": FRONTEND})
        assert answer.status == 200
        shown: dict[str, Any] = await answer.json()
        return shown

    menu = await post(flows, handler=DOMAIN)
    flow = f"{flows}/{menu['flow_id']}"
    assert (await post(flow, next_step_id="enlighten"))["step_id"] == "enlighten_sign_in"
    out = await post(flow, next_step_id="browser")
    assert (out["type"], out["step_id"]) == ("external", "auth")
    address = await browser.visit(out["url"])
    assert address.startswith(f"{FRONTEND}/auth/external/callback?")
    assert (await browser.come_home(address)).status == 200
    form = await (await frontend.get(flow)).json()
    assert form["step_id"] == "enlighten_key"
    result = await post(flow, **key_input(cloud.application))
    assert result["type"] == "create_entry"
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    assert result["result"]["entry_id"] == entry.entry_id
    assert cloud.application.api_key not in str(result)
    assert entry.data["token"]["access_token"] not in str(result)


async def test_without_a_browser_that_asks_the_application_is_chosen_by_hand(
    hass: HomeAssistant, cloud: EnlightenSimulator
) -> None:
    form = await show_menu(hass)
    assert_form(form, "pick_implementation")
    menu = await submit(hass, form, {"implementation": auth_domain(cloud.application)})
    assert_key_form(await paste(hass, menu, cloud.approve(cloud.redirect_uri)))
