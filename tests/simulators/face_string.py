"""A grid-tied string inverter on the simulated site: its registers at this moment."""

from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass
from math import sqrt
from typing import override

from tests.simulators.face import amperes
from tests.simulators.face_gridtied import GridTied
from tests.simulators.rows import Quantity, Row
from tests.simulators.rows_string import DEFAULT_SETTINGS, MEASURED, METER, SETTINGS
from tests.simulators.site import Conditions, Powers

PHASE_VOLTAGES = (1.0, 0.994, 1.005)
THREE_PHASES = 3


@dataclass(eq=False)
class StringInverter(GridTied):
    """The inverter, with one or three phases."""

    device_type: int = 0x0002
    _: KW_ONLY
    meter: bool = False
    """It has an energy meter, which knows load and grid. Set before the start."""
    phases: int = THREE_PHASES

    measured = MEASURED
    setting_rows = SETTINGS
    default_settings = DEFAULT_SETTINGS
    nominal_volts = (560.0, 540.0, 580.0, 550.0)

    @override
    def _own_rows(self) -> Iterable[Row]:
        return METER if self.meter else ()

    @override
    def _energy(self) -> dict[str, Quantity]:
        total, today = self._pv_energy()
        now, before = self.site.energies(), self._energies_before_today()
        day = before.until(now)
        return {
            "pv_energy_total": total,
            "pv_energy_today": today,
            "load_energy_total": now.load,
            "load_energy_today": day.load,
            "grid_import_energy_total": now.grid_import,
            "grid_import_energy_today": day.grid_import,
            "grid_export_energy_total": now.grid_export,
            "grid_export_energy_today": day.grid_export,
        }

    @override
    def _ac(self, powers: Powers, conditions: Conditions) -> dict[str, Quantity]:
        watts = powers.grid_tied_ac
        volts = conditions.grid_voltage if powers.grid_up else 0.0
        load, grid = round(powers.load), round(powers.grid)
        values: dict[str, Quantity] = {
            "mppt_and_phases": self.inputs << 8 | self.phases,
            "grid_frequency": conditions.grid_frequency if powers.grid_up else 0.0,
            "operating_power": watts,
            "dc_input_power": sum(powers.grid_tied),
            "apparent_power": watts,
            "inverter_power": watts,
            "dc_temperature": conditions.temperature + 6 + watts / 300,
            "heatsink_temperature": conditions.temperature + 10 + watts / 200,
            "load_power": load,
            "grid_power": grid,
        }
        for number, part in enumerate(PHASE_VOLTAGES[: self.phases], 1):
            values[f"grid_l{number}_voltage"] = volts * part
            values[f"grid_l{number}_current"] = amperes(watts / self.phases, volts * part)
        if self.phases == THREE_PHASES:
            lines = ("grid_l12_voltage", "grid_l23_voltage", "grid_l31_voltage")
            values |= dict.fromkeys(lines, volts * sqrt(3))
        return values
