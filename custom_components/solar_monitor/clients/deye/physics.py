"""What raw words of one sample prove about their scales: voltage x current, and balances.

Each function returns the step (1 or 10) that fits, None when the sample is too small, incomplete or
fits none or both of them.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import product
import math
from typing import Final

type Words = Mapping[int, int]

_STEPS: Final = (1, 10)
_ENOUGH_W: Final = 500
_IDLE_PORT_W: Final = 50
"""Power of the AUX port up to which the balance of inverter, grid and load is complete."""
_ROUNDING_W: Final = 20
_FAR_W: Final = 150
_RIGHT: Final = 0.1
"""Share of the largest power that may be missing in a balance."""
_WRONG: Final = 0.3
_PRODUCT_TOLERANCE: Final = 0.3
_PV_INPUTS: Final = range(4)


def grid_power(words: Words, load_step: int | None = None) -> int | None:
    """Judge the grid power of a single-phase hybrid by load = inverter + grid.

    With the step of the load, where that is known, also while the inverter does little.
    """
    return _by_grid(_imbalances(words)) or _by_grid(_imbalances(words, load_step=load_step))


def load_power(words: Words, grid_step: int | None = None) -> int | None:
    """Judge the load of a single-phase hybrid by the same; a grid is not needed."""
    return _by_load(_imbalances(words)) or _by_load(_imbalances(words, grid_step=grid_step))


@dataclass(frozen=True, slots=True)
class _Imbalance:
    """What is missing in a balance (W) with some steps, and the largest power in it."""

    grid_step: int
    load_step: int
    error_w: float
    most_w: float


def _imbalances(
    words: Words, *, grid_step: int | None = None, load_step: int | None = None
) -> list[_Imbalance]:
    """Try all steps, or those that are known; nothing where too little flows to tell."""
    values = signed(words, 166, 169, 175, 178)
    if values is None:
        return []
    port, grid, inverter, load = values
    most = max(abs(inverter), abs(grid * (grid_step or 0)), abs(load * (load_step or 0)))
    if abs(port) > _IDLE_PORT_W or most < _ENOUGH_W:
        return []
    grid_steps = (grid_step,) if grid_step else _STEPS
    load_steps = (load_step,) if load_step else _STEPS
    return [
        _Imbalance(of_grid, of_load, abs(load * of_load - grid * of_grid - inverter), most)
        for of_grid, of_load in product(grid_steps, load_steps)
    ]


def _by_grid(imbalances: Iterable[_Imbalance]) -> int | None:
    """Return the step of the grid with which the balance is right."""
    return _clearly_right([(each.grid_step, each) for each in imbalances])


def _by_load(imbalances: Iterable[_Imbalance]) -> int | None:
    """Return the step of the load with which the balance is right."""
    return _clearly_right([(each.load_step, each) for each in imbalances])


def _clearly_right(imbalances: Collection[tuple[int, _Imbalance]]) -> int | None:
    """Return the step that is right while the other is clearly wrong, however the rest counts.

    Firmware computes the load from the other two, so that all is right but for the rounding; where
    it measures it, more may be missing, and the other step must be far off.
    """
    errors = dict.fromkeys(_STEPS, math.inf)
    for step, imbalance in imbalances:
        errors[step] = min(errors[step], imbalance.error_w)
    best, other = sorted(_STEPS, key=errors.__getitem__)
    most = max((imbalance.most_w for _, imbalance in imbalances), default=0.0)
    exact = errors[best] <= _ROUNDING_W and errors[other] >= _FAR_W
    rough = errors[best] <= _RIGHT * most and errors[other] >= _WRONG * most
    return best if exact or rough else None


def grid_phases(words: Words, grid_step: int | None) -> int | None:
    """Judge the grid power of single phases by 172, the sum of 170 and 171 at the external CT.

    Those of the grid port (167, 168) are taken to count in the same steps: 169 is not their sum
    where the inverter keeps the CT at zero.
    """
    values = signed(words, 170, 171, 172)
    if values is None or grid_step is None:
        return None
    first, second, total = values
    return _fitting(total * grid_step, first + second)


def battery_current(words: Words) -> int | None:
    """Judge the battery current of a single-phase hybrid by power = voltage x current."""
    values = signed(words, 183, 190, 191)
    if values is None:
        return None
    centivolts, power, current = values
    return _fitting(power, centivolts / 100 * current / 100)


def low_voltage_battery(words: Words) -> int | None:
    """Judge the battery power of a three-phase hybrid that counts 0.01 V and 0.01 A."""
    return _battery_power(words, 0.01)


def high_voltage_battery(words: Words) -> int | None:
    """Judge the battery power of a three-phase hybrid that counts 0.1 V and 0.01 A."""
    return _battery_power(words, 0.1)


def _battery_power(words: Words, volt: float) -> int | None:
    """Judge by power = voltage x current."""
    values = signed(words, 587, 590, 591)
    if values is None:
        return None
    volts, power, current = values
    return _fitting(volts * volt * current / 100, power)


def pv_power(words: Words) -> int | None:
    """Judge the PV power of a three-phase hybrid by power = voltage x current of its inputs."""
    raw, watts = 0, 0.0
    for place in _PV_INPUTS:
        volts, amps, power = 676 + 2 * place, 677 + 2 * place, 672 + place
        if volts in words and amps in words and power in words:
            raw += words[power]
            watts += words[volts] * words[amps] / 100
    return _fitting(watts, raw)


def dc_power(words: Words) -> int | None:
    """Judge PV and battery power of a three-phase hybrid: by its inputs, at night by its output.

    What comes from panels and battery leaves the inverter as AC (636, always in W).
    """
    by_inputs = pv_power(words)
    values = signed(words, 590, 595, 636, 672, 673, 674, 675)
    if by_inputs or values is None:
        return by_inputs
    battery, battery2, inverter, *panels = values
    return _fitting(inverter, battery + battery2 + sum(panels))


def signed(words: Words, *addresses: int) -> list[int] | None:
    """Return the words as signed numbers, None unless the sample has all of them."""
    if any(address not in words for address in addresses):
        return None
    return [words[address] - (words[address] >> 15 << 16) for address in addresses]


def _fitting(watts: float, raw: float) -> int | None:
    """Return the only step that makes `raw` the same as `watts`."""
    if abs(watts) < _ENOUGH_W:
        return None
    error = abs(watts) * _PRODUCT_TOLERANCE
    return _only({step for step in _STEPS if abs(raw * step - watts) <= error})


def _only(verdicts: Collection[int]) -> int | None:
    """Return the verdict if there is exactly one."""
    return next(iter(verdicts)) if len(verdicts) == 1 else None
