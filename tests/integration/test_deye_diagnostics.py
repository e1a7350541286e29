"""What is given to helpers, and what never is."""

from collections.abc import AsyncIterator
import json
import logging

from homeassistant.config_entries import SOURCE_IGNORE
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    get_system_health_info,
)

from custom_components.solar_monitor.clients.deye.decode import decode
from custom_components.solar_monitor.diagnostics import async_get_config_entry_diagnostics
from tests.integration.conftest import SetUp
from tests.integration.deye import IDENTITY, coordinator_of, entry_for
from tests.integration.machine import TimeMachine
from tests.integration.units import UNITS
from tests.simulators.logger import Fault, LoggerSimulator
from tests.simulators.site import Site

LOGGER_SERIAL = 2_798_761_234
INVERTER_SERIAL = "9876501234"
MAC = "e8:fd:f8:ca:fe:01"
TITLE = "Canary house"
PREFIX = "frozenprefix77"


@pytest.fixture
async def canary(site: Site) -> AsyncIterator[LoggerSimulator]:
    """Give a logger with numbers that are found again wherever they leak."""
    simulator = LoggerSimulator(site, serial=LOGGER_SERIAL, inverter_serial=INVERTER_SERIAL)
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
def canary_entry(canary: LoggerSimulator) -> MockConfigEntry:
    """Give its entry."""
    return entry_for(
        canary,
        title=TITLE,
        mac=MAC,
        id_prefix=PREFIX,
        identity=IDENTITY | {"serial": INVERTER_SERIAL},
        options={"poll_interval": 45},
    )


def secrets_of(canary: LoggerSimulator) -> list[str]:
    """List what must not get out."""
    words = [INVERTER_SERIAL[place : place + 2].encode().hex() for place in range(0, 10, 2)]
    return [
        str(LOGGER_SERIAL),
        f"{LOGGER_SERIAL:x}",
        INVERTER_SERIAL,
        " ".join(words),
        MAC,
        MAC.replace(":", ""),
        TITLE,
        PREFIX,
        canary.host,
    ]


@pytest.mark.parametrize("fault", [Fault.NONE, Fault.REFUSE, Fault.ERROR_06, Fault.SILENCE])
async def test_diagnostics_tell_neither_who_nor_where(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    canary_entry: MockConfigEntry,
    canary: LoggerSimulator,
    fault: Fault,
) -> None:
    await set_up(canary_entry)
    canary.fault = fault
    await machine.run(120)
    shown = await async_get_config_entry_diagnostics(hass, canary_entry)
    text = json.dumps(shown)
    assert [secret for secret in secrets_of(canary) if secret in text] == []
    assert shown["entry"]["options"] == {"poll_interval": 45}
    assert shown["polling"]["connected"] is (fault is Fault.NONE)
    assert shown["source"]["identity"]["serial"] == "********34"
    assert shown["source"]["logger_serial"] == "********34"
    assert shown["source"]["memory"]["counters"]["pv_energy_total"]["raw"] > 1000
    assert shown["source"]["firmware_today"]["pv_energy_today"] > 1


async def test_there_are_diagnostics_of_an_entry_that_is_not_loaded(
    hass: HomeAssistant, canary_entry: MockConfigEntry
) -> None:
    canary_entry.add_to_hass(hass)
    shown = await async_get_config_entry_diagnostics(hass, canary_entry)
    assert shown == {
        "entry": {
            "source": "deye",
            "transport": "solarman_v5",
            "options": {"poll_interval": 45},
            "version": "1.1",
            "state": "not_loaded",
        }
    }


async def test_the_registers_in_diagnostics_can_be_replayed(
    hass: HomeAssistant, set_up: SetUp, canary_entry: MockConfigEntry
) -> None:
    await set_up(canary_entry)
    shown = await async_get_config_entry_diagnostics(hass, canary_entry)
    lines = shown["source"]["registers_hex"]
    words = {
        int(start) + place: int(word, 16)
        for start, line in lines.items()
        for place, word in enumerate(line.split())
    }
    coordinator = coordinator_of(canary_entry)
    registers = canary_entry.runtime_data.coordinator.source.registers
    for key in ("battery_soc", "pv1_power", "pv_energy_total", "grid_frequency", "work_mode"):
        assert decode(registers[key], words) == coordinator.data.values[key]


async def test_diagnostics_leave_the_serial_numbers_of_battery_packs_out(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    packs = UNITS["hybrid_3p_lv, 2 packs"].logger()
    await packs.start()
    entry = entry_for(packs, identity=None)
    await set_up(entry)
    await hass.async_block_till_done(wait_background_tasks=True)
    shown = await async_get_config_entry_diagnostics(hass, entry)
    lines = shown["source"]["registers_hex"]
    assert "10040" in lines
    assert b"PACK".hex(" ", 2) not in " ".join(lines.values())
    assert await hass.config_entries.async_unload(entry.entry_id)
    await packs.stop()


async def test_debug_logs_hold_no_serial_number(
    machine: TimeMachine,
    set_up: SetUp,
    canary_entry: MockConfigEntry,
    canary: LoggerSimulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "custom_components.solar_monitor")
    await set_up(canary_entry)
    for fault in Fault:
        canary.fault = fault
        await machine.run(40)
    ours = "\n".join(
        record.getMessage()
        for record in caplog.records
        if record.name.startswith("custom_components.solar_monitor")
    )
    assert "Frame 0x1510" in ours
    kept_back = [str(LOGGER_SERIAL), f"{LOGGER_SERIAL:x}", INVERTER_SERIAL, MAC, canary.host]
    assert [secret for secret in kept_back if secret in ours] == []


async def test_system_health_counts_the_sources_that_answer(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
) -> None:
    assert await async_setup_component(hass, "system_health", {})
    await set_up(deye_entry)
    ignored = MockConfigEntry(domain="solar_monitor", source=SOURCE_IGNORE, unique_id="ignored")
    ignored.add_to_hass(hass)
    await hass.async_block_till_done()
    info = await get_system_health_info(hass, "solar_monitor")
    assert info == {"sources": 1, "sources_answering": 1, "refused_values": 0}
    logger.fault = Fault.COUNTER_ZERO
    await machine.finish(coordinator_of(deye_entry).async_refresh())
    logger.fault = Fault.SILENCE
    await machine.run(60)
    info = await get_system_health_info(hass, "solar_monitor")
    assert info == {"sources": 1, "sources_answering": 0, "refused_values": 6}
