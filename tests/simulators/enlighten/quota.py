"""The two counters behind an API key: of this minute and of this month."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, auto
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from tests.simulators.enlighten.plans import Plan


class Period(StrEnum):
    """What a quota counts."""

    MINUTE = auto()
    MONTH = auto()


class Span(NamedTuple):
    """A minute or a month, Unix s."""

    start: int
    end: int


@dataclass
class Quota:
    """Requests of one key. The limits are the plan's unless set."""

    plan: Plan = Plan.WATT
    time_zone: str = "UTC"
    """Where the month begins; not documented."""
    per_minute: int | None = None
    per_month: int | None = None
    _counts: dict[tuple[Period, int], int] = field(default_factory=dict)

    def count(self, now: float) -> None:
        """Count a request."""
        for period in Period:
            self.spend(1, now, period)

    def spend(self, requests: int, now: float, period: Period = Period.MONTH) -> None:
        """Let so many requests be used already, by whoever has the same key."""
        key = period, self.span(period, now).start
        self._counts[key] = self._counts.get(key, 0) + requests

    def used(self, period: Period, now: float) -> int:
        """Return how many requests the present minute or month has seen."""
        return self._counts.get((period, self.span(period, now).start), 0)

    def limit(self, period: Period) -> int:
        """Return how many a minute or month may have."""
        if period is Period.MINUTE:
            own, plans = self.per_minute, self.plan.value.per_minute
        else:
            own, plans = self.per_month, self.plan.value.per_month
        return plans if own is None else own

    def exceeded(self, now: float) -> Period | None:
        """Return which limit one more request would exceed."""
        return next((each for each in Period if self.used(each, now) >= self.limit(each)), None)

    def span(self, period: Period, now: float) -> Span:
        """Return the present minute or month."""
        if period is Period.MINUTE:
            start = int(now // 60 * 60)
            return Span(start, start + 60)
        local = datetime.fromtimestamp(now, ZoneInfo(self.time_zone))
        first = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0, fold=0)
        after = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
        return Span(int(first.timestamp()), int(after.timestamp()))

    def refusal(self, period: Period, now: float, *, told: bool) -> dict[str, Any]:
        """Return the body of a 429; `told`: with the period."""
        body: dict[str, Any] = {
            "message": "Too Many Requests",
            "details": f"Usage limit exceeded for plan {self.plan.label}",
            "code": 429,
        }
        if told:
            span = self.span(period, now)
            body |= {
                "period": period.value,
                "period_start": span.start,
                "period_end": span.end,
                "limit": self.limit(period),
            }
        return body
