"""Groups of optional values, so that a user can turn a whole topic on at once."""

from collections.abc import Mapping
from typing import Final

from ...clients.deye.registers import Kind, Register
from ...clients.deye.tables import TABLES

PV_DETAILS: Final = "pv_details"
GRID_DETAILS: Final = "grid_details"
LOAD_DETAILS: Final = "load_details"
INVERTER_DETAILS: Final = "inverter_details"
BATTERY_BMS: Final = "battery_bms"
GENERATOR: Final = "generator"
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
    (("slot", "time_of_use"), TIME_OF_USE),
    (("bms",), BATTERY_BMS),
    (("pv",), PV_DETAILS),
    (("grid", "external_ct"), GRID_DETAILS),
    (("load",), LOAD_DETAILS),
    (("generator",), GENERATOR),
)


def _group(register: Register) -> str | None:
    """Choose the group of one row; None for what is on by default."""
    if register.default or not register.exposed:
        return None
    named = next((group for words, group in _BY_PREFIX if register.key.startswith(words)), None)
    if named in (TIME_OF_USE, BATTERY_BMS):
        return named
    if register.kind is Kind.CLOCK or register.kind.startswith("setting"):
        return SETTINGS
    return named or INVERTER_DETAILS


# Our own counter of the day goes with its total, which is a register.
_GROUP_OF_KEY: Final[Mapping[str, str]] = {
    "generator_energy_today": GENERATOR,
    **{
        register.key: group
        for table in TABLES.values()
        for register in table
        if (group := _group(register)) is not None
    },
}


def group_of(key: str) -> str | None:
    """Name the group of an optional value by its key; None where it has none."""
    return _GROUP_OF_KEY.get(key)
