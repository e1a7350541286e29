"""A cloud that keeps incidents and tells of them in parts, for tests of the ledger."""

from dataclasses import dataclass
from enum import Enum, auto
import math

from custom_components.solar_monitor.logic.incidents import Incident

HOUR = 3_600.0
WEEK = 7 * 86_400.0


class Ask(Enum):
    """What may be asked for, or happen instead."""

    OPEN = auto()
    """All that is open."""
    OPEN_OF_WEEK = auto()
    """The same from a cloud that only knows windows."""
    WEEK = auto()
    """Open and closed ones of a week."""
    CLOSED_OF_WEEK = auto()
    FAILED = auto()
    RESTART = auto()


@dataclass(frozen=True)
class Fate:
    """What really happens, and how much later the cloud knows it; unix s."""

    name: str
    began: float
    ended: float
    late_s: float = 0.0
    momentary: bool = False

    def is_listed(self, now: float) -> bool:
        """Tell whether the cloud knows of it."""
        return self.began + self.late_s <= now

    def is_over(self, now: float) -> bool:
        """Tell whether the cloud knows of its end."""
        return self.momentary or self.ended + self.late_s <= now

    def listed(self, now: float) -> Incident:
        """Give it as the cloud lists it."""
        over = self.is_over(now)
        ended = self.ended if over and not self.momentary else None
        return Incident(
            id=self.name, began=self.began, ended=ended, over=over, momentary=self.momentary
        )


@dataclass
class World:
    """All that happens; `overlap`: windows have what was open in them, not what began in them."""

    fates: list[Fate]
    overlap: bool

    def open(self, now: float) -> list[Fate]:
        """Give what the cloud takes for open."""
        return [fate for fate in self.fates if fate.is_listed(now) and not fate.is_over(now)]

    def answer(self, ask: Ask, now: float) -> tuple[list[Incident], float]:
        """Give a list, and from which begin on it has what is open."""
        if ask is Ask.OPEN:
            return [fate.listed(now) for fate in self.open(now)], -math.inf
        begin = now - WEEK
        fates = [fate for fate in self.fates if fate.is_listed(now) and self._inside(fate, begin)]
        if ask is Ask.OPEN_OF_WEEK:
            fates = [fate for fate in fates if not fate.is_over(now)]
        elif ask is Ask.CLOSED_OF_WEEK:
            fates = [fate for fate in fates if fate.is_over(now)]
        return [fate.listed(now) for fate in fates], begin

    def _inside(self, fate: Fate, begin: float) -> bool:
        return fate.began >= begin or (self.overlap and fate.ended >= begin)
