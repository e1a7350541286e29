"""Large single-phase units that count power and battery current in steps ten times as large.

From 12 kW up github.com/davidrapan/ha-solarman multiplies 167-172 and 176-178 by ten, sunsynk only
169 and 172, and not every 12 kW unit does either (ha-solarman issue 281); from 16 kW up the battery
current (191) counts 0.1 A (ha-solarman issue 998). So the rated power only proposes, and physics
decides: load = inverter + grid, where 175 (inverter) is never scaled, and battery power = U x I.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import product

from .identity import Identity
from .registers import Factor

LARGE_W = 12_000
"""Units from here on may count power in tens of W."""
VERY_LARGE_W = 16_000
"""Units from here on may count battery current in tenths of A."""

_STEPS = (1, 10)
_CERTAIN = 3
"""Samples in a row that have to agree before a decision is final."""
_ENOUGH_INVERTER_W = 500
_ENOUGH_BATTERY_W = 500
_IDLE_PORT_W = 50
"""Power of the AUX port up to which the balance of inverter, grid and load is complete."""
_POWER_TOLERANCE = 0.1
_BATTERY_TOLERANCE = 0.3

type _Steps = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Opinion:
    """What is believed about some factors, and how many samples in a row have said so."""

    steps: _Steps
    votes: int = 0

    def hear(self, verdict: _Steps | None) -> Opinion:
        """Follow a sample that decides, until enough of them have agreed; then stay."""
        if verdict is None or self.votes >= _CERTAIN:
            return self
        return replace(self, votes=self.votes + 1) if verdict == self.steps else Opinion(verdict, 1)


@dataclass(frozen=True, slots=True)
class PowerScale:
    """Factors of one unit: of grid and load power, and of the battery current."""

    power: Opinion
    current: Opinion
    judged: bool
    """Whether the unit is large enough for samples to have a say."""

    @property
    def factors(self) -> Mapping[Factor, int]:
        """What the scale of each group of rows has to be multiplied by."""
        grid, load = self.power.steps
        return {
            Factor.GRID: grid,
            Factor.LOAD: load,
            Factor.BATTERY_CURRENT: self.current.steps[0],
        }


def candidate(identity: Identity | None) -> PowerScale:
    """Return what the rated power proposes; a unit of unknown power is taken for a small one."""
    rated = (identity.rated_power_w if identity else None) or 0
    power = 10 if rated >= LARGE_W else 1
    current = 10 if rated >= VERY_LARGE_W else 1
    return PowerScale(Opinion((power, power)), Opinion((current,)), judged=rated >= LARGE_W)


def power_scale(scale: PowerScale, words: Mapping[int, int]) -> PowerScale:
    """Return the scale after one sample; one that cannot decide changes nothing."""
    if not scale.judged:
        return scale
    return replace(
        scale,
        power=scale.power.hear(_power_verdict(words)),
        current=scale.current.hear(_current_verdict(words)),
    )


def _power_verdict(words: Mapping[int, int]) -> _Steps | None:
    """Return the only factors of grid and load that fit load = inverter + grid, if there are."""
    values = _signed(words, 166, 169, 175, 178)
    if values is None:
        return None
    port, grid, inverter, load = values
    if abs(port) > _IDLE_PORT_W or abs(inverter) < _ENOUGH_INVERTER_W:
        return None
    error = abs(inverter) * _POWER_TOLERANCE
    return _only(
        (grid_step, load_step)
        for grid_step, load_step in product(_STEPS, repeat=2)
        if abs(load * load_step - grid * grid_step - inverter) <= error
    )


def _current_verdict(words: Mapping[int, int]) -> _Steps | None:
    """Return the only factor of the battery current that fits power = voltage x current."""
    values = _signed(words, 183, 190, 191)
    if values is None:
        return None
    centivolts, power, current = values
    if abs(power) < _ENOUGH_BATTERY_W:
        return None
    error = abs(power) * _BATTERY_TOLERANCE
    return _only(
        (step,) for step in _STEPS if abs(centivolts / 100 * current * step / 100 - power) <= error
    )


def _signed(words: Mapping[int, int], *addresses: int) -> list[int] | None:
    """Return the words as signed numbers, None unless the sample has all of them."""
    if any(address not in words for address in addresses):
        return None
    return [words[address] - (words[address] >> 15 << 16) for address in addresses]


def _only(verdicts: Iterable[_Steps]) -> _Steps | None:
    """Return the verdict if there is exactly one."""
    found = list(verdicts)
    return found[0] if len(found) == 1 else None
