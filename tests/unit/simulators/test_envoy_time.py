"""The gateway lives by the site's clock: live stream, nights, restarts, days."""

from datetime import UTC, datetime

from aiohttp import ClientSession, TCPConnector
import orjson
import pytest

from tests.simulators.envoy import Endpoint, Fault, Role, Shape

from .envoy_kit import EVENING, NOON, Client, gateway, talking_to

pytestmark = pytest.mark.usefixtures("socket_enabled")

LIVE = Endpoint.LIVEDATA


async def arm(client: Client, enable: int = 1) -> str:
    reply = await client.ask(Endpoint.LIVE_STREAM, method="POST", json={"enable": enable})
    assert reply.status == 200
    text: str = reply.json["sc_stream"]
    return text


async def test_live_data_is_nothing_before_the_stream_was_ever_on() -> None:
    async with talking_to(gateway()) as client:
        live = await client.json(LIVE)
    assert live["connection"]["sc_stream"] == "disabled"
    assert live["meters"]["last_update"] == 0
    assert live["meters"]["pv"]["agg_p_mw"] == 0


async def test_live_data_is_the_truth_in_milliwatts_while_the_stream_is_on() -> None:
    async with talking_to(gateway(Shape.D8_2_STORAGE)) as client:
        simulator = client.simulator
        simulator.site.set_soc(50)
        assert await arm(client) == "enabled"
        for _ in range(3):
            simulator.site.clock.advance(7)
            live, truth = await client.json(LIVE), simulator.truth()
            meters = live["meters"]
            assert meters["last_update"] == int(truth.at)
            assert meters["pv"]["agg_p_mw"] == pytest.approx(truth.live.pv_w * 1000, abs=1)
            assert meters["grid"]["agg_p_mw"] == pytest.approx(truth.live.grid_w * 1000, abs=1)
            assert meters["load"]["agg_p_mw"] == pytest.approx(truth.live.load_w * 1000, abs=1)
            battery = meters["storage"]["agg_p_mw"]
            assert battery == pytest.approx(truth.live.battery_w * 1000, abs=1)
            assert battery < 0  # it charges
            assert meters["soc"] == truth.live.soc


async def test_the_stream_lapses_after_15_minutes_and_its_numbers_stay() -> None:
    async with talking_to(gateway()) as client:
        clock = client.simulator.site.clock
        await arm(client)
        clock.advance(14 * 60)
        last = await client.json(LIVE)
        assert last["connection"]["sc_stream"] == "enabled"
        clock.advance(60)
        lapsed = await client.json(LIVE)
        assert lapsed["connection"]["sc_stream"] == "disabled"
        assert lapsed["meters"] == last["meters"]
        assert await arm(client) == "enabled"
        assert (await client.json(LIVE))["meters"]["last_update"] == int(clock.timestamp())
        assert await arm(client, 0) == "disabled"
        assert (await client.json(LIVE))["connection"]["sc_stream"] == "disabled"


async def test_a_restart_ends_the_stream() -> None:
    async with talking_to(gateway()) as client:
        await arm(client)
        client.simulator.restart(zeros=True, seconds=1)
        client.simulator.site.clock.advance(2)
        live = await client.json(LIVE)
    assert live["connection"]["sc_stream"] == "disabled"
    assert live["meters"]["last_update"] == 0


async def test_frames_of_the_meter_stream_carry_each_phase() -> None:
    simulator = gateway(Shape.D8_3_ACTIVE_COUNT)
    async with (
        talking_to(simulator) as client,
        ClientSession(connector=TCPConnector(ssl=False)) as session,
    ):
        answer = await session.get(
            f"https://{simulator.address}/stream/meter",
            headers={"Authorization": f"Bearer {client.token}"},
        )
        line = await answer.content.readline()
        answer.close()
    frame = orjson.loads(line.removeprefix(b"data: "))
    truth = simulator.truth().production
    for name, (power, _) in zip(("ph-a", "ph-b", "ph-c"), truth.phases, strict=True):
        assert frame["production"][name]["p"] == pytest.approx(power, abs=0.01)


async def test_before_8_3_owners_may_not_read_the_meter_stream() -> None:
    async with talking_to(gateway(Shape.D8_2_STORAGE)) as client:
        assert (await client.ask("/stream/meter")).status == 401
        assert client.simulator.token(role=Role.INSTALLER)


async def test_at_night_it_says_nothing_for_minutes_after_23_00() -> None:
    simulator = gateway(start=EVENING)  # 22:30 in Amsterdam
    simulator.night_silence(minutes=8, fault=Fault.FAIL)
    statuses = []
    async with talking_to(simulator) as client:
        for _ in range(10):
            statuses.append((await client.ask(Endpoint.INFO)).status)
            simulator.site.clock.advance(5 * 60)
    assert statuses == [200] * 6 + [503] * 2 + [200] * 2


async def test_a_restart_says_503_or_zeros_for_a_while() -> None:
    async with talking_to(gateway()) as client:
        simulator, clock = client.simulator, client.simulator.site.clock
        simulator.restart(seconds=120)
        assert (await client.ask(Endpoint.READINGS)).status == 503
        clock.advance(121)
        assert (await client.json(Endpoint.READINGS))[0]["actEnergyDlvd"] > 0
        simulator.restart(zeros=True, seconds=120)
        assert (await client.json(Endpoint.READINGS))[0]["actEnergyDlvd"] == 0
        assert (await client.json(Endpoint.V1_INVERTERS)) == []
        clock.advance(121)
        assert (await client.json(Endpoint.READINGS))[0]["actEnergyDlvd"] > 0


async def test_v1_production_is_written_every_five_minutes() -> None:
    async with talking_to(gateway(start=NOON)) as client:
        seen = []
        for _ in range(10):
            client.simulator.site.clock.advance(60)
            seen.append((await client.json("/api/v1/production"))["wattHoursLifetime"])
    assert len(set(seen)) == 3


async def test_the_day_ends_at_local_midnight() -> None:
    simulator = gateway(start=datetime(2026, 6, 21, 19, 0, tzinfo=UTC))
    async with talking_to(simulator) as client:
        path = "/production.json?details=1"
        evening = (await client.json(path))["production"][1]
        simulator.site.clock.advance(3 * 3600 - 1)  # 23:59:59
        late = (await client.json(path))["production"][1]
        simulator.site.clock.advance(1)
        night = (await client.json(path))["production"][1]
    assert late["whToday"] > evening["whToday"] > 20_000
    assert night["whToday"] == 0
    assert night["whLifetime"] == late["whLifetime"]
    assert night["whLastSevenDays"] == late["whLastSevenDays"]
