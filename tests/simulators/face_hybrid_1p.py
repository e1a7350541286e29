"""A single-phase hybrid inverter on the simulated site: its registers at this moment."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from tests.simulators.rows import Quantity, Reading, Row
from tests.simulators.rows_hybrid_1p import DEFAULT_SETTINGS, MEASURED, SETTINGS
from tests.simulators.site import Conditions, Energies, Powers, Site

LAST_REGISTER = 399
"""Beyond it a read is refused; below it, registers without a meaning read 0."""
CLOCK_WORDS = range(22, 25)
IDENTITY_FILLER = {10: 0x3001, 19: 1, 20: 255}
"""Unnamed registers of a real identity block (see `hybrid_detect_0103` of the device frames)."""
STATE_NORMAL, STATE_ALARM, STATE_FAULT = 2, 3, 4
ZERO_EXPORT_TO_LOAD = 1
WORK_MODE_WORD = 244
DARK_STRING_VOLTS = (2.5, 1.2, 0.8, 0.6)
"""What the inputs of a real inverter show at night."""
NOMINAL_STRING_VOLTS = (330.0, 290.0, 310.0, 300.0)


@dataclass(eq=False)
class HybridOnePhase:
    """The inverter. Powers are whole watts, and load = inverter + grid exactly, as in real dumps.

    With work mode 1 (zero export to load) register 169 is the grid port and 178 the load port;
    otherwise both tell of the external CT and the whole house (davidrapan/ha-solarman#488).
    """

    site: Site
    unit: int = 1
    serial: str = "2207200001"
    device_type: int = 0x0003
    warning_bits: int = 0
    fault_bits: int = 0
    clock_offset_s: float = 0.0
    """How far the inverter's own clock is ahead; its day and its counters follow this clock."""
    overrides: dict[int, int] = field(default_factory=dict)
    """Registers that show something else than the site."""

    soc_word = 184
    battery_voltage_word = 183

    def __post_init__(self) -> None:
        """Start with the usual settings."""
        self.settings: dict[int, int] = {}
        for row in SETTINGS:
            self.settings.update(row.encode(DEFAULT_SETTINGS[row.key]))

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Return all rows."""
        return MEASURED + SETTINGS

    @cached_property
    def total_rows(self) -> tuple[Row, ...]:
        """Return the rows of the lifetime counters in use."""
        unused = {"active_energy_total", "generator_energy_total"}
        return tuple(
            row for row in MEASURED if row.key.endswith("_energy_total") and row.key not in unused
        )

    def image(self) -> dict[int, int]:
        """Return all registers of this moment."""
        values = self._values()
        image = dict.fromkeys(range(LAST_REGISTER + 1), 0) | IDENTITY_FILLER
        for row in MEASURED:
            image.update(row.encode(values.get(row.key, 0)))
        return image | self.settings | self.overrides

    def read(self, address: int, count: int) -> list[int] | None:
        """Return registers, None when the inverter has no such address."""
        if address + count > LAST_REGISTER + 1:
            return None
        image = self.image()
        return [image[word] for word in range(address, address + count)]

    def write(self, address: int, values: list[int]) -> bool:
        """Store settings or set the clock; False, and nothing stored, for other registers."""
        words = dict(enumerate(values, address))
        if list(words) == list(CLOCK_WORDS):
            return self._set_clock(words)
        if not words.keys() <= self.settings.keys():
            return False
        self.settings |= words
        return True

    def _set_clock(self, words: dict[int, int]) -> bool:
        """Set the inverter's clock from its three registers; False for no such date."""
        row = next(row for row in MEASURED if row.key == "clock")
        written = row.decode(words)
        if not isinstance(written, datetime):
            return False
        unix = written.replace(tzinfo=self.site.place.zone).timestamp()
        self.clock_offset_s = unix - self.site.clock.timestamp()
        return True

    def truth(self) -> dict[str, Reading]:
        """Return what a perfect client shows: every row, and `pv_power` as the strings' sum."""
        image = self.image()
        truth = {row.key: row.decode(image) for row in self.rows}
        strings = (truth[f"pv{n}_power"] for n in range(1, self.site.plant.strings + 1))
        return truth | {"pv_power": sum(value for value in strings if isinstance(value, int))}

    def _unix(self) -> float:
        """Return the time of the inverter's own clock."""
        return self.site.clock.timestamp() + self.clock_offset_s

    def _values(self) -> dict[str, Quantity]:
        """Return the quantities of this moment by row; what is missing is 0."""
        site = self.site
        powers, conditions = site.powers(), site.conditions()
        return {
            **self._identity(),
            **self._status(powers),
            **self._ac(powers, conditions),
            **self._sun(powers, conditions),
            **self._battery(powers, conditions),
            **self._energy(),
        }

    def _identity(self) -> dict[str, Quantity]:
        """Return who the inverter is."""
        return {
            "device_type": self.device_type,
            "modbus_address": self.unit,
            "protocol_version": 0x0104,
            "inverter_serial": self.serial,
            "control_board_version": 0x4388_0000_1516,
            "communication_board_version": 0xC00B,
            "rated_power": self.site.plant.inverter.rated_w,
            "mppt_and_phases": self.site.plant.strings << 8 | 1,
            "clock": self.site.place.local(self._unix()).replace(tzinfo=None),
        }

    def _status(self, powers: Powers) -> dict[str, Quantity]:
        """Return running state, bits, relay and frequencies of the ports."""
        state = STATE_ALARM if self.warning_bits else STATE_NORMAL
        return {
            "running_state": STATE_FAULT if self.fault_bits else state,
            "warning_bits": self.warning_bits,
            "fault_bits": self.fault_bits,
            "grid_connected": int(powers.grid_up),
            "power_factor": 1.0,
        }

    def _ac(self, powers: Powers, conditions: Conditions) -> dict[str, Quantity]:
        """Return everything of grid, inverter and load port."""
        grid_volts = conditions.grid_voltage if powers.grid_up else 0.0
        grid_hertz = conditions.grid_frequency if powers.grid_up else 0.0
        dark = not powers.grid_up and powers.load == 0
        own_volts = 0.0 if dark else grid_volts or 230.0
        own_hertz = 0.0 if dark else grid_hertz or 50.0

        to_load = self.settings[WORK_MODE_WORD] == ZERO_EXPORT_TO_LOAD
        meter, port = round(powers.grid), round(powers.grid_port)
        grid = port if to_load else meter
        load = round(powers.backup_load if to_load else powers.grid + powers.inverter)
        inverter = load - grid
        return {
            "grid_frequency": grid_hertz,
            "load_frequency": own_hertz,
            "inverter_frequency": own_hertz,
            "grid_l1_voltage": grid_volts,
            "inverter_l1_voltage": own_volts,
            "load_l1_voltage": own_volts,
            "grid_l1_power": port,
            "grid_power": grid,
            "external_ct1_power": meter,
            "external_ct_power": meter,
            "inverter_l1_power": inverter,
            "inverter_power": inverter,
            "load_l1_power": load,
            "load_power": load,
            "grid_l1_current": _amperes(port, grid_volts),
            "external_ct1_current": _amperes(meter, grid_volts),
            "inverter_l1_current": _amperes(inverter, own_volts),
            "load_l1_current": _amperes(load, own_volts),
            "dc_temperature": conditions.temperature + 12 + powers.losses / 14,
            "heatsink_temperature": conditions.temperature + 8 + powers.losses / 18,
        }

    def _sun(self, powers: Powers, conditions: Conditions) -> dict[str, Quantity]:
        """Return the panels' inputs."""
        values: dict[str, Quantity] = {}
        inputs = zip(powers.pv_strings, NOMINAL_STRING_VOLTS, DARK_STRING_VOLTS, strict=False)
        for number, (watts, nominal, dark) in enumerate(inputs, 1):
            lit = watts >= 1
            volts = nominal * (1 - 0.003 * (conditions.temperature - 25)) if lit else dark
            values |= {
                f"pv{number}_power": watts if lit else 0,
                f"pv{number}_voltage": volts,
                f"pv{number}_current": watts / volts if lit else 0,
            }
        return values

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
        """Return counters: lifetime, of the inverter's own day, and rough months and years."""
        total = _counted(self.site.energies())
        midnight = self.site.place.midnight(self._unix()) - self.clock_offset_s
        before = _counted(self.site.energies_at(midnight))
        day = {name: total[name] - before[name] for name in total}
        return {
            **{f"{name}_energy_total": kwh for name, kwh in total.items()},
            **{f"{name}_energy_today": kwh for name, kwh in day.items()},
            "pv_energy_month": 217.4 + day["pv"],
            "load_energy_month": 188.2 + day["load"],
            "grid_energy_month": 51.9 + day["grid_import"],
            "pv_energy_year": 4310.6 + day["pv"],
            "load_energy_year": 3872.1 + day["load"],
            "grid_export_energy_year": 1604.3 + day["grid_export"],
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


def _amperes(watts: float, volts: float) -> float:
    """Return a current; 0 without voltage."""
    return watts / volts if volts else 0.0
