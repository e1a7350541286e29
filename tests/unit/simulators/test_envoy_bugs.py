"""Each fault of a firmware is on the wire as the public reports describe it."""

from dataclasses import replace
from typing import Any

import pytest

from tests.simulators.envoy import CtKind, Shape

from .envoy_kit import EVENING, Client, gateway, talking_to

pytestmark = pytest.mark.usefixtures("socket_enabled")

DETAILS = "/production.json?details=1"


def eim(document: Any, section: str = "production", at: int = -1) -> Any:  # noqa: ANN401 - any JSON
    return document[section][at]


async def thrice(client: Client, path: str) -> list[Any]:
    return [await client.json(path) for _ in range(3)]


async def test_phases_are_only_there_with_details_and_from_7_6_on() -> None:
    for shape, with_details in (
        (Shape.R4_10_SPLIT, False),
        (Shape.D7_3_METERED, False),
        (Shape.D7_6_THREE_PHASES, True),
        (Shape.D8_3_UNKNOWN_EIDS, True),
    ):
        async with talking_to(gateway(shape)) as client:
            assert "lines" not in eim(await client.json("/production.json"))
            assert ("lines" in eim(await client.json(DETAILS))) == with_details


async def test_8_3_5433_always_has_three_lines_and_today_is_the_lifetime() -> None:
    async with talking_to(gateway(Shape.D8_3_STORAGE_PHASE)) as client:
        production = eim(await client.json(DETAILS))
    assert len(production["lines"]) == 3
    assert not any(production["lines"][2].values())
    assert production["whToday"] == production["whLastSevenDays"] == production["whLifetime"]


async def test_8_3_5433_shows_net_consumption_as_total_consumption() -> None:
    async with talking_to(gateway(Shape.D8_3_TOTAL_IS_NET)) as client:
        total, net = (await client.json(DETAILS))["consumption"]
        truth = client.simulator.truth()
    assert (total["wNow"], total["whLifetime"]) == (net["wNow"], net["whLifetime"])
    assert net["wNow"] == pytest.approx(truth.load.power_w - truth.production.power_w, abs=0.01)


async def test_8_3_5528_shows_another_counter_now_and_then() -> None:
    async with talking_to(gateway(Shape.D8_3_ACTIVE_COUNT)) as client:
        first, second, third = map(eim, await thrice(client, DETAILS))
    assert first["activeCount"] == second["activeCount"] == 1
    assert third["activeCount"] == 0
    assert third["whLifetime"] > first["whLifetime"] + 1_200_000


async def test_8_3_6xxx_loses_a_phase_of_the_storage_ct_now_and_then() -> None:
    async with talking_to(gateway(Shape.D8_3_STORAGE_PHASE)) as client:
        first, _, third = [answer[2] for answer in await thrice(client, "/ivp/meters/readings")]
    assert first["actEnergyDlvd"] == pytest.approx(
        sum(channel["actEnergyDlvd"] for channel in first["channels"]), abs=0.01
    )
    assert third["channels"][0]["actEnergyDlvd"] == 0
    assert third["actEnergyDlvd"] == third["channels"][1]["actEnergyDlvd"]


async def test_8_3_5025_reads_meters_that_are_not_in_the_list() -> None:
    async with talking_to(gateway(Shape.D8_3_UNKNOWN_EIDS)) as client:
        listed = {meter["eid"] for meter in await client.json("/ivp/meters")}
        read = {meter["eid"] for meter in await client.json("/ivp/meters/readings")}
    assert read > listed


async def test_8_3_6086_lists_meters_that_are_not_fitted_as_disabled() -> None:
    async with talking_to(gateway(Shape.D8_3_STORAGE_PHASE)) as client:
        meters = await client.json("/ivp/meters")
    states = {meter["measurementType"]: meter["state"] for meter in meters}
    assert states.pop("production") == states.pop("storage") == "enabled"
    assert states.pop("net-consumption") == "enabled"
    assert set(states.values()) == {"disabled"}


