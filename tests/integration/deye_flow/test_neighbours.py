"""Several inverters behind one logger: what is changed for one is changed for all."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack
from types import MappingProxyType
from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.clients.transport import TransportKind
from tests.integration.conftest import SetUp
from tests.integration.deye import IDENTITY, coordinator_of, entry_for
from tests.integration.deye_flow.kit import MAC, submit, suggestions
from tests.integration.face import LOGGERS, Combination
from tests.simulators.face_hybrid_1p import HybridOnePhase
from tests.simulators.logger import LoggerSimulator

if TYPE_CHECKING:
    from tests.simulators.site import Site

OLD_SERIAL = 2_712_345_678
NEW_SERIAL = 1_782_345_394
SECOND_SERIAL = "2207200002"
V5 = TransportKind.SOLARMAN_V5
GATEWAYS = [kind for kind in LOGGERS if kind is not V5]

type MakeLogger = Callable[..., LoggerSimulator]


@pytest.fixture
async def make_logger(site: Site) -> AsyncIterator[MakeLogger]:
    """Give a function that makes a logger with both inverters behind it, or with the first."""
    async with AsyncExitStack() as stack:

        def make(
            kind: TransportKind, *, serial: int = OLD_SERIAL, port: int = 0, units: int = 2
        ) -> LoggerSimulator:
            simulator = LOGGERS[kind](site, serial=serial, port=port)
            if units > 1:
                simulator.add(HybridOnePhase(site, 2, SECOND_SERIAL))
            stack.push_async_callback(simulator.stop)
            return simulator

        yield make


@pytest.fixture
def first(logger: LoggerSimulator, site: Site) -> MockConfigEntry:
    """Give the entry of the first inverter of two behind the logger."""
    logger.add(HybridOnePhase(site, 2, SECOND_SERIAL))
    return entry_for(logger, mac=MAC)


@pytest.fixture
def second(logger: LoggerSimulator, first: MockConfigEntry) -> MockConfigEntry:
    """Give the entry of the second."""
    stick = first.data["serial"] is not None
    prefix = f"{logger.serial if stick else SECOND_SERIAL}_u2"
    identity = IDENTITY | {"serial": SECOND_SERIAL}
    data = dict(first.data) | {"unit": 2, "id_prefix": prefix, "identity": identity}
    return MockConfigEntry(domain=first.domain, unique_id=prefix, data=data)


async def change(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    advanced: Mapping[str, str] = MappingProxyType({}),
    **changes: object,
) -> None:
    """Reconfigure an entry; `advanced` and `changes` replace what is in its form."""
    shown = await entry.start_reconfigure_flow(hass)
    filled = suggestions(shown)
    filled["advanced"] |= advanced
    result = await submit(hass, shown, filled | changes)
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_a_stick_replaced_where_it_is_is_taken_for_all_inverters_behind_it(
    hass: HomeAssistant,
    set_up: SetUp,
    logger: LoggerSimulator,
    first: MockConfigEntry,
    second: MockConfigEntry,
    make_logger: MakeLogger,
) -> None:
    await set_up(first)
    await set_up(second)
    await logger.stop()
    stick = make_logger(V5, serial=NEW_SERIAL, port=logger.port)
    await stick.start()
    for entry in (first, second):
        await coordinator_of(entry).async_refresh()
        assert coordinator_of(entry).last_error is not None

    await change(hass, first, advanced={"serial": str(NEW_SERIAL)})
    for entry, suffix in ((first, ""), (second, "_u2")):
        assert entry.data["serial"] == NEW_SERIAL
        assert entry.data["mac"] is None
        assert entry.unique_id == f"{NEW_SERIAL}{suffix}"
        assert entry.data["id_prefix"] == f"{logger.serial}{suffix}"
        assert coordinator_of(entry).data.connected
        assert coordinator_of(entry).last_error is None
    assert stick.open_connections == 1
    assert set(stick.serials_asked[-4:]) == {NEW_SERIAL}


@pytest.mark.usefixtures("no_set_up")
async def test_a_stick_that_has_moved_is_followed_by_all_also_by_those_that_are_silent(
    hass: HomeAssistant,
    logger: LoggerSimulator,
    first: MockConfigEntry,
    second: MockConfigEntry,
    make_logger: MakeLogger,
) -> None:
    moved = make_logger(V5, units=1)
    await moved.start()
    for entry in (first, second):
        entry.add_to_hass(hass)
    await change(hass, first, port=moved.port)
    assert first.data["port"] == second.data["port"] == moved.port
    assert second.unique_id == f"{logger.serial}_u2"
    assert second.data["mac"] == MAC


@pytest.mark.usefixtures("no_set_up")
@pytest.mark.parametrize("units", [1, 2])
async def test_a_new_stick_in_a_new_place_has_the_inverters_that_answer_behind_it(
    hass: HomeAssistant,
    logger: LoggerSimulator,
    first: MockConfigEntry,
    second: MockConfigEntry,
    make_logger: MakeLogger,
    units: int,
) -> None:
    stick = make_logger(V5, units=units, serial=NEW_SERIAL)
    await stick.start()
    for entry in (first, second):
        entry.add_to_hass(hass)
    await change(hass, first, port=stick.port, advanced={"serial": str(NEW_SERIAL)})
    assert (first.data["serial"], first.data["port"]) == (NEW_SERIAL, stick.port)
    there = (NEW_SERIAL, stick.port) if units > 1 else (logger.serial, logger.port)
    assert (second.data["serial"], second.data["port"]) == there
    assert second.unique_id == f"{there[0]}_u2"


@pytest.mark.usefixtures("no_set_up")
@pytest.mark.parametrize("logger", map(Combination, GATEWAYS), indirect=True, ids=str)
@pytest.mark.parametrize("units", [1, 2])
async def test_a_gateway_in_a_new_place_has_the_inverters_that_answer_behind_it(
    hass: HomeAssistant,
    logger: LoggerSimulator,
    first: MockConfigEntry,
    second: MockConfigEntry,
    make_logger: MakeLogger,
    units: int,
) -> None:
    gateway = make_logger(TransportKind(first.data["transport"]), units=units)
    await gateway.start()
    for entry in (first, second):
        entry.add_to_hass(hass)
    await change(hass, first, port=gateway.port)
    assert first.data["port"] == gateway.port
    assert second.data["port"] == (gateway.port if units > 1 else logger.port)
    assert second.unique_id == f"{SECOND_SERIAL}_u2"


@pytest.mark.usefixtures("no_set_up")
async def test_a_stick_replaced_by_a_gateway_names_all_inverters_by_themselves(
    hass: HomeAssistant,
    logger: LoggerSimulator,
    first: MockConfigEntry,
    second: MockConfigEntry,
    make_logger: MakeLogger,
) -> None:
    data = dict(second.data) | {"unit": 3, "identity": None}
    nameless = MockConfigEntry(domain=first.domain, unique_id=f"{logger.serial}_u3", data=data)
    for entry in (first, second, nameless):
        entry.add_to_hass(hass)
    await logger.stop()
    gateway = make_logger(TransportKind.MODBUS_TCP, port=logger.port)
    await gateway.start()
    await change(hass, first, advanced={"serial": "", "transport": "modbus_tcp"})
    for entry, unique_id in (
        (first, logger.inverter_serial),
        (second, f"{SECOND_SERIAL}_u2"),
        (nameless, f"{logger.serial}_u3"),
    ):
        assert (entry.data["transport"], entry.data["serial"]) == ("modbus_tcp", None)
        assert entry.unique_id == unique_id


@pytest.mark.usefixtures("no_set_up")
async def test_a_change_that_is_not_about_the_logger_is_of_one_entry(
    hass: HomeAssistant, first: MockConfigEntry, second: MockConfigEntry
) -> None:
    elsewhere = dict(second.data) | {"port": 1}
    other = MockConfigEntry(domain=second.domain, unique_id="other", data=elsewhere)
    for entry in (first, second, other):
        entry.add_to_hass(hass)
    before = dict(second.data)
    await change(hass, first, advanced={"family": "auto"})
    assert (dict(second.data), dict(other.data)) == (before, elsewhere)


@pytest.mark.usefixtures("no_set_up")
async def test_a_unique_id_that_is_taken_is_left_to_its_owner(
    hass: HomeAssistant,
    first: MockConfigEntry,
    second: MockConfigEntry,
    make_logger: MakeLogger,
) -> None:
    stick = make_logger(V5, serial=NEW_SERIAL)
    await stick.start()
    taken = MockConfigEntry(
        domain=first.domain,
        unique_id=f"{NEW_SERIAL}_u2",
        data=dict(second.data) | {"port": 1, "serial": NEW_SERIAL},
    )
    unique_id = second.unique_id
    for entry in (first, second, taken):
        entry.add_to_hass(hass)
    await change(hass, first, port=stick.port, advanced={"serial": str(NEW_SERIAL)})
    assert second.data["serial"] == NEW_SERIAL
    assert second.unique_id == unique_id
