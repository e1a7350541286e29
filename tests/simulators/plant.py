"""What was built into the simulated house."""

from dataclasses import dataclass, field

from tests.simulators.battery import BatterySpec
from tests.simulators.dispatch import InverterSpec


@dataclass(frozen=True, slots=True)
class PvArray:
    """Panels of one orientation: kWp, tilt and azimuth (clockwise from north) in degrees.

    `string` is the hybrid's input they hang on (1, 2, …), or None for micro-inverters.
    """

    kwp: float
    tilt: float
    azimuth: float
    string: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """What was built into the house."""

    arrays: tuple[PvArray, ...] = (PvArray(3.6, 30, 150, 1), PvArray(2.7, 30, 240, 2))
    inverter: InverterSpec = field(default_factory=InverterSpec)
    battery: BatterySpec = field(default_factory=BatterySpec)
    household_scale: float = 1.0
    backup_share: float = 0.6
    """Share of the load that hangs on the hybrid's load port and survives a grid failure."""

    @property
    def strings(self) -> int:
        """Return the number of inputs of the hybrid that have panels."""
        return max((array.string or 0 for array in self.arrays), default=0)
