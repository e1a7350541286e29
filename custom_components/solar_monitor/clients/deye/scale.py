"""Units whose registers count in other steps than their family's table says.

Single phase: from 12 kW up github.com/davidrapan/ha-solarman multiplies 167-172 and 176-178 by ten,
sunsynk only 169 and 172, and not every 12 kW unit does either (ha-solarman issue 281); from 16 kW
up the battery current (191) counts 0.1 A (ha-solarman issue 998).

Three phases: high-voltage units count battery voltages in 0.1 V and the power of battery, panels
and settings in tens of W (ha-solarman deye_p3.yaml, evcc deye-hybrid-3p), and from firmware 1098 on
energy in whole kWh (evcc-io/evcc PR 23428 and 31543, ha-solarman issue 782, kellerza/sunsynk issue
516): the firmware's number is what the middle of its version reads, as in 3002-1098-1E08.

Family, rated power and firmware only propose; where a sample can prove a step, physics decides. A
proposal on which the sources disagree shows nothing before three samples in a row have proven a
step, and any other shows nothing while the last sample speaks against it. What was proven is worth
remembering: it holds until ten samples in a row prove something else.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import KW_ONLY, dataclass, replace
from functools import cache
from types import MappingProxyType
from typing import Final

from . import physics
from .family import Family
from .identity import Identity
from .registers import Factor

LARGE_W: Final = 12_000
"""Single-phase units from here on may count power in tens of W."""
VERY_LARGE_W: Final = 16_000
"""Single-phase units from here on may count battery current in tenths of A."""
WHOLE_KWH_FIRMWARE: Final = "1098"
"""High-voltage units count energy in whole kWh from here on; the text compares as the number."""

_PROVEN: Final = 3
"""Samples in a row that have to agree before a step is proven."""
_REFUTED: Final = 10
"""Samples in a row that have to agree on another step than the one that was proven."""
_STEPS: Final = (1, 10)
_PLAIN: Final[Mapping[Factor, float]] = dict.fromkeys(Factor, 1)
_HIGH_VOLTAGE: Final[Mapping[Factor, float]] = {
    Factor.BATTERY_VOLTAGE: 10,
    Factor.SETTING_POWER: 10,
    Factor.BMS_CURRENT: 0.1,
}

type _Words = Mapping[int, int]
type _Judge = Callable[[_Words, Mapping[str, int]], int | None]
"""Says by a sample, and by what is proven so far, which step is right."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What is believed about a factor, and what the last samples that could decide said."""

    factor: Factor
    step: int
    judge: _Judge
    _: KW_ONLY
    trusted: bool
    """Whether `step` holds as long as nothing speaks against it."""
    proven: bool = False
    heard: int | None = None
    votes: int = 0
    """How many samples in a row have said `heard`."""

    @property
    def doubted(self) -> bool:
        """Whether another step may be the right one."""
        return not self.proven and not (self.trusted and self.heard in (None, self.step))

    def hear(self, words: _Words, proven: Mapping[str, int]) -> Opinion:
        """Listen to a sample that decides; enough of them in a row prove their step."""
        step = self.judge(words, proven)
        if step is None:
            return self
        needed = _REFUTED if self.proven and step != self.step else _PROVEN
        votes = min(self.votes + 1, needed) if step == self.heard else 1
        if votes < needed:
            return replace(self, heard=step, votes=votes)
        return replace(self, step=step, proven=True, heard=step, votes=votes)

    def recall(self, proven: Mapping[str, object]) -> Opinion:
        """Go on from what `PowerScale.proven` gave, if it says something about this factor."""
        step = proven.get(self.factor)
        if isinstance(step, int) and step in _STEPS:
            return replace(self, step=step, proven=True)
        return self


@dataclass(frozen=True, slots=True)
class PowerScale:
    """Factors of one unit: those that are given, and those about which samples have a say."""

    given: Mapping[Factor, float]
    opinions: tuple[Opinion, ...] = ()

    @property
    def factors(self) -> Mapping[Factor, float]:
        """What the scale of each group of rows has to be multiplied by."""
        return dict(self.given) | {opinion.factor: opinion.step for opinion in self.opinions}

    @property
    def doubted(self) -> frozenset[Factor]:
        """The groups of rows of which nothing should be shown but 0."""
        return frozenset(opinion.factor for opinion in self.opinions if opinion.doubted)

    @property
    def proven(self) -> dict[str, int]:
        """What samples have proven, as JSON: to be remembered with the unit's identity."""
        return {str(each.factor): each.step for each in self.opinions if each.proven}


