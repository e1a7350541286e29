"""What load shedding decides."""

from dataclasses import dataclass

from .memory import Memory
from .terms import Grid, Happening, Reason, Status, Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What to ask of a load next: once, waiting for the end, for at most `timeout_s`.

    Its end is to be told as `Result(number, ok)` with the next reading; whether the load obeys is
    seen from its state. `mode` is what to bring a climate device or a water heater back to.
    """

    number: int
    load: str
    turn: Turn
    mode: str | None
    timeout_s: float
    attempt: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened; `load` is None where there are no loads (observing)."""

    what: Happening
    load: str | None
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to do now, what to remember, and what to show.

    The hands keep `memory` for the next decision. If `save` is set they store it *before* they
    make the call; else it may be stored at any time. After a call they decide again at once.
    """

    memory: Memory
    call: Call | None
    save: bool
    status: Status
    reason: Reason
    active: bool
    """Whether anything is shed; without loads: would be."""
    shed: tuple[str, ...]
    """The loads that are off because of us."""
    failed: tuple[str, ...]
    """The loads that did not obey and are left out for a while."""
    released: tuple[str, ...]
    """The loads that are left alone because somebody wanted them on."""
    events: tuple[Event, ...]
    stale: bool
    """Whether there has been no believable reading for so long that somebody must be told."""
    rare_s: float | None
    """How far apart readings come if that is why; None: none come."""
    lacks_power: bool
    """Whether a power that decides has been unknown for so long that somebody must be told."""
    grid: Grid
    again_at: float | None
    """When to decide again if no new reading comes before."""
