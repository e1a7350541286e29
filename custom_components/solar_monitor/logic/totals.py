"""The guard of lifetime energy counters: no spike, no drop and no energy counted twice.

The raw value of a device is judged against the last one that was believed (its *level*):

- A rise passes up to 2 × resolution + 1.5 × power limit × time since the raw value last changed.
  So a 0.1 kWh tick within one poll, a panel's 15-minute step and the true catch-up after ten hours
  offline pass at once. Time in which nothing was heard counts up to `LONGEST_SILENCE_S` (a clock
  that leaps from 1970 to today permits no more); time in which the device said that its counter
  stands still counts up to `LONGEST_STANDSTILL_S`: a generator that rested for a year cannot catch
  up by a year. A clock that goes back adds no time, and time counts on from where it now stands.
- Where a counter adds up what others report now and then, what they may report at once
  (`burst_kwh`) passes at any time.
- A fall by up to one resolution step is rounding: nothing changes, nothing is counted as refused,
  and the higher value stays the level.
- Zeros, larger falls and impossible rises are held: the total keeps its last good value. So is
  what no counter can say: not finite, negative, or within 2^16 steps below 2^32, which is a small
  negative number read as an unsigned one. That last kind is never believed, however long it stays.
- A held value that *stays* is believed as a level, never as energy: after 3 polls that agree over
  at least 5 minutes the level moves there and the total goes on from where it stood. A value
  agrees if the level could have counted there meanwhile, by the same rule of rises. What it counted
  in these minutes is lost: losing a little is better than inventing any. Any other believable
  value ends the candidate, a further strange one replaces it, 30 minutes without it forget it.
- While a level *above* the believed one is a candidate, values that agree with it are not
  believed just because the permitted rise has grown meanwhile: that would be energy from a
  refused value.
- A level that was left by a fall may come back within an hour in which values are heard (a counter
  that starts from an old value and then finds its true one). Then the total goes on as if it had
  never left: what lies between the two is not counted twice.
- Where another counter tells what this one can have counted (`most_kwh`), a rise by more is held
  as an impossible one, however long the silence before it was.
- A fall of which the device itself says that it is a reset (`begin_anew`) is a new level at once.
- Samples in which everything is zero (`awake=False`) neither start nor confirm nor end a candidate.
- The first value ever is believed at once, for there is nothing to compare it with, and is only
  the starting point of statistics. If it was wrong, the truth comes back as a new level and the
  total continues without a step. A first 0 needs 3 polls in which other values are not zero.
- What is written only every few minutes (`written_every_s`) was measured up to that long before it
  was heard: it may rise by what can be counted in that time as well, for a reload may ask right
  before and right after it is written. A fall by no more than that is an older page.

Energies are in kWh, times in seconds, powers in W.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
import math
from typing import Any, Final, Self

from .stored import is_number

RISE_STEPS: Final = 2.0
RISE_FACTOR: Final = 1.5
AGREEING_POLLS: Final = 3
AGREEING_S: Final = 300.0
CANDIDATE_SILENCE_S: Final = 1_800.0
RETURN_S: Final = 3_600.0
LONGEST_STANDSTILL_S: Final = 86_400.0
# 1.5 × power × 60 days is about what a solar plant yields in two years.
LONGEST_SILENCE_S: Final = 60 * 86_400.0

_ARTEFACT_STEPS: Final = 2**32 - 2**16
_FLOAT_NOISE_STEPS: Final = 0.01
_WS_PER_KWH: Final = 3_600_000.0


class Verdict(StrEnum):
    """What became of an offered value."""

    ACCEPTED = "accepted"
    UNCHANGED = "unchanged"
    ABSENT = "absent"
    HELD_ZERO = "held_zero"
    HELD_ARTEFACT = "held_artefact"
    HELD_FALL = "held_fall"
    HELD_JUMP = "held_jump"
    REBASED = "rebased"


@dataclass(frozen=True, slots=True)
class CounterLimit:
    """What a counter can do at most: the power it counts (W) and its smallest step (kWh)."""

    power_w: float
    resolution_kwh: float = 0.1
    candidate_silence_s: float = CANDIDATE_SILENCE_S
    """For how long a held value is remembered; more for what reports only once an hour."""
    burst_kwh: float = 0.0
    """What may come at once: energy that was counted elsewhere and is told later."""
    agreeing_s: float = AGREEING_S
    """For how long a held value has to stay; more where what is wrong stays for hours."""
    written_every_s: float = 0.0
    """How old a value may be when it is heard: whoever writes it does so that rarely, or another
    place that does so stands in for a quicker one."""

    @property
    def digits(self) -> int:
        """The decimals that the resolution has."""
        return len(f"{self.resolution_kwh:.6f}".rstrip("0").partition(".")[2])

    @property
    def artefact_kwh(self) -> float:
        """From here on a value is a negative 32-bit number that was read as a positive one."""
        return _ARTEFACT_STEPS * self.resolution_kwh

    @property
    def noise_kwh(self) -> float:
        """What floating point may add to or take from a difference."""
        return _FLOAT_NOISE_STEPS * self.resolution_kwh

    def counts_kwh(self, within_s: float) -> float:
        """Tell what it counts in this time at its power."""
        return self.power_w * within_s / _WS_PER_KWH

    def permits(self, rise_kwh: float, within_s: float) -> bool:
        """Tell whether a counter may rise so much in this time.

        A step down is rounding, and what an older page lacks.
        """
        most = RISE_STEPS * self.resolution_kwh + self.burst_kwh
        most += RISE_FACTOR * self.counts_kwh(within_s + self.written_every_s)
        least = -self.resolution_kwh - self.counts_kwh(self.written_every_s)
        return least - self.noise_kwh <= rise_kwh <= most + self.noise_kwh


@dataclass(frozen=True, slots=True)
class CounterMemory:
    """What a guard needs to go on after a restart. The published total is raw + offset.

    `standing_s` is how long the raw value had not changed at `seen_at` (unix seconds); `left` is
    the level that was left by a fall at its `seen_at`, as long as it may come back.
    """

    raw: float
    offset: float
    standing_s: float
    seen_at: float
    left: CounterMemory | None = None

    def to_dict(self) -> dict[str, Any]:
        """Give the memory as JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: object) -> Self | None:
        """Read a memory back; None for anything that `to_dict` cannot have written."""
        if not isinstance(data, Mapping):
            return None
        values = [data.get(name) for name in ("raw", "offset", "standing_s", "seen_at")]
        raw, offset, standing_s, seen_at = (v if is_number(v) else math.nan for v in values)
        # Not a number is neither below nor above anything.
        if raw >= 0 and raw + offset >= 0 and standing_s >= 0 and not math.isnan(seen_at):
            return cls(raw, offset, standing_s, seen_at, cls.from_dict(data.get("left")))
        return None


