"""Summary, series and panels: values against the truth, windows, and odd forms."""

from datetime import date, timedelta

import pytest

from tests.simulators.enlighten import Endpoint, EnlightenSimulator, EnlightenSystem, Quirk
from tests.unit.simulators.enlighten_kit import AT, DAY, Client, full_house

pytestmark = pytest.mark.usefixtures("socket_enabled")


async def test_lists_of_systems_have_pages_and_an_order(client: Client) -> None:
    whole = (await client.get(Endpoint.SYSTEMS)).body
    assert [each["system_id"] for each in whole["systems"]] == [7, 698_957_008]
    back = (await client.get(Endpoint.SYSTEMS, sort_by="-id", size=1)).body
    assert (back["total"], back["count"]) == (2, 1)
    assert back["systems"][0]["system_id"] == 698_957_008
    assert (await client.get(Endpoint.SYSTEMS, size=1, page=3)).body["systems"] == []
    for query in ({"size": 101}, {"page": 0}, {"size": "many"}, {"sort_by": "name"}):
        assert (await client.get(Endpoint.SYSTEMS, **query)).status == 422


async def test_the_summary_splits_the_counter_at_site_midnight(
    client: Client, cloud: EnlightenSimulator
) -> None:
    truth, summary = cloud.truth(), (await client.get(Endpoint.SUMMARY)).body
    assert summary["energy_lifetime"] + summary["energy_today"] == truth.energy_lifetime_wh
    assert summary["energy_today"] == truth.energy_today_wh == truth.known_today.production
    assert truth.known_today.production < truth.real_today.production
    assert summary["current_power"] == truth.current_power_w > 1000
    cloud.clock.advance(13 * 3600)
    new = (await client.get(Endpoint.SUMMARY)).body
    assert new["summary_date"] == "2026-06-22"
    assert new["energy_lifetime"] > summary["energy_lifetime"] + summary["energy_today"]
    assert new["energy_today"] == 0


async def test_the_summary_of_a_past_day_has_no_power(client: Client) -> None:
    today = (await client.get(Endpoint.SUMMARY)).body
    past = (await client.get(Endpoint.SUMMARY, summary_date="2026-06-20")).body
    assert past["current_power"] == 0
    assert past["energy_lifetime"] + past["energy_today"] == today["energy_lifetime"]


@pytest.mark.parametrize("day", ["2026-06-22", "2016-06-20", "soon"])
async def test_the_summary_of_an_impossible_day_is_refused(client: Client, day: str) -> None:
    assert (await client.get(Endpoint.SUMMARY, summary_date=day)).status == 422


async def test_ten_years_of_days_come_in_one_answer(
    client: Client, system: EnlightenSystem
) -> None:
    body = (await client.get(Endpoint.ENERGY_LIFETIME)).body
    assert body["start_date"] == system.operational_date.isoformat() == "2016-06-21"
    assert len(body["production"]) == 3652
    summary = (await client.get(Endpoint.SUMMARY)).body
    assert sum(body["production"]) == summary["energy_lifetime"]


@pytest.mark.parametrize(
    ("query", "first", "count"),
    [
        ({"start_date": "2000-01-01"}, "2016-06-21", 3652),
        ({"start_date": "2026-06-19"}, "2026-06-19", 2),
        ({"start_date": "2026-06-21"}, "2026-06-21", 1),
        ({"start_date": "2026-06-19", "end_date": "2026-06-21"}, "2026-06-19", 3),
    ],
)
async def test_series_begin_and_end_where_asked(
    client: Client, query: dict[str, object], first: str, count: int
) -> None:
    body = (await client.get(Endpoint.CONSUMPTION_LIFETIME, **query)).body
    assert (body["start_date"], len(body["consumption"])) == (first, count)


@pytest.mark.parametrize(
    "query",
    [
        {"start_date": "2026-06-22"},
        {"start_date": "2026-06-20", "end_date": "2026-06-19"},
        {"start_date": "x"},
        {"production": "some"},
    ],
)
async def test_impossible_series_are_refused(client: Client, query: dict[str, object]) -> None:
    assert (await client.get(Endpoint.ENERGY_LIFETIME, **query)).status == 422


async def test_production_changes_from_the_panels_to_the_meter(
    client: Client, system: EnlightenSystem
) -> None:
    system.production_meter_since = date(2026, 6, 19)
    body = (
        await client.get(Endpoint.ENERGY_LIFETIME, start_date="2026-06-17", production="all")
    ).body
    assert body["meter_start_date"] == "2026-06-19"
    assert body["meter_production"][:2] == [0, 0]
    assert body["production"] == body["micro_production"][:2] + body["meter_production"][2:]
    assert body["micro_production"][2] < body["meter_production"][2]
    window = await client.get(
        Endpoint.PRODUCTION_METER, start_date="2026-06-17", granularity="week"
    )
    assert window.body["intervals"][0]["end_at"] == system.midnight(date(2026, 6, 19)) + 900


async def test_days_that_are_not_reported_yet_are_zeros_at_the_end(
    client: Client, system: EnlightenSystem
) -> None:
    system.gateway_falls_silent()
    system.clock.advance(3 * DAY)
    client.token = client.cloud.sign_in()["access_token"]
    body = (await client.get(Endpoint.ENERGY_IMPORT_LIFETIME, start_date="2026-06-20")).body
    assert [bool(each) for each in body["import"]] == [True, True, False, False]
    assert body["meta"]["last_report_at"] < AT


