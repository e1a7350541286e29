"""The energy that a system has produced in all, guarded. Pure.

`logic/totals.py` judges it, by the time of the report and not of the answer: what a gateway sends
after days of silence had these days to be produced. What the cloud adds to that:

- It cannot have risen by more than the sun can have given since it last rose.
- What arrives later still has a credit for a week: what the sun can have given in a silence, less
  what has arrived of it.
- A level that makes no sense is believed after a day of reports at the earliest, for the cloud
  corrects itself within hours, and what was counted twice meanwhile could not be taken back. A
  start in between does not let it pass.

Energies are in kWh, powers in W, times in unix seconds.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Self

from ...clients.enlighten.daylight import Daylight
from ...logic.stored import is_number
from ...logic.totals import CounterGuard, CounterLimit, CounterMemory, Rebase, Verdict

MARGIN: Final = 1.2
"""What panels may give above their size, as long as there is light: more than any does."""
BELIEVED_AFTER_S: Final = 86_400.0
CREDIT_S: Final = 7 * 86_400.0
"""How long late data are waited for: as far back as the series are read again each night."""
HELD: Final = frozenset(
    {Verdict.HELD_ZERO, Verdict.HELD_ARTEFACT, Verdict.HELD_FALL, Verdict.HELD_JUMP}
)

# What panels give over days, as a part of what they would give at full power in all daylight.
_CREDIT_SHARE: Final = 0.6
# A strange level is remembered over nights, and over the pauses of a silent gateway.
_CANDIDATE_SILENCE_S: Final = 3 * 86_400.0
_LONGEST_S: Final = 60 * 86_400.0
_RESOLUTION_KWH: Final = 0.001
_ROUNDING_KWH: Final = 0.1
_WS_PER_KWH: Final = 3_600_000.0


def most_kwh(daylight: Daylight, begin: float, end: float, limit_w: float) -> float:
    """Give what panels of such a size can give between two times at most."""
    begin = max(begin, end - _LONGEST_S)
    lit_s = daylight.seconds(begin, end) if begin < end else 0.0
    return MARGIN * limit_w * lit_s / _WS_PER_KWH + _ROUNDING_KWH


@dataclass(slots=True)
class _Memory:
    """What survives a restart, beside the guard's own memory."""

    risen_at: float = 0.0
    """Of when the report is in which the total has last risen."""
    strange_kwh: float | None = None
    """The total that was held, if the last one was."""
    silent_since: float | None = None
    """The last report before a silence that still lasts."""
    credit_kwh: float = 0.0
    credit_until: float = 0.0

    @classmethod
    def from_dict(cls, data: object) -> Self:
        """Read it back; what cannot be read begins anew."""
        stored = data if isinstance(data, Mapping) else {}
        names = (field.name for field in fields(cls))
        return cls(**{name: stored[name] for name in names if is_number(stored.get(name))})


class SiteCounter:
    """The counter of one system. The total never falls, and rises by energy only."""

    def __init__(self, daylight: Daylight, limit_w: float, memory: object = None) -> None:
        """Go on from what `to_dict` gave; anything else begins with nothing known.

        `limit_w` is the most that the panels give.
        """
        stored = memory if isinstance(memory, Mapping) else {}
        self._daylight = daylight
        self._limit_w = limit_w
        self._poll = 0
        self._is_back = False
        self._known = _Memory.from_dict(stored.get("known"))
        counted = CounterMemory.from_dict(stored.get("counter"))
        self._guard = CounterGuard(self._limit(), counted)
        if counted is not None and self._known.strange_kwh is not None:
            self._judge(self._known.strange_kwh, counted.seen_at, most=0.0, awake=True)

    def to_dict(self) -> dict[str, Any]:
        """Give what must survive a restart as JSON."""
        counted = self._guard.memory
        return {"known": asdict(self._known), "counter": counted and counted.to_dict()}

    @property
    def total(self) -> float | None:
        """The total as it may be shown; None until a first value was believed."""
        return self._guard.total

    def limit(self, limit_w: float) -> None:
        """Take another size of the panels."""
        self._limit_w = limit_w

    def take_rebase(self) -> Rebase | None:
        """Give the last change of the level, once."""
        return self._guard.take_rebase()

    def note_report(self, report_at: float, *, silent: bool, at: float) -> None:
        """Take in when the gateway reported last, as the cloud says at a time.

        `silent`: so long ago that it does not reach the cloud.
        """
        known = self._known
        if silent:
            if known.silent_since is None:
                known.silent_since = report_at
        elif known.silent_since is not None:
            owed = _CREDIT_SHARE / MARGIN * self._most(known.silent_since, report_at)
            known.credit_kwh, known.credit_until = self._credit(at) + owed, at + CREDIT_S
            known.silent_since, self._is_back = None, True

    def offer(self, total: float | None, *, at: float, awake: bool) -> Verdict:
        """Judge what the cloud says at the time of a report; `awake`: not everything is zero."""
        known, before = self._known, self.total
        if total is None:
            return Verdict.ABSENT
        credit = self._credit(at)
        most = self._most(known.risen_at, at) if before is not None else 0.0
        self._guard.limit = self._limit(credit)
        verdict = self._judge(total, at, most=most + credit, awake=awake)
        known.strange_kwh = total if verdict in HELD else None
        risen = 0.0 if before is None or self.total is None else self.total - before
        known.credit_kwh = max(0.0, credit - max(0.0, risen - (0.0 if self._is_back else most)))
        self._is_back = False
        if verdict in {Verdict.ACCEPTED, Verdict.REBASED}:
            known.risen_at = at
        return verdict

    def _judge(self, total: float, at: float, *, most: float, awake: bool) -> Verdict:
        """Pass a value through the guard."""
        self._poll += 1
        return self._guard.offer(total, now=at, poll=self._poll, awake=awake, most_kwh=most)

    def _most(self, begin: float, end: float) -> float:
        """Give what the panels can give between two times at most."""
        return most_kwh(self._daylight, begin, end, self._limit_w)

    def _credit(self, at: float) -> float:
        """Give what may still arrive of a silence."""
        return self._known.credit_kwh if at < self._known.credit_until else 0.0

    def _limit(self, credit: float = 0.0) -> CounterLimit:
        """Give what the guard has to know."""
        return CounterLimit(
            self._limit_w,
            _RESOLUTION_KWH,
            candidate_silence_s=_CANDIDATE_SILENCE_S,
            burst_kwh=credit,
            agreeing_s=BELIEVED_AFTER_S,
        )
