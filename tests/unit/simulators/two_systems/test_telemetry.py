"""Energy by the interval: windows, sums, what is missing, and live data."""

from datetime import date

import pytest

from tests.simulators.enlighten import Endpoint, EnlightenSimulator, EnlightenSystem, Quirk
from tests.simulators.enlighten.paid import live_duration
from tests.simulators.enlighten.refusals import RefusedError
from tests.unit.simulators.enlighten_kit import AT, DAY, Client

pytestmark = pytest.mark.usefixtures("socket_enabled")

WEEKLY = [
    Endpoint.PRODUCTION_METER,
    Endpoint.CONSUMPTION_METER,
    Endpoint.BATTERY,
    Endpoint.ENERGY_IMPORT,
    Endpoint.ENERGY_EXPORT,
]
TELEMETRY = [Endpoint.PRODUCTION_MICRO, *WEEKLY]


async def test_fifteen_minutes_add_up_to_the_day(client: Client, system: EnlightenSystem) -> None:
    day = "2026-06-20"
    lifetime = {
        Endpoint.PRODUCTION_METER: (Endpoint.ENERGY_LIFETIME, "production", "wh_del"),
        Endpoint.CONSUMPTION_METER: (Endpoint.CONSUMPTION_LIFETIME, "consumption", "enwh"),
    }
    for endpoint, (whole, series, key) in lifetime.items():
        intervals = (await client.get(endpoint, start_date=day)).body["intervals"]
        days = (await client.get(whole, start_date=day, end_date=day)).body[series]
        assert len(intervals) == 96
        assert [sum(each[key] for each in intervals)] == days
    nested = (await client.get(Endpoint.ENERGY_EXPORT, start_date=day)).body["intervals"]
    days = (await client.get(Endpoint.ENERGY_EXPORT_LIFETIME, start_date=day, end_date=day)).body[
        "export"
    ]
    assert [sum(each["wh_exported"] for row in nested for each in row)] == days
    assert system.day_of(nested[0][0]["end_at"]).isoformat() == day


@pytest.mark.parametrize("endpoint", WEEKLY)
async def test_a_week_has_672_quarters_of_an_hour(client: Client, endpoint: Endpoint) -> None:
    start = AT - 8 * DAY
    body = (await client.get(endpoint, start_at=start, granularity="week")).body
    rows = body["intervals"]
    if isinstance(rows[0], list):
        assert len(rows) == 8
        rows = [each for row in rows for each in row]
    assert len(rows) == 672
    assert (body["start_at"], body["end_at"]) == (start, start + 7 * DAY)
    assert rows[0]["end_at"] == start // 900 * 900 + 900


@pytest.mark.parametrize(
    ("granularity", "count"), [("5mins", 1), ("15mins", 3), ("day", 288), ("week", 2016)]
)
async def test_panels_count_in_five_minutes(client: Client, granularity: str, count: int) -> None:
    start = AT // 900 * 900 - 8 * DAY
    rows = (
        await client.get(Endpoint.PRODUCTION_MICRO, start_at=start, granularity=granularity)
    ).body["intervals"]
    assert len(rows) == count
    assert any(row["enwh"] for row in rows)
    for row in rows:
        assert bool(row["devices_reporting"]) == bool(row["enwh"])
        assert row["powr"] == row["enwh"] * 12


@pytest.mark.parametrize("endpoint", TELEMETRY)
async def test_windows_have_their_rules(client: Client, endpoint: Endpoint) -> None:
    whole = (await client.get(endpoint)).body
    assert whole["start_at"] == client.cloud.system.midnight(date(2026, 6, 21))
    assert whole["end_at"] == AT
    fresh = (await client.get(endpoint, start_at=AT - 60)).body
    assert fresh["intervals"] == []
    dated = (await client.get(endpoint, start_date="2026-06-20")).body
    assert (dated["start_date"], dated["end_date"]) == ("2026-06-20", "2026-06-20")
    for query in (
        {"start_at": AT + 1},
        {"start_date": "2026-06-22"},
        {"start_at": AT - 731 * DAY},
        {"granularity": "month"},
        {"start_at": "noon"},
    ):
        assert (await client.get(endpoint, **query)).status == 422


@pytest.mark.parametrize("endpoint", TELEMETRY)
async def test_intervals_end_with_the_last_report(
    client: Client, system: EnlightenSystem, endpoint: Endpoint
) -> None:
    system.gateway_falls_silent()
    system.clock.advance(3 * 3600)
    body = (await client.get(endpoint)).body
    rows = body["intervals"]
    last = rows[-1][-1] if isinstance(rows[-1], list) else rows[-1]
    assert last["end_at"] == body["meta"]["last_report_at"] == AT - 7 * 60
    later = (await client.get(endpoint, start_at=AT)).body
    assert (later["intervals"], later["end_at"]) == ([], AT + 3 * 3600)


