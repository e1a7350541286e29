"""A request for one system, its parameters, and the peculiarities that answers may have."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum, auto

from tests.simulators.enlighten.refusals import unprocessable
from tests.simulators.enlighten.system import EnlightenSystem


class Quirk(StrEnum):
    """A form of an answer that was seen somewhere and differs from the usual one."""

    ISO_TIMES = auto()
    """last_report_date of a panel as ISO 8601; seen in the field, documented as epoch seconds."""
    BARE_QUANTITIES = auto()
    """power_produced and energy of a panel as plain numbers; one vendor sample."""
    TEXT_IDS = auto()
    """Ids and booleans of devices as text."""
    NULL_TIMES = auto()
    """operational_at and last_interval_end_at are null."""
    LOWER_STATUS = auto()
    """The status of events in small letters everywhere."""
    UNKNOWN_DEVICES = auto()
    """A group of devices that nobody knows."""
    FLAT_INTERVALS = auto()
    """Import and export intervals as a plain list, should Enphase ever repair the nesting."""
    MISSING_FEATURE_EMPTY = auto()
    """A series without its meter is an empty list; usually 422."""
    NO_WEEK = auto()
    """A week is refused where the documentation does not describe it: micro, import, export."""


USUAL = frozenset({Quirk.ISO_TIMES})


@dataclass(frozen=True, slots=True)
class Asked:
    """What a client wants to know of a system."""

    system: EnlightenSystem
    query: Mapping[str, str]
    serial: str
    quirks: frozenset[Quirk]

    @property
    def now(self) -> float:
        """Return the time, Unix s."""
        return self.system.now

    def text(self, name: str) -> str | None:
        """Return a parameter; an empty one is none."""
        return self.query.get(name) or None

    def number(self, name: str, default: int | None = None) -> int:
        """Return a whole number."""
        text = self.text(name)
        if text is None:
            if default is None:
                raise unprocessable(f"{name} is required")
            return default
        try:
            return int(text)
        except ValueError:
            raise unprocessable(f"{name} is invalid") from None

    def day(self, name: str, default: date) -> date:
        """Return a day that is not in the future."""
        text = self.text(name)
        if text is None:
            return default
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise unprocessable(f"{name} is invalid") from None
        if day > self.system.today:
            raise unprocessable("Requested date is in the future")
        return day

    def has(self, quirk: Quirk) -> bool:
        """Return whether answers have a peculiarity."""
        return quirk in self.quirks


def page_of(query: Mapping[str, str], default: int = 10, most: int = 100) -> tuple[int, int]:
    """Return the number (from 1) and size of a page."""
    try:
        page, size = int(query.get("page") or 1), int(query.get("size") or default)
    except ValueError:
        raise unprocessable("page or size is invalid") from None
    if page < 1 or not 1 <= size <= most:
        raise unprocessable(f"size must be between 1 and {most}")
    return page, size
