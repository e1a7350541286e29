"""The fault matrix: after every fault of the wire, the next clean poll is complete and correct."""

import asyncio
from collections.abc import Callable, Iterator

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.integration.conftest import MATRIX, REQUEST_TIMEOUT_S, SetUp
from tests.integration.deye import coordinator_of, state_of
from tests.integration.face import COMBINATIONS, Combination, transport_of
from tests.simulators.logger import Fault, LoggerSimulator

# The first value ever cannot be compared with anything; the truth is believed later. What a fault
# of the registers does to values otherwise is the guards' business: test_deye_guards.py.
BELIEVED_AT_FIRST = {Fault.COUNTER_JUMP, Fault.SOC_JUMP, Fault.TORN_WORDS}

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


def cases() -> Iterator[object]:
    """Give every fault of every combination."""
    for combination in COMBINATIONS:
        for fault in combination.simulator.faults:
            if fault is not Fault.NONE:
                yield pytest.param(
                    combination, fault, id=f"{combination.family}-{combination.transport}-{fault}"
                )


@pytest.fixture(autouse=True)
def in_matrix(logger: LoggerSimulator, record_property: Callable[[str, object], None]) -> None:
    """Count the test in its row of the matrix."""
    record_property(MATRIX, str(Combination(transport_of(logger), logger.family)))


every_fault = pytest.mark.parametrize(("logger", "fault"), list(cases()), indirect=["logger"])


def wrong_values(
    hass: HomeAssistant, logger: LoggerSimulator, entry: MockConfigEntry
) -> dict[str, tuple[str, object]]:
    """Collect what Home Assistant shows differently from the simulated inverter."""
    truth, prefix = logger.truth(), entry.data["id_prefix"]
    wrong: dict[str, tuple[str, object]] = {}
    for key in SHOWN:
        shown, true = state_of(hass, key, prefix).state, truth[key]
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


@every_fault
async def test_the_next_clean_poll_after_a_fault_is_complete_and_correct(
    hass: HomeAssistant,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
    fault: Fault,
) -> None:
    await set_up(deye_entry)
    prefix = deye_entry.data["id_prefix"]
    coordinator = coordinator_of(deye_entry)
    assert not wrong_values(hass, logger, deye_entry)

    logger.fault = fault
    async with asyncio.timeout(40 * REQUEST_TIMEOUT_S):
        await coordinator.async_refresh()
    totals = [state_of(hass, key, prefix).state for key in SHOWN if key.endswith("_total")]
    assert "unknown" not in totals
    assert "unavailable" not in totals

    logger.fault = Fault.NONE
    await coordinator.async_refresh()
    await hass.async_block_till_done()
    assert not wrong_values(hass, logger, deye_entry)
    assert state_of(hass, "connectivity", prefix).state == "on"


@every_fault
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
    wrong = wrong_values(hass, logger, deye_entry)
    if fault in BELIEVED_AT_FIRST:
        assert all(key.endswith("_total") or key == "battery_soc" for key in wrong)
    else:
        assert not wrong
