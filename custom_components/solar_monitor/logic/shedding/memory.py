"""What load shedding remembers: what it did, to which load, why; and what it heard.

What must survive a restart becomes JSON. What was heard does not, but for how long nothing was:
after a start nothing is done before there are enough new samples. Stamps are unix seconds. A clock
that is set back takes all stamps with it, so that what was ten minutes ago stays so; after a leap
forward, as after any long pause, what was heard counts no more.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final, Self

from ..stored import is_number
from .grid import GridWatch
from .lack import Lack
from .senses import Senses
from .terms import Cause, Reason, Turn

SLEW_S: Final = 60.0
"""By so much a clock may go back and just stand still for us."""
LONGEST_PAUSE_S: Final = 900.0
"""A longer pause between two decisions is a start."""
PARKED_WAIT_S: Final = 1_800.0
LONGEST_PARKED_WAIT_S: Final = 14_400.0
PARKED_TRIAL_S: Final = 3_600.0


class Phase(StrEnum):
    """Where a load is on its way."""

    TURNING_OFF = "turning_off"
    """It was asked to turn off and has not done so yet."""
    OFF = "off"
    AGAIN = "again"
    """It is on although we hold it, and nobody wanted that: it is to be turned off again."""
    TURNING_ON = "turning_on"
    """It was asked to turn on and has not done so yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A load that is ours to give back."""

    cause: Cause
    phase: Phase
    at: float
    """Since when it is off, or on again; while it turns off, since when only time can tell."""
    mode: str | None = None
    """What it did before."""
    rebooted: bool = False
    """Whether it came back on by itself once."""
    give: Reason | None = None
    """Why it is given back, once that is decided; or that it is not, but let go once it is off."""
    heard: bool = False
    """Whether it took a call to turn off without an error: then it may obey long after."""
    attempts: int = 0
    try_at: float | None = None
    """When to ask it again."""
    told: bool = False
    """Whether it was told that it is given back; since then it has gone off once more."""
    wanted: bool = False
    """Whether somebody had turned it on when it went off: what comes on soon is theirs again."""

    @property
    def bounced(self) -> bool:
        """Whether it is on again because it did not stay off; its device did not start anew."""
        return self.phase is Phase.AGAIN and (not self.rebooted or self.attempts > 0)

    def to_dict(self) -> dict[str, Any]:
        """Give what must survive a restart, as JSON."""
        return {
            "cause": self.cause,
            "phase": self.phase,
            "at": self.at,
            "mode": self.mode,
            "rebooted": self.rebooted,
            "give": self.give,
            "heard": self.heard,
        }

    @classmethod
    def from_dict(cls, data: object) -> Self | None:
        """Read a hold back; None for anything that `to_dict` cannot have written."""
        match data:
            case {
                "cause": str(cause),
                "phase": str(phase),
                "at": at,
                "mode": str() | None as mode,
                "rebooted": bool(rebooted),
                "give": str() | None as give,
                **rest,
            } if (
                cause in Cause
                and phase in Phase
                and is_number(at)
                and (give is None or give in Reason)
            ):
                return cls(
                    cause=Cause(cause),
                    phase=Phase(phase),
                    at=at,
                    mode=mode,
                    rebooted=rebooted,
                    give=None if give is None else Reason(give),
                    heard=rest.get("heard") is True,
                )
            case _:
                return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What is known of a load, held or not."""

    on: bool
    changed_at: float | None = None
    """When it was last seen to turn on or off."""
    released_until: float | None = None
    """Until when it is not shed because somebody wanted it on."""
    failed_at: float | None = None
    """When it was given up because it did not obey."""

    def to_dict(self) -> dict[str, Any]:
        """Give the note as JSON."""
        return {
            "on": self.on,
            "changed_at": self.changed_at,
            "released_until": self.released_until,
            "failed_at": self.failed_at,
        }

    @classmethod
    def from_dict(cls, data: object) -> Self | None:
        """Read a note back; None for anything that `to_dict` cannot have written."""
        if not isinstance(data, Mapping) or not isinstance(on := data.get("on"), bool):
            return None
        return cls(
            on=on,
            changed_at=_stamp(data.get("changed_at")),
            released_until=_stamp(data.get("released_until")),
            failed_at=_stamp(data.get("failed_at")),
        )


