"""Who says that something is wrong with a system."""

from dataclasses import replace

import pytest

from custom_components.solar_monitor.clients.enlighten.models import (
    Device,
    EventType,
)
from custom_components.solar_monitor.logic.incidents import Incident
from custom_components.solar_monitor.sources.enlighten.evidence import (
    ALARM,
    BATTERY,
    EVSE,
    GATEWAY,
    METER,
    MICROINVERTER,
    NO_REPORT,
    PRODUCTION,
    Witness,
)
from custom_components.solar_monitor.sources.enlighten.verdicts import judge

from .enlighten_statements import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    accused,
    catalogue,
    device,
    devices,
    incident,
    opened,
    panel,
    panels,
    stated,
    well,
)


@pytest.mark.parametrize(
    ("word", "keys"),
    [
        ("comm", {GATEWAY}),
        ("micro", {MICROINVERTER}),
        ("power", {PRODUCTION}),
        ("meter", {METER}),
        ("meter_issue", {METER}),
        ("nsr", {METER}),
        ("iq_collar", {METER}),
        ("battery", {BATTERY}),
        ("storage_idle", {BATTERY}),
        ("encharge", {BATTERY}),
        ("encharge_issue", {BATTERY}),
        ("enpower", {BATTERY}),
        ("enpower_issue", {BATTERY}),
        ("evse_not_reporting", {EVSE}),
        ("evse_faulted", {EVSE}),
        ("Micro", {MICROINVERTER}),
        ("on_grid", set()),
        ("off_grid", set()),
        ("warning", set()),
        ("Error", set()),
        ("muted", set()),
        ("flux_lost", set()),
    ],
)
def test_the_status_accuses_one_part(word: str, keys: set[str]) -> None:
    assert accused(well(status=stated(word))) == keys


def test_a_reason_says_who_says_what_since_when() -> None:
    verdict = judge(well(status=stated("micro"), status_since=NOW - HOUR), NOW)[MICROINVERTER]
    (reason,) = verdict.reasons
    assert reason.as_json() == {
        "witness": "status",
        "says": "micro",
        "since": "2027-01-15T07:00:00+00:00",
        "serials": [],
    }
    assert verdict.good_until == NOW + 2 * HOUR


@pytest.mark.parametrize(
    ("age_s", "report_s", "connected"),
    [
        (45 * MINUTE, 45 * MINUTE, True),
        (46 * MINUTE, 45 * MINUTE, False),
        (46 * MINUTE, 7 * HOUR, True),
        (7 * HOUR + MINUTE, 7 * HOUR, False),
    ],
)
def test_a_gateway_is_silent_by_the_age_of_its_report_at_the_moment_of_the_answer(
    age_s: float, report_s: float, *, connected: bool
) -> None:
    known = well(reported=stated(NOW - HOUR - age_s, NOW - HOUR), report_s=report_s)
    verdict = judge(known, NOW)[GATEWAY]
    assert verdict.on is connected
    if not connected:
        (reason,) = verdict.reasons
        assert (reason.witness, reason.says) == (Witness.REPORT, NO_REPORT)
        assert reason.since == NOW - HOUR - age_s


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("gateways", GATEWAY),
        ("micros", MICROINVERTER),
        ("meters", METER),
        ("q_relays", METER),
        ("iq_collars", METER),
        ("acbs", BATTERY),
        ("encharges", BATTERY),
        ("enpowers", BATTERY),
        ("ev_chargers", EVSE),
        ("wind_turbines", None),
    ],
)
def test_a_device_accuses_by_its_kind(kind: str, key: str | None) -> None:
    known = well(devices=devices(device(kind, "not_reporting"), device(kind, "normal", "s2")))
    assert accused(known) == ({key} if key else set())
    if key:
        (reason,) = judge(known, NOW)[key].reasons
        assert (reason.witness, reason.says) == (Witness.DEVICE, "not_reporting")
        assert (reason.since, reason.serials) == (None, ("s1",))


def test_devices_with_the_same_fault_are_one_reason_and_each_fault_is_another() -> None:
    found = (
        device("micros", "micro", "b"),
        device("micros", "Micro", "a"),
        device("micros", "power", "c"),
        replace(device("micros", "power"), serial=None),
    )
    reasons = judge(well(devices=devices(*found)), NOW)[MICROINVERTER].reasons
    assert [(reason.says, reason.serials) for reason in reasons] == [
        ("micro", ("a", "b")),
        ("power", ("c",)),
    ]


@pytest.mark.parametrize(
    "idle",
    [
        device("meters", "meter", state="disabled"),
        device("meters", "meter", active=False),
        device("meters", "retired"),
        device("meters", "no_data"),
        replace(device("meters", "x"), status=None),
    ],
)
def test_a_device_that_is_not_in_use_or_tells_nothing_accuses_nobody(idle: Device) -> None:
    assert accused(well(devices=devices(idle))) == set()


