"""Reads numbers back from a store, which may hold anything."""

from typing import TypeGuard

_LARGEST: float = 1e12


def is_number(value: object) -> TypeGuard[float]:
    """Tell whether a stored value is a number of a sane size; NaN and infinity are not."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _LARGEST
