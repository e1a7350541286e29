"""How often live values are worth a call: what a month has left, spread over its daylight."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
import math
from typing import Final

from .daylight import Daylight
from .jobs import LIVE_PER_DAY
from .site import Site

REPORT_S: Final = 900.0
"""How often a gateway on Ethernet or Wi-Fi reports."""
CELLULAR_REPORT_S: Final = 6 * 3_600.0
SILENT_S: Final = 3 * 3_600.0
"""A gateway that has not reported for so long is asked for only as often."""

# From the report to the answer that has it.
_LAG_S: Final = 75.0
_FRESH_REPORT_S: Final = 3_600.0
_TREMBLE_S: Final = 60.0
# A call so short before the end of the window stands for the one at its end.
_CLOSING_S: Final = 600.0
_CLOSING_SHARE: Final = 0.75
# The first call of a day comes early, or the figures would be those of the day before for long.
_FIRST_S: Final = 3_600.0
_DAY_S: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Share:
    """What one system wants of the live calls."""

    per_day: int | None
    """None: as many as there are."""
    daylight_s: float
    """What is left of the month's daylight."""

    def interval_s(self, window_s: float, days_left: float) -> float:
        """Give the interval of a fixed number of calls a day, the closing one included."""
        mean_s = self.daylight_s / max(days_left, 1.0)
        return (window_s or mean_s) / self.per_day if self.per_day else REPORT_S


@dataclass(frozen=True, slots=True)
class LivePlan:
    """What is left for live calls this month, and who wants it."""

    left: float
    days_left: float
    shares: Mapping[int, Share]

    def interval_s(self, system_id: int, window_s: float) -> float:
        """Give a system's live interval on a day with such a window.

        Infinite if no call is left, and for a system that has no share.
        """
        share = self.shares.get(system_id)
        if share is None:
            return math.inf
        even_s = _spread(sum(share.daylight_s for share in self.shares.values()), self.left)
        if share.per_day:
            return max(share.interval_s(window_s, self.days_left), even_s)
        fixed = sum(
            other.daylight_s / max(other.interval_s(0.0, self.days_left), even_s)
            for other in self.shares.values()
            if other.per_day
        )
        free_s = sum(other.daylight_s for other in self.shares.values() if not other.per_day)
        return max(REPORT_S, _spread(free_s, self.left - fixed))

    def spare(self) -> float:
        """Give the calls that nobody needs for live values, whatever the weather."""
        return self.left - sum(
            share.daylight_s / share.interval_s(0.0, self.days_left)
            for share in self.shares.values()
            if share.daylight_s
        )


def _spread(seconds: float, calls: float) -> float:
    """Give how far calls are apart that are spread over a time."""
    return max(seconds, 1.0) / calls if calls > 0 else math.inf


def share_of(site: Site, now: float, month_end: float) -> Share:
    """Give what a system wants until the end of the month."""
    return Share(LIVE_PER_DAY[site.profile], site.daylight.seconds(now, month_end))


def window_at(daylight: Daylight, now: float) -> tuple[float, float]:
    """Give the live window that is on or comes next: the one whose last call is not made yet."""
    day = daylight.day_of(now) - timedelta(days=1)
    while now >= daylight.window(day)[1] - _CLOSING_S:
        day += timedelta(days=1)
    return daylight.window(day)


def next_live(site: Site, now: float, interval_s: float) -> float:
    """Give when a system's live values are asked for next, after they were asked for just now.

    Within the day's window, close behind a report where its rhythm is known, and at the window's
    end at the latest: then the energy of the day is complete.
    """
    opens, closes = window_at(site.daylight, now)
    known = site.memory.knowledge
    reported_ago_s = math.inf if known.last_report_at is None else now - known.last_report_at
    if known.cellular:
        next_report_s = CELLULAR_REPORT_S - reported_ago_s + REPORT_S
        interval_s = max(interval_s, min(next_report_s, CELLULAR_REPORT_S))
    elif known.last_report_at is not None and reported_ago_s > SILENT_S:
        interval_s = max(interval_s, SILENT_S)
    at = now + interval_s if now >= opens else opens + min(interval_s / 2, _FIRST_S)
    if at > closes - _CLOSING_SHARE * interval_s:
        return closes
    if known.last_report_at is None or known.cellular or not 0 <= reported_ago_s < _FRESH_REPORT_S:
        return at
    grid = known.last_report_at + _LAG_S
    aligned = grid + round((at - grid) / REPORT_S) * REPORT_S
    return aligned if aligned >= now + REPORT_S - _TREMBLE_S else aligned + REPORT_S
