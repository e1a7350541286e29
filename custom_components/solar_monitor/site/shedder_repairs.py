"""What is wrong with load shedding that the user can do something about: each is a repair."""

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Final

from ..logic.shedding import Happening, Status
from ..logic.shedding.ledger import BOUNCE_S
from ..logic.shedding.memory import Phase
from ..logic.stored import listed
from ..sources.spec import Finding

if TYPE_CHECKING:
    from ..logic.shedding import Decision, Load, Memory
    from .shedder_loads import Loads

SHEDDING_STALE: Final = "site_shedding_stale"
SHEDDING_RARE: Final = "site_shedding_rare"
SHEDDING_POWER: Final = "site_shedding_power"
LOAD_FAILED: Final = "site_load_failed"
LOAD_GONE: Final = "site_load_gone"
LOAD_DISABLED: Final = "site_load_disabled"
NOT_STORED: Final = "site_shedding_not_stored"

GUIDE: Final = "https://github.com/solar-monitor/solar_monitor/blob/main/docs/load_shedding.md"

_CLOSE_S: Final = 10.0
"""Two intervals that are closer are the same: no repair has to say so."""
_OBEYED: Final = frozenset({Happening.SHED, Happening.RESTORED, Happening.OVERRIDDEN})
_OF_READINGS: Final = frozenset({SHEDDING_STALE, SHEDDING_RARE, SHEDDING_POWER})
_AT_REST: Final = frozenset({Status.NORMAL, Status.DISARMED})


class Trouble:
    """Remembers which loads did not obey, until they do or nothing is asked of them any more.

    The rule leaves such a load out for a while and then tries again; the repair stands all along.
    """

    def __init__(self, memory: object) -> None:
        """Continue from what `memory` gave."""
        self._failing = set(map(str, listed(memory)))
        self._unasked: set[str] = set()
        """Those of which the rule thinks that they did not obey, but nobody has asked them."""
        self._obeyed: set[str] = set()
        """Those that have obeyed since, if that lasts."""
        self._stale = False
        self._rare_s: float | None = None
        """How far apart readings come, where that is why there are not enough."""
        self._lacks_power = False
        self._judged = False
        """Whether there were enough readings since the start, or none for too long."""

    def memory(self) -> list[str]:
        """Give what must survive a restart, as JSON."""
        return sorted(self._failing)

    def note(self, decision: Decision, loads: Collection[Load], *, stored: bool) -> None:
        """Take in what was decided about the loads that exist.

        `stored`: whether the memory could be written. While it cannot, loads are not even asked.
        """
        failed = set(decision.failed)
        self._unasked = failed & self._unasked if stored else failed
        self._failing |= failed - self._unasked
        self._obeyed |= {
            event.load for event in decision.events if event.load and event.what in _OBEYED
        }
        self._obeyed &= self._failing - failed
        lasting = {load for load in self._failing if _lasts(decision.memory, load)}
        resting = decision.status in _AT_REST and not decision.failed
        self._failing -= lasting if resting else lasting & self._obeyed
        self._failing &= {load.id for load in loads}
        self._stale, self._lacks_power = decision.stale, decision.lacks_power
        if self._rare_s is None or not _is_close(decision.rare_s, self._rare_s):
            self._rare_s = decision.rare_s
        self._judged |= decision.stale or decision.memory.senses.ready_at is not None

    @property
    def undecided(self) -> frozenset[str]:
        """Name the repairs that cannot be judged so soon after a start."""
        return frozenset() if self._judged else _OF_READINGS

    def holding(self, loads: Loads, *, stored: bool, powers: str) -> Iterator[Finding]:
        """Go through the repairs that hold now; `powers`: those that are not known, in words."""
        if not stored:
            yield Finding(key=NOT_STORED, learn_more_url=GUIDE)
        if self._rare_s is not None:
            yield Finding(
                key=SHEDDING_RARE,
                placeholders={"seconds": f"{self._rare_s:.0f}"},
                learn_more_url=GUIDE,
            )
        elif self._stale:
            yield Finding(key=SHEDDING_STALE, learn_more_url=GUIDE)
        if self._lacks_power:
            yield Finding(key=SHEDDING_POWER, placeholders={"powers": powers}, learn_more_url=GUIDE)
        for load in sorted(self._failing):
            yield Finding(
                key=LOAD_FAILED,
                stage=f"_{load}",
                placeholders={"load": loads.names.get(load, load)},
                learn_more_url=GUIDE,
            )
        for load in loads.gone:
            yield Finding(
                key=LOAD_GONE,
                stage=f"_{load}",
                placeholders={"load": loads.names.get(load, load)},
                learn_more_url=GUIDE,
            )
        for load in loads.disabled:
            yield Finding(
                key=LOAD_DISABLED,
                stage=f"_{load}",
                placeholders={"load": loads.names.get(load, load)},
                learn_more_url=GUIDE,
            )


def _lasts(memory: Memory, load: str) -> bool:
    """Tell whether a load has done what was asked of it for so long that it stays so."""
    hold = memory.holds.get(load)
    if hold is None:
        return load not in memory.settling
    at = hold.at if memory.at is None else memory.at
    return hold.phase is Phase.OFF and at - hold.at > BOUNCE_S


def _is_close(seconds: float | None, to: float) -> bool:
    """Tell whether an interval is as good as another one."""
    return seconds is not None and abs(seconds - to) < _CLOSE_S
