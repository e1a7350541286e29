"""Which entities and devices an inverter becomes, and that each shows what is true."""

from datetime import datetime, time
from typing import Any

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from tests.integration.conftest import SetUp
from tests.integration.deye import entry_for, state_of
from tests.simulators.logger import LoggerSimulator

# What is neither a number nor a time: the words for what the simulated inverter is set to.
WORDS = {
    "active_alarms": "No alarms",
    "aux_port_mode": "0",
    "battery_control_mode": "lithium",
    "battery_operation_mode": "capacity",
    "bms_alarm": "none",
    "bms_fault": "none",
    "energy_pattern": "load_first",
    "generator_relay": "off",
    "grid_connected": "on",
    "peak_shaving_bits": "none",
    "running_state": "normal",
    "time_of_use": "enabled, monday, tuesday, wednesday, thursday, friday, saturday, sunday",
    "work_mode": "zero_export_to_ct",
} | {f"slot{n}_charge": "none" for n in range(1, 7)}

# Ours, with no register behind them.
DERIVED = {
    "alarm": "off",
    "connectivity": "on",
    "counter_corrections": STATE_UNKNOWN,
    "fault": "off",
    "grid_present": "on",
    "refused_values": "0",
}
ABOUT_THE_LINK = {"answer_time", "clock_offset", "last_success", "logger_uptime"}


def registered(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str, er.RegistryEntry]:
    """Give the registry entries by key."""
    entries = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    return {found.unique_id.removeprefix("2712345678_"): found for found in entries}


def expected_state(true: object) -> str:
    """Write a true value as Home Assistant shows it."""
    match true:
        case None:
            return STATE_UNKNOWN
        case bool():
            return "on" if true else "off"
        case time():
            return f"{true:%H:%M}"
        case datetime():
            zone = dt_util.get_default_time_zone()
            return dt_util.as_utc(true.replace(tzinfo=zone)).isoformat(timespec="seconds")
    return str(true)


def is_shown(shown: str, true: object) -> bool:
    """Tell whether a state is a true value; a number may have more or fewer zeros behind it."""
    if isinstance(true, int | float) and not isinstance(true, bool):
        return shown not in {STATE_UNKNOWN, STATE_UNAVAILABLE} and float(shown) == true
    return shown == expected_state(true)


@pytest.mark.usefixtures("everything_enabled")
async def test_the_rows_are_what_they_were(
    hass: HomeAssistant, set_up: SetUp, deye_entry: MockConfigEntry, snapshot: SnapshotAssertion
) -> None:
    await set_up(deye_entry)
    devices = dr.async_get(hass)
    rows = []
    for key, entry in sorted(registered(hass, deye_entry).items()):
        assert entry.device_id is not None
        device = devices.async_get(entry.device_id)
        assert device is not None
        capabilities = dict(entry.capabilities or {})
        state = hass.states.get(entry.entity_id)
        assert state is not None
        rows.append(
            {
                "key": key,
                "unique_id": entry.unique_id,
                "entity_id": entry.entity_id,
                "translation_key": entry.translation_key,
                "name": state.name,
                "device": device.name,
                "category": entry.entity_category,
                "device_class": entry.original_device_class,
                "unit": entry.unit_of_measurement,
                "state_class": capabilities.pop("state_class", None),
                "precision": entry.options.get("sensor", {}).get("suggested_display_precision"),
            }
            | capabilities
        )
    assert rows == snapshot(extension_class=JSONSnapshotExtension)


async def test_what_is_enabled_by_default_is_what_it_was(
    hass: HomeAssistant, set_up: SetUp, deye_entry: MockConfigEntry, snapshot: SnapshotAssertion
) -> None:
    await set_up(deye_entry)
    entities = registered(hass, deye_entry)
    enabled = sorted(key for key, entry in entities.items() if not entry.disabled)
    print(f"{len(enabled)} of {len(entities)} entities are enabled by default")  # noqa: T201 - a figure for the reader
    assert 30 <= len(enabled) <= 60
    assert enabled == snapshot(extension_class=JSONSnapshotExtension)


