"""What goes wrong with a call, and what is on the wire then."""

import asyncio
from collections.abc import AsyncIterator
import json

from aiohttp import ClientConnectionError, ClientSession
import pytest

from tests.simulators.clock import Clock
from tests.simulators.enlighten import EVERYWHERE, Endpoint, EnlightenSimulator, Fault

from .enlighten_kit import NOON, Client, signed_in

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture
async def client(socket_enabled: None) -> AsyncIterator[Client]:  # noqa: ARG001  opens sockets
    """A client of a running cloud."""
    cloud = EnlightenSimulator(Clock(NOON))
    async with signed_in(cloud) as client:
        yield client


@pytest.fixture
def cloud(client: Client) -> EnlightenSimulator:
    """The cloud of the client."""
    return client.cloud


async def raw(client: Client, endpoint: Endpoint = Endpoint.SUMMARY) -> tuple[int, str, bytes]:
    """Return status, content type and body of an answer as it is."""
    path = endpoint.template.replace("{system_id}", str(client.cloud.system.system_id))
    headers = {"Authorization": f"Bearer {client.token}", "key": client.key}
    url = client.cloud.base_url + path
    async with client.session.get(url, headers=headers, allow_redirects=False) as answer:
        return answer.status, answer.content_type, await answer.read()


@pytest.mark.parametrize(
    ("fault", "status", "details"),
    [
        (Fault.SERVER_ERROR, 500, "Something went wrong"),
        (Fault.UNAUTHORIZED, 401, "User is not authorized"),
        (Fault.MISMATCH, 401, "API Key and Client ID"),
        (Fault.FORBIDDEN, 403, "Not authorized to access this resource"),
        (Fault.NOT_FOUND, 404, "System not found"),
        (Fault.UNPROCESSABLE, 422, "Requested date range is invalid"),
        (Fault.MINUTE_QUOTA, 429, "Usage limit exceeded"),
        (Fault.MONTH_QUOTA, 429, "Usage limit exceeded"),
        (Fault.BARE_QUOTA, 429, "Usage limit exceeded"),
    ],
)
async def test_errors_have_the_form_of_the_contract(
    client: Client, fault: Fault, status: int, details: str
) -> None:
    client.cloud.fault(Endpoint.SUMMARY, fault, times=1)
    reply = await client.get(Endpoint.SUMMARY)
    assert reply.status == status
    assert details in reply.body["details"]
    periods = {Fault.MINUTE_QUOTA: "minute", Fault.MONTH_QUOTA: "month"}
    assert reply.body.get("period") == periods.get(fault)
    assert (await client.get(Endpoint.SUMMARY)).status == 200
    assert client.cloud.used() == 2


@pytest.mark.parametrize(
    ("fault", "status", "content_type", "sign"),
    [
        (Fault.FAIL, 503, "text/html", b"Unavailable"),
        (Fault.HTML, 200, "text/html", b"Log in"),
        (Fault.EMPTY, 200, "application/json", b""),
        (Fault.MOVED, 302, "application/octet-stream", b""),
    ],
)
async def test_pages_come_in_place_of_json(
    client: Client, fault: Fault, status: int, content_type: str, sign: bytes
) -> None:
    client.cloud.fault(EVERYWHERE, fault)
    got, kind, body = await raw(client)
    assert (got, kind) == (status, content_type)
    assert sign in body
    assert bool(sign) == bool(body)
    assert client.cloud.used() == 1
    client.cloud.clear_faults()
    assert (await raw(client))[0] == 200


async def test_spoilt_documents_are_spoilt(client: Client, cloud: EnlightenSimulator) -> None:
    seen = {}
    for fault in (Fault.NULLS, Fault.TEXTS, Fault.EXTRA, Fault.WRONG_SHAPE):
        cloud.fault(Endpoint.SUMMARY, fault, times=1)
        seen[fault] = json.loads((await raw(client))[2])
    assert seen[Fault.NULLS]["energy_today"] is None
    assert seen[Fault.NULLS]["status"] == "normal"
    assert seen[Fault.TEXTS]["energy_today"] == "n/a"
    assert "new_in_2030" in seen[Fault.EXTRA]
    assert seen[Fault.WRONG_SHAPE] == []
    cloud.fault(Endpoint.SYSTEMS, Fault.EXTRA)
    systems = json.loads((await raw(client, Endpoint.SYSTEMS))[2])["systems"]
    assert "new_in_2030" in systems[0]["address"]


async def test_a_list_becomes_an_object_of_the_wrong_shape(
    client: Client, cloud: EnlightenSimulator
) -> None:
    cloud.fault(Endpoint.INVERTERS_SUMMARY, Fault.WRONG_SHAPE)
    path = Endpoint.INVERTERS_SUMMARY.template
    assert (await client.raw(path, {"site_id": cloud.system.system_id})).body == {}


async def test_a_truncated_answer_is_no_json(client: Client, cloud: EnlightenSimulator) -> None:
    cloud.fault(Endpoint.SUMMARY, Fault.TRUNCATED)
    with pytest.raises(json.JSONDecodeError):
        await client.get(Endpoint.SUMMARY)


async def test_a_slow_answer_is_whole(client: Client, cloud: EnlightenSimulator) -> None:
    cloud.slow_s = 0.05
    cloud.fault(Endpoint.SUMMARY, Fault.SLOW)
    replies = await asyncio.gather(*(client.get(Endpoint.SUMMARY) for _ in range(3)))
    assert [reply.status for reply in replies] == [200] * 3
    assert (cloud.most_at_once, cloud.at_once) == (3, 0)


async def test_a_silent_call_says_nothing_and_counts(
    client: Client, cloud: EnlightenSimulator
) -> None:
    cloud.fault(Endpoint.SUMMARY, Fault.SILENT)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await client.get(Endpoint.SUMMARY)
    assert cloud.used() == 1


async def test_a_reset_ends_the_connection(client: Client, cloud: EnlightenSimulator) -> None:
    cloud.fault(Endpoint.SUMMARY, Fault.RESET)
    with pytest.raises(ClientConnectionError):
        await client.get(Endpoint.SUMMARY)
    assert {call.status for call in cloud.calls} == {0}


async def test_a_fault_strikes_one_call_only(client: Client, cloud: EnlightenSimulator) -> None:
    cloud.fault(Endpoint.SUMMARY, Fault.FAIL, times=2)
    assert (await raw(client, Endpoint.SYSTEM))[0] == 200
    assert [(await raw(client))[0] for _ in range(3)] == [503, 503, 200]


async def test_a_closed_cloud_refuses_and_comes_back_at_the_same_address(
    client: Client, cloud: EnlightenSimulator
) -> None:
    address = cloud.base_url
    assert (await raw(client))[0] == 200
    await cloud.close()
    with pytest.raises(ClientConnectionError):
        await raw(client)
    await cloud.close()
    async with ClientSession() as fresh:
        with pytest.raises(ClientConnectionError):
            await fresh.get(address)
    await cloud.open()
    await cloud.open()
    assert cloud.base_url == address
    assert (await raw(client))[0] == 200


async def test_a_stopped_cloud_stays_closed(cloud: EnlightenSimulator) -> None:
    await cloud.stop()
    await cloud.stop()
    await cloud.open()
    async with ClientSession() as fresh:
        with pytest.raises(ClientConnectionError):
            await fresh.get(cloud.base_url)


async def test_there_is_no_truth_about_an_unknown_system(cloud: EnlightenSimulator) -> None:
    with pytest.raises(KeyError):
        cloud.truth(1)


def test_each_fault_says_what_it_does() -> None:
    assert len({fault.on_wire for fault in Fault}) == len(Fault)
