"""Loggers that do not speak Solarman V5: found out, chosen, followed, changed to and from."""

from collections.abc import AsyncIterator
from functools import partial
from unittest.mock import AsyncMock

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.clients.solarman.discovery import discover
from custom_components.solar_monitor.clients.transport import TransportKind
from custom_components.solar_monitor.sources.deye import flow
from tests.integration.conftest import SetUp
from tests.integration.deye import IDENTITY, entry_for
from tests.integration.deye_flow.kit import (
    MAC,
    OTHER_HOST,
    add,
    address,
    discover_by_dhcp,
    error_text,
    move_sun,
    show_form,
    submit,
    suggestions,
)
from tests.integration.face import Combination, transport_of
from tests.simulators.face_hybrid_1p import HybridOnePhase
from tests.simulators.logger import DiscoveryResponder, Fault, LoggerSimulator
from tests.simulators.site import Site

SECOND_SERIAL = "2207200002"
TCP = Combination(TransportKind.MODBUS_TCP)
RTU = Combination(TransportKind.RTU_OVER_TCP)
BROADCAST_ADDRESSES = "homeassistant.components.network.async_get_ipv4_broadcast_addresses"

over_tcp = pytest.mark.parametrize("logger", [TCP], indirect=True, ids=str)
over_rtu = pytest.mark.parametrize("logger", [RTU], indirect=True, ids=str)
over_both = pytest.mark.parametrize("logger", [TCP, RTU], indirect=True, ids=str)


def assert_shown(result: ConfigFlowResult, error: str) -> None:
    """The form is shown with an error."""
    assert result["errors"] == {"base": error}
    assert error_text(result)


def assert_aborted(result: ConfigFlowResult, reason: str) -> None:
    """The flow has ended without an entry."""
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, reason)


@over_tcp
@pytest.mark.usefixtures("no_set_up")
@pytest.mark.parametrize("typed", [{}, {"serial": "1782345394"}])
async def test_an_ethernet_logger_is_found_out(
    hass: HomeAssistant, logger: LoggerSimulator, typed: dict[str, str]
) -> None:
    created = await add(hass, logger, **typed)
    assert created["type"] is FlowResultType.CREATE_ENTRY
    entry = created["result"]
    assert entry.unique_id == entry.data["id_prefix"] == logger.inverter_serial
    assert entry.data["transport"] == "modbus_tcp"
    assert type(entry.data["transport"]) is str
    assert entry.data["serial"] is None
    assert entry.data["port"] == logger.port
    assert logger.open_connections == 0


