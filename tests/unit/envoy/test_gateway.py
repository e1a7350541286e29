"""One gateway, asked by the table: what is asked when, and what comes out."""

import asyncio

import pytest

from custom_components.solar_monitor.clients.envoy.endpoints import ENDPOINTS, Block, Group
from custom_components.solar_monitor.clients.envoy.info import GatewayInfo
from custom_components.solar_monitor.clients.envoy.readings import Origin
from custom_components.solar_monitor.clients.envoy.record import PATHS
from custom_components.solar_monitor.clients.envoy.shape import Shape
from custom_components.solar_monitor.clients.errors import (
    HttpStatusError,
    NoAnswerError,
)

from . import documents as docs
from .paper_link import (
    ask,
    ask_all,
    asked_since,
    failed,
    gateway_on,
    metered,
    standard,
    until,
    with_batteries,
)

INFO = GatewayInfo(
    serial=docs.SERIAL,
    firmware="8.3.5167",
    part_number="800-00654-r08",
    metered=True,
    needs_token=True,
)


async def test_the_first_poll_asks_who_is_there_and_what_there_is() -> None:
    link = metered()
    gateway = gateway_on(link)
    poll = await ask(gateway)
    assert asked_since(link) == [Block.INFO, Block.METERS, Block.READINGS]
    assert poll.updated == {Block.INFO, Block.METERS, Block.READINGS}
    assert poll.report.updated == poll.updated
    assert poll.report.failed == {}
    assert gateway.info == INFO
    assert poll.readings.production
    assert (poll.readings.production.power_w, poll.readings.production.origin) == (
        2_100,
        Origin.CT,
    )
    assert poll.measured_at == link.times.unix_s
    await gateway.close()


async def test_later_polls_ask_for_readings_alone_and_for_the_meters_now_and_then() -> None:
    link = metered()
    gateway = gateway_on(link)
    await ask(gateway)
    start = len(link.asked)
    for _ in range(11):
        link.times.pass_by(30)
        await ask(gateway)
    blocks = asked_since(link, start)
    assert blocks.count(Block.READINGS) == 11
    assert blocks.count(Block.METERS) == 1
    assert len(blocks) == 12
    await gateway.close()


async def test_a_standard_gateway_is_asked_for_its_production() -> None:
    link = standard()
    gateway = gateway_on(link)
    poll = await ask(gateway)
    assert asked_since(link) == [Block.INFO, Block.METERS, Block.V1_PRODUCTION]
    assert poll.readings.production
    assert poll.readings.production.origin is Origin.INVERTERS
    await gateway.close()


async def test_each_answer_is_new_once() -> None:
    link = metered()
    gateway = gateway_on(link)
    await ask(gateway)
    assert (await ask(gateway, Group.PANELS)).updated == {Block.DEVICE_DATA}
    assert (await ask(gateway)).updated == {Block.READINGS}
    await gateway.close()


async def test_all_groups_together_show_all_that_there_is() -> None:
    link = with_batteries(metered(phases=3))
    gateway = gateway_on(link)
    polls = await ask_all(gateway)
    readings = polls[-1].readings
    assert gateway.readings == readings
    assert set(readings.panels) == {"482208990001", "482208990002"}
    assert readings.battery
    assert (readings.battery.soc, readings.battery.power_w) == (55, -1_220)
    assert readings.tariff
    assert readings.tariff.storage_mode == "economy"
    assert readings.enpower
    assert readings.enpower.grid_present
    assert readings.home
    assert readings.home.timezone == "Europe/Berlin"
    assert gateway.shape == Shape.from_data(gateway.shape.to_data())
    assert gateway.shape.panels == ("482208990001", "482208990002")
    assert gateway.shape.enpower == "2024"
    assert gateway.shape.livedata
    assert failed(polls) == {}
    await gateway.close()


async def test_what_follows_on_an_inventory_comes_with_it() -> None:
    link = with_batteries(metered())
    gateway = gateway_on(link)
    await ask(gateway)
    poll = await ask(gateway, Group.SLOW)
    assert {Block.ENSEMBLE_SECCTRL, Block.ENSEMBLE_POWER, Block.TARIFF} <= poll.updated
    await gateway.close()


async def test_a_remembered_battery_is_asked_for_at_once() -> None:
    link = with_batteries(metered())
    first = gateway_on(link)
    await ask_all(first)
    await first.close()
    start = len(link.asked)
    second = gateway_on(link, shape=first.shape, info=INFO)
    await ask(second)
    await ask(second, Group.IDENTITY)
    assert Block.ENSEMBLE_POWER in asked_since(link, start)
    await second.close()


