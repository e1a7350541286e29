"""Groups of optional values, so that a user can turn a whole topic on at once."""

from collections.abc import Collection, Mapping
import re
from typing import Final

from ...clients.deye.family import Family
from ...clients.deye.registers import Kind, Register
from ...clients.deye.tables import TABLES

PV_DETAILS: Final = "pv_details"
GRID_DETAILS: Final = "grid_details"
LOAD_DETAILS: Final = "load_details"
INVERTER_DETAILS: Final = "inverter_details"
BATTERY_BMS: Final = "battery_bms"
BATTERY_PACKS: Final = "battery_packs"
GENERATOR: Final = "generator"
SETTINGS: Final = "settings"
TIME_OF_USE: Final = "time_of_use"

GROUPS: Final = (
    PV_DETAILS,
    GRID_DETAILS,
    LOAD_DETAILS,
    INVERTER_DETAILS,
    BATTERY_BMS,
    BATTERY_PACKS,
    GENERATOR,
    SETTINGS,
    TIME_OF_USE,
)

_BY_PREFIX: Final = (
    (("slot", "time_of_use"), TIME_OF_USE),
    (("bms", "battery2", "battery_corrected"), BATTERY_BMS),
    (("pack",), BATTERY_PACKS),
    (("pv",), PV_DETAILS),
    (("grid", "external_ct", "internal_ct"), GRID_DETAILS),
    (("load", "ups"), LOAD_DETAILS),
    (("generator",), GENERATOR),
)


def _group(register: Register) -> str | None:
    """Choose the group of one row; None for what is on by default."""
    if register.default or not register.exposed:
        return None
    named = next((group for words, group in _BY_PREFIX if register.key.startswith(words)), None)
    if named in (TIME_OF_USE, BATTERY_BMS, BATTERY_PACKS):
        return named
    if register.kind is Kind.CLOCK or register.kind.startswith("setting"):
        return SETTINGS
    return named or INVERTER_DETAILS


_TODAY: Final = "_energy_today"
_TOTAL_OF_INPUT: Final = re.compile(r"pv\d+_energy_total")


def group_of_today(total: Register) -> str | None:
    """Choose the group of our counter of the day: that of its total, but of each input optional."""
    return PV_DETAILS if _TOTAL_OF_INPUT.fullmatch(total.key) else _group(total)


def _groups_of(table: Collection[Register]) -> dict[str, str]:
    """Name the groups of a family's optional values, our counters of the day among them."""
    groups = {register.key: _group(register) for register in table}
    groups |= {
        register.key.removesuffix("_energy_total") + _TODAY: group_of_today(register)
        for register in table
        if register.kind is Kind.ENERGY_TOTAL and not register.signed
    }
    return {key: group for key, group in groups.items() if group is not None}


_GROUPS_OF: Final[Mapping[Family, Mapping[str, str]]] = {
    family: _groups_of(table) for family, table in TABLES.items()
}


def groups_of(family: Family) -> list[str]:
    """List the groups that have values in a family."""
    found = set(_GROUPS_OF[family].values())
    return [group for group in GROUPS if group in found]


def group_of(family: Family, key: str) -> str | None:
    """Name the group of an optional value by its key; None where it has none."""
    return _GROUPS_OF[family].get(key)
