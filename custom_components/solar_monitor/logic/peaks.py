"""The highest mean import of a month, as demand tariffs bill it.

Import is averaged over intervals of the clock, 30 and 60 minutes long. What counts is the highest
mean of the month: of all intervals, and of those that lie wholly within the hours in which demand
costs more. An interval of which less than nine tenths are known does not count: a restart or a
silent meter never makes a peak. A month begins at midnight of the site.

Powers in W, times in seconds; days and hours are those of the site.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from .stored import is_number

LENGTHS_S: Final = (1_800, 3_600)
ENOUGH_SHARE: Final = 0.9
LONGEST_GAP_S: Final = 120.0
_DAY_MIN: Final = 24 * 60
_WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class OnPeak:
    """When demand costs more: weekdays (0: Monday) and minutes of the day.

    Hours over midnight (`end_min` not after `begin_min`) belong to the day on which they begin.
    """

    weekdays: frozenset[int]
    begin_min: int
    end_min: int

    def covers(self, begin: datetime, length_s: float) -> bool:
        """Tell whether an interval that begins at a local time lies wholly within."""
        first = begin.hour * 60 + begin.minute
        last = first + length_s / 60
        end = self.end_min + (_DAY_MIN if self.end_min <= self.begin_min else 0)
        today = begin.weekday() in self.weekdays and first >= self.begin_min and last <= end
        before = (begin.weekday() - 1) % _WEEK in self.weekdays and last + _DAY_MIN <= end
        return today or before


@dataclass(slots=True)
class _Interval:
    """The running interval of one length: its begin (unix s) and what is known of it."""

    length_s: int
    begin: float = -1.0
    known_s: float = 0.0
    energy_ws: float = 0.0

    def mean_w(self) -> float | None:
        """Give the mean of the interval; None if too little of it is known."""
        if self.known_s < ENOUGH_SHARE * self.length_s:
            return None
        return self.energy_ws / self.known_s


@dataclass(frozen=True, slots=True)
class Peak:
    """A highest mean, W, and when its interval began (unix s)."""

    mean_w: float
    at: float


@dataclass(slots=True)
class ImportPeaks:
    """Keeps the highest means of the running month; two for each length."""

    month: str | None = None
    highest: dict[str, Peak] = field(default_factory=dict)
    _intervals: tuple[_Interval, ...] = field(
        default_factory=lambda: tuple(_Interval(length) for length in LENGTHS_S)
    )
    _last: tuple[float, float] | None = None

    @classmethod
    def from_dict(cls, data: object) -> ImportPeaks:
        """Continue from what `to_dict` gave; anything else starts with nothing known.

        The interval that runs while Home Assistant restarts is not known well enough to count.
        """
        saved = data if isinstance(data, Mapping) else {}
        month, stored = saved.get("month"), saved.get("highest")
        peaks = cls(month=month if isinstance(month, str) else None)
        for name, entry in stored.items() if isinstance(stored, Mapping) else ():
            match entry:
                case [mean_w, at] if is_number(mean_w) and is_number(at):
                    peaks.highest[str(name)] = Peak(mean_w, at)
        return peaks

    def to_dict(self) -> dict[str, Any]:
        """Give what must survive a restart as JSON."""
        highest = {name: [peak.mean_w, peak.at] for name, peak in self.highest.items()}
        return {"month": self.month, "highest": highest}

    def peak(self, length_s: int, *, on_peak: bool = False) -> Peak | None:
        """Give the highest mean of the month; None while no interval is over."""
        return self.highest.get(_name(length_s, on_peak=on_peak))

    def offer(
        self, grid_w: float | None, local_now: datetime, on_peak: OnPeak | None = None
    ) -> None:
        """Take in the power at the meter; export counts as no import. None: it is not known."""
        now = local_now.timestamp()
        self._begin_month(local_now)
        if self._last is not None and grid_w is not None:
            before_w, at = self._last
            if 0 < now - at <= LONGEST_GAP_S:
                mean_w = (max(0.0, before_w) + max(0.0, grid_w)) / 2
                for interval in self._intervals:
                    self._count(interval, _Span(at, now, mean_w), local_now, on_peak)
        self._last = None if grid_w is None else (grid_w, now)

    def _count(
        self, interval: _Interval, span: _Span, local_now: datetime, on_peak: OnPeak | None
    ) -> None:
        """Add a span to the intervals that it lies in, and finish those that are over."""
        offset = local_now.utcoffset()
        offset_s = offset.total_seconds() if offset else 0.0
        at = span.begin
        while at < span.end:
            begin = (at + offset_s) // interval.length_s * interval.length_s - offset_s
            if interval.begin != begin:
                interval.begin, interval.known_s, interval.energy_ws = begin, 0.0, 0.0
            until = min(span.end, begin + interval.length_s)
            interval.known_s += until - at
            interval.energy_ws += span.mean_w * (until - at)
            if until == begin + interval.length_s:
                self._finish(interval, local_now, on_peak)
            at = until

    def _finish(self, interval: _Interval, local_now: datetime, on_peak: OnPeak | None) -> None:
        """Hold an interval that is over against the highest ones of its month."""
        begin = datetime.fromtimestamp(interval.begin, local_now.tzinfo)
        mean_w = interval.mean_w()
        if mean_w is None:
            return
        if _month(begin) != self.month:
            if _month(local_now) == self.month:
                return  # it ended with the month
            self.month = _month(begin)  # the clock was months ahead, and has been put right since
            self.highest.clear()
        names = [_name(interval.length_s, on_peak=False)]
        if on_peak is not None and on_peak.covers(begin, interval.length_s):
            names.append(_name(interval.length_s, on_peak=True))
        for name in names:
            before = self.highest.get(name)
            if before is None or mean_w > before.mean_w:
                self.highest[name] = Peak(mean_w, interval.begin)

    def _begin_month(self, local_now: datetime) -> None:
        """Forget the peaks of a month that is over; a clock that falls back forgets nothing."""
        month = _month(local_now)
        if self.month is None or month > self.month:
            self.month = month
            self.highest.clear()


@dataclass(frozen=True, slots=True)
class _Span:
    """A span of time (unix s) and its mean import."""

    begin: float
    end: float
    mean_w: float


def _name(length_s: int, *, on_peak: bool) -> str:
    """Name a peak in the store."""
    return f"{length_s}{'_on_peak' if on_peak else ''}"


def _month(local: datetime) -> str:
    """Name a month so that later ones sort higher."""
    return f"{local:%Y-%m}"
