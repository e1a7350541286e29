"""Events and alarms of one system: what is open, and what an event entity tells, once each.

The cloud is asked for open alarms three times a day and for open events when the status changes;
each night for the events, open and closed, and the cleared alarms of a week. An older API has no
lists of what is open: then the week stands in, which tells nothing of what began before.

What is missing from a list of what is open has ended, and no list says when. So before that is
told, the week is asked for once, out of turn, and so is the catalogue if a type is not in it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
import math
from typing import Any, Final, Self

from ...clients.enlighten.errors import BudgetSpentError, RateLimitedError
from ...clients.enlighten.jobs import Job
from ...clients.enlighten.models import Alarm, Event, EventType
from ...clients.enlighten.poller import Alarms, Events, Result
from ...clients.errors import CannotConnectError
from ...logic.incidents import Change, Incident, Ledger
from ...logic.stored import is_number
from ..spec import Happening
from .evidence import OpenNow, iso, type_name

EVENTS: Final = "events"
"""Key of the event entity, behind the system's number."""
EVENT_OPENED: Final = "event_opened"
EVENT_CLOSED: Final = "event_closed"
ALARM_RAISED: Final = "alarm_raised"
ALARM_CLEARED: Final = "alarm_cleared"
EVENT_TYPES: Final = (EVENT_OPENED, EVENT_CLOSED, ALARM_RAISED, ALARM_CLEARED)

WAIT_S: Final = 600.0
"""How long news wait for an answer that completes them."""

_ENDS: Final[Mapping[str, Job]] = {EVENT_CLOSED: Job.EVENTS, ALARM_CLEARED: Job.CLEARED_ALARMS}
"""Which job tells when something has ended."""

type Catalogue = Mapping[int, EventType]

# The schedule asks again as soon as it may.
_STILL_DUE: Final = (BudgetSpentError, RateLimitedError, CannotConnectError)


@dataclass(frozen=True, slots=True)
class _News:
    """A change that is not told yet."""

    event_type: str
    incident: Incident
    known_at: float
    asked: bool = False
    """Whether the cloud was asked for the end, too."""

    @property
    def lacks_end(self) -> bool:
        """Whether it is worth a question when this has ended."""
        return self.event_type in _ENDS and self.incident.ended is None and not self.asked

    def to_dict(self) -> dict[str, Any]:
        """Give it as JSON."""
        return {
            "event_type": self.event_type,
            "incident": self.incident.to_dict(),
            "known_at": self.known_at,
            "asked": self.asked,
        }

    @classmethod
    def from_dict(cls, data: object) -> Self | None:
        """Read it back; None for anything that was not written by `to_dict`."""
        stored = data if isinstance(data, Mapping) else {}
        incident, known_at = Incident.from_dict(stored.get("incident")), stored.get("known_at")
        event_type = stored.get("event_type")
        if incident is None or event_type not in EVENT_TYPES or not is_number(known_at):
            return None
        return cls(event_type, incident, known_at, stored.get("asked") is True)


