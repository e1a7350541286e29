"""Adding a logger by hand or from the list of those found: every way in, every error and the way on."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from typing import Any
from unittest.mock import AsyncMock, patch

from homeassistant.config_entries import SOURCE_IGNORE
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.solar_monitor.clients.errors import ClientError
from custom_components.solar_monitor.clients.solarman.discovery import discover
from custom_components.solar_monitor.clients.solarman.link import SolarmanLink
from custom_components.solar_monitor.const import DOMAIN
from custom_components.solar_monitor.sources.deye import flow, link, probe
from custom_components.solar_monitor.sources.deye.link import async_link_pool
from tests.integration.conftest import SetUp
from tests.integration.deye import coordinator_of, entry_for
from tests.integration.flow_kit import (
    MAC,
    OTHER_HOST,
    add,
    address,
    error_text,
    is_advanced_open,
    move_sun,
    show_form,
    submit,
    suggestions,
)
from tests.simulators.logger import DiscoveryResponder, Fault, LoggerSimulator

OTHER_SERIAL = 1_782_345_394


@pytest.fixture(autouse=True)
def quiet_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody answers the search for loggers, and it takes no time."""
    monkeypatch.setattr(flow, "discover", AsyncMock(return_value=[]))


@pytest.fixture
async def responder(
    logger: LoggerSimulator, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[DiscoveryResponder]:
    """A logger that answers the search; its port stands for the usual one."""
    simulator = DiscoveryResponder(serial=logger.serial)
    await simulator.start()
    monkeypatch.setattr(flow, "discover", partial(discover, port=simulator.port, timeout=0.1))
    monkeypatch.setattr(
        flow.network,
        "async_get_ipv4_broadcast_addresses",
        AsyncMock(return_value={"127.0.0.1"}),
    )
    monkeypatch.setattr(flow, "DEFAULT_PORT", logger.port)
    yield simulator
    await simulator.stop()


@pytest.mark.usefixtures("no_set_up")
async def test_an_address_is_all_that_it_takes(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    created = await add(hass, logger)
    assert created["type"] is FlowResultType.CREATE_ENTRY
    entry = created["result"]
    assert (entry.title, entry.unique_id) == ("Deye 8 kW", str(logger.serial))
    assert (entry.version, entry.minor_version) == (1, 1)
    assert entry.options == {}
    identity = entry.data["identity"]
    assert identity.keys() == {
        "device_type",
        "serial",
        "rated_power_w",
        "mppt_count",
        "phase_count",
        "firmware",
        "protocol",
    }
    assert (identity["serial"], identity["rated_power_w"]) == (logger.inverter_serial, 8000.0)
    assert {key: value for key, value in entry.data.items() if key != "identity"} == {
        "source": "deye",
        "host": logger.host,
        "port": logger.port,
        "unit": 1,
        "transport": "solarman_v5",
        "family": "hybrid_1p",
        "serial": logger.serial,
        "id_prefix": str(logger.serial),
        "mac": None,
    }


@pytest.mark.usefixtures("no_set_up")
async def test_the_connection_is_closed_cleanly_after_the_question(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    await add(hass, logger)
    assert logger.connections == 1
    await asyncio.sleep(0)
    assert logger.open_connections == 0


async def test_the_entry_of_the_flow_is_loaded(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    created = await add(hass, logger)
    entry = created["result"]
    assert entry.runtime_data.coordinator.data.connected
    assert await hass.config_entries.async_unload(entry.entry_id)


@pytest.mark.usefixtures("no_set_up")
async def test_everything_can_be_typed(hass: HomeAssistant, logger: LoggerSimulator) -> None:
    created = await add(
        hass,
        logger,
        serial=f" {logger.serial} ",
        unit=1,
        transport="solarman_v5",
        family="hybrid_1p",
    )
    assert created["type"] is FlowResultType.CREATE_ENTRY
    assert created["data"]["serial"] == logger.serial
    assert set(logger.serials_asked) == {logger.serial}


@pytest.mark.usefixtures("no_set_up")
async def test_another_unit_has_its_own_entry(hass: HomeAssistant, logger: LoggerSimulator) -> None:
    entry_for(logger).add_to_hass(hass)
    logger.inverter.unit = 3
    created = await add(hass, logger, unit=3)
    assert created["type"] is FlowResultType.CREATE_ENTRY
    assert created["result"].unique_id == f"{logger.serial}_u3"
    assert created["data"]["id_prefix"] == f"{logger.serial}_u3"


async def test_the_rarely_needed_fields_are_folded_away(hass: HomeAssistant) -> None:
    form = await show_form(hass)
    assert form["step_id"] == "deye"
    assert not is_advanced_open(form)
    assert suggestions(form) == {
        "port": 8899,
        "advanced": {"unit": 1, "transport": "auto", "family": "auto"},
    }


async def _fields_in_browser(
    hass: HomeAssistant, hass_client: ClientSessionGenerator
) -> list[dict[str, Any]]:
    """Open the menu, choose the Deye form and give its fields, all as a browser does."""
    assert await async_setup_component(hass, "config", {})
    client = await hass_client()
    menu = await client.post("/api/config/config_entries/flow", json={"handler": DOMAIN})
    flow_id = (await menu.json())["flow_id"]
    form = await client.post(
        f"/api/config/config_entries/flow/{flow_id}", json={"next_step_id": "deye"}
    )
    fields: list[dict[str, Any]] = (await form.json())["data_schema"]
    return fields


async def test_the_form_reaches_the_browser(
    hass: HomeAssistant, hass_client: ClientSessionGenerator
) -> None:
    fields = await _fields_in_browser(hass, hass_client)
    assert [field["name"] for field in fields] == ["host", "port", "advanced"]
    assert [field["name"] for field in fields[2]["schema"]] == [
        "serial",
        "unit",
        "transport",
        "family",
    ]


@pytest.mark.parametrize(
    "outside", [{"unit": 0}, {"unit": 248}, {"transport": "modbus_tcp"}, {"family": "micro"}]
)
async def test_a_choice_that_is_not_offered_is_refused(
    hass: HomeAssistant, logger: LoggerSimulator, outside: dict[str, object]
) -> None:
    form = await show_form(hass)
    with pytest.raises(InvalidData):
        await submit(hass, form, address(logger, **outside))
    assert logger.connections == 0


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


def _no_serial(_: LoggerSimulator, patcher: pytest.MonkeyPatch) -> None:
    """Let the answers come without the logger's serial number."""
    patcher.setattr(SolarmanLink, "_learn", lambda _link, _serial: None)


def _unexpected(_: LoggerSimulator, patcher: pytest.MonkeyPatch) -> None:
    """Let the client fail in a way that has no name."""
    patcher.setattr(probe.Inverter, "identify", AsyncMock(side_effect=ClientError))


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
        (_fault(Fault.MBAP), "ethernet_logger", False),
        (_fault(Fault.ZEROS), "asleep", True),
        (_other_family, "wrong_family", True),
        (_fault(Fault.RESET), "link_lost", False),
        (_fault(Fault.BAD_CRC), "bad_answer", False),
        (_no_serial, "bad_answer", False),
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
async def test_a_passing_fault_is_not_shown(hass: HomeAssistant, logger: LoggerSimulator) -> None:
    logger.fault_once(1, Fault.HEARTBEAT_INSTEAD)
    created = await add(hass, logger)
    assert created["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.usefixtures("no_set_up")
async def test_another_program_that_gets_the_answers_is_named(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    logger.copy_answers = True
    other = SolarmanLink(logger.host, logger.port, serial=logger.serial, pause=0)
    await other.read(1, 0, 1)
    logger.fault_once(1, Fault.SILENCE)
    asked = len(logger.requests)
    adding = asyncio.create_task(add(hass, logger))
    async with asyncio.timeout(5):
        while len(logger.requests) == asked:
            await asyncio.sleep(0.005)
    await other.read(1, 0, 1)
    logger.fault = Fault.SILENCE
    shown = await adding
    await other.close()
    assert shown["errors"] == {"base": "busy"}
    assert error_text(shown)

    logger.fault = Fault.NONE
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
    held = pool.acquire(
        logger.host, logger.port, lambda: SolarmanLink(logger.host, logger.port, pause=0)
    )
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
async def test_a_logger_that_is_there_already_only_gets_its_new_address(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    entry = entry_for(logger, host=OTHER_HOST, port=1)
    entry.add_to_hass(hass)
    shown = await add(hass, logger)
    assert (shown["type"], shown["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert (entry.data["host"], entry.data["port"]) == (logger.host, logger.port)


@pytest.mark.usefixtures("no_set_up")
async def test_a_replaced_stick_does_not_make_a_second_entry(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    entry = MockConfigEntry(
        domain=DOMAIN, unique_id=str(OTHER_SERIAL), data=dict(entry_for(logger).data)
    )
    entry.add_to_hass(hass)
    shown = await add(hass, logger)
    assert (shown["type"], shown["reason"]) == (FlowResultType.ABORT, "already_configured")


@pytest.mark.usefixtures("no_set_up")
async def test_a_logger_that_was_ignored_can_be_added_by_hand(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    MockConfigEntry(
        domain=DOMAIN, source=SOURCE_IGNORE, unique_id=str(logger.serial), data={}
    ).add_to_hass(hass)
    created = await add(hass, logger)
    assert created["type"] is FlowResultType.CREATE_ENTRY


async def test_asking_shares_the_link_of_an_entry_that_is_loaded(
    hass: HomeAssistant, logger: LoggerSimulator, set_up: SetUp
) -> None:
    entry = entry_for(logger)
    await set_up(entry)
    shown = await add(hass, logger)
    assert shown["reason"] == "already_configured"
    assert logger.connections == 1
    assert coordinator_of(entry).data.connected


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


@pytest.mark.usefixtures("responder")
async def test_the_list_of_found_loggers_reaches_the_browser(
    hass: HomeAssistant, logger: LoggerSimulator, hass_client: ClientSessionGenerator
) -> None:
    (field,) = await _fields_in_browser(hass, hass_client)
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
    monkeypatch.setattr(
        flow.network, "async_get_ipv4_broadcast_addresses", AsyncMock(side_effect=error)
    )
    shown = await show_form(hass)
    assert shown["step_id"] == "deye"
