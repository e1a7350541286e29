"""From what the cloud has said about a system to what is wrong with it."""

from dataclasses import replace
from typing import Any, Final

import pytest

from custom_components.solar_monitor.clients.enlighten.jobs import Job
from custom_components.solar_monitor.clients.enlighten.models import (
    Device,
    Devices,
    EventType,
    Panel,
)
from custom_components.solar_monitor.logic.incidents import Incident, Standing
from custom_components.solar_monitor.sources.enlighten.evidence import (
    ALARM,
    BATTERY,
    EVSE,
    GATEWAY,
    KEYS,
    METER,
    MICROINVERTER,
    NO_REPORT,
    PRODUCTION,
    Known,
    OpenNow,
    Stated,
    Witness,
)
from custom_components.solar_monitor.sources.enlighten.verdicts import doubts, judge

NOW: Final = 1_800_000_000.0
MINUTE: Final = 60.0
HOUR: Final = 3_600.0
DAY: Final = 86_400.0
NOTHING: Final = Known(incidents_s=36 * HOUR, report_s=45 * MINUTE)
PROBLEMS: Final = (MICROINVERTER, PRODUCTION, METER, BATTERY, EVSE)


def stated[T](said: T, at: float = NOW, good_for_s: float = 2 * HOUR) -> Stated[T]:
    """A statement of the cloud."""
    return Stated(said, at, at + good_for_s)


def well(**more: Any) -> Known:  # noqa: ANN401
    """A system that is well, as far as nothing else is said."""
    known = replace(NOTHING, status=stated("normal"), status_since=NOW - 30 * DAY)
    return replace(known, **{"reported": stated(NOW - 5 * MINUTE)} | more)


def device(kind: str, status: str, serial: str = "s1", **more: Any) -> Device:  # noqa: ANN401
    """A device of a system."""
    plain = Device(kind, serial, None, status, True, None, None, None, None)  # noqa: FBT003
    return replace(plain, **more)


def devices(*found: Device, at: float = NOW) -> Stated[Devices]:
    """All devices of a system, which are read weekly."""
    return stated(Devices(found), at, 9 * DAY)


def panel(
    serial: str, status: str = "normal", ago_s: float | None = 0, gateway: str = "g"
) -> Panel:
    """A panel that has reported so long ago."""
    return Panel(serial, status, None, None, None if ago_s is None else NOW - ago_s, gateway, None)


def panels(*found: Panel, at: float = NOW) -> Stated[tuple[Panel, ...]]:
    """All panels of a system, which are read each night."""
    return stated(found, at, 9 * DAY)


def opened(*incidents: Incident, at: float = NOW) -> OpenNow:
    """What is open."""
    return OpenNow(tuple(Standing(each, at, at) for each in incidents), at)


def incident(type_id: int, *serials: str) -> Incident:
    """An open event or alarm."""
    return Incident(id="i", began=NOW - DAY, type_id=type_id, serials=serials)


def catalogue(key: str, *, stateful: bool = True) -> dict[int, EventType]:
    """A catalogue with one type, 7."""
    return {7: EventType(7, key, f"The name of {key}", None, None, stateful)}


def accused(known: Known) -> set[str]:
    """Name what has a problem."""
    verdicts = judge(known, NOW)
    found = {key for key in PROBLEMS if verdicts[key].on}
    return found | ({GATEWAY} if verdicts[GATEWAY].on is False else set())


def test_of_a_system_of_which_nothing_was_said_nothing_is_known() -> None:
    verdicts = judge(NOTHING, NOW)
    assert set(verdicts) == set(KEYS)
    assert {verdict.on for verdict in verdicts.values()} == {None}
    assert all(verdict.good_until < NOW for verdict in verdicts.values())


def test_a_system_that_is_well_has_no_problem_and_its_gateway_is_connected() -> None:
    verdicts = judge(well(alarms=opened()), NOW)
    assert {key: verdicts[key].on for key in PROBLEMS} == dict.fromkeys(PROBLEMS, False)
    assert verdicts[GATEWAY].on is True
    assert verdicts[ALARM].on is False
    assert verdicts[METER].good_until == NOW + 2 * HOUR
    assert verdicts[ALARM].good_until == NOW + 36 * HOUR


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


def test_every_open_alarm_is_a_reason_of_the_alarm() -> None:
    alarms = opened(incident(7, "b", "a"), incident(8))
    verdict = judge(well(alarms=alarms, catalogue=catalogue("sim_grid_gone")), NOW)[ALARM]
    assert verdict.on is True
    assert verdict.good_until == NOW + 36 * HOUR
    assert [(reason.says, reason.serials) for reason in verdict.reasons] == [
        ("The name of sim_grid_gone", ("a", "b")),
        ("type 8", ()),
    ]