async def test_8_2_4264_stands_still_without_cts() -> None:
    simulator = gateway(Shape.D8_2_NO_CT)
    async with talking_to(simulator) as client:
        before = await client.json("/api/v1/production")
        simulator.site.clock.advance(3600)
        after = await client.json("/api/v1/production")
        document = await client.json(DETAILS)
    assert before == after
    assert eim(document)["activeCount"] == 0
    assert document["production"][0]["whLifetime"] == int(
        simulator.truth().production.energy_kwh * 1000
    )


async def test_8_3_5422_has_no_eim_and_zeros() -> None:
    async with talking_to(gateway(Shape.D8_3_STANDARD)) as client:
        assert not any((await client.json("/api/v1/production")).values())
        assert [each["type"] for each in (await client.json("/production"))["production"]] == [
            "inverters"
        ]


async def test_consumption_of_today_is_zero_in_7_3_and_7_6() -> None:
    for shape in (Shape.D7_3_METERED, Shape.D7_6_THREE_PHASES):
        async with talking_to(gateway(shape)) as client:
            total, _ = (await client.json("/production.json"))["consumption"]
        assert total["whToday"] == total["whLastSevenDays"] == 0
        assert total["whLifetime"] > 0


async def test_net_consumption_counts_import_alone_until_7_6_and_the_difference_after() -> None:
    for shape, difference in ((Shape.D7_6_THREE_PHASES, False), (Shape.D8_3_METERED, True)):
        async with talking_to(gateway(shape)) as client:
            _, net = (await client.json("/production.json"))["consumption"]
            grid = client.simulator.truth().grid
        assert grid is not None
        expected = grid.import_kwh - grid.export_kwh * difference
        assert net["whLifetime"] == pytest.approx(expected * 1000, abs=0.01)


async def test_before_8_a_panels_counter_wraps_and_the_sum_falls_by_1_19_mwh() -> None:
    simulator = gateway(Shape.D7_6_STANDARD)
    simulator.field.panels[0].joules = 2.0**32 - 225
    async with talking_to(simulator) as client:
        before = await client.json("/api/v1/production")
        simulator.site.clock.advance(901 + 12)
        after = await client.json("/api/v1/production")
    fall = before["wattHoursLifetime"] - after["wattHoursLifetime"]
    assert fall == pytest.approx(2**32 / 3600, abs=3000)


async def test_an_owner_of_7_3_130_reads_v1_production_and_meters_only() -> None:
    async with talking_to(gateway(Shape.D7_3_LOCKED)) as client:
        statuses = {
            path: (await client.ask(path)).status
            for path in ("/production.json", "/api/v1/production/inverters", "/admin/lib/tariff")
        }
        assert set(statuses.values()) == {401}
        await client.json("/api/v1/production")
        await client.json("/ivp/meters/readings")


async def test_removed_panels_stay_in_device_data_and_in_the_inventory_of_deleted_ones() -> None:
    async with talking_to(gateway(Shape.D8_3_REMOVED_PANELS)) as client:
        devices = await client.json("/ivp/pdm/device_data")
        gone = [each for each in devices.values() if isinstance(each, dict) and each["modGone"]]
        assert [(each["active"], each["channels"]) for each in gone] == [(False, [])] * 2
        assert len(await client.json("/api/v1/production/inverters")) == 20
        assert len((await client.json("/inventory.json"))[0]["devices"]) == 20
        listed = (await client.json("/inventory.json?deleted=1"))[0]["devices"]
    assert [panel["admin_state"] for panel in listed[-3:]] == [2, 0, 0]


async def test_8_3_6086_takes_dark_panels_for_gone_though_they_are_active() -> None:
    simulator = gateway(Shape.D8_3_STORAGE_PHASE, start=EVENING)
    async with talking_to(simulator) as client:
        simulator.site.clock.advance(3 * 3600)
        devices = await client.json("/ivp/pdm/device_data")
        v1 = await client.json("/api/v1/production/inverters")
    first = next(iter(devices.values()))
    assert (first["active"], first["modGone"]) == (True, True)
    assert first["channels"][0]["lastReading"] == {}
    assert first["channels"][0]["lifetime"]["joulesProduced"] > 0
    assert v1[0]["lastReportDate"] > 0