class Ledgers:
    """The events and alarms of one system.

    For each result of the poller, failed ones too: `take` it, and hasten in the schedule what is
    `wanted` then. At the end of each turn, also of one in which nothing was asked, `tell`.
    """

    def __init__(self, system_id: int, memory: object = None) -> None:
        """Go on from what `to_dict` gave; anything else begins with nothing known."""
        stored = memory if isinstance(memory, Mapping) else {}
        self._system_id = system_id
        self._alarms = Ledger(stored.get("alarms"))
        self._events = Ledger(stored.get("events"))
        found = map(_News.from_dict, _listed(stored.get("untold")))
        self._untold = [news for news in found if news]
        self._looked_up = {
            number for number in _listed(stored.get("looked_up")) if isinstance(number, int)
        }

    def to_dict(self) -> dict[str, Any]:
        """Give what must survive a restart as JSON."""
        return {
            "alarms": self._alarms.to_dict(),
            "events": self._events.to_dict(),
            "untold": [news.to_dict() for news in self._untold],
            "looked_up": sorted(self._looked_up),
        }

    @property
    def alarms(self) -> OpenNow | None:
        """The open alarms; None: nobody has told of any yet. For `Known.alarms`."""
        return _open_now(self._alarms)

    @property
    def events(self) -> OpenNow | None:
        """The open events; None: nobody has told of any yet. For `Known.events`."""
        return _open_now(self._events)

    def take(self, result: Result, catalogue: Catalogue) -> None:
        """Take in an answer of the cloud; one that failed changes nothing."""
        match result.payload:
            case Alarms() as found:
                self._take_alarms(found, result)
            case Events() as found:
                self._take_events(found, result, catalogue)
            case _:
                pass
        if not isinstance(result.error, _STILL_DUE):
            self._note_asked(result.task.job)

    def _note_asked(self, job: Job) -> None:
        """Take in that a job was done: what it did not tell, it will not tell next time."""
        if job is Job.EVENT_TYPES:
            self._looked_up |= self._in_use()
        self._untold = [
            replace(news, asked=True) if _ENDS.get(news.event_type) is job else news
            for news in self._untold
        ]

    def _take_alarms(self, found: Alarms, result: Result) -> None:
        """Take in alarms: all that are open, those of a week, or those of a week that are over."""
        incidents = [_of_alarm(alarm) for alarm in found.alarms]
        if result.task.job is Job.CLEARED_ALARMS:
            changes = self._alarms.note(incidents, result.at)
        else:
            changes = self._alarms.look(incidents, result.at, begin=_begin(found))
        self._complete(incidents, ALARM_CLEARED)
        self._keep(changes, ALARM_RAISED, ALARM_CLEARED, result.at)

    def _take_events(self, found: Events, result: Result, catalogue: Catalogue) -> None:
        """Take in events: all that are open, or those of a week."""
        incidents = [_of_event(event, catalogue) for event in found.events]
        changes = self._events.look(incidents, result.at, begin=_begin(found))
        self._complete(incidents, EVENT_CLOSED)
        self._keep(changes, EVENT_OPENED, EVENT_CLOSED, result.at)

    def _keep(self, changes: Iterable[Change], opened: str, closed: str, at: float) -> None:
        """Keep news until they are told."""
        self._untold += [
            _News(opened if change.opened else closed, change.incident, at) for change in changes
        ]

    def _complete(self, incidents: Iterable[Incident], closed: str) -> None:
        """Add to what is not told yet when it has ended."""
        ended = {each.id: each.ended for each in incidents if each.ended is not None}
        self._untold = [
            replace(news, incident=replace(news.incident, ended=ended[news.incident.id]))
            if news.event_type == closed and news.incident.id in ended
            else news
            for news in self._untold
        ]

    def wanted(self, catalogue: Catalogue) -> frozenset[Job]:
        """Name the jobs that should be done out of turn, for what is not told yet."""
        ends = {_ENDS[news.event_type] for news in self._untold if news.lacks_end}
        return frozenset(ends | ({Job.EVENT_TYPES} if self._unknown(catalogue) else set()))

    def _unknown(self, catalogue: Catalogue) -> set[int]:
        """Name the event types that are in use, not in the catalogue, and not looked up yet."""
        return self._in_use() - catalogue.keys() - self._looked_up

    def _in_use(self) -> set[int]:
        """Name the types of what is open or not told yet."""
        standing = (*self._alarms.open, *self._events.open)
        incidents = [
            *(each.incident for each in standing),
            *(news.incident for news in self._untold),
        ]
        return {each.type_id for each in incidents if each.type_id is not None}

    def tell(self, catalogue: Catalogue, now: float) -> tuple[Happening, ...]:
        """Give what is news, once, with the key `<system id>_events`.

        News that lack something wait for it, ten minutes at most, and with them all that came
        later: the order is that in which things happened.
        """
        unknown = self._unknown(catalogue)
        waiting = next(
            (
                number
                for number, news in enumerate(self._untold)
                if news.lacks_end or news.incident.type_id in unknown
                if 0 <= now - news.known_at < WAIT_S
            ),
            len(self._untold),
        )
        told, self._untold = self._untold[:waiting], self._untold[waiting:]
        return tuple(self._happening(news, catalogue) for news in told)

    def _happening(self, news: _News, catalogue: Catalogue) -> Happening:
        """Put news into words."""
        incident = news.incident
        return Happening(
            key=f"{self._system_id}_{EVENTS}",
            event_type=news.event_type,
            attributes={
                **_words(incident, catalogue),
                "serials": list(incident.serials),
                "started_at": iso(incident.began),
                "ended_at": iso(incident.ended),
                "system": self._system_id,
            },
        )

    def alarm_list(self, catalogue: Catalogue) -> list[dict[str, Any]]:
        """Give the open alarms for an attribute: name, since (ISO), severity, serials, action."""
        return [
            {
                "name": words["name"],
                "since": iso(standing.incident.began),
                "severity": words["severity"],
                "serials": list(standing.incident.serials),
                "action": words["recommended_action"],
            }
            for standing in self._alarms.open
            for words in (_words(standing.incident, catalogue),)
        ]


def _words(incident: Incident, catalogue: Catalogue) -> dict[str, Any]:
    """Say what an incident is about; what the catalogue does not tell is None."""
    kind = None if incident.type_id is None else catalogue.get(incident.type_id)
    return {
        "name": type_name(incident.type_id, kind),
        "description": kind and kind.description,
        "recommended_action": kind and kind.action,
        "key": kind and kind.key,
        "type_id": incident.type_id,
        "severity": incident.severity,
    }


def _open_now(ledger: Ledger) -> OpenNow | None:
    """Give what is open."""
    return None if ledger.looked_at is None else OpenNow(ledger.open, ledger.looked_at)


def _begin(found: Alarms | Events) -> float:
    """Give from when on a list has all that is open."""
    return -math.inf if found.begin is None else found.begin


def _of_alarm(alarm: Alarm) -> Incident:
    """Read an alarm."""
    return Incident(
        id=alarm.alarm_id,
        began=alarm.started_at,
        ended=alarm.ended_at,
        over=alarm.cleared,
        type_id=alarm.type_id,
        severity=alarm.severity,
        serials=alarm.serials,
    )


def _of_event(event: Event, catalogue: Catalogue) -> Incident:
    """Read an event. One that is closed and has no end happened, unless its type has states."""
    kind = catalogue.get(event.type_id)
    endless = not event.is_open and event.ended_at is None
    return Incident(
        id=":".join(str(part) for part in event.identity),
        began=event.started_at,
        ended=event.ended_at,
        over=not event.is_open,
        momentary=endless if kind is None else not kind.stateful,
        type_id=event.type_id,
        serials=(event.serial,) if event.serial else (),
    )


def _listed(data: object) -> Iterator[Any]:
    """Read a stored list."""
    return iter(data) if isinstance(data, list) else iter(())
