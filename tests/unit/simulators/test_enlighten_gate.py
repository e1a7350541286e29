"""Who may ask what, how often, and how the refusals look."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import pytest

from tests.simulators.clock import Clock
from tests.simulators.enlighten import (
    FREE,
    Access,
    Application,
    Endpoint,
    EnlightenSimulator,
    EnlightenSystem,
    Period,
    Plan,
    Told,
)

from .enlighten_kit import NOON, Client, signed_in

pytestmark = pytest.mark.usefixtures("socket_enabled")

GATED = [each for each in Endpoint if each.access not in FREE]
REFUSED = {"message": "Not Authorized", "details": "User is not authorized", "code": 401}


@pytest.fixture
async def client(socket_enabled: None) -> AsyncIterator[Client]:  # noqa: ARG001  opens sockets
    """A client on the free plan, of a cloud that has somebody else's system too."""
    clock = Clock(NOON)
    other = EnlightenSystem(clock, system_id=5, gateway_serial="5")
    cloud = EnlightenSimulator(clock, foreign=[other])
    async with signed_in(cloud) as client:
        yield client


@pytest.fixture
def cloud(client: Client) -> EnlightenSimulator:
    """The cloud of the client."""
    return client.cloud


async def test_a_key_in_the_header_or_in_the_url_opens(client: Client) -> None:
    assert (await client.get(Endpoint.SYSTEMS)).status == 200
    headers = {"Authorization": f"Bearer {client.token}"}
    assert (await client.raw("/api/v4/systems", {"key": client.key}, headers=headers)).status == 200
    assert [call.key_in_url for call in client.cloud.calls] == [False, True]
    assert client.key not in repr(client.cloud.calls)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda good: good | {"key": "guess"},
        lambda good: {"Authorization": good["Authorization"]},
        lambda good: {"key": good["key"]},
        lambda good: good | {"Authorization": "Bearer guess"},
        lambda good: good | {"Authorization": good["Authorization"].replace("Bearer", "Basic")},
    ],
)
async def test_without_both_key_and_token_nobody_is_authorized(
    client: Client, spoil: Callable[[dict[str, str]], dict[str, str]]
) -> None:
    good = {"Authorization": f"Bearer {client.token}", "key": client.key}
    assert await client.raw("/api/v4/systems", headers=spoil(good)) == (401, REFUSED)


async def test_a_key_of_another_application_is_named(
    client: Client, cloud: EnlightenSimulator
) -> None:
    cloud.applications.append(Application())
    client.key = cloud.applications[1].api_key
    reply = await client.get(Endpoint.SYSTEMS)
    assert (reply.status, reply.body["message"]) == (401, "API Key -Client mismatch")


@pytest.mark.parametrize("endpoint", GATED)
async def test_the_free_plan_refuses_paid_calls_with_401(
    client: Client, endpoint: Endpoint
) -> None:
    assert await client.get(endpoint, serial="1") == (401, REFUSED)


async def test_a_refusal_by_plan_may_be_403(client: Client, cloud: EnlightenSimulator) -> None:
    cloud.gate.plan_status = 403
    assert (await client.get(Endpoint.GRID_STATUS)).body["message"] == "Forbidden"


@pytest.mark.parametrize("access", sorted(FREE - {Access.EV_CHARGER_MONITORING}))
async def test_an_access_control_that_was_not_ticked_is_missing(
    client: Client, cloud: EnlightenSimulator, access: Access
) -> None:
    cloud.application.ticked = FREE - {access}
    statuses = {
        endpoint: (await client.get(endpoint, site_id=1)).status
        for endpoint in (Endpoint.SYSTEMS, Endpoint.ENERGY_LIFETIME, Endpoint.CONSUMPTION_LIFETIME)
    }
    refused = {each for each, status in statuses.items() if status == 401}
    assert refused == {each for each in statuses if each.access is access}


async def test_a_bigger_plan_opens_more_and_allows_more(
    client: Client, cloud: EnlightenSimulator
) -> None:
    own = cloud.application
    own.ticked = frozenset(Access)
    own.become(Plan.KILOWATT)
    serial = cloud.system.panels[0].serial
    assert (await client.get(Endpoint.MICRO_TELEMETRY, serial=serial)).status == 200
    assert (await client.get(Endpoint.GRID_STATUS)).status == 401
    own.become(Plan.MEGAWATT)
    assert (await client.get(Endpoint.GRID_STATUS)).status == 200
    assert own.quota.limit(Period.MONTH) == 300_000


