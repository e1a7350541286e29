"""Lifetime energies of the simulated house, and its past."""

from collections.abc import Callable
from dataclasses import astuple, dataclass, fields
from datetime import datetime

from tests.simulators.dispatch import Powers


@dataclass(frozen=True, slots=True, kw_only=True)
class Energies:
    """Lifetime energies in kWh; pv + discharge + import = load + charge + export + losses.

    `pv` is `pv_dc` + `pv_ac`; `grid_tied` is the part of `pv_ac` from one grid-tied inverter;
    `inverter` is the hybrid's AC energy, given less drawn, with what comes through its generator
    port, and `backup_load` the part of `load` on its load port.
    """

    pv_dc: float
    pv_ac: float
    grid_tied: float
    battery_discharge: float
    battery_charge: float
    grid_import: float
    grid_export: float
    load: float
    losses: float
    inverter: float
    backup_load: float

    @property
    def pv(self) -> float:
        """Return the energy of all panels."""
        return self.pv_dc + self.pv_ac

    @property
    def imbalance(self) -> float:
        """Return what is missing (kWh): 0 but for the rounding of floating point."""
        sources = self.pv + self.battery_discharge + self.grid_import
        return sources - self.load - self.battery_charge - self.grid_export - self.losses

    def plus(self, powers: Powers, seconds: float) -> Energies:
        """Return the energies after some seconds of constant powers."""
        share = seconds / 3_600_000
        return Energies(
            pv_dc=self.pv_dc + powers.pv_dc * share,
            pv_ac=self.pv_ac + powers.pv_ac * share,
            grid_tied=self.grid_tied + powers.grid_tied_ac * share,
            battery_discharge=self.battery_discharge + max(0.0, powers.battery) * share,
            battery_charge=self.battery_charge + max(0.0, -powers.battery) * share,
            grid_import=self.grid_import + max(0.0, powers.grid) * share,
            grid_export=self.grid_export + max(0.0, -powers.grid) * share,
            load=self.load + powers.load * share,
            losses=self.losses + powers.losses * share,
            inverter=self.inverter + (powers.inverter + powers.through) * share,
            backup_load=self.backup_load + powers.backup_load * share,
        )

    def towards(self, later: Energies, part: float) -> Energies:
        """Return the energies on a straight line between these and later ones, part 0-1."""
        return self._combined(later, lambda a, b: a + (b - a) * part)

    def until(self, later: Energies) -> Energies:
        """Return what was added between these and later energies."""
        return self._combined(later, lambda a, b: b - a)

    def _combined(self, other: Energies, rule: Callable[[float, float], float]) -> Energies:
        """Return the energies that a rule makes of each pair."""
        pairs = zip(astuple(self), astuple(other), strict=True)
        names = [each.name for each in fields(self)]
        return Energies(**{name: rule(a, b) for name, (a, b) in zip(names, pairs, strict=True)})


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRow:
    """One row of the past: from `start` to `end` (UTC), counters and charge (%) at its end."""

    start: datetime
    end: datetime
    totals: Energies
    deltas: Energies
    """Energy of this row alone, kWh."""
    soc: float
