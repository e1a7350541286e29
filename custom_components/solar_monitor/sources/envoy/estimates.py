"""Energies that no meter counts, summed up from power: marked as estimates everywhere.

What a battery takes and gives where there is no storage CT, and what goes to and from the grid
where only production and consumption are measured: grid = consumption − production − battery.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from ...clients.envoy.readings import CtKind
from ...clients.envoy.shape import Shape
from ...logic.estimates import LONGEST_GAP_S, PowerIntegral
from ...logic.today import DayCounter
from .guards import Moment
from .values import BATTERY_POWER, CONSUMPTION_POWER, PRODUCTION_POWER, today_key

GRID_POWER_ESTIMATED: Final = "grid_power_estimated"
# Positive power first, then negative: + discharging, + importing.
_BATTERY: Final = (
    "battery_discharge_energy_total_estimated",
    "battery_charge_energy_total_estimated",
)
_GRID: Final = ("grid_import_energy_total_estimated", "grid_export_energy_total_estimated")
BATTERY_KEYS: Final = frozenset({*_BATTERY, *map(today_key, _BATTERY)})
GRID_KEYS: Final = frozenset({*_GRID, *map(today_key, _GRID), GRID_POWER_ESTIMATED})

# Powers come by several endpoints, a little apart.
_TOGETHER_S: Final = 60.0
# What is asked in the background may miss a poll.
_SLACK: Final = 2.2


class Estimates:
    """Sums up the powers of one system."""

    def __init__(self, interval_s: float, *, memory: object = None, proven: bool = True) -> None:
        """Continue from what `memory` gave.

        `interval_s` is how often the powers are read; `proven` as in `EnvoyGuards`.
        """
        saved = memory if isinstance(memory, Mapping) else {}
        gap_s = max(LONGEST_GAP_S, _SLACK * interval_s)
        self._fresh_s = max(_TOGETHER_S, 2 * interval_s)
        self._battery, self._grid = (
            PowerIntegral(saved.get(name), proven=proven, longest_gap_s=gap_s)
            for name in ("battery", "grid")
        )
        days = saved.get("days")
        known = days if isinstance(days, Mapping) else {}
        self._days = {key: DayCounter(known.get(key)) for key in (*_BATTERY, *_GRID)}
        # What was never counted before today was counted today.
        self._new = {key for key in self._days if key not in known}
        self._powers: dict[str, tuple[float, float]] = {}

    def memory(self) -> dict[str, Any]:
        """Everything that must survive a restart, as JSON; to be called when it is written."""
        return {
            "battery": self._battery.to_dict(),
            "grid": self._grid.to_dict(),
            "days": {key: day.to_dict() for key, day in self._days.items()},
        }

    @property
    def due(self) -> bool:
        """Whether the totals are to be stored now."""
        return self._battery.due or self._grid.due

    def totals(self, shape: Shape, local_now: datetime) -> dict[str, Any]:
        """The totals as they stand, of what has to be estimated for a system of this shape."""
        values: dict[str, Any] = {}
        if _estimates_battery(shape):
            values |= self._energies(self._battery, _BATTERY, local_now)
        if _estimates_grid(shape):
            values |= self._energies(self._grid, _GRID, local_now)
        return values

    def look(self, shape: Shape, values: Mapping[str, Any], now: Moment) -> dict[str, Any]:
        """Take in the powers among guarded values; returns the estimates."""
        estimated: dict[str, Any] = {}
        for key in (PRODUCTION_POWER, CONSUMPTION_POWER, BATTERY_POWER):
            if key not in values:
                continue
            if values[key] is None:
                self._powers.pop(key, None)
            else:
                self._powers[key] = (values[key], now.monotonic)
        if _estimates_battery(shape) and BATTERY_POWER in values:
            self._battery.offer(values[BATTERY_POWER], at=now.monotonic)
            estimated |= self._energies(self._battery, _BATTERY, now.local)
        if _estimates_grid(shape) and CONSUMPTION_POWER in values:
            power = self._grid_power(shape, now.monotonic)
            self._grid.offer(power, at=now.monotonic)
            estimated |= self._energies(self._grid, _GRID, now.local)
            estimated[GRID_POWER_ESTIMATED] = power
        return estimated

    def _grid_power(self, shape: Shape, now: float) -> float | None:
        """Give what the grid must give; None while a part of it is not known."""
        grid = self._recent(CONSUMPTION_POWER, now)
        parts = [PRODUCTION_POWER]
        if _has_battery(shape):
            parts.append(BATTERY_POWER)
        for key in parts:
            power = self._recent(key, now)
            if grid is None or power is None:
                return None
            grid -= power
        return grid

    def _recent(self, key: str, now: float) -> float | None:
        """Give a power unless it is too old to be of the same moment."""
        power, at = self._powers.get(key, (None, now))
        return power if now - at <= self._fresh_s else None

    def _energies(
        self, integral: PowerIntegral, names: tuple[str, str], local_now: datetime
    ) -> dict[str, Any]:
        """Name both totals and their days."""
        values: dict[str, Any] = {}
        for key, total in zip(names, (integral.positive_kwh, integral.negative_kwh), strict=True):
            today = total if key in self._new else None
            day = self._days[key].offer(total, local_now=local_now, firmware_today=today)
            if day is not None:
                self._new.discard(key)
            values[key] = total
            values[today_key(key)] = None if total is None else day
        return values


def _has_battery(shape: Shape) -> bool:
    """Tell whether a battery takes part."""
    return bool(shape.batteries) or CtKind.STORAGE in shape.cts


def _estimates_battery(shape: Shape) -> bool:
    """Tell whether there are batteries that no CT measures."""
    return bool(shape.batteries) and CtKind.STORAGE not in shape.cts


def _estimates_grid(shape: Shape) -> bool:
    """Tell whether house and production are measured, and the grid is not."""
    return (
        CtKind.TOTAL_CONSUMPTION in shape.cts
        and CtKind.NET_CONSUMPTION not in shape.cts
        and shape.production
    )
