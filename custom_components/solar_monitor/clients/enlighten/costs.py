"""What the jobs of all systems of a key cost, and what they leave for live values."""

from collections.abc import Mapping
import math
from typing import Final

from .budget import RESERVE, Budget, Use
from .jobs import LEVELS, LIVE_PER_DAY, Level, slots_of
from .live import LivePlan, share_of
from .months import bounds_of, month_of
from .site import Site

_DAY_S: Final = 86_400.0
_DAYS_PER_MONTH: Final = 30.5
_LEVEL_SHARE: Final = 0.5
_LEVEL_S: Final = 3_600.0


class Costs:
    """Adds up the calls of the systems that take part; looks at them anew at each question."""

    def __init__(self, budget: Budget, sites: Mapping[int, Site]) -> None:
        """Take the budget and the systems, a mapping that may change."""
        self.at_rest = 0
        """Systems that use the key and are not loaded: each is taken for an average one."""
        self._budget = budget
        self._sites = sites
        self._level_known: tuple[float, Level] = (-math.inf, LEVELS[0])

    def forget_level(self) -> None:
        """Work the level out anew."""
        self._level_known = -math.inf, LEVELS[0]

    def level(self, now: float) -> Level:
        """Give the densest level that leaves half of the budget for live values and history."""
        found_at, level = self._level_known
        if not found_at <= now < found_at + _LEVEL_S:
            budget = _LEVEL_SHARE * (self._budget.limits.per_month - RESERVE)
            fitting = (
                level for level in LEVELS if _DAYS_PER_MONTH * self.per_day(level, now) <= budget
            )
            level = next(fitting, LEVELS[-1])
            self._level_known = now, level
        return level

    def per_day(self, level: Level, now: float) -> float:
        """Give the calls of all jobs with fixed hours on a day, on average."""
        calls = sum(
            slots.per_day * site.calls(job)
            for site in self._active
            for job, slots in slots_of(site.profile, level).items()
            if site.endpoint(job, now) is not None
        )
        return calls * self._crowd

    def live_plan(self, at: float, *, now: float, triggers: int) -> LivePlan:
        """Give what the month of a time has for live calls from then on, and who wants it.

        `triggers`: calls of that month that are kept for changes of a status.
        """
        month_end = bounds_of(at)[1]
        days_left = (month_end - at) / _DAY_S
        overdue = sum(due <= now for site in self._active for due in site.memory.due.values())
        closing = sum(not LIVE_PER_DAY[site.profile] for site in self._active)
        fixed = (self.per_day(self.level(now), now) + closing * self._crowd) * days_left + overdue
        left = self._left(at, now) - fixed - triggers * min(1, days_left / _DAYS_PER_MONTH)
        shares = {site.system_id: share_of(site, at, month_end) for site in self._active}
        return LivePlan(left / self._crowd, days_left, shares)

    def _left(self, at: float, now: float) -> int:
        """Give the background calls that are left in the month of a time."""
        if month_of(at) == month_of(now):
            return self._budget.left(Use.BACKGROUND)
        return self._budget.limits.per_month - RESERVE

    @property
    def _active(self) -> list[Site]:
        """The systems that are asked in the background."""
        return [site for site in self._sites.values() if not site.paused]

    @property
    def _crowd(self) -> float:
        """Systems that share the key, those at rest included, for each one that takes part."""
        return 1 + self.at_rest / max(1, len(self._active))
