"""Switches do what they say, and say what became of it."""

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.clients.errors import NoAnswerError
from tests.integration.conftest import SetUp
from tests.integration.glue.kit import own, state_of
from tests.integration.glue.toy import Toy

LAMP = own("live_mode")


async def turn(hass: HomeAssistant, *, on: bool) -> None:
    """Turn the switch as an automation does."""
    await hass.services.async_call(
        "switch",
        "turn_on" if on else "turn_off",
        {"entity_id": state_of(hass, LAMP).entity_id},
        blocking=True,
    )


async def test_a_switch_is_turned_on_and_off(
    hass: HomeAssistant, set_up: SetUp, toy: Toy, toy_config: MockConfigEntry
) -> None:
    await set_up(toy_config)
    assert state_of(hass, LAMP).state == "off"
    for on in (True, False):
        await turn(hass, on=on)
        assert toy.lamp is on
        assert state_of(hass, LAMP).state == ("on" if on else "off")


async def test_a_switch_that_turns_itself_off_says_so(
    hass: HomeAssistant, set_up: SetUp, toy: Toy, toy_config: MockConfigEntry
) -> None:
    await set_up(toy_config)
    await turn(hass, on=True)
    toy.tell({"live_mode": False})
    assert state_of(hass, LAMP).state == "off"


async def test_a_switch_that_the_device_does_not_take_says_why_and_stays(
    hass: HomeAssistant, set_up: SetUp, toy: Toy, toy_config: MockConfigEntry
) -> None:
    await set_up(toy_config)
    toy.lamp_error = NoAnswerError()
    with pytest.raises(HomeAssistantError, match="Toy could not be switched: no answer in time"):
        await turn(hass, on=True)
    assert state_of(hass, LAMP).state == "off"
