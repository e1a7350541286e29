"""The entities of every kind of gateway are what they were: nobody's history breaks unnoticed."""

from collections.abc import Collection
from dataclasses import replace
import json
from typing import Any, Final

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from custom_components.solar_monitor.clients.envoy.readings import BatteryKind, CtKind
from custom_components.solar_monitor.clients.envoy.shape import Shape
from custom_components.solar_monitor.sources.envoy import keys
from custom_components.solar_monitor.sources.envoy.rows import every_row, rows_of
from custom_components.solar_monitor.sources.spec import AnyRow, Rows, SensorRow, Snapshot
from tests.checks.repository import TRANSLATIONS
from tests.integration.rows import described, tables

PANEL: Final = "121900000001"
UNDETAILED: Final = "121900000002"
ENCHARGE: Final = "122300000001"
ACB: Final = "121800000001"

NET: Final = (CtKind.PRODUCTION, CtKind.NET_CONSUMPTION)
METERED: Final = Shape(
    cts=NET,
    panels=(PANEL, UNDETAILED),
    production=True,
    consumption=True,
    livedata=True,
    panel_details=True,
)
BATTERY: Final = replace(
    METERED, batteries={ENCHARGE: BatteryKind.ENCHARGE}, enpower="122000000001", tariff=True
)
SHAPES: Final[dict[str, Shape]] = {
    "nothing known yet": Shape(),
    "standard": Shape(panels=(PANEL, UNDETAILED), production=True),
    "metered": METERED,
    "metered, three phases": replace(METERED, phase_count=3),
    "consumption only": replace(METERED, cts=(CtKind.PRODUCTION, CtKind.TOTAL_CONSUMPTION)),
    "battery": BATTERY,
    "battery with a CT": replace(BATTERY, cts=(*NET, CtKind.STORAGE), phase_count=2),
    "AC battery": replace(METERED, batteries={ACB: BatteryKind.ACB}),
    "everything": Shape(
        cts=tuple(CtKind),
        phase_count=3,
        panels=(PANEL, UNDETAILED),
        batteries={ACB: BatteryKind.ACB, ENCHARGE: BatteryKind.ENCHARGE},
        production=True,
        consumption=True,
        enpower="122000000001",
        collar="122100000001",
        c6="122200000001",
        generator=True,
        tariff=True,
        livedata=True,
        panel_details=True,
    ),
}
SERIALS: Final = (PANEL, UNDETAILED, ENCHARGE, ACB)
DETAILED: Final = {PANEL}
# Made by the glue, or added to another state.
NOT_POLLED: Final = {"connection", "alarms", "counter_corrections"}
ATTRIBUTES: Final = {"weakest_panel_share", "problem_panels"}


def made(shape: Shape) -> Rows:
    """Make the rows of a gateway whose first panel tells all, and whose second only its power."""
    return rows_of(shape, detailed=DETAILED, needs_token=True)


@pytest.mark.parametrize("name", ["everything", "consumption only"])
def test_the_rows_are_what_they_were(name: str, snapshot: SnapshotAssertion) -> None:
    assert {
        platform: {row.key: described(row) for row in table}
        for platform, table in tables(made(SHAPES[name]))
    } == snapshot(extension_class=JSONSnapshotExtension)


def enabled(rows: Rows, *, own: bool) -> list[AnyRow]:
    """Give the rows that are on by default, of the gateway or of panels and batteries."""
    return [row for row in rows if row.entity_registry_enabled_default and row.row.own_id is own]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("standard", range(12, 20)),
        ("metered", range(22, 30)),
        ("metered, three phases", range(22, 30)),
        ("battery", range(30, 38)),
        ("battery with a CT", range(30, 38)),
        ("everything", range(30, 45)),
    ],
)
def test_about_thirty_entities_of_a_gateway_are_enabled_by_default(name: str, shown: range) -> None:
    rows = made(SHAPES[name])
    count = len(enabled(rows, own=False))
    print(f"{name}: {count} of {len(list(rows))} entities are enabled by default")  # noqa: T201 - a figure for the reader
    assert count in shown


def test_power_energy_and_problem_of_a_panel_are_enabled_by_default() -> None:
    shown = {row.key for row in enabled(made(METERED), own=True)}
    assert shown == {
        f"{PANEL}_power",
        f"{PANEL}_energy_total",
        f"{PANEL}_problem",
        f"{UNDETAILED}_power",
        f"{UNDETAILED}_problem",
    }


