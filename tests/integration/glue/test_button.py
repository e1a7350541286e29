"""Buttons do what they say once, and say why nothing came of it."""

import asyncio

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.clients.errors import NoAnswerError
from tests.integration.conftest import SetUp
from tests.integration.glue.kit import own, state_of
from tests.integration.glue.toy import SILENCE, Toy

BELL = own("refresh")


async def press(hass: HomeAssistant) -> None:
    """Press the button as an automation does."""
    await hass.services.async_call(
        "button", "press", {"entity_id": state_of(hass, BELL).entity_id}, blocking=True
    )


async def test_a_button_does_it_and_remembers_when(
    hass: HomeAssistant, set_up: SetUp, toy: Toy, toy_config: MockConfigEntry
) -> None:
    await set_up(toy_config)
    assert state_of(hass, BELL).state == "unknown"
    await press(hass)
    assert toy.rings == 1
    assert state_of(hass, BELL).state.startswith("2026-11-20T19:")


async def test_a_button_is_there_while_the_device_is_away(
    hass: HomeAssistant, set_up: SetUp, toy: Toy, toy_config: MockConfigEntry
) -> None:
    toy.error = SILENCE
    await set_up(toy_config)
    await press(hass)
    assert toy.rings == 1


async def test_a_button_that_the_device_does_not_take_says_why_and_can_be_pressed_again(
    hass: HomeAssistant, set_up: SetUp, toy: Toy, toy_config: MockConfigEntry
) -> None:
    await set_up(toy_config)
    toy.ring_error = NoAnswerError()
    with pytest.raises(HomeAssistantError, match="Toy did not do it: no answer in time"):
        await press(hass)
    toy.ring_error = None
    await press(hass)
    assert toy.rings == 2


async def test_what_a_source_itself_says_about_a_press_is_what_the_user_reads(
    hass: HomeAssistant, set_up: SetUp, toy: Toy, toy_config: MockConfigEntry
) -> None:
    await set_up(toy_config)
    toy.ring_error = HomeAssistantError("the clapper is gone")
    with pytest.raises(HomeAssistantError, match="^the clapper is gone$"):
        await press(hass)


async def test_a_press_during_another_one_is_refused_and_does_nothing(
    hass: HomeAssistant, set_up: SetUp, toy: Toy, toy_config: MockConfigEntry
) -> None:
    await set_up(toy_config)
    toy.ringing.clear()
    first = asyncio.create_task(press(hass))
    while toy.rings == 0:
        await asyncio.sleep(0)
    with pytest.raises(HomeAssistantError, match="already under way"):
        await press(hass)
    toy.ringing.set()
    await first
    assert toy.rings == 1
    await press(hass)
    assert toy.rings == 2
