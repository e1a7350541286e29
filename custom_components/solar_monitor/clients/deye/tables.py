"""Which register table a unit has: one line per family."""

from collections.abc import Mapping

from . import hybrid_1p
from .family import Family
from .identity import Identity, applies
from .registers import Factor, Register

TABLES: Mapping[Family, tuple[Register, ...]] = {
    Family.HYBRID_1P: hybrid_1p.REGISTERS,
}


def scaled_table(
    family: Family, identity: Identity | None, factors: Mapping[Factor, int]
) -> Mapping[str, Register]:
    """Return by key the rows that a unit of this family has, with the scales of its size."""
    return {
        register.key: register.scaled(factors[register.factor]) if register.factor else register
        for register in TABLES[family]
        if applies(register, identity)
    }
