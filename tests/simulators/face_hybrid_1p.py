"""A single-phase hybrid inverter on the simulated site: its registers at this moment."""

from dataclasses import dataclass
from typing import override

from tests.simulators.face import STATE_ALARM, STATE_FAULT, STATE_NORMAL, amperes
from tests.simulators.face_hybrid import Hybrid
from tests.simulators.rows import Quantity
from tests.simulators.rows_hybrid_1p import (
    DEFAULT_SETTINGS,
    LARGE_UNIT,
    MEASURED,
    SETTINGS,
)
from tests.simulators.site import Conditions, Powers

IDENTITY_FILLER = {10: 0x3001, 19: 1, 20: 255}
"""Unnamed registers of a real identity block (see `hybrid_detect_0103` of the device frames)."""

__all__ = ["STATE_ALARM", "STATE_FAULT", "STATE_NORMAL", "HybridOnePhase"]


@dataclass(eq=False)
class HybridOnePhase(Hybrid):
    """The inverter. A unit of 12-16 kW has `scales=LARGE_UNIT` or one of its relatives."""

    device_type: int = 0x0003

    measured = MEASURED
    setting_rows = SETTINGS
    default_settings = DEFAULT_SETTINGS
    filler = IDENTITY_FILLER
    last_register = 399
    tens_rows = frozenset(LARGE_UNIT)
    live_word = 184
    soc_word = 184
    battery_voltage_word = 183
    work_mode_word = 244

    @override
    def _values(self) -> dict[str, Quantity]:
        site = self.site
        powers, conditions = self._powers(), site.conditions()
        energy = self._energy()
        return {
            **self._identity(),
            **self._clock(),
            **self._bits_and_state(),
            **self._ac(powers, conditions),
            **self._sun(powers, conditions),
            **self._battery(powers, conditions),
            **energy,
            **_long_counters(energy),
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
            "rated_power": self.site.plant.inverter.rated_w * self.share,
            "mppt_and_phases": self.inputs << 8 | 1,
        }

    def _ac(self, powers: Powers, conditions: Conditions) -> dict[str, Quantity]:
        """Return everything of grid, inverter and load port."""
        grid_volts, grid_hertz, own_volts, own_hertz = self._mains(powers, conditions)
        flow = self._flow(powers)
        return {
            "grid_connected": int(powers.grid_up),
            "power_factor": 1.0,
            "generator_power": round(powers.through),
            "grid_frequency": grid_hertz,
            "load_frequency": own_hertz,
            "inverter_frequency": own_hertz,
            "grid_l1_voltage": grid_volts,
            "inverter_l1_voltage": own_volts,
            "load_l1_voltage": own_volts,
            "grid_l1_power": flow.port,
            "grid_power": flow.grid,
            "external_ct1_power": flow.meter,
            "external_ct_power": flow.meter,
            "inverter_l1_power": flow.inverter,
            "inverter_power": flow.inverter,
            "load_l1_power": flow.load,
            "load_power": flow.load,
            "grid_l1_current": amperes(flow.port, grid_volts),
            "external_ct1_current": amperes(flow.meter, grid_volts),
            "inverter_l1_current": amperes(flow.inverter, own_volts),
            "load_l1_current": amperes(flow.load, own_volts),
            "dc_temperature": conditions.temperature + 12 + powers.losses / 14,
            "heatsink_temperature": conditions.temperature + 8 + powers.losses / 18,
        }


def _long_counters(energy: dict[str, Quantity]) -> dict[str, Quantity]:
    """Return the counters of month and year: today's energy and what was before, roughly."""

    def with_today(before: float, name: str) -> float:
        today = energy[f"{name}_energy_today"]
        return before + today if isinstance(today, float) else before

    return {
        "pv_energy_month": with_today(217.4, "pv"),
        "load_energy_month": with_today(188.2, "load"),
        "grid_energy_month": with_today(51.9, "grid_import"),
        "pv_energy_year": with_today(4310.6, "pv"),
        "load_energy_year": with_today(3872.1, "load"),
        "grid_export_energy_year": with_today(1604.3, "grid_export"),
    }