@dataclass(frozen=True, slots=True)
class Parked:
    """How long the battery must have rested before a load is given back to the grid.

    `load` is the last one that was, at `at`; if it has to be shed again soon, the next wait is
    twice as long.
    """

    wait_s: float = PARKED_WAIT_S
    load: str | None = None
    at: float = 0.0
    calm: bool = False
    """Whether the battery has rested ever since: what made us give back makes us shed no more."""

    def begun(self, load: str, now: float) -> Self:
        """Take in that a load is given back to the grid."""
        return replace(self, load=load, at=now, calm=True)

    def ended(self) -> Self:
        """Take in that the battery rests no more."""
        return replace(self, calm=False) if self.calm else self

    def shed(self, load: str, now: float) -> Self:
        """Take in that a load was shed."""
        if load != self.load or now - self.at >= PARKED_TRIAL_S:
            return self
        return type(self)(min(2 * self.wait_s, LONGEST_PARKED_WAIT_S), calm=self.calm)

    def settled(self, now: float) -> Self:
        """Go back to the short wait once a load has stayed on for long enough."""
        on_trial = self.load is not None and now - self.at >= PARKED_TRIAL_S
        return type(self)(calm=self.calm) if on_trial else self

    def to_dict(self) -> dict[str, Any]:
        """Give it as JSON."""
        return {"wait_s": self.wait_s, "load": self.load, "at": self.at, "calm": self.calm}

    @classmethod
    def from_dict(cls, data: object) -> Self:
        """Read it back; anything else is a start."""
        match data:
            case {
                "wait_s": wait_s,
                "load": str() | None as load,
                "at": at,
                "calm": bool(calm),
            } if (
                is_number(wait_s)
                and PARKED_WAIT_S <= wait_s <= LONGEST_PARKED_WAIT_S
                and is_number(at)
            ):
                return cls(wait_s, load, at, calm)
            case _:
                return cls()


