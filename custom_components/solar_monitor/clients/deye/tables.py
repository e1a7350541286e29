"""Which register table a unit has: one line per family."""

from collections.abc import Collection, Mapping
from dataclasses import replace
import re
from typing import Final

from . import battery_packs, hybrid_1p, hybrid_3p, micro_inverter, string_inverter
from .family import Family
from .identity import Identity, applies
from .registers import Factor, Register

_THREE_PHASE: Final = (*hybrid_3p.REGISTERS, *battery_packs.REGISTERS)

TABLES: Mapping[Family, tuple[Register, ...]] = {
    Family.HYBRID_1P: hybrid_1p.REGISTERS,
    Family.HYBRID_3P_LV: _THREE_PHASE,
    Family.HYBRID_3P_HV: _THREE_PHASE,
    Family.STRING: string_inverter.REGISTERS,
    Family.MICRO: micro_inverter.REGISTERS,
}
TWO_WORDS_W: Final = 30_000
"""High-voltage units above this have power values that need a second word."""

_INPUT_POWER: Final = re.compile(r"pv\d+_power")
_DC_INPUT: Final = "dc_input_power"
_STRING_INPUTS: Final = 4
"""Inputs that the registers of a string inverter list one by one; some units have more."""


def scaled_table(
    family: Family,
    identity: Identity | None,
    factors: Mapping[Factor, float],
    doubted: Collection[Factor] = (),
) -> Mapping[str, Register]:
    """Return by key the rows that a unit of this family has, with the scales of its size."""
    rated = (identity.rated_power_w if identity else None) or 0
    wide = family is Family.HYBRID_3P_HV and rated > TWO_WORDS_W
    return {
        register.key: _adapted(register if wide else register.low_only(), factors, doubted)
        for register in TABLES[family]
        if applies(register, family, identity)
    }


def pv_power_keys(family: Family, identity: Identity | None) -> tuple[str, ...]:
    """Return the keys whose sum is the power of all panels of a unit: one per input.

    A string inverter with more inputs than rows has a row for all of them together.
    """
    if family is Family.STRING and identity and identity.mppt_count > _STRING_INPUTS:
        return (_DC_INPUT,)
    return tuple(
        register.key
        for register in TABLES[family]
        if _INPUT_POWER.fullmatch(register.key) and applies(register, family, identity)
    )


def _adapted(
    register: Register, factors: Mapping[Factor, float], doubted: Collection[Factor]
) -> Register:
    """Return the row with the scale of this unit."""
    if register.factor is None:
        return register
    row = register.scaled(factors[register.factor])
    return replace(row, doubted=True) if register.factor in doubted else row
