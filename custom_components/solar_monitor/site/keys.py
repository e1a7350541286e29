"""What the values of the site are called, in snapshots as in unique ids (`site_<key>`)."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final

from ..logic.site_totals import Flow
from .energies import LOAD

PV_POWER: Final = "pv_power"
LOAD_POWER: Final = "load_power"
GRID_POWER: Final = "grid_power"
BATTERY_POWER: Final = "battery_power"
GENERATOR_POWER: Final = "generator_power"
LOSSES: Final = "losses"
BATTERY_SOC: Final = "battery_soc"
BATTERY_RUNTIME: Final = "battery_runtime"
SELF_CONSUMPTION: Final = "self_consumption"
AUTARKY: Final = "autarky"
ROUND_TRIP: Final = "battery_efficiency"
CONVERSION: Final = "conversion_efficiency"
IMPORT_PEAK_30: Final = "import_peak_30min"
IMPORT_PEAK_60: Final = "import_peak_60min"
IMPORT_PEAK_30_ON_PEAK: Final = "import_peak_30min_on_peak"
IMPORT_PEAK_60_ON_PEAK: Final = "import_peak_60min_on_peak"
OLDEST_INPUT: Final = "oldest_input"
METER: Final = "grid_meter"
STATUS: Final = "status"
SPECIFIC_YIELD: Final = "specific_yield"

ENERGIES: Final[Mapping[str, str]] = {
    Flow.PV: "pv",
    LOAD: "load",
    Flow.IMPORT: "grid_import",
    Flow.EXPORT: "grid_export",
    Flow.CHARGE: "battery_charge",
    Flow.DISCHARGE: "battery_discharge",
    Flow.GENERATOR: "generator",
}
"""The names of flows in keys."""

PEAKS: Final[Mapping[str, tuple[int, bool]]] = {
    IMPORT_PEAK_30: (1_800, False),
    IMPORT_PEAK_60: (3_600, False),
    IMPORT_PEAK_30_ON_PEAK: (1_800, True),
    IMPORT_PEAK_60_ON_PEAK: (3_600, True),
}
"""The highest means of import: over so many seconds, within the hours of peak or at any time."""


def total_key(name: str) -> str:
    """Give the key of a total by the name of its flow."""
    return f"{ENERGIES[name]}_energy_total"


def today_key(name: str) -> str:
    """Give the key of a counter of the day by the name of its flow."""
    return f"{ENERGIES[name]}_energy_today"


def yield_key(part: str) -> str:
    """Give the key of the yield of panels."""
    return f"{part}_{SPECIFIC_YIELD}"


@cache
def about(key: str) -> str:
    """Give the key of what is told beside a value: a mapping, its attributes."""
    return f"{key}_about"


MOMENTARY: Final = frozenset(
    {
        PV_POWER,
        LOAD_POWER,
        GRID_POWER,
        BATTERY_POWER,
        GENERATOR_POWER,
        LOSSES,
        BATTERY_SOC,
    }
)
"""What is of one moment and goes with it."""
_FIGURES: Final = frozenset(
    {
        BATTERY_RUNTIME,
        SELF_CONSUMPTION,
        AUTARKY,
        ROUND_TRIP,
        CONVERSION,
        *PEAKS,
        OLDEST_INPUT,
        METER,
        STATUS,
    }
)


def every_key(parts: Iterable[str]) -> frozenset[str]:
    """Give all keys of a site; `parts`: those whose yield is told."""
    counted = {key for name in ENERGIES for key in (total_key(name), today_key(name))}
    return MOMENTARY | _FIGURES | counted | {yield_key(part) for part in parts}