async def test_the_eleventh_request_of_a_minute_is_too_many(
    client: Client, cloud: EnlightenSimulator
) -> None:
    replies = [await client.get(Endpoint.SUMMARY) for _ in range(11)]
    assert [reply.status for reply in replies] == [200] * 10 + [429]
    start = int(NOON.timestamp())
    assert replies[-1].body == {
        "message": "Too Many Requests",
        "details": "Usage limit exceeded for plan Watt",
        "code": 429,
        "period": "minute",
        "period_start": start,
        "period_end": start + 60,
        "limit": 10,
    }
    cloud.clock.advance(60)
    assert (await client.get(Endpoint.SUMMARY)).status == 200


async def test_the_thousand_and_first_request_of_a_month_is_too_many(
    client: Client, cloud: EnlightenSimulator
) -> None:
    cloud.spend(999)
    assert (await client.get(Endpoint.SUMMARY)).status == 200
    body = (await client.get(Endpoint.SUMMARY)).body
    assert (body["period"], body["limit"]) == ("month", 1000)
    assert body["period_start"] == datetime(2026, 6, 1, tzinfo=UTC).timestamp()
    assert body["period_end"] == datetime(2026, 7, 1, tzinfo=UTC).timestamp()
    cloud.clock.advance(body["period_end"] - cloud.clock.timestamp())
    client.token = cloud.sign_in()["access_token"]
    assert (await client.get(Endpoint.SUMMARY)).status == 200
    assert cloud.used() == 1


async def test_the_month_may_begin_elsewhere(client: Client, cloud: EnlightenSimulator) -> None:
    quota = cloud.application.quota
    quota.time_zone = "America/Los_Angeles"
    december = datetime(2026, 12, 31, 23, tzinfo=UTC).timestamp()
    span = quota.span(Period.MONTH, december)
    assert span.start == datetime(2026, 12, 1, 8, tzinfo=UTC).timestamp()
    assert span.end == datetime(2027, 1, 1, 8, tzinfo=UTC).timestamp()
    assert client.cloud is cloud


@pytest.mark.parametrize(
    ("told", "period", "endpoint", "has_period"),
    [
        (Told.AS_DOCUMENTED, Period.MINUTE, Endpoint.SUMMARY, True),
        (Told.AS_DOCUMENTED, Period.MONTH, Endpoint.SUMMARY, True),
        (Told.AS_DOCUMENTED, Period.MINUTE, Endpoint.OPEN_ALARMS, False),
        (Told.ALWAYS, Period.MINUTE, Endpoint.OPEN_ALARMS, True),
        (Told.NEVER, Period.MINUTE, Endpoint.SUMMARY, False),
        (Told.MINUTE_ONLY, Period.MINUTE, Endpoint.SUMMARY, True),
        (Told.MINUTE_ONLY, Period.MONTH, Endpoint.SUMMARY, False),
        (Told.MINUTE_ONLY, Period.MINUTE, Endpoint.EVENT_TYPES, False),
    ],
)
async def test_some_429_say_which_period_was_exceeded(
    client: Client,
    told: Told,
    period: Period,
    endpoint: Endpoint,
    has_period: bool,  # noqa: FBT001
) -> None:
    cloud = client.cloud
    cloud.gate.told = told
    cloud.application.quota.spend(1000, cloud.clock.timestamp(), period)
    reply = await client.get(endpoint)
    assert reply.status == 429
    assert reply.body.get("period") == (period.value if has_period else None)


async def test_a_429_has_no_header_that_helps(client: Client, cloud: EnlightenSimulator) -> None:
    cloud.spend(1000)
    headers = {"Authorization": f"Bearer {client.token}", "key": client.key}
    async with client.session.get(f"{cloud.base_url}/api/v4/systems", headers=headers) as answer:
        assert answer.status == 429
        assert not {
            name for name in answer.headers if "retry" in name.lower() or "x-r" in name.lower()
        }


@pytest.mark.parametrize(("counts", "used"), [(True, 4), (False, 1)])
async def test_refused_requests_may_count(client: Client, counts: bool, used: int) -> None:  # noqa: FBT001
    cloud = client.cloud
    cloud.gate.count_refused = counts
    await client.get(Endpoint.GRID_STATUS)
    cloud.grants.expire_access()
    await client.get(Endpoint.SUMMARY)
    client.token = cloud.sign_in()["access_token"]
    await client.get(Endpoint.SUMMARY)
    cloud.application.quota.per_minute = 1
    await client.get(Endpoint.SUMMARY)
    assert cloud.used() == used


async def test_a_request_with_an_unknown_key_counts_for_nobody(
    client: Client, cloud: EnlightenSimulator
) -> None:
    client.key = "guess"
    await client.get(Endpoint.SUMMARY)
    assert cloud.used() == 0


