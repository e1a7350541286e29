"""What JSON holds, taken as it comes: a value of another type than expected is absent.

Gateways write "unknown" where a number belongs (temperatures after a restart), numbers as text
(times in `/inventory.json`) and leave fields out from one firmware to the next.
"""

from collections.abc import Iterator, Mapping
import math
from typing import Any

import orjson

from ..errors import BadAnswerError

_JOULES_PER_KWH = 3_600_000
_JOULES_PER_WH = 3_600


def parse(body: bytes) -> object:
    """Read JSON; raises BadAnswerError for anything else. The error holds nothing of the body."""
    try:
        doc: object = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BadAnswerError("the answer is not JSON") from None
    return doc


def number(value: object) -> float | None:
    """Take a number; text, truth values and infinities are none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    return value


def present(value: object) -> float | None:
    """Take a number that is absent when it is 0."""
    return number(value) or None


def milli(value: object) -> float | None:
    """Take a number of thousandths."""
    return None if (whole := number(value)) is None else whole / 1000


def kwh(value: object) -> float | None:
    """Take a number of Wh as kWh, to the mWh."""
    return None if (whole := number(value)) is None else round(whole / 1000, 6)


def joules_as_kwh(value: object) -> float | None:
    """Take a number of joules as kWh, to the mWh."""
    return None if (whole := number(value)) is None else round(whole / _JOULES_PER_KWH, 6)


def joules_as_wh(value: object) -> float | None:
    """Take a number of joules as Wh, to the mWh."""
    return None if (whole := number(value)) is None else round(whole / _JOULES_PER_WH, 3)


def moment(value: object) -> float | None:
    """Take a Unix time, s, that may be text; 0 is none."""
    if isinstance(value, str):
        value = float(value) if value.isascii() and value.isdigit() else None
    return present(value)


def text(value: object) -> str | None:
    """Take text that is not empty."""
    return value if isinstance(value, str) and value else None


def serial(value: object) -> str | None:
    """Take a serial number, which some firmware writes as a number."""
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return str(value)
    return text(value)


def flag(value: object) -> bool | None:
    """Take a truth value."""
    return value if isinstance(value, bool) else None


def words(value: object) -> tuple[str, ...]:
    """Take a list of texts."""
    return tuple(filter(None, map(text, value))) if isinstance(value, list) else ()


def table(value: object) -> Mapping[str, Any]:
    """Take an object; anything else is an empty one."""
    return value if isinstance(value, dict) else {}


def rows(value: object) -> Iterator[Mapping[str, Any]]:
    """Take the objects of a list; anything else has none."""
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


def need_number(value: object) -> float:
    """Take a number; raises BadAnswerError for anything else."""
    if (found := number(value)) is None:
        raise BadAnswerError("a number is missing in the answer")
    return found


def need_table(value: object) -> Mapping[str, Any]:
    """Take an object; raises BadAnswerError for anything else and for an error in JSON."""
    if not isinstance(value, dict) or "error" in value:
        raise BadAnswerError("the answer is JSON of another shape")
    return value


def need_list(value: object) -> list[Any]:
    """Take a list; raises BadAnswerError for anything else."""
    if not isinstance(value, list):
        raise BadAnswerError("the answer is JSON of another shape")
    return value