async def test_device_data_ends_after_fifty_devices() -> None:
    async with talking_to(gateway(panels=60)) as client:
        devices = await client.json("/ivp/pdm/device_data")
        assert len(await client.json("/api/v1/production/inverters")) == 60
    assert devices["deviceCount"] == devices["deviceDataLimit"] == len(devices) - 2 == 50


async def test_device_data_exists_from_8_2_43xx_on() -> None:
    for shape, status in ((Shape.D8_2_NO_CT, 301), (Shape.D8_2_DEVICE_DATA, 200)):
        async with talking_to(gateway(shape)) as client:
            assert (await client.ask("/ivp/pdm/device_data")).status == status


async def test_a_changed_tariff_is_kept_before_8_2_42xx_and_forgotten_after() -> None:
    for shape, kept in ((Shape.D8_2_STORAGE, True), (Shape.D8_3_STORAGE_PHASE, False)):
        async with talking_to(gateway(shape)) as client:
            tariff = await client.json("/admin/lib/tariff")
            tariff["tariff"]["storage_settings"] |= {"mode": "backup", "reserved_soc": 70.0}
            answer = await client.ask("/admin/lib/tariff", method="PUT", json=tariff)
            assert answer.status == 200
            after = (await client.json("/admin/lib/tariff"))["tariff"]["storage_settings"]
            assert (after["mode"] == "backup") == (after["reserved_soc"] == 70) == kept
            assert client.simulator.writes[0][:2] == ("PUT", "/admin/lib/tariff")


async def test_batteries_do_not_know_their_temperature_after_a_restart() -> None:
    simulator = gateway(Shape.D8_3_STORAGE_PHASE)
    async with talking_to(simulator) as client:
        simulator.restart(zeros=True, seconds=120)
        battery = (await client.json("/ivp/ensemble/inventory"))[0]["devices"][0]
        assert battery["temperature"] == battery["maxCellTemp"] == "unknown"
        simulator.site.clock.advance(121)
        battery = (await client.json("/ivp/ensemble/inventory"))[0]["devices"][0]
        assert isinstance(battery["temperature"], int)


async def test_a_ct_tells_what_is_wrong_with_it() -> None:
    simulator = gateway()
    simulator.ct_problem(CtKind.PRODUCTION, "check-wiring", "negative-production")
    async with talking_to(simulator) as client:
        production = (await client.json("/ivp/meters"))[0]
    assert production["meteringStatus"] == "check-wiring"
    assert production["statusFlags"] == ["negative-production"]


async def test_batteries_need_a_house_that_has_them() -> None:
    site = gateway(Shape.D8_3_METERED).site
    fittings = replace(Shape.D8_3_METERED.fittings, encharges=1)
    with pytest.raises(ValueError, match="envoy_house"):
        type(gateway())(site, fittings=fittings)


async def test_a_battery_that_is_not_heard_says_so() -> None:
    simulator = gateway(Shape.D8_2_ACB)
    batteries = simulator.truth().batteries
    simulator.memory.unheard.update(batteries)
    async with talking_to(simulator) as client:
        encharges = (await client.json("/ivp/ensemble/inventory"))[0]["devices"]
        acbs = (await client.json("/inventory.json"))[1]["devices"]
    heard = {device["serial_num"]: device["communicating"] for device in encharges + acbs}
    assert heard == dict.fromkeys(batteries, False)
    assert not any(battery.communicating for battery in simulator.truth().batteries.values())


async def test_a_gateway_without_meters_or_extras_has_empty_lists() -> None:
    async with talking_to(gateway(Shape.D8_3_STANDARD)) as client:
        for path in ("/ivp/meters", "/ivp/meters/readings", "/ivp/meters/reports"):
            assert await client.json(path) == []
        for path in ("/ivp/meters/gridReading", "/ivp/ensemble/inventory"):
            assert await client.json(path) == []
        for path in ("/ivp/ensemble/dry_contacts", "/ivp/ss/dry_contact_settings"):
            assert await client.json(path) == {"dry_contacts": []}
        assert await client.json("/ivp/ensemble/generator") == {}


