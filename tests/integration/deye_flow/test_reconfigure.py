"""Changing how an inverter is reached; it must stay the same inverter."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING
from unittest.mock import AsyncMock

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.clients.transport import TransportKind
from custom_components.solar_monitor.sources.deye.link import async_acquire_link, async_link_pool
from tests.integration.conftest import SetUp
from tests.integration.deye import coordinator_of, entry_for
from tests.integration.deye_flow.kit import (
    MAC,
    OTHER_HOST,
    address,
    error_text,
    move_sun,
    submit,
    suggestions,
)
from tests.simulators.logger import Fault, LoggerSimulator

if TYPE_CHECKING:
    from tests.simulators.site import Site

NEW_SERIAL = 1_782_345_394
V5 = TransportKind.SOLARMAN_V5


@pytest.fixture
async def new_stick(site: Site) -> AsyncIterator[LoggerSimulator]:
    """Another logger at the same inverter."""
    simulator = LoggerSimulator(site, serial=NEW_SERIAL)
    await simulator.start()
    yield simulator
    await simulator.stop()


async def reconfigure(hass: HomeAssistant, entry: MockConfigEntry) -> ConfigFlowResult:
    """Open the form of an entry."""
    shown: ConfigFlowResult = await entry.start_reconfigure_flow(hass)
    assert (shown["type"], shown["step_id"]) == (FlowResultType.FORM, "reconfigure_deye")
    return shown


def assert_changed(result: ConfigFlowResult) -> None:
    """The entry has been changed."""
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")


async def test_the_form_shows_what_is_known(hass: HomeAssistant, logger: LoggerSimulator) -> None:
    entry = entry_for(logger)
    entry.add_to_hass(hass)
    assert suggestions(await reconfigure(hass, entry)) == {
        "host": logger.host,
        "port": logger.port,
        "advanced": {
            "serial": str(logger.serial),
            "unit": 1,
            "transport": "solarman_v5",
            "family": "hybrid_1p",
        },
    }


async def test_a_logger_is_found_at_its_new_address(
    hass: HomeAssistant, logger: LoggerSimulator, no_set_up: AsyncMock
) -> None:
    entry = entry_for(logger, host=OTHER_HOST, mac=MAC, identity=None)
    entry.add_to_hass(hass)
    shown = await reconfigure(hass, entry)
    assert_changed(await submit(hass, shown, suggestions(shown) | {"host": logger.host}))
    assert entry.data["host"] == logger.host
    assert entry.data["mac"] == MAC
    assert entry.data["identity"]["serial"] == logger.inverter_serial
    assert no_set_up.call_count == 1


async def test_a_loaded_entry_lends_its_link_and_is_loaded_again(
    hass: HomeAssistant, logger: LoggerSimulator, set_up: SetUp
) -> None:
    entry = entry_for(logger)
    await set_up(entry)
    shown = await reconfigure(hass, entry)
    assert_changed(await submit(hass, shown, suggestions(shown)))
    assert coordinator_of(entry).data.connected
    assert logger.open_connections == 1


@pytest.mark.usefixtures("no_set_up")
async def test_a_fault_is_shown_and_the_form_goes_on(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    entry = entry_for(logger)
    entry.add_to_hass(hass)
    logger.fault = Fault.SILENCE
    shown = await reconfigure(hass, entry)
    filled = suggestions(shown)
    shown = await submit(hass, shown, filled)
    assert (shown["step_id"], shown["errors"]) == ("reconfigure_deye", {"base": "no_answer"})
    assert suggestions(shown) == filled

    logger.fault = Fault.NONE
    assert_changed(await submit(hass, shown, filled))


@pytest.mark.usefixtures("no_set_up")
async def test_a_replaced_stick_keeps_all_entities(
    hass: HomeAssistant, logger: LoggerSimulator, new_stick: LoggerSimulator
) -> None:
    entry = entry_for(logger, mac=MAC)
    entry.add_to_hass(hass)
    shown = await reconfigure(hass, entry)
    shown = await submit(hass, shown, suggestions(shown) | {"port": new_stick.port})
    assert shown["errors"] == {"base": "wrong_serial"}
    assert str(NEW_SERIAL) in error_text(shown)

    assert_changed(await submit(hass, shown, suggestions(shown)))
    assert entry.unique_id == str(NEW_SERIAL)
    assert entry.data["serial"] == NEW_SERIAL
    assert entry.data["id_prefix"] == str(logger.serial)
    assert entry.data["mac"] is None


@pytest.mark.usefixtures("no_set_up")
async def test_a_stick_replaced_under_a_loaded_entry_can_be_taken(
    hass: HomeAssistant, logger: LoggerSimulator, new_stick: LoggerSimulator
) -> None:
    entry = entry_for(logger, port=new_stick.port)
    entry.add_to_hass(hass)
    held = async_acquire_link(hass, new_stick.host, new_stick.port, logger.serial, V5)
    shown = await reconfigure(hass, entry)
    assert_changed(await submit(hass, shown, address(new_stick, serial=str(NEW_SERIAL))))
    assert entry.unique_id == str(NEW_SERIAL)
    await async_link_pool(hass).release(held)
    assert new_stick.connections == 2


@pytest.mark.usefixtures("no_set_up")
@pytest.mark.parametrize("identity", [{"serial": "2207200002"}, {"serial": ""}, None])
async def test_another_inverter_is_refused(
    hass: HomeAssistant,
    logger: LoggerSimulator,
    new_stick: LoggerSimulator,
    identity: dict[str, str] | None,
) -> None:
    entry = entry_for(logger, identity=identity)
    entry.add_to_hass(hass)
    shown = await submit(hass, await reconfigure(hass, entry), address(new_stick))
    assert shown["errors"] == {"base": "wrong_device"}
    assert error_text(shown)
    assert entry.unique_id == str(logger.serial)

    assert_changed(await submit(hass, shown, address(logger)))


@pytest.mark.usefixtures("no_set_up")
async def test_another_unit_of_the_same_logger_is_another_inverter(
    hass: HomeAssistant, logger: LoggerSimulator, site: Site
) -> None:
    entry = entry_for(logger)
    entry.add_to_hass(hass)
    second = LoggerSimulator(site, unit=2, inverter_serial="2207200002")
    await second.start()
    shown = await submit(hass, await reconfigure(hass, entry), address(second, unit=2))
    await second.stop()
    assert shown["errors"] == {"base": "wrong_device"}


@pytest.mark.usefixtures("no_set_up")
async def test_an_inverter_that_got_another_modbus_address_stays_the_same(
    hass: HomeAssistant, logger: LoggerSimulator, site: Site
) -> None:
    entry = entry_for(logger)
    entry.add_to_hass(hass)
    moved = LoggerSimulator(site, unit=2)
    await moved.start()
    assert_changed(await submit(hass, await reconfigure(hass, entry), address(moved, unit=2)))
    await moved.stop()
    assert entry.unique_id == f"{logger.serial}_u2"
    assert entry.data["id_prefix"] == str(logger.serial)


@pytest.mark.usefixtures("no_set_up")
async def test_a_stick_that_another_entry_uses_is_not_taken(
    hass: HomeAssistant, logger: LoggerSimulator, new_stick: LoggerSimulator
) -> None:
    entry = entry_for(logger)
    entry.add_to_hass(hass)
    entry_for(new_stick).add_to_hass(hass)
    result = await submit(hass, await reconfigure(hass, entry), address(new_stick))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert entry.unique_id == str(logger.serial)


@pytest.mark.usefixtures("no_set_up")
async def test_a_sleeping_inverter_keeps_what_is_known_of_it(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    move_sun(hass, up=False)
    logger.fault = Fault.ERROR_05
    entry = entry_for(logger, host=OTHER_HOST)
    entry.add_to_hass(hass)
    identity = entry.data["identity"]
    shown = await reconfigure(hass, entry)
    assert_changed(await submit(hass, shown, suggestions(shown) | {"host": logger.host}))
    assert entry.data["host"] == logger.host
    assert entry.data["identity"] == identity


@pytest.mark.usefixtures("no_set_up")
async def test_a_sleeping_inverter_behind_a_new_stick_has_to_wake_up_first(
    hass: HomeAssistant, logger: LoggerSimulator, new_stick: LoggerSimulator
) -> None:
    new_stick.fault = Fault.ZEROS
    entry = entry_for(logger)
    entry.add_to_hass(hass)
    shown = await submit(
        hass, await reconfigure(hass, entry), address(new_stick, family="hybrid_1p")
    )
    assert shown["errors"] == {"base": "asleep"}

    new_stick.fault = Fault.NONE
    assert_changed(await submit(hass, shown, suggestions(shown)))