def test_a_panel_accuses_by_its_status() -> None:
    verdict = judge(well(panels=panels(panel("a", "power"), panel("b"))), NOW)[MICROINVERTER]
    (reason,) = verdict.reasons
    assert (reason.witness, reason.says, reason.serials) == (Witness.PANEL, "power", ("a",))


def test_a_panel_is_silent_that_has_not_reported_for_a_day_in_which_others_have() -> None:
    known = well(
        panels=panels(
            panel("a"),
            panel("b", ago_s=DAY),
            panel("c", ago_s=3 * DAY),
            panel("d", ago_s=DAY - 1),
            panel("e", ago_s=None),
            panel("f", "micro", ago_s=5 * DAY),
        )
    )
    reasons = judge(known, NOW)[MICROINVERTER].reasons
    assert [(reason.says, reason.since, reason.serials) for reason in reasons] == [
        ("micro", None, ("f",)),
        (NO_REPORT, NOW - 3 * DAY, ("b", "c")),
    ]


def test_panels_of_a_silent_gateway_are_not_silent_themselves() -> None:
    found = panels(panel("a", gateway="1"), panel("b", gateway="2", ago_s=3 * DAY))
    assert accused(well(panels=found)) == set()


def test_a_panel_that_was_replaced_accuses_nobody() -> None:
    listed = panels(panel("a"), panel("old", "micro", ago_s=400 * DAY))
    assert accused(well(panels=listed)) == {MICROINVERTER}
    in_use = devices(device("micros", "normal", "a"))
    assert accused(well(panels=listed, devices=in_use)) == set()
    inactive = devices(
        device("micros", "normal", "a"), device("micros", "micro", "old", active=False)
    )
    assert accused(well(panels=listed, devices=inactive)) == set()
    without = devices(device("meters", "normal", "m"))
    assert accused(well(panels=listed, devices=without)) == {MICROINVERTER}


@pytest.mark.parametrize(
    ("key", "keys"),
    [
        ("envoy_no_report", {GATEWAY}),
        ("gateway-offline", {GATEWAY}),
        ("envoy_firmware_old", set()),
        ("sim_micro_no_report", {MICROINVERTER}),
        ("sim_micro_no_production", {MICROINVERTER, PRODUCTION}),
        ("PCU_AC_Voltage", {MICROINVERTER}),
        ("sim_production_issue", {PRODUCTION}),
        ("production_meter_no_report", {METER}),
        ("sim_battery_fault", {BATTERY}),
        ("encharge_not_reporting", {BATTERY}),
        ("enpower_comm", {BATTERY}),
        ("battery_low_soc", set()),
        ("acb_sleeping", set()),
        ("evse_start_charging", set()),
        ("evse_fault", {EVSE}),
        ("hems_energy_meter_offline", set()),
        ("sim_grid_gone", set()),
    ],
)
@pytest.mark.parametrize("witness", [Witness.EVENT, Witness.ALARM])
def test_an_open_event_or_alarm_accuses_what_the_key_of_its_type_names(
    key: str, keys: set[str], witness: Witness
) -> None:
    kind = {f"{witness}s": opened(incident(7, "s1"))}
    known = well(**kind, catalogue=catalogue(key))
    assert accused(known) == keys
    for accused_key in keys:
        (reason,) = judge(known, NOW)[accused_key].reasons
        assert (reason.witness, reason.says) == (witness, f"The name of {key}")
        assert (reason.since, reason.serials) == (NOW - DAY, ("s1",))


@pytest.mark.parametrize("known_type", [True, False])
def test_an_event_whose_type_names_nothing_accuses_the_device_that_it_is_about(
    *, known_type: bool
) -> None:
    found = devices(
        device("micros", "normal", "panel"),
        device("encharges", "normal", "battery"),
        device("gateways", "normal", "gateway"),
        device("wind_turbines", "normal", "turbine"),
    )
    types = catalogue("sim_ac_voltage_high") if known_type else {}
    for serials, keys in (
        (("panel",), {MICROINVERTER}),
        (("battery", "panel"), {BATTERY, MICROINVERTER}),
        (("gateway",), set()),
        (("turbine",), set()),
        (("stranger",), set()),
        ((), set()),
    ):
        known = well(devices=found, events=opened(incident(7, *serials)), catalogue=types)
        assert accused(known) == keys, serials


def test_what_has_no_name_is_called_by_its_number() -> None:
    for types, name in (
        ({}, "type 7"),
        ({7: EventType(7, "evse_fault", None, None, None, True)}, "evse_fault"),  # noqa: FBT003
        ({7: EventType(7, None, None, None, None, True)}, "type 7"),  # noqa: FBT003
    ):
        (reason,) = judge(well(alarms=opened(incident(7)), catalogue=types), NOW)[ALARM].reasons
        assert reason.says == name
    nameless = opened(Incident(id="i"))
    (reason,) = judge(well(alarms=nameless), NOW)[ALARM].reasons
    assert (reason.says, reason.since) == ("unknown type", None)
