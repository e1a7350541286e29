"""Every family from the wire to the states: what a unit has, it shows, and nothing else."""

from collections.abc import AsyncIterator
from typing import Any

from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.integration.conftest import SetUp
from tests.integration.deye import coordinator_of, entry_for, registered, state_of
from tests.integration.truth import wrong_states
from tests.integration.units import UNITS
from tests.simulators.logger import LoggerSimulator

PREFIX = "2712345678"
RATED_W = {
    "hybrid_1p": 8000,
    "hybrid_1p, 12 kW in W": 12_000,
    "hybrid_1p, 12 kW": 12_000,
    "hybrid_1p, 14 kW": 14_000,
    "hybrid_1p, 15 kW": 15_000,
    "hybrid_1p, 16 kW": 16_000,
    "hybrid_3p_lv": 12_000,
    "hybrid_3p_lv, 2 packs": 12_000,
    "micro": 1600,
    "micro, 1 input": 1600,
}
BATTERY = ["battery"]
DEVICES = {"hybrid_1p": BATTERY, "hybrid_3p_lv": BATTERY, "string": [], "micro": []}


@pytest.fixture
def unit(request: pytest.FixtureRequest) -> str:
    """Name the unit of a test."""
    name: str = request.param
    return name


@pytest.fixture
async def logger(unit: str) -> AsyncIterator[LoggerSimulator]:
    """Give a logger with the unit behind it, at a moment that stands still."""
    simulator = UNITS[unit].logger()
    simulator.site.clock.freeze()
    await simulator.start()
    yield simulator
    await simulator.stop()


every_unit = pytest.mark.parametrize("unit", UNITS, indirect=True)


async def poll_more(entry: MockConfigEntry, times: int = 5) -> None:
    """Poll again: it takes three polls to believe a counter that stands at 0, and to prove a scale.

    The scale of single phases is proven by that of the grid power, so it takes three more.
    """
    for _ in range(times):
        await coordinator_of(entry).async_refresh()


def devices_of(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str, dr.DeviceEntry]:
    """Give the devices of an entry by what their identifier adds to the inverter's."""
    found = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    names = {device.id: next(iter(device.identifiers))[1] for device in found}
    return {names[device.id].removeprefix(PREFIX).removeprefix("_"): device for device in found}


@every_unit
@pytest.mark.usefixtures("everything_enabled")
async def test_every_entity_shows_what_is_true_when_the_unit_was_asleep_as_it_was_added(
    hass: HomeAssistant, set_up: SetUp, logger: LoggerSimulator, unit: str
) -> None:
    entry = entry_for(logger, identity=None)
    await set_up(entry)
    await hass.async_block_till_done(wait_background_tasks=True)
    await poll_more(entry)
    identity: dict[str, Any] = entry.data["identity"]
    assert identity["serial"] == logger.inverter_serial
    assert identity["rated_power_w"] == RATED_W.get(unit, 6000)
    assert identity["mppt_count"] == logger.inverter.inputs
    assert identity["pack_count"] == (2 if unit == "hybrid_3p_lv, 2 packs" else 0)
    assert len(registered(hass, entry)) > 30
    assert not wrong_states(hass, entry, logger)


@every_unit
async def test_what_is_enabled_by_default_shows_what_is_true(
    hass: HomeAssistant, set_up: SetUp, logger: LoggerSimulator
) -> None:
    entry = entry_for(logger, identity=None)
    await set_up(entry)
    await hass.async_block_till_done(wait_background_tasks=True)
    await poll_more(entry)
    enabled = {key for key, row in registered(hass, entry).items() if not row.disabled}
    assert {"pv_power", "pv_energy_total", "pv_energy_today", "connectivity"} <= enabled
    assert not wrong_states(hass, entry, logger)


@every_unit
async def test_a_unit_has_its_inputs_and_phases_and_no_others(
    hass: HomeAssistant, set_up: SetUp, logger: LoggerSimulator, unit: str
) -> None:
    entry = entry_for(logger, identity=None)
    await set_up(entry)
    await hass.async_block_till_done(wait_background_tasks=True)
    keys = set(registered(hass, entry))
    inputs = logger.inverter.inputs
    assert {f"pv{n}_power" for n in range(1, 13)} & keys == {
        f"pv{n}_power" for n in range(1, inputs + 1)
    }
    three = unit.startswith(("hybrid_3p", "string")) and unit != "string, 1 phase"
    assert ("grid_l3_voltage" in keys) is three


@every_unit
async def test_the_devices_are_those_of_the_family_each_behind_its_parent(
    hass: HomeAssistant, set_up: SetUp, logger: LoggerSimulator, unit: str
) -> None:
    entry = entry_for(logger, identity=None)
    await set_up(entry)
    await hass.async_block_till_done(wait_background_tasks=True)
    devices = devices_of(hass, entry)
    packs = ["pack1", "pack2"] if unit == "hybrid_3p_lv, 2 packs" else []
    assert sorted(devices) == sorted(["", "logger", *DEVICES[logger.family], *packs])
    assert devices["logger"].via_device_id is None
    assert devices[""].via_device_id == devices["logger"].id
    assert devices[""].serial_number == logger.inverter_serial
    for name in DEVICES[logger.family]:
        assert devices[name].via_device_id == devices[""].id
    for name in packs:
        assert devices[name].via_device_id == devices["battery"].id


