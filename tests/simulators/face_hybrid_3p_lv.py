"""A three-phase low-voltage hybrid inverter on the simulated site: its registers at this moment."""

from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass
from functools import cached_property
from typing import override

from tests.simulators.face import amperes
from tests.simulators.face_hybrid import Hybrid
from tests.simulators.noise import chance
from tests.simulators.rows import Quantity, Row
from tests.simulators.rows_hybrid_3p import (
    DEFAULT_SETTINGS,
    FIRST_PACK_WORD,
    MEASURED,
    PACK_COUNT_WORD,
    PACK_WORDS,
    SETTINGS,
    pack_rows,
)
from tests.simulators.site import Conditions, Powers

PHASES = 3
FILLER = {550: 2560}
"""An unnamed register of real energy blocks (see `sg04lp3_energy` of the device frames)."""
RELAY_INVERTER, RELAY_GRID = 1, 4
"""Bits of 552; a real inverter on the grid shows 5."""
PHASE_VOLTAGES = (1.0, 0.994, 1.005)
CELLS = 16

type Phases = tuple[int, int, int]


@dataclass(eq=False)
class HybridThreePhaseLv(Hybrid):
    """The inverter. It gives the same power on all phases; the house draws unevenly from them.

    Without `packs` it is one of older firmware, which refuses the registers from 10000 on.
    """

    device_type: int = 0x0005
    _: KW_ONLY
    packs: int = 0
    """How many battery packs it tells about one by one. Set before the start."""

    measured = MEASURED
    setting_rows = SETTINGS
    default_settings = DEFAULT_SETTINGS
    filler = FILLER
    last_register = 999
    live_word = 588
    soc_word = 588
    battery_voltage_word = 587
    work_mode_word = 142

    @override
    def _own_rows(self) -> Iterable[Row]:
        if self.packs:
            yield Row("battery_pack_count", (PACK_COUNT_WORD,))
        for pack in range(1, self.packs + 1):
            yield from pack_rows(pack)

    @override
    def _blank(self) -> dict[int, int]:
        end = FIRST_PACK_WORD + PACK_WORDS * self.packs if self.packs else 0
        return super()._blank() | dict.fromkeys(range(PACK_COUNT_WORD - 2, end), 0)

    @override
    def _values(self) -> dict[str, Quantity]:
        powers, conditions = self._powers(), self.site.conditions()
        battery = self._battery(powers, conditions)
        return {
            **self._identity(),
            **self._clock(),
            **self._bits_and_state(),
            **self._power(powers),
            **self._mains_by_phase(powers, conditions),
            **self._sun(powers, conditions),
            **battery,
            **self._energy(),
            **self._packs(powers, conditions),
            "battery_corrected_capacity": self.site.plant.battery.capacity_kwh * 1000 / 51.2,
            "dc_temperature": 25.0,  # no sensor, as in all public dumps
            "heatsink_temperature": conditions.temperature + 8 + powers.losses / 18,
        }

    def _identity(self) -> dict[str, Quantity]:
        """Return who the inverter is."""
        return {
            "device_type": self.device_type,
            "modbus_address": self.unit,
            "protocol_version": 0x0104,
            "inverter_serial": self.serial,
            "control_board_version": 0x3002_1164_1E08,
            "communication_board_version": 0x2001_C048_0804,
            "rated_power": self.site.plant.inverter.rated_w * self.share,
            "mppt_and_phases": self.inputs << 8 | PHASES,
            "inverter_on": 1,
        }

    def _power(self, powers: Powers) -> dict[str, Quantity]:
        """Return all AC powers; on each phase, too, load = inverter + grid."""
        flow = self._flow(powers)
        load = self._uneven(flow.load)
        backup = self._uneven(flow.backup)
        inverter = _even(flow.inverter) if powers.grid_up else load
        meter = _minus(self._uneven(flow.meter + flow.inverter), inverter)
        port = _minus(backup, inverter) if powers.grid_up else (0, 0, 0)
        return {
            **_by_phase("load", load),
            **_by_phase("ups", backup),
            **_by_phase("inverter", inverter),
            **_by_phase("grid", _minus(load, inverter)),
            **_by_clamp("internal", port),
            **_by_clamp("external", meter if powers.grid_up else (0, 0, 0)),
            "relay_bits": RELAY_INVERTER | RELAY_GRID * powers.grid_up,
            "grid_power_factor": 99.0 if powers.grid_up else 0.0,
        }

    def _mains_by_phase(self, powers: Powers, conditions: Conditions) -> dict[str, Quantity]:
        """Return voltages, frequencies and currents."""
        grid_volts, grid_hertz, own_volts, own_hertz = self._mains(powers, conditions)
        values: dict[str, Quantity] = {
            "grid_frequency": grid_hertz,
            "inverter_frequency": own_hertz,
            "load_frequency": own_hertz,
        }
        power = self._power(powers)
        for number, part in enumerate(PHASE_VOLTAGES, 1):
            grid, own = grid_volts * part, own_volts * part
            values |= {
                f"grid_l{number}_voltage": grid,
                f"inverter_l{number}_voltage": own,
                f"load_l{number}_voltage": own,
                f"inverter_l{number}_current": _amperes(power[f"inverter_l{number}_power"], own),
                f"internal_ct{number}_current": _amperes(power[f"internal_ct{number}_power"], grid),
                f"external_ct{number}_current": _amperes(power[f"external_ct{number}_power"], grid),
            }
        return values

    def _packs(self, powers: Powers, conditions: Conditions) -> dict[str, Quantity]:
        """Return the battery, divided among its packs."""
        volts, soc = self.site.battery_voltage(), self.site.soc()
        celsius = 0.5 * conditions.temperature + 12
        values: dict[str, Quantity] = {"battery_pack_count": self.packs}
        for pack in range(1, self.packs + 1):
            warmer = celsius + 0.3 * pack
            own: dict[str, Quantity] = {
                "serial": f"PACK{self.serial[-6:]}{pack:02}",
                "voltage": volts,
                "current": powers.battery / volts / self.packs,
                "temperature": warmer,
                "max_cell_temperature": warmer + 0.8,
                "min_cell_temperature": warmer - 0.6,
                "mos_temperature": warmer + 2.5,
                "soc": soc,
                "soh": 100 - 0.4 * pack,
                "capacity_ah": self.site.plant.battery.capacity_kwh * 1000 / 51.2 / self.packs,
                "max_cell_voltage": volts / CELLS + 0.004,
                "min_cell_voltage": volts / CELLS - 0.005,
                "cycles": 210 + 3 * pack,
                "software_version": 0x0107,
                "hardware_version": 0x0100 + pack,
            }
            values |= {f"pack{pack}_{name}": value for name, value in own.items()}
        return values

    @cached_property
    def _shares(self) -> tuple[float, float]:
        """Return the parts of the house on the first two phases."""
        weights = [0.4 + chance(self.site.seed, 40, phase) for phase in range(PHASES)]
        return weights[0] / sum(weights), weights[1] / sum(weights)

    def _uneven(self, watts: int) -> Phases:
        """Divide a power as the house does; the parts add up exactly."""
        first, second = (round(watts * share) for share in self._shares)
        return first, second, watts - first - second


def _even(watts: int) -> Phases:
    """Divide a power into three; the parts add up exactly."""
    first = second = round(watts / PHASES)
    return first, second, watts - first - second


def _minus(one: Phases, other: Phases) -> Phases:
    """Return the difference on each phase."""
    return one[0] - other[0], one[1] - other[1], one[2] - other[2]


def _by_phase(name: str, phases: Phases) -> dict[str, Quantity]:
    """Return the power of each phase and their sum."""
    each = {f"{name}_l{number}_power": watts for number, watts in enumerate(phases, 1)}
    return {**each, f"{name}_power": sum(phases)}


def _by_clamp(name: str, phases: Phases) -> dict[str, Quantity]:
    """Return the power at each current transformer and their sum."""
    each = {f"{name}_ct{number}_power": watts for number, watts in enumerate(phases, 1)}
    return {**each, f"{name}_ct_power": sum(phases)}


def _amperes(watts: Quantity, volts: float) -> float:
    """Return the current of a power among the values."""
    return amperes(watts, volts) if isinstance(watts, int) else 0.0
