"""Compares what Home Assistant shows with what is true in the simulated inverter."""

from datetime import datetime, time

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.integration.deye import registered
from tests.simulators.logger import LoggerSimulator

# What is neither a number nor a time: the words for what the simulated inverter is set to.
WORDS = {
    "active_alarms": "None",
    "aux_port_mode": "0",
    "battery_control_mode": "lithium",
    "battery_operation_mode": "capacity",
    "bms_alarm": "None",
    "bms_fault": "None",
    "energy_pattern": "load_first",
    "generator_relay": "off",
    "grid_connected": "on",
    "peak_shaving_bits": "None",
    "running_state": "normal",
    "time_of_use": "Enabled, Mon, Tue, Wed, Thu, Fri, Sat, Sun",
    "work_mode": "zero_export_to_ct",
} | {f"slot{n}_charge": "None" for n in range(1, 7)}

# What a family says otherwise than a single-phase hybrid, or what only it says.
WORDS_OF_FAMILY: dict[str, dict[str, str]] = {
    "hybrid_3p_lv": {
        "aux_port_mode": "generator",
        "inverter_on": "on",
        "peak_shaving_bits": "Grid peak shaving",
        "relay_bits": "Inverter, Grid",
    }
    | {f"pack{n}_{bits}": "None" for n in (1, 2) for bits in ("alarm", "fault")},
}
# A string inverter's registers of a meter are 0 without one; the simulator has them only with one.
NO_METER = {
    f"{name}_{kind}": 0
    for name in ("load", "grid", "grid_import", "grid_export")
    for kind in ("power", "energy_today", "energy_total")
}

# Ours, with no register behind them.
DERIVED = {
    "alarm": "off",
    "connectivity": "on",
    "counter_corrections": STATE_UNKNOWN,
    "fault": "off",
    "grid_present": "on",
}
ABOUT_THE_LINK = {
    "answer_time",
    "clock_offset",
    "last_success",
    "logger_uptime",
    "refused_values",
}


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


def is_shown(shown: str, true: object, tolerance: float = 0.0) -> bool:
    """Tell whether a state is a true value; a number may have more or fewer zeros behind it."""
    if isinstance(true, int | float) and not isinstance(true, bool):
        known = shown not in {STATE_UNKNOWN, STATE_UNAVAILABLE}
        return known and abs(float(shown) - true) <= tolerance
    return shown == expected_state(true)


def every_truth(logger: LoggerSimulator) -> dict[str, object]:
    """Give what is true, as entities say it, by key."""
    words = WORDS | WORDS_OF_FAMILY.get(logger.family, {})
    return {**NO_METER, **logger.truth(), **words, **DERIVED}


def wrong_states(
    hass: HomeAssistant, entry: MockConfigEntry, logger: LoggerSimulator
) -> dict[str, tuple[str, object]]:
    """Collect what is shown differently from the truth: (shown, true) by key."""
    truth = every_truth(logger)
    wrong: dict[str, tuple[str, object]] = {}
    for key, row in registered(hass, entry).items():
        if key in ABOUT_THE_LINK or row.disabled:
            continue
        state = hass.states.get(row.entity_id)
        shown = state.state if state else "missing"
        # Ours and the firmware's day are both differences of numbers that were cut off.
        tolerance = 0.11 if key.endswith("_energy_today") else 0.0
        if not is_shown(shown, truth[key], tolerance):
            wrong[key] = (shown, truth[key])
    return wrong
