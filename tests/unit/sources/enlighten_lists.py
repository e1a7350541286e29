"""A cloud that lists events and alarms, for tests of the ledgers."""

from datetime import UTC, datetime
import json
from typing import Any, Final

from custom_components.solar_monitor.clients.enlighten.endpoints import Endpoint
from custom_components.solar_monitor.clients.enlighten.jobs import Job
from custom_components.solar_monitor.clients.enlighten.models import (
    EventType,
    read_alarms,
    read_event_types,
    read_events,
)
from custom_components.solar_monitor.clients.enlighten.poller import (
    Alarms,
    Events,
    Payload,
    Result,
)
from custom_components.solar_monitor.clients.enlighten.schedule import Task
from custom_components.solar_monitor.clients.errors import ClientError
from custom_components.solar_monitor.sources.enlighten.ledgers import (
    WAIT_S,
    Ledgers,
)
from custom_components.solar_monitor.sources.spec import Happening

SYSTEM: Final = 700_001
START: Final = datetime(2027, 3, 1, 12, tzinfo=UTC).timestamp()
HOUR: Final = 3_600.0
DAY: Final = 86_400.0
CATALOGUE: Final[dict[int, EventType]] = {
    kind.type_id: kind
    for kind in read_event_types(
        {
            "event_types": [
                {
                    "event_type_id": 28,
                    "event_type_key": "envoy_no_report",
                    "event_name": "Gateway not reporting",
                    "event_description": "It is silent.",
                    "recommended_action": "Look at it.",
                    "stateful": True,
                },
                {"event_type_id": 4781, "event_type_key": "acb_sleeping", "stateful": False},
            ]
        }
    )
}


class Cloud:
    """Gives answers as the poller would, and keeps what is told of them."""

    def __init__(self) -> None:
        """Begin with a catalogue and nothing told."""
        self.ledgers = Ledgers(SYSTEM)
        self.catalogue = dict(CATALOGUE)
        self.now = START

    def answer(self, job: Job, payload: Payload | None, error: ClientError | None = None) -> None:
        """Give the answer to a job."""
        endpoint = Endpoint.EVENT_TYPES if job is Job.EVENT_TYPES else Endpoint.EVENTS
        task = Task(SYSTEM, job, endpoint, None)
        self.ledgers.take(Result(task, self.now, payload, error), self.catalogue)

    def alarms(
        self, *found: dict[str, Any], job: Job = Job.OPEN_ALARMS, week: bool = False
    ) -> None:
        """Answer with alarms: all that are open, or those of a week."""
        begin = self.now - 7 * DAY if week else None
        listing = read_alarms({"alarms": list(found)})
        self.answer(job, Alarms(listing.entries, begin, self.now, listing.whole))

    def events(
        self, *found: dict[str, Any], job: Job = Job.OPEN_EVENTS, week: bool = False
    ) -> None:
        """Answer with events: all that are open, or those of a week."""
        begin = self.now - 7 * DAY if week else None
        listing = read_events({"events": list(found)})
        self.answer(job, Events(listing.entries, begin, self.now, listing.whole))

    def tell(self) -> tuple[Happening, ...]:
        """Ask for what is news."""
        return self.ledgers.tell(self.catalogue, self.now)

    def tell_all(self) -> tuple[Happening, ...]:
        """Ask for what is news, after all waiting."""
        return self.ledgers.tell(self.catalogue, self.now + WAIT_S)

    def kinds(self) -> list[str]:
        """Ask for what is news, after all waiting; gives only the types."""
        return [happening.event_type for happening in self.tell_all()]

    def wanted(self) -> frozenset[Job]:
        """Ask what should be asked out of turn."""
        return self.ledgers.wanted(self.catalogue)

    def restart(self) -> None:
        """Go on from what was stored, through real JSON."""
        self.ledgers = Ledgers(SYSTEM, json.loads(json.dumps(self.ledgers.to_dict())))


def alarm(number: str = "1", began: float = START, **more: object) -> dict[str, Any]:
    """An alarm as the cloud lists it."""
    events = [{"serial_number": "g1", "start_date": int(began), "end_date": None}]
    plain = {"id": number, "severity": 4, "event_type_id": 28, "alarm_start_time": int(began)}
    return plain | {"alarm_end_time": None, "events": events} | more


def event(type_id: int = 28, began: float = START, **more: object) -> dict[str, Any]:
    """An event as the cloud lists it."""
    plain = {"event_type_id": type_id, "event_start_time": int(began), "serial_number": "g1"}
    return plain | {"status": "Open", "event_end_time": None} | more


def watched() -> Cloud:
    """Give a cloud in which nothing is open, as was told by a first look."""
    found = Cloud()
    found.alarms()
    found.events()
    found.now += HOUR
    return found
