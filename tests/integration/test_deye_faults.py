"""The fault matrix: after every fault of the wire, the next clean poll is complete and correct."""

import asyncio

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.integration.conftest import REQUEST_TIMEOUT_S, SetUp
from tests.integration.deye import coordinator_of, state_of
from tests.simulators.logger import Fault, LoggerSimulator

# What a fault of the registers does to values is the guards' business: test_deye_guards.py.
FAULTS = [fault for fault in Fault if fault is not Fault.NONE]

SHOWN = (
    "battery_soc",
    "battery_power",
    "battery_voltage",
    "grid_power",
    "load_power",
    "inverter_power",
    "pv1_power",
    "pv2_power",
    "pv_power",
    "pv_energy_total",
    "grid_import_energy_total",
    "grid_export_energy_total",
    "load_energy_total",
    "battery_charge_energy_total",
    "battery_discharge_energy_total",
    "grid_frequency",
    "heatsink_temperature",
    "running_state",
)


def wrong_values(hass: HomeAssistant, logger: LoggerSimulator) -> dict[str, tuple[str, object]]:
    """Collect what Home Assistant shows differently from the simulated inverter."""
    truth = logger.truth()
    wrong: dict[str, tuple[str, object]] = {}
    for key in SHOWN:
        shown, true = state_of(hass, key).state, truth[key]
        if key == "running_state":
            right = shown == "normal"
        else:
            tolerance = 0.11 if key.endswith("_total") else 0.01
            right = shown not in {"unknown", "unavailable"} and (
                abs(float(shown) - float(str(true))) <= tolerance
            )
        if not right:
            wrong[key] = (shown, true)
    return wrong


@pytest.mark.parametrize("fault", FAULTS)
async def test_the_next_clean_poll_after_a_fault_is_complete_and_correct(
    hass: HomeAssistant,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
    fault: Fault,
) -> None:
    await set_up(deye_entry)
    coordinator = coordinator_of(deye_entry)
    assert not wrong_values(hass, logger)

    logger.fault = fault
    async with asyncio.timeout(40 * REQUEST_TIMEOUT_S):
        await coordinator.async_refresh()
    totals = [state_of(hass, key).state for key in SHOWN if key.endswith("_total")]
    assert "unknown" not in totals
    assert "unavailable" not in totals

    logger.fault = Fault.NONE
    await coordinator.async_refresh()
    await hass.async_block_till_done()
    assert not wrong_values(hass, logger)
    assert state_of(hass, "connectivity").state == "on"


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_start_during_a_fault_ends_well_with_the_fault(
    hass: HomeAssistant,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
    fault: Fault,
) -> None:
    logger.fault = fault
    await set_up(deye_entry)
    logger.fault = Fault.NONE
    await coordinator_of(deye_entry).async_refresh()
    await hass.async_block_till_done()
    totals_are_settled = fault not in {Fault.COUNTER_JUMP, Fault.SOC_JUMP}
    wrong = wrong_values(hass, logger)
    if totals_are_settled:
        assert not wrong
    else:
        # The first value ever cannot be compared with anything; the truth is believed later.
        assert all(key.endswith("_total") or key == "battery_soc" for key in wrong)
