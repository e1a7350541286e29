"""Which panels report as they should, and what is wrong with those that do not.

A panel reports every few minutes as long as it has light, over a line that loses a message now and
then. So its silence counts against its own habit, only by day, and only while the others report:

- A panel is *late* when nothing came from it for three of its own usual pauses, at least half an
  hour. Darkness does not count: in the morning it has that time again from when there is light.
- It is *silent*, a problem, when it is late while the array has been awake for that long: at least
  half of the others were heard within one and a half of their pauses, or the meter sees what the
  panels make. A gateway that was off, or has lost all its panels at once, accuses none of them:
  when the first of these is late, all others have missed a report as well.
- It has a *fault* when the gateway itself says so while it reports for half an hour: of one that
  does not report the gateway always says that something is wrong.
- It makes *no power* when it has reported nothing for an hour in which the others made some.

A silent panel is one until it reports, over the night and a restart as well; the other problems
end with what they were seen by. A panel that no list names is not gone: silence is not absence. The
times of the reports are the gateway's and only tell a new one from an old one; ages are counted
from when we heard them, so that a gateway whose clock is off makes no panel late.

Times are unix seconds, powers W.
"""

from collections import deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import median
from typing import Any, Final, Self

from .stored import is_number

USUAL_PAUSE_S: Final = 900.0
SHORTEST_PAUSE_S: Final = 60.0
LONGEST_PAUSE_S: Final = 3_600.0
PAUSES_REMEMBERED: Final = 5
LATE_PAUSES: Final = 3
LATELY_PAUSES: Final = 1.5
SHORTEST_LIMIT_S: Final = 1_800.0
FAULT_S: Final = 1_800.0
NO_POWER_S: Final = 3_600.0
NO_POWER_W: Final = 1.0
# What the others make while one that makes nothing is noticed.
SOME_POWER_W: Final = 30.0
# A clock that was set back by more than this gives a new report an older time.
_SET_BACK_S: Final = 3_600.0
# Time in which nobody looked counts no longer than this.
_LONGEST_STEP_S: Final = 900.0


class Problem(StrEnum):
    """What is wrong with a panel."""

    SILENT = "silent"
    FAULT = "fault"
    NO_POWER = "no_power"


