"""How old a value may be before it is no longer shown. Pure.

The cloud is asked a few times a day, so a value stands until its own limit, counted from the answer
that brought it. What nobody has asked for anew by then is unavailable: never 0, and never off.

| What | How long it stands |
|---|---|
| power | 45 min of daylight, or three live intervals where that is longer |
| status, last report, and what is judged by them | 2 h of daylight, or three live intervals |
| open events and alarms | 36 h, or one and a half of the time between two looks |
| panels, devices, size, date of operation | 9 days, or one and a half of that time |
| energy of today | the day of the site (`figures.py`) |
| energy in all, calls left, next poll, age of the data | for ever |

*Of daylight*: while the sun is down nobody asks, and nothing changes. Where no live call is left
this month there is no interval, and the minimum holds. The power that a silent gateway sent last is
as old as its report.
"""

from dataclasses import dataclass
from datetime import timedelta
import math
from typing import TYPE_CHECKING, Final, Self

from ...clients.enlighten.jobs import Job
from ...clients.enlighten.live import CELLULAR_REPORT_S, REPORT_S

if TYPE_CHECKING:
    from ...clients.enlighten.daylight import Daylight
    from ...clients.enlighten.schedule import Schedule

POWER_S: Final = 45 * 60.0
STATUS_S: Final = 2 * 3_600.0
INCIDENTS_S: Final = 36 * 3_600.0
LISTS_S: Final = 9 * 86_400.0

LIVE_INTERVALS: Final = 3
PERIODS: Final = 1.5

_SILENT_S: Final = 3 * REPORT_S
_SILENT_CELLULAR_S: Final = CELLULAR_REPORT_S + 3_600.0
_DAYS: Final = 60
"""After so many days of sun that never rises long enough, a value is too old anyway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ages:
    """The limits that hold for a system now, s."""

    power_s: float = POWER_S
    status_s: float = STATUS_S
    incidents_s: float = INCIDENTS_S
    lists_s: float = LISTS_S
    report_s: float = _SILENT_S
    """How old a report may be when the cloud is asked; an older one is of a silent gateway."""

    @classmethod
    def of(cls, schedule: Schedule, system_id: int, *, cellular: bool) -> Self:
        """Take them from how often a system is asked at the moment."""
        live_s = schedule.live_interval_s(system_id)
        if cellular and math.isfinite(live_s):
            live_s = max(live_s, CELLULAR_REPORT_S)
        several_s = LIVE_INTERVALS * live_s if math.isfinite(live_s) else 0.0
        incidents_s = (
            schedule.period_s(system_id, job) or 0.0 for job in (Job.EVENTS, Job.OPEN_ALARMS)
        )
        lists_s = (schedule.period_s(system_id, job) or 0.0 for job in (Job.DEVICES, Job.PANELS))
        return cls(
            power_s=max(POWER_S, several_s),
            status_s=max(STATUS_S, several_s),
            incidents_s=max(INCIDENTS_S, PERIODS * max(incidents_s)),
            lists_s=max(LISTS_S, PERIODS * max(lists_s)),
            report_s=_SILENT_CELLULAR_S if cellular else _SILENT_S,
        )


def sunlit_until(daylight: Daylight, begin: float, lasts_s: float) -> float:
    """Give the time (unix s) at which so many seconds of daylight have passed since `begin`."""
    day, left_s = daylight.day_of(begin) - timedelta(days=1), lasts_s
    for _ in range(_DAYS):
        opens, closes = daylight.window(day)
        lit_from = max(begin, opens)
        if left_s <= closes - lit_from:
            return lit_from + left_s
        left_s -= max(0.0, closes - lit_from)
        day += timedelta(days=1)
    return begin + _DAYS * 86_400.0
