"""What simulated hybrids have in common: panels, a battery, a meter, a backup output."""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, replace
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


@dataclass(eq=False)
class Hybrid(Face):
    """A hybrid.

    With work mode 1 (zero export to load) it tells of its grid port and load port; otherwise of the
    external CT and the whole house (davidrapan/ha-solarman#488).
    """

    _: KW_ONLY
    share: float = 1.0
    """What it has of panels, battery and load port, where several work in parallel."""
    ct: bool = True
    """Whether there is an external CT; without one it counts what goes through its grid port,
    which here is taken for all of the house's exchange with the grid."""
    ct_turned: bool = False
    """Whether the CT sits the wrong way round."""

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

    def _powers(self) -> Powers:
        """Return the powers of this moment, of what is the inverter's own its part."""
        powers, share = self.site.powers(), self.share
        if share == 1:
            return powers
        return replace(
            powers,
            pv_strings=tuple(watts * share for watts in powers.pv_strings),
            battery=powers.battery * share,
            inverter=powers.inverter * share,
            backup_load=powers.backup_load * share,
            losses=powers.losses * share,
            behind=powers.behind * share,
            through=powers.through * share,
        )

    def _flow(self, powers: Powers) -> Flow:
        """Return the AC side in whole watts."""
        to_load = self.settings[self.work_mode_word] == ZERO_EXPORT_TO_LOAD
        through = powers.inverter + powers.through
        true = -powers.grid if self.ct_turned else powers.grid
        meter = round(true) if self.ct else 0
        port, backup = round(powers.grid_port), round(powers.load_port)
        grid = port if to_load else meter
        load = backup if to_load else meter + round(through)
        return Flow(meter, port, backup, grid, load, load - grid)

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
        total = self._counted(self.site.energies())
        before = self._counted(self._energies_before_today())
        return {
            **{f"{name}_energy_total": kwh for name, kwh in total.items()},
            **{f"{name}_energy_today": kwh - before[name] for name, kwh in total.items()},
        }

    def _counted(self, energies: Energies) -> dict[str, float]:
        """Return what the inverter counts, kWh, by the first part of its rows' keys."""
        share = self.share
        of_grid = 1.0 if self.ct else share
        bought, sold = energies.grid_import, energies.grid_export
        if self.ct_turned:
            bought, sold = sold, bought
        return {
            "active": energies.inverter * share,
            "battery_charge": energies.battery_charge * share,
            "battery_discharge": energies.battery_discharge * share,
            "grid_import": bought * of_grid,
            "grid_export": sold * of_grid,
            "load": energies.inverter * share
            + (energies.grid_import - energies.grid_export) * of_grid,
            "pv": energies.pv_dc * share,
        }
