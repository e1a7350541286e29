"""Families of inverters and how one is told from another.

Device types (register 0) are those of github.com/davidrapan/ha-solarman and
github.com/kellerza/sunsynk, which disagree on 0x0200: a string inverter for one, a single-phase
hybrid with three inputs for the other. A wrong map does not fail: it reads zeros, 0xFFFF or another
value's number. So no family is taken before its own live registers have been looked at.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import Final

from .physics import dc_power
from .planner import Block


class Family(StrEnum):
    """Inverters that share one register map."""

    HYBRID_1P = "hybrid_1p"
    HYBRID_3P_LV = "hybrid_3p_lv"
    HYBRID_3P_HV = "hybrid_3p_hv"
    STRING = "string"
    MICRO = "micro"

    @property
    def three_phase(self) -> bool:
        """Whether it has the map of three-phase hybrids."""
        return self in (Family.HYBRID_3P_LV, Family.HYBRID_3P_HV)


class Fit(Enum):
    """What the live registers of a family say about whether it is the right one."""

    FITS = auto()
    """They hold what only this map explains: a mains frequency, a battery."""
    UNSURE = auto()
    """Neither for nor against it: no grid and no battery."""
    ASLEEP = auto()
    """Nothing but zeros."""
    WRONG = auto()
    """Not there, or impossible."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A family that an inverter may belong to.

    A doubted one needs proof by its live registers, others are taken unless something speaks
    against them.
    """

    family: Family
    doubted: bool = False


_NAMED: Final[Mapping[Family, frozenset[int]]] = {
    Family.STRING: frozenset({0x0002}),
    Family.HYBRID_1P: frozenset({0x0003, 0x0300, 0x0103}),
    Family.MICRO: frozenset({0x0004, 0x0400}),
    Family.HYBRID_3P_LV: frozenset({0x0005, 0x0500}),
    Family.HYBRID_3P_HV: frozenset({0x0006, 0x0600, 0x0007, 0x0008, 0x0601, 0x0602}),
}
_HYBRID_DOUBTS: Final = (
    Candidate(Family.HYBRID_1P, doubted=True),
    Candidate(Family.HYBRID_3P_LV, doubted=True),
)
_DISPUTED: Final[Mapping[int, tuple[Candidate, ...]]] = {
    # A string inverter has no battery.
    0x0200: (*_HYBRID_DOUBTS, Candidate(Family.STRING)),
    # "Energy storage": also balcony systems whose live values are at 1000 (ha-solarman issue 715).
    0x0104: _HYBRID_DOUBTS,
}


@dataclass(frozen=True, slots=True)
class _Evidence:
    """Where a family's map can be recognised, and what is to be found there."""

    block: Block
    frequencies: tuple[int, ...]
    voltage: int
    volts: range
    """Raw words that are a voltage of this family's battery, or of its grid."""
    soc: int | None = None


_HERTZ: Final = range(4000, 7001)
_SOC: Final = range(1, 101)
_ABSENT: Final = 0xFFFF
_THREE_PHASE: Final = Block(586, 98)
_PRODUCER: Final = _Evidence(Block(59, 58), (79,), 73, range(800, 5001))
_EVIDENCE: Final[Mapping[Family, _Evidence]] = {
    Family.HYBRID_1P: _Evidence(Block(150, 47), (193,), 183, range(800, 6501), soc=184),
    Family.HYBRID_3P_LV: _Evidence(_THREE_PHASE, (609, 638), 587, range(3000, 6501), soc=588),
    Family.HYBRID_3P_HV: _Evidence(_THREE_PHASE, (609, 638), 587, range(600, 10001), soc=588),
    Family.STRING: _PRODUCER,
    Family.MICRO: _PRODUCER,
}
_DC_STEP: Final = {Family.HYBRID_3P_LV: 1, Family.HYBRID_3P_HV: 10}


def candidates(device_type: int) -> tuple[Candidate, ...]:
    """Return the families that register 0 allows, to be tried in this order; none if unknown."""
    named = (Candidate(family) for family, codes in _NAMED.items() if device_type in codes)
    return _DISPUTED.get(device_type) or tuple(named)


def check_block(family: Family) -> Block:
    """Return the live registers by which this family's map is recognised."""
    return _EVIDENCE[family].block


def judge(candidate: Candidate, words: Mapping[int, int]) -> Fit:
    """Say whether the words of `check_block` are those of such an inverter."""
    evidence = _EVIDENCE[candidate.family]
    if not any(words[address] for address in evidence.block.addresses):
        return Fit.ASLEEP
    hertz = [words[address] for address in evidence.frequencies]
    volts = words[evidence.voltage]
    alive = any(word in _HERTZ for word in hertz)
    if evidence.soc is None:
        if {volts, *hertz} == {_ABSENT}:
            return Fit.WRONG
        return Fit.FITS if alive and volts in evidence.volts else Fit.UNSURE
    soc = words[evidence.soc]
    if volts == soc == _ABSENT or _impossible(candidate, evidence, soc, volts):
        return Fit.WRONG
    if _wrong_step(candidate, words):
        return Fit.WRONG
    return Fit.FITS if alive or (soc in _SOC and volts in evidence.volts) else Fit.UNSURE


def _impossible(candidate: Candidate, evidence: _Evidence, soc: int, volts: int) -> bool:
    """Tell whether a charged battery has a voltage that no battery of this family can have.

    A voltage below the range is nothing strange in a family that nobody doubts: the battery may be
    missing.
    """
    if soc not in _SOC or volts in (0, _ABSENT) or volts in evidence.volts:
        return False
    return candidate.doubted or volts >= evidence.volts.stop


def _wrong_step(candidate: Candidate, words: Mapping[int, int]) -> bool:
    """Tell whether the power of a doubted three-phase hybrid counts in the other one's steps."""
    expected = _DC_STEP.get(candidate.family)
    return candidate.doubted and expected is not None and dc_power(words) not in (None, expected)