@pytest.mark.parametrize("unit", ["hybrid_3p_lv, 2 packs"], indirect=True)
async def test_a_battery_pack_is_a_device_with_values_of_its_own(
    hass: HomeAssistant, set_up: SetUp, logger: LoggerSimulator
) -> None:
    entry = entry_for(logger, identity=None)
    await set_up(entry)
    await hass.async_block_till_done(wait_background_tasks=True)
    devices, rows = devices_of(hass, entry), registered(hass, entry)
    for pack in (1, 2):
        own = {key for key in rows if key.startswith(f"pack{pack}_")}
        assert len(own) >= 12
        assert {rows[key].device_id for key in own} == {devices[f"pack{pack}"].id}
        device = devices[f"pack{pack}"]
        assert device.model == "Battery pack"
        assert device.serial_number == f"PACK{logger.inverter_serial[-6:]}{pack:02}"
        assert (device.sw_version, device.hw_version) == ("0107", f"010{pack}")
    assert devices["battery"].model == "Lithium battery, 600 Ah"
    names = {devices[f"pack{pack}"].name for pack in (1, 2)}
    assert len(names) == 2
    assert state_of(hass, "pack1_soh").state != state_of(hass, "pack2_soh").state


@pytest.mark.parametrize("unit", ["hybrid_3p_lv, 2 packs"], indirect=True)
async def test_a_pack_that_is_taken_away_takes_its_device_along(
    hass: HomeAssistant, set_up: SetUp, logger: LoggerSimulator
) -> None:
    entry = entry_for(logger, identity=None)
    await set_up(entry)
    await hass.async_block_till_done(wait_background_tasks=True)
    logger.registers[10002] = 1
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entry.data["identity"]["pack_count"] == 1
    assert "pack2" not in devices_of(hass, entry)
    keys = set(registered(hass, entry))
    assert "pack1_soc" in keys
    assert not {key for key in keys if key.startswith("pack2")}


@pytest.mark.parametrize(
    ("unit", "steps_of_load", "steps_of_grid"),
    [
        ("hybrid_1p, 12 kW in W", 1, 1),
        ("hybrid_1p, 12 kW", 10, 10),
        ("hybrid_1p, 14 kW", 1, 10),
        ("hybrid_1p, 15 kW", 1, 10),
        ("hybrid_1p, 16 kW", 10, 10),
    ],
    indirect=["unit"],
)
async def test_a_large_single_phase_hybrid_shows_watts_in_whatever_steps_it_counts(
    hass: HomeAssistant,
    set_up: SetUp,
    logger: LoggerSimulator,
    steps_of_load: int,
    steps_of_grid: int,
) -> None:
    raw = logger.inverter.image()
    true = {}
    for key, word, steps in (
        ("load_power", 178, steps_of_load),
        ("grid_power", 169, steps_of_grid),
    ):
        counted = raw[word] - 65_536 if raw[word] >= 32_768 else raw[word]
        assert counted
        true[key] = str(steps * counted)

    def shown() -> dict[str, str]:
        return {key: state_of(hass, key).state for key in true}

    entry = entry_for(logger, identity=None)
    await set_up(entry)
    await hass.async_block_till_done(wait_background_tasks=True)
    # Three polls in a row have to prove it: tenfold for a minute is tenfold in the statistics.
    assert shown() == dict.fromkeys(true, STATE_UNKNOWN)
    await poll_more(entry, 1)
    assert shown() == dict.fromkeys(true, STATE_UNKNOWN)
    await poll_more(entry, 1)
    assert shown() == true

    # What is proven needs no proof again: at night there may be none.
    logger.registers.update({175: 0, 178: 40, 169: 40})
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert shown() == {"load_power": str(40 * steps_of_load), "grid_power": str(40 * steps_of_grid)}
    assert state_of(hass, "refused_values").state == "0"


@pytest.mark.parametrize("unit", ["hybrid_1p, 12 kW in W", "hybrid_1p, 12 kW"], indirect=True)
async def test_a_large_single_phase_hybrid_that_rests_shows_nothing_that_may_be_tenfold(
    hass: HomeAssistant, set_up: SetUp, logger: LoggerSimulator
) -> None:
    logger.registers.update({175: 0, 178: 400, 169: 400})
    entry = entry_for(logger, identity=None)
    await set_up(entry)
    await hass.async_block_till_done(wait_background_tasks=True)
    await poll_more(entry)
    for key in ("load_power", "grid_power"):
        assert state_of(hass, key).state == STATE_UNKNOWN
    logger.registers.update({178: 0, 169: 0})
    await poll_more(entry, 1)
    for key in ("load_power", "grid_power"):
        assert state_of(hass, key).state == "0"
