"""What the answers say, in all the forms that documents and field reports show."""

from datetime import date
from typing import Any

import pytest

from custom_components.solar_monitor.clients.enlighten import raw
from custom_components.solar_monitor.clients.enlighten.models import (
    Alarm,
    Connection,
    Devices,
    Summary,
    System,
    SystemsPage,
    read_alarms,
    read_event_types,
    read_events,
    read_panels,
)
from custom_components.solar_monitor.clients.errors import BadAnswerError

NOON = 1_795_176_000


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (NOON, NOON),
        (str(NOON), NOON),
        (NOON * 1000, NOON),
        ("2026-11-20T12:00:00+00:00", NOON),
        ("2026-11-20T05:00:00-07:00", NOON),
        ("2026-11-20T12:00:00", NOON),
        ("2026-11-20", NOON - 12 * 3600),
        (0, None),
        (-1, None),
        (None, None),
        (True, None),
        ("soon", None),
        ({}, None),
        ("0001-01-01T00:00:00+14:00", None),
    ],
)
def test_a_time_comes_as_seconds_milliseconds_or_text(value: object, seconds: int | None) -> None:
    assert raw.instant(value) == seconds


@pytest.mark.parametrize(
    ("value", "watts"),
    [
        (12, 12),
        ({"value": 12, "units": "W", "precision": 0}, 12),
        ({"value": 1.5, "units": "kWh"}, 1500),
        ({"value": "2", "units": "MWh"}, 2_000_000),
        ({"value": 3}, 3),
        ({"value": 3, "units": "BTU"}, None),
        ({"value": 3, "units": None}, None),
        ({"units": "W"}, None),
        (-1, None),
        ([], None),
    ],
)
def test_a_quantity_is_bare_or_has_a_unit(value: object, watts: float | None) -> None:
    assert raw.quantity(value) == watts


@pytest.mark.parametrize(
    ("value", "share"), [("97%", 97), (" 97 % ", 97), (97, 97), ("101%", None), ("full", None)]
)
def test_a_share_may_be_text(value: object, share: float | None) -> None:
    assert raw.percent(value) == share


@pytest.mark.parametrize("value", ["nan", "inf", 1e300, True, None, [], "1e999", 10**400])
def test_what_is_no_number_of_sane_size_is_none(value: object) -> None:
    assert raw.number(value) is None


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("2026-11-20", date(2026, 11, 20)),
        ("2026-11-20T00:00:00Z", date(2026, 11, 20)),
        ("9999-12-31", None),
        ("yesterday", None),
        (20261120, None),
    ],
)
def test_a_date_is_read_from_text(value: object, found: date | None) -> None:
    assert raw.day(value) == found


def test_texts_and_flags_are_read_in_either_form() -> None:
    assert [raw.text(value) for value in (" a ", "", 12, True, None)] == [
        "a",
        None,
        "12",
        None,
        None,
    ]
    assert [raw.flag(value) for value in ("True", "false", "x", True, 1)] == [
        True,
        False,
        None,
        True,
        None,
    ]
    assert [raw.count(value) for value in (3, "4", 2.5, -1)] == [3, 4, None, None]


def test_a_system_is_read_without_its_dead_fields_and_its_address() -> None:
    system = System.read(
        {
            "system_id": 698957008,
            "name": "12 Sunny Street",
            "timezone": "US/Pacific",
            "address": {"city": "Secretville"},
            "connection_type": "Cellular Modem",
            "status": "comm",
            "last_report_at": NOON,
            "energy_lifetime": -1,
            "system_size": -1,
        }
    )
    assert (system.system_id, system.time_zone, system.status) == (698957008, "US/Pacific", "comm")
    assert system.connection is Connection.CELLULAR
    assert system.name == "12 Sunny Street"
    assert "Sunny" not in repr(system)
    assert "Secretville" not in repr(system)
    assert (system.last_energy_at, system.operational_at) == (None, None)


def test_a_system_s_public_name_stands_in_for_its_name() -> None:
    assert System.read({"system_id": 1, "public_name": "Residential"}).name == "Residential"
    assert System.read({"system_id": 1}).connection is Connection.WIRED


@pytest.mark.parametrize("answer", [None, [], {}, {"systems": None}, {"systems": [{"name": "x"}]}])
def test_a_list_of_systems_that_is_none_is_an_error(answer: object) -> None:
    with pytest.raises(BadAnswerError):
        SystemsPage.read(answer)


def test_a_page_without_a_total_is_all_there_is() -> None:
    assert SystemsPage.read({"systems": [{"system_id": 1}]}).total == 1
    assert SystemsPage.read({"systems": [{"system_id": 1}], "total": 120}).total == 120


SUMMARY: dict[str, Any] = {
    "system_id": 7,
    "current_power": 3210,
    "energy_today": 12_345,
    "energy_lifetime": 9_876_543,
    "summary_date": "2026-11-20",
    "last_report_at": NOON,
    "last_interval_end_at": NOON - 300,
    "modules": 20,
    "size_w": 7000,
    "source": "meter",
    "status": "normal",
    "battery_capacity_wh": 0,
}


def test_the_lifetime_energy_is_the_sum_of_two_parts() -> None:
    summary = Summary.read(SUMMARY)
    assert summary.energy_total_kwh == 9888.888
    assert (summary.power_w, summary.energy_today_kwh) == (3210, 12.345)
    assert (summary.day, summary.panels, summary.size_w) == (date(2026, 11, 20), 20, 7000)
    assert summary.measured_at == NOON - 300
    assert summary.battery_capacity_kwh is None


