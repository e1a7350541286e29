"""Counters of a house, in whole Wh since the day it went into operation."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class Registers(NamedTuple):
    """Energies in Wh; production + import + discharge = consumption + export + charge."""

    production: int = 0
    consumption: int = 0
    grid_import: int = 0
    grid_export: int = 0
    charge: int = 0
    discharge: int = 0
    micro: int = 0
    """Production as the micro-inverters count it."""

    def plus(self, other: Registers) -> Registers:
        """Return the sum of both."""
        return Registers(*(a + b for a, b in zip(self, other, strict=True)))

    def less(self, other: Registers) -> Registers:
        """Return what these have more than others."""
        return Registers(*(a - b for a, b in zip(self, other, strict=True)))


def balanced(
    production: int, grid_import: int, grid_export: int, charge: int, discharge: int
) -> Registers:
    """Return registers whose consumption is what the others leave."""
    consumption = production + grid_import + discharge - grid_export - charge
    return Registers(production, consumption, grid_import, grid_export, charge, discharge)


class Yield(Protocol):
    """A house whose counters are known for each full five minutes since it began."""

    def at(self, unix: float) -> Registers:
        """Return the registers at a Unix time."""
        ...

    def socs(self, times: Sequence[float]) -> list[int]:
        """Return the charge of the battery at Unix times (rising, full five minutes), %."""
        ...
