"""Feeds a counter guard with values, as the tests of its rules tell them."""

from typing import Final

from custom_components.solar_monitor.logic.totals import (
    CounterGuard,
    CounterLimit,
    CounterMemory,
    Verdict,
)

# 1.5 × 8 kW is 12 kWh in an hour, 0.1 kWh in 30 s.
LIMIT: Final = CounterLimit(power_w=8_000.0)
NIGHT: Final = 1_800_000_000.0
HOUR: Final = 3_600.0


class Feed:
    """Offers values to a guard, one poll every 30 s unless told otherwise."""

    def __init__(self, memory: CounterMemory | None = None, limit: CounterLimit = LIMIT) -> None:
        """Start at night."""
        self.guard = CounterGuard(limit, memory)
        self.now = NIGHT
        self.poll = 0

    def give(
        self, raw: float | None, *, after: float = 30.0, awake: bool = True, same_poll: bool = False
    ) -> Verdict:
        self.now += after
        self.poll += not same_poll
        return self.guard.offer(raw, now=self.now, poll=self.poll, awake=awake)

    def give_all(self, *raws: float | None, after: float = 30.0) -> list[Verdict]:
        return [self.give(raw, after=after) for raw in raws]


def known(raw: float = 12_000.0, *, offset: float = 0.0) -> Feed:
    """A guard that has just seen its counter at `raw`."""
    return Feed(CounterMemory(raw, offset, standing_s=0.0, seen_at=NIGHT))
