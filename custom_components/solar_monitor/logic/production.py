"""Whether an array makes nothing although it is day, and whether its two counters agree.

- Nothing for an hour of light, or as long as is asked for, is a problem, and one until something
  comes: the night neither starts nor ends it. An unknown power says nothing.
- The meter and the inverters count the same energy. If one of them gets less than `AGREEMENT` of
  what the other gets, over `WINDOW_KWH` (more where that is made while the inverters have not
  reported yet) and twice in a row, a meter measures something else: a
  clamp that hangs loose, is turned round or sits around the wrong wire. A counter that stands still
  while the other goes on is no second opinion: firmware lets one of them stall (docs/envoy.md).

Powers in W, energies in kWh, times in seconds.
"""

from collections.abc import Mapping
from typing import Any, Final

from .panels import Light
from .stored import is_number

NOTHING_S: Final = 3_600.0
# A poll that was missed is no hour without production.
_LONGEST_STEP_S: Final = 900.0

WINDOW_KWH: Final = 2.0
AGREEMENT: Final = 0.7
WINDOWS: Final = 2


class ProductionWatch:
    """Notices an array that makes nothing by day."""

    def __init__(self, memory: object = None, *, nothing_s: float = NOTHING_S) -> None:
        """Continue from what `to_dict` gave; anything else starts with nothing known.

        Nothing for `nothing_s` of light is a problem.
        """
        self._limit_s = nothing_s
        self.problem: bool | None = memory if isinstance(memory, bool) else None
        self._nothing_s = 0.0
        self._looked_at: float | None = None

    def to_dict(self) -> bool | None:
        """Give what must survive a restart."""
        return self.problem

    def offer(
        self, power_w: float | None, *, now: float, light: Light, least_w: float
    ) -> bool | None:
        """Take in the power; `least_w` is what an array makes at least by day."""
        elapsed_s = 0.0 if self._looked_at is None else now - self._looked_at
        self._looked_at = now
        if power_w is None:
            return self.problem
        if power_w > least_w:
            self._nothing_s = 0.0
            self.problem = False
        elif light.since is not None:
            self._nothing_s += min(max(elapsed_s, 0.0), _LONGEST_STEP_S)
            if self._nothing_s >= self._limit_s:
                self.problem = True
        return self.problem


class SumCheck:
    """Compares the energy that meter and inverters counted since the last comparison."""

    def __init__(self, memory: object = None) -> None:
        """Continue from what `to_dict` gave; anything else starts with nothing known."""
        self.agree: bool | None = None
        self._from: tuple[float, float] | None = None
        self._bad = 0
        match memory:
            case {"from": [ct, inverters], "bad": int(bad)} if is_number(ct) and is_number(
                inverters
            ):
                self._from = (ct, inverters)
                self._bad = bad
                self.agree = False if bad >= WINDOWS else None
            case _:
                pass

    def to_dict(self) -> Mapping[str, Any]:
        """Give what must survive a restart, as JSON."""
        return {"from": self._from and list(self._from), "bad": self._bad}

    def offer(
        self,
        ct_kwh: float | None,
        inverters_kwh: float | None,
        *,
        window_kwh: float = WINDOW_KWH,
    ) -> bool | None:
        """Take in both totals, kWh; tells whether they agree, None while that is not known.

        They are compared each time that one of them has counted `window_kwh`.
        """
        if ct_kwh is None or inverters_kwh is None:
            return self.agree
        if self._from is None:
            self._from = (ct_kwh, inverters_kwh)
        ct, inverters = ct_kwh - self._from[0], inverters_kwh - self._from[1]
        if max(ct, inverters) < window_kwh:
            return self.agree
        self._from = (ct_kwh, inverters_kwh)
        if min(ct, inverters) <= 0:
            return self.agree
        if min(ct, inverters) >= AGREEMENT * max(ct, inverters):
            self._bad = 0
            self.agree = True
        else:
            self._bad = min(self._bad + 1, WINDOWS)
            self.agree = False if self._bad >= WINDOWS else self.agree
        return self.agree
