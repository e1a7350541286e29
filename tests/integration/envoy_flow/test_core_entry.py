"""Next to Home Assistant's own integration: said plainly, and asked for less often."""

from homeassistant.config_entries import SOURCE_IGNORE, ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.sources.envoy.core_entry import default_poll_interval
from tests.integration.envoy.kit import SERIAL
from tests.integration.envoy_flow.kit import (
    OTHER_SERIAL,
    announce,
    assert_menu,
    created,
    find,
    paste,
    step_text,
    submit,
)
from tests.simulators.envoy import EnvoySimulator

pytestmark = pytest.mark.usefixtures("no_set_up")


def core_entry(hass: HomeAssistant, **settings: object) -> None:
    """Let Home Assistant's own integration have an entry."""
    entry = MockConfigEntry(**{"domain": "enphase_envoy", "unique_id": SERIAL} | settings)
    entry.add_to_hass(hass)


async def test_what_it_means_is_said_before_signing_in(
    hass: HomeAssistant, gateway: EnvoySimulator
) -> None:
    core_entry(hass)
    shown = await find(hass, gateway)
    assert (shown["type"], shown["step_id"]) == (FlowResultType.FORM, "core_entry")
    text = step_text(shown)
    assert gateway.serial in text
    assert "polled twice" in text
    assert "every 60 seconds" in text
    assert "only one production sensor" in text

    shown = await submit(hass, shown, {})
    assert_menu(shown)
    entry = created(await paste(hass, shown, gateway.token()))
    assert entry.options == {"poll_interval": 60}


async def test_old_firmware_is_added_by_the_confirmation(
    hass: HomeAssistant, old_gateway: EnvoySimulator
) -> None:
    core_entry(hass)
    entry = created(await submit(hass, await find(hass, old_gateway), {}))
    assert entry.options == {"poll_interval": 60}


async def test_it_is_said_after_a_discovery_too(
    hass: HomeAssistant, gateway: EnvoySimulator
) -> None:
    core_entry(hass)
    shown = await announce(hass, "127.0.0.1", serial=gateway.serial, port=gateway.port)
    shown = await submit(hass, shown, {})
    assert shown["step_id"] == "core_entry"


@pytest.mark.parametrize(
    "settings",
    [
        {"unique_id": OTHER_SERIAL},
        {"disabled_by": ConfigEntryDisabler.USER},
        {"source": SOURCE_IGNORE},
        {"domain": "enphase_ev"},
    ],
)
async def test_an_entry_that_does_not_poll_this_gateway_does_not_matter(
    hass: HomeAssistant, gateway: EnvoySimulator, settings: dict[str, object]
) -> None:
    core_entry(hass, **settings)
    assert_menu(await find(hass, gateway))
    assert default_poll_interval(hass, gateway.serial) == 30


async def test_the_default_follows_the_other_entry(
    hass: HomeAssistant, gateway: EnvoySimulator
) -> None:
    assert default_poll_interval(hass, gateway.serial) == 30
    core_entry(hass)
    assert default_poll_interval(hass, gateway.serial) == 60
