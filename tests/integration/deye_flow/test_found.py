"""Loggers that were found in the network are offered first."""

from collections.abc import AsyncIterator
from functools import partial
from unittest.mock import AsyncMock

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.solar_monitor.clients.solarman.discovery import discover
from custom_components.solar_monitor.sources.deye import flow
from tests.integration.deye import entry_for
from tests.integration.deye_flow.kit import (
    MAC,
    address,
    fields_in_browser,
    show_form,
    submit,
    suggestions,
)
from tests.simulators.logger import DiscoveryResponder, Fault, LoggerSimulator

OTHER_SERIAL = 1_782_345_394

BROADCAST_ADDRESSES = "homeassistant.components.network.async_get_ipv4_broadcast_addresses"


@pytest.fixture
async def responder(
    logger: LoggerSimulator, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[DiscoveryResponder]:
    """A logger that answers the search; its port stands for the usual one."""
    simulator = DiscoveryResponder(serial=logger.serial)
    await simulator.start()
    monkeypatch.setattr(flow, "discover", partial(discover, port=simulator.port, timeout=0.1))
    monkeypatch.setattr(BROADCAST_ADDRESSES, AsyncMock(return_value={"127.0.0.1"}))
    monkeypatch.setattr(flow, "DEFAULT_PORT", logger.port)
    yield simulator
    await simulator.stop()


@pytest.mark.usefixtures("no_set_up")
async def test_a_logger_that_was_found_is_added_by_one_choice(
    hass: HomeAssistant, logger: LoggerSimulator, responder: DiscoveryResponder
) -> None:
    shown = await show_form(hass)
    assert responder.asked
    assert shown["step_id"] == "pick"
    serial = str(logger.serial)
    assert suggestions(shown) == {"logger": serial}
    created = await submit(hass, shown, {"logger": serial})
    assert created["type"] is FlowResultType.CREATE_ENTRY
    assert created["data"]["mac"] == MAC
    assert created["data"]["host"] == logger.host
    assert set(logger.serials_asked) == {logger.serial}


@pytest.mark.usefixtures("responder")
async def test_the_list_of_found_loggers_reaches_the_browser(
    hass: HomeAssistant, logger: LoggerSimulator, hass_client: ClientSessionGenerator
) -> None:
    (field,) = await fields_in_browser(hass, hass_client)
    assert field["selector"]["select"]["options"] == [
        {"value": str(logger.serial), "label": f"127.0.0.1 ({logger.serial})"},
        {"value": "by_hand", "label": "by_hand"},
    ]


@pytest.mark.usefixtures("no_set_up", "responder")
async def test_an_address_can_still_be_entered_by_hand(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    shown = await submit(hass, await show_form(hass), {"logger": "by_hand"})
    assert shown["step_id"] == "deye"
    assert not shown["errors"]
    created = await submit(hass, shown, address(logger))
    assert created["type"] is FlowResultType.CREATE_ENTRY
    assert created["data"]["mac"] == MAC


@pytest.mark.usefixtures("no_set_up", "responder")
async def test_a_found_logger_that_fails_leads_to_the_filled_form(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    logger.fault = Fault.SILENCE
    shown = await submit(hass, await show_form(hass), {"logger": str(logger.serial)})
    assert (shown["step_id"], shown["errors"]) == ("deye", {"base": "no_answer"})
    assert suggestions(shown)["host"] == logger.host
    assert suggestions(shown)["advanced"]["serial"] == str(logger.serial)

    logger.fault = Fault.NONE
    created = await submit(hass, shown, suggestions(shown))
    assert created["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.usefixtures("responder")
async def test_a_logger_that_is_there_already_is_not_offered(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    entry_for(logger).add_to_hass(hass)
    shown = await show_form(hass)
    assert shown["step_id"] == "deye"


@pytest.mark.parametrize("error", [OSError, ValueError])
async def test_a_search_that_fails_does_not_keep_the_form_away(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    monkeypatch.setattr(BROADCAST_ADDRESSES, AsyncMock(side_effect=error))
    shown = await show_form(hass)
    assert shown["step_id"] == "deye"
