"""The energy that a system has produced in all, guarded. Pure.

`logic/totals.py` judges it, by the time of the report and not of the answer: what a gateway sends
after days of silence had these days to be produced. What the cloud adds to that:

- It cannot have risen by more than the sun can have given since it last rose.
- What arrives later still has a credit for a week: what the sun can have given in a silence, less
  what has arrived of it. A silence is any time in which no report was seen: the gateway sent none,
  or nobody could ask. The first value has the credit of a week, for nobody knows what was before.
  For silences that are too short to be noticed there always is as much as full power gives in one.
- What needs the credit, and all that is added to days that are over, counts as far as the next
  answer says the same: late data stay, and what was wrong for an answer does not.
- A level that makes no sense is believed after a day of reports at the earliest, for the cloud
  corrects itself within hours, and what was counted twice meanwhile could not be taken back. A
  start in between does not let it pass.

Energies are in kWh, powers in W, times in unix seconds.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final, Self

from ...clients.enlighten.daylight import Daylight
from ...logic.stored import is_number
from ...logic.totals import CounterGuard, CounterLimit, CounterMemory, Verdict

MARGIN: Final = 1.2
"""What panels may give above their size, as long as there is light: more than any does."""
BELIEVED_AFTER_S: Final = 86_400.0
CREDIT_S: Final = 7 * 86_400.0
"""How long late data are waited for: as far back as the series are read again each night."""
HELD: Final = frozenset(
    {Verdict.HELD_ZERO, Verdict.HELD_ARTEFACT, Verdict.HELD_FALL, Verdict.HELD_JUMP}
)

# What panels give over days, as a part of what they would give at full power in all daylight.
_USUAL_SHARE: Final = 0.6
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
    reported_at: float | None = None
    """Of when the last report is that was seen."""
    late_kwh: float | None = None
    """The total that was told last, if it has to be told again."""
    late_at: float = 0.0
    """Of when it is."""
    credits: list[tuple[float, float]] = field(default_factory=list)
    """Until when what may still arrive, kWh, of each silence; the oldest first."""

    @classmethod
    def from_dict(cls, data: object) -> Self:
        """Read it back; what cannot be read begins anew."""
        stored = data if isinstance(data, Mapping) else {}
        listed = stored.get("credits")
        names = (each.name for each in fields(cls) if each.name != "credits")
        memory = cls(**{name: stored[name] for name in names if is_number(stored.get(name))})
        for each in listed if isinstance(listed, list) else ():
            match each:
                case [until, kwh] if is_number(until) and is_number(kwh):
                    memory.credits.append((until, kwh))
                case _:
                    pass
        return memory


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
        self._silence_s = 0.0
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

    def note_report(self, report_at: float, *, silence_s: float, at: float) -> None:
        """Take in when the gateway reported last, as the cloud says at a time.

        `silence_s`: so much daylight between two reports that were seen is a silence.
        """
        known, self._silence_s = self._known, silence_s
        begin = report_at - CREDIT_S if known.reported_at is None else known.reported_at
        known.reported_at = max(begin, report_at)
        if self._daylight.seconds(max(begin, report_at - _LONGEST_S), report_at) <= silence_s:
            return
        known.credits.append((at + CREDIT_S, self._usual(begin, report_at)))
        self._is_back = True

    def offer(
        self,
        total: float | None,
        *,
        at: float,
        awake: bool,
        settled: bool,
    ) -> Verdict:
        """Judge what the cloud says at the time of a report.

        `awake`: not everything is zero. `settled`: the energy of the days before is what it was.
        """
        known, before = self._known, self.total
        if total is None:
            return Verdict.ABSENT
        credit = self._credit(at)
        most = self._most(known.risen_at, at) if before is not None else 0.0
        late, known.late_kwh = known.late_kwh, None
        sure = most if settled else 0.0
        if before is not None and sure < self._above(total) <= most + credit:
            late_at, known.late_kwh, known.late_at = known.late_at, total, at
            if late is None:
                return Verdict.HELD_JUMP
            if late <= total:
                total, at = late, late_at
        self._guard.limit = self._limit(credit)
        verdict = self._judge(total, at, most=most + credit, awake=awake)
        known.strange_kwh = total if verdict in HELD else None
        risen = 0.0 if before is None or self.total is None else self.total - before
        self._spend(risen if self._is_back else risen - most)
        self._is_back = False
        if verdict in {Verdict.ACCEPTED, Verdict.REBASED}:
            known.risen_at = at
        return verdict

    def _above(self, total: float) -> float:
        """Give by how much a total is above the one that was believed last."""
        counted = self._guard.memory
        return total - counted.raw if counted else 0.0

    def _judge(self, total: float, at: float, *, most: float, awake: bool) -> Verdict:
        """Pass a value through the guard."""
        self._poll += 1
        return self._guard.offer(total, now=at, poll=self._poll, awake=awake, most_kwh=most)

    def _most(self, begin: float, end: float) -> float:
        """Give what the panels can give between two times at most."""
        return most_kwh(self._daylight, begin, end, self._limit_w)

    def _usual(self, begin: float, end: float) -> float:
        """Give what the panels usually give between two times, and hardly ever more."""
        return _USUAL_SHARE / MARGIN * self._most(begin, end)

    def _credit(self, at: float) -> float:
        """Give what may still arrive of silences, or of one that was too short to be noticed."""
        known = self._known
        known.credits = [each for each in known.credits if at < each[0]]
        unnoticed = self._limit_w * self._silence_s / _WS_PER_KWH
        return max(unnoticed, sum(kwh for _, kwh in known.credits))

    def _spend(self, kwh: float) -> None:
        """Take from the credit what has arrived, from the oldest first."""
        known = self._known
        listed, known.credits = known.credits, []
        for until, owed in listed:
            taken = min(max(kwh, 0.0), owed)
            kwh -= taken
            if taken < owed:
                known.credits.append((until, owed - taken))

    def _limit(self, credit: float = 0.0) -> CounterLimit:
        """Give what the guard has to know."""
        return CounterLimit(
            self._limit_w,
            _RESOLUTION_KWH,
            candidate_silence_s=_CANDIDATE_SILENCE_S,
            burst_kwh=credit,
            agreeing_s=BELIEVED_AFTER_S,
        )
