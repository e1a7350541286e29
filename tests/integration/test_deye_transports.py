"""Loggers of every kind, several at once, and several inverters behind one of them."""

from collections.abc import AsyncIterator

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.integration.conftest import SetUp
from tests.integration.deye import IDENTITY, coordinator_of, entry_for, state_of
from tests.integration.face import COMBINATIONS, LOGGERS, Combination
from tests.simulators.clock import Clock
from tests.simulators.face import Face
from tests.simulators.face_hybrid_1p import HybridOnePhase
from tests.simulators.faults import Fault
from tests.simulators.logger import LoggerSimulator
from tests.simulators.place import place_where_it_is
from tests.simulators.site import Site

SECOND_SERIAL = "2207200002"
SHOWN = ("pv_power", "pv1_power", "inverter_power", "pv_energy_total")
SHOWN_OF_HYBRIDS = ("battery_soc", "load_power", "grid_power")

every_transport = pytest.mark.parametrize("logger", COMBINATIONS, indirect=True, ids=str)


@pytest.fixture
def other_site() -> Site:
    """Another house, in the evening."""
    house = Site(seed=8, clock=Clock(running=True), place=place_where_it_is(18))
    house.freeze_weather()
    return house


@pytest.fixture
def second(logger: LoggerSimulator, other_site: Site) -> Face:
    """A second inverter behind the logger, which shows other values."""
    inverter = HybridOnePhase(other_site, 2, SECOND_SERIAL)
    logger.add(inverter)
    return inverter


@pytest.fixture
def second_entry(logger: LoggerSimulator, second: Face) -> MockConfigEntry:
    """The entry of the second inverter."""
    first = entry_for(logger)
    stick = first.data["serial"] is not None
    prefix = f"{logger.serial if stick else second.serial}_u2"
    own = {
        "unit": 2,
        "id_prefix": prefix,
        "family": "hybrid_1p",
        "identity": IDENTITY | {"serial": second.serial},
    }
    return MockConfigEntry(
        domain=first.domain,
        unique_id=prefix,
        data=dict(first.data) | own,
    )


def assert_shows(hass: HomeAssistant, entry: MockConfigEntry, inverter: Face) -> None:
    """What Home Assistant shows of an entry is what its inverter says."""
    truth = inverter.truth()
    hybrid = entry.data["family"].startswith("hybrid")
    for key in (*SHOWN, *SHOWN_OF_HYBRIDS) if hybrid else SHOWN:
        shown = float(state_of(hass, key, entry.data["id_prefix"]).state)
        assert shown == pytest.approx(truth[key], abs=0.11), key


@every_transport
async def test_two_inverters_behind_one_logger_share_one_connection_and_nothing_else(
    hass: HomeAssistant,
    logger: LoggerSimulator,
    deye_entry: MockConfigEntry,
    second: Face,
    second_entry: MockConfigEntry,
    set_up: SetUp,
) -> None:
    await set_up(deye_entry)
    await set_up(second_entry)
    assert_shows(hass, deye_entry, logger.inverter)
    assert_shows(hass, second_entry, second)
    assert logger.inverter.truth()["pv1_power"] != second.truth()["pv1_power"]
    assert logger.connections == 1

    assert await hass.config_entries.async_unload(deye_entry.entry_id)
    await coordinator_of(second_entry).async_refresh()
    assert_shows(hass, second_entry, second)
    assert (logger.connections, logger.open_connections) == (1, 1)


@every_transport
async def test_a_silent_inverter_leaves_its_neighbour_alone(
    hass: HomeAssistant,
    logger: LoggerSimulator,
    deye_entry: MockConfigEntry,
    second: Face,
    second_entry: MockConfigEntry,
    set_up: SetUp,
) -> None:
    await set_up(deye_entry)
    await set_up(second_entry)
    del logger.units[1]
    await coordinator_of(deye_entry).async_refresh()
    await coordinator_of(second_entry).async_refresh()
    assert_shows(hass, second_entry, second)
    assert coordinator_of(second_entry).data.connected


@pytest.fixture(params=map(Combination, LOGGERS), ids=str)
async def other_logger(
    request: pytest.FixtureRequest, other_site: Site
) -> AsyncIterator[LoggerSimulator]:
    """A second logger, of every kind."""
    combination: Combination = request.param
    simulator = combination.simulator(
        other_site, serial=1_782_345_394, inverter_serial=SECOND_SERIAL
    )
    await simulator.start()
    yield simulator
    await simulator.stop()


@every_transport
async def test_two_loggers_at_once_know_nothing_of_one_another(
    hass: HomeAssistant,
    logger: LoggerSimulator,
    deye_entry: MockConfigEntry,
    other_logger: LoggerSimulator,
    set_up: SetUp,
) -> None:
    other_entry = entry_for(other_logger, identity=IDENTITY | {"serial": SECOND_SERIAL})
    await set_up(deye_entry)
    await set_up(other_entry)
    logger.fault = Fault.SILENCE
    await coordinator_of(deye_entry).async_refresh()
    await coordinator_of(other_entry).async_refresh()
    assert_shows(hass, other_entry, other_logger.inverter)
    assert coordinator_of(other_entry).data.connected

    logger.fault = Fault.NONE
    await coordinator_of(deye_entry).async_refresh()
    assert_shows(hass, deye_entry, logger.inverter)
    assert_shows(hass, other_entry, other_logger.inverter)
    assert other_logger.connections == 1
