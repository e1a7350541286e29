"""The simulated inverters that stand for their families, and how they are put on a site."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from tests.simulators.clock import Clock
from tests.simulators.face import Face
from tests.simulators.face_hybrid_1p import HybridOnePhase
from tests.simulators.face_hybrid_3p_lv import HybridThreePhaseLv
from tests.simulators.face_micro import MicroInverter
from tests.simulators.face_string import StringInverter
from tests.simulators.logger import LoggerSimulator
from tests.simulators.place import Place
from tests.simulators.plant import MICRO_ARRAYS, STRING_ARRAYS, PvArray, plant_for
from tests.simulators.rows_hybrid_1p import LARGE_UNIT, LARGE_UNIT_GRID_ONLY, VERY_LARGE_UNIT
from tests.simulators.site import Site

HOME: Final = Place(32.7, -117.2, "US/Pacific")
"""In the time zone of Home Assistant, where it is eleven when a test begins."""
FOUR_INPUTS: Final = (
    *STRING_ARRAYS,
    PvArray(1.4, 20, 180, 3, grid_tied=True),
    PvArray(1.1, 20, 250, 4, grid_tied=True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """An inverter of a family: what hangs on it, and its knobs."""

    family: str
    make: Callable[[Site], Face]
    arrays: tuple[PvArray, ...] | None = None
    rated_w: float | None = None

    def logger(self) -> LoggerSimulator:
        """Build its house where Home Assistant is, with a clock that runs, and a logger in it."""
        plant = plant_for(self.family)
        if self.arrays is not None:
            plant = replace(plant, arrays=self.arrays)
        if self.rated_w is not None:
            plant = plant.rated(self.rated_w, self.family)
        site = Site(seed=7, clock=Clock(running=True), place=HOME, plant=plant)
        return LoggerSimulator(site, family=self.family, face=self.make(site))


GRID_IN_TENS: Final = {key: step for key, step in LARGE_UNIT.items() if not key.startswith("load")}
"""Scales of 12-16 kW units that count the load in W."""
LARGE_ROOF: Final = (PvArray(6.2, 30, 150, 1), PvArray(5.4, 30, 240, 2))
"""More than the battery takes: the scales of a large unit show when it feeds something in."""

UNITS: Final[dict[str, Unit]] = {
    "hybrid_1p": Unit(family="hybrid_1p", make=HybridOnePhase),
    "hybrid_1p, 12 kW in W": Unit(
        family="hybrid_1p", make=HybridOnePhase, arrays=LARGE_ROOF, rated_w=12_000
    ),
    "hybrid_1p, 12 kW": Unit(
        family="hybrid_1p",
        make=lambda site: HybridOnePhase(site, scales=LARGE_UNIT),
        arrays=LARGE_ROOF,
        rated_w=12_000,
    ),
    "hybrid_1p, 14 kW": Unit(
        family="hybrid_1p",
        make=lambda site: HybridOnePhase(site, scales=GRID_IN_TENS),
        arrays=LARGE_ROOF,
        rated_w=14_000,
    ),
    "hybrid_1p, 15 kW": Unit(
        family="hybrid_1p",
        make=lambda site: HybridOnePhase(site, scales=LARGE_UNIT_GRID_ONLY),
        arrays=LARGE_ROOF,
        rated_w=15_000,
    ),
    "hybrid_1p, 16 kW": Unit(
        family="hybrid_1p",
        make=lambda site: HybridOnePhase(site, scales=VERY_LARGE_UNIT),
        arrays=LARGE_ROOF,
        rated_w=16_000,
    ),
    "hybrid_3p_lv": Unit(family="hybrid_3p_lv", make=HybridThreePhaseLv),
    "hybrid_3p_lv, 2 packs": Unit(
        family="hybrid_3p_lv", make=lambda site: HybridThreePhaseLv(site, packs=2)
    ),
    "string": Unit(family="string", make=StringInverter),
    "string, meter": Unit(family="string", make=lambda site: StringInverter(site, meter=True)),
    "string, 4 inputs": Unit(family="string", make=StringInverter, arrays=FOUR_INPUTS),
    "string, 4 inputs, meter": Unit(
        family="string",
        make=lambda site: StringInverter(site, meter=True),
        arrays=FOUR_INPUTS,
    ),
    "string, 1 phase": Unit(family="string", make=lambda site: StringInverter(site, phases=1)),
    "micro": Unit(family="micro", make=MicroInverter),
    "micro, 1 input": Unit(family="micro", make=MicroInverter, arrays=MICRO_ARRAYS[:1]),
}
