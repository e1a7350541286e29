"""What holds for what is told, whatever the cloud answers, in whatever order, restarts included."""

from collections import Counter
from typing import Any, Final

from hypothesis import given, settings, strategies as st

from custom_components.solar_monitor.clients.enlighten.errors import (
    BudgetSpentError,
    CloudFaultError,
)
from custom_components.solar_monitor.clients.enlighten.jobs import Job
from custom_components.solar_monitor.sources.enlighten.evidence import iso
from custom_components.solar_monitor.sources.enlighten.ledgers import (
    EVENT_CLOSED,
    EVENT_OPENED,
    WAIT_S,
)

from .enlighten_lists import DAY, HOUR, START, Cloud, event, watched

UNKNOWN: Final = 99
ERRORS: Final = {"spent": BudgetSpentError(retry_at=START), "fault": CloudFaultError(status=500)}
DEEDS: Final = ("open", "open_week", "week", "spent", "fault", "types", "tell", "restart")

type Span = tuple[int, int, int]
"""Type, begin and length of an event, h."""


def listed(spans: list[Span], now: float, *, week: bool, closed: bool) -> list[dict[str, Any]]:
    """List what the cloud has at a moment."""
    found = []
    for type_id, begin_h, length_h in spans:
        began, ended = START + begin_h * HOUR, START + (begin_h + length_h) * HOUR
        if began > now or (week and began < now - 7 * DAY):
            continue
        over = ended <= now
        if closed or not over:
            end = {"status": "Closed", "event_end_time": int(ended)} if over else {}
            found.append(event(type_id, began, **end))
    return found


def do(cloud: Cloud, deed: str, spans: list[Span]) -> None:
    """Let one thing happen."""
    match deed:
        case "open":
            cloud.events(*listed(spans, cloud.now, week=False, closed=False))
        case "open_week":
            cloud.events(*listed(spans, cloud.now, week=True, closed=False), week=True)
        case "week":
            found = listed(spans, cloud.now, week=True, closed=True)
            cloud.events(*found, job=Job.EVENTS, week=True)
        case "types":
            cloud.answer(Job.EVENT_TYPES, ())
        case "restart":
            cloud.restart()
        case _:
            for job in (Job.OPEN_EVENTS, Job.EVENTS, Job.EVENT_TYPES):
                cloud.answer(job, None, ERRORS[deed])


@settings(max_examples=300)
@given(
    st.lists(
        st.tuples(st.sampled_from([28, UNKNOWN]), st.integers(-300, 300), st.integers(1, 300)),
        max_size=5,
        unique_by=lambda span: span[1],
    ),
    st.lists(st.tuples(st.sampled_from(DEEDS), st.floats(0, 60)), max_size=30),
)
def test_each_event_is_told_once_with_its_own_times_and_nothing_waits_for_ever(
    spans: list[Span], deeds: list[tuple[str, float]]
) -> None:
    cloud = watched()
    ends = {
        iso(START + begin * HOUR): START + (begin + length) * HOUR for _, begin, length in spans
    }
    told: Counter[tuple[str, Any, Any]] = Counter()
    for deed, hours in (*deeds, ("tell", WAIT_S / HOUR)):
        cloud.now += hours * HOUR
        if deed != "tell":
            do(cloud, deed, spans)
            continue
        for happening in cloud.tell():
            about = happening.attributes
            told[happening.event_type, about["type_id"], about["started_at"]] += 1
            end = ends[about["started_at"]]
            if happening.event_type == EVENT_CLOSED:
                assert end <= cloud.now
                assert about["ended_at"] in {None, iso(end)}
    assert all(times == 1 for times in told.values())
    for kind, type_id, started in told:
        if kind == EVENT_CLOSED and started and started > (iso(START) or ""):
            assert told[EVENT_OPENED, type_id, started] == 1
    assert cloud.ledgers.to_dict()["untold"] == []
