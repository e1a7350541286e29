"""News that lack something wait for the answer that completes them, but not for ever."""

import pytest

from custom_components.solar_monitor.clients.enlighten.errors import (
    BudgetSpentError,
    CloudFaultError,
)
from custom_components.solar_monitor.clients.enlighten.jobs import Job
from custom_components.solar_monitor.clients.enlighten.models import (
    EventType,
)
from custom_components.solar_monitor.clients.errors import CannotConnectError
from custom_components.solar_monitor.sources.enlighten.ledgers import (
    ALARM_RAISED,
    EVENT_CLOSED,
    EVENT_OPENED,
    WAIT_S,
)

from .enlighten_lists import CATALOGUE, DAY, HOUR, START, Cloud, alarm, event, watched


@pytest.fixture
def cloud() -> Cloud:
    """A cloud in which nothing is open, as was told by a first look."""
    return watched()


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
