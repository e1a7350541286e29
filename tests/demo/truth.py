"""What Home Assistant must show, by the simulated logger."""

from collections.abc import Mapping
from datetime import UTC, datetime

from tests.simulators.face_hybrid_1p import STATE_ALARM, STATE_FAULT, STATE_NORMAL
from tests.simulators.logger import LoggerSimulator
from tests.simulators.rows import Reading

type Truth = Mapping[str, Reading]

GRID_PRESENT_V = 90.0
TOLERANCES = {"W": 1.0, "kWh": 0.1}
"""How far values may be apart by their unit: the house goes on between two polls."""
CLOCKS_APART_S = 5.0
"""The same for points in time."""
FLOAT_DUST = 1e-6
RUNNING_STATES: Mapping[Reading, str] = {
    STATE_NORMAL: "normal",
    STATE_ALARM: "alarm",
    STATE_FAULT: "fault",
}


def true_values(logger: LoggerSimulator) -> Truth:
    """Collect all values that are known, by the keys of our entities."""
    truth = logger.truth()
    voltage = truth["grid_l1_voltage"]
    return truth | {
        "running_state": RUNNING_STATES.get(truth["running_state"]),
        "alarm": bool(truth["warning_bits"]),
        "fault": bool(truth["fault_bits"]),
        "grid_present": isinstance(voltage, float) and voltage >= GRID_PRESENT_V,
        "connectivity": True,
    }


def agrees(state: str, unit: str, truth: Reading) -> bool:
    """Tell whether a state says what is true."""
    match truth:
        case None:
            return state == "unknown"
        case bool():
            return state == ("on" if truth else "off")
        case int() | float():
            return _near(state, truth, TOLERANCES.get(unit, 0.0))
        case datetime():
            return _near_in_time(state, truth)
    return state == str(truth)


def _near(state: str, truth: float, tolerance: float) -> bool:
    try:
        return abs(float(state) - truth) <= tolerance + FLOAT_DUST
    except ValueError:
        return False


def _near_in_time(state: str, truth: datetime) -> bool:
    try:
        shown = datetime.fromisoformat(state)
    except ValueError:
        return False
    return abs((shown - truth.astimezone(UTC)).total_seconds()) <= CLOCKS_APART_S
