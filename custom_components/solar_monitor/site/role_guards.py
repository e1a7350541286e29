"""What stands between the entities of other integrations and the site.

Times are when an entity reported, in unix seconds; powers in W, energies in kWh, charge in %.
"""

from dataclasses import dataclass, replace
import math
from typing import Any, Final

from ..logic.estimates import PowerIntegral, RisingTotal
from ..logic.soc import SocGuard, SocVerdict
from ..logic.stored import is_number
from ..logic.totals import CounterGuard, CounterLimit, CounterMemory
from .options_values import mapping_in, text_in

GOOD_FOR_S: Final = 900.0
"""How long a power and a charge stand after they were reported."""
LEAST_LIMIT_W: Final = 25_000.0
"""What any meter may count whose connection is not known (`logic/totals.py`)."""

# As long as for a cloud: reports may be hours apart, and a device may be silent for a night.
_CANDIDATE_SILENCE_S: Final = 3 * 86_400.0
_RESOLUTION_KWH: Final = 0.001
_DIGITS: Final = 3
_ESTIMATE: Final = "estimate"


@dataclass(frozen=True, slots=True)
class Figure:
    """What an entity says, in our unit."""

    value: float | None = None
    at: float = -math.inf
    unit: str | None = None
    """The unit that the entity itself has."""
    reset: str | None = None
    """When it says that it began to count; most do not say it."""


class Charge:
    """The charge of a battery, as of the last report that was believed.

    Many entities report nothing but changes: a report that was refused as a jump is judged again at
    each look, and believed once it has stood for as long as a jump has to. It stays one report.
    """

    def __init__(self) -> None:
        """Begin with nothing known."""
        self._guard = SocGuard()
        self._taken_at = -math.inf
        self._poll = 0
        self._held = False
        self.at = -math.inf

    @property
    def value(self) -> float | None:
        """The charge; None while it is not known."""
        return self._guard.value

    def take(self, figure: Figure, *, elapsed_s: float, poll: int) -> None:
        """Judge a report; `elapsed_s` is of a clock that nobody sets."""
        # Not "later than": a clock may be set back.
        if figure.at != self._taken_at:
            self._taken_at, self._poll = figure.at, poll
        elif not self._held:
            return
        verdict = self._guard.offer(figure.value, None, at=elapsed_s, poll=self._poll)
        self._held = verdict is SocVerdict.HELD_JUMP
        if verdict is SocVerdict.ACCEPTED:
            self.at = figure.at


class Estimate:
    """The energy of a power of which each report stands until the next one."""

    def __init__(self, memory: object, *, proven: bool) -> None:
        """Continue from what `memory` gave; `proven`: nothing was shown after it was stored."""
        self._integral = PowerIntegral(memory, proven=proven, longest_gap_s=GOOD_FOR_S)
        self._standing: float | None = None

    def memory(self) -> dict[str, Any]:
        """Give what must survive a restart."""
        return self._integral.to_dict()

    def counted_kwh(self, *, positive: bool) -> float:
        """Give the energy of a direction so far, whether it may be shown or not."""
        return self._integral.counted_kwh(positive=positive)

    def offer(self, watts: float | None, *, at: float) -> bool:
        """Take in the power as of its report; tell whether all since the one before is counted.

        None: it is unknown from the last report on, for a device may have died long before that
        is noticed.
        """
        standing, self._standing = self._standing, watts
        if watts is None:
            return self._integral.offer(None, at=at)
        counted = self._integral.offer(standing, at=at)
        self._integral.offer(watts, at=at)
        return counted or standing is None


class RoleCounter:
    """One lifetime counter, whoever counts: it goes on when another takes over."""

    def __init__(self, entity: str | None, memory: object, *, proven: bool) -> None:
        """Continue from what `memory` gave; `entity` (a reference) counts, None: an estimate."""
        saved = mapping_in(memory)
        self._counts = entity or _ESTIMATE
        same = saved.get("counts") == self._counts
        total, shift = saved.get("total"), saved.get("shift")
        self._begun = is_number(mapping_in(total).get("kwh"))
        self._total = RisingTotal(total, proven=proven)
        self._shift = shift if same and is_number(shift) else None
        self._unit = text_in(saved.get("unit")) if same else None
        self._reset = text_in(saved.get("reset")) if same else None
        guard = CounterMemory.from_dict(saved.get("guard")) if same else None
        self._guard = _guard(guard)
        self._taken_at = -math.inf
        self._regrouped = not same
        self.shown: float | None = None

    @property
    def due(self) -> bool:
        """Whether the memory has to be stored now."""
        return self._regrouped or self._total.due

    def memory(self) -> dict[str, Any]:
        """Give what must survive a restart, with a new reserve."""
        self._regrouped = False
        guard = self._guard.memory
        return {
            "counts": self._counts,
            "unit": self._unit,
            "reset": self._reset,
            "shift": self._shift,
            "total": self._total.to_dict() if self._begun else None,
            "guard": None if guard is None else guard.to_dict(),
        }

    def take(self, figure: Figure, *, limit_w: float, poll: int, awake: bool) -> None:
        """Judge a report, once; a counter stands as long as its entity has a value."""
        kwh = figure.value
        if kwh is None:
            self.shown = None
            return
        # Not "later than": a clock may be set back.
        if figure.at != self._taken_at:
            self._taken_at = figure.at
            self._note_kind(figure, kwh)
            self._guard.limit = replace(self._guard.limit, power_w=limit_w)
            self._guard.offer(kwh, now=figure.at, poll=poll, awake=awake)
            self._regrouped |= self._guard.take_rebase() is not None
        self.show(self._guard.total)

    def show(self, kwh: float | None) -> None:
        """Show a total; the first of a new counter goes on from the last of the one before."""
        if kwh is not None:
            if self._shift is None:
                self._shift = self._total.kwh - kwh if self._begun else 0.0
                self._begun = self._regrouped = True
            self._total.kwh = round(kwh + self._shift, _DIGITS)
        self.shown = self._total.shown if self._begun else None

    def _note_kind(self, figure: Figure, kwh: float) -> None:
        """Begin anew where the entity counts in another unit, or says that it was reset."""
        if self._unit not in {None, figure.unit}:
            self._guard, self._shift, self._regrouped = _guard(), None, True
        elif self._reset not in {None, figure.reset} and figure.reset is not None:
            self._guard.begin_anew(kwh, now=figure.at)
        self._unit, self._reset = figure.unit, figure.reset or self._reset


def _guard(memory: CounterMemory | None = None) -> CounterGuard:
    """Make the guard of a counter of another integration."""
    limit = CounterLimit(LEAST_LIMIT_W, _RESOLUTION_KWH, candidate_silence_s=_CANDIDATE_SILENCE_S)
    return CounterGuard(limit, memory)
