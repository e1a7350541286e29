"""Counts what the guards refused, by reason and by value, for diagnostics."""

from collections import Counter


class Refusals:
    """Counters of refused values since the start."""

    def __init__(self) -> None:
        """Start with nothing refused."""
        self._counts: dict[str, Counter[str]] = {}

    def count(self, reason: str, key: str) -> None:
        """Note that a value of `key` was refused for `reason`."""
        self._counts.setdefault(reason, Counter())[key] += 1

    @property
    def total(self) -> int:
        """How many values were refused in all."""
        return sum(counts.total() for counts in self._counts.values())

    def as_dict(self) -> dict[str, dict[str, int]]:
        """Give the counts as {reason: {key: count}}, sorted, as a copy."""
        return {
            reason: dict(sorted(counts.items())) for reason, counts in sorted(self._counts.items())
        }
