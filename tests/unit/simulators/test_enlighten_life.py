"""Events and alarms: how they open, escalate, close and clear."""

from collections.abc import AsyncIterator

import pytest

from tests.simulators.clock import Clock
from tests.simulators.enlighten import (
    CATALOGUE,
    Endpoint,
    EnlightenSimulator,
    EnlightenSystem,
    Kind,
    Quirk,
    Window,
)
from tests.simulators.site import Site

from .enlighten_kit import AT, DAY, NOON, Client, cloud_of, full_house, signed_in

pytestmark = pytest.mark.usefixtures("socket_enabled")

HOUR = 3600


@pytest.fixture
async def client(socket_enabled: None) -> AsyncIterator[Client]:  # noqa: ARG001  opens sockets
    """A client of a system with everything."""
    cloud = cloud_of(full_house())
    cloud.grants.access_s = 400 * DAY
    async with signed_in(cloud) as client:
        yield client


@pytest.fixture
def cloud(client: Client) -> EnlightenSimulator:
    """The cloud of the client."""
    return client.cloud


@pytest.fixture
def system(cloud: EnlightenSimulator) -> EnlightenSystem:
    """Its system."""
    return cloud.system


async def open_now(client: Client) -> tuple[int, int]:
    """Return how many events and alarms are open."""
    events = (await client.get(Endpoint.OPEN_EVENTS)).body["events"]
    alarms = (await client.get(Endpoint.OPEN_ALARMS)).body["alarms"]
    truth = client.cloud.truth()
    assert (len(events), len(alarms)) == (len(truth.open_events), len(truth.open_alarms))
    return len(events), len(alarms)


async def status(client: Client) -> str:
    """Return the status in the summary."""
    return str((await client.get(Endpoint.SUMMARY)).body["status"])


async def test_a_healthy_system_has_nothing_to_tell(client: Client) -> None:
    assert await open_now(client) == (0, 0)
    assert await status(client) == "normal"


async def test_a_dead_panel_becomes_an_event_then_an_alarm_and_then_history(
    client: Client, system: EnlightenSystem
) -> None:
    serial = system.panel_dies(3)
    system.clock.advance(1799)
    assert await open_now(client) == (0, 0)
    system.clock.advance(900)
    assert await open_now(client) == (1, 0)
    assert await status(client) == "power"
    (event,) = (await client.get(Endpoint.OPEN_EVENTS)).body["events"]
    assert event == {
        "status": "open",
        "event_type_id": Kind.PANEL_DEAD.rule.type.event_type_id,
        "event_start_time": AT,
        "event_end_time": None,
        "serial_number": serial,
    }
    system.clock.advance(6 * HOUR)
    assert await open_now(client) == (1, 1)
    (alarm,) = (await client.get(Endpoint.OPEN_ALARMS)).body["alarms"]
    assert alarm["events"] == [{"serial_number": serial, "start_date": AT, "end_date": None}]
    assert alarm["alarm_start_time"] > AT + 6 * HOUR

    system.panel_recovers(3)
    assert await open_now(client) == (1, 1)
    system.clock.advance(900)
    assert await open_now(client) == (0, 0)
    assert await status(client) == "normal"
    window = {"start_time": AT - HOUR, "end_time": AT + DAY}
    (event,) = (await client.get(Endpoint.EVENTS, **window)).body["events"]
    assert event["status"] == "Closed"
    assert event["event_end_time"] > AT + 6 * HOUR
    assert (await client.get(Endpoint.ALARMS, **window)).body["alarms"] == []
    (cleared,) = (await client.get(Endpoint.ALARMS, **window, cleared="true")).body["alarms"]
    assert cleared["id"] == alarm["id"]
    assert cleared["cleared"] is True
    assert cleared["alarm_end_time"] > cleared["alarm_start_time"]


async def test_a_trouble_that_is_over_soon_was_none(
    client: Client, system: EnlightenSystem
) -> None:
    system.panel_dies()
    system.clock.advance(1200)
    system.panel_recovers()
    system.clock.advance(DAY)
    window = {"start_time": AT - HOUR, "end_time": AT + DAY}
    assert (await client.get(Endpoint.EVENTS, **window)).body["events"] == []