@dataclass(frozen=True, slots=True)
class Rebase:
    """A counter that goes on from another raw value (kWh) without a step in the total."""

    old_raw: float
    new_raw: float
    at: float


@dataclass(slots=True)
class _Level:
    """A raw value and how long it has been standing."""

    raw: float
    standing_s: float = 0.0

    def wait(self, elapsed_s: float) -> None:
        """Let time pass, heard or unheard."""
        self.standing_s = min(self.standing_s + elapsed_s, LONGEST_SILENCE_S)

    def admits(self, raw: float, limit: CounterLimit) -> bool:
        """Tell whether the counter can have counted from here to there."""
        return limit.permits(raw - self.raw, self.standing_s)

    def follow(self, raw: float) -> bool:
        """Take an admitted value over; tell whether it is a rise."""
        if raw <= self.raw:
            self.standing_s = min(self.standing_s, LONGEST_STANDSTILL_S)
            return False
        self.raw = raw
        self.standing_s = 0.0
        return True


@dataclass(slots=True)
class _Candidate:
    """A held value that may turn out to be the new level."""

    level: _Level
    poll: int
    polls: int = 1
    age_s: float = 0.0
    unheard_s: float = 0.0

    def wait(self, elapsed_s: float) -> None:
        """Let time pass."""
        self.level.wait(elapsed_s)
        self.age_s += elapsed_s
        self.unheard_s += elapsed_s

    def confirm(self, raw: float, poll: int) -> None:
        """Count an agreeing value; several of one poll count once."""
        self.level.follow(raw)
        self.unheard_s = 0.0
        if poll != self.poll:
            self.poll = poll
            self.polls += 1


