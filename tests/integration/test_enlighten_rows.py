"""The entities of every Enphase account are what they were: nobody's history breaks unnoticed."""

from datetime import UTC, datetime
import json
from typing import Any, Final

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import EntityCategory
import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from custom_components.solar_monitor.clients.enlighten.jobs import Profile
from custom_components.solar_monitor.sources.enlighten import evidence, keys
from custom_components.solar_monitor.sources.enlighten.entries import ID_PREFIX
from custom_components.solar_monitor.sources.enlighten.rows import Shape, rows_of
from custom_components.solar_monitor.sources.enlighten.status import OPTIONS
from custom_components.solar_monitor.sources.spec import Rows, SensorRow, Snapshot
from tests.checks.repository import TRANSLATIONS
from tests.integration.rows import described, tables

FIRST: Final = 1234567
SECOND: Final = 7654321
STATUS: Final = f"{FIRST}_system_status"
# The table of statuses in Enphase's documentation of the API (developer-v4.enphase.com/docs.html).
STATUSES: Final = {
    "normal": "normal",
    "comm": "comm",
    "micro": "micro",
    "power": "power",
    "meter": "meter",
    "meter_issue": "meter_issue",
    "battery": "battery",
    "storage_idle": "storage_idle",
    "encharge": "encharge",
    "encharge_issue": "encharge_issue",
    "enpower": "enpower",
    "enpower_issue": "enpower_issue",
    "nsr": "nsr",
    "iq_collar": "iq_collar",
    "evse_not_reporting": "evse_not_reporting",
    "evse_faulted": "evse_faulted",
    "on_grid": "on_grid",
    "off_grid": "off_grid",
    "grid_unknown": "grid_unknown",
    "data_upload": "data_upload",
    "unknown": "updating",
    "no_data": "no_data",
    "warning": "warning",
    "Error": "error",
    "any": "any",
    "deactivated": "deactivated",
    "retired": "retired",
    "not_monitored": "not_monitored",
    "monitored": "monitored",
    "unused": "unused",
    "disabled": "disabled",
    "debug": "debug",
    "info": "info",
    "muted": "muted",
    "rma": "rma",
}


def made(profile: Profile = Profile.CLOUD_ONLY, *, battery: bool = True) -> Rows:
    """Make the rows of an account with one system."""
    return rows_of([Shape(system_id=FIRST, profile=profile, battery=battery)])


def names(rows: Rows) -> set[str]:
    """Name the rows without the number of their system."""
    return {row.key.partition("_")[2] for row in rows}


def on_by_default(rows: Rows) -> set[str]:
    """Name the rows that are on by default."""
    return {row.key.partition("_")[2] for row in rows if row.entity_registry_enabled_default}


def sensor_of(rows: Rows, key: str) -> SensorRow:
    """Find a sensor."""
    return next(row for row in rows.sensors if row.key == key)


@pytest.mark.parametrize("profile", Profile)
def test_the_rows_are_what_they_were(profile: Profile, snapshot: SnapshotAssertion) -> None:
    assert {
        platform: {f"{ID_PREFIX}_{row.key}": described(row) for row in table}
        for platform, table in tables(made(profile))
    } == snapshot(extension_class=JSONSnapshotExtension)


def test_where_a_local_source_measures_production_the_same_is_off_by_default() -> None:
    alone, companion = made(), made(Profile.COMPANION)
    assert names(alone) == names(companion)
    assert on_by_default(alone) - on_by_default(companion) == {
        "power",
        "energy_today",
        "energy_total",
    }


def test_for_alarms_only_nothing_is_said_about_production() -> None:
    assert names(made()) - names(made(Profile.ALARMS_ONLY)) == {
        "power",
        "energy_today",
        "energy_total",
    }


def test_about_twenty_entities_are_on_by_default() -> None:
    count = len(on_by_default(made()))
    print(f"{count} of {len(list(made()))} entities are enabled by default")  # noqa: T201 - a figure for the reader
    assert count in range(18, 24)


def test_only_where_there_is_a_battery_it_can_have_a_problem() -> None:
    assert names(made()) - names(made(battery=False)) == {"battery_problem"}


