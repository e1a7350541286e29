"""Which entities and devices an inverter becomes, and that each shows what is true."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from custom_components.solar_monitor.sources.deye.source import DeyeSource
from custom_components.solar_monitor.sources.spec import Happening, Outcome
from tests.integration.conftest import SetUp
from tests.integration.deye import coordinator_of, entry_for, registered, state_of
from tests.integration.machine import TimeMachine
from tests.integration.truth import wrong_states
from tests.simulators.logger import LoggerSimulator


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
        display: Mapping[str, object] = entry.options.get("sensor", {})
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
                "precision": display.get("suggested_display_precision"),
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
    for _ in range(2):  # a counter that stands at 0 is believed after three polls
        await coordinator_of(deye_entry).async_refresh()
    assert len(registered(hass, deye_entry)) > 100
    assert not wrong_states(hass, deye_entry, logger)


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
    assert inverter.model == "Single-phase hybrid, 8 kW"
    assert inverter.serial_number == "2207200001"
    assert inverter.sw_version is not None


@pytest.mark.usefixtures("everything_enabled")
async def test_the_device_of_the_battery_tells_what_the_inverter_was_told_of_it(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
) -> None:
    def model() -> str | None:
        entity = registered(hass, deye_entry)["battery_soc"]
        device = dr.async_get(hass).async_get(entity.device_id or "")
        assert isinstance(device, dr.DeviceEntry)
        assert device.manufacturer is None
        return device.model

    await set_up(deye_entry)
    assert model() == "Lithium battery, 300 Ah"
    logger.registers[200], logger.registers[204] = 0, 280
    await machine.run(330)
    assert model() == "Battery, 280 Ah"
    logger.registers[213], logger.registers[204] = 2, 500
    await machine.run(330)
    assert model() == "Battery, 280 Ah"


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


@pytest.mark.parametrize(
    ("host", "url"), [("::1", "http://[::1]"), ("127.0.0.1", "http://127.0.0.1")]
)
async def test_the_logger_leads_to_its_own_page(
    hass: HomeAssistant, set_up: SetUp, logger: LoggerSimulator, host: str, url: str
) -> None:
    entry = entry_for(logger, host=host)
    await set_up(entry)
    device = dr.async_get(hass).async_get(registered(hass, entry)["connectivity"].device_id or "")
    assert isinstance(device, dr.DeviceEntry)
    assert device.configuration_url == url


async def test_what_happens_before_there_are_entities_is_told_to_them(
    hass: HomeAssistant,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    attributes = {"counter": "pv_energy_total", "total_kwh": 5.0}
    happening = Happening(key="counter_corrections", event_type="rebased", attributes=attributes)
    read_live = DeyeSource._read_live  # noqa: SLF001  the poll itself, with one thing more

    async def read(source: DeyeSource, keys: Collection[str], time_limit_s: float) -> Outcome:
        return replace(await read_live(source, keys, time_limit_s), happenings=(happening,))

    monkeypatch.setattr(DeyeSource, "_read_live", read)
    await set_up(deye_entry)
    shown = state_of(hass, "counter_corrections").attributes
    assert shown["event_type"] == "rebased"
    assert shown["total_kwh"] == 5
