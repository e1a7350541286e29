"""Whether the public grid is there."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Self

from ..stored import is_number
from .config import Config
from .inputs import Reading, finite
from .senses import STALE_S
from .terms import Grid

DEAD_V: Final = 90.0
UNKNOWN_S: Final = 180.0
OFFGRID_PLANT_S: Final = 7 * 86_400.0
# Hours in which nobody measured are no hours without a grid.
_LONGEST_STEP_S: Final = 900.0


@dataclass(frozen=True, slots=True, kw_only=True)
class GridWatch:
    """What was heard of the grid's voltage.

    It is lost after two samples in which every known phase is below 90 V, and back after 300 s in
    which one was not. Phases that are unknown say nothing; if all are for 180 s, so is the grid.
    """

    lost: bool | None = None
    dark_s: float = 0.0
    """For how long no phase had a voltage, in time that was watched."""
    dead_samples: int = 0
    back_since: float | None = None
    heard_at: float | None = None
    told_at: float | None = None
    """The time of the last sample as it was told: tells new ones from repetitions."""

    @property
    def state(self) -> Grid:
        """What to say of the grid."""
        if self.lost is None:
            return Grid.UNKNOWN
        if not self.lost:
            return Grid.PRESENT
        return Grid.NONE if self.dark_s >= OFFGRID_PLANT_S else Grid.LOST

    def hear(self, reading: Reading, config: Config, now: float) -> Self:
        """Take in the voltages of a reading, unless they were told before, or are too old."""
        at, voltages = reading.grid_at, reading.grid_voltages
        if at is None:
            at = reading.measured_at
        elif now - at >= STALE_S:
            at, voltages = reading.measured_at, ()
        if at is None or at == self.told_at:
            return self
        if now - at >= STALE_S:
            return replace(self, told_at=at)
        # A clock ahead of ours makes no sample younger than now.
        return replace(self._hear(voltages, min(at, now), config), told_at=at)

    def _hear(self, voltages: tuple[float | None, ...], at: float, config: Config) -> Self:
        """Take in one sample (V, per phase)."""
        known = [volts for volts in map(finite, voltages) if volts is not None]
        if not known:
            return self._hear_nothing(at)
        if max(known) >= DEAD_V:
            since = at if self.back_since is None else self.back_since
            if not self.lost or at - since >= config.grid_back_s:
                return type(self)(lost=False, heard_at=at)
            return type(self)(lost=True, back_since=since, heard_at=at)
        elapsed_s = at - self.heard_at if self.heard_at is not None and self.dead_samples else 0.0
        dead = self.dead_samples + 1
        return type(self)(
            lost=True if dead >= config.grid_lost_samples else self.lost,
            dark_s=self.dark_s + min(max(0.0, elapsed_s), _LONGEST_STEP_S),
            dead_samples=dead,
            heard_at=at,
        )

    def _hear_nothing(self, at: float) -> Self:
        """Take in a sample in which no phase is known."""
        if self.heard_at is None:
            return replace(self, heard_at=at)
        if at - self.heard_at < UNKNOWN_S:
            return self
        return type(self)(dark_s=self.dark_s, heard_at=self.heard_at)

    def restarted(self) -> Self:
        """Give what is left of it after a restart."""
        return type(self)(lost=self.lost, dark_s=self.dark_s, told_at=self.told_at)

    def to_dict(self) -> dict[str, Any]:
        """Give what must survive a restart, as JSON."""
        return {"lost": self.lost, "dark_s": self.dark_s}

    @classmethod
    def from_dict(cls, data: object) -> Self:
        """Read it back; anything else is a start with nothing known."""
        match data:
            case Mapping() if is_number(dark_s := data.get("dark_s")) and dark_s >= 0:
                lost = data.get("lost")
                return cls(lost=lost if isinstance(lost, bool) else None, dark_s=dark_s)
            case _:
                return cls()
