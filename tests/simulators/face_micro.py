"""A micro-inverter on the simulated site: its registers at this moment."""

from dataclasses import dataclass
from typing import override

from tests.simulators.face import amperes
from tests.simulators.face_gridtied import GridTied
from tests.simulators.rows import Quantity
from tests.simulators.rows_micro import DEFAULT_SETTINGS, MEASURED, SETTINGS
from tests.simulators.site import Conditions, Powers

WORD = 1 << 16


@dataclass(eq=False)
class MicroInverter(GridTied):
    """The inverter. Counters of single inputs have one word: they begin again after 6553.5 kWh."""

    device_type: int = 0x0004

    measured = MEASURED
    setting_rows = SETTINGS
    default_settings = DEFAULT_SETTINGS
    nominal_volts = (38.0, 37.5, 38.2, 37.8)

    @override
    def _energy(self) -> dict[str, Quantity]:
        total, today = self._pv_energy()
        values: dict[str, Quantity] = {"pv_energy_total": total, "pv_energy_today": today}
        for number, share in enumerate(self._shares(), 1):
            values[f"pv{number}_energy_total"] = total * share % (WORD / 10)
            values[f"pv{number}_energy_today"] = today * share
        return values

    @override
    def _ac(self, powers: Powers, conditions: Conditions) -> dict[str, Quantity]:
        watts = powers.grid_tied_ac
        volts = conditions.grid_voltage if powers.grid_up else 0.0
        return {
            "mppt_and_phases": self.inputs << 8 | 1,
            "grid_voltage": volts,
            "grid_current": amperes(watts, volts),
            "grid_frequency": conditions.grid_frequency if powers.grid_up else 0.0,
            "inverter_power": watts,
            "heatsink_temperature": conditions.temperature + 8 + watts / 60,
        }

    def _shares(self) -> list[float]:
        """Return each input's part of the energy: panels of one roof, by their size."""
        sizes = [0.0] * self.inputs
        for array in self.site.plant.arrays:
            if array.grid_tied and array.string:
                sizes[array.string - 1] += array.kwp
        return [size / sum(sizes) for size in sizes]
