"""What the statements of the cloud come to, and what is asked to settle a contradiction."""

from dataclasses import replace

from custom_components.solar_monitor.clients.enlighten.jobs import Job
from custom_components.solar_monitor.clients.enlighten.models import Devices, Panel
from custom_components.solar_monitor.logic.incidents import Standing
from custom_components.solar_monitor.sources.enlighten.evidence import (
    ALARM,
    BATTERY,
    GATEWAY,
    KEYS,
    METER,
    MICROINVERTER,
    PRODUCTION,
    OpenNow,
    Stated,
    Witness,
)
from custom_components.solar_monitor.sources.enlighten.verdicts import doubts, judge

from .enlighten_statements import (
    DAY,
    HOUR,
    NOTHING,
    NOW,
    PROBLEMS,
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
