"""The fault matrix: after every fault of the wire, the next clean poll is complete and correct."""

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.integration.conftest import SetUp
from tests.integration.deye import coordinator_of, registered, state_of
from tests.integration.machine import TimeMachine
from tests.integration.truth import wrong_states
from tests.simulators.logger import Fault, LoggerSimulator

FAULTS = [fault for fault in Fault if fault is not Fault.NONE]

# No value before them can tell that these are wrong; the truth is believed after a while.
FIRST_VALUES = {
    Fault.COUNTER_JUMP: {"_energy_total", "_energy_today"},
    Fault.SOC_JUMP: {"battery_soc"},
}


def totals(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str, float]:
    """Give the lifetime counters; a state that is no number fails."""
    return {
        key: float(state_of(hass, key).state)
        for key, row in registered(hass, entry).items()
        if key.endswith("_energy_total") and not row.disabled
    }


async def poll(machine: TimeMachine, entry: MockConfigEntry) -> None:
    """Poll once, however long it takes."""
    await machine.finish(coordinator_of(entry).async_refresh())


@pytest.mark.parametrize("fault", FAULTS)
async def test_the_next_clean_poll_after_a_fault_is_complete_and_correct(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
    fault: Fault,
) -> None:
    await set_up(deye_entry)
    before = totals(hass, deye_entry)
    assert len(before) == 6

    logger.fault = fault
    await poll(machine, deye_entry)
    during = totals(hass, deye_entry)
    assert all(0 <= during[key] - before[key] < 0.5 for key in before), "energy out of nothing"

    logger.fault = Fault.NONE
    logger.site.clock.advance(100)
    logger.site.clock.freeze()
    await poll(machine, deye_entry)
    assert not wrong_states(hass, deye_entry, logger)
    assert totals(hass, deye_entry) != before


@pytest.mark.parametrize("fault", FAULTS)
async def test_the_first_clean_poll_after_a_start_during_a_fault_is_complete_and_correct(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
    fault: Fault,
) -> None:
    logger.fault = fault
    await set_up(deye_entry)
    logger.fault = Fault.NONE
    logger.site.clock.freeze()
    await poll(machine, deye_entry)
    excused = FIRST_VALUES.get(fault, set())
    wrong = wrong_states(hass, deye_entry, logger)
    assert not {key for key in wrong if not any(key.endswith(end) for end in excused)}
    assert not {STATE_UNKNOWN, STATE_UNAVAILABLE} & {shown for shown, _ in wrong.values()}
