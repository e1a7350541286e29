"""The highest mean import of a month, as demand tariffs bill it.

Import is averaged over intervals of the clock, 30 and 60 minutes long. What counts is the highest
mean of the month: of all intervals, and of those that lie wholly within the hours in which demand
costs more. An interval of which less than nine tenths are known does not count: a restart or a
silent meter never makes a peak. A month begins at midnight of the site.

A clock that was wrong does no lasting harm: the peaks of the last months are kept, so that one that
is right again goes on where it was, whether it was ahead or behind (a board without a clock of its
own starts with that of its last hours). When the hours in which demand costs more are others than
before, their peaks begin anew.

Powers in W, times in seconds; days and hours are those of the site.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from .stored import is_number

LENGTHS_S: Final = (1_800, 3_600)
ENOUGH_SHARE: Final = 0.9
LONGEST_GAP_S: Final = 120.0
# Two that a clock may make up until it is set (its maker's, that of before), and the true one.
KEPT_MONTHS: Final = 3
_ON_PEAK: Final = "_on_peak"
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

    def to_list(self) -> list[Any]:
        """Give it as JSON."""
        return [sorted(self.weekdays), self.begin_min, self.end_min]


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

    on_peak: OnPeak | None = None
    """When demand costs more; None: no such hours are known."""
    _months: dict[str, dict[str, Peak]] = field(default_factory=dict)
    """The peaks of the months that were seen last, the running one at the end."""
    _intervals: tuple[_Interval, ...] = field(
        default_factory=lambda: tuple(_Interval(length) for length in LENGTHS_S)
    )
    _last: tuple[float, float] | None = None

    @classmethod
    def from_dict(cls, data: object, on_peak: OnPeak | None = None) -> ImportPeaks:
        """Continue from what `to_dict` gave; anything else starts with nothing known.

        The interval that runs while Home Assistant restarts is not known well enough to count.
        """
        saved = data if isinstance(data, Mapping) else {}
        months = saved.get("months")
        same = saved.get("on_peak") == (on_peak and on_peak.to_list())
        peaks = cls(on_peak)
        for month, stored in months.items() if isinstance(months, Mapping) else ():
            highest = dict(_peaks_in(stored))
            peaks._months[str(month)] = {
                name: peak for name, peak in highest.items() if same or _ON_PEAK not in name
            }
        return peaks

    def to_dict(self) -> dict[str, Any]:
        """Give what must survive a restart as JSON."""
        return {
            "on_peak": self.on_peak and self.on_peak.to_list(),
            "months": {
                month: {name: [peak.mean_w, peak.at] for name, peak in highest.items()}
                for month, highest in self._months.items()
            },
        }

    @property
    def month(self) -> str | None:
        """The running month; None while the time was never told."""
        return next(reversed(self._months), None)

    def peak(self, length_s: int, *, on_peak: bool = False) -> Peak | None:
        """Give the highest mean of the month; None while no interval is over."""
        return self._months.get(self.month or "", {}).get(_name(length_s, on_peak=on_peak))

    def offer(self, grid_w: float | None, local_now: datetime) -> None:
        """Take in the power at the meter; export counts as no import. None: it is not known."""
        now = local_now.timestamp()
        self._begin_month(local_now)
        if self._last is not None and grid_w is not None:
            before_w, at = self._last
            if 0 < now - at <= LONGEST_GAP_S:
                mean_w = (max(0.0, before_w) + max(0.0, grid_w)) / 2
                for interval in self._intervals:
                    self._count(interval, _Span(at, now, mean_w), local_now)
        self._last = None if grid_w is None else (grid_w, now)

    def _count(self, interval: _Interval, span: _Span, local_now: datetime) -> None:
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
                self._finish(interval, local_now)
            at = until

    def _finish(self, interval: _Interval, local_now: datetime) -> None:
        """Hold an interval that is over against the highest ones of its month."""
        begin = datetime.fromtimestamp(interval.begin, local_now.tzinfo)
        mean_w = interval.mean_w()
        if mean_w is None:
            return
        month = _month(begin)
        if month != self.month:
            if _month(local_now) == self.month:
                return  # it ended with the month
            self._go_on_with(month, local_now.timestamp())  # the clock was set back
        names = [_name(interval.length_s, on_peak=False)]
        if self.on_peak is not None and self.on_peak.covers(begin, interval.length_s):
            names.append(_name(interval.length_s, on_peak=True))
        highest = self._months[month]
        for name in names:
            before = highest.get(name)
            if before is None or mean_w > before.mean_w:
                highest[name] = Peak(mean_w, interval.begin)

    def _begin_month(self, local_now: datetime) -> None:
        """Leave a month that is over; one that a clock falls back to begins with an interval."""
        month = _month(local_now)
        if self.month is None or month > self.month:
            self._go_on_with(month, local_now.timestamp())

    def _go_on_with(self, month: str, now: float) -> None:
        """Make a month the running one, with what is known of it.

        Peaks of a time to come are of a clock that was ahead, and no peaks.
        """
        known = self._months.pop(month, {})
        self._months[month] = {name: peak for name, peak in known.items() if peak.at <= now}
        for old in list(self._months)[:-KEPT_MONTHS]:
            del self._months[old]


@dataclass(frozen=True, slots=True)
class _Span:
    """A span of time (unix s) and its mean import."""

    begin: float
    end: float
    mean_w: float


def _peaks_in(stored: object) -> Iterator[tuple[str, Peak]]:
    """Read the peaks of a month back; what is damaged is left out."""
    for name, entry in stored.items() if isinstance(stored, Mapping) else ():
        match entry:
            case [mean_w, at] if is_number(mean_w) and is_number(at):
                yield str(name), Peak(mean_w, at)


def _name(length_s: int, *, on_peak: bool) -> str:
    """Name a peak in the store."""
    return f"{length_s}{_ON_PEAK if on_peak else ''}"


def _month(local: datetime) -> str:
    """Name a month so that later ones sort higher."""
    return f"{local:%Y-%m}"
