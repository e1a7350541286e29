"""What a person can choose about load shedding, and the figures behind it."""

from dataclasses import dataclass
from typing import Final, NamedTuple, Self

MOST_CHARGE: Final = 100.0


class Levels(NamedTuple):
    """A load is shed below the first (%, strictly) and given back from the second on."""

    shed_below: float
    restore_above: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Levels in % of charge, times in s, powers in W. Below the line: what no form shows."""

    armed: bool = False
    shed_below: float = 40.0
    restore_above: float = 50.0
    offgrid_shed_below: float = 45.0
    offgrid_restore_above: float = 60.0
    step: float = 5.0
    """By how much the levels of a load are below those of the one that is shed before it."""
    critical: float = 15.0
    min_on_s: float = 900.0
    min_off_s: float = 600.0
    stagger_s: float = 60.0
    critical_stagger_s: float = 10.0
    grid_draw: bool = False
    """Whether to shed too when the inverter draws from the grid for long."""
    give_back_s: float = 7_200.0
    """After how long without believable readings loads are given back; 0 keeps them off."""

    least_gap: float = 5.0
    """How far apart the two levels are at least."""
    valid_samples: int = 3
    """How many samples there must be before anything is done, and in a mean."""
    surplus_window_s: float = 300.0
    surplus_most_samples: int | None = None
    grid_lost_samples: int = 2
    grid_back_s: float = 300.0
    draw_window_s: float = 600.0
    draw_least_w: float = 100.0
    draw_share: float = 0.02
    """The draw that counts, as a share of the rated power, if that is more."""
    any_alert: bool = False
    """Whether each alert of the inverter gives all loads back at once, at any charge."""
    latched: bool = True
    """Whether a load stays off until its cause is over, not just until no rule sheds it."""

    @classmethod
    def seed(cls) -> Self:
        """Give the settings with which this is the rule that the project began with.

        One sample decides, all loads go together, there is no hysteresis. Source: the switching
        rule of github.com/tailucas/inverter-monitor (app/__main__.py).
        """
        return cls(
            armed=True,
            restore_above=40.0,
            offgrid_restore_above=45.0,
            step=0.0,
            critical=0.0,
            min_on_s=0.0,
            min_off_s=0.0,
            stagger_s=0.0,
            critical_stagger_s=0.0,
            grid_draw=True,
            give_back_s=0.0,
            least_gap=0.0,
            valid_samples=1,
            # Its samples are those without an alert, however long the alerts between them last.
            surplus_window_s=86_400.0,
            surplus_most_samples=5,
            grid_lost_samples=1,
            grid_back_s=0.0,
            draw_window_s=0.0,
            draw_least_w=0.0,
            draw_share=0.0,
            any_alert=True,
            latched=False,
        )

    @property
    def lowest(self) -> float:
        """The lowest level that a load can have: the critical charge is below all of them."""
        return self.critical + 1

    def levels(self, place: int, *, offgrid: bool = False) -> Levels:
        """Give the levels of the load at a place of the list; 0 is the first to be shed."""
        shed, restore = self.shed_below, self.restore_above
        if offgrid:
            shed, restore = self.offgrid_shed_below, self.offgrid_restore_above
        below = max(shed - place * self.step, self.lowest)
        return Levels(below, min(below + max(restore - shed, self.least_gap), MOST_CHARGE))
