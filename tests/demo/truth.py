"""What Home Assistant must show, by the simulated logger."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple, override

from tests.simulators.face import STATE_ALARM, STATE_FAULT, STATE_NORMAL, STATE_STANDBY
from tests.simulators.face_hybrid_3p_lv import RELAY_GRID
from tests.simulators.logger import LoggerSimulator
from tests.simulators.rows import Reading


class Between(NamedTuple):
    """A number that nobody can know better, by design."""

    low: float
    high: float

    @override
    def __str__(self) -> str:
        return f"{self.low:.3f} to {self.high:.3f}"


type Known = Reading | Between
type Truth = Mapping[str, Known]
type Readings = Mapping[str, Reading]

GRID_PRESENT_V = 90.0
GRID_VOLTAGES = ("grid_l1_voltage", "grid_l2_voltage", "grid_l3_voltage", "grid_voltage")
TOLERANCES = {"W": 1.0, "kWh": 0.1, "V": 0.05, "A": 0.05, "%": 0.5}
"""How far values may be apart by their unit: the battery goes on charging between two polls."""
CLOCKS_APART_S = 5.0
"""The same for points in time."""
FLOAT_DUST = 1e-6
NO_ALARM = "None"
"""In the language of the demo."""
RUNNING_STATES: Mapping[Reading, str] = {
    STATE_STANDBY: "standby",
    STATE_NORMAL: "normal",
    STATE_ALARM: "alarm",
    STATE_FAULT: "fault",
}


def true_values(logger: LoggerSimulator) -> Readings:
    """Collect all values that are known, by the keys of our entities."""
    return in_words(logger.truth())


def in_words(truth: Readings) -> Readings:
    """Put what the registers hold as our entities say it; what nobody knows is left out."""
    warning, fault = bool(truth["warning_bits"]), bool(truth["fault_bits"])
    alarms: dict[str, Reading] = {} if warning or fault else {"active_alarms": NO_ALARM}
    relays = truth.get("relay_bits")
    own_relay = {"grid_connected": bool(relays & RELAY_GRID)} if isinstance(relays, int) else {}
    volts = (truth.get(key) for key in GRID_VOLTAGES)
    return {
        **truth,
        **alarms,
        **own_relay,
        "running_state": RUNNING_STATES.get(truth["running_state"]),
        "alarm": warning,
        "fault": fault,
        "grid_present": any(isinstance(volt, float) and volt >= GRID_PRESENT_V for volt in volts),
        "connectivity": True,
    }


def agrees(state: str, unit: str, truth: Known) -> bool:
    """Tell whether a state says what is true."""
    match truth:
        case None:
            return state == "unknown"
        case bool():
            return state == ("on" if truth else "off")
        case int() | float():
            return _near(state, Between(truth, truth), TOLERANCES.get(unit, 0.0))
        case Between():
            return _near(state, truth, TOLERANCES.get(unit, 0.0))
        case datetime():
            return _near_in_time(state, truth)
    return state == str(truth)


def _near(state: str, truth: Between, tolerance: float) -> bool:
    margin = tolerance + FLOAT_DUST
    try:
        return truth.low - margin <= float(state) <= truth.high + margin
    except ValueError:
        return False


def _near_in_time(state: str, truth: datetime) -> bool:
    try:
        shown = datetime.fromisoformat(state)
    except ValueError:
        return False
    return abs((shown - truth.astimezone(UTC)).total_seconds()) <= CLOCKS_APART_S