class CounterGuard:
    """Turns the raw values of one counter into a total that only ever rises, and only by energy."""

    def __init__(self, limit: CounterLimit, memory: CounterMemory | None = None) -> None:
        """Continue from `memory`; without it the counter was never seen."""
        self.limit = limit
        self._level = _Level(memory.raw, memory.standing_s) if memory else None
        self._offset = memory.offset if memory else 0.0
        self._seen_at = memory.seen_at if memory else None
        self._candidate: _Candidate | None = None
        self._left = memory.left if memory else None
        self.last_rebase: Rebase | None = None

    @property
    def total(self) -> float | None:
        """The published total in kWh. It never falls. None until a first value was believed."""
        if self._level is None:
            return None
        return round(self._level.raw + self._offset, self.limit.digits)

    @property
    def memory(self) -> CounterMemory | None:
        """What to keep for the next start. Candidates are not kept: they begin again."""
        if self._level is None or self._seen_at is None:
            return None
        level = self._level
        return CounterMemory(level.raw, self._offset, level.standing_s, self._seen_at, self._left)

    def take_rebase(self) -> Rebase | None:
        """Give the last rebase, once."""
        rebase, self.last_rebase = self.last_rebase, None
        return rebase

    def begin_anew(self, raw: float, *, now: float) -> None:
        """Go on from a lower value at once: the device itself says that it was reset."""
        if self._level is not None and 0 <= raw < self._level.raw:
            self._wait(now)
            self._rebase(self._level, _Level(raw), now)

    def offer(
        self,
        raw: float | None,
        *,
        now: float,
        poll: int,
        awake: bool,
        most_kwh: float | None = None,
    ) -> Verdict:
        """Judge one raw value.

        `now` is when it was measured (unix seconds), `poll` a number that grows from poll to poll,
        `awake` whether other values of this poll are not zero. `most_kwh` is by how much it can
        have risen at most since the last believed value, where another counter tells that.
        """
        if raw is None:
            return Verdict.ABSENT
        self._wait(now)
        if not 0 <= raw < self.limit.artefact_kwh:  # not a number is not in between either
            self._candidate = None
            return Verdict.HELD_ARTEFACT
        if self._level is None:
            return self._begin(raw, poll, awake=awake)
        refuted = most_kwh is not None and raw - self._level.raw > most_kwh
        return self._judge(self._level, raw, now=now, poll=poll, awake=awake, refuted=refuted)

    def _wait(self, now: float) -> None:
        """Let the time since the last value pass; a clock that went back adds none."""
        seen_at = now if self._seen_at is None else self._seen_at
        # The first value after a silence may still come back: nothing was heard meanwhile.
        if self._left is not None and seen_at - self._left.seen_at > RETURN_S:
            self._left = None
        elapsed_s = max(0.0, now - seen_at)
        self._seen_at = now
        if self._level is not None:
            self._level.wait(elapsed_s)
        if self._candidate is not None:
            self._candidate.wait(elapsed_s)
            if self._candidate.unheard_s > self.limit.candidate_silence_s:
                self._candidate = None

    def _begin(self, raw: float, poll: int, *, awake: bool) -> Verdict:
        """Judge a value while none was believed before."""
        if raw == 0 and not (awake and self._note(raw, poll).polls >= AGREEING_POLLS):
            return Verdict.HELD_ZERO
        self._level = _Level(raw)
        self._candidate = None
        return Verdict.ACCEPTED

    def _judge(
        self, level: _Level, raw: float, *, now: float, poll: int, awake: bool, refuted: bool
    ) -> Verdict:
        """Judge a value against the believed level, and the one that it replaced."""
        if not self._agrees_above(level, raw):
            if self._left is not None and self._comes_back(level, self._left, raw, now):
                return Verdict.ACCEPTED
            if not refuted and level.admits(raw, self.limit):
                self._candidate = None
                return Verdict.ACCEPTED if level.follow(raw) else Verdict.UNCHANGED
        if awake:
            candidate = self._note(raw, poll)
            if candidate.polls >= AGREEING_POLLS and candidate.age_s >= self.limit.agreeing_s:
                self._rebase(level, candidate.level, now)
                return Verdict.REBASED
        if raw == 0:
            return Verdict.HELD_ZERO
        return Verdict.HELD_FALL if raw < level.raw else Verdict.HELD_JUMP

    def _agrees_above(self, level: _Level, raw: float) -> bool:
        """Tell whether the value belongs to a candidate above the level."""
        candidate = self._candidate
        return (
            candidate is not None
            and candidate.level.raw > level.raw
            and candidate.level.admits(raw, self.limit)
        )

    def _note(self, raw: float, poll: int) -> _Candidate:
        """Count a held value for the candidate it agrees with; any other starts a new one."""
        if self._candidate is None or not self._candidate.level.admits(raw, self.limit):
            self._candidate = _Candidate(_Level(raw), poll)
        else:
            self._candidate.confirm(raw, poll)
        return self._candidate

    def _comes_back(self, level: _Level, left: CounterMemory, raw: float, now: float) -> bool:
        """Go on from the level that was left, if it is back, without what was counted meanwhile."""
        back = _Level(left.raw, left.standing_s)
        back.wait(max(0.0, now - left.seen_at))
        if not back.admits(raw, self.limit):
            return False
        back.follow(raw)
        self.last_rebase = Rebase(level.raw, back.raw, now)
        self._offset = max(left.offset, level.raw + self._offset - back.raw)
        self._level, self._left, self._candidate = back, None, None
        return True

    def _rebase(self, old: _Level, new: _Level, now: float) -> None:
        """Go on from another level; the total stays what it is."""
        self._left = None
        if new.raw < old.raw:
            self._left = CounterMemory(old.raw, self._offset, old.standing_s, now)
        self._offset = round(old.raw + self._offset, self.limit.digits) - new.raw
        self._level = new
        self._candidate = None
        self.last_rebase = Rebase(old.raw, new.raw, now)