def test_evidence_is_a_union_and_a_fault_hidden_behind_the_status_is_seen() -> None:
    known = well(
        status=stated("comm"),
        devices=devices(device("encharges", "encharge_issue", "b")),
        panels=panels(panel("p", "power")),
        events=opened(incident(7, "m")),
        catalogue=catalogue("sim_meter_no_report"),
    )
    assert accused(known) == {GATEWAY, BATTERY, MICROINVERTER, METER}
    assert judge(known, NOW)[PRODUCTION].on is False


def test_several_reasons_stand_until_the_last_of_them_is_too_old() -> None:
    known = well(
        status=stated("micro"), devices=devices(device("micros", "micro"), at=NOW - 5 * DAY)
    )
    verdict = judge(known, NOW)[MICROINVERTER]
    assert [reason.witness for reason in verdict.reasons] == [Witness.STATUS, Witness.DEVICE]
    assert verdict.good_until == NOW + 4 * DAY
    later = judge(known, NOW + DAY)[MICROINVERTER]
    assert later.on is True
    assert [reason.witness for reason in later.reasons] == [Witness.DEVICE]


def test_silence_of_the_cloud_makes_unknown_and_never_off() -> None:
    known = well(status=stated("micro"), alarms=opened(incident(7)))
    for later in (2 * HOUR, 30 * DAY):
        verdicts = judge(known, NOW + later)
        assert {verdicts[key].on for key in KEYS} - {True} == {None}
    assert judge(known, NOW + 36 * HOUR - 1)[ALARM].on is True
    assert judge(known, NOW + 36 * HOUR)[ALARM].on is None
    assert judge(well(alarms=opened()), NOW + 36 * HOUR)[ALARM].on is None


def test_an_accusation_that_grew_too_old_is_unknown_until_the_system_is_called_normal() -> None:
    old = devices(device("micros", "micro"), at=NOW - 10 * DAY)
    assert judge(well(status=stated("comm"), devices=old), NOW)[MICROINVERTER].on is None
    assert judge(well(status=stated("normal"), devices=old), NOW)[MICROINVERTER].on is False
    before = stated("normal", NOW - 11 * DAY, 12 * DAY)
    assert judge(well(status=before, devices=old), NOW)[MICROINVERTER].on is None


def test_an_alarm_that_nobody_told_of_lately_is_unknown_even_if_the_system_is_normal() -> None:
    forgotten = Standing(incident(7), NOW - 3 * DAY, NOW - 2 * DAY)
    assert judge(well(alarms=OpenNow((forgotten,), NOW)), NOW)[ALARM].on is None


def test_devices_and_panels_are_asked_again_when_the_status_has_changed_since_they_accused() -> (
    None
):
    faulty, dark = device("encharges", "encharge_issue"), panel("p", "power")
    early, changed_at, late = NOW - 3 * DAY, NOW - DAY, NOW - HOUR
    type Case = tuple[Stated[Devices] | None, Stated[tuple[Panel, ...]] | None, set[Job]]
    cases: tuple[Case, ...] = (
        (devices(faulty, at=early), None, {Job.DEVICES}),
        (devices(faulty, at=late), None, set()),
        (devices(device("encharges", "normal"), at=early), None, set()),
        (None, panels(dark, at=early), {Job.PANELS}),
        (None, panels(dark, at=late), set()),
        (None, panels(panel("p"), at=early), set()),
        (devices(faulty, at=early), panels(dark, at=early), {Job.DEVICES, Job.PANELS}),
    )
    for found, listed, jobs in cases:
        known = well(status_since=changed_at, devices=found, panels=listed)
        assert set(doubts(known, NOW)) == jobs
    known = replace(NOTHING, devices=devices(faulty, at=early), panels=panels(dark, at=early))
    assert doubts(known, NOW) == set()


def test_open_events_that_nobody_told_of_for_a_day_are_asked_for() -> None:
    assert doubts(well(events=opened(incident(7), at=NOW - 21 * HOUR)), NOW) == {Job.OPEN_EVENTS}
    assert doubts(well(events=opened(incident(7), at=NOW - 19 * HOUR)), NOW) == set()
    assert doubts(well(events=opened(at=NOW - 5 * DAY)), NOW) == set()
    for asked_ago_s, jobs in ((21 * HOUR, {Job.OPEN_EVENTS}), (HOUR, set[Job]())):
        events = opened(incident(7), at=NOW - 3 * DAY)
        known = well(events=events, open_events_at=NOW - asked_ago_s)
        assert set(doubts(known, NOW)) == jobs
