"""What goes wrong while a logger is added: it is named, and the same form goes on."""

import asyncio
from collections.abc import Callable
from unittest.mock import AsyncMock, patch

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.solar_monitor.clients.deye.inverter import Inverter
from custom_components.solar_monitor.clients.errors import ClientError
from custom_components.solar_monitor.clients.solarman.link import SolarmanLink
from custom_components.solar_monitor.clients.transport import TransportKind
from custom_components.solar_monitor.sources.deye import link, probe
from custom_components.solar_monitor.sources.deye.link import async_acquire_link, async_link_pool
from tests.integration.deye_flow.kit import (
    add,
    address,
    error_text,
    is_advanced_open,
    move_sun,
    show_form,
    submit,
    suggestions,
)
from tests.simulators.logger import Fault, LoggerSimulator

OTHER_SERIAL = 1_782_345_394


type Arrange = Callable[[LoggerSimulator, pytest.MonkeyPatch], None]


def _fault(fault: Fault) -> Arrange:
    """Let the logger misbehave."""

    def arrange(logger: LoggerSimulator, _: pytest.MonkeyPatch) -> None:
        logger.fault = fault

    return arrange


def _other_family(logger: LoggerSimulator, _: pytest.MonkeyPatch) -> None:
    """Let the inverter be a three-phase one."""
    logger.registers[0] = 0x0005


def _no_route(_: LoggerSimulator, patcher: pytest.MonkeyPatch) -> None:
    """Let connecting take too long."""
    patcher.setattr(link, "REQUEST_TIMEOUT_S", 0.0)


def _too_slow(logger: LoggerSimulator, patcher: pytest.MonkeyPatch) -> None:
    """Let everything together take too long."""
    patcher.setattr(probe, "PROBE_LIMIT_S", 0.1)
    logger.fault = Fault.SILENCE


def _unexpected(_: LoggerSimulator, patcher: pytest.MonkeyPatch) -> None:
    """Let the client fail in a way that has no name."""
    patcher.setattr(Inverter, "identify", AsyncMock(side_effect=ClientError))


