"""A family that was chosen wrongly: refused where it can be told, put right without a trace."""

from collections.abc import AsyncIterator
from unittest.mock import AsyncMock

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.clients.deye.family import Family
from tests.integration.conftest import SetUp
from tests.integration.deye import coordinator_of, entry_for, registered
from tests.integration.deye_flow.kit import add, address, submit
from tests.integration.truth import wrong_states
from tests.integration.units import UNITS
from tests.simulators.logger import Fault, LoggerSimulator

# Their maps agree in every register that tells one family from another.
ALIKE = {Family.STRING, Family.MICRO}
FAMILIES = ("hybrid_1p", "hybrid_3p_lv", "string", "micro")


@pytest.fixture
async def logger(request: pytest.FixtureRequest) -> AsyncIterator[LoggerSimulator]:
    """Give a logger with a unit behind it, at a moment that stands still."""
    simulator = UNITS[request.param].logger()
    simulator.site.clock.freeze()
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.mark.parametrize("logger", UNITS, indirect=True)
async def test_the_family_is_found_out(
    hass: HomeAssistant, logger: LoggerSimulator, no_set_up: AsyncMock
) -> None:
    created = await add(hass, logger)
    assert created["type"] is FlowResultType.CREATE_ENTRY
    assert created["data"]["family"] == logger.family
    assert created["data"]["identity"]["mppt_count"] == logger.inverter.inputs
    assert no_set_up.call_count == 1


@pytest.mark.parametrize(
    ("logger", "chosen"),
    [
        (family, chosen)
        for family in FAMILIES
        for chosen in Family
        if chosen != family and not {family, chosen} <= ALIKE
    ],
    indirect=["logger"],
)
async def test_a_wrong_family_is_refused(
    hass: HomeAssistant, logger: LoggerSimulator, chosen: Family
) -> None:
    shown = await add(hass, logger, family=str(chosen))
    assert (shown["type"], shown["errors"]) == (FlowResultType.FORM, {"base": "wrong_family"})
    placeholders = shown["description_placeholders"] or {}
    assert placeholders["device_type"] == f"0x{logger.inverter.device_type:04X}"


@pytest.mark.parametrize("logger", ["micro"], indirect=True)
async def test_a_family_that_looks_right_can_be_put_right_later_and_leaves_nothing(
    hass: HomeAssistant, logger: LoggerSimulator, set_up: SetUp
) -> None:
    entry = entry_for(logger, family="string", identity=None)
    await set_up(entry)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert {"operating_power", "dc_temperature"} <= registered(hass, entry).keys()
    await put_right(hass, entry, logger)
    assert not {"operating_power", "dc_temperature"} & registered(hass, entry).keys()


@pytest.mark.parametrize(
    ("logger", "chosen"),
    [
        ("hybrid_3p_lv, 2 packs", Family.HYBRID_1P),
        ("string", Family.HYBRID_3P_LV),
        ("hybrid_1p", Family.STRING),
    ],
    indirect=["logger"],
)
async def test_a_wrong_family_of_a_sleeping_inverter_never_shows_a_value_and_can_be_put_right(
    hass: HomeAssistant,
    logger: LoggerSimulator,
    set_up: SetUp,
    chosen: Family,
    caplog: pytest.LogCaptureFixture,
) -> None:
    logger.fault = Fault.ZEROS
    entry = entry_for(logger, family=str(chosen), identity=None)
    await set_up(entry)
    before = registered(hass, entry).keys()
    logger.fault = Fault.NONE
    for _ in range(3):
        await coordinator_of(entry).async_refresh()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entry.data["identity"] is None
    told = {
        key: state.state
        for key, row in registered(hass, entry).items()
        if not row.disabled and (state := hass.states.get(row.entity_id))
    }
    assert {told[key] for key in told if key.endswith("_power")} == {"unavailable"}
    assert {told[key] for key in told if key.endswith("_energy_total")} == {"unknown"}
    assert caplog.text.count("does not answer") == 1

    await put_right(hass, entry, logger)
    assert registered(hass, entry).keys() != before


async def put_right(hass: HomeAssistant, entry: MockConfigEntry, logger: LoggerSimulator) -> None:
    """Reconfigure an entry; afterwards it is as if the family had been right from the start."""
    shown = await entry.start_reconfigure_flow(hass)
    changed = await submit(hass, shown, address(logger, family="auto"))
    assert changed["reason"] == "reconfigure_successful"
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entry.data["family"] == logger.family
    source = coordinator_of(entry).source
    table = entry.runtime_data.spec.rows(source)
    rows = (*table.sensors, *table.binary_sensors, *table.events)
    assert registered(hass, entry).keys() == {row.key for row in rows}
    identifiers = {
        identifier for device in source.devices for identifier in device.info["identifiers"]
    }
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    assert {next(iter(device.identifiers)) for device in devices} == identifiers
    for _ in range(2):
        await coordinator_of(entry).async_refresh()
    assert not wrong_states(hass, entry, logger)
