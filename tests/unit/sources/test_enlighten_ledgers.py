"""Events and alarms of one system: what is open, and what an event entity tells, once each."""

import pytest

from custom_components.solar_monitor.clients.enlighten.errors import (
    CloudFaultError,
)
from custom_components.solar_monitor.clients.enlighten.jobs import Job
from custom_components.solar_monitor.sources.enlighten.ledgers import (
    ALARM_CLEARED,
    ALARM_RAISED,
    EVENT_CLOSED,
    EVENT_OPENED,
    WAIT_S,
    Ledgers,
)

from .enlighten_lists import DAY, HOUR, START, SYSTEM, Cloud, alarm, event, watched


@pytest.fixture
def cloud() -> Cloud:
    """A cloud in which nothing is open, as was told by a first look."""
    return watched()


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


def test_a_list_that_cannot_be_read_in_whole_closes_nothing(cloud: Cloud) -> None:
    cloud.alarms(alarm("1"))
    cloud.events(event())
    cloud.tell()
    looked_at = START + HOUR
    cloud.now += HOUR
    cloud.alarms(alarm("2"), {"id": None})
    cloud.events(event(event_start_time=None))
    assert cloud.kinds() == [ALARM_RAISED]
    alarms, events = cloud.ledgers.alarms, cloud.ledgers.events
    assert alarms is not None
    assert events is not None
    assert [each.incident.id for each in alarms.standing] == ["1", "2"]
    assert len(events.standing) == 1
    assert alarms.looked_at == events.looked_at == looked_at


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