@over_both
async def test_what_the_user_chooses_is_set_up(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    created = await add(hass, logger, transport=transport_of(logger))
    entry = created["result"]
    assert entry.unique_id == logger.inverter_serial
    assert entry.data["transport"] == transport_of(logger)
    assert entry.runtime_data.coordinator.data.connected
    assert await hass.config_entries.async_unload(entry.entry_id)


@over_rtu
@pytest.mark.usefixtures("no_set_up")
async def test_an_rs485_adapter_is_not_found_out(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    shown = await add(hass, logger)
    assert_shown(shown, "no_answer")
    created = await submit(hass, shown, address(logger, transport="rtu_over_tcp"))
    assert created["type"] is FlowResultType.CREATE_ENTRY


@over_both
async def test_a_second_inverter_behind_a_logger_is_asked_over_its_link(
    hass: HomeAssistant, logger: LoggerSimulator, site: Site, set_up: SetUp
) -> None:
    logger.add(HybridOnePhase(site, 2, SECOND_SERIAL))
    await set_up(entry_for(logger))
    created = await add(hass, logger, unit=2)
    assert created["result"].unique_id == f"{SECOND_SERIAL}_u2"
    assert created["data"]["transport"] == transport_of(logger)
    assert logger.connections == 1
    assert await hass.config_entries.async_unload(created["result"].entry_id)


@over_both
@pytest.mark.usefixtures("no_set_up")
async def test_an_inverter_that_is_there_already_only_gets_its_new_address(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    entry = entry_for(logger, host=OTHER_HOST, port=1)
    entry.add_to_hass(hass)
    assert_aborted(await add(hass, logger, transport=transport_of(logger)), "already_configured")
    assert (entry.data["host"], entry.data["port"]) == (logger.host, logger.port)


@over_tcp
async def test_an_inverter_that_is_read_in_another_way_is_not_added_twice(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    entry_for(logger, host=OTHER_HOST, transport="solarman_v5", serial=logger.serial).add_to_hass(
        hass
    )
    assert_aborted(await add(hass, logger), "reached_otherwise")


@over_both
@pytest.mark.usefixtures("no_set_up")
async def test_an_inverter_that_sleeps_without_a_name_has_to_wake_up_first(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    logger.fault = Fault.ZEROS
    shown = await add(hass, logger, transport=transport_of(logger), family="hybrid_1p")
    assert_shown(shown, "asleep_nameless")
    logger.fault = Fault.NONE
    created = await submit(hass, shown, suggestions(shown))
    assert created["type"] is FlowResultType.CREATE_ENTRY


@over_both
async def test_an_inverter_without_a_serial_number_is_not_believed(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    logger.registers.update(dict.fromkeys(range(3, 8), 0))
    assert_shown(await add(hass, logger, transport=transport_of(logger)), "bad_answer")


@over_tcp
@pytest.mark.parametrize(("up", "error"), [(True, "unit_silent"), (False, "asleep_nameless")])
async def test_a_gateway_tells_that_the_inverter_is_silent(
    hass: HomeAssistant, logger: LoggerSimulator, *, up: bool, error: str
) -> None:
    move_sun(hass, up=up)
    logger.fault = Fault.ERROR_05
    assert_shown(await add(hass, logger), error)


@pytest.fixture
def usual_port(logger: LoggerSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the simulator's port be the one that loggers usually have."""
    monkeypatch.setattr(flow, "DEFAULT_PORT", logger.port)


@over_tcp
@pytest.mark.usefixtures("no_set_up", "usual_port")
async def test_an_ethernet_logger_is_offered_when_it_gets_an_address(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    shown = await discover_by_dhcp(hass)
    assert shown["step_id"] == "discovery_confirm"
    placeholders = shown["description_placeholders"]
    assert placeholders is not None
    assert placeholders["serial"] == logger.inverter_serial
    created = await submit(hass, shown, {})
    assert created["result"].unique_id == logger.inverter_serial
    assert (created["data"]["transport"], created["data"]["mac"]) == ("modbus_tcp", MAC)


@over_tcp
@pytest.mark.usefixtures("no_set_up", "usual_port")
async def test_all_inverters_of_an_ethernet_logger_are_followed(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    first = entry_for(logger, host="localhost", port=1)
    identity = IDENTITY | {"serial": SECOND_SERIAL}
    second = MockConfigEntry(
        domain=first.domain,
        unique_id=f"{SECOND_SERIAL}_u2",
        data=dict(first.data) | {"unit": 2, "identity": identity},
    )
    for entry in (first, second):
        entry.add_to_hass(hass)
    assert_aborted(await discover_by_dhcp(hass), "already_configured")
    for entry in (first, second):
        assert (entry.data["host"], entry.data["port"]) == ("127.0.0.1", logger.port)
        assert entry.data["mac"] == MAC


@over_tcp
@pytest.mark.usefixtures("no_set_up", "usual_port")
async def test_a_name_that_still_leads_to_the_ethernet_logger_is_kept(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    entry = entry_for(logger, host="localhost")
    entry.add_to_hass(hass)
    assert_aborted(await discover_by_dhcp(hass), "already_configured")
    assert (entry.data["host"], entry.data["mac"]) == ("localhost", MAC)


@over_tcp
@pytest.mark.usefixtures("usual_port")
async def test_an_ethernet_logger_of_an_inverter_with_a_stick_is_not_offered(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    entry = entry_for(logger, host=OTHER_HOST, transport="solarman_v5", serial=logger.serial)
    entry.add_to_hass(hass)
    assert_aborted(await discover_by_dhcp(hass), "reached_otherwise")
    assert entry.data["host"] == OTHER_HOST


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


@over_tcp
@pytest.mark.usefixtures("no_set_up", "responder")
async def test_an_ethernet_logger_that_answers_the_search_is_added_once(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    shown = await show_form(hass)
    created = await submit(hass, shown, {"logger": str(logger.serial)})
    assert created["data"]["mac"] == MAC
    assert created["data"]["transport"] == "modbus_tcp"
    assert (await show_form(hass))["step_id"] == "deye"


async def reconfigure(hass: HomeAssistant, entry: MockConfigEntry) -> ConfigFlowResult:
    """Open the form of an entry."""
    entry.add_to_hass(hass)
    shown: ConfigFlowResult = await entry.start_reconfigure_flow(hass)
    return shown


@over_both
@pytest.mark.usefixtures("no_set_up")
async def test_a_stick_can_be_exchanged_for_another_kind_of_logger_and_entities_stay(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    entry = entry_for(
        logger,
        host=OTHER_HOST,
        transport="solarman_v5",
        serial=logger.serial,
        id_prefix=str(logger.serial),
        mac=MAC,
    )
    shown = await reconfigure(hass, entry)
    result = await submit(hass, shown, address(logger, transport=transport_of(logger)))
    assert_aborted(result, "reconfigure_successful")
    assert entry.unique_id == logger.inverter_serial
    assert entry.data["id_prefix"] == str(logger.serial)
    assert entry.data["transport"] == transport_of(logger)
    assert entry.data["serial"] is entry.data["mac"] is None


@over_both
@pytest.mark.usefixtures("no_set_up")
async def test_the_form_shows_and_keeps_how_the_inverter_is_reached(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    entry = entry_for(logger, mac=MAC)
    before = dict(entry.data)
    shown = await reconfigure(hass, entry)
    filled = suggestions(shown)
    assert filled["advanced"] == {
        "serial": "",
        "unit": 1,
        "transport": transport_of(logger),
        "family": "hybrid_1p",
    }
    assert_aborted(await submit(hass, shown, filled), "reconfigure_successful")
    assert {**entry.data, "identity": None} == {**before, "identity": None}


@over_both
@pytest.mark.usefixtures("no_set_up")
async def test_a_sleeping_inverter_stays_the_same_only_at_its_place(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    logger.fault = Fault.ZEROS
    entry = entry_for(logger, host="localhost")
    shown = await reconfigure(hass, entry)
    filled = suggestions(shown)
    shown = await submit(hass, shown, filled | {"host": "127.0.0.1"})
    assert_shown(shown, "asleep")
    assert_aborted(await submit(hass, shown, filled), "reconfigure_successful")
    assert entry.unique_id == logger.inverter_serial
    assert entry.data["identity"] == IDENTITY


@over_both
@pytest.mark.usefixtures("no_set_up")
async def test_another_inverter_at_the_same_place_is_another_inverter(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    entry = entry_for(logger, identity=IDENTITY | {"serial": SECOND_SERIAL})
    shown = await reconfigure(hass, entry)
    assert_shown(await submit(hass, shown, suggestions(shown)), "wrong_device")
