"""A lifetime total over several counters that take turns.

Some gateways tell the same energy now from one register, now from another: the meter's, or the sum
of what the inverters report (github.com/pyenphase/pyenphase, issues 471 and 480). The two never
stand at the same level, so each origin has a guard of its own, with its own memory; and the total
goes on from where it stands when the origin changes:

- Each origin has an offset to the total, from when it was first believed. While origins take turns
  within minutes the offsets stay, and the highest of what they lead to is the total: nothing is
  lost, and nothing is counted twice. (To go on from the last total at each turn would count twice:
  panels report late, and tell at once what the meter has counted for a quarter of an hour.)
- An origin that was away for longer than `AWAY_S` gets a new offset. The two differ by a few
  percent of what went through meanwhile, which would come as a step; what was counted since the
  last poll is lost instead.
- A small fall is the meter's own consumption at night, in firmware whose counter is a balance: the
  total stands still until the counter has come up again.
- A second counter of the same energy can be a witness: once it has risen, the total may not rise by
  more than `WITNESS_FACTOR` times as much, and what can be counted in `WITNESS_LATE_S`: so late the
  witness may tell, all at once or a part of it. One that stands still tells
  nothing; it may be the one that is stuck, and so does one that was not heard for a quarter of an
  hour, as after a restart. After more than a day without a value, in which almost
  anything can have been counted, the witness is waited for, but not for ever.

Energies in kWh, times in unix seconds.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from .stored import is_number
from .totals import CounterGuard, CounterLimit, CounterMemory, Rebase, Verdict

AWAY_S: Final = 600.0
SMALL_FALL_KWH: Final = 0.1
WITNESS_FACTOR: Final = 2.0
WITNESS_LATE_S: Final = 3_600.0
LONG_SILENCE_S: Final = 86_400.0
WITNESS_WAIT_S: Final = 900.0
_BELIEVED: Final = (Verdict.ACCEPTED, Verdict.UNCHANGED, Verdict.REBASED)


@dataclass(frozen=True, slots=True)
class Witness:
    """Another counter of the same energy: its total and when it was believed last."""

    total: float | None
    at: float | None


@dataclass(frozen=True, slots=True)
class _Mark:
    """What an origin adds to its own total, when it was believed, and what its witness said."""

    offset: float
    at: float
    witness: float | None = None

    @classmethod
    def read(cls, data: object) -> Self | None:
        """Read a stored mark back; None for anything that was not written by us."""
        match data:
            case {"offset": offset, "at": at, "witness": witness} if (
                is_number(offset) and is_number(at) and (witness is None or is_number(witness))
            ):
                return cls(offset, at, witness)
        return None


class OriginCounter:
    """Turns the raw values of one or more counters into one total that only ever rises."""

    def __init__(
        self,
        limit: CounterLimit,
        memory: object = None,
        *,
        special: Mapping[str, CounterLimit] | None = None,
    ) -> None:
        """Continue from what `to_dict` gave; anything else starts with nothing known.

        `special` are the limits of origins that differ.
        """
        self._limit = limit
        self._special = special or {}
        self._guards: dict[str, CounterGuard] = {}
        self._marks: dict[str, _Mark] = {}
        self._rebase: Rebase | None = None
        self._waits_since: float | None = None
        self.total: float | None = None
        """The published total in kWh. It never falls. None until a first value was believed."""
        self.origin: str | None = None
        """Whose value was believed last."""
        if isinstance(memory, Mapping):
            self._restore(memory)

    def _restore(self, memory: Mapping[str, Any]) -> None:
        """Take over what is sound of a stored counter."""
        total, origins = memory.get("total"), memory.get("origins")
        if not is_number(total) or total < 0 or not isinstance(origins, Mapping):
            return
        for name, data in origins.items():
            if not isinstance(data, Mapping):
                continue
            guard, mark = CounterMemory.from_dict(data.get("guard")), _Mark.read(data.get("mark"))
            if guard is not None and mark is not None:
                self._guards[name] = CounterGuard(self._limit_of(name), guard)
                self._marks[name] = mark
                self.total = total
        current = memory.get("origin")
        self.origin = current if isinstance(current, str) and current in self._marks else None

    def to_dict(self) -> dict[str, Any]:
        """Give what must survive a restart, as JSON."""
        origins = {
            name: {"guard": guard.memory.to_dict(), "mark": asdict(self._marks[name])}
            for name, guard in self._guards.items()
            if guard.memory is not None and name in self._marks
        }
        return {"total": self.total, "origin": self.origin, "origins": origins}

    @property
    def witness(self) -> Witness:
        """What this counter can say as a witness of another one."""
        return Witness(self.total, max((mark.at for mark in self._marks.values()), default=None))

    def limit(self, limit: CounterLimit, special: Mapping[str, CounterLimit] | None = None) -> None:
        """Take other limits: the plant turned out to be of another size."""
        self._limit, self._special = limit, special or {}
        for name, guard in self._guards.items():
            guard.limit = self._limit_of(name)

    def _limit_of(self, origin: str) -> CounterLimit:
        """Give the limit of an origin."""
        return self._special.get(origin, self._limit)

    def take_rebase(self) -> Rebase | None:
        """Give the last new level of an origin, once."""
        rebase, self._rebase = self._rebase, None
        return rebase

    def offer(
        self,
        raw: float | None,
        *,
        now: float,
        poll: int,
        awake: bool,
        origin: str = "",
        witness: Witness | None = None,
    ) -> Verdict:
        """Judge one raw value of an origin; see `CounterGuard.offer`.

        ABSENT also for one that waits for what its witness will say.
        """
        if raw is not None and self._waits(origin, witness, now):
            return Verdict.ABSENT
        said = witness.total if witness else None
        guard = self._guards.setdefault(origin, CounterGuard(self._limit_of(origin)))
        verdict = guard.offer(
            self._without_small_fall(guard, raw),
            now=now,
            poll=poll,
            awake=awake,
            most_kwh=self._most(origin, witness, now),
        )
        self._rebase = guard.take_rebase() or self._rebase
        if verdict in _BELIEVED and guard.total is not None:
            offset = self._offset(origin, guard.total, now)
            reached = round(offset + guard.total, self._limit.digits)
            self.total = reached if self.total is None else max(self.total, reached)
            self._marks[origin] = _Mark(offset, now, said)
            self.origin = origin
        return verdict

    def _waits(self, origin: str, witness: Witness | None, now: float) -> bool:
        """Tell whether a value after a long silence has to wait for its witness."""
        mark = self._marks.get(origin)
        if (
            mark is None
            or now - mark.at <= LONG_SILENCE_S
            or mark.witness is None
            or witness is None
            or witness.at is None
            or witness.at > mark.at
        ):
            self._waits_since = None
            return False
        if self._waits_since is None:
            self._waits_since = now
        return now - self._waits_since < WITNESS_WAIT_S

    @staticmethod
    def _without_small_fall(guard: CounterGuard, raw: float | None) -> float | None:
        """Take a counter that fell a little for one that stands."""
        if raw is None or guard.memory is None:
            return raw
        level = guard.memory.raw
        return level if 0 < level - raw <= SMALL_FALL_KWH and raw > 0 else raw

    def _most(self, origin: str, witness: Witness | None, now: float) -> float | None:
        """Tell by how much an origin can have risen since it was believed; None: nobody knows."""
        mark = self._marks.get(origin)
        if mark is None or mark.witness is None or witness is None or witness.total is None:
            return None
        # What it said before a restart tells nothing of what came since.
        lately = witness.at is not None and now - witness.at <= WITNESS_WAIT_S
        if not lately or witness.total <= mark.witness:
            return None
        late_kwh = self._limit_of(origin).counts_kwh(WITNESS_LATE_S)
        return WITNESS_FACTOR * (witness.total - mark.witness) + late_kwh

    def _offset(self, origin: str, total: float, now: float) -> float:
        """Give the offset of an origin: the one it has, or a new one after a long absence."""
        mark = self._marks.get(origin)
        if mark is not None and (origin == self.origin or now - mark.at <= AWAY_S):
            return mark.offset
        return 0.0 if self.total is None else self.total - total
