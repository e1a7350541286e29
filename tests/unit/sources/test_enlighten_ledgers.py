"""Events and alarms of one system: what is open, and what an event entity tells, once each."""

from datetime import UTC, datetime
import json
from typing import Any, Final

import pytest

from custom_components.solar_monitor.clients.enlighten.endpoints import Endpoint
from custom_components.solar_monitor.clients.enlighten.errors import (
    BudgetSpentError,
    CloudFaultError,
)
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
from custom_components.solar_monitor.clients.errors import CannotConnectError, ClientError
from custom_components.solar_monitor.sources.enlighten.ledgers import (
    ALARM_CLEARED,
    ALARM_RAISED,
    EVENT_CLOSED,
    EVENT_OPENED,
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
        alarms = read_alarms({"alarms": list(found)})
        self.answer(job, Alarms(alarms, begin, self.now))

    def events(
        self, *found: dict[str, Any], job: Job = Job.OPEN_EVENTS, week: bool = False
    ) -> None:
        """Answer with events: all that are open, or those of a week."""
        begin = self.now - 7 * DAY if week else None
        events = read_events({"events": list(found)})
        self.answer(job, Events(events, begin, self.now))

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


@pytest.fixture
def cloud() -> Cloud:
    """A cloud in which nothing is open, as was told by a first look."""
    found = Cloud()
    found.alarms()
    found.events()
    found.now += HOUR
    return found


def test_before_the_first_answer_nobody_knows_what_is_open() -> None:
    cloud = Cloud()
    assert cloud.ledgers.alarms is None
    assert cloud.ledgers.events is None
    assert cloud.kinds() == []


def test_what_is_open_at_the_very_first_start_is_known_and_no_news() -> None:
    cloud = Cloud()
    cloud.alarms(alarm())
    cloud.events(event())
    assert cloud.kinds() == []
    alarms, events = cloud.ledgers.alarms, cloud.ledgers.events
    assert alarms is not None
    assert events is not None
    assert [each.incident.id for each in alarms.standing] == ["1"]
    assert alarms.looked_at == events.looked_at == START
    assert len(events.standing) == 1


def test_an_event_tells_everything_that_is_known_of_it(cloud: Cloud) -> None:
    cloud.events(event(began=START + HOUR))
    cloud.now += HOUR
    over = event(began=START + HOUR, status="Closed", event_end_time=int(START + 90 * 60))
    cloud.events(over, job=Job.EVENTS, week=True)
    opened, closed = cloud.tell()
    assert opened.key == closed.key == "700001_events"
    assert (opened.event_type, closed.event_type) == (EVENT_OPENED, EVENT_CLOSED)
    assert opened.attributes == {
        "name": "Gateway not reporting",
        "description": "It is silent.",
        "recommended_action": "Look at it.",
        "key": "envoy_no_report",
        "type_id": 28,
        "severity": None,
        "serials": ["g1"],
        "started_at": "2027-03-01T13:00:00+00:00",
        "ended_at": None,
        "system": SYSTEM,
    }
    assert closed.attributes == {**opened.attributes, "ended_at": "2027-03-01T13:30:00+00:00"}
    assert cloud.kinds() == []


def test_an_alarm_tells_its_severity_as_a_number(cloud: Cloud) -> None:
    cloud.alarms(alarm())
    (raised,) = cloud.tell()
    assert raised.event_type == ALARM_RAISED
    assert raised.attributes["severity"] == 4
    assert raised.attributes["serials"] == ["g1"]
    cloud.alarms()
    (cleared,) = cloud.tell_all()
    assert cleared.event_type == ALARM_CLEARED
    assert cleared.attributes["ended_at"] is None


def test_the_end_of_what_is_missing_from_a_list_is_asked_for_before_it_is_told(
    cloud: Cloud,
) -> None:
    cloud.alarms(alarm())
    cloud.events(event())
    assert len(cloud.tell()) == 2
    assert cloud.wanted() == frozenset()
    cloud.alarms()
    cloud.events()
    assert cloud.wanted() == {Job.EVENTS, Job.CLEARED_ALARMS}
    assert cloud.tell() == ()
    cloud.restart()
    over = event(status="Closed", event_end_time=int(START + 60))
    cloud.events(over, job=Job.EVENTS, week=True)
    assert cloud.wanted() == {Job.CLEARED_ALARMS}
    over = alarm(cleared=True, alarm_end_time=int(START + 120))
    cloud.alarms(over, job=Job.CLEARED_ALARMS, week=True)
    assert cloud.wanted() == frozenset()
    ends = [happening.attributes["ended_at"] for happening in cloud.tell()]
    assert ends == ["2027-03-01T12:02:00+00:00", "2027-03-01T12:01:00+00:00"]


def test_an_end_that_the_cloud_cannot_tell_is_asked_for_once(cloud: Cloud) -> None:
    cloud.alarms(alarm())
    cloud.tell()
    cloud.alarms()
    cloud.answer(Job.CLEARED_ALARMS, None, BudgetSpentError(retry_at=START))
    assert cloud.wanted() == {Job.CLEARED_ALARMS}
    cloud.restart()
    cloud.answer(Job.CLEARED_ALARMS, None, CloudFaultError(status=503))
    assert cloud.wanted() == frozenset()
    (cleared,) = cloud.tell()
    assert cleared.attributes["ended_at"] is None


def test_a_cleared_alarm_tells_when_it_ended_if_that_list_comes_first(cloud: Cloud) -> None:
    cloud.alarms(alarm())
    over = alarm(cleared=True, alarm_end_time=int(START + HOUR))
    cloud.alarms(over, job=Job.CLEARED_ALARMS, week=True)
    cloud.alarms()
    raised, cleared = cloud.tell()
    assert cloud.wanted() == frozenset()
    assert (raised.event_type, cleared.event_type) == (ALARM_RAISED, ALARM_CLEARED)
    assert cleared.attributes["ended_at"] == "2027-03-01T13:00:00+00:00"


def test_the_list_of_cleared_alarms_says_nothing_of_open_ones(cloud: Cloud) -> None:
    cloud.alarms(alarm())
    cloud.alarms(job=Job.CLEARED_ALARMS, week=True)
    assert cloud.kinds() == [ALARM_RAISED]


def test_a_failed_answer_changes_nothing(cloud: Cloud) -> None:
    cloud.alarms(alarm())
    cloud.events(event())
    cloud.tell()
    before = cloud.ledgers.to_dict()
    for job in (Job.OPEN_ALARMS, Job.OPEN_EVENTS, Job.EVENTS, Job.CLEARED_ALARMS):
        cloud.answer(job, None, CloudFaultError(status=503))
    assert cloud.kinds() == []
    assert cloud.ledgers.to_dict() == before


def test_a_week_in_place_of_what_is_open_closes_only_what_began_within_it(cloud: Cloud) -> None:
    cloud.alarms(alarm("old", START - 30 * DAY), alarm("young", START))
    cloud.tell()
    cloud.now += DAY
    cloud.alarms(week=True)
    (cleared,) = cloud.tell_all()
    assert (cleared.event_type, cleared.attributes["started_at"]) == (
        ALARM_CLEARED,
        "2027-03-01T12:00:00+00:00",
    )
    alarms = cloud.ledgers.alarms
    assert alarms is not None
    assert [each.incident.id for each in alarms.standing] == ["old"]


def test_what_happened_while_home_assistant_was_off_is_told_once(cloud: Cloud) -> None:
    cloud.alarms(alarm("1"))
    assert cloud.kinds() == [ALARM_RAISED]
    cloud.restart()
    cloud.now += DAY
    cloud.alarms(alarm("2", START + 2 * HOUR))
    assert sorted(cloud.kinds()) == sorted([ALARM_CLEARED, ALARM_RAISED])
    cloud.restart()
    cloud.alarms(alarm("2", START + 2 * HOUR))
    assert cloud.kinds() == []


def test_events_that_have_no_end_just_happen(cloud: Cloud) -> None:
    sleeping = event(4781, START + HOUR, status="Closed")
    cloud.events(sleeping, job=Job.EVENTS, week=True)
    (happened,) = cloud.tell()
    assert happened.event_type == EVENT_OPENED
    assert happened.attributes["name"] == "acb_sleeping"
    cloud.events(sleeping, job=Job.EVENTS, week=True)
    assert cloud.kinds() == []
    # Of an unknown type it must be guessed from that; one that has states just lacks its end.
    cloud.events(event(9, START + HOUR, status="Closed"), job=Job.EVENTS, week=True)
    cloud.events(event(28, START + HOUR, status="Closed"), job=Job.EVENTS, week=True)
    cloud.now += WAIT_S
    assert cloud.kinds() == [EVENT_OPENED, EVENT_OPENED, EVENT_CLOSED]


def test_an_event_of_the_whole_site_has_no_serials(cloud: Cloud) -> None:
    cloud.events(event(serial_number=None))
    (opened,) = cloud.tell()
    assert opened.attributes["serials"] == []


def test_news_of_an_unknown_type_wait_for_the_answer_that_explains_it(cloud: Cloud) -> None:
    cloud.events(event(99))
    assert cloud.wanted() == {Job.EVENT_TYPES}
    assert cloud.tell() == ()
    cloud.restart()
    kind = EventType(99, "new", "Something new", None, None, True)  # noqa: FBT003
    cloud.catalogue[99] = kind
    cloud.answer(Job.EVENT_TYPES, (kind,))
    assert cloud.wanted() == frozenset()
    (opened,) = cloud.tell()
    assert opened.attributes["name"] == "Something new"


def test_a_type_that_nobody_can_explain_is_told_by_its_number_and_looked_up_once(
    cloud: Cloud,
) -> None:
    cloud.events(event(99))
    cloud.answer(Job.EVENT_TYPES, tuple(CATALOGUE.values()))
    (opened,) = cloud.tell()
    assert opened.attributes["name"] == "type 99"
    assert opened.attributes["key"] is opened.attributes["description"] is None
    cloud.restart()
    cloud.events(event(99, START + HOUR))
    assert Job.EVENT_TYPES not in cloud.wanted()
    assert sorted(cloud.kinds()) == [EVENT_CLOSED, EVENT_OPENED]


def test_a_lookup_that_fails_is_not_made_again_unless_nothing_was_asked(cloud: Cloud) -> None:
    cloud.alarms(alarm(event_type_id=99))
    for error in (BudgetSpentError(retry_at=START), CannotConnectError()):
        cloud.answer(Job.EVENT_TYPES, None, error)
        assert cloud.wanted() == {Job.EVENT_TYPES}
        assert cloud.tell() == ()
    cloud.answer(Job.EVENT_TYPES, None, CloudFaultError(status=500))
    assert cloud.wanted() == frozenset()
    assert [happening.event_type for happening in cloud.tell()] == [ALARM_RAISED]


def test_news_wait_ten_minutes_at_most_and_keep_their_order(cloud: Cloud) -> None:
    cloud.alarms(alarm("1"))
    cloud.events(event(99))
    cloud.alarms(alarm("1"), alarm("2", START + HOUR))
    assert [happening.event_type for happening in cloud.tell()] == [ALARM_RAISED]
    cloud.now += WAIT_S - 1
    assert cloud.tell() == ()
    cloud.now += 1
    told = [happening.event_type for happening in cloud.tell()]
    assert told == [EVENT_OPENED, ALARM_RAISED]
    assert cloud.wanted() == {Job.EVENT_TYPES}


def test_a_clock_that_went_back_does_not_keep_news_waiting(cloud: Cloud) -> None:
    cloud.events(event(99))
    cloud.now -= 30 * DAY
    assert len(cloud.tell()) == 1


def test_open_alarms_are_listed_with_what_to_do(cloud: Cloud) -> None:
    cloud.alarms(alarm("2", START + HOUR, event_type_id=None, events=[]), alarm("1"))
    assert cloud.ledgers.alarm_list(cloud.catalogue) == [
        {
            "name": "Gateway not reporting",
            "since": "2027-03-01T12:00:00+00:00",
            "severity": 4,
            "serials": ["g1"],
            "action": "Look at it.",
        },
        {
            "name": "unknown type",
            "since": "2027-03-01T13:00:00+00:00",
            "severity": 4,
            "serials": [],
            "action": None,
        },
    ]


@pytest.mark.parametrize(
    "memory",
    [
        "nonsense",
        {"alarms": 1, "events": [], "untold": {}, "looked_up": "x"},
        {"untold": [None, {}, {"event_type": "x"}, {"event_type": EVENT_OPENED}]},
        {"untold": [{"event_type": EVENT_OPENED, "incident": {"id": "a"}, "known_at": "x"}]},
        {"untold": [{"event_type": "bang", "incident": {"id": "a"}, "known_at": 1.0}]},
        {"looked_up": ["x", None]},
    ],
)
def test_a_memory_that_was_not_written_by_us_is_none(memory: object) -> None:
    ledgers = Ledgers(SYSTEM, memory)
    assert ledgers.to_dict() == Ledgers(SYSTEM).to_dict()
    assert ledgers.tell({}, START) == ()
