"""Reads back from a store, which may hold anything."""

from collections.abc import Iterable, Mapping
from typing import Final, TypeGuard

_LARGEST: float = 1e12


def is_number(value: object) -> TypeGuard[float]:
    """Tell whether a stored value is a number of a sane size; NaN and infinity are not."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _LARGEST


UNPROVEN: Final = "unproven"
"""The key under which a memory names its counters that nothing has confirmed since a power cut."""


def unproven_of(memory: Mapping[str, object], counters: Iterable[str], *, proven: bool) -> set[str]:
    """Name the counters that must not be shown before their device confirms them.

    All of them after a power cut (`proven` is false): what is stored may be older than what was
    shown. A restart before a device was heard again does not change that.
    """
    named = memory.get(UNPROVEN)
    waiting = named if isinstance(named, list) else []
    return {name for name in counters if not proven or name in waiting}