async def test_a_week_may_be_refused_where_it_is_not_documented(
    client: Client, cloud: EnlightenSimulator
) -> None:
    cloud.desk.quirks |= {Quirk.NO_WEEK}
    statuses = {
        each: (await client.get(each, start_at=AT - 7 * DAY, granularity="week")).status
        for each in TELEMETRY
    }
    assert {each for each, status in statuses.items() if status == 422} == {
        Endpoint.PRODUCTION_MICRO,
        Endpoint.ENERGY_IMPORT,
        Endpoint.ENERGY_EXPORT,
    }


async def test_import_and_export_may_be_flat_one_day(
    client: Client, cloud: EnlightenSimulator, system: EnlightenSystem
) -> None:
    cloud.desk.quirks |= {Quirk.FLAT_INTERVALS}
    path = Endpoint.ENERGY_IMPORT.template.replace("{system_id}", str(system.system_id))
    assert "wh_imported" in (await client.raw(path)).body["intervals"][0]


async def test_intervals_that_were_lost_have_nobody_reporting(
    client: Client, system: EnlightenSystem
) -> None:
    system.reporting.backlog_s = DAY
    system.gateway_falls_silent()
    system.clock.advance(3600)
    system.gateway_comes_back()
    system.clock.advance(1800)
    rows = (await client.get(Endpoint.PRODUCTION_METER)).body["intervals"]
    lost = [row for row in rows if not row["devices_reporting"]]
    assert [row["wh_del"] for row in lost] == [0] * 5
    assert rows[-1]["wh_del"] > 0
    soc = [row["soc"] for row in (await client.get(Endpoint.BATTERY)).body["intervals"]]
    assert sum(not each["devices_reporting"] for each in soc) == 5
    stats = (await client.get(Endpoint.RGM_STATS)).body["meter_intervals"][0]["intervals"]
    assert sum(row["curr_w"] is None for row in stats) == 5


async def test_the_charge_is_a_text_with_a_percent_sign(client: Client) -> None:
    body = (await client.get(Endpoint.BATTERY)).body
    assert body["last_reported_aggregate_soc"] == f"{body['intervals'][-1]['soc']['percent']}%"


@pytest.mark.parametrize("endpoint", [*WEEKLY, Endpoint.RGM_STATS, Endpoint.BATTERY_LIFETIME])
async def test_what_a_site_does_not_have_is_422(
    client: Client, plain: EnlightenSystem, endpoint: Endpoint
) -> None:
    reply = await client.about(plain, endpoint)
    assert reply.status == 422
    encharge = endpoint in {Endpoint.BATTERY, Endpoint.BATTERY_LIFETIME}
    assert ("encharges" in reply.body["details"]) == encharge


async def test_what_a_site_does_not_have_may_be_an_empty_list(
    client: Client, plain: EnlightenSystem
) -> None:
    client.cloud.desk.quirks |= {Quirk.MISSING_FEATURE_EMPTY}
    for endpoint in (Endpoint.PRODUCTION_METER, Endpoint.ENERGY_IMPORT):
        assert (await client.about(plain, endpoint)).body["intervals"] == []
    body = (await client.about(plain, Endpoint.CONSUMPTION_LIFETIME)).body
    assert (body["start_date"], body["consumption"]) == (None, [])


async def test_rgm_windows_are_a_week_at_most(client: Client) -> None:
    good = await client.get(Endpoint.RGM_STATS, start_at=AT - 7 * DAY, end_at=AT)
    assert len(good.body["intervals"]) == 672
    for start, end in ((AT - 8 * DAY, AT), (AT, AT - 900)):
        reply = await client.get(Endpoint.RGM_STATS, start_at=start, end_at=end)
        assert reply.status == 422


async def test_live_data_stream_for_as_long_as_asked(client: Client) -> None:
    url = client.cloud.base_url + Endpoint.LIVE_DATA.template.replace("{system_id}", "7")
    headers = {"Authorization": f"Bearer {client.token}", "key": client.key}
    async with client.session.get(url, headers=headers) as answer:
        assert answer.headers["Content-Type"] == "text/event-stream"
        assert b'"system_id": 7' in await answer.content.readline()
    short = headers | {"duration": "5"}
    async with client.session.get(url, headers=short) as answer:
        assert answer.status == 422


@pytest.mark.parametrize("text", ["29", "301", "long"])
def test_live_data_last_between_30_and_300_seconds(text: str) -> None:
    assert live_duration({"duration": "300"}) == 300
    with pytest.raises(RefusedError):
        live_duration({"duration": text})
