"""What the cloud has said about a system, and what it comes to. Pure: nothing but data.

`charges.py` finds who says that something is wrong, `verdicts.py` judges.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from ...clients.enlighten.models import Devices, EventType, Panel
from ...logic.incidents import Standing

GATEWAY: Final = "gateway_connectivity"
MICROINVERTER: Final = "microinverter_problem"
PRODUCTION: Final = "production_problem"
METER: Final = "meter_problem"
BATTERY: Final = "battery_problem"
EVSE: Final = "evse_problem"
ALARM: Final = "alarm"
KEYS: Final = (GATEWAY, MICROINVERTER, PRODUCTION, METER, BATTERY, EVSE, ALARM)

NO_REPORT: Final = "no_report"
"""What a witness says that judges by the time of a report."""


class Witness(StrEnum):
    """What kind of statement a reason rests on."""

    STATUS = "status"
    """The one word that the cloud has for the system."""
    REPORT = "report"
    """How old the last report was when the cloud was asked."""
    DEVICE = "device"
    PANEL = "panel"
    EVENT = "event"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class Reason:
    """One statement that something is wrong."""

    witness: Witness
    says: str
    """A status, NO_REPORT, or the name of the event's or alarm's type."""
    since: float | None = None
    """Unix s; None: not told."""
    serials: tuple[str, ...] = ()
    said_at: float = field(default=0.0, compare=False)
    """When the answer was given, unix s."""
    good_until: float = field(default=0.0, compare=False)
    """Its age limit, unix s."""

    def as_json(self) -> dict[str, Any]:
        """Give it as an attribute of an entity."""
        return {
            "witness": self.witness.value,
            "says": self.says,
            "since": iso(self.since),
            "serials": list(self.serials),
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one binary sensor shows."""

    on: bool | None
    """The state of the entity (of `gateway_connectivity`: True is good). None: not known."""
    reasons: tuple[Reason, ...] = ()
    """Who says that something is wrong."""
    good_until: float = 0.0
    """Unix s: until then it stands without any further answer; then judge again. When `on` is
    None, it is in the past."""


@dataclass(frozen=True, slots=True)
class Stated[T]:
    """A statement of the cloud."""

    said: T
    at: float
    """When the answer was given, unix s."""
    good_until: float
    """Its age limit, unix s."""


@dataclass(frozen=True, slots=True)
class OpenNow:
    """What is open as far as is known: `Ledgers.alarms` and `Ledgers.events`."""

    standing: tuple[Standing, ...]
    looked_at: float
    """When an answer last told what is open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All statements about one system; None: there was no such answer yet.

    The books fill it, with the age limits of their table.
    """

    status: Stated[str] | None = None
    """The last status of a Summary or System that tells something (`status.tells`): transient
    words neither raise nor clear anything, so the books pass over them here."""
    status_since: float | None = None
    """When the cloud first said this word, in a row (transient ones in between do not count)."""
    reported: Stated[float] | None = None
    """`last_report_at` of the newest Summary or System, and when that was fetched."""
    devices: Stated[Devices] | None = None
    panels: Stated[tuple[Panel, ...]] | None = None
    events: OpenNow | None = None
    open_events_at: float | None = None
    """When Job.OPEN_EVENTS was answered last."""
    alarms: OpenNow | None = None
    catalogue: Mapping[int, EventType] = field(default_factory=dict)
    incidents_s: float
    """How long a statement about an open event or alarm holds."""
    report_s: float
    """How old a report may be when the cloud is asked; an older one is of a silent gateway."""


def iso(at: float | None) -> str | None:
    """Write a time (unix s) as ISO 8601 in UTC."""
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


def type_name(type_id: int | None, kind: EventType | None) -> str:
    """Give what to call an event or alarm of a type, also of one that nobody has explained."""
    if kind is not None and (kind.name or kind.key):
        return str(kind.name or kind.key)
    return "unknown type" if type_id is None else f"type {type_id}"
