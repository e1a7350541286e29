"""Reads single fields of answers, whatever the cloud has put there.

Numbers come as numbers or as text, times as seconds or as ISO text, quantities bare or with a
unit, and any field may be missing, null or of a kind that no document mentions. What cannot be
understood is None.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
import math
from typing import Final

from ..errors import BadAnswerError

type Fields = Mapping[str, object]

_LARGEST: Final = 1e15
# Seconds that are later than the year 5000 are milliseconds.
_LARGEST_SECONDS: Final = 1e11
_LONGEST_TEXT: Final = 2_000
_YEARS: Final = range(1990, 2200)

_UNITS: Final = {"wh": 1.0, "w": 1.0, "kwh": 1e3, "kw": 1e3, "mwh": 1e6, "mw": 1e6}


def fields(value: object) -> Fields:
    """Take what has to be an object; raises BadAnswerError."""
    if not isinstance(value, Mapping):
        raise BadAnswerError("the answer is not of the expected form")
    return value


def items(value: object) -> Iterator[Fields]:
    """Give the objects of a list, also of lists within it; anything else is passed over."""
    if isinstance(value, list):
        for entry in value:
            if isinstance(entry, Mapping):
                yield entry
            elif isinstance(entry, list):
                yield from (inner for inner in entry if isinstance(inner, Mapping))


def number(value: object) -> float | None:
    """Read a number, also one that is written as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except ValueError, OverflowError:
        return None
    return found if math.isfinite(found) and abs(found) < _LARGEST else None


def amount(value: object) -> float | None:
    """Read a number that cannot be negative: −1 stands for "not there" in this API."""
    found = number(value)
    return found if found is not None and found >= 0 else None


def count(value: object) -> int | None:
    """Read a whole number from 0 on."""
    found = amount(value)
    return int(found) if found is not None and found.is_integer() else None


def kwh(wh: object) -> float | None:
    """Read an energy in Wh; gives kWh."""
    found = amount(wh)
    return None if found is None else found / 1000


def quantity(value: object) -> float | None:
    """Read an energy in Wh or a power in W: a bare number, or one with a unit.

    Enphase's own sample has both forms. "mW" is read as the megawatt that it must mean here.
    """
    if not isinstance(value, Mapping):
        return amount(value)
    found = amount(value.get("value"))
    unit = value.get("units", "Wh")
    factor = _UNITS.get(unit.strip().lower()) if isinstance(unit, str) else None
    return None if found is None or factor is None else found * factor


def percent(value: object) -> float | None:
    """Read a share of 0..100 %, also "97%"."""
    found = amount(value.strip().removesuffix("%") if isinstance(value, str) else value)
    return found if found is not None and found <= 100 else None  # noqa: PLR2004  per cent


def text(value: object) -> str | None:
    """Read a text; a number is one too, an empty text is none."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return (value.strip()[:_LONGEST_TEXT] or None) if isinstance(value, str) else None


def flag(value: object) -> bool | None:
    """Read a yes or no, also one that is written as text."""
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower())
    return value if isinstance(value, bool) else None


def instant(value: object) -> float | None:
    """Read a time; gives unix seconds. ISO text without a zone is UTC; 0 and less are no time."""
    found = number(value)
    if found is None:
        found = _iso_seconds(value)
    if found is not None and found > _LARGEST_SECONDS:
        found /= 1000
    return found if found is not None and 0 < found <= _LARGEST_SECONDS else None


def _iso_seconds(value: object) -> float | None:
    """Read ISO 8601 text as unix seconds."""
    try:
        when = datetime.fromisoformat(value) if isinstance(value, str) else None
        if when is None:
            return None
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
    except ValueError, OverflowError:
        return None


def day(value: object) -> date | None:
    """Read a date; of a time with a date, only that."""
    try:
        found = date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found and found.year in _YEARS else None
