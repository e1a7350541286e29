"""What was built into the simulated house."""

from dataclasses import KW_ONLY, dataclass, field, replace
from enum import StrEnum, auto

from tests.simulators.battery import BatterySpec
from tests.simulators.dispatch import InverterSpec
from tests.simulators.gridtied import GridTiedSpec


class AcFeed(StrEnum):
    """Where micro-inverters feed in."""

    HOUSE = auto()
    BACKUP = auto()
    """Behind the hybrid's load port."""
    GENERATOR_PORT = auto()


@dataclass(frozen=True, slots=True)
class PvArray:
    """Panels of one orientation: kWp, tilt and azimuth (clockwise from north) in degrees.

    `string` is the input they hang on (1, 2, …), of the hybrid or of the `grid_tied` inverter;
    None for panels with micro-inverters of their own.
    """

    kwp: float
    tilt: float
    azimuth: float
    string: int | None = None
    _: KW_ONLY
    grid_tied: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """What was built into the house."""

    arrays: tuple[PvArray, ...] = (PvArray(3.6, 30, 150, 1), PvArray(2.7, 30, 240, 2))
    inverter: InverterSpec = field(default_factory=InverterSpec)
    battery: BatterySpec = field(default_factory=BatterySpec)
    grid_tied: GridTiedSpec = field(default_factory=GridTiedSpec)
    """The inverter of the `grid_tied` arrays."""
    household_scale: float = 1.0
    backup_share: float = 0.6
    """Share of the load that hangs on the hybrid's load port and survives a grid failure."""
    ac_feed: AcFeed = AcFeed.HOUSE
    """Where the micro-inverters feed in; without the grid they are off anywhere."""
    solar_car: bool = False
    """A car charges with just what the micro-inverters could give, as long as there is a grid."""

    @property
    def strings(self) -> int:
        """Return the number of inputs of the hybrid that have panels."""
        return self._inputs(grid_tied=False)

    @property
    def grid_tied_inputs(self) -> int:
        """Return the number of inputs of the grid-tied inverter that have panels."""
        return self._inputs(grid_tied=True)

    def rated(self, watts: float, family: str) -> Plant:
        """Return the same house with another rated power (W) of the inverter of a family."""
        if family.startswith("hybrid"):
            return replace(self, inverter=replace(self.inverter, rated_w=watts))
        return replace(self, grid_tied=replace(self.grid_tied, rated_w=watts))

    def _inputs(self, *, grid_tied: bool) -> int:
        """Return the highest input of one inverter."""
        own = (array.string or 0 for array in self.arrays if array.grid_tied == grid_tied)
        return max(own, default=0)


NO_HYBRID = InverterSpec(rated_w=0, standby_w=0)
NO_BATTERY = BatterySpec(max_charge_w=0, max_discharge_w=0)
STRING_ARRAYS = (
    PvArray(3.3, 35, 140, 1, grid_tied=True),
    PvArray(3.1, 35, 220, 2, grid_tied=True),
)
MICRO_ARRAYS = tuple(PvArray(0.45, 30, 180, number, grid_tied=True) for number in range(1, 5))
_PLANTS = {
    "hybrid_1p": Plant(),
    "hybrid_3p_lv": Plant(
        arrays=(PvArray(6.2, 30, 150, 1), PvArray(5.4, 30, 240, 2)),
        inverter=InverterSpec(rated_w=12_000, standby_w=70),
        battery=BatterySpec(capacity_kwh=30.72, max_charge_w=6000, max_discharge_w=10_000),
        household_scale=1.8,
    ),
    "string": Plant(arrays=STRING_ARRAYS, inverter=NO_HYBRID, battery=NO_BATTERY),
    "micro": Plant(
        arrays=MICRO_ARRAYS,
        inverter=NO_HYBRID,
        battery=NO_BATTERY,
        grid_tied=GridTiedSpec(rated_w=1600, efficiency=0.96, wake_w=12, wake_s=300),
    ),
}


def plant_for(family: str) -> Plant:
    """Return a house with one inverter of a family; raises KeyError for a family without one."""
    return _PLANTS[family]
