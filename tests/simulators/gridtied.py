"""An inverter without a battery that lives on its panels alone: it sleeps when they are dark."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum, auto

LOOK_BACK_S = 30.0
"""How closely the minutes before now are searched for darkness."""
BRIGHT = 20
"""With so many times the power it wakes at, the minutes before cannot have been dark."""


class Wake(StrEnum):
    """What the panels let the inverter do."""

    ASLEEP = auto()
    WAKING = auto()
    """It has power and answers with zeros, tests itself and feeds nothing yet."""
    AWAKE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class GridTiedSpec:
    """The inverter as bought: rated AC power (W), efficiency, DC power (W) and time (s) to wake."""

    rated_w: float = 6000.0
    efficiency: float = 0.975
    wake_w: float = 30.0
    wake_s: float = 240.0

    def wake(self, at: float, dc_at: Callable[[float], float]) -> Wake:
        """Return its state at a Unix time, by the panels' power (W) over time.

        It depends on nothing but the sun and the clouds, so that any order of questions gets the
        same answers.
        """
        now = dc_at(at)
        if now < self.wake_w:
            return Wake.ASLEEP
        if now > BRIGHT * self.wake_w:
            return Wake.AWAKE
        looks = int(self.wake_s / LOOK_BACK_S)
        dark = any(dc_at(at - look * LOOK_BACK_S) < self.wake_w for look in range(1, looks + 1))
        return Wake.WAKING if dark else Wake.AWAKE

    def inputs(self, offered: tuple[float, ...]) -> tuple[float, ...]:
        """Return what it takes (W) of what its inputs offer: no more than it can turn into AC."""
        most = self.rated_w / self.efficiency
        share = min(1.0, most / sum(offered)) if any(offered) else 0.0
        return tuple(power * share for power in offered)
