"""What simulated hybrids have in common: panels, a battery, a meter, a backup output."""

from collections.abc import Mapping
from typing import ClassVar, NamedTuple, override

from tests.simulators.face import Face, panels
from tests.simulators.rows import Quantity, Reading
from tests.simulators.site import Conditions, Energies, Powers

ZERO_EXPORT_TO_LOAD = 1
NOMINAL_STRING_VOLTS = (330.0, 290.0, 310.0, 300.0)


class Flow(NamedTuple):
    """Whole watts of the inverter's AC side; load = inverter + grid exactly, as in real dumps."""

    meter: int
    """At the external CT, + importing."""
    port: int
    """At the inverter's own grid port, + towards the house."""
    backup: int
    grid: int
    load: int
    inverter: int


class Hybrid(Face):
    """A hybrid.

    With work mode 1 (zero export to load) it tells of its grid port and load port; otherwise of the
    external CT and the whole house (davidrapan/ha-solarman#488).
    """

    work_mode_word: ClassVar[int]
    unused_counters = frozenset({"active_energy_total", "generator_energy_total"})

    @property
    @override
    def inputs(self) -> int:
        return self.site.plant.strings

    @override
    def _derived(
        self, image: Mapping[int, int], truth: Mapping[str, Reading]
    ) -> dict[str, Reading]:
        strings = (truth[f"pv{n}_power"] for n in range(1, self.inputs + 1))
        return {"pv_power": sum(value for value in strings if isinstance(value, int))}

    def _flow(self, powers: Powers) -> Flow:
        """Return the AC side in whole watts."""
        to_load = self.settings[self.work_mode_word] == ZERO_EXPORT_TO_LOAD
        meter, port = round(powers.grid), round(powers.grid_port)
        grid = port if to_load else meter
        load = round(powers.backup_load if to_load else powers.grid + powers.inverter)
        return Flow(meter, port, round(powers.backup_load), grid, load, load - grid)

    def _mains(self, powers: Powers, conditions: Conditions) -> tuple[float, float, float, float]:
        """Return voltage and frequency of the grid and of the inverter's own output."""
        grid_volts = conditions.grid_voltage if powers.grid_up else 0.0
        grid_hertz = conditions.grid_frequency if powers.grid_up else 0.0
        if not powers.grid_up and powers.load == 0:
            return grid_volts, grid_hertz, 0.0, 0.0
        return grid_volts, grid_hertz, grid_volts or 230.0, grid_hertz or 50.0

    def _sun(self, powers: Powers, conditions: Conditions) -> dict[str, Quantity]:
        """Return the panels' inputs."""
        return panels(powers.pv_strings, NOMINAL_STRING_VOLTS, conditions.temperature)

    def _battery(self, powers: Powers, conditions: Conditions) -> dict[str, Quantity]:
        """Return the battery as the inverter measures it and as its BMS tells."""
        volts = self.site.battery_voltage()
        amperes = powers.battery / volts
        soc = self.site.soc()
        celsius = 0.5 * conditions.temperature + 12
        spec = self.site.plant.battery
        charge_limit, discharge_limit = spec.max_charge_w / 50, spec.max_discharge_w / 50
        return {
            "battery_temperature": celsius,
            "battery_voltage": volts,
            "battery_soc": soc,
            "battery_power": powers.battery,
            "battery_current": amperes,
            "bms_charge_voltage": 56.8,
            "bms_discharge_voltage": 46.0,
            "bms_charge_current_limit": charge_limit,
            "bms_discharge_current_limit": discharge_limit,
            "bms_soc": soc,
            "bms_voltage": volts,
            "bms_current": amperes,
            "bms_temperature": celsius,
            "bms_max_charge_current": charge_limit,
            "bms_max_discharge_current": discharge_limit,
        }

    def _energy(self) -> dict[str, Quantity]:
        """Return the counters: lifetime, and of the inverter's own day."""
        total = _counted(self.site.energies())
        before = _counted(self._energies_before_today())
        return {
            **{f"{name}_energy_total": kwh for name, kwh in total.items()},
            **{f"{name}_energy_today": kwh - before[name] for name, kwh in total.items()},
        }


def _counted(energies: Energies) -> dict[str, float]:
    """Return what the inverter counts, kWh, by the first part of its rows' keys."""
    return {
        "active": energies.inverter,
        "battery_charge": energies.battery_charge,
        "battery_discharge": energies.battery_discharge,
        "grid_import": energies.grid_import,
        "grid_export": energies.grid_export,
        "load": energies.inverter + energies.grid_import - energies.grid_export,
        "pv": energies.pv_dc,
    }
