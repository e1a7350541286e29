"""Whose energy a system reports: a house by formula, or the simulated site from its first day."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from tests.simulators.enlighten.past import SLOT_S, Past
from tests.simulators.enlighten.registers import Registers, balanced
from tests.simulators.plant import Plant
from tests.simulators.site import Energies, Site


class SiteHouse:
    """The simulated site; what was before its recorded past goes by formula.

    Where it has micro-inverters, they alone count as production: panels and batteries of another
    maker's inverter are behind no meter of Enphase's.
    """

    def __init__(self, site: Site, past: Past) -> None:
        """Continue a past with a site, from the first midnight that the site remembers."""
        self._site, self._past = site, past
        self.begin = site.place.midnight(site.clock.timestamp(), site.history_days)
        self._first = site.energies_at(self.begin)
        self._before = past.at(self.begin)

    def at(self, unix: float) -> Registers:
        """Return the registers at a Unix time."""
        if unix <= self.begin:
            return self._past.at(unix)
        slot = min(unix, self._site.clock.timestamp()) // SLOT_S * SLOT_S
        energies = self._first.until(self._site.energies_at(slot))
        return self._before.plus(_registers(energies, self._site.plant))

    def socs(self, times: Sequence[float]) -> list[int]:
        """Return the charge of the battery at Unix times, %."""
        older = [unix for unix in times if unix <= self.begin]
        newer = times[len(older) :]
        known = self._past.socs(older)
        if not newer:
            return known
        start = datetime.fromtimestamp(max(self.begin, newer[0] - SLOT_S), UTC)
        end = datetime.fromtimestamp(newer[-1], UTC)
        rows = self._site.history(start, end, timedelta(seconds=SLOT_S))
        ends = [row.end.timestamp() for row in rows]
        now = round(self._site.soc())
        for unix in newer:
            place = bisect_right(ends, unix)
            known.append(round(rows[place - 1].soc) if place else now)
        return known


def _registers(energies: Energies, plant: Plant) -> Registers:
    """Return what Enphase's meters count, Wh."""
    mixed = any(array.string is None for array in plant.arrays)
    battery = plant.inverter.ac_coupled or not mixed
    return balanced(
        production=round(1000 * (energies.pv_ac - energies.grid_tied if mixed else energies.pv)),
        grid_import=round(1000 * energies.grid_import),
        grid_export=round(1000 * energies.grid_export),
        charge=round(1000 * energies.battery_charge) * battery,
        discharge=round(1000 * energies.battery_discharge) * battery,
    )
