"""Reads single values of options, which may hold anything: what cannot be read is as if not set."""

from collections.abc import Mapping
from datetime import time
from typing import Any, NamedTuple

from ..logic.stored import is_number


class Span(NamedTuple):
    """What a number may be, and what it is until somebody says otherwise."""

    low: float
    high: float
    default: float

    def read(self, value: object) -> float:
        """Give a stored number; the default for anything else, also what is out of range."""
        return value if is_number(value) and self.low <= value <= self.high else self.default

    def optional(self, value: object) -> float | None:
        """Give a stored number, None for anything else."""
        return value if is_number(value) and self.low <= value <= self.high else None


def mapping_in(value: object) -> Mapping[Any, Any]:
    """Give a mapping; an empty one for anything else."""
    return value if isinstance(value, Mapping) else {}


def text_in(value: object) -> str | None:
    """Give a text that is not empty."""
    return value if isinstance(value, str) and value else None


def texts_in(value: object) -> tuple[str, ...]:
    """Give the texts of a list, each once."""
    found = value if isinstance(value, list) else []
    return tuple(dict.fromkeys(each for each in found if isinstance(each, str) and each))


def flag_in(value: object, *, default: bool) -> bool:
    """Give yes or no."""
    return value if isinstance(value, bool) else default


def time_in(value: object) -> time | None:
    """Read a time of day; its seconds do not count."""
    try:
        at = time.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return at and time(at.hour, at.minute)