async def test_panels_are_paged_and_keep_their_lifetime(
    client: Client, cloud: EnlightenSimulator, system: EnlightenSystem
) -> None:
    own = system.system_id
    (first,) = (await client.get(Endpoint.INVERTERS_SUMMARY, site_id=own)).body
    assert len(first["micro_inverters"]) == 10
    (whole,) = (await client.get(Endpoint.INVERTERS_SUMMARY, site_id=own, size=100)).body
    truth = cloud.truth().panels_wh
    shown = {each["serial_number"]: each["energy"]["value"] for each in whole["micro_inverters"]}
    assert shown.keys() == truth.keys()
    assert all(0 <= truth[serial] - shown[serial] < 60 for serial in truth)
    by_gateway = await client.get(
        Endpoint.INVERTERS_SUMMARY, envoy_serial_number=system.gateway_serial, page=2
    )
    assert by_gateway.body[0]["micro_inverters"] == whole["micro_inverters"][10:]
    for query in ({}, {"site_id": own, "size": 101}):
        assert (await client.get(Endpoint.INVERTERS_SUMMARY, **query)).status == 422
    unknown = await client.get(Endpoint.INVERTERS_SUMMARY, envoy_serial_number=1)
    assert unknown.status == 404


async def test_a_dead_panel_has_no_power_and_a_silent_one_an_old_report(
    client: Client, system: EnlightenSystem
) -> None:
    system.life.hurry = 0
    dead, silent = system.panel_dies(0), system.panel_falls_silent(1)
    system.clock.advance(3600)
    client.cloud.desk.quirks = frozenset({Quirk.BARE_QUANTITIES, Quirk.TEXT_IDS})
    (group,) = (await client.get(Endpoint.INVERTERS_SUMMARY, site_id=system.system_id)).body
    panels = {each["serial_number"]: each for each in group["micro_inverters"]}
    well = panels[system.panels[2].serial]
    assert (panels[dead]["power_produced"], panels[dead]["status"]) == (0, "power")
    assert panels[dead]["last_report_date"] == well["last_report_date"]
    assert panels[silent]["status"] == "micro"
    assert panels[silent]["last_report_date"] == AT // 300 * 300
    assert well["power_produced"] > 50
    assert well["id"].isdecimal()


async def test_meters_have_cumulative_readings(client: Client, system: EnlightenSystem) -> None:
    later = (await client.get(Endpoint.PRODUCTION_METER_READINGS)).body["meter_readings"][0]
    query = {"end_at": AT - DAY}
    older = (await client.get(Endpoint.PRODUCTION_METER_READINGS, **query)).body
    first = older["meter_readings"][0]
    assert later["value"] - first["value"] > 10_000
    assert (first["read_at"], first["serial_number"]) == (
        (AT - DAY) // 900 * 900,
        system.meter_serials[0],
    )
    consumption = (await client.get(Endpoint.CONSUMPTION_METER_READINGS)).body["meter_readings"]
    assert consumption[0]["serial_num"] == system.meter_serials[1]


async def test_the_latest_power_is_null_after_a_week(
    client: Client, system: EnlightenSystem
) -> None:
    meters = (await client.get(Endpoint.LATEST_TELEMETRY)).body["devices"]["meters"]
    production, consumption = (each["power"] for each in meters)
    summary = (await client.get(Endpoint.SUMMARY)).body
    assert production == summary["current_power"]
    system.net_meter = False
    total = (await client.get(Endpoint.LATEST_TELEMETRY)).body["devices"]["meters"][1]["power"]
    assert consumption > total > 0
    system.gateway_falls_silent()
    system.clock.advance(8 * DAY)
    client.token = client.cloud.sign_in()["access_token"]
    devices = (await client.get(Endpoint.LATEST_TELEMETRY)).body["devices"]
    assert [each["power"] for each in devices["meters"] + devices["encharges"]] == [None] * 4


async def test_a_battery_says_what_it_does(client: Client, system: EnlightenSystem) -> None:
    modes = []
    for hours in (0, 8, 7):
        system.clock.advance(hours * 3600)
        body = (await client.get(Endpoint.LATEST_TELEMETRY)).body
        modes.append(body["devices"]["encharges"][0]["operational_mode"])
    assert modes == ["Charging", "Discharging", "Idle"]


async def test_single_devices_need_a_serial_that_exists(
    client: Client, system: EnlightenSystem, plain: EnlightenSystem
) -> None:
    assert (await client.get(Endpoint.MICRO_TELEMETRY, serial="1")).status == 404
    assert (await client.get(Endpoint.ENCHARGE_TELEMETRY, serial="1")).status == 404
    assert (await client.about(plain, Endpoint.ENCHARGE_TELEMETRY, serial="1")).status == 422
    assert (await client.about(plain, Endpoint.BATTERY_SETTINGS)).status == 422
    assert (await client.get(Endpoint.MICROS_TELEMETRY, size=21)).status == 422
    one = (await client.get(Endpoint.MICRO_TELEMETRY, serial=system.panels[0].serial)).body
    page = (await client.get(Endpoint.MICROS_TELEMETRY, size=20)).body
    assert len(page["devices"]) == 20
    assert page["devices"][0]["intervals"] == one["intervals"]


async def test_the_time_zone_may_have_an_old_name(client: Client, system: EnlightenSystem) -> None:
    system.time_zone_name = "US/Pacific"
    assert (await client.get(Endpoint.SYSTEM)).body["timezone"] == "US/Pacific"


async def test_the_first_day_is_a_choice(client: Client) -> None:
    young = full_house(client.cloud.clock, since=date(2026, 6, 1))
    assert young.operational_date + timedelta(days=20) == young.today
