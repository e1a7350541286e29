"""How many calls were made in which calendar month, and how much of a month's quota is ours.

Months are those of UTC: Enphase's gateway counts calendar months and does not say in which zone.
Counts are kept by month, so that a clock that leaps to another month and back finds its count
again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Self

# Of the month in which we start, nobody knows what was used before.
_SMALLEST_SHARE: Final = 0.03
_MONTHS_KEPT: Final = 4


def month_of(at: float) -> str:
    """Name the month of a time: `2026-11`."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m}"


def bounds_of(at: float) -> tuple[float, float]:
    """Give the begin of the month of a time and of the one after it."""
    now = datetime.fromtimestamp(at, UTC)
    begin = datetime(now.year, now.month, 1, tzinfo=UTC)
    end = datetime(now.year + now.month // 12, now.month % 12 + 1, 1, tzinfo=UTC)
    return begin.timestamp(), end.timestamp()


@dataclass(slots=True)
class Month:
    """The calls of one month."""

    share: float = 1.0
    """The part of the month's quota that background calls may count on."""
    calls: dict[str, int] = field(default_factory=dict)
    """By endpoint, all of them."""
    by_use: dict[str, int] = field(default_factory=dict)
    """By what they were for."""
    tokens: int = 0
    """Requests to the token endpoint, which probably do not count."""

    @property
    def used(self) -> int:
        """All calls that count."""
        return sum(self.calls.values())

    def add(self, endpoint: str, use: str, change: int) -> None:
        """Count a call, or take one back."""
        for counts, name in ((self.calls, endpoint), (self.by_use, use)):
            counts[str(name)] = max(0, counts.get(name, 0) + change)

    def to_dict(self) -> dict[str, Any]:
        """Give it as JSON."""
        return {
            "share": self.share,
            "calls": dict(self.calls),
            "by_use": dict(self.by_use),
            "tokens": self.tokens,
        }

    @classmethod
    def from_dict(cls, data: object) -> Self:
        """Read it back; what cannot be read counts nothing."""
        stored = data if isinstance(data, Mapping) else {}
        share, tokens = stored.get("share"), stored.get("tokens")
        return cls(
            share=min(max(float(share), 0.0), 1.0) if isinstance(share, int | float) else 1.0,
            calls=_counts(stored.get("calls")),
            by_use=_counts(stored.get("by_use")),
            tokens=tokens if isinstance(tokens, int) else 0,
        )


def _counts(data: object) -> dict[str, int]:
    """Read counts by name."""
    if not isinstance(data, Mapping):
        return {}
    return {str(name): value for name, value in data.items() if isinstance(value, int)}


class Months:
    """The counts of this month and of a few before it."""

    def __init__(self, memory: object = None) -> None:
        """Go on from what `to_dict` gave."""
        stored = memory if isinstance(memory, Mapping) else {}
        self._months = {str(name): Month.from_dict(data) for name, data in stored.items()}

    def to_dict(self) -> dict[str, Any]:
        """Give all counts as JSON."""
        return {name: month.to_dict() for name, month in self._months.items()}

    def at(self, now: float) -> Month:
        """Give the count of the month of a time.

        In the very first month there may have been other use of the key, so the quota is ours in
        proportion to what is left of the month.
        """
        name = month_of(now)
        if name not in self._months:
            begin, end = bounds_of(now)
            first = not self._months
            share = max((end - now) / (end - begin), _SMALLEST_SHARE) if first else 1.0
            self._months[name] = Month(share)
            for old in sorted(self._months)[:-_MONTHS_KEPT]:
                if old != name:
                    del self._months[old]
        return self._months[name]
