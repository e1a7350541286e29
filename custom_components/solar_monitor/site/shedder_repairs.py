"""What is wrong with load shedding that the user can do something about: each is a repair."""

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Final

from ..logic.shedding import Happening, Status
from ..logic.stored import listed
from ..sources.spec import Finding

if TYPE_CHECKING:
    from ..logic.shedding import Decision, Load
    from .shedder_loads import Loads

SHEDDING_STALE: Final = "site_shedding_stale"
LOAD_FAILED: Final = "site_load_failed"
LOAD_GONE: Final = "site_load_gone"
LOAD_DISABLED: Final = "site_load_disabled"
NOT_STORED: Final = "site_shedding_not_stored"

GUIDE: Final = "https://github.com/solar-monitor/solar_monitor/blob/main/docs/load_shedding.md"

_OBEYED: Final = frozenset({Happening.SHED, Happening.RESTORED, Happening.OVERRIDDEN})
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
        self._stale = False
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
        self._failing.difference_update(
            event.load for event in decision.events if event.load and event.what in _OBEYED
        )
        resting = decision.status in _AT_REST and not decision.failed
        self._failing.intersection_update(() if resting else {load.id for load in loads})
        self._stale = decision.stale
        self._judged |= decision.stale or decision.memory.senses.ready_at is not None

    @property
    def undecided(self) -> frozenset[str]:
        """Name the repairs that cannot be judged so soon after a start."""
        return frozenset() if self._judged else frozenset({SHEDDING_STALE})

    def holding(self, loads: Loads, *, stored: bool) -> Iterator[Finding]:
        """Go through the repairs that hold now."""
        if not stored:
            yield Finding(key=NOT_STORED, learn_more_url=GUIDE)
        if self._stale:
            yield Finding(key=SHEDDING_STALE, learn_more_url=GUIDE)
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