async def test_an_event_that_closes_soon_raises_no_alarm(
    client: Client, system: EnlightenSystem
) -> None:
    system.panel_dies()
    system.clock.advance(2 * HOUR)
    assert await open_now(client) == (1, 0)
    system.panel_recovers()
    system.clock.advance(DAY)
    assert system.life.alarms(system.now) == []


async def test_a_silent_gateway_is_noticed_by_its_absence(
    client: Client, system: EnlightenSystem
) -> None:
    system.gateway_falls_silent()
    system.clock.advance(2700)
    assert await open_now(client) == (1, 0)
    assert await status(client) == "comm"
    system.clock.advance(HOUR)
    assert await open_now(client) == (1, 1)
    (alarm,) = (await client.get(Endpoint.OPEN_ALARMS)).body["alarms"]
    assert alarm["event_type_id"] == 28
    assert alarm["id"] == f"{system.system_id}.28.{alarm['alarm_start_time'] * 1000}"
    gateway = (await client.get(Endpoint.DEVICES)).body["devices"]["gateways"][0]
    assert gateway["status"] == "comm"
    system.gateway_comes_back()
    system.clock.advance(900)
    assert await open_now(client) == (0, 0)


async def test_what_happens_behind_a_silent_gateway_is_heard_when_it_is_back(
    client: Client, system: EnlightenSystem
) -> None:
    system.gateway_falls_silent()
    system.panel_dies()
    system.clock.advance(3 * HOUR)
    assert [event.type.event_type_id for event in client.cloud.truth().open_events] == [28]
    system.gateway_comes_back()
    system.clock.advance(900)
    (event,) = (await client.get(Endpoint.OPEN_EVENTS)).body["events"]
    assert event["event_start_time"] == AT
    assert await status(client) == "power"


async def test_the_gravest_trouble_hides_the_others(
    client: Client, system: EnlightenSystem
) -> None:
    system.life.hurry = 0
    serial = system.battery_fails(1)
    system.meter_falls_silent()
    system.clock.advance(900)
    assert await status(client) == "meter"
    silent = system.panel_falls_silent(2)
    system.clock.advance(900)
    assert await status(client) == "micro"
    devices = (await client.get(Endpoint.DEVICES)).body["devices"]
    assert {each["serial_number"]: each["status"] for each in devices["encharges"]}[serial] == (
        "encharge_issue"
    )
    assert [each["status"] for each in devices["meters"]] == ["meter", "normal"]
    micro = {each["serial_number"]: each for each in devices["micros"]}[silent]
    assert micro["status"] == "micro"
    assert micro["last_report_at"] < system.last_report_at
    assert await open_now(client) == (3, 3)
    system.battery_recovers(1)
    system.meter_is_heard()
    system.panel_is_heard(2)
    system.clock.advance(900)
    assert await open_now(client) == (0, 0)


async def test_one_alarm_covers_all_events_of_its_type_while_it_stands(
    client: Client, system: EnlightenSystem
) -> None:
    system.life.hurry = 0
    system.panel_dies(0)
    system.clock.advance(HOUR)
    system.panel_dies(1)
    system.clock.advance(HOUR)
    assert await open_now(client) == (2, 1)
    (alarm,) = (await client.get(Endpoint.OPEN_ALARMS)).body["alarms"]
    assert len(alarm["events"]) == 2
    system.panel_recovers(0)
    system.clock.advance(HOUR)
    assert await open_now(client) == (1, 1)
    (same,) = (await client.get(Endpoint.OPEN_ALARMS)).body["alarms"]
    assert same["id"] == alarm["id"]
    assert [event["end_date"] is None for event in same["events"]] == [False, True]
    system.panel_recovers(1)
    system.clock.advance(HOUR)
    system.panel_dies(0)
    system.clock.advance(HOUR)
    (new,) = (await client.get(Endpoint.OPEN_ALARMS)).body["alarms"]
    assert new["id"] != alarm["id"]


async def test_something_that_is_no_state_is_closed_and_has_no_end(
    client: Client, system: EnlightenSystem
) -> None:
    for _ in range(2):
        system.happens(Kind.FIRMWARE_CHANGED)
        system.clock.advance(HOUR)
    events = (await client.get(Endpoint.EVENTS, start_time=AT - 60)).body["events"]
    assert [(each["status"], each["event_end_time"]) for each in events] == [("Closed", None)] * 2
    assert await open_now(client) == (0, 0)


