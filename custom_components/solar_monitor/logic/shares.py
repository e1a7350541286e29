"""Which panel yields less than its siblings, and how far apart the panels are.

Each report of a panel is compared with the median power of the others at that time, weighed by how
long the report stands for. So a panel's share is not moved by reports that come at different times,
by hours in which nobody listened, or by panels that were added later. What counts is the recent
days: every new day takes a quarter of the weight of all days before it.

The weakest panel changes only when another one is weaker by `HYSTERESIS`: two panels of the same
strength do not take turns. Powers in W, energies in Wh, shares as numbers (1.0: as the median).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
import math
from typing import Any, Final, Self

from .stored import is_number

DAILY_WEIGHT: Final = 0.75
HYSTERESIS: Final = 0.03
# Of the median's energy: some quarters of an hour in the sun. A share of less is chance.
ENOUGH_WH: Final = 50.0
# Light at dawn comes over one roof before the other.
FAINT_W: Final = 10.0
LONGEST_REPORT_S: Final = 3_600.0
_WS_PER_WH: Final = 3_600.0
_DIGITS: Final = 3


@dataclass(slots=True)
class _Yield:
    """What a panel gave, and what the median of the others gave in the same time; Wh."""

    own: float = 0.0
    others: float = 0.0

    @property
    def share(self) -> float | None:
        """The panel's share; None while too little is known."""
        return self.own / self.others if self.others >= ENOUGH_WH else None

    @classmethod
    def read(cls, data: object) -> Self | None:
        """Read a stored yield back; None for anything that was not written by us."""
        match data:
            case [own, others] if is_number(own) and is_number(others) and min(own, others) >= 0:
                return cls(own, others)
        return None


@dataclass(frozen=True, slots=True)
class Standing:
    """How the panels stand to each other; None while it is not known."""

    weakest: str | None = None
    share: float | None = None
    """The share of the weakest panel."""
    spread: float | None = None
    """The share of the strongest panel minus that of the weakest."""


class Shares:
    """Remembers what panels yield and tells the weakest."""

    def __init__(self, memory: object = None) -> None:
        """Continue from what `to_dict` gave; anything else starts with nothing known."""
        saved = memory if isinstance(memory, Mapping) else {}
        yields, weakest, day = saved.get("yields"), saved.get("weakest"), saved.get("day")
        found = yields if isinstance(yields, Mapping) else {}
        self._yields = {
            str(serial): known for serial, data in found.items() if (known := _Yield.read(data))
        }
        self._weakest = weakest if isinstance(weakest, str) else None
        self._day = day if isinstance(day, str) else None

    def to_dict(self) -> dict[str, Any]:
        """Give what must survive a restart, as JSON."""
        return {
            "yields": {
                serial: [round(known.own, _DIGITS), round(known.others, _DIGITS)]
                for serial, known in self._yields.items()
            },
            "weakest": self._weakest,
            "day": self._day,
        }

    def note(self, serial: str, power_w: float, others_w: float, seconds: float) -> None:
        """Take in a report: the power of so many seconds, and the median of the others' then."""
        if not (math.isfinite(power_w) and FAINT_W <= others_w < math.inf and seconds > 0):
            return
        hours = min(seconds, LONGEST_REPORT_S) / _WS_PER_WH
        known = self._yields.setdefault(serial, _Yield())
        known.own += max(0.0, power_w) * hours
        known.others += others_w * hours

    def turn(self, today: date) -> None:
        """Let the weight of former days fade when a new one begins."""
        day = today.isoformat()
        if self._day is not None and day > self._day:
            for known in self._yields.values():
                known.own *= DAILY_WEIGHT
                known.others *= DAILY_WEIGHT
        self._day = day

    def keep(self, serials: Collection[str]) -> None:
        """Forget all panels but these."""
        for serial in self._yields.keys() - set(serials):
            del self._yields[serial]

    def judge(self) -> Standing:
        """Tell how the panels stand now: at least two, and half of those that reported."""
        shares = {
            serial: share
            for serial, known in self._yields.items()
            if (share := known.share) is not None
        }
        if len(shares) < max(2, len(self._yields) / 2):
            return Standing()
        weakest = min(shares, key=lambda serial: (shares[serial], serial))
        before = self._weakest
        if before in shares and shares[weakest] > shares[before] - HYSTERESIS:
            weakest = before
        self._weakest = weakest
        strongest, faintest = max(shares.values()), min(shares.values())
        return Standing(weakest, shares[weakest], strongest - faintest)

    def share_of(self, serial: str) -> float | None:
        """Give the share of one panel; None while it is not known."""
        known = self._yields.get(serial)
        return known.share if known else None
