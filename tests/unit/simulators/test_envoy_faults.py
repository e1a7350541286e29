"""What goes wrong with one endpoint does so on the wire, and nowhere else."""

from collections.abc import Callable

from aiohttp import ClientError
import pytest

from tests.simulators.envoy import EVERYWHERE, Endpoint, Fault, Shape
from tests.simulators.envoy.answers import REFUSALS
from tests.simulators.envoy.endpoints import ROUTES, Role

from .envoy_kit import Client, gateway, talking_to

pytestmark = pytest.mark.usefixtures("socket_enabled")

READINGS = Endpoint.READINGS


@pytest.mark.parametrize("fault", REFUSALS)
async def test_a_refusal_is_a_page_with_its_status(fault: Fault) -> None:
    async with talking_to(gateway()) as client:
        client.simulator.fault(READINGS, fault)
        reply = await client.ask(READINGS)
        assert reply.status == REFUSALS[fault][0]
        assert reply.headers["Content-Type"].startswith("text/html")
        assert ("Location" in reply.headers) == (fault is Fault.MOVED)
        assert (await client.ask("/ivp/meters")).status == 200


async def test_a_truncated_answer_is_whole_to_http_and_no_json() -> None:
    async with talking_to(gateway()) as client:
        whole = (await client.ask(READINGS)).body
        client.simulator.fault(READINGS, Fault.TRUNCATED)
        reply = await client.ask(READINGS)
    assert reply.status == 200
    assert reply.body == whole[: len(whole) // 2]
    assert int(reply.headers["Content-Length"]) == len(reply.body)


async def test_an_empty_answer_is_200_with_nothing() -> None:
    async with talking_to(gateway()) as client:
        client.simulator.fault(READINGS, Fault.EMPTY)
        reply = await client.ask(READINGS)
    assert (reply.status, reply.body) == (200, b"")


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.RESET])
async def test_a_connection_ends_too_early(fault: Fault) -> None:
    async with talking_to(gateway()) as client:
        client.simulator.fault(READINGS, fault, times=2)  # aiohttp asks once more by itself
        with pytest.raises(ClientError):
            await client.ask(READINGS)
        client.simulator.clear_faults()
        assert (await client.ask(READINGS)).status == 200


async def test_a_silent_gateway_says_nothing_until_the_client_gives_up() -> None:
    async with talking_to(gateway()) as client:
        client.simulator.fault(READINGS, Fault.SILENT)
        with pytest.raises(TimeoutError):
            await client.ask(READINGS, time_limit_s=0.05)


async def test_a_slow_answer_comes_and_is_right() -> None:
    async with talking_to(gateway()) as client:
        client.simulator.slow_s = 0.01
        client.simulator.fault(READINGS, Fault.SLOW)
        client.simulator.delays[READINGS] = 0.01
        assert len(await client.json(READINGS)) == 2


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault.ZERO, lambda _: 0),
        (Fault.WRAPPED, lambda _: 2**32 - 5),
        (Fault.DROP, lambda true: true - 1_200_000),
        (Fault.JUMP, lambda true: true + 1_200_000),
    ],
)
async def test_a_poisoned_counter_is_wrong_by_so_much_wherever_it_stands(
    fault: Fault, expected: Callable[[float], float]
) -> None:
    async with talking_to(gateway()) as client:
        true = await counters(client)
        client.simulator.fault(EVERYWHERE, fault)
        poisoned = await counters(client)
    assert poisoned == pytest.approx([expected(value) for value in true], abs=1)


async def counters(client: Client) -> list[float]:
    details = await client.json("/production.json?details=1")
    readings = await client.json(READINGS)
    v1 = await client.json("/api/v1/production")
    pdm = await client.json("/ivp/pdm/energy")
    reports = await client.json("/ivp/meters/reports")
    return [
        details["production"][0]["whLifetime"],
        details["production"][1]["whLifetime"],
        details["production"][1]["lines"][0]["whLifetime"],
        readings[0]["actEnergyDlvd"],
        readings[1]["actEnergyRcvd"],
        readings[1]["channels"][0]["actEnergyDlvd"],
        v1["wattHoursLifetime"],
        pdm["production"]["eim"]["wattHoursLifetime"],
        reports[0]["cumulative"]["whDlvdCum"],
    ]


async def test_a_panels_counter_is_poisoned_in_joules_and_its_interval_is_not() -> None:
    async with talking_to(gateway()) as client:
        before = await panel(client)
        client.simulator.fault(Endpoint.DEVICE_DATA, Fault.JUMP, times=1)
        poisoned = await panel(client)
        after = await panel(client)
    jump = poisoned["lifetime"]["joulesProduced"] - before["lifetime"]["joulesProduced"]
    assert jump == pytest.approx(1_200_000 * 3600, abs=3600)
    assert poisoned["lastReading"] == before["lastReading"]
    assert after == before


async def panel(client: Client) -> dict[str, dict[str, int]]:
    devices = await client.json(Endpoint.DEVICE_DATA)
    first: dict[str, dict[str, int]] = next(iter(devices.values()))["channels"][0]
    return first


async def test_counters_of_the_day_can_be_2_to_the_32_alone() -> None:
    async with talking_to(gateway()) as client:
        client.simulator.fault(Endpoint.PRODUCTION_JSON, Fault.DAILY_WRAPPED)
        production = (await client.json("/production.json"))["production"][1]
    assert production["whToday"] == 2**32 - 5
    assert production["whLifetime"] < 2**32 - 5


async def test_json_of_another_shape() -> None:
    async with talking_to(gateway()) as client:
        client.simulator.fault(EVERYWHERE, Fault.WRONG_SHAPE)
        assert await client.json(READINGS) == {}
        assert await client.json("/api/v1/production") == []
        client.simulator.fault(EVERYWHERE, Fault.ERROR_OBJECT)
        assert list(await client.json(READINGS)) == ["error"]
        client.simulator.fault(EVERYWHERE, Fault.NULLS)
        assert (await client.json("/api/v1/production"))["wattsNow"] is None
        client.simulator.fault(EVERYWHERE, Fault.TEXTS)
        assert (await client.json(READINGS))[0]["activePower"] == "unknown"
        client.simulator.clear_faults()
        assert (await client.json(READINGS))[0]["activePower"] > 0


async def test_a_fault_everywhere_leaves_identity_and_token_check_alone() -> None:
    async with talking_to(gateway()) as client:
        client.simulator.fault(EVERYWHERE, Fault.FAIL)
        assert (await client.ask(Endpoint.INFO)).status == 200
        assert (await client.ask(Endpoint.CHECK_JWT)).status == 200
        client.simulator.fault(Endpoint.INFO, Fault.FAIL, times=1)
        assert (await client.ask(Endpoint.INFO)).status == 503
        assert (await client.ask(Endpoint.INFO)).status == 200


async def test_every_endpoint_of_a_gateway_with_everything_answers() -> None:
    async with talking_to(gateway(Shape.D8_3_STORAGE_PHASE)) as client:
        client.token = client.simulator.token(role=Role.INSTALLER)
        for path in ROUTES:
            assert isinstance(await client.json(path), dict | list), path
    assert [path for _, path in client.simulator.requests] == list(ROUTES)
