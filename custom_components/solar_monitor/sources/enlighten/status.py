"""The words that the cloud has for the status of a system or a device. Pure.

From Enphase's table of statuses (developer-v4.enphase.com/docs.html). A system has one word only,
so a second fault hides behind the first.
"""

from collections.abc import Mapping
from typing import Final

from ...clients.enlighten.models import NORMAL

OTHER: Final = "other"
"""Stands for a word that is not in the table."""

GATEWAY_WORDS: Final = frozenset({"comm"})
MICROINVERTER_WORDS: Final = frozenset({"micro"})
PRODUCTION_WORDS: Final = frozenset({"power"})
METER_WORDS: Final = frozenset({"meter", "meter_issue", "nsr", "iq_collar"})
BATTERY_WORDS: Final = frozenset(
    {
        "battery",
        "storage_idle",
        "encharge",
        "encharge_issue",
        "enpower",
        "enpower_issue",
    }
)
EVSE_WORDS: Final = frozenset({"evse_not_reporting", "evse_faulted"})

_TRANSIENT: Final = frozenset({"data_upload", "unknown", "no_data"})
_GRID: Final = ("on_grid", "off_grid", "grid_unknown")
_UNSPECIFIC: Final = ("warning", "error", "any")
_ADMINISTRATIVE: Final = (
    "deactivated",
    "retired",
    "not_monitored",
    "monitored",
    "unused",
    "disabled",
    "debug",
    "info",
    "muted",
    "rma",
)

OPTIONS: Final[tuple[str, ...]] = (
    NORMAL,
    *sorted(
        GATEWAY_WORDS
        | MICROINVERTER_WORDS
        | PRODUCTION_WORDS
        | METER_WORDS
        | BATTERY_WORDS
        | EVSE_WORDS
    ),
    *_GRID,
    *sorted(_TRANSIENT),
    *_UNSPECIFIC,
    *_ADMINISTRATIVE,
    OTHER,
)
"""What the sensor `system_status` may show: all words of the table in small letters, and OTHER."""

_KNOWN: Final[Mapping[str, str]] = {word: word for word in OPTIONS[:-1]}
# Of a device: no fault of it, whatever else they mean.
_HARMLESS: Final = frozenset({NORMAL, *_TRANSIENT, *_GRID, *_ADMINISTRATIVE})


def word_of(status: str | None) -> str | None:
    """Give a status as it is compared: in small letters, without spaces; None stays None."""
    return None if status is None else status.strip().lower().replace(" ", "_") or None


def option_of(status: str | None) -> str | None:
    """Give what the sensor shows for a status; None stays None."""
    word = word_of(status)
    return None if word is None else _KNOWN.get(word, OTHER)


def tells(status: str | None) -> bool:
    """Tell whether a status says how the system is; a transient one neither raises nor clears."""
    return word_of(status) not in _TRANSIENT | {None}


def is_fault(status: str | None) -> bool:
    """Tell whether the status of a device is a fault: any word that is not known as harmless."""
    word = word_of(status)
    return word is not None and word not in _HARMLESS
