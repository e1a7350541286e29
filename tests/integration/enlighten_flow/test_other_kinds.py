"""One class has the flows of all kinds: none takes a step of another over."""

from itertools import combinations

from homeassistant.config_entries import ConfigFlow
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.config_entry_oauth2_flow import AbstractOAuth2FlowHandler
import pytest

from custom_components.solar_monitor.config_flow import SolarMonitorConfigFlow
from custom_components.solar_monitor.site.flow import SiteFlow
from custom_components.solar_monitor.sources.deye.flow import DeyeFlow
from custom_components.solar_monitor.sources.enlighten.flow import EnlightenFlow
from custom_components.solar_monitor.sources.envoy.flow import EnvoyFlow
from tests.integration.enlighten.kit import entry_for
from tests.integration.enlighten_flow.kit import assert_form
from tests.integration.envoy.kit import entry_for as gateway_entry_for, gateway_at
from tests.integration.envoy_flow.kit import announce, submit
from tests.simulators.enlighten import EnlightenSimulator

pytestmark = pytest.mark.usefixtures("current_request_with_host", "no_set_up")

HOME_ASSISTANTS = frozenset({"async_step_bluetooth", "async_step_homekit", "async_step_ssdp"})
"""Steps for discoveries that our manifest does not ask for."""


def own_names(flow: type[ConfigFlow]) -> set[str]:
    """Name what a kind's flow adds to Home Assistant's."""
    classes = [base for base in flow.__mro__ if base not in ConfigFlow.__mro__]
    names = {name for base in classes for name in vars(base)}
    return {name for name in names if not name.startswith("__") and not hasattr(ConfigFlow, name)}


def test_no_two_kinds_use_one_name_for_different_things() -> None:
    shared = {"_abc_impl", "__static_attributes__"}
    for one, other in combinations((DeyeFlow, EnvoyFlow, EnlightenFlow, SiteFlow), 2):
        assert own_names(one) & own_names(other) - shared == set()


def test_no_step_is_left_to_the_sign_in_of_home_assistant_that_is_not_about_it() -> None:
    taken_over = {
        name
        for name in vars(AbstractOAuth2FlowHandler)
        if name.startswith("async_step_")
        and hasattr(ConfigFlow, name)
        and getattr(SolarMonitorConfigFlow, name) is getattr(AbstractOAuth2FlowHandler, name)
    }
    assert taken_over == HOME_ASSISTANTS


@pytest.mark.usefixtures("cloud")
async def test_a_gateway_that_is_announced_is_not_asked_to_sign_in_at_the_cloud(
    hass: HomeAssistant,
) -> None:
    shown = await announce(hass, "192.168.1.60", serial="122302011111")
    assert_form(shown, "zeroconf_confirm")


async def test_each_kind_signs_in_again_and_is_changed_in_its_own_way(
    hass: HomeAssistant, cloud: EnlightenSimulator
) -> None:
    account = entry_for(cloud)
    account.add_to_hass(hass)
    async with gateway_at(hass) as gateway:
        local = gateway_entry_for(gateway)
        local.add_to_hass(hass)
        shown = await local.start_reauth_flow(hass)
        assert_form(shown, "reauth_confirm")
        shown = await submit(hass, shown, {})
        assert (shown["type"], shown["step_id"]) == (FlowResultType.MENU, "sign_in")
        assert_form(await local.start_reconfigure_flow(hass), "reconfigure_envoy")
        assert_form(await hass.config_entries.options.async_init(local.entry_id), "envoy")
    assert_form(await account.start_reauth_flow(hass), "reauth_confirm_enlighten")
    assert_form(await account.start_reconfigure_flow(hass), "reconfigure_enlighten")
    assert_form(await hass.config_entries.options.async_init(account.entry_id), "enlighten")
