"""Groups of optional values, so that a user can turn a whole topic on at once."""

from typing import Final

GENERATOR: Final = "generator"
GRID_DETAILS: Final = "grid_details"
INVERTER_DETAILS: Final = "inverter_details"
LOAD_DETAILS: Final = "load_details"
BATTERY_BMS: Final = "battery_bms"
PV_DETAILS: Final = "pv_details"
SETTINGS: Final = "settings"
TIME_OF_USE: Final = "time_of_use"

GROUPS: Final = (
    PV_DETAILS,
    GRID_DETAILS,
    LOAD_DETAILS,
    INVERTER_DETAILS,
    BATTERY_BMS,
    GENERATOR,
    SETTINGS,
    TIME_OF_USE,
)

_BY_PREFIX: Final = (
    ("pv", PV_DETAILS),
    ("grid_charge", SETTINGS),
    ("grid_peak", SETTINGS),
    ("grid", GRID_DETAILS),
    ("external_ct", GRID_DETAILS),
    ("load", LOAD_DETAILS),
    ("inverter", INVERTER_DETAILS),
    ("bms", BATTERY_BMS),
    ("slot", TIME_OF_USE),
    ("time_of_use", TIME_OF_USE),
    ("generator", GENERATOR),
)


def group_of(key: str) -> str | None:
    """Name the group of an optional value by its key; None where it has none."""
    return next((group for prefix, group in _BY_PREFIX if key.startswith(prefix)), None)
