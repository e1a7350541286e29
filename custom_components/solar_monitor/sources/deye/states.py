"""What follows from several values of an inverter, as whether the grid is there."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any, Final

from .words import FAULT_BITS

GRID_VOLTAGES: Final = ("grid_l1_voltage", "grid_l2_voltage", "grid_l3_voltage", "grid_voltage")
# Below this the grid is lost (the rule of github.com/tailucas/inverter-monitor).
GRID_PRESENT_V: Final = 90.0
RUNNING_STATE: Final = "running_state"
_FAULT: Final = "fault"
_SLOTS: Final = range(1, 7)
SLOT_KEYS: Final = frozenset(f"slot{slot}_{name}" for slot in _SLOTS for name in ("time", "charge"))
"""What tells whether a time of use charges from the grid."""


def fault_of(values: Mapping[str, Any]) -> bool | None:
    """Tell whether the inverter has stopped: a fault bit, or the state itself says so."""
    bits, state = values.get(FAULT_BITS), values.get(RUNNING_STATE)
    return None if bits is None and state is None else bool(bits) or state == _FAULT


def grid_present(values: Mapping[str, Any]) -> bool | None:
    """Tell whether any phase has voltage."""
    volts = [values[key] for key in GRID_VOLTAGES if values.get(key) is not None]
    return any(volt >= GRID_PRESENT_V for volt in volts) if volts else None


def grid_charge(values: Mapping[str, Any], local_now: datetime) -> bool | None:
    """Tell whether the inverter is set to charge the battery from the grid now.

    With time of use that is the slot's own setting; without, it is so all day.
    """
    enabled = values.get("grid_charge_enabled")
    times_of_use = values.get("time_of_use")
    if not enabled or times_of_use is None or "enabled" not in times_of_use:
        return None if enabled is None else bool(enabled)
    slot = _slot(values, local_now.time())
    charge = None if slot is None else values.get(f"slot{slot}_charge")
    return True if charge is None else "grid" in charge


def _slot(values: Mapping[str, Any], now: time) -> int | None:
    """Give the slot of a time of day: the last that has begun, since yesterday if need be."""
    begins = {
        slot: begin for slot in _SLOTS if isinstance(begin := values.get(f"slot{slot}_time"), time)
    }
    begun = [slot for slot, begin in begins.items() if begin <= now]
    return max(begun or begins, key=lambda slot: (begins[slot], slot), default=None)
