"""When a gateway sends to the cloud, and so what the cloud can know at a moment."""

from dataclasses import dataclass, field
from math import ceil, floor, inf
from typing import NamedTuple

WIRED_S = 900
"""Between two uploads over Ethernet or Wi-Fi."""
CELLULAR_S = 21_600
"""Between two uploads over a cellular modem."""


class Gap(NamedTuple):
    """A while (Unix s) of which the cloud knows nothing yet."""

    start: float
    end: float

    def overlap(self, start: float, end: float) -> tuple[float, float] | None:
        """Return the part of it that lies in another while; None for no part."""
        first, last = max(self.start, start), min(self.end, end)
        return (first, last) if first < last else None


@dataclass
class Outage:
    """The gateway did not reach the cloud, from `start` to `end` (Unix s; None: it still does)."""

    start: float
    end: float | None = None


@dataclass
class Reporting:
    """A gateway's uploads: each `interval_s`, `phase_s` after the full interval."""

    interval_s: int = WIRED_S
    phase_s: int = 0
    backlog_s: float = 0.0
    """How long after the first upload the data of an outage arrive: late data."""
    outages: list[Outage] = field(default_factory=list)
    notices: list[float] = field(default_factory=list)
    """When troubles were told of beside the uploads, Unix s, in order."""

    def notice(self, now: float) -> None:
        """Tell of troubles at once, without any figures, unless the cloud is out of reach."""
        if not self.silent(now):
            self.notices.append(now)

    def fall_silent(self, now: float) -> None:
        """Reach the cloud no more."""
        if self.silent(now):
            return
        self.outages.append(Outage(now))

    def come_back(self, now: float) -> None:
        """Reach the cloud again."""
        for outage in self.outages:
            if outage.end is None:
                outage.end = now

    def silent(self, now: float) -> bool:
        """Return whether the cloud is out of reach at a time."""
        return self._outage(now) is not None

    def last(self, now: float) -> float:
        """Return when the last upload before a time was."""
        step = floor((now - self.phase_s) / self.interval_s)
        upload = float(step * self.interval_s + self.phase_s)
        while (outage := self._outage(upload)) is not None:
            step = floor((outage.start - self.phase_s) / self.interval_s)
            if (upload := float(step * self.interval_s + self.phase_s)) >= outage.start:
                upload -= self.interval_s
        return upload

    def next(self, at: float) -> float:
        """Return when something that happens at a time reaches the cloud; inf: not so far."""
        notice = next((each for each in self.notices if each >= at), inf)
        return min(self._next_upload(at), notice)

    def _next_upload(self, at: float) -> float:
        """Return when the first upload from a time on is; inf: not so far."""
        step = ceil((at - self.phase_s) / self.interval_s)
        upload = float(step * self.interval_s + self.phase_s)
        while (outage := self._outage(upload)) is not None:
            if outage.end is None:
                return inf
            step = ceil((outage.end - self.phase_s) / self.interval_s)
            upload = float(step * self.interval_s + self.phase_s)
        return upload

    def gaps(self, now: float) -> list[Gap]:
        """Return what the cloud does not know at a time; the last gap is what is still to come."""
        last = self.last(now)
        late = []
        for outage in self.outages:
            if outage.end is None or outage.end > last or not self.backlog_s:
                continue
            back = self.next(outage.start)
            if back <= now < back + self.backlog_s:
                late.append(Gap(self.last(outage.start), outage.end))
        return [*late, Gap(last, inf)]

    def _outage(self, unix: float) -> Outage | None:
        """Return the outage at a time."""
        return next(
            (
                outage
                for outage in self.outages
                if outage.start <= unix and (outage.end is None or unix < outage.end)
            ),
            None,
        )
