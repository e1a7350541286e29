"""Energy from power, where no meter counts it: an estimate, and never more than that.

- Between two readings the power is taken to change evenly (trapezoid). Where its sign changes in
  between, each side gets what is its own.
- Readings further apart than `longest_gap_s` are not joined: what was between them is not known and
  not counted. An unknown power breaks the line as well.
- The two totals only ever rise. Nothing confirms an estimate after a power cut, and what was stored
  may be older than what was shown last. So the store holds a reserve as well, `RESERVE_KWH` above
  the total; once it is used up the totals are stored again (`due`). After a power cut a total stays
  unknown until it has come up to what may have been shown, however often Home Assistant restarts
  meanwhile: it loses a little and never falls. What has not moved since it was stored last needs
  no reserve: a generator that runs once in a year is not unknown for that year.

Powers in W, energies in kWh, times in seconds of one clock.
"""

from collections.abc import Mapping
import math
from typing import Any, Final

from .stored import is_number

LONGEST_GAP_S: Final = 120.0
RESERVE_KWH: Final = 0.5
_DIGITS: Final = 3
_WS_PER_KWH: Final = 3_600_000.0


class RisingTotal:
    """A total that only ever rises, with its reserve."""

    kwh: float
    """What was counted, whether it may be shown or not."""

    def __init__(self, memory: object, *, proven: bool) -> None:
        """Continue from what `to_dict` gave; anything else begins at zero.

        `proven` is false where that may be older than what was shown last.
        """
        saved = memory if isinstance(memory, Mapping) else {}
        kwh, reserved = saved.get("kwh"), saved.get("reserved")
        self.kwh = self._reserved = 0.0
        if is_number(kwh) and is_number(reserved) and 0 <= kwh <= reserved:
            self.kwh, self._reserved = kwh, reserved
        floor = saved.get("floor")
        self._floor = floor if is_number(floor) else 0.0
        if not proven:
            self._floor = max(self._floor, self._reserved)
        self._stored = self.kwh

    @property
    def shown(self) -> float | None:
        """What may be shown; None while more may have been shown before a power cut."""
        return round(self.kwh, _DIGITS) if self.kwh >= self._floor else None

    @property
    def due(self) -> bool:
        """Whether the reserve is used up."""
        return self.kwh > self._reserved

    def to_dict(self) -> dict[str, float]:
        """Give what to store, with a new reserve unless it rests."""
        reserve = RESERVE_KWH if self.kwh > self._stored else 0.0
        self._stored = self.kwh
        self._reserved = max(self._floor, self.kwh + reserve)
        return {"kwh": self.kwh, "reserved": self._reserved, "floor": self._floor}


class PowerIntegral:
    """Sums a signed power up, each direction for itself."""

    def __init__(
        self,
        memory: object = None,
        *,
        proven: bool = True,
        longest_gap_s: float = LONGEST_GAP_S,
    ) -> None:
        """Continue from what `to_dict` gave.

        `proven` is false where that may be older than what was shown last.
        """
        saved = memory if isinstance(memory, Mapping) else {}
        self._positive = RisingTotal(saved.get("positive"), proven=proven)
        self._negative = RisingTotal(saved.get("negative"), proven=proven)
        self._longest_gap_s = longest_gap_s
        self._last: tuple[float, float] | None = None

    @property
    def positive_kwh(self) -> float | None:
        """The energy of positive power so far; None while it is not known."""
        return self._positive.shown

    @property
    def negative_kwh(self) -> float | None:
        """The energy of negative power so far, as a positive number; None while not known."""
        return self._negative.shown

    @property
    def due(self) -> bool:
        """Whether the totals are to be stored now."""
        return self._positive.due or self._negative.due

    def to_dict(self) -> dict[str, Any]:
        """Give what must survive a restart; to be called when it is about to be written."""
        return {"positive": self._positive.to_dict(), "negative": self._negative.to_dict()}

    def counted_kwh(self, *, positive: bool) -> float:
        """Give the energy of a direction, whether it may be shown by itself or not."""
        return (self._positive if positive else self._negative).kwh

    def offer(self, power_w: float | None, *, at: float) -> bool:
        """Take in a reading of the power at a time; None: it is unknown from here on.

        Tells whether everything since the reading before is counted.
        """
        last, self._last = self._last, None
        if power_w is None or not math.isfinite(power_w):
            return False
        self._last = (power_w, at)
        if last is None:
            return False
        seconds = at - last[1]
        if 0 < seconds <= self._longest_gap_s:
            self._count(last[0], power_w, seconds)
        return 0 <= seconds <= self._longest_gap_s

    def _count(self, from_w: float, to_w: float, seconds: float) -> None:
        """Add the trapezoid between two readings, cut where it crosses zero."""
        area = (from_w + to_w) / 2 * seconds
        if from_w * to_w < 0:
            share = from_w / (from_w - to_w)
            first = from_w / 2 * share * seconds
            self._add(first)
            self._add(area - first)
        else:
            self._add(area)

    def _add(self, watt_seconds: float) -> None:
        """Count energy in its own direction."""
        total = self._positive if watt_seconds > 0 else self._negative
        total.kwh += abs(watt_seconds) / _WS_PER_KWH