def test_two_systems_have_a_device_each_and_no_key_in_common() -> None:
    shapes = [
        Shape(system_id=number, profile=Profile.CLOUD_ONLY, battery=True)
        for number in (FIRST, SECOND)
    ]
    rows = list(rows_of(shapes))
    assert len(rows) == 2 * len(list(made()))
    for row in rows:
        assert row.key.startswith(f"{row.row.device.removesuffix('system')}")
    for _, table in tables(rows_of(shapes)):
        assert len({row.key for row in table}) == len(table)


def test_no_key_of_a_system_is_the_unique_id_itself() -> None:
    assert not any(row.row.own_id for row in made())


@pytest.mark.parametrize(
    ("said", "expected"), [*STATUSES.items(), ("on_fire", "other"), (None, None)]
)
def test_every_word_for_a_status_has_a_text(said: str | None, expected: str | None) -> None:
    row = sensor_of(made(), STATUS)
    snapshot = Snapshot(values={STATUS: said})
    assert row.value_fn(snapshot) == expected
    assert expected is None or expected in (row.options or ())
    assert row.attributes_fn is not None
    assert row.attributes_fn(snapshot) == {"raw": said}


def test_no_status_is_called_as_home_assistant_calls_what_it_does_not_know() -> None:
    options = sensor_of(made(), STATUS).options or []
    assert len(options) == len(OPTIONS)
    assert not {"unknown", "unavailable"} & set(options)


def test_what_rests_on_evidence_shows_it() -> None:
    problem = f"{FIRST}_meter_problem"
    row = next(row for row in made().binary_sensors if row.key == problem)
    reasons = [{"witness": "status", "says": "meter"}]
    values: dict[str, Any] = {problem: True, f"{problem}_evidence": reasons}
    assert row.value_fn(Snapshot(values=values)) is True
    assert row.attributes_fn is not None
    assert row.attributes_fn(Snapshot(values=values)) == {"evidence": reasons}


def test_all_that_is_judged_is_shown() -> None:
    shown = {row.key.partition("_")[2] for row in made().binary_sensors}
    assert shown == set(evidence.KEYS)


def test_the_open_alarms_are_listed_behind_their_number() -> None:
    key = f"{FIRST}_open_alarms"
    row = sensor_of(made(), key)
    alarms = [{"name": "Gateway not reporting"}]
    values: dict[str, Any] = {key: 1, f"{FIRST}_{keys.ALARM_LIST}": alarms}
    assert row.attributes_fn is not None
    assert row.attributes_fn(Snapshot(values=values)) == {"alarms": alarms}


def test_what_costs_no_call_and_counters_are_shown_also_while_the_cloud_is_silent() -> None:
    always = {row.key.partition("_")[2] for row in made() if row.row.always}
    assert always == {
        "energy_today",
        "energy_total",
        "calls_left",
        "next_poll",
        "data_age",
        "events",
        "refresh",
        "test_connection",
    }


def test_a_button_hangs_on_no_value() -> None:
    assert {row.row.needs for row in made().buttons} == {frozenset()}


def test_a_button_tells_what_it_costs() -> None:
    texts = json.loads((TRANSLATIONS / "en.json").read_text(encoding="utf-8"))["entity"]["button"]
    assert [texts[row.translation_key]["name"] for row in made().buttons] == [
        "Refresh now (3 calls)",
        "Test connection (1 call)",
    ]


def test_the_conversation_with_the_cloud_is_diagnostic_and_what_is_wrong_is_not() -> None:
    diagnostic = {
        row.key.partition("_")[2]
        for row in made()
        if row.entity_category is EntityCategory.DIAGNOSTIC
    }
    assert {"calls_left", "next_poll", "data_age", "last_report", "refresh"} <= diagnostic
    assert not diagnostic & {"system_status", "open_alarms", "alarm", "microinverter_problem"}


def test_a_time_is_shown_as_a_time() -> None:
    now = datetime(2026, 11, 20, 19, tzinfo=UTC)
    for row in made().sensors:
        if row.device_class is SensorDeviceClass.TIMESTAMP:
            assert row.value_fn(Snapshot(values={row.key: now})) == now
