"""A lithium battery: what it holds, what it may give and take, and its voltage."""

from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

OPEN_CIRCUIT = ((0, 48.0), (10, 50.6), (30, 51.9), (70, 52.8), (95, 53.3), (100, 54.0))
"""Open-circuit voltage (V) over the state of charge (%) of 16 lithium iron phosphate cells."""
RESISTANCE_OHM = 0.006
TAPER_FROM_SOC = 95.0
"""Above this state of charge (%) the battery takes less and less, as a BMS asks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatterySpec:
    """The battery as bought: kWh, W at its terminals, efficiency per direction, limits in %."""

    capacity_kwh: float = 15.36
    max_charge_w: float = 3000.0
    max_discharge_w: float = 5000.0
    charge_efficiency: float = 0.97
    discharge_efficiency: float = 0.97
    soc_min: float = 15.0
    soc_max: float = 100.0


@dataclass(slots=True)
class Battery:
    """The battery's content. Power is + when it discharges, measured at the terminals, in W."""

    spec: BatterySpec
    stored_kwh: float

    @property
    def soc(self) -> float:
        """Return the state of charge in %."""
        return 100 * self.stored_kwh / self.spec.capacity_kwh

    def most_charge(self, seconds: float) -> float:
        """Return the highest charging power (W, positive) it can take for so many seconds."""
        spec = self.spec
        room_kwh = max(0.0, spec.capacity_kwh * spec.soc_max / 100 - self.stored_kwh)
        taper = min(1.0, max(0.05, (100.5 - self.soc) / (100.5 - TAPER_FROM_SOC)))
        return min(
            spec.max_charge_w * taper, room_kwh / spec.charge_efficiency * 3_600_000 / seconds
        )

    def most_discharge(self, seconds: float) -> float:
        """Return the highest discharging power (W) it can give for so many seconds."""
        spec = self.spec
        left_kwh = max(0.0, self.stored_kwh - spec.capacity_kwh * spec.soc_min / 100)
        return min(spec.max_discharge_w, left_kwh * spec.discharge_efficiency * 3_600_000 / seconds)

    def sustains(self, power: float, seconds: float) -> bool:
        """Return whether it can go on with a power for so many seconds, the taper left aside."""
        stored = self._after(power, seconds)
        spec = self.spec
        floor, top = (spec.capacity_kwh * soc / 100 for soc in (spec.soc_min, spec.soc_max))
        return stored <= top if power < 0 else power == 0 or stored >= floor

    def apply(self, power: float, seconds: float) -> None:
        """Charge or discharge with a power for so many seconds."""
        self.stored_kwh = self._after(power, seconds)

    def _after(self, power: float, seconds: float) -> float:
        """Return what it will hold (kWh) after a power for so many seconds."""
        energy = power * seconds / 3_600_000
        if energy < 0:
            return self.stored_kwh - energy * self.spec.charge_efficiency
        return self.stored_kwh - energy / self.spec.discharge_efficiency

    def voltage(self, power: float) -> float:
        """Return the terminal voltage (V) under a power: the open-circuit one less I × R."""
        open_circuit = _interpolate(self.soc)
        return (open_circuit + sqrt(open_circuit**2 - 4 * RESISTANCE_OHM * power)) / 2


def _interpolate(soc: float) -> float:
    """Return the open-circuit voltage (V) at a state of charge in %."""
    for (low, low_volts), (high, high_volts) in pairwise(OPEN_CIRCUIT):
        if soc <= high:
            return low_volts + (high_volts - low_volts) * (soc - low) / (high - low)
    return OPEN_CIRCUIT[-1][1]
