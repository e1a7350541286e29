"""What raw words of one sample prove about their scales: voltage x current, and balances.

Each function returns the steps (1 or 10) that fit, None when the sample is too small, incomplete
or fits none or several of them.
"""

from collections.abc import Iterable, Mapping
from itertools import product
from typing import Final

type Words = Mapping[int, int]
type Steps = tuple[int, ...]

_STEPS: Final = (1, 10)
_ENOUGH_W: Final = 500
_IDLE_PORT_W: Final = 50
"""Power of the AUX port up to which the balance of inverter, grid and load is complete."""
_BALANCE_TOLERANCE: Final = 0.1
_PRODUCT_TOLERANCE: Final = 0.3
_PV_INPUTS: Final = range(4)


def grid_and_load(words: Words) -> Steps | None:
    """Judge the power of grid and load of a single-phase hybrid by load = inverter + grid."""
    values = signed(words, 166, 169, 175, 178)
    if values is None:
        return None
    port, grid, inverter, load = values
    if abs(port) > _IDLE_PORT_W or abs(inverter) < _ENOUGH_W:
        return None
    error = abs(inverter) * _BALANCE_TOLERANCE
    return _only(
        (grid_step, load_step)
        for grid_step, load_step in product(_STEPS, repeat=2)
        if abs(load * load_step - grid * grid_step - inverter) <= error
    )


def battery_current(words: Words) -> Steps | None:
    """Judge the battery current of a single-phase hybrid by power = voltage x current."""
    values = signed(words, 183, 190, 191)
    if values is None:
        return None
    centivolts, power, current = values
    return _fitting(power, centivolts / 100 * current / 100)


def low_voltage_battery(words: Words) -> Steps | None:
    """Judge the battery power of a three-phase hybrid that counts 0.01 V and 0.01 A."""
    return _battery_power(words, 0.01)


def high_voltage_battery(words: Words) -> Steps | None:
    """Judge the battery power of a three-phase hybrid that counts 0.1 V and 0.01 A."""
    return _battery_power(words, 0.1)


def _battery_power(words: Words, volt: float) -> Steps | None:
    """Judge by power = voltage x current."""
    values = signed(words, 587, 590, 591)
    if values is None:
        return None
    volts, power, current = values
    return _fitting(volts * volt * current / 100, power)


def pv_power(words: Words) -> Steps | None:
    """Judge the PV power of a three-phase hybrid by power = voltage x current of its inputs."""
    raw, watts = 0, 0.0
    for place in _PV_INPUTS:
        volts, amps, power = 676 + 2 * place, 677 + 2 * place, 672 + place
        if volts in words and amps in words and power in words:
            raw += words[power]
            watts += words[volts] * words[amps] / 100
    return _fitting(watts, raw)


def dc_power(words: Words) -> Steps | None:
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


def _fitting(watts: float, raw: float) -> Steps | None:
    """Return the only step that makes `raw` the same as `watts`."""
    if abs(watts) < _ENOUGH_W:
        return None
    error = abs(watts) * _PRODUCT_TOLERANCE
    return _only((step,) for step in _STEPS if abs(raw * step - watts) <= error)


def _only(verdicts: Iterable[Steps]) -> Steps | None:
    """Return the verdict if there is exactly one."""
    found = list(verdicts)
    return found[0] if len(found) == 1 else None