@pytest.mark.parametrize("missing", ["energy_today", "energy_lifetime"])
@pytest.mark.parametrize("value", [None, -1])
def test_half_of_the_lifetime_energy_is_none_of_it(missing: str, value: object) -> None:
    assert Summary.read(SUMMARY | {missing: value}).energy_total_kwh is None


def test_figures_without_an_interval_are_of_the_last_report() -> None:
    assert Summary.read(SUMMARY | {"last_interval_end_at": None}).measured_at == NOON


def test_a_summary_of_no_system_is_an_error() -> None:
    with pytest.raises(BadAnswerError):
        Summary.read({"status": "normal"})


def test_devices_of_all_kinds_are_read_also_of_unknown_ones() -> None:
    devices = Devices.read(
        {
            "devices": {
                "micros": [{"serial_number": 121, "status": "normal", "active": "true"}],
                "meters": [
                    {"serial_number": "1", "config_type": "Production", "state": "enabled"},
                    {"serial_number": "2", "config_type": "Net", "state": "DISABLED"},
                ],
                "gateways": [{"serial_number": "122", "emu_sw_version": "D8.3.5167"}],
                "encharges": [{"serial_number": "492", "product_name": "IQ Battery 5P"}],
                "flying_carpets": [{"status": "normal", "active": False}, "x"],
                "heat_pump": None,
            }
        }
    )
    assert [device.kind for device in devices.devices] == [
        "micros",
        "meters",
        "meters",
        "gateways",
        "encharges",
        "flying_carpets",
    ]
    assert devices.of("micros")[0].serial == "121"
    assert devices.of("gateways")[0].firmware == "D8.3.5167"
    assert not devices.of("flying_carpets")[0].active
    assert devices.has_meter("production")
    assert not devices.has_meter("net", "total")
    assert devices.has_battery


def test_panels_of_all_gateways_are_read() -> None:
    panels = read_panels(
        [
            {
                "signal_strength": 5,
                "micro_inverters": [
                    {
                        "serial_number": "482",
                        "status": "normal",
                        "power_produced": {"value": 230, "units": "W"},
                        "energy": {"value": 1_234_567, "units": "Wh"},
                        "last_report_date": "2026-11-20T05:00:00-07:00",
                        "envoy_serial_number": 122,
                    },
                    {"serial_number": "483", "power_produced": 12, "last_report_date": NOON},
                ],
            },
            {"micro_inverters": [{"status": "no serial"}]},
            {},
        ]
    )
    assert [panel.serial for panel in panels] == ["482", "483"]
    assert (panels[0].power_w, panels[0].energy_kwh) == (230, 1234.567)
    assert [panel.reported_at for panel in panels] == [NOON, NOON]
    assert panels[0].gateway == "122"
    with pytest.raises(BadAnswerError):
        read_panels({})


def test_an_event_has_no_id_and_is_known_by_what_it_is_and_when() -> None:
    data = {"event_type_id": 28, "event_start_time": NOON, "serial_number": "122"}
    events = read_events(
        {
            "events": [
                data | {"status": "open"},
                data | {"status": "Closed", "event_end_time": NOON + 60},
                data | {"event_start_time": NOON + 1},
                data | {"event_start_time": NOON + 2, "event_end_time": NOON + 3},
                {"status": "open"},
                {"event_type_id": 5},
            ]
        }
    )
    assert [event.is_open for event in events] == [False, True, False]
    assert next(event.identity for event in events) == (28, "122", NOON)


def test_an_open_alarm_does_not_say_whether_it_is_cleared() -> None:
    data = {
        "id": "698957008.8.1766109572000",
        "severity": 2,
        "event_type_id": 28,
        "alarm_start_time": NOON,
        "alarm_end_time": None,
        "events": [{"serial_number": "122", "start_date": NOON}, {"serial_number": "122"}, {}],
    }
    (alarm,) = read_alarms({"alarms": [data, data, {"severity": 4}]})
    assert not alarm.cleared
    assert alarm.serials == ("122",)
    assert alarm.events[0].started_at == NOON
    closed = Alarm.read(data | {"id": 1082701398, "alarm_end_time": NOON})
    assert closed is not None
    assert (closed.alarm_id, closed.cleared) == ("1082701398", True)
    told = Alarm.read(data | {"cleared": "true"})
    assert told is not None
    assert told.cleared


def test_event_types_come_with_texts_to_show() -> None:
    types = read_event_types(
        {
            "event_types": [
                {
                    "event_type_id": 28,
                    "event_type_key": "envoy_no_report",
                    "stateful": True,
                    "event_name": "Gateway not reporting",
                    "recommended_action": "Check the router",
                },
                {"event_type_id": 4781, "stateful": "false"},
                {"event_type_key": "nameless"},
            ]
        }
    )
    assert [(kind.type_id, kind.stateful) for kind in types] == [(28, True), (4781, False)]
    assert types[0].action == "Check the router"


@pytest.mark.parametrize("answer", [None, [], {}, {"events": None}, {"alarms": {}}])
def test_an_answer_without_a_list_never_means_that_nothing_is_open(answer: object) -> None:
    with pytest.raises(BadAnswerError):
        read_events(answer)
    with pytest.raises(BadAnswerError):
        read_alarms(answer)