@pytest.mark.usefixtures("no_set_up")
@pytest.mark.parametrize(
    ("arrange", "key", "opens_advanced"),
    [
        (_no_route, "cannot_connect", False),
        (_fault(Fault.REFUSE), "port_closed", False),
        (_fault(Fault.SILENCE), "no_answer", False),
        (_fault(Fault.HALF_OPEN), "no_answer", False),
        (_too_slow, "no_answer", False),
        (_fault(Fault.ERROR_05), "unit_silent", True),
        (_fault(Fault.ZEROS), "asleep", True),
        (_other_family, "wrong_family", True),
        (_fault(Fault.RESET), "link_lost", False),
        (_fault(Fault.BAD_CRC), "bad_answer", False),
        (_fault(Fault.EXCEPTION), "refused", False),
        (_unexpected, "unknown_error", False),
    ],
)
async def test_a_fault_is_named_and_the_form_goes_on(
    hass: HomeAssistant,
    logger: LoggerSimulator,
    *,
    arrange: Arrange,
    key: str,
    opens_advanced: bool,
) -> None:
    move_sun(hass, up=True)
    filled = address(logger, serial="", unit=1, transport="auto", family="auto")
    with pytest.MonkeyPatch.context() as patcher:
        arrange(logger, patcher)
        shown = await submit(hass, await show_form(hass), filled)
    assert shown["type"] is FlowResultType.FORM
    assert shown["errors"] == {"base": key}
    assert error_text(shown)
    assert suggestions(shown) == filled
    assert is_advanced_open(shown) is opens_advanced

    logger.fault = Fault.NONE
    logger.registers.clear()
    created = await submit(hass, shown, suggestions(shown))
    assert created["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.usefixtures("no_set_up")
async def test_an_ethernet_logger_is_named_to_who_insists_on_solarman_v5(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    logger.fault = Fault.MBAP
    shown = await add(hass, logger, transport="solarman_v5")
    assert shown["errors"] == {"base": "ethernet_logger"}
    assert error_text(shown)
    assert is_advanced_open(shown)

    logger.fault = Fault.NONE
    created = await submit(hass, shown, suggestions(shown))
    assert created["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.usefixtures("no_set_up")
async def test_a_logger_that_does_not_tell_its_serial_number_is_no_logger(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    nameless = LoggerSimulator(logger.site, serial=0)
    await nameless.start()
    shown = await add(hass, nameless)
    await nameless.stop()
    assert shown["errors"] == {"base": "bad_answer"}

    created = await submit(hass, shown, address(logger))
    assert created["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.usefixtures("no_set_up")
async def test_a_passing_fault_is_not_shown(hass: HomeAssistant, logger: LoggerSimulator) -> None:
    logger.fault_once(1, Fault.HEARTBEAT_INSTEAD)
    created = await add(hass, logger)
    assert created["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.usefixtures("no_set_up")
async def test_another_program_that_gets_the_answers_is_named(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    logger.copy_answers = True
    logger.silent_on_wrong_serial = True  # we ask without a serial number
    # By chance the two might count alike, and our link would learn the serial number.
    with patch("secrets.randbelow", side_effect=[100, 0]):
        other = SolarmanLink(logger.host, logger.port, serial=logger.serial, pause=0.05)
        adding = asyncio.create_task(add(hass, logger))
        while not adding.done():
            await other.read(1, 0, 1)
    shown = await adding
    await other.close()
    assert shown["errors"] == {"base": "busy"}
    assert error_text(shown)

    logger.silent_on_wrong_serial = False
    created = await submit(hass, shown, suggestions(shown))
    assert created["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.usefixtures("no_set_up")
async def test_the_right_serial_number_is_shown_and_taken_at_the_next_submit(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    shown = await add(hass, logger, serial=str(OTHER_SERIAL))
    assert shown["errors"] == {"base": "wrong_serial"}
    assert str(logger.serial) in error_text(shown)
    assert is_advanced_open(shown)
    assert suggestions(shown)["advanced"]["serial"] == str(logger.serial)

    created = await submit(hass, shown, suggestions(shown))
    assert created["type"] is FlowResultType.CREATE_ENTRY
    assert created["data"]["serial"] == logger.serial


@pytest.mark.usefixtures("no_set_up")
async def test_a_typed_serial_number_is_checked_also_over_a_shared_link(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    pool = async_link_pool(hass)
    held = async_acquire_link(hass, logger.host, logger.port, None, TransportKind.SOLARMAN_V5)
    shown = await add(hass, logger, serial=str(OTHER_SERIAL))
    assert shown["errors"] == {"base": "wrong_serial"}
    assert logger.connections == 1
    await pool.release(held)


@pytest.mark.usefixtures("no_set_up")
@pytest.mark.parametrize(
    ("serial", "key"),
    [
        ("27123456789", "invalid_serial"),
        ("4294967296", "invalid_serial"),
        ("0", "invalid_serial"),
        ("2712 345", "invalid_serial"),
        ("-1", "invalid_serial"),
        ("٢٧١٢٣٤٥٦٧٨", "invalid_serial"),
        ("D2512345678", "letter_serial"),
    ],
)
async def test_a_serial_number_that_cannot_be_one_is_refused_before_asking(
    hass: HomeAssistant, logger: LoggerSimulator, serial: str, key: str
) -> None:
    shown = await add(hass, logger, serial=serial)
    assert shown["errors"] == {"base": key}
    assert error_text(shown)
    assert is_advanced_open(shown)
    assert logger.connections == 0

    created = await submit(hass, shown, address(logger))
    assert created["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.usefixtures("no_set_up")
@pytest.mark.parametrize("host", ["", "http://192.168.1.5", "192.168.1.500", "a b"])
async def test_a_host_that_cannot_be_one_is_refused_before_asking(
    hass: HomeAssistant, logger: LoggerSimulator, host: str
) -> None:
    shown = await submit(hass, await show_form(hass), address(logger) | {"host": host})
    assert shown["errors"] == {"host": "invalid_host"}
    assert error_text(shown)

    created = await submit(hass, shown, address(logger) | {"host": f" {logger.host} "})
    assert created["type"] is FlowResultType.CREATE_ENTRY
    assert created["data"]["host"] == logger.host


async def test_a_silent_inverter_is_asleep_at_night(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    move_sun(hass, up=False)
    logger.fault = Fault.ERROR_05
    shown = await add(hass, logger)
    assert shown["errors"] == {"base": "asleep"}


@pytest.mark.usefixtures("no_set_up")
@pytest.mark.parametrize("fault", [Fault.ERROR_05, Fault.ZEROS])
async def test_a_sleeping_inverter_is_added_with_a_family_chosen_by_hand(
    hass: HomeAssistant, logger: LoggerSimulator, fault: Fault
) -> None:
    move_sun(hass, up=False)
    logger.fault = fault
    created = await add(hass, logger, family="hybrid_1p")
    assert created["type"] is FlowResultType.CREATE_ENTRY
    assert created["title"] == "Deye"
    assert created["data"]["identity"] is None
    assert created["data"]["family"] == "hybrid_1p"
    assert created["result"].unique_id == str(logger.serial)


async def test_an_inverter_that_is_silent_by_day_is_not_believed_to_be_asleep(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    move_sun(hass, up=True)
    logger.fault = Fault.ERROR_05
    shown = await add(hass, logger, family="hybrid_1p", unit=2)
    assert shown["errors"] == {"base": "unit_silent"}
    assert " 2" in error_text(shown)


@pytest.mark.usefixtures("no_set_up")
async def test_a_sleeping_inverter_that_says_who_it_is_is_added(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    logger.registers.update(dict.fromkeys(range(59, 400), 0))
    created = await add(hass, logger)
    assert created["type"] is FlowResultType.CREATE_ENTRY
    assert created["title"] == "Deye 8 kW"
    assert created["data"]["family"] == "hybrid_1p"
    assert created["data"]["identity"]["serial"] == logger.inverter_serial