async def test_the_sites_grid_is_followed(socket_enabled: None) -> None:  # noqa: ARG001  opens sockets
    clock = Clock(NOON)
    site = Site(1, clock)
    cloud = cloud_of(full_house(clock, site=site))
    site.grid_up = False
    cloud.truth()
    clock.advance(900)
    assert cloud.truth().status == "off_grid"
    site.grid_up = True
    cloud.truth()
    clock.advance(900)
    assert cloud.truth().status == "normal"
    assert len(cloud.truth().events) == 1


@pytest.mark.parametrize(
    ("window", "found"), [(Window.START, 0), (Window.OVERLAP, 1)], ids=["start", "overlap"]
)
async def test_a_window_may_mean_two_things(client: Client, window: Window, found: int) -> None:
    system = client.cloud.system
    system.window = window
    system.life.hurry = 0
    system.panel_dies()
    system.clock.advance(2 * DAY)
    start = AT + DAY
    assert len((await client.get(Endpoint.EVENTS, start_time=start)).body["events"]) == found
    assert len((await client.get(Endpoint.ALARMS, start_time=start)).body["alarms"]) == found
    end = AT - HOUR
    query = {"start_time": AT - DAY, "end_time": end}
    assert (await client.get(Endpoint.EVENTS, **query)).body["events"] == []


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({}, "start_time is required"),
        ({"start_time": "soon"}, "start_time is invalid"),
        ({"start_time": AT + 60}, "in the future"),
        ({"start_time": AT - 275 * DAY}, "older than 9 months"),
        ({"start_time": AT - 8 * DAY, "end_time": AT}, "range is invalid"),
        ({"start_time": AT, "end_time": AT - 1}, "range is invalid"),
    ],
)
@pytest.mark.parametrize("endpoint", [Endpoint.EVENTS, Endpoint.ALARMS])
async def test_a_window_out_of_range_is_refused(
    client: Client, endpoint: Endpoint, query: dict[str, object], words: str
) -> None:
    reply = await client.get(endpoint, **query)
    assert reply.status == 422
    assert words in reply.body["details"]


async def test_cleared_is_true_or_false(client: Client) -> None:
    reply = await client.get(Endpoint.ALARMS, start_time=AT, cleared="perhaps")
    assert (reply.status, reply.body["details"]) == (422, "cleared is invalid")


async def test_the_catalogue_explains_each_type(client: Client) -> None:
    types = (await client.get(Endpoint.EVENT_TYPES)).body["event_types"]
    assert {each["event_type_id"] for each in types} == {each.event_type_id for each in CATALOGUE}
    assert {kind.rule.type.event_type_id for kind in Kind} == {
        each["event_type_id"] for each in types
    }
    (one,) = (await client.get(Endpoint.EVENT_TYPES, event_type_id=28)).body["event_types"]
    assert (one["event_type_key"], one["stateful"]) == ("envoy_no_report", True)
    assert (await client.get(Endpoint.EVENT_TYPES, event_type_id=1)).status == 404


async def test_incidents_happen_now_and_then(client: Client, system: EnlightenSystem) -> None:
    system.incidents = True
    cloud = client.cloud
    past = len(cloud.truth().events)
    assert 10 < past < 30
    system.clock.advance(20 * 7 * DAY)
    cloud.truth()
    assert past < len(cloud.truth().events) <= past + 20
    assert cloud.truth().open_events == ()


async def test_a_trouble_may_have_begun_long_ago(client: Client, system: EnlightenSystem) -> None:
    system.begin(Kind.PRODUCTION_LOW, since=system.now - 3 * DAY)
    assert await open_now(client) == (1, 1)
    system.end(Kind.PRODUCTION_LOW)
    system.clock.advance(900)
    assert await open_now(client) == (0, 0)


async def test_a_status_that_nobody_knows(client: Client, system: EnlightenSystem) -> None:
    system.fixed_status = "evse_faulted"
    client.cloud.desk.quirks |= {Quirk.LOWER_STATUS}
    assert await status(client) == "evse_faulted"
