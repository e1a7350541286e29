"""How the demo judges what Home Assistant shows."""

from datetime import UTC, datetime

import pytest

from tests.demo.check import Look, find_problems
from tests.demo.entities import Shown
from tests.demo.table import Line, compare
from tests.demo.truth import Between, Known, Truth


def shown(state: str, unit: str = "", entity_id: str = "sensor.deye_x") -> Shown:
    return Shown(key="x", entity_id=entity_id, state=state, unit=unit)


def judge(entity: Shown, truth: Truth) -> bool:
    (line,) = compare([entity], truth)
    return line.ok


@pytest.mark.parametrize(
    ("state", "unit", "truth", "ok"),
    [
        ("401", "W", 400, True),
        ("402", "W", 400, False),
        ("7.1", "kWh", 7.2, True),
        ("7.1", "kWh", 7.3, False),
        ("7.1", "kWh", Between(6.9, 7.0), True),
        ("6.9", "kWh", Between(7.0, 7.5), True),
        ("7.7", "kWh", Between(7.0, 7.5), False),
        ("72.0", "%", 72, True),
        ("71", "%", 72, False),
        ("52.17", "V", 52.17, True),
        ("soon", "V", 52.17, False),
        ("normal", "", "normal", True),
        ("alarm", "", "normal", False),
        ("2026-11-21T13:00:04+00:00", "", datetime(2026, 11, 21, 13, tzinfo=UTC), True),
        ("2026-11-21T13:00:06+00:00", "", datetime(2026, 11, 21, 13, tzinfo=UTC), False),
        ("now", "", datetime(2026, 11, 21, 13, tzinfo=UTC), False),
    ],
)
def test_a_state_may_differ_by_its_units_tolerance(
    state: str, unit: str, truth: Known, *, ok: bool
) -> None:
    assert judge(shown(state, unit), {"x": truth}) is ok


@pytest.mark.parametrize(("state", "truth", "ok"), [("on", 1, True), ("off", 1, False)])
def test_a_binary_sensor_is_held_against_a_number_as_yes_or_no(
    state: str, truth: int, *, ok: bool
) -> None:
    assert judge(shown(state, entity_id="binary_sensor.deye_x"), {"x": truth}) is ok


@pytest.mark.parametrize("state", ["unknown", "unavailable", "missing"])
def test_an_entity_without_a_value_is_never_right(state: str) -> None:
    assert not judge(shown(state), {})
    assert not judge(shown(state), {"x": None})


@pytest.mark.parametrize("entity_id", ["event.deye_x", "button.deye_x"])
def test_what_has_not_happened_yet_is_right(entity_id: str) -> None:
    assert judge(shown("unknown", entity_id=entity_id), {})


def test_a_value_that_nobody_else_knows_must_only_be_there() -> None:
    assert judge(shown("5"), {})


def test_what_takes_its_time_may_be_unknown_but_not_wrong() -> None:
    for state, ok in (("unknown", True), ("unavailable", False), ("5", False), ("6", True)):
        (line,) = compare([shown(state)], {"x": 6}, unknown_at_first={"x"})
        assert line.ok is ok, state


def test_all_that_is_wrong_is_said() -> None:
    right = Line(shown("5"), "5", ok=True)
    wrong = Line(shown("5"), "6", ok=False)
    gone = Line(shown("unavailable"), "6", ok=False)
    fine, bad, empty, short = (
        Look("deye", [right], 2),
        Look("deye", [right, wrong, gone], 1),
        Look("x", [], 2),
        Look("site", [right], 2, frozenset({"pv_power"})),
    )
    assert list(find_problems(fine)) == []
    assert list(find_problems(bad)) == [
        "sensor.deye_x is 5, should be 6.",
        "sensor.deye_x is unavailable.",
        "The simulated deye saw 1 polls instead of 2.",
    ]
    assert list(find_problems(empty)) == ["There is no entity of the x."]
    assert list(find_problems(short)) == ["There is no entity pv_power of the site."]
    assert [look.ok for look in (fine, bad, empty, short)] == [True, False, False, False]