async def test_what_came_before_the_list_of_batteries_is_told_with_it() -> None:
    link = with_batteries(metered())
    first = gateway_on(link)
    await ask_all(first)
    await first.close()
    second = gateway_on(link, shape=first.shape, info=INFO)
    await ask(second)
    await until(lambda: "ensemble_power" in second.timings)
    early = await ask(second)
    assert Block.ENSEMBLE_POWER in early.updated
    assert early.readings.batteries == {}
    late = await ask(second, Group.SLOW)
    assert late.readings.batteries
    assert {Block.ENSEMBLE_INVENTORY, Block.ENSEMBLE_POWER} <= late.updated
    await ask(second, Group.SLOW)
    assert Block.ENSEMBLE_POWER not in (await ask(second, Group.SLOW)).updated
    await second.close()


async def test_slow_endpoints_never_delay_fast_ones() -> None:
    link = metered()
    gateway = gateway_on(link)
    await ask(gateway)
    path = ENDPOINTS[Block.INVENTORY].path
    link.held[path] = asyncio.Event()
    link.pages[path] = [{"type": "PCU", "devices": [docs.stock("1")]}]
    slow = await ask(gateway, Group.SLOW, time_limit_s=0)
    assert Block.INVENTORY not in slow.updated
    await until(lambda: path in link.asked)
    for _ in range(3):
        fast = await ask(gateway)
        assert Block.READINGS in fast.updated
        assert Block.INVENTORY not in fast.updated
    link.held[path].set()
    await ask(gateway, Group.SLOW)
    assert (await ask(gateway, Group.PANELS)).readings.panels["1"].producing
    assert link.most_at_once == 2
    assert link.count(Block.INVENTORY) <= 2
    await gateway.close()


async def test_what_the_background_brought_comes_out_with_the_next_poll_of_any_group() -> None:
    link = metered()
    gateway = gateway_on(link)
    await ask(gateway)
    path = ENDPOINTS[Block.DEVICE_DATA].path
    link.held[path] = asyncio.Event()
    assert (await ask(gateway, Group.PANELS, time_limit_s=0)).updated == frozenset()
    link.held.pop(path).set()
    await until(lambda: "device_data" in gateway.timings)
    assert (await ask(gateway)).updated == {Block.READINGS, Block.DEVICE_DATA}
    await gateway.close()


async def test_a_failure_is_told_to_the_poll_of_its_own_group() -> None:
    link = metered()
    gateway = gateway_on(link)
    await ask(gateway)
    link.put(Block.INVENTORY, HttpStatusError(status=503))
    path = ENDPOINTS[Block.PDM_ENERGY].path
    link.held[path] = asyncio.Event()
    await ask(gateway, Group.SLOW, time_limit_s=0)
    link.held.pop(path).set()
    await until(lambda: "inventory" in gateway.timings)
    assert Block.INVENTORY not in (await ask(gateway)).report.failed
    assert Block.INVENTORY in (await ask(gateway, Group.SLOW)).report.failed
    assert Block.INVENTORY in (await ask(gateway, Group.SLOW)).report.failed
    await gateway.close()


async def test_nobody_asks_for_what_nobody_looks_at() -> None:
    link = standard()
    gateway = gateway_on(link)
    await gateway.poll(Group.FAST, wanted=(), time_limit_s=5)
    await gateway.poll(Group.SLOW, wanted={Block.INVENTORY}, time_limit_s=5)
    assert asked_since(link) == [
        Block.INFO,
        Block.METERS,
        Block.V1_PRODUCTION,
        Block.INVENTORY,
    ]
    await gateway.close()


async def test_firmware_that_knows_only_the_old_path_is_asked_there() -> None:
    link = standard()
    link.put(Block.V1_PRODUCTION, dict.fromkeys(docs.v1(), 0))
    link.pages["/production"] = link.pages.pop(ENDPOINTS[Block.PRODUCTION].path)
    gateway = gateway_on(link)
    poll = await ask(gateway)
    assert poll.readings.production
    assert poll.readings.production.energy_kwh == 4_990
    await ask(gateway)
    assert link.asked.count("/production.json?details=1") == 1
    assert link.asked.count("/production") == 2
    await gateway.close()


async def test_where_neither_path_is_known_the_failure_is_told() -> None:
    link = standard()
    link.put(Block.V1_PRODUCTION, HttpStatusError(status=404))
    del link.pages[ENDPOINTS[Block.PRODUCTION].path]
    gateway = gateway_on(link)
    poll = await ask(gateway)
    assert isinstance(poll.report.failed[Block.PRODUCTION], HttpStatusError)
    assert poll.readings.production is None
    await gateway.close()


async def test_a_path_that_has_answered_is_not_given_up() -> None:
    link = standard()
    link.put(Block.V1_PRODUCTION, dict.fromkeys(docs.v1(), 0))
    gateway = gateway_on(link)
    await ask(gateway)
    link.put(Block.PRODUCTION, HttpStatusError(status=404))
    await ask(gateway)
    assert "/production" not in link.asked
    await gateway.close()