@dataclass(frozen=True, slots=True)
class Light:
    """Whether there is enough light for every panel to report, and since when today."""

    since: float | None = None

    def lasted(self, now: float) -> float:
        """Give how long there has been light, in seconds."""
        return 0.0 if self.since is None else max(0.0, now - self.since)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the gateway has of one panel."""

    serial: str
    reported_at: float | None
    power_w: float | None = None
    fault: bool | None = None
    """Whether the gateway says that something is wrong with it; None: it did not say now."""


@dataclass(frozen=True, slots=True)
class Change:
    """A panel whose problem began, ended (None) or is another one now."""

    serial: str
    problem: Problem | None


@dataclass(slots=True)
class _Panel:
    """What is remembered of a panel."""

    reported_at: float | None = None
    heard_at: float = 0.0
    power_w: float | None = None
    pauses: deque[float] = field(default_factory=lambda: deque(maxlen=PAUSES_REMEMBERED))
    usual_s: float = USUAL_PAUSE_S
    """How long it is silent between two reports."""
    problem: Problem | None = None
    fault: bool = False
    fault_s: float = 0.0
    no_power_s: float = 0.0

    def learn(self, pauses: Iterable[float]) -> None:
        """Take in how long it was silent before reports."""
        self.pauses.extend(pauses)
        self.usual_s = median(self.pauses or [USUAL_PAUSE_S])

    @property
    def limit_s(self) -> float:
        """How long it may be silent."""
        return max(LATE_PAUSES * self.usual_s, SHORTEST_LIMIT_S)

    def was_heard_lately(self, now: float) -> bool:
        """Tell whether it has missed no report, give or take."""
        return now - self.heard_at <= LATELY_PAUSES * self.usual_s

    def is_late(self, now: float, light: Light) -> bool:
        """Tell whether it should have reported by now."""
        return min(now - self.heard_at, light.lasted(now)) > self.limit_s

    def hear(self, report: Report, now: float, *, light: bool) -> bool:
        """Take in what the gateway has of it; tell whether that is a new report."""
        self.fault = self.fault if report.fault is None else report.fault
        at, before = report.reported_at, self.reported_at
        if at is None or (before is not None and before - _SET_BACK_S <= at <= before):
            return False
        if before is None:
            # It may be old already.
            self.heard_at = min(now, at)
        else:
            # The pause of a night is neither a habit nor time in which anything was said.
            if light and SHORTEST_PAUSE_S <= at - before <= LONGEST_PAUSE_S:
                self.learn([at - before])
                self.fault_s += (at - before) * self.fault
            self.heard_at = now
        self.reported_at = at
        self.power_w = report.power_w
        if not self.idle:
            self.no_power_s = 0.0
        return True

    @property
    def idle(self) -> bool:
        """Whether it reported that it makes nothing."""
        return self.power_w is not None and self.power_w <= NO_POWER_W

    def judge(self, *, silent: bool) -> Problem | None:
        """Tell what is wrong now."""
        if not self.fault:
            self.fault_s = 0.0
        if silent:
            return Problem.SILENT
        if self.fault_s >= FAULT_S:
            return Problem.FAULT
        return Problem.NO_POWER if self.no_power_s >= NO_POWER_S else None

    def to_dict(self) -> dict[str, Any]:
        """Give what must survive a restart, as JSON."""
        return {
            "reported_at": self.reported_at,
            "heard_at": self.heard_at,
            "pauses": list(self.pauses),
            "problem": self.problem,
        }

    @classmethod
    def read(cls, data: object) -> Self | None:
        """Read a stored panel back; None for anything that was not written by us."""
        match data:
            case {
                "reported_at": at,
                "heard_at": heard_at,
                "pauses": [*pauses],
                "problem": problem,
            } if is_number(heard_at) and (at is None or is_number(at)):
                pass
            case _:
                return None
        panel = cls(reported_at=at, heard_at=heard_at)
        panel.learn(
            pause
            for pause in pauses
            if is_number(pause) and SHORTEST_PAUSE_S <= pause <= LONGEST_PAUSE_S
        )
        panel.problem = Problem(problem) if problem in set(Problem) else None
        # It goes on until the panel or the gateway says otherwise.
        panel.fault = panel.problem is Problem.FAULT
        panel.fault_s = FAULT_S * panel.fault
        panel.no_power_s = NO_POWER_S * (panel.problem is Problem.NO_POWER)
        return panel


def siblings_w(serial: str, powers: Mapping[str, float]) -> float:
    """Give the median power of the others; 0 where there are none."""
    others = [power for other, power in powers.items() if other != serial]
    return median(others) if others else 0.0


class PanelWatch:
    """Watches the panels of one gateway."""

    def __init__(self, memory: object = None) -> None:
        """Continue from what `to_dict` gave; anything else starts with nothing known."""
        saved = memory if isinstance(memory, Mapping) else {}
        self._panels = {
            str(serial): panel for serial, data in saved.items() if (panel := _Panel.read(data))
        }
        self._back: set[str] = set()
        self._awake_since: float | None = None
        self._judged_at: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Give what must survive a restart, as JSON."""
        return {serial: panel.to_dict() for serial, panel in self._panels.items()}

    @property
    def expected(self) -> frozenset[str]:
        """The panels that belong to the array."""
        return frozenset(self._panels)

    @property
    def problems(self) -> Mapping[str, Problem]:
        """What is wrong, by panel."""
        return {
            serial: panel.problem
            for serial, panel in self._panels.items()
            if panel.problem is not None
        }

    def reported_at(self, serial: str) -> float | None:
        """Tell when a panel reported last, by the gateway's clock."""
        panel = self._panels.get(serial)
        return panel.reported_at if panel else None

    def keep(self, serials: Collection[str]) -> None:
        """Expect these panels and forget all others: they have been taken away."""
        self._panels = {serial: self._panels.get(serial) or _Panel() for serial in serials}

    def is_current(self, serial: str, now: float, light: Light) -> bool:
        """Tell whether the last report of a panel still stands: at night that of the evening."""
        panel = self._panels.get(serial)
        return (
            panel is not None
            and panel.reported_at is not None
            and not (panel.problem is Problem.SILENT and serial not in self._back)
            and not panel.is_late(now, light)
        )

    def reporting(self, now: float, light: Light) -> frozenset[str]:
        """Collect the panels whose last report still stands."""
        return frozenset(serial for serial in self._panels if self.is_current(serial, now, light))

    def powers(self, now: float, light: Light) -> dict[str, float]:
        """Give the last powers of all panels that report."""
        return {
            serial: panel.power_w
            for serial, panel in self._panels.items()
            if panel.power_w is not None and self.is_current(serial, now, light)
        }

    def hear(self, reports: Iterable[Report], now: float, light: Light) -> frozenset[str]:
        """Take in what the gateway has of its panels; returns those with a new report."""
        new = frozenset(
            report.serial
            for report in reports
            if self._panels.setdefault(report.serial, _Panel()).hear(
                report, now, light=light.since is not None
            )
        )
        self._back |= new
        return new

    def judge(self, now: float, light: Light, *, producing: bool = False) -> tuple[Change, ...]:
        """Tell whose problem has changed since the last time.

        `producing`: a meter sees what the panels make. To be called after each `hear`.
        """
        elapsed_s = 0.0 if self._judged_at is None else now - self._judged_at
        self._judged_at = now
        awake_s = self._awake_s(now, light, producing=producing)
        if light.since is not None and elapsed_s > 0:
            self._count(min(elapsed_s, _LONGEST_STEP_S), self.powers(now, light))
        changes: list[Change] = []
        for serial, panel in self._panels.items():
            was_silent = panel.problem is Problem.SILENT and serial not in self._back
            late = panel.is_late(now, light) and awake_s >= panel.limit_s
            problem = panel.judge(silent=was_silent or late)
            if problem is not panel.problem:
                panel.problem = problem
                changes.append(Change(serial, problem))
        self._back.clear()
        return tuple(changes)

    def _count(self, seconds: float, powers: Mapping[str, float]) -> None:
        """Let seconds of light pass for what only counts when it stays."""
        for serial, panel in self._panels.items():
            if panel.idle and siblings_w(serial, powers) >= SOME_POWER_W:
                panel.no_power_s += seconds

    def _awake_s(self, now: float, light: Light, *, producing: bool) -> float:
        """Tell for how long the array has been awake."""
        heard = sum(panel.was_heard_lately(now) for panel in self._panels.values())
        half = producing or 2 * heard >= len(self._panels) - 1
        if light.since is None or not half:
            self._awake_since = None
            return 0.0
        if self._awake_since is None:
            self._awake_since = now
        return now - self._awake_since
