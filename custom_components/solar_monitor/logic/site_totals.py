"""The energy counters of a site, joined from those of its sources.

A joined total is the sum of what its parts have risen since they came to take part. So a source
that joins, is silent, or leaves never makes it jump, and one that was away brings all that it has
counted meanwhile. The parts are guarded totals: a fall of one is a new level, not energy.

What the house took follows from the others:

    Δload = Δpv + Δdischarge - Δcharge + Δimport - Δexport + Δgenerator

(the losses of the inverters are part of it: no meter tells them apart). The parts are counted at
different moments, a panel's every 15 minutes, so the sum goes to and fro a little around the truth.
It is published as its running maximum, and moves only while all parts are known.

After a power cut the store may be older than what was shown last. A sum of rises does not mind:
once each part has been heard it has caught up, and until then it is unknown. The running maximum
may have been ahead of what is stored: it is unknown until it has passed a reserve that the store
holds for it. `due` tells when that is used up, or when parts have come or gone, so that the store
has to be written now.

Energies in kWh.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Self

from .stored import is_number

RESERVE_KWH: Final = 0.5
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


class JoinedTotal:
    """The sum of the rises of some counters, each named by who counts."""

    def __init__(self, memory: object = None, *, proven: bool = True) -> None:
        """Continue from what `to_dict` gave. `proven`: nothing was shown after it was stored."""
        saved = memory if isinstance(memory, Mapping) else {}
        total, levels = saved.get("total"), saved.get("levels")
        stored = levels if isinstance(levels, Mapping) else {}
        self._total = total if is_number(total) and total >= 0 else 0.0
        self._levels = {str(name): kwh for name, kwh in stored.items() if is_number(kwh)}
        waited_for = saved.get("unproven")
        known = waited_for if isinstance(waited_for, list) else []
        self._unproven = {name for name in self._levels if not proven or name in known}
        self.changed = False
        """Whether parts have come, gone or fallen since `to_dict`: a store must know at once."""

    def to_dict(self) -> dict[str, Any]:
        """Give what must survive a restart as JSON."""
        self.changed = False
        return {
            "total": self._total,
            "levels": dict(self._levels),
            "unproven": sorted(self._unproven),
        }

    @property
    def total(self) -> float:
        """What has been counted, whether it may be shown or not."""
        return self._total

    @property
    def shown(self) -> float | None:
        """The total to publish; None while there is no part, or a power cut is not made up for."""
        return round(self._total, _DIGITS) if self._levels and not self._unproven else None

    def offer(self, readings: Mapping[str, float | None]) -> bool:
        """Take in the counters as they stand; tell whether all of them are known.

        None: a part is silent. A part that is not named any more has left.
        """
        for name in self._levels.keys() - readings.keys():
            del self._levels[name]
            self._unproven.discard(name)
            self.changed = True
        for name, kwh in readings.items():
            if kwh is not None:
                self._take(name, kwh)
        return None not in readings.values()

    def _take(self, name: str, kwh: float) -> None:
        """Count what a part has risen; a first reading, or a fall, is where it starts."""
        before = self._levels.get(name)
        if before is None or kwh < before:
            self.changed = True
        else:
            self._total += kwh - before
        self._levels[name] = kwh
        self._unproven.discard(name)


@dataclass(slots=True)
class _Peak:
    """The highest value so far, and what may have been shown before a power cut."""

    highest: float
    reserved: float
    floor: float

    @property
    def shown(self) -> float | None:
        """What may be shown."""
        return round(self.highest, _DIGITS) if self.highest >= self.floor else None

    @classmethod
    def read(cls, data: object, *, proven: bool) -> Self:
        """Read it back. A floor that was not reached yet still holds."""
        match data:
            case [highest, reserved, floor] if (
                is_number(highest) and is_number(reserved) and is_number(floor)
            ):
                return cls(highest, reserved, floor if proven else max(floor, reserved))
        return cls(0.0, 0.0, 0.0)

    def to_list(self) -> list[float]:
        """Give it as JSON, with a new reserve."""
        self.reserved = self.highest + RESERVE_KWH
        return [self.highest, self.reserved, self.floor]


class SiteTotals:
    """All counters of a site."""

    def __init__(self, memory: object = None, *, proven: bool = True) -> None:
        """Continue from what `to_dict` gave; see `JoinedTotal`."""
        saved = memory if isinstance(memory, Mapping) else {}
        self._parts = {flow: JoinedTotal(saved.get(flow), proven=proven) for flow in Flow}
        self._load = _Peak.read(saved.get("load"), proven=proven)
        self._load_known = saved.get("load") is not None

    def to_dict(self) -> dict[str, Any]:
        """Give what must survive a restart as JSON, with a new reserve."""
        parts: dict[str, Any] = {flow.value: part.to_dict() for flow, part in self._parts.items()}
        return parts | {"load": self._load.to_list() if self._load_known else None}

    @property
    def due(self) -> bool:
        """Whether this has to be stored now."""
        ahead = self._load.highest > self._load.reserved
        return ahead or any(part.changed for part in self._parts.values())

    def total(self, flow: Flow) -> float | None:
        """Give a total to publish; None if nobody counts it, or while it is not known."""
        return self._parts[flow].shown

    @property
    def load(self) -> float | None:
        """What the house took since the site began; None while it is not known."""
        return self._load.shown if self._load_known else None

    def offer(
        self, readings: Mapping[Flow, Mapping[str, float | None]], *, load_counts: bool
    ) -> None:
        """Take in all counters as they stand.

        `load_counts`: the site has what it takes to know its load, a meter among it.
        """
        known = [part.offer(readings.get(flow, {})) for flow, part in self._parts.items()]
        if (
            not load_counts
            or not all(known)
            or any(part.shown is None for flow, part in self._parts.items() if readings.get(flow))
        ):
            return
        self._load_known = True
        balance = sum(_SIGNS[flow] * part.total for flow, part in self._parts.items())
        self._load.highest = max(self._load.highest, balance)
