"""Figures that tell how a site does: shares of the day, efficiencies, yield.

Energies in kWh, powers in W, shares and efficiencies as numbers from 0 to 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Self

from .flows import Flows
from .stored import is_number

LEAST_KWH: Final = 0.1
"""With less, a share of a day says nothing."""

DAYS: Final = 30
FEWEST_DAYS: Final = 7
# The charge left in the battery counts at the ends only: over some full cycles that matters little.
FEWEST_CYCLES: Final = 2.0

# What inverters take for themselves would be most of it.
_LEAST_SHARE_OF_RATED: Final = 0.05
LONGEST_GAP_S: Final = 120.0
_CONVERSION_S: Final = 86_400.0


def self_consumption(pv_kwh: float | None, export_kwh: float | None) -> float | None:
    """Give the share of today's solar energy that was used here; None below 0.1 kWh of it."""
    return _share_without(pv_kwh, export_kwh)


def autarky(load_kwh: float | None, import_kwh: float | None) -> float | None:
    """Give the share of today's load that did not come from the grid; None below 0.1 kWh of it."""
    return _share_without(load_kwh, import_kwh)


def _share_without(whole: float | None, part: float | None) -> float | None:
    """Give what a part leaves of the whole."""
    if whole is None or part is None or whole < LEAST_KWH:
        return None
    return min(1.0, max(0.0, (whole - part) / whole))


def specific_yield(energy_kwh: float | None, kwp: float | None) -> float | None:
    """Give the yield per installed power, kWh/kWp; None where one of them is not known."""
    if energy_kwh is None or not kwp or kwp <= 0:
        return None
    return energy_kwh / kwp


@dataclass(frozen=True, slots=True)
class _Mark:
    """The battery's counters and its charge, at the first look of a day."""

    day: int
    """Counted by the calendar (`date.toordinal`)."""
    charge: float
    discharge: float
    charged: float
    """The share of the capacity that was stored. Not the energy: a capacity may be told anew."""

    @classmethod
    def read(cls, data: object) -> Self | None:
        """Read a stored mark back; None for anything that was not written by us."""
        match data:
            case [int(day), charge, discharge, charged] if (
                is_number(charge) and is_number(discharge) and is_number(charged)
            ):
                return cls(day, charge, discharge, charged)
        return None


class RoundTrip:
    """How much of what a battery was charged with comes back, over 30 days."""

    def __init__(self, memory: object = None) -> None:
        """Continue from what `to_dict` gave; anything else starts with nothing known."""
        stored = memory if isinstance(memory, list) else []
        self._marks = [mark for data in stored if (mark := _Mark.read(data))]

    def to_dict(self) -> list[list[Any]]:
        """Give what must survive a restart as JSON."""
        return [[mark.day, mark.charge, mark.discharge, mark.charged] for mark in self._marks]

    def offer(
        self,
        charge_kwh: float | None,
        discharge_kwh: float | None,
        stored_kwh: float | None,
        *,
        today: date,
        capacity_kwh: float | None,
    ) -> float | None:
        """Take in the battery's counters and its stored energy; give the efficiency.

        What is left in it is reckoned by its present capacity at both ends.

        None before a week is over or before the battery was charged twice as a whole: the error of
        what is stored would be too large a part of it.
        """
        if charge_kwh is None or discharge_kwh is None or stored_kwh is None or not capacity_kwh:
            return None
        now = _Mark(today.toordinal(), charge_kwh, discharge_kwh, stored_kwh / capacity_kwh)
        self._keep(now)
        first = self._marks[0]
        charged = now.charge - first.charge
        if now.day - first.day < FEWEST_DAYS or charged < FEWEST_CYCLES * capacity_kwh:
            return None
        left = (now.charged - first.charged) * capacity_kwh
        efficiency = (now.discharge - first.discharge + left) / charged
        return efficiency if 0 < efficiency <= 1 else None

    def _keep(self, now: _Mark) -> None:
        """Keep a mark for each day of the window; counters that fell begin a new one."""
        fallen = any(
            mark.charge > now.charge or mark.discharge > now.discharge for mark in self._marks
        )
        ahead = bool(self._marks) and self._marks[-1].day > now.day
        if fallen or ahead:
            self._marks.clear()
        if not self._marks or self._marks[-1].day != now.day:
            self._marks.append(now)
        self._marks = [mark for mark in self._marks if now.day - mark.day <= DAYS]


@dataclass(slots=True)
class Conversion:
    """What the hybrids give of what they take in, DC to AC, over the last hours of work.

    Counted while they work: above 5 % of their rated power, and while AC comes out. A battery that
    is charged from the grid goes the other way and is left out. Older energy fades over a day.
    """

    taken_ws: float = 0.0
    given_ws: float = 0.0
    _last: tuple[float, float, float] | None = field(default=None, repr=False)

    def offer(self, flows: Flows, *, rated_w: float | None, now: float) -> float | None:
        """Take in the flows of a moment (unix s); give the efficiency, None while not known."""
        taken_w, given_w = flows.dc_in_w, flows.ac_out_w
        last, self._last = self._last, None
        if taken_w is None or given_w is None:
            return self.efficiency(rated_w)
        self._last = (taken_w, given_w, now)
        least_w = _LEAST_SHARE_OF_RATED * (rated_w or 0.0)
        if last is not None and 0 < now - last[2] <= LONGEST_GAP_S:
            taken, given = (taken_w + last[0]) / 2, (given_w + last[1]) / 2
            if taken > least_w and given > least_w:
                seconds = now - last[2]
                fade = max(0.0, 1 - seconds / _CONVERSION_S)
                self.taken_ws = self.taken_ws * fade + taken * seconds
                self.given_ws = self.given_ws * fade + given * seconds
        return self.efficiency(rated_w)

    def efficiency(self, rated_w: float | None) -> float | None:
        """Give the efficiency; None until an hour at a tenth of the rated power was seen."""
        if self.taken_ws < max(360.0 * (rated_w or 0.0), 360_000.0):
            return None
        share = self.given_ws / self.taken_ws
        return share if 0 < share <= 1 else None

    @classmethod
    def from_dict(cls, data: object) -> Self:
        """Continue from what `to_dict` gave; anything else starts with nothing known."""
        match data:
            case {"taken_ws": taken, "given_ws": given} if is_number(taken) and is_number(given):
                return cls(max(0.0, taken), max(0.0, given))
        return cls()

    def to_dict(self) -> Mapping[str, float]:
        """Give what must survive a restart as JSON."""
        return {"taken_ws": self.taken_ws, "given_ws": self.given_ws}