@pytest.mark.usefixtures("everything_enabled")
async def test_every_entity_shows_what_the_inverter_says(
    hass: HomeAssistant, set_up: SetUp, deye_entry: MockConfigEntry, logger: LoggerSimulator
) -> None:
    logger.site.clock.freeze()
    await set_up(deye_entry)
    truth: dict[str, Any] = {**logger.truth(), **WORDS, **DERIVED}
    keys = registered(hass, deye_entry).keys() - ABOUT_THE_LINK
    shown = {key: state_of(hass, key).state for key in keys}
    assert len(shown) > 100
    wrong = {key: (shown[key], truth[key]) for key in keys if not is_shown(shown[key], truth[key])}
    assert not wrong


@pytest.mark.usefixtures("everything_enabled")
async def test_the_figures_of_the_link_are_shown(
    hass: HomeAssistant, set_up: SetUp, deye_entry: MockConfigEntry, logger: LoggerSimulator
) -> None:
    started = dt_util.utcnow()
    logger.clock_offset_s = 42
    await set_up(deye_entry)
    assert 0 < float(state_of(hass, "answer_time").state) < 5
    assert abs(float(state_of(hass, "clock_offset").state) - 42) <= 5
    for key in ("last_success", "logger_uptime"):
        moment = dt_util.parse_datetime(state_of(hass, key).state)
        assert moment is not None
        assert abs((moment - started).total_seconds()) < 10


async def test_the_inverter_hangs_behind_the_logger_and_the_battery_behind_the_inverter(
    hass: HomeAssistant, set_up: SetUp, deye_entry: MockConfigEntry
) -> None:
    await set_up(deye_entry)
    found = dr.async_entries_for_config_entry(dr.async_get(hass), deye_entry.entry_id)
    devices = {next(iter(device.identifiers))[1]: device for device in found}
    assert devices.keys() == {"2712345678_logger", "2712345678", "2712345678_battery"}
    logger, inverter, battery = (
        devices[f"2712345678{suffix}"] for suffix in ("_logger", "", "_battery")
    )
    assert logger.via_device_id is None
    assert inverter.via_device_id == logger.id
    assert battery.via_device_id == inverter.id
    assert (logger.manufacturer, logger.serial_number) == ("Solarman", "2712345678")
    assert inverter.manufacturer == "Deye"
    assert inverter.model == "Single-phase hybrid 8 kW"
    assert inverter.serial_number == "2207200001"
    assert inverter.sw_version is not None


async def test_the_hardware_address_becomes_a_connection_of_the_logger(
    hass: HomeAssistant, set_up: SetUp, logger: LoggerSimulator
) -> None:
    entry = entry_for(logger, mac="e8:fd:f8:11:22:33")
    await set_up(entry)
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    connections = {device.name: device.connections for device in devices}
    assert connections["Deye logger"] == {(dr.CONNECTION_NETWORK_MAC, "e8:fd:f8:11:22:33")}


async def test_two_strings_have_no_entities_of_a_third(
    hass: HomeAssistant, set_up: SetUp, deye_entry: MockConfigEntry
) -> None:
    await set_up(deye_entry)
    keys = registered(hass, deye_entry)
    assert "pv2_power" in keys
    assert "pv3_power" not in keys
    assert "grid_l2_voltage" not in keys


async def test_alarms_are_named_in_words_and_listed_as_codes(
    hass: HomeAssistant, set_up: SetUp, deye_entry: MockConfigEntry, logger: LoggerSimulator
) -> None:
    logger.inverter.warning_bits = 1 << 1
    logger.inverter.fault_bits = 1 << 63 | 1 << 17
    await set_up(deye_entry)
    assert state_of(hass, "alarm").state == "on"
    assert state_of(hass, "fault").state == "on"
    alarms = state_of(hass, "active_alarms")
    assert alarms.attributes["codes"] == [
        "fault_18_ac_overcurrent",
        "fault_64_heatsink_overheated",
        "warning_02_fan",
    ]
    assert len(alarms.state.split(", ")) == 3
    assert "fault_18" not in alarms.state


async def test_without_the_grid_it_is_said_to_be_absent(
    hass: HomeAssistant, set_up: SetUp, deye_entry: MockConfigEntry, logger: LoggerSimulator
) -> None:
    logger.site.grid_up = False
    await set_up(deye_entry)
    assert state_of(hass, "grid_present").state == "off"
    assert float(state_of(hass, "grid_frequency").state) == 0
    assert state_of(hass, "connectivity").state == "on"
