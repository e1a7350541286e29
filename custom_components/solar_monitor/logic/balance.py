"""Whether the numbers of a site add up: a CT turned round, an array that feeds in elsewhere.

Two figures must stay within bounds on the mean of an hour, whatever people do:

- What the hybrids lose: between -5 % and 25 % of their rated power. An array that hangs on a
  generator port but is entered as on the house's side (or the other way round) breaks this.
- What the house takes beside the load ports: not below -5 % of the rated power. A CT with the wrong
  sign breaks this whenever the site imports.

An hour counts once it is known for at least 45 minutes of it; what is not known says nothing, and a
verdict stands until an hour says otherwise: with a mean that keeps well within (80 % of) the bound,
or with none beyond it for three hours. So a mean at the bound makes no repair that comes and goes.
The bounds are never closer than 150 W: every meter has an error. Powers in W, times in seconds.
"""

from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from .flows import Flows

WINDOW_S: Final = 3_600.0
ENOUGH_S: Final = 2_700.0
LOWEST_SHARE: Final = -0.05
HIGHEST_SHARE: Final = 0.25
CLOSEST_W: Final = 150.0
WELL_WITHIN: Final = 0.8
LONG_ENOUGH_WITHIN_S: Final = 10_800.0
LONGEST_GAP_S: Final = 120.0
# Where no inverter tells its rated power.
DEFAULT_RATED_W: Final = 5_000.0


class Fault(StrEnum):
    """What does not add up; the values are keys of texts."""

    LOSSES_NEGATIVE = "losses_negative"
    """More comes out of the inverters than goes in: some PV is missing behind them."""
    LOSSES_HIGH = "losses_high"
    """Less comes out than goes in: something is counted that does not go through them."""
    HOUSE_NEGATIVE = "house_negative"
    """The house would have to produce: the meter's sign is wrong, or it sits elsewhere."""


@dataclass(slots=True)
class _Mean:
    """The mean of a figure over the last hour, weighed by time."""

    parts: deque[tuple[float, float, float]]
    last: tuple[float, float] | None = None

    def offer(self, value: float | None, now: float) -> None:
        """Take in a figure; None breaks the line."""
        if self.last is not None and value is not None:
            before, at = self.last
            if 0 < now - at <= LONGEST_GAP_S:
                self.parts.append((now, now - at, (before + value) / 2))
        while self.parts and not now - WINDOW_S < self.parts[0][0] <= now:
            self.parts.popleft()  # too old, or of a clock that was ahead
        self.last = None if value is None else (value, now)

    def value(self) -> float | None:
        """Give the mean; None while too little is known."""
        seconds = sum(part[1] for part in self.parts)
        if seconds < ENOUGH_S:
            return None
        return sum(part[1] * part[2] for part in self.parts) / seconds


class BalanceWatch:
    """Notices that the numbers do not add up."""

    def __init__(self) -> None:
        """Start with nothing known; after a restart an hour has to pass first."""
        self._losses = _Mean(deque())
        self._house = _Mean(deque())
        self._beyond_at: dict[Fault, float] = {}
        self.faults: frozenset[Fault] = frozenset()
        self.decided = False
        """Whether an hour has been judged since the start."""

    def offer(self, flows: Flows, *, rated_w: float | None, now: float) -> frozenset[Fault]:
        """Take in the flows of a moment; give what does not add up."""
        rated = rated_w or DEFAULT_RATED_W
        self._losses.offer(flows.losses_w, now)
        self._house.offer(flows.house_w, now)
        lowest = min(LOWEST_SHARE * rated, -CLOSEST_W)
        highest = max(HIGHEST_SHARE * rated, CLOSEST_W)
        losses, house = self._losses.value(), self._house.value()
        if losses is not None:
            self._judge(Fault.LOSSES_NEGATIVE, losses / lowest, now)
            self._judge(Fault.LOSSES_HIGH, losses / highest, now)
        if house is not None:
            self._judge(Fault.HOUSE_NEGATIVE, house / lowest, now)
        return self.faults

    def _judge(self, fault: Fault, share: float, now: float) -> None:
        """Note whether a fault holds; `share`: how much of its bound the mean of an hour is."""
        self.decided = True
        if share > 1:
            self.faults |= {fault}
            self._beyond_at[fault] = now
            return
        since_s = now - self._beyond_at.get(fault, now)
        if share < WELL_WITHIN or not 0 <= since_s < LONG_ENOUGH_WITHIN_S:
            self.faults -= {fault}