async def test_a_removed_panel_is_forgotten_unless_it_is_still_told_of() -> None:
    link = metered()
    gateway = gateway_on(link)
    await ask_all(gateway)
    link.put(Block.DEVICE_DATA, docs.device_data(docs.pcu("482208990001")))
    link.put(Block.INVENTORY, [{"type": "PCU", "devices": [docs.stock("482208990001")]}])
    await ask_all(gateway)
    assert gateway.shape.panels == ("482208990001", "482208990002")
    for serial in gateway.shape.panels:
        gateway.forget(serial)
    poll = await ask(gateway)
    assert list(poll.readings.panels) == list(gateway.shape.panels) == ["482208990001"]
    await gateway.close()


async def test_live_data_are_read_and_kept_fresh() -> None:
    link = metered()
    meters = {"pv": {"agg_p_mw": 2_100_000}, "grid": {"agg_p_mw": -1_500_000}, "soc": 0}
    link.put(Block.LIVEDATA, {"connection": {"sc_stream": "disabled"}, "meters": meters})
    link.pages["/ivp/livedata/stream"] = {"sc_stream": "enabled"}
    gateway = gateway_on(link)
    live = await gateway.read_live()
    assert (live.pv_w, live.grid_w, live.streaming) == (2_100, -1_500, False)
    assert await gateway.arm_live()
    assert link.sent == [("/ivp/livedata/stream", {"enable": 1})]
    assert "livedata" in gateway.exchanges.export()
    link.put(Block.LIVEDATA, NoAnswerError())
    with pytest.raises(NoAnswerError):
        await gateway.read_live()
    await gateway.close()


async def test_the_last_answers_are_kept_for_a_fault_report() -> None:
    link = metered()
    link.put(Block.INVENTORY, HttpStatusError(status=503))
    link.put(Block.HOME, NoAnswerError())
    gateway = gateway_on(link)
    await ask_all(gateway)
    shown = gateway.exchanges.export(docs.SERIAL)
    assert "activePower" in shown["readings"][0]["body"]
    assert docs.SERIAL not in str(shown)
    assert "482208990001" not in str(shown)
    assert shown["inventory"][0] | {"status": 503, "error": "bad_status"} == shown["inventory"][0]
    assert shown["home"][0] | {"status": None, "error": "no_answer"} == shown["home"][0]
    assert set(shown) <= set(gateway.timings)
    await gateway.close()


async def test_a_recording_takes_turns_with_the_background_and_leaves_a_place_for_fast_polls() -> (
    None
):
    link = metered()
    gateway = gateway_on(link)
    await ask_all(gateway)
    slow = link.held[ENDPOINTS[Block.DEVICE_DATA].path] = asyncio.Event()
    link.times.pass_by(3_600)
    link.most_at_once = 0
    panels = asyncio.create_task(ask(gateway, Group.PANELS))
    await until(lambda: link.at_once == 1)
    recording = asyncio.create_task(gateway.record())
    for _ in range(3):
        link.times.pass_by(30)
        assert Block.READINGS in (await ask(gateway)).updated
    assert not recording.done()
    slow.set()
    await panels
    assert list(await recording) == list(PATHS)
    assert link.most_at_once == 2
    await gateway.close()


async def test_a_recording_holds_every_endpoint_once_and_masked() -> None:
    link = with_batteries(metered())
    link.put(Block.HOME, NoAnswerError())
    link.took_s[ENDPOINTS[Block.INVENTORY].path] = 20
    gateway = gateway_on(link)
    recorded = await gateway.record("4921")
    assert list(recorded) == list(PATHS)
    assert link.asked == list(PATHS)
    assert recorded["/inventory.json?deleted=1"]["took_s"] == 20
    assert recorded["/home"]["error"] == "no_answer"
    assert recorded["/ivp/peb/devstatus"]["status"] == 404
    assert "482208990001" not in str(recorded)
    assert link.sent == []
    await gateway.close()


async def test_an_endpoint_that_gets_slow_is_asked_less_often() -> None:
    link = metered()
    gateway = gateway_on(link)
    await ask_all(gateway)
    link.took_s[ENDPOINTS[Block.DEVICE_DATA].path] = 25
    for _ in range(20):
        link.times.pass_by(60)
        await ask(gateway, Group.PANELS)
    assert link.count(Block.DEVICE_DATA) <= 8
    link.took_s.clear()
    link.times.pass_by(600)
    await ask(gateway, Group.PANELS)
    asked = link.count(Block.DEVICE_DATA)
    for _ in range(5):
        link.times.pass_by(60)
        await ask(gateway, Group.PANELS)
    assert link.count(Block.DEVICE_DATA) == asked + 5
    await gateway.close()
