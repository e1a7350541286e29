"""A device that gets an address is asked before anybody is bothered with it."""

from unittest.mock import AsyncMock

from homeassistant.config_entries import SOURCE_IGNORE, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.const import DOMAIN
from custom_components.solar_monitor.sources.deye import flow
from tests.integration.deye import entry_for
from tests.integration.deye_flow.kit import (
    MAC,
    OTHER_HOST,
    OTHER_MAC,
    add,
    discover_by_dhcp,
    move_sun,
    submit,
)
from tests.simulators.logger import Fault, LoggerSimulator

pytestmark = pytest.mark.usefixtures("usual_port")


@pytest.fixture
def usual_port(logger: LoggerSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the simulator's port be the one that loggers usually have."""
    monkeypatch.setattr(flow, "DEFAULT_PORT", logger.port)


def assert_aborted(result: ConfigFlowResult, reason: str) -> None:
    """The user has not been asked anything."""
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, reason)


@pytest.mark.usefixtures("no_set_up")
async def test_a_new_logger_is_offered_and_added_with_one_click(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    shown = await discover_by_dhcp(hass)
    assert (shown["type"], shown["step_id"]) == (FlowResultType.FORM, "discovery_confirm")
    placeholders = {"name": "Deye 8 kW", "serial": str(logger.serial), "host": "127.0.0.1"}
    assert shown["description_placeholders"] == placeholders
    (card,) = hass.config_entries.flow.async_progress()
    assert card["context"]["title_placeholders"] == placeholders
    assert card["context"]["unique_id"] == str(logger.serial)

    created = await submit(hass, shown, {})
    assert created["type"] is FlowResultType.CREATE_ENTRY
    assert created["title"] == "Deye 8 kW"
    assert created["data"]["mac"] == MAC
    assert (created["data"]["host"], created["data"]["port"]) == ("127.0.0.1", logger.port)


@pytest.mark.usefixtures("no_set_up")
async def test_the_card_goes_when_the_logger_is_added_by_hand(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    await discover_by_dhcp(hass)
    created = await add(hass, logger)
    assert created["type"] is FlowResultType.CREATE_ENTRY
    assert not hass.config_entries.flow.async_progress()


async def test_a_logger_is_offered_once(hass: HomeAssistant) -> None:
    await discover_by_dhcp(hass)
    assert_aborted(await discover_by_dhcp(hass, mac=OTHER_MAC), "already_in_progress")


@pytest.mark.parametrize(
    "fault",
    [
        Fault.REFUSE,
        Fault.SILENCE,
        Fault.MBAP,
        Fault.RESET,
        Fault.ERROR_05,
        Fault.ZEROS,
        Fault.EXCEPTION,
    ],
)
async def test_what_is_no_logger_with_an_inverter_is_passed_over(
    hass: HomeAssistant, logger: LoggerSimulator, fault: Fault
) -> None:
    move_sun(hass, up=True)
    logger.fault = fault
    assert_aborted(await discover_by_dhcp(hass), "not_supported")


async def test_a_logger_that_is_to_be_ignored_is(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    MockConfigEntry(
        domain=DOMAIN, source=SOURCE_IGNORE, unique_id=str(logger.serial), data={}
    ).add_to_hass(hass)
    assert_aborted(await discover_by_dhcp(hass), "already_configured")


async def _known(
    hass: HomeAssistant, logger: LoggerSimulator, **changes: object
) -> MockConfigEntry:
    """Add an entry, as if loaded."""
    entry = entry_for(logger, **changes)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    return entry


async def test_a_known_logger_is_followed_to_its_new_address(
    hass: HomeAssistant, logger: LoggerSimulator, no_set_up: AsyncMock
) -> None:
    entry = await _known(hass, logger, host=OTHER_HOST, mac=MAC)
    assert_aborted(await discover_by_dhcp(hass), "already_configured")
    assert entry.data["host"] == "127.0.0.1"
    assert no_set_up.call_count == 2
    assert logger.connections == 0


async def test_all_inverters_of_a_logger_are_followed(
    hass: HomeAssistant, logger: LoggerSimulator, no_set_up: AsyncMock
) -> None:
    first = await _known(hass, logger, host=OTHER_HOST, mac=MAC)
    second = MockConfigEntry(
        domain=DOMAIN, unique_id=f"{logger.serial}_u2", data=dict(first.data) | {"unit": 2}
    )
    second.add_to_hass(hass)
    await discover_by_dhcp(hass)
    assert first.data["host"] == second.data["host"] == "127.0.0.1"
    assert no_set_up.called


async def test_nothing_happens_at_the_same_address(
    hass: HomeAssistant, logger: LoggerSimulator, no_set_up: AsyncMock
) -> None:
    entry = await _known(hass, logger, mac=MAC)
    before = dict(entry.data)
    assert_aborted(await discover_by_dhcp(hass), "already_configured")
    assert entry.data == before
    assert no_set_up.call_count == 1


async def test_the_mac_of_a_known_logger_is_learned(
    hass: HomeAssistant, logger: LoggerSimulator, no_set_up: AsyncMock
) -> None:
    entry = await _known(hass, logger, mac=None)
    assert_aborted(await discover_by_dhcp(hass), "already_configured")
    assert entry.data["mac"] == MAC
    assert no_set_up.call_count == 1


@pytest.mark.usefixtures("no_set_up")
@pytest.mark.parametrize("mac", [None, MAC])
async def test_a_name_that_still_leads_to_the_logger_is_kept(
    hass: HomeAssistant, logger: LoggerSimulator, mac: str | None
) -> None:
    entry = await _known(hass, logger, host="localhost", mac=mac)
    assert_aborted(await discover_by_dhcp(hass), "already_configured")
    assert entry.data["host"] == "localhost"
    assert entry.data["mac"] == MAC


@pytest.mark.parametrize("mac", [None, OTHER_MAC])
async def test_an_address_that_fails_is_left_for_the_one_that_answers(
    hass: HomeAssistant, logger: LoggerSimulator, no_set_up: AsyncMock, mac: str | None
) -> None:
    entry = await _known(hass, logger, host="localhost", port=1, mac=mac)
    assert_aborted(await discover_by_dhcp(hass), "already_configured")
    assert (entry.data["host"], entry.data["mac"]) == ("127.0.0.1", MAC)
    assert entry.data["port"] == logger.port
    assert no_set_up.call_count == 2


@pytest.mark.usefixtures("no_set_up")
async def test_a_known_logger_is_followed_also_while_its_inverter_is_silent(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    entry = await _known(hass, logger, host="localhost", port=1, mac=None)
    logger.fault = Fault.ERROR_05
    assert_aborted(await discover_by_dhcp(hass), "already_configured")
    assert entry.data["host"] == "127.0.0.1"
