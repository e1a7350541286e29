"""What is stored of answers comes back as it was, or not at all."""

from dataclasses import dataclass, fields
from datetime import date
import json
from typing import Any

import pytest

from custom_components.solar_monitor.clients.enlighten.models import (
    Devices,
    EventType,
    Panel,
    Summary,
    System,
    read_event_types,
    read_panels,
)
from custom_components.solar_monitor.sources.enlighten.payloads import dump, load, load_all
from tests.unit.sources.paper_system import PaperSystem

SYSTEM = System.read(
    {"system_id": 7, "name": "Home", "timezone": "US/Pacific", "connection_type": "Cellular"}
)
DEVICES = Devices.read(
    {
        "devices": {
            "micros": [{"serial_number": "1", "status": "normal", "active": True}],
            "encharges": [{"serial_number": "2", "last_report_at": 1_780_000_000}],
        }
    }
)
PANELS = read_panels([{"micro_inverters": [{"serial_number": "1", "energy": 3}]}])
TYPES = read_event_types({"event_types": [{"event_type_id": 28, "event_name": "Silence"}]})


@pytest.mark.parametrize(
    "answer", [PaperSystem().summary(), SYSTEM, DEVICES, *PANELS, *TYPES], ids=repr
)
def test_an_answer_comes_back_as_it_was(answer: object) -> None:
    stored = json.loads(json.dumps(dump(answer)))
    assert load(type(answer), stored) == answer


@pytest.mark.parametrize(("kind", "answers"), [(Panel, PANELS), (EventType, TYPES), (Panel, ())])
def test_many_answers_come_back_as_they_were(kind: type[Any], answers: tuple[Any, ...]) -> None:
    assert load_all(kind, json.loads(json.dumps(dump(answers)))) == answers


@pytest.mark.parametrize("damage", [None, 3, "x", [], {}, {"system_id": 7}])
def test_what_is_no_answer_is_none(damage: object) -> None:
    assert load(Summary, damage) is None
    assert load(Devices, damage) is None


@pytest.mark.parametrize("damage", [None, 3, "x", {}, [3], [{}], [None]])
def test_a_list_with_something_else_in_it_is_none(damage: object) -> None:
    assert load_all(Panel, damage) is None


@pytest.mark.parametrize("field", [field.name for field in fields(Summary)])
@pytest.mark.parametrize("damage", [{}, [1], True], ids=repr)
def test_an_answer_with_a_damaged_part_is_none(field: str, damage: object) -> None:
    stored = dump(PaperSystem().summary()) | {field: damage}
    assert load(Summary, stored) is None


def test_a_date_that_is_none_and_a_number_that_is_too_large_are_damage() -> None:
    stored = dump(PaperSystem().summary())
    assert load(Summary, stored | {"day": "tomorrow"}) is None
    assert load(Summary, stored | {"power_w": float("inf")}) is None
    assert load(Summary, stored | {"panels": 1.5}) is None
    assert load(System, dump(SYSTEM) | {"connection": "by pigeon"}) is None


@dataclass(frozen=True)
class Later:
    """An answer of a version to come."""

    day: date
    more: str


def test_what_an_older_version_stored_is_none_if_something_is_missing() -> None:
    assert load(Later, {"day": "2026-11-20"}) is None
    assert load(Later, {"day": "2026-11-20", "more": "x", "less": 1}) is not None
