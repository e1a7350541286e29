"""The energy counters of a site, joined from those of its sources.

A joined total is the sum of what its parts have risen since they came to take part. So a source
that joins, is silent, or leaves never makes it jump, and one that was away brings all that it has
counted meanwhile. The parts are guarded totals: a fall of one is a new level, not energy.

What the house took follows from the others:

    Δload = Δpv + Δdischarge - Δcharge + Δimport - Δexport + Δgenerator

(the losses of the inverters are part of it: no meter tells them apart). The parts are counted at
different moments, a panel's every 15 minutes, so the sum goes to and fro a little around the truth.
It is published as its running maximum, and moves only while all parts are known. When a part comes
or goes, or while nothing measures the grid, the sum lacks something: from then on the load goes on
from where it stands, less what the sum was behind by before: that a late part still brings. If a
counter was wrong for long (a CT that is turned round counts what is imported as exported), the
balance lags behind its maximum, and the load would stand still until that is made up for. What of
it has stood for a whole day, though all counters came in meanwhile, will never be made up for: all
but 10 kWh of that is let go.

After a power cut the store may be older than what was shown last. A sum of rises does not mind:
once each part has been heard it has caught up, and until then it is unknown. Where a part is gone
by then, or is an estimate that nothing confirms, and for the running maximum, the store holds a
reserve: the total is unknown until it has passed that. `due` tells when a reserve is used up, or
when parts have come or gone, so that the store has to be written now.

Energies in kWh.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from .stored import is_number

RESERVE_KWH: Final = 0.5
# A site counts less in the time between two writes that are made anyway.
PARTS_RESERVE_KWH: Final = 2.0
LARGEST_DEBT_KWH: Final = 10.0
_DIGITS: Final = 3


class Flow(StrEnum):
    """What is counted; the values are stored."""

    PV = "pv"
    DISCHARGE = "discharge"
    CHARGE = "charge"
    IMPORT = "import"
    EXPORT = "export"
    GENERATOR = "generator"


_SIGNS: Final[Mapping[Flow, int]] = {
    Flow.PV: 1,
    Flow.DISCHARGE: 1,
    Flow.CHARGE: -1,
    Flow.IMPORT: 1,
    Flow.EXPORT: -1,
    Flow.GENERATOR: 1,
}

_NONE: Final[Mapping[Flow, Collection[str]]] = MappingProxyType({})


class JoinedTotal:
    """The sum of the rises of some counters, each named by who counts."""

    def __init__(self, memory: object = None, *, proven: bool = True) -> None:
        """Continue from what `to_dict` gave. `proven`: nothing was shown after it was stored."""
        saved = memory if isinstance(memory, Mapping) else {}
        levels = saved.get("levels")
        stored = levels if isinstance(levels, Mapping) else {}
        self._total = self._stored = _positive(saved.get("total"))
        self._reserved = _positive(saved.get("reserved"))
        self._floor = _positive(saved.get("floor"))
        self._levels = {str(name): kwh for name, kwh in stored.items() if is_number(kwh)}
        waited_for = saved.get("unproven")
        known = waited_for if isinstance(waited_for, list) else []
        self._unproven = {name for name in self._levels if not proven or name in known}
        self._changed = self._regrouped = False

    def to_dict(self) -> dict[str, Any]:
        """Give what must survive a restart as JSON, with a new reserve unless it rests."""
        self._changed = False
        reserved = self._total + (PARTS_RESERVE_KWH if self._total > self._stored else 0.0)
        # What may have been shown before a power cut holds until that is made up for.
        self._reserved = max(reserved, self._floor, self._reserved if self._unproven else 0.0)
        self._stored = self._total
        return {
            "total": self._total,
            "reserved": self._reserved,
            "floor": self._floor,
            "levels": dict(self._levels),
            "unproven": sorted(self._unproven),
        }

    @property
    def due(self) -> bool:
        """Whether this has to be stored now."""
        return self._changed or self._total > self._reserved

    @property
    def total(self) -> float:
        """What has been counted, whether it may be shown or not."""
        return self._total

    @property
    def shown(self) -> float | None:
        """The total to publish; None while there is no part, or a power cut is not made up for."""
        known = self._levels and not self._unproven and self._total >= self._floor
        return round(self._total, _DIGITS) if known else None

    def take_regrouped(self) -> bool:
        """Tell whether a part has come, gone or fallen since this was asked last."""
        regrouped, self._regrouped = self._regrouped, False
        return regrouped

    def offer(self, readings: Mapping[str, float | None], doubtful: Collection[str] = ()) -> bool:
        """Take in the counters as they stand; tell whether all of them are known.

        None: a part is silent. A part that is not named any more has left. `doubtful`: parts that
        may have told more before a power cut.
        """
        for name in self._levels.keys() - readings.keys():
            del self._levels[name]
            self._note_change()
            if name in self._unproven:
                self._unproven.discard(name)
                self._floor = self._reserved  # what it has counted since is lost
        for name, kwh in readings.items():
            if kwh is not None:
                self._take(name, kwh)
                if name not in doubtful:
                    self._unproven.discard(name)
        return None not in readings.values()

    def _take(self, name: str, kwh: float) -> None:
        """Count what a part has risen; a first reading, or a fall, is where it starts."""
        before = self._levels.get(name)
        if before is None or kwh < before:
            self._note_change()
        else:
            self._total += kwh - before
        self._levels[name] = kwh

    def _note_change(self) -> None:
        """Note that a part has come, gone or fallen."""
        self._changed = self._regrouped = True


class _Load:
    """What the house took: the running maximum of a balance."""

    def __init__(self, memory: object = None, *, proven: bool = True) -> None:
        """Continue from what `to_dict` gave. A floor that was not reached yet still holds."""
        saved = memory if isinstance(memory, Mapping) else {}
        self.known = isinstance(memory, Mapping)
        """Whether it was ever counted."""
        self.adrift = saved.get("adrift") is not False
        """Whether the balance lacks something, so that it says nothing but from now on."""
        self._highest = _positive(saved.get("highest"))
        self._reserved = _positive(saved.get("reserved"))
        self._floor = _positive(saved.get("floor"))
        if not proven:
            self._floor = max(self._floor, self._reserved)
        shift = saved.get("shift")
        self._shift = shift if is_number(shift) else 0.0
        self._debt = _positive(saved.get("debt"))
        day, least = saved.get("day"), saved.get("least_debt")
        self._day = day if isinstance(day, int) else None
        self._least_debt = least if is_number(least) else None
        self._changed = False

    def to_dict(self) -> dict[str, Any] | None:
        """Give what must survive a restart as JSON, with a new reserve; None: never counted."""
        self._changed = False
        if not self.known:
            return None
        self._reserved = max(self._floor, self._highest + RESERVE_KWH)
        return {
            "highest": self._highest,
            "reserved": self._reserved,
            "floor": self._floor,
            "shift": self._shift,
            "debt": self._debt,
            "adrift": self.adrift,
            "day": self._day,
            "least_debt": self._least_debt,
        }

    @property
    def due(self) -> bool:
        """Whether this has to be stored now."""
        return self._changed or self._highest > self._reserved

    @property
    def shown(self) -> float | None:
        """What may be shown."""
        known = self.known and self._highest >= self._floor
        return round(self._highest, _DIGITS) if known else None

    def follow(self, balance: float) -> None:
        """Take in the balance of all totals, as all of them are known.

        When it goes on, what a late part still owes was counted before, and is no new energy.
        """
        if self.adrift:
            risen = balance - (self._highest - self._shift - self._debt)
            owed = max(0.0, min(self._debt, LARGEST_DEBT_KWH) - max(0.0, risen))
            self._shift = self._highest - balance - owed
            self.known, self.adrift, self._changed = True, False, True
        self._highest = max(self._highest, balance + self._shift)
        debt = self._debt = self._highest - balance - self._shift
        self._least_debt = debt if self._least_debt is None else min(self._least_debt, debt)

    def begin_day(self, day: int) -> None:
        """Let go of what the balance was behind by all through the day that is over.

        The counters come at different times, so that the balance is behind for hours even if all
        of them are right. It never moves by this: only less has to be made up for.
        """
        if day == self._day:
            return
        excess = (self._least_debt or 0.0) - LARGEST_DEBT_KWH
        if self._day == day - 1 and excess > 0:
            self._shift += excess
            self._changed = True
        self._day, self._least_debt = day, None


class SiteTotals:
    """All counters of a site."""

    def __init__(self, memory: object = None, *, proven: bool = True) -> None:
        """Continue from what `to_dict` gave; see `JoinedTotal`."""
        saved = memory if isinstance(memory, Mapping) else {}
        self._parts = {flow: JoinedTotal(saved.get(flow), proven=proven) for flow in Flow}
        self._load = _Load(saved.get("load"), proven=proven)

    def to_dict(self) -> dict[str, Any]:
        """Give what must survive a restart as JSON, with new reserves."""
        parts: dict[str, Any] = {flow.value: part.to_dict() for flow, part in self._parts.items()}
        return parts | {"load": self._load.to_dict()}

    @property
    def due(self) -> bool:
        """Whether this has to be stored now."""
        return self._load.due or any(part.due for part in self._parts.values())

    def total(self, flow: Flow) -> float | None:
        """Give a total to publish; None if nobody counts it, or while it is not known."""
        return self._parts[flow].shown

    @property
    def load(self) -> float | None:
        """What the house took since the site began; None while it is not known."""
        return self._load.shown

    def begin_day(self, day: int) -> None:
        """Note the number of the day that it is; to be called before `offer`, each time."""
        self._load.begin_day(day)

    def offer(
        self,
        readings: Mapping[Flow, Mapping[str, float | None]],
        *,
        load_counts: bool,
        doubtful: Mapping[Flow, Collection[str]] = _NONE,
    ) -> None:
        """Take in all counters as they stand.

        `load_counts`: the site has what it takes to know its load, a meter among it. `doubtful`:
        see `JoinedTotal.offer`.
        """
        known = [
            part.offer(readings.get(flow, {}), doubtful.get(flow, ()))
            for flow, part in self._parts.items()
        ]
        regrouped = [part.take_regrouped() for part in self._parts.values()]
        self._load.adrift |= any(regrouped) or not load_counts
        if load_counts and all(known):
            balance = sum(_SIGNS[flow] * part.total for flow, part in self._parts.items())
            self._load.follow(balance)


def _positive(value: object) -> float:
    """Read a stored number; 0 for anything that we have not written."""
    return value if is_number(value) and value >= 0 else 0.0
