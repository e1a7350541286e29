"""The fault matrix: after every fault of the wire, the next clean poll is complete and correct."""

from collections.abc import Callable, Iterator

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.clients.transport import TransportKind
from tests.integration.conftest import MATRIX, SetUp
from tests.integration.deye import coordinator_of, registered, state_of
from tests.integration.face import COMBINATIONS, Combination, transport_of
from tests.integration.machine import TimeMachine
from tests.integration.truth import wrong_states
from tests.simulators.faults import REGISTER_FAULTS
from tests.simulators.logger import Fault, LoggerSimulator

# No value before them can tell that these are wrong; the truth is believed after a while.
FIRST_VALUES = {
    Fault.COUNTER_JUMP: {"_energy_total", "_energy_today"},
    # On the first day of all the inverter's own counter is all there is to tell today from.
    Fault.CLOCK_NEVER_SET: {"_energy_today"},
    Fault.SOC_JUMP: {"battery_soc"},
    Fault.TORN_WORDS: {"_energy_total", "_energy_today"},
}
# So long it takes until some counter has counted another tenth of a kWh.
COUNTS_WITHIN_S = {"micro": 400}


def faults_of(combination: Combination) -> Iterator[Fault]:
    """Give every fault of a combination.

    What goes wrong on the wire is the same for all families. A micro-inverter, the last of them,
    has it on its stick only; behind a gateway it has what goes wrong in its registers.
    """
    stick = combination.transport is TransportKind.SOLARMAN_V5
    for fault in combination.simulator.faults:
        everywhere = combination.family != "micro" or stick or fault in REGISTER_FAULTS
        if everywhere and fault is not Fault.NONE:
            yield fault


def cases() -> Iterator[object]:
    """Give the faults of every combination."""
    for combination in COMBINATIONS:
        for fault in faults_of(combination):
            yield pytest.param(
                combination, fault, id=f"{combination.family}-{combination.transport}-{fault}"
            )


@pytest.fixture(autouse=True)
def in_matrix(logger: LoggerSimulator, record_property: Callable[[str, object], None]) -> None:
    """Count the test in its row of the matrix."""
    record_property(MATRIX, str(Combination(transport_of(logger), logger.family)))


every_fault = pytest.mark.parametrize(("logger", "fault"), list(cases()), indirect=["logger"])


def totals(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str, float]:
    """Give the lifetime counters; a state that is no number fails."""
    return {
        key: float(state_of(hass, key, entry.data["id_prefix"]).state)
        for key, row in registered(hass, entry).items()
        if key.endswith("_energy_total") and not row.disabled
    }


async def poll(machine: TimeMachine, entry: MockConfigEntry) -> None:
    """Poll once, however long it takes."""
    await machine.finish(coordinator_of(entry).async_refresh())


@every_fault
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
    assert before

    logger.fault = fault
    await poll(machine, deye_entry)
    during = totals(hass, deye_entry)
    assert all(0 <= during[key] - before[key] < 0.5 for key in before), "energy out of nothing"

    logger.fault = Fault.NONE
    logger.site.clock.advance(COUNTS_WITHIN_S.get(logger.family, 100))
    logger.site.clock.freeze()
    await poll(machine, deye_entry)
    assert not wrong_states(hass, deye_entry, logger)
    assert totals(hass, deye_entry) != before


@every_fault
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