@dataclass(frozen=True, slots=True)
class Pending:
    """A call that was made and whose effect is not seen yet. Not stored: holds tell enough."""

    number: int
    load: str
    turn: Turn
    until: float
    """When to give this attempt up."""
    heard: bool = False
    """Whether it has ended without an error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """All that one decision leaves to the next."""

    at: float | None = None
    """When the last decision was made."""
    holds: Mapping[str, Hold] = field(default_factory=dict)
    settling: Mapping[str, Hold] = field(default_factory=dict)
    """Loads that came on a moment ago, as they were held: what does not stay on is held again."""
    notes: Mapping[str, Note] = field(default_factory=dict)
    acted_at: float | None = None
    """When a load was last seen to obey."""
    parked: Parked = field(default_factory=Parked)
    fault_until: float | None = None
    """Until when nothing is shed because there was a fault."""
    grid: GridWatch = field(default_factory=GridWatch)
    lack: Lack = field(default_factory=Lack)

    senses: Senses = field(default_factory=Senses)
    pending: Pending | None = None
    calls: int = 0
    armed: bool = False
    """Whether loads could be shed at the last decision."""
    away: frozenset[str] = frozenset()
    """The loads that were unavailable at the last look."""
    blind: bool = True
    """Whether we know nothing of what loads did since then: after a start or a long pause."""

    @property
    def owned(self) -> frozenset[str]:
        """The loads to be told of in any case: they may be off because of us."""
        return frozenset(self.holds) | frozenset(self.settling)

    def resumed(self, now: float) -> tuple[float, Self]:
        """Give the time to go on with, and the memory as it is after a step of the clock."""
        at = now if self.at is None else self.at
        gap_s = now - at
        steady = -SLEW_S <= gap_s <= LONGEST_PAUSE_S
        if steady:
            now = max(now, at)
        if steady and self.senses.since is not None:
            return now, self
        moved = self._shifted(gap_s) if gap_s < -SLEW_S else self
        if gap_s >= -SLEW_S or self.senses.since is None:
            moved = moved.patient(now)
        return now, replace(
            moved,
            grid=moved.grid.restarted(),
            senses=moved.senses.started(now),
            # What loads did during a long pause is unknown; a step back is no pause.
            blind=moved.blind or gap_s >= -SLEW_S,
        )

    def patient(self, now: float) -> Self:
        """Give what a load was asked its time to be seen, as if it was asked just now.

        After a start or a leap of the clock nobody knows how much of that time has passed, or
        whether the load took the call.
        """
        holds = {
            load: replace(hold, at=now, heard=True) if hold.phase is Phase.TURNING_OFF else hold
            for load, hold in self.holds.items()
        }
        settling = {load: replace(hold, at=now) for load, hold in self.settling.items()}
        return replace(self, holds=holds, settling=settling)

    def _shifted(self, by_s: float) -> Self:
        """Move all stamps by some seconds."""

        def moved(stamp: float | None) -> float | None:
            return None if stamp is None else stamp + by_s

        def moved_all(holds: Mapping[str, Hold]) -> dict[str, Hold]:
            return {
                load: replace(hold, at=hold.at + by_s, try_at=moved(hold.try_at))
                for load, hold in holds.items()
            }

        pending = self.pending
        return replace(
            self,
            holds=moved_all(self.holds),
            settling=moved_all(self.settling),
            notes={
                load: replace(
                    note,
                    changed_at=moved(note.changed_at),
                    released_until=moved(note.released_until),
                    failed_at=moved(note.failed_at),
                )
                for load, note in self.notes.items()
            },
            acted_at=moved(self.acted_at),
            parked=replace(self.parked, at=self.parked.at + by_s),
            fault_until=moved(self.fault_until),
            lack=self.lack.shifted(by_s),
            pending=None if pending is None else replace(pending, until=pending.until + by_s),
            senses=replace(self.senses, silent_since=moved(self.senses.silent_since)),
        )

    def to_dict(self) -> dict[str, Any]:
        """Give what must survive a restart, as JSON."""
        return {
            "at": self.at,
            "holds": {load: hold.to_dict() for load, hold in self.holds.items()},
            "settling": {load: hold.to_dict() for load, hold in self.settling.items()},
            "notes": {load: note.to_dict() for load, note in self.notes.items()},
            "acted_at": self.acted_at,
            "parked": self.parked.to_dict(),
            "fault_until": self.fault_until,
            "grid": self.grid.to_dict(),
            "lack": self.lack.to_dict(),
            "senses": self.senses.to_dict(),
            "away": sorted(self.away),
        }

    @classmethod
    def from_dict(cls, data: object) -> Self:
        """Read a memory back for a new start; what is damaged is left out."""
        if not isinstance(data, Mapping):
            return cls()
        return cls(
            at=_stamp(data.get("at")),
            holds=_entries(data.get("holds"), Hold.from_dict),
            settling=_entries(data.get("settling"), Hold.from_dict),
            notes=_entries(data.get("notes"), Note.from_dict),
            acted_at=_stamp(data.get("acted_at")),
            parked=Parked.from_dict(data.get("parked")),
            fault_until=_stamp(data.get("fault_until")),
            grid=GridWatch.from_dict(data.get("grid")),
            lack=Lack.from_dict(data.get("lack")),
            senses=Senses.from_dict(data.get("senses")),
            away=_names(data.get("away")),
        )


def _stamp(value: object) -> float | None:
    """Read a stamp back."""
    return value if is_number(value) else None


def _names(value: object) -> frozenset[str]:
    """Read the names of loads back."""
    names = value if isinstance(value, list) else []
    return frozenset(name for name in names if isinstance(name, str))


def _entries[Entry](data: object, read: Callable[[object], Entry | None]) -> dict[str, Entry]:
    """Read the entries of all loads back, as far as they are whole."""
    if not isinstance(data, Mapping):
        return {}
    pairs = ((load, read(entry)) for load, entry in data.items() if isinstance(load, str))
    return {load: entry for load, entry in pairs if entry is not None}
