"""Units whose registers count in other steps than their family's table says.

Single phase: from 12 kW up github.com/davidrapan/ha-solarman multiplies 167-172 and 176-178 by ten,
sunsynk only 169 and 172, and not every 12 kW unit does either (ha-solarman issue 281); from 16 kW
up the battery current (191) counts 0.1 A (ha-solarman issue 998).

Three phases: high-voltage units count battery voltages in 0.1 V and the power of battery, panels
and settings in tens of W (ha-solarman deye_p3.yaml, evcc deye-hybrid-3p), and from firmware 1098 on
energy in whole kWh (evcc-io/evcc PR 23428 and 31543, ha-solarman issue 782, kellerza/sunsynk issue
516): the firmware's number is what the middle of its version reads, as in 3002-1098-1E08.

Family, rated power and firmware only propose; where a sample can prove a step, physics decides.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from . import physics
from .family import Family
from .identity import Identity
from .physics import Steps
from .registers import Factor

LARGE_W: Final = 12_000
"""Single-phase units from here on may count power in tens of W."""
VERY_LARGE_W: Final = 16_000
"""Single-phase units from here on may count battery current in tenths of A."""
WHOLE_KWH_FIRMWARE: Final = "1098"
"""High-voltage units count energy in whole kWh from here on; the text compares as the number."""

_CERTAIN: Final = 3
"""Samples in a row that have to agree before a decision is final."""
_PLAIN: Final[Mapping[Factor, float]] = dict.fromkeys(Factor, 1)
_HIGH_VOLTAGE: Final[Mapping[Factor, float]] = {
    Factor.BATTERY_VOLTAGE: 10,
    Factor.SETTING_POWER: 10,
    Factor.BMS_CURRENT: 0.1,
}

type _Judge = Callable[[Mapping[int, int]], Steps | None]


@dataclass(frozen=True, slots=True)
class Opinion:
    """What is believed about some factors, and how many samples in a row have said so."""

    factors: tuple[Factor, ...]
    steps: Steps
    judge: _Judge
    votes: int = 0

    def hear(self, words: Mapping[int, int]) -> Opinion:
        """Follow a sample that decides, until enough of them have agreed; then stay."""
        if self.votes >= _CERTAIN or (verdict := self.judge(words)) is None:
            return self
        votes = self.votes + 1 if verdict == self.steps else 1
        return replace(self, steps=verdict, votes=votes)


@dataclass(frozen=True, slots=True)
class PowerScale:
    """Factors of one unit: those that are given, and those about which samples have a say."""

    given: Mapping[Factor, float]
    opinions: tuple[Opinion, ...] = ()

    @property
    def factors(self) -> Mapping[Factor, float]:
        """What the scale of each group of rows has to be multiplied by."""
        return dict(self.given) | {
            factor: step
            for opinion in self.opinions
            for factor, step in zip(opinion.factors, opinion.steps, strict=True)
        }


def candidate(family: Family | None, identity: Identity | None) -> PowerScale:
    """Return what family, rated power and firmware propose.

    A single-phase unit of unknown power is taken for a small one, on which no sample has a say.
    """
    match family:
        case Family.HYBRID_1P:
            return _single_phase((identity.rated_power_w if identity else None) or 0)
        case Family.HYBRID_3P_LV:
            return PowerScale(_PLAIN, _three_phase(1, physics.low_voltage_battery))
        case Family.HYBRID_3P_HV:
            energy = 10 if _firmware_number(identity) >= WHOLE_KWH_FIRMWARE else 1
            given = {**_PLAIN, **_HIGH_VOLTAGE, Factor.ENERGY: energy}
            return PowerScale(given, _three_phase(10, physics.high_voltage_battery))
        case _:
            return PowerScale(_PLAIN)


def power_scale(scale: PowerScale, words: Mapping[int, int]) -> PowerScale:
    """Return the scale after one sample; one that cannot decide changes nothing."""
    return replace(scale, opinions=tuple(opinion.hear(words) for opinion in scale.opinions))


def _single_phase(rated_w: float) -> PowerScale:
    """Propose tens of W for large units, tenths of A for very large ones."""
    if rated_w < LARGE_W:
        return PowerScale(_PLAIN)
    amps = 10 if rated_w >= VERY_LARGE_W else 1
    power = Opinion((Factor.GRID, Factor.LOAD), (10, 10), physics.grid_and_load)
    current = Opinion((Factor.BATTERY_CURRENT,), (amps,), physics.battery_current)
    return PowerScale(_PLAIN, (power, current))


def _three_phase(step: int, battery: _Judge) -> tuple[Opinion, ...]:
    """Propose a step for the power of panels and battery, on which samples have a say."""
    return (
        Opinion((Factor.PV_POWER,), (step,), physics.pv_power),
        Opinion((Factor.BATTERY_POWER,), (step,), battery),
    )


def _firmware_number(identity: Identity | None) -> str:
    """Return the four digits in the middle of the version, nothing where there are none."""
    parts = (identity.firmware or "").split("-") if identity else []
    return parts[1] if len(parts) > 1 and parts[1].isdecimal() else ""