async def test_a_bad_token_is_told_before_an_empty_quota(
    client: Client, cloud: EnlightenSimulator
) -> None:
    cloud.spend(1000)
    client.token = "guess"  # noqa: S105
    assert (await client.get(Endpoint.SUMMARY)).status == 401


async def test_a_spent_quota_is_told_before_a_wrong_parameter(
    client: Client, cloud: EnlightenSimulator
) -> None:
    assert (await client.get(Endpoint.EVENTS)).status == 422
    cloud.spend(1000)
    assert (await client.get(Endpoint.EVENTS)).status == 429


async def test_each_application_has_its_own_quota(
    client: Client, cloud: EnlightenSimulator
) -> None:
    other = Application()
    cloud.applications.append(other)
    cloud.spend(1000)
    client.key, client.token = other.api_key, cloud.sign_in(other)["access_token"]
    assert (await client.get(Endpoint.SUMMARY)).status == 200
    assert (cloud.used(), cloud.used(other), cloud.used(other, Period.MINUTE)) == (1000, 1, 1)


async def test_systems_of_others_are_forbidden_and_unknown_ones_unknown(
    client: Client, cloud: EnlightenSimulator
) -> None:
    (other,) = cloud.foreign
    assert (await client.about(other, Endpoint.SUMMARY)).status == 403
    assert (await client.raw("/api/v4/systems/6/summary")).body["details"] == (
        'System not found for {:id=>"6"}'
    )
    assert (await client.raw("/api/v4/systems/six/summary")).status == 404
    reply = await client.get(Endpoint.INVERTERS_SUMMARY, envoy_serial_number=5)
    assert reply.status == 403


async def test_the_owner_may_close_one_system_to_the_api(
    client: Client, cloud: EnlightenSimulator
) -> None:
    cloud.system.api_access = False
    assert (await client.get(Endpoint.SUMMARY)).status == 403
    assert (await client.get(Endpoint.SYSTEMS)).body["systems"] == []


async def test_another_user_sees_other_systems(client: Client, cloud: EnlightenSimulator) -> None:
    cloud.gate.users["999"] = frozenset()
    client.token = cloud.sign_in(user="999")["access_token"]
    assert (await client.get(Endpoint.SYSTEMS)).body["total"] == 0
    assert (await client.get(Endpoint.SUMMARY)).status == 403


async def test_a_gateway_leads_to_its_system(client: Client, cloud: EnlightenSimulator) -> None:
    serial = cloud.system.gateway_serial
    reply = await client.get(Endpoint.RETRIEVE_SYSTEM_ID, serial_num=serial)
    assert reply.body == {"system_id": cloud.system.system_id}
    assert (await client.get(Endpoint.RETRIEVE_SYSTEM_ID)).status == 422
    assert (await client.get(Endpoint.RETRIEVE_SYSTEM_ID, serial_num="5")).status == 404


@pytest.mark.parametrize(("method", "status"), [("POST", 405), ("DELETE", 405), ("PROPFIND", 501)])
async def test_another_verb_gets_a_list_of_messages(
    client: Client, method: str, status: int
) -> None:
    reply = await client.raw("/api/v4/systems", method=method)
    assert reply.status == status
    assert reply.body["reason"] == str(status)
    assert isinstance(reply.body["message"], list)


async def test_unknown_paths_are_not_found(client: Client) -> None:
    assert (await client.raw("/api/v4/systems/698957008/nonsense")).status == 404
    async with client.session.get(client.cloud.base_url + "/robots.txt") as answer:
        assert answer.status == 404


async def test_a_call_that_the_cloud_does_not_have_yet_is_not_found(
    client: Client, cloud: EnlightenSimulator
) -> None:
    cloud.missing.add(Endpoint.OPEN_ALARMS)
    assert (await client.get(Endpoint.OPEN_ALARMS)).status == 404
    assert (await client.get(Endpoint.OPEN_EVENTS)).status == 200


async def test_calls_are_remembered(client: Client, cloud: EnlightenSimulator) -> None:
    await client.get(Endpoint.SUMMARY, summary_date="2026-06-01")
    await client.get(Endpoint.INVERTERS_SUMMARY, site_id=cloud.system.system_id, size=100)
    first, second = cloud.calls
    own = cloud.system.system_id
    assert (first.at, first.endpoint, first.system_id, first.status) == (
        NOON.timestamp(),
        Endpoint.SUMMARY,
        own,
        200,
    )
    assert first.query == {"summary_date": "2026-06-01"}
    assert (second.system_id, second.query["size"]) == (own, "100")
    assert (cloud.count(), cloud.count(Endpoint.SUMMARY), cloud.most_at_once) == (2, 1, 1)
