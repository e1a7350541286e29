"""All answers against the contract, in all forms that they may have."""

from collections.abc import AsyncIterator
import json
from typing import Any

import pytest

from tests.simulators.clock import Clock
from tests.simulators.enlighten import Connection, Endpoint, EnlightenSystem, Quirk
from tests.simulators.enlighten.contract import contract, problems
from tests.simulators.enlighten.paid import live_frame
from tests.simulators.site import Site

from .enlighten_kit import DAY, NOON, Client, cloud_of, full_house, signed_in

pytestmark = pytest.mark.usefixtures("socket_enabled")

DOCUMENTS = [each for each in Endpoint if each is not Endpoint.LIVE_DATA]
NEEDED: dict[Endpoint, dict[str, object]] = {
    Endpoint.EVENTS: {"start_time": int(NOON.timestamp()) - DAY},
    Endpoint.ALARMS: {"start_time": int(NOON.timestamp()) - DAY, "cleared": "true"},
    Endpoint.RETRIEVE_SYSTEM_ID: {"serial_num": "122302098765"},
    Endpoint.INVERTERS_SUMMARY: {"site_id": 698_957_008},
    Endpoint.MICRO_TELEMETRY: {"serial": "482250000101"},
    Endpoint.ENCHARGE_TELEMETRY: {"serial": "492230000301"},
    Endpoint.ENERGY_LIFETIME: {"production": "all"},
}


def troubled() -> EnlightenSystem:
    """Return a cellular system in the middle of several troubles."""
    system = full_house(Clock(NOON), connection=Connection.CELLULAR, incidents=True)
    system.life.hurry = 0
    system.panel_dies(2)
    system.panel_falls_silent(3)
    system.battery_fails()
    system.clock.advance(2 * DAY)
    system.gateway_falls_silent()
    system.clock.advance(DAY)
    system.battery_recovers()
    return system


def plain() -> EnlightenSystem:
    """Return a system of panels and nothing else."""
    return EnlightenSystem(Clock(NOON), production_meter=False, consumption_meter=False)


@pytest.fixture(params=[full_house, troubled, plain])
async def client(
    request: pytest.FixtureRequest,
    socket_enabled: None,  # noqa: ARG001  opens sockets
) -> AsyncIterator[Client]:
    """A client of each kind of system, with everything allowed."""
    cloud = cloud_of(request.param())
    async with signed_in(cloud) as client:
        yield client


@pytest.mark.parametrize("quirks", [frozenset(), frozenset(Quirk) - {Quirk.FLAT_INTERVALS}])
@pytest.mark.parametrize("endpoint", DOCUMENTS)
async def test_each_answer_is_as_the_contract_says(
    client: Client, endpoint: Endpoint, quirks: frozenset[Quirk]
) -> None:
    client.cloud.desk.quirks = quirks
    reply = await client.get(endpoint, **NEEDED.get(endpoint, {}))
    if client.cloud.system.batteries:
        assert reply.status == 200
    else:
        assert reply.status in {200, 404, 422}


async def test_a_system_of_the_simulated_site_answers_as_the_contract_says(
    socket_enabled: None,  # noqa: ARG001  opens sockets
) -> None:
    clock = Clock(NOON)
    cloud = cloud_of(full_house(clock, site=Site(1, clock, history_days=3)))
    async with signed_in(cloud) as client:
        for endpoint in DOCUMENTS:
            query = NEEDED.get(endpoint, {})
            if "telemetry" in endpoint and endpoint is not Endpoint.LATEST_TELEMETRY:
                query = query | {"start_at": int(NOON.timestamp()) - 5 * DAY, "granularity": "week"}
            reply = await client.get(endpoint, **query)
            assert reply.status == 200


def test_the_contract_and_the_simulator_have_the_same_calls() -> None:
    paths = {path for path in contract()["paths"] if path.startswith("/api")}
    assert paths == {endpoint.template for endpoint in Endpoint}


def test_a_live_frame_is_as_the_contract_says() -> None:
    frame = live_frame(full_house()).decode()
    assert frame.startswith("data: ")
    assert frame.endswith("\n\n")
    assert problems(Endpoint.LIVE_DATA.template, 200, json.loads(frame[6:])) == []


GOOD: dict[str, Any] = {
    "system_id": 1,
    "current_power": 1,
    "energy_lifetime": 1,
    "energy_today": 1,
    "last_interval_end_at": None,
    "last_report_at": 1_795_176_660,
    "modules": 1,
    "operational_at": None,
    "size_w": 1,
    "source": "meter",
    "status": "normal",
    "summary_date": "2026-06-21",
}


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({}, ""),
        ({"energy_today": -1}, "minimum"),
        ({"energy_today": 1.5}, "not of type"),
        ({"last_report_at": 1_795_176_660_000}, "maximum"),
        ({"summary_date": "yesterday"}, "is not a 'date'"),
        ({"status": "fine"}, "is not one of"),
        ({"surprise": 1}, "Additional properties"),
    ],
)
def test_the_check_finds_what_is_wrong(change: dict[str, Any], word: str) -> None:
    found = problems(Endpoint.SUMMARY.template, 200, GOOD | change)
    assert len(found) == bool(word)
    assert word in "".join(found)


def test_the_check_finds_what_is_missing_and_what_stands_beside_a_reference() -> None:
    template = Endpoint.OPEN_ALARMS.template
    alarm = {
        "id": "1",
        "severity": 2,
        "event_type_id": 28,
        "alarm_start_time": 1_795_176_660,
        "alarm_end_time": None,
        "events": [{"serial_number": "1", "start_date": 1_795_176_660, "end_date": None}],
    }
    assert problems(template, 200, {"system_id": 1, "alarms": [alarm]}) == []
    cleared = {"system_id": 1, "alarms": [alarm | {"cleared": False}]}
    assert "Unevaluated" in problems(template, 200, cleared)[0]
    assert (
        "'cleared' is a required"
        in problems(Endpoint.ALARMS.template, 200, {"system_id": 1, "alarms": [alarm]})[0]
    )
    assert problems(template, 200, [])


def test_an_answer_outside_the_contract_is_an_error_of_the_caller() -> None:
    with pytest.raises(KeyError):
        problems(Endpoint.SUMMARY.template, 418, {})
    with pytest.raises(KeyError):
        problems("/api/v4/nonsense", 200, {})


def test_a_429_with_a_period_needs_its_times() -> None:
    body = {"message": "Too Many Requests", "details": "Usage limit exceeded for plan Watt"}
    bare = body | {"code": 429}
    assert problems(Endpoint.SUMMARY.template, 429, bare) == []
    assert problems(Endpoint.SUMMARY.template, 429, bare | {"period": "minute"}) != []
