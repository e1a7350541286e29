"""The rules: what is a cause to shed a load, and when a cause is over."""

from dataclasses import dataclass
from typing import Final

from .config import Config
from .grid import GridWatch
from .memory import Parked
from .senses import Senses
from .terms import Cause, Grid, Reason

CRITICAL_W: Final = 50.0
OFFGRID_W: Final = 500.0
DRAW_OVER_S: Final = 600.0


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules, applied to what was heard. A power that is unknown is no cause."""

    config: Config
    senses: Senses
    grid: GridWatch
    parked: Parked

    def cause(self, place: int) -> Cause | None:
        """Tell why the load at a place of the list should be shed, if it should.

        What is no cause for one load is none for those after it either.
        """
        battery = self.senses.battery
        if self.is_critical and battery is not None and battery > CRITICAL_W:
            return Cause.CRITICAL
        if (
            self.grid.lost
            and battery is not None
            and battery >= OFFGRID_W
            and self.senses.soc < self.config.levels(place, offgrid=True).shed_below
        ):
            return Cause.OFFGRID
        if self.is_low(place) and self._empties:
            return Cause.SOC
        return Cause.GRID_DRAW if self.senses.drawing else None

    def over(self, cause: Cause, place: int, parked_wait_s: float) -> Reason | None:
        """Tell why the load at a place may be given back, if it may."""
        if not self.config.latched:
            return Reason.RECHARGED if self.cause(place) is None else None
        match cause:
            case Cause.OFFGRID:
                return self._offgrid_over(place)
            case Cause.GRID_DRAW:
                return self._draw_over()
            case _:
                if self.senses.soc >= self.config.levels(place).restore_above:
                    return Reason.RECHARGED
                return Reason.PARKED if self._has_parked(parked_wait_s) else None

    @property
    def rests(self) -> bool:
        """Whether the grid carries the house, and the battery gives next to nothing."""
        return self.grid.state is Grid.PRESENT and self.senses.rests

    @property
    def _empties(self) -> bool:
        """Whether the battery gives more than the sun brings.

        The few watts that an inverter takes for itself are not worth shedding again what was given
        back to the grid: else a battery at its floor would make loads turn to and fro.
        """
        surplus = self.senses.surplus
        return surplus is not None and surplus < 0 and not (self.parked.calm and self.rests)

    def is_low(self, place: int) -> bool:
        """Tell whether the charge is below the level of the load at a place, with a grid."""
        return self.senses.soc < self.config.levels(place).shed_below

    @property
    def is_critical(self) -> bool:
        """Whether the charge is below the critical level."""
        return self.senses.soc < self.config.critical

    @property
    def is_faulty(self) -> bool:
        """Whether a fault of the inverter makes its figures worthless now."""
        if self.config.any_alert:
            return self.senses.alert
        return self.senses.has_fault and self.tolerates_faults

    @property
    def tolerates_faults(self) -> bool:
        """Whether a fault may change anything: off-grid and at a critical charge it may not."""
        return self.grid.state is Grid.PRESENT and not self.is_critical

    def lacks_power(self, place: int) -> bool:
        """Tell whether the charge is so low that a power would decide, and that is not known."""
        if self.cause(place) is not None:
            return False
        senses = self.senses
        level = self.config.levels(place, offgrid=True).shed_below
        alone = bool(self.grid.lost) and senses.soc < level
        if senses.battery is None and (self.is_critical or alone):
            return True
        rests = self.parked.calm and self.rests
        return self.is_low(place) and senses.surplus is None and not rests

    @property
    def knows_powers(self) -> bool:
        """Whether the powers that decide are known."""
        return self.senses.surplus is not None and self.senses.battery is not None

    @property
    def is_low_anyhow(self) -> bool:
        """Whether the charge is below the first level that counts now."""
        level = self.config.levels(0, offgrid=True).shed_below
        return self.is_low(0) or (bool(self.grid.lost) and self.senses.soc < level)

    def restore_above(self, place: int) -> float:
        """Give the charge from which on a load that was released is one like any other."""
        return self.config.levels(place, offgrid=bool(self.grid.lost)).restore_above

    def _offgrid_over(self, place: int) -> Reason | None:
        """Tell whether a load that was shed without a grid may be given back.

        Once the grid is back, it may, but not while nobody knows whether the charge alone is a
        cause. Where it is one, the load is held for that from then on.
        """
        senses = self.senses
        if senses.soc >= self.config.levels(place, offgrid=True).restore_above:
            return Reason.RECHARGED
        unknown = self.is_low(place) and senses.surplus is None
        return Reason.GRID_BACK if self.grid.state is Grid.PRESENT and not unknown else None

    def _draw_over(self) -> Reason | None:
        """Tell whether the inverter has drawn nothing for long enough, or may draw.

        One whose power stays unknown keeps loads off for as long as no reading at all would.
        """
        senses, config = self.senses, self.config
        at = senses.at or 0.0
        if not config.grid_draw:
            return Reason.DRAW_OVER
        if senses.no_draw_since is not None and at - senses.no_draw_since >= DRAW_OVER_S:
            return Reason.DRAW_OVER
        known_at = senses.first_at if senses.inverter_at is None else senses.inverter_at
        unknown = 0 < config.give_back_s <= at - known_at
        return Reason.STALE if unknown else None

    def _has_parked(self, wait_s: float) -> bool:
        """Tell whether the grid has carried the house for long enough."""
        at, since = self.senses.at, self.senses.parked_since
        if not self.rests or at is None or since is None:
            return False
        return at - since >= wait_s