def candidate(
    family: Family | None,
    identity: Identity | None,
    proven: Mapping[str, object] = MappingProxyType({}),
) -> PowerScale:
    """Return what family, rated power and firmware propose, and what is `proven` already.

    On a single-phase unit that says it is small no sample has a say; one of unknown power is taken
    for small until a sample speaks against it.
    """
    scale = _proposal(family, identity)
    return replace(scale, opinions=tuple(opinion.recall(proven) for opinion in scale.opinions))


def _proposal(family: Family | None, identity: Identity | None) -> PowerScale:
    """Return what family, rated power and firmware propose."""
    match family:
        case Family.HYBRID_1P:
            return _single_phase(identity.rated_power_w if identity else None)
        case Family.HYBRID_3P_LV:
            return PowerScale(_PLAIN, _three_phase(1, physics.low_voltage_battery))
        case Family.HYBRID_3P_HV:
            energy = 10 if _firmware_number(identity) >= WHOLE_KWH_FIRMWARE else 1
            given = {**_PLAIN, **_HIGH_VOLTAGE, Factor.ENERGY: energy}
            return PowerScale(given, _three_phase(10, physics.high_voltage_battery))
        case _:
            return PowerScale(_PLAIN)


def power_scale(scale: PowerScale, words: _Words) -> PowerScale:
    """Return the scale after one sample; one that cannot decide changes nothing."""
    proven = scale.proven
    return replace(scale, opinions=tuple(each.hear(words, proven) for each in scale.opinions))


def _single_phase(rated_w: float | None) -> PowerScale:
    """Propose tens of W for large units, tenths of A for very large ones."""
    if rated_w is None:
        power, amps = 1, 1
    elif rated_w < LARGE_W:
        return PowerScale(_PLAIN)
    else:
        power, amps = 10, 10 if rated_w >= VERY_LARGE_W else 1
    judges = {
        Factor.GRID: (power, _judge_grid),
        Factor.GRID_PHASE: (power, _judge_grid_phases),
        Factor.LOAD: (power, _judge_load),
        Factor.BATTERY_CURRENT: (amps, _alone(physics.battery_current)),
    }
    return PowerScale(_PLAIN, _opinions(judges, trusted=(1,)))


def _judge_grid(words: _Words, proven: Mapping[str, int]) -> int | None:
    """Judge the grid power, by the load if that is known."""
    return physics.grid_power(words, proven.get(Factor.LOAD))


def _judge_load(words: _Words, proven: Mapping[str, int]) -> int | None:
    """Judge the load, by the grid power if that is known."""
    return physics.load_power(words, proven.get(Factor.GRID))


def _judge_grid_phases(words: _Words, proven: Mapping[str, int]) -> int | None:
    """Judge the power of single phases by that of all."""
    return physics.grid_phases(words, proven.get(Factor.GRID))


@cache
def _alone(judge: Callable[[_Words], int | None]) -> _Judge:
    """Return a judge that needs to know nothing else."""
    return lambda words, _: judge(words)


def _three_phase(step: int, battery: Callable[[_Words], int | None]) -> tuple[Opinion, ...]:
    """Propose a step for the power of panels and battery, on which samples have a say."""
    judges = {
        Factor.PV_POWER: (step, _alone(physics.pv_power)),
        Factor.BATTERY_POWER: (step, _alone(battery)),
    }
    return _opinions(judges, trusted=_STEPS)


def _opinions(
    judges: Mapping[Factor, tuple[int, _Judge]], *, trusted: Collection[int]
) -> tuple[Opinion, ...]:
    """Return what is believed before any sample was heard."""
    return tuple(
        Opinion(factor, step, judge, trusted=step in trusted)
        for factor, (step, judge) in judges.items()
    )


def _firmware_number(identity: Identity | None) -> str:
    """Return the four digits in the middle of the version, nothing where there are none."""
    parts = (identity.firmware or "").split("-") if identity else []
    return parts[1] if len(parts) > 1 and parts[1].isdecimal() else ""
