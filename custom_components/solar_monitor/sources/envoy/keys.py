"""Which keys a gateway of some shape can have, by the poll that brings them."""

from collections.abc import Iterable, Iterator
from typing import Final

from ...clients.envoy.readings import CtKind
from ...clients.envoy.shape import Shape
from . import panels
from .alarms import ALARM_KEYS
from .estimates import BATTERY_KEYS, GRID_KEYS, GRID_POWER_ESTIMATED
from .values import (
    BATTERY_POWER,
    BATTERY_SOC,
    CONSUMPTION_POWER,
    CT_SUM,
    GRID_POWER,
    INVERTER_SUM,
    PRODUCTION_POWER,
    phase_key,
    today_key,
)

LIVE_MODE: Final = "live_mode"
FIRMWARE: Final = "firmware"
LAST_ANSWER: Final = "last_answer"
ANSWER_TIME: Final = "answer_time"
REFUSED_VALUES: Final = "refused_values"
TOKEN_PROBLEM: Final = "token_problem"  # noqa: S105 - the name of a value
LINK_KEYS: Final = frozenset(
    {LIVE_MODE, FIRMWARE, LAST_ANSWER, ANSWER_TIME, REFUSED_VALUES, TOKEN_PROBLEM}
)

_COUNTED: Final = ("production_energy_total", "consumption_energy_total")
_GRID_COUNTED: Final = ("grid_import_energy_total", "grid_export_energy_total")
_BATTERY_COUNTED: Final = ("battery_charge_energy_total", "battery_discharge_energy_total")
_BATTERY: Final = (BATTERY_SOC, BATTERY_POWER, "battery_energy_stored", "battery_capacity")
_CT: Final = (
    "power",
    "voltage",
    "current",
    "frequency",
    "power_factor",
    "apparent_power",
    "reactive_power",
    "energy_delivered_total",
    "energy_received_total",
)
_CT_STATES: Final = ("metering_status", "status_flags")
_SUMS: Final = ("ct_production_power_sum", "inverter_production_power_sum", CT_SUM, INVERTER_SUM)
_BATTERY_DEVICE: Final = ("soc", "power", "temperature", "last_report", "communicating")
_ENPOWER: Final = ("grid_mode", "mains_admin_state", "mains_oper_state", "temperature")
_COLLAR: Final = ("grid_state", "mid_state", "admin_state", "temperature")
_SLOW_DEVICES: Final = {"enpower": _ENPOWER, "collar": _COLLAR, "c6": ("admin_state",)}
GENERATOR_KEYS: Final = frozenset(
    f"generator_{name}" for name in ("admin_state", "oper_state", "mode", "start_soc", "stop_soc")
)
TARIFF_KEYS: Final = frozenset({"storage_mode", "reserve", "charge_from_grid", "ai_optimisation"})

# What is read whether an entity shows it or not: a site needs it, and alarms hang on it.
CORE: Final = frozenset(
    {
        PRODUCTION_POWER,
        CONSUMPTION_POWER,
        GRID_POWER,
        GRID_POWER_ESTIMATED,
        BATTERY_POWER,
        BATTERY_SOC,
        *BATTERY_KEYS,
        *GRID_KEYS,
        *_COUNTED,
        *_GRID_COUNTED,
        *_BATTERY_COUNTED,
        *map(today_key, (*_COUNTED, *_GRID_COUNTED, *_BATTERY_COUNTED)),
        CT_SUM,
        INVERTER_SUM,
        *ALARM_KEYS,
        LIVE_MODE,
        FIRMWARE,
        REFUSED_VALUES,
        TOKEN_PROBLEM,
    }
)
PANEL_CORE: Final = (panels.POWER, panels.TOTAL, panels.TODAY, panels.PROBLEM)


def fast_keys(shape: Shape) -> frozenset[str]:
    """What the fast poll brings."""
    names = [PRODUCTION_POWER, CONSUMPTION_POWER, GRID_POWER, "grid_voltage"]
    for total in (*_COUNTED, *_GRID_COUNTED):
        names += [total, today_key(total)]
    for kind in CtKind:
        if kind in shape.cts:
            names += [f"ct_{kind}_{name}" for name in _CT]
    found = {*_with_phases(names, shape.phase_count), "grid_frequency"}
    found.update(f"ct_{kind}_{name}" for kind in shape.cts for name in _CT_STATES)
    found.update(_BATTERY, _BATTERY_COUNTED, map(today_key, _BATTERY_COUNTED))
    found.update(_SUMS, BATTERY_KEYS, GRID_KEYS, ALARM_KEYS, LINK_KEYS)
    return frozenset(found)


def panel_keys(shape: Shape) -> frozenset[str]:
    """What the poll of the panels brings."""
    own = {panels.panel_key(serial, key) for serial in shape.panels for key in panels.KEYS}
    return panels.SUMMARY_KEYS | own


def panel_core(shape: Shape) -> frozenset[str]:
    """What is read of the panels in any case."""
    own = {panels.panel_key(serial, key) for serial in shape.panels for key in PANEL_CORE}
    return panels.SUMMARY_KEYS | own


def slow_keys(shape: Shape) -> frozenset[str]:
    """What the slow poll brings."""
    found = {"battery_reserve_soc", *GENERATOR_KEYS, *TARIFF_KEYS}
    for serial in shape.batteries:
        found.update(panels.panel_key(serial, key) for key in _BATTERY_DEVICE)
    for device, names in _SLOW_DEVICES.items():
        found.update(f"{device}_{name}" for name in (*names, "communicating", "last_report"))
    return frozenset(found)


def _with_phases(names: Iterable[str], phases: int) -> Iterator[str]:
    """Name values, and those of each phase where there are several."""
    for name in names:
        yield name
        if phases > 1:
            for phase in range(1, phases + 1):
                yield phase_key(name, phase)