@pytest.mark.parametrize("name", SHAPES)
def test_a_key_is_there_once(name: str) -> None:
    for _, table in tables(made(SHAPES[name])):
        found = [row.key for row in table]
        assert len(found) == len(set(found))


@pytest.mark.parametrize("name", SHAPES)
def test_keys_of_a_device_of_its_own_begin_with_its_serial_number(name: str) -> None:
    for row in made(SHAPES[name]):
        assert row.row.own_id is row.key.startswith(SERIALS), row.key


def polled(shape: Shape) -> frozenset[str]:
    """Give the keys that the polls of a gateway bring."""
    return keys.fast_keys(shape) | keys.panel_keys(shape) | keys.slow_keys(shape)


def needed(rows: Rows) -> frozenset[str]:
    """Give the keys that rows need."""
    return frozenset(row.key for row in rows) - NOT_POLLED


@pytest.mark.parametrize("name", SHAPES)
def test_every_row_shows_what_a_poll_brings(name: str) -> None:
    assert needed(made(SHAPES[name])) - polled(SHAPES[name]) == set()


def test_all_that_the_polls_can_bring_is_shown() -> None:
    everything = SHAPES["everything"]
    estimated = replace(everything, cts=(CtKind.TOTAL_CONSUMPTION,))
    all_panels = everything.panels
    shown: set[str] = set()
    for shape in (everything, estimated):
        shown |= needed(rows_of(shape, detailed=all_panels, needs_token=True))
    assert polled(everything) - shown - ATTRIBUTES == set()


def test_what_is_estimated_says_so_in_its_name() -> None:
    texts = json.loads((TRANSLATIONS / "en.json").read_text(encoding="utf-8"))["entity"]
    for platform, table in tables(every_row()):
        for row in table:
            name = texts[platform][row.key]["name"]
            assert name.endswith("(estimated)") is row.key.endswith("_estimated"), row.key


def test_no_device_is_called_as_one_of_home_assistants_own_integration() -> None:
    texts = json.loads((TRANSLATIONS / "en.json").read_text(encoding="utf-8"))["device"]
    names = {text["name"].partition(" ")[0] for text in texts.values()}
    assert not names & {"Envoy", "Inverter", "Encharge", "Enpower", "ACB", "Collar", "C6", "NC1"}


def sensor_of(rows: Rows, key: str) -> SensorRow:
    """Find a sensor."""
    return next(row for row in rows.sensors if row.key == key)


def shown(key: str, value: object) -> object:
    """Show a value by its row."""
    row = sensor_of(made(SHAPES["everything"]), key)
    return row.value_fn(Snapshot(values={key: value}))


@pytest.mark.parametrize(
    ("key", "said", "expected"),
    [
        ("ct_production_metering_status", "normal", "normal"),
        ("ct_production_metering_status", "not-metering", "not_metering"),
        ("ct_production_metering_status", "check-wiring", "check_wiring"),
        ("ct_production_metering_status", "on-fire", "other"),
        ("ct_production_metering_status", None, None),
        ("storage_mode", "self-consumption", "self_consumption"),
        ("storage_mode", "savings-mode", "savings_mode"),
        ("storage_mode", "ai", "other"),
    ],
)
def test_a_word_is_one_that_has_a_text(key: str, said: str | None, expected: str | None) -> None:
    assert shown(key, said) == expected
    row = sensor_of(made(SHAPES["everything"]), key)
    assert expected is None or expected in (row.options or ())


def test_counters_and_diagnostics_stay_while_the_gateway_is_silent() -> None:
    rows = made(SHAPES["everything"])
    counters = [row for row in rows.sensors if row.state_class == "total_increasing"]
    assert counters
    assert all(row.row.always for row in counters)
    assert not any(row.row.always for row in rows.sensors if row.device_class == "power")


def test_the_panels_with_a_problem_are_named() -> None:
    rows = made(METERED)
    problem = next(row for row in rows.binary_sensors if row.key == "panel_problem")
    assert problem.attributes_fn is not None
    values: dict[str, Any] = {"panel_problem": True, "problem_panels": PANEL}
    assert problem.attributes_fn(Snapshot(values=values)) == {"panels": PANEL}


def test_a_gateway_without_a_token_has_no_problem_with_it() -> None:
    assert "token_problem" not in _keys(rows_of(METERED, detailed=(), needs_token=False))
    assert "token_problem" in _keys(rows_of(METERED, detailed=(), needs_token=True))


def _keys(rows: Rows) -> Collection[str]:
    return {row.key for row in rows}
