"""The books of one account: what the cloud said of each system, when, and how long that stands.

From an answer to what may be shown. Knows no network and no Home Assistant; times (unix s) come in.
An answer that lacks something does not take away what an earlier one had told.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
import math
from typing import Any, Final

from ...clients.enlighten.daylight import Daylight
from ...clients.enlighten.jobs import Job
from ...clients.enlighten.models import (
    Connection,
    Devices,
    EventType,
    Panel,
    Summary,
    System,
)
from ...clients.enlighten.poller import Result
from ...logic.stored import is_number
from ..spec import Happening
from . import keys, status as words
from .ages import Ages, sunlit_until
from .evidence import Known, Stated
from .figures import Figures
from .ledgers import Catalogue, Ledgers
from .payloads import dump, load, load_all
from .verdicts import doubts, judge

_STATUS_FACTS: Final = (keys.SYSTEM_STATUS, keys.LAST_REPORT, keys.LAST_INTERVAL_END)
_LASTING_FACTS: Final = (keys.PANELS, keys.SIZE, keys.OPERATIONAL_SINCE)
_TIMES: Final = (keys.LAST_REPORT, keys.LAST_INTERVAL_END, keys.OPERATIONAL_SINCE)
# Told as well, and not shown as they are.
_MEASURED_AT: Final = "measured_at"
_BATTERY: Final = "battery"
_CELLULAR: Final = "cellular"

# Nobody needs the minute, and a state for each would fill the recorder.
_AGE_STEP_MIN: Final = 5


@dataclass(slots=True)
class Look:
    """What of a system may be shown: values by key without its number, and until when."""

    values: dict[str, Any] = field(default_factory=dict)
    until: dict[str, float] = field(default_factory=dict)
    """Unix s; infinite for counters, which stand for ever."""

    def put(self, key: str, value: object, until: float = math.inf) -> None:
        """Add a value."""
        self.values[key], self.until[key] = value, until


@dataclass(frozen=True, slots=True)
class _Fact:
    """A single thing that was told, and when."""

    said: Any
    at: float


@dataclass(frozen=True, slots=True)
class _Status:
    """The last status that tells something, when it was told last, and first in a row."""

    said: str
    at: float
    since: float

    def followed_by(self, said: str, at: float) -> _Status:
        """Take in the next one."""
        same = words.word_of(said) == words.word_of(self.said)
        return _Status(said, at, self.since if same else at)


class SystemBook:
    """Keeps the books of one system."""

    def __init__(
        self, system_id: int, daylight: Daylight, *, cellular: bool = False, memory: object = None
    ) -> None:
        """Go on from what `to_dict` gave; anything else begins with nothing known.

        `cellular` is what the entry remembers of the gateway's connection.
        """
        stored = memory if isinstance(memory, Mapping) else {}
        self.system_id: Final = system_id
        self.ledgers: Final = Ledgers(system_id, stored.get("ledgers"))
        self.figures: Final = Figures(daylight, stored.get("figures"))
        self._daylight = daylight
        self._cellular = cellular
        self._facts = _read_facts(stored.get("facts"))
        self._fetched_at = _read_times(stored.get("fetched_at"))
        self._status = _read_status(stored.get("status"))
        self.devices = load(Devices, stored.get("devices"))
        self.panels = load_all(Panel, stored.get("panels"))

    def to_dict(self) -> dict[str, Any]:
        """Give what must survive a restart as JSON."""
        return {
            "ledgers": self.ledgers.to_dict(),
            "figures": self.figures.to_dict(),
            "facts": {name: [fact.said, fact.at] for name, fact in self._facts.items()},
            "fetched_at": {job.value: at for job, at in self._fetched_at.items()},
            "status": self._status and asdict(self._status),
            "devices": dump(self.devices),
            "panels": dump(self.panels),
        }

    @property
    def cellular(self) -> bool:
        """Whether the gateway reports over a mobile network."""
        told = self._facts.get(_CELLULAR)
        return self._cellular if told is None else bool(told.said)

    @property
    def has_battery(self) -> bool:
        """Whether the system has a battery, as far as is known."""
        if self.devices is not None and self.devices.has_battery:
            return True
        told = self._facts.get(_BATTERY)
        return told is not None and bool(told.said)

    @property
    def gateways(self) -> tuple[str, ...]:
        """The serial numbers of the gateways, as far as the devices were told."""
        devices = self.devices.of("gateways") if self.devices else ()
        return tuple(device.serial for device in devices if device.serial)

    def fetched_at(self, job: Job) -> float | None:
        """Give when the answer to a job was given last; None: there was none yet."""
        return self._fetched_at.get(job)

    def take(self, result: Result, catalogue: Catalogue, ages: Ages) -> frozenset[Job]:
        """Take in what the poller brought; a failure takes nothing away.

        Gives the jobs that should be done before their time, for what is not clear now.
        """
        self.ledgers.take(result, catalogue)
        wanted: set[Job] = set()
        if result.error is None:
            self._fetched_at[result.task.job] = result.at
            self._take_payload(result, ages)
        if isinstance(result.payload, Summary):
            wanted |= doubts(self.known(catalogue, ages), result.at)
        return frozenset(wanted | self.ledgers.wanted(catalogue))

    def _take_payload(self, result: Result, ages: Ages) -> None:
        """Take in an answer, but for events and alarms."""
        at = result.at
        match result.payload:
            case Summary() as summary:
                self._note_status(summary.status, at)
                self._note_all(_told_by_summary(summary), at)
                self.figures.take(summary, at=at, silent_after_s=ages.report_s)
            case System() as system:
                self._note_status(system.status, at)
                self._note_all(_told_by_system(system), at)
            case Devices() as devices:
                self.devices = devices
            case tuple() as listed if result.task.job is Job.PANELS:
                self.panels = tuple(each for each in listed if isinstance(each, Panel))
            case _:
                pass

    def _note_status(self, said: str | None, at: float) -> None:
        """Take in the status, if it tells something."""
        if said is not None and words.tells(said):
            before = self._status
            self._status = before.followed_by(said, at) if before else _Status(said, at, at)

    def _note_all(self, told: Mapping[str, object], at: float) -> None:
        """Take in what was told; None is nothing."""
        self._facts |= {name: _Fact(said, at) for name, said in told.items() if said is not None}

    def known(self, catalogue: Catalogue, ages: Ages) -> Known:
        """Give all statements about the system, with the limits that hold now."""
        status, reported = self._status, self._facts.get(keys.LAST_REPORT)
        return Known(
            status=None
            if status is None
            else Stated(status.said, status.at, self._lit(status.at, ages.status_s)),
            status_since=None if status is None else status.since,
            reported=None
            if reported is None
            else Stated(reported.said, reported.at, self._lit(reported.at, ages.status_s)),
            devices=self._stated(Job.DEVICES, self.devices, ages),
            panels=self._stated(Job.PANELS, self.panels, ages),
            events=self.ledgers.events,
            open_events_at=self._fetched_at.get(Job.OPEN_EVENTS),
            alarms=self.ledgers.alarms,
            incidents_s=ages.incidents_s,
            catalogue=catalogue,
            report_s=ages.report_s,
        )

    def _stated[T](self, job: Job, said: T | None, ages: Ages) -> Stated[T] | None:
        """Give a list with its limit."""
        at = self._fetched_at.get(job)
        return None if said is None or at is None else Stated(said, at, at + ages.lists_s)

    def _lit(self, at: float, lasts_s: float) -> float:
        """Give until when something stands that was told at a time, the dark not counted."""
        return sunlit_until(self._daylight, at, lasts_s)

    def look(self, now: float, catalogue: Catalogue, ages: Ages) -> Look:
        """Give all that may be shown at a moment."""
        look = Look()
        power_until = self._lit(self.figures.power_at, ages.power_s)
        for key, value in self.figures.values(now).items():
            look.put(key, value, power_until if key == keys.POWER else math.inf)
        self._put_facts(look, now, ages)
        self._put_incidents(look, catalogue, ages)
        for key, verdict in judge(self.known(catalogue, ages), now).items():
            look.put(key, verdict.on, verdict.good_until)
            evidence = [reason.as_json() for reason in verdict.reasons]
            look.put(keys.evidence_of(key), evidence, verdict.good_until)
        return look

    def _put_facts(self, look: Look, now: float, ages: Ages) -> None:
        """Show single things; what an answer did not tell is None."""
        answered_at = self._fetched_at.get(Job.LIVE)
        for name in (*_STATUS_FACTS, *_LASTING_FACTS):
            fact = self._facts.get(name)
            if fact is None and answered_at is None:
                continue
            said, at = (fact.said, fact.at) if fact else (None, answered_at or 0.0)
            lit = name in _STATUS_FACTS
            until = self._lit(at, ages.status_s) if lit else at + ages.lists_s
            look.put(name, _time(said) if name in _TIMES else said, until)
        measured = self._facts.get(_MEASURED_AT)
        if measured is not None:
            minutes = max(0.0, now - measured.said) / 60
            look.put(keys.DATA_AGE, int(minutes // _AGE_STEP_MIN) * _AGE_STEP_MIN)

    def _put_incidents(self, look: Look, catalogue: Catalogue, ages: Ages) -> None:
        """Show how much is open."""
        for key, opened in (
            (keys.OPEN_ALARMS, self.ledgers.alarms),
            (keys.OPEN_EVENTS, self.ledgers.events),
        ):
            if opened is not None:
                look.put(key, len(opened.standing), opened.looked_at + ages.incidents_s)
        if keys.OPEN_ALARMS in look.values:
            alarms = self.ledgers.alarm_list(catalogue)
            look.put(keys.ALARM_LIST, alarms, look.until[keys.OPEN_ALARMS])


class Books:
    """The books of all systems of an account, and what event types mean in all of them."""

    def __init__(self, books: Iterable[SystemBook], memory: object = None) -> None:
        """Take the systems' books; `memory` is what `to_dict` gave."""
        stored = memory if isinstance(memory, Mapping) else {}
        self.systems: Final = {book.system_id: book for book in books}
        listed = load_all(EventType, stored.get("catalogue")) or ()
        self.catalogue: Final = {kind.type_id: kind for kind in listed}

    def to_dict(self) -> dict[str, Any]:
        """Give what must survive a restart as JSON."""
        return {
            "catalogue": dump(tuple(self.catalogue.values())),
            "systems": {str(number): book.to_dict() for number, book in self.systems.items()},
        }

    @property
    def refused(self) -> int:
        """How many figures were refused since the start."""
        return sum(book.figures.refusals.total for book in self.systems.values())

    def take(self, result: Result, ages: Ages) -> frozenset[Job]:
        """Take in what the poller brought; gives the jobs that should come before their time."""
        if result.task.job is Job.EVENT_TYPES and isinstance(result.payload, tuple):
            kinds = (each for each in result.payload if isinstance(each, EventType))
            self.catalogue.update((kind.type_id, kind) for kind in kinds)
        return self.systems[result.task.system_id].take(result, self.catalogue, ages)

    def tell(self, now: float) -> tuple[Happening, ...]:
        """Give what is news, once."""
        books = self.systems.values()
        return tuple(
            happening for book in books for happening in book.ledgers.tell(self.catalogue, now)
        )


