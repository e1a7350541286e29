"""Energies over days and intervals, with the holes and traps that the API has."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from custom_components.solar_monitor.clients.enlighten.endpoints import DAILY, TELEMETRY, Endpoint
from custom_components.solar_monitor.clients.enlighten.series import (
    BatteryTelemetry,
    DailySeries,
    Telemetry,
    Window,
)
from custom_components.solar_monitor.clients.errors import BadAnswerError

PHOENIX = ZoneInfo("America/Phoenix")
NOON = datetime(2026, 11, 3, 19, tzinfo=UTC).timestamp()  # in Arizona


def daily(values: list[Any], **more: object) -> DailySeries:
    """Read a daily series that begins on 1 November."""
    data = {"start_date": "2026-11-01", "production": values, "meta": {"last_report_at": NOON}}
    return DailySeries.read(Endpoint.PRODUCTION_LIFETIME, data | more)


def test_days_after_the_last_report_are_not_reported_whatever_stands_there() -> None:
    days = daily([1000, 0, 3000, 0, 0]).days("production", PHOENIX)
    assert days == {date(2026, 11, 1): 1.0, date(2026, 11, 2): 0.0, date(2026, 11, 3): 3.0}


def test_a_zero_on_the_day_of_the_last_report_is_not_reported_yet() -> None:
    assert list(daily([1000, 0, 0, 0]).days("production", PHOENIX).values()) == [1.0, 0.0]


def test_without_a_report_all_zeros_at_the_end_are_dropped() -> None:
    series = daily([1000, 0, 2000, 0, 0], meta=None)
    assert list(series.days("production", PHOENIX).values()) == [1.0, 0.0, 2.0]
    assert daily([0, 0], meta={}).days("production", PHOENIX) == {}


def test_a_day_that_cannot_be_read_leaves_a_hole() -> None:
    days = daily([1000, None, 2000]).days("production", PHOENIX)
    assert list(days) == [date(2026, 11, 1), date(2026, 11, 3)]


def test_a_system_without_any_day_has_none() -> None:
    assert daily([], start_date=None).days("production", PHOENIX) == {}
    assert daily([1]).days("consumption", PHOENIX) == {}
    assert daily([5, 5], meta={"last_report_at": 1}).days("production", PHOENIX) == {}


def test_ten_years_are_one_answer() -> None:
    start = date(2016, 11, 4)
    series = daily([1000] * 3652, start_date=str(start))
    days = series.days("production", PHOENIX)
    assert len(days) == 3652
    assert list(days)[-1] == start + timedelta(days=3651) == date(2026, 11, 3)


@pytest.mark.parametrize("endpoint", sorted(DAILY))
def test_each_daily_series_has_names_of_its_own(endpoint: Endpoint) -> None:
    data = {
        "start_date": "2026-11-01",
        **{key: [1000] for key in ("production", "consumption", "import", "export")},
        **{key: [2000] for key in ("charge", "discharge", "micro_production")},
    }
    series = DailySeries.read(endpoint, data)
    assert series.values
    assert all(series.days(name, UTC) for name in series.values)


@pytest.mark.parametrize(
    ("endpoint", "entry"),
    [
        (Endpoint.PRODUCTION_METER, {"wh_del": 250, "devices_reporting": 1}),
        (Endpoint.PRODUCTION_MICRO, {"enwh": 250, "powr": 3000, "wh_del": 0}),
        (Endpoint.CONSUMPTION_METER, {"enwh": "250"}),
        (Endpoint.IMPORT, {"wh_imported": 250}),
        (Endpoint.EXPORT, {"wh_exported": 250}),
        (Endpoint.IMPORT, {"wh_exported": 250}),
    ],
)
def test_each_series_has_a_field_of_its_own(endpoint: Endpoint, entry: dict[str, Any]) -> None:
    found = Telemetry.read(endpoint, {"intervals": [entry | {"end_at": NOON}]})
    (interval,) = found.intervals
    assert interval.wh == 250
    assert interval.end_at - interval.start_at == TELEMETRY[endpoint]


def test_intervals_within_a_second_list_are_found() -> None:
    entries = [{"end_at": NOON + n * 900, "wh_imported": n} for n in (1, 2)]
    found = Telemetry.read(Endpoint.IMPORT, {"intervals": [entries], "meta": {"last_report_at": 1}})
    assert [interval.wh for interval in found.intervals] == [1, 2]
    assert found.last_report_at == 1


def test_a_zero_that_nobody_reported_is_missing_and_double_intervals_count_once() -> None:
    entries = [
        {"end_at": NOON + 900, "wh_del": 5, "devices_reporting": 1},
        {"end_at": NOON, "wh_del": 0, "devices_reporting": 0},
        {"end_at": NOON, "wh_del": 0, "devices_reporting": 1},
        {"end_at": NOON + 900, "wh_del": 6, "devices_reporting": 1},
        {"end_at": None, "wh_del": 7},
        {"end_at": NOON + 1800},
        "x",
    ]
    found = Telemetry.read(Endpoint.PRODUCTION_METER, {"intervals": entries})
    assert [(interval.end_at, interval.wh) for interval in found.intervals] == [
        (NOON, 0),
        (NOON + 900, 6),
    ]


@pytest.mark.parametrize("answer", [{}, {"intervals": []}, {"intervals": None}])
def test_no_intervals_are_no_error(answer: object) -> None:
    assert Telemetry.read(Endpoint.EXPORT, answer).intervals == ()
    assert BatteryTelemetry.read(answer).intervals == ()


def test_an_answer_that_is_no_object_is_an_error() -> None:
    with pytest.raises(BadAnswerError):
        Telemetry.read(Endpoint.EXPORT, [])
    with pytest.raises(BadAnswerError):
        BatteryTelemetry.read(None)


def test_a_battery_s_intervals_have_three_parts() -> None:
    on, off = {"devices_reporting": 2}, {"devices_reporting": 0}
    entries = [
        {
            "end_at": NOON,
            "charge": {"enwh": 10} | on,
            "discharge": {"enwh": 0} | on,
            "soc": {"percent": 55} | on,
        },
        {
            "end_at": NOON + 900,
            "charge": {"enwh": 0} | off,
            "discharge": {"enwh": 0} | off,
            "soc": {"percent": 0} | off,
        },
        {"end_at": NOON + 1800, "discharge": {"enwh": 30}, "charge": None},
        {"charge": {"enwh": 1}},
    ]
    found = BatteryTelemetry.read({"intervals": entries, "last_reported_aggregate_soc": "97%"})
    assert found.soc == 97
    assert [(i.charge_wh, i.discharge_wh, i.soc) for i in found.intervals] == [
        (10, 0, 55),
        (None, 30, None),
    ]


def test_a_window_is_named_as_the_api_does() -> None:
    assert (Window.DAY.seconds, Window.WEEK.seconds) == (86_400, 604_800)
    assert str(Window.WEEK) == "week"