async def test_a_panel_tells_its_health_in_the_inventory_and_in_the_events() -> None:
    simulator = gateway()
    weak, silent = simulator.field.panels[:2]
    weak.conditions = ("envoy.cond_flags.pcu_ctrl.dc-pwr-low",)
    weak.flags = 0x11
    weak.error_s = 30
    silent.silent = True
    async with talking_to(simulator) as client:
        simulator.site.clock.advance(3600)
        rows = (await client.json("/inventory.json"))[0]["devices"]
        devices = await client.json("/ivp/pdm/device_data")
        events = await client.json("/datatab/event_dt.rb")
    assert rows[0]["device_status"] == ["envoy.cond_flags.pcu_ctrl.dc-pwr-low"]
    assert rows[1]["device_status"] == ["envoy.cond_flags.obs_strs.failure"]
    assert [row["communicating"] for row in rows[:3]] == [True, False, True]
    assert [row[2] for row in events["aaData"]] == [silent.serial]
    reading = devices["553648384"]["channels"][0]["lastReading"]
    assert reading["flags_hex"] == "0x0000000000000011"
    assert (reading["pwrConvErrSecs"], reading["pwrConvMaxErrCycles"]) == (30, 60)


async def test_at_night_panels_have_no_power_and_are_not_heard() -> None:
    simulator = gateway(start=EVENING)
    async with talking_to(simulator) as client:
        simulator.site.clock.advance(4 * 3600)
        (row, *_) = (await client.json("/inventory.json"))[0]["devices"]
        devices = await client.json("/ivp/pdm/device_data")
    assert row["device_status"] == [
        "envoy.cond_flags.pcu_ctrl.dc-pwr-low",
        "envoy.cond_flags.obs_strs.failure",
    ]
    assert (row["communicating"], row["producing"]) == (False, False)
    device = devices["553648384"]
    assert (device["active"], device["modGone"]) == (True, False)
    assert device["channels"][0]["watts"]["now"] == 0


async def test_modgone_says_nothing_of_a_panel_that_is_active() -> None:
    async with talking_to(gateway(Shape.D8_3_ACB)) as client:
        devices = await client.json("/ivp/pdm/device_data")
    device = devices["553648384"]
    assert (device["active"], device["modGone"]) == (True, True)
    assert device["channels"][0]["lastReading"]["joulesProduced"] > 0


async def test_4_2_33_never_forgets_a_panel() -> None:
    async with talking_to(gateway(Shape.R4_2_SPLIT)) as client:
        assert "statusFlags" not in (await client.json("/ivp/meters"))[0]
        truth = client.simulator.truth().panels
    assert len(truth) == 22
    old = [panel for panel in truth.values() if panel.reported_at == 1_536_668_634]
    assert [(panel.power_w, panel.communicating) for panel in old] == [(14, False)] * 2


async def test_firmware_3_sends_pages_where_later_ones_have_json() -> None:
    async with talking_to(gateway(Shape.R3_17_STANDARD)) as client:
        page = await client.ask("/production.json")
        assert (page.status, page.headers["Content-Type"]) == (200, "text/html")
        assert (await client.ask("/ivp/meters")).status == 401
        assert "wattHoursLifetime" in await client.json("/api/v1/production")


async def test_right_after_a_start_meters_keep_their_numbers_and_count_nothing() -> None:
    simulator = gateway(Shape.D8_3_METERED)
    simulator.restart(zeros=True)
    async with talking_to(simulator) as client:
        reading = (await client.json("/ivp/meters/readings"))[0]
        production = (await client.json("/production.json"))["production"][1]
    assert reading["eid"] == 704_643_328
    assert reading["voltage"] > 200
    assert reading["activePower"] == reading["actEnergyDlvd"] == 0
    assert production["activeCount"] == 1
    assert production["wNow"] == production["whLifetime"] == production["whToday"] == 0