def remembered(memory: object, system_id: int) -> object:
    """Give what `Books.to_dict` holds of a system."""
    systems = memory.get("systems") if isinstance(memory, Mapping) else None
    return systems.get(str(system_id)) if isinstance(systems, Mapping) else None


def _told_by_summary(summary: Summary) -> dict[str, object]:
    """Give the single things that a summary tells."""
    return {
        keys.SYSTEM_STATUS: summary.status,
        keys.LAST_REPORT: summary.last_report_at,
        keys.LAST_INTERVAL_END: summary.last_interval_end_at,
        keys.PANELS: summary.panels,
        keys.SIZE: summary.size_w and round(summary.size_w),
        keys.OPERATIONAL_SINCE: summary.operational_at,
        _MEASURED_AT: summary.measured_at,
        _BATTERY: summary.battery_capacity_kwh is not None,
    }


def _told_by_system(system: System) -> dict[str, object]:
    """Give the single things that a list of systems tells."""
    return {
        keys.SYSTEM_STATUS: system.status,
        keys.LAST_REPORT: system.last_report_at,
        keys.OPERATIONAL_SINCE: system.operational_at,
        _CELLULAR: system.connection is Connection.CELLULAR,
    }


def _time(at: float | None) -> datetime | None:
    """Give a time as Home Assistant shows it."""
    return None if at is None else datetime.fromtimestamp(at, UTC)


def _read_facts(data: object) -> dict[str, _Fact]:
    """Read facts back; what cannot be read was not told."""
    return {name: fact for name, fact in _facts_of(data) if _fits(name, fact.said)}


def _facts_of(data: object) -> Iterator[tuple[str, _Fact]]:
    """Go through stored facts."""
    for name, pair in data.items() if isinstance(data, Mapping) else ():
        match pair:
            case [said, at] if is_number(at):
                yield str(name), _Fact(said, at)
            case _:
                pass


def _fits(name: str, said: object) -> bool:
    """Tell whether a stored fact is of the kind that its name says."""
    if name in {_BATTERY, _CELLULAR}:
        return isinstance(said, bool)
    return isinstance(said, str) if name == keys.SYSTEM_STATUS else is_number(said)


def _read_times(data: object) -> dict[Job, float]:
    """Read back when answers were given."""
    stored = data if isinstance(data, Mapping) else {}
    return {job: stored[job.value] for job in Job if is_number(stored.get(job.value))}


def _read_status(data: object) -> _Status | None:
    """Read the status back."""
    match data:
        case {"said": str(said), "at": at, "since": since} if is_number(at) and is_number(since):
            return _Status(said, at, since)
        case _:
            return None
