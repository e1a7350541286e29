"""Stored options, read: whatever is damaged is as if it had never been set."""

from datetime import time
import json
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.solar_monitor.logic.flows import Feed
from custom_components.solar_monitor.logic.peaks import OnPeak
from custom_components.solar_monitor.logic.shedding import Config
from custom_components.solar_monitor.site.options_data import (
    AlarmOptions,
    ArrayOption,
    BatteryAlarm,
    FeedPoint,
    ImportAlarm,
    OtherDevice,
    OtherKind,
    Role,
    SheddingOptions,
    SiteOptions,
    TemperatureAlarm,
)
from custom_components.solar_monitor.site.options_values import Span, time_in

WHOLE: dict[str, Any] = {
    "excluded": ["122302098765"],
    "grid_meter": "inverters",
    "home_meter": "other_2",
    "feeds": {"122302098765": {"feed": "generator_port", "hybrid": "2712345678"}},
    "others": [
        {
            "id": "other_1",
            "kind": "battery",
            "name": "EG4",
            "power": "a1",
            "soc": "a2",
            "inverted": True,
            "capacity": 14.3,
            "floor": 20,
        }
    ],
    "arrays": [
        {
            "id": "array_1",
            "name": "East",
            "kwp": 4.4,
            "tilt": 30,
            "azimuth": 90,
            "source": "122302098765",
            "panels": ["1", "2"],
        }
    ],
    "common_bank": True,
    "soc_of": "other_1",
    "capacity": 20,
    "alarms": {"low_battery": {"enabled": True, "below": 40, "at": "19:00:30"}},
    "on_peak": {"weekdays": ["0", "1"], "begin": "16:00:00", "end": "21:00:00"},
    "shedding": {"loads": ["b1", "b2"], "grid_draw": True, "step": 3, "stagger_s": 5},
}
READ = SiteOptions(
    excluded=frozenset({"122302098765"}),
    grid_meter="inverters",
    home_meter="other_2",
    feeds={"122302098765": FeedPoint(feed=Feed.GENERATOR_PORT, hybrid="2712345678")},
    others=(
        OtherDevice(
            id="other_1",
            kind=OtherKind.BATTERY,
            name="EG4",
            entities={Role.POWER: "a1", Role.SOC: "a2"},
            inverted=True,
            capacity_kwh=14.3,
            floor=20,
        ),
    ),
    arrays=(
        ArrayOption(
            id="array_1",
            name="East",
            kwp=4.4,
            tilt=30,
            azimuth=90,
            source="122302098765",
            panels=("1", "2"),
        ),
    ),
    common_bank=True,
    soc_of="other_1",
    capacity_kwh=20,
    alarms=AlarmOptions(battery=BatteryAlarm(enabled=True, below=40, at=time(19))),
    on_peak=OnPeak(frozenset({0, 1}), 960, 1260),
    shedding=SheddingOptions(
        loads=("b1", "b2"),
        grid_draw=True,
        levels={**SheddingOptions().levels, "step": 3, "stagger_s": 5},
    ),
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


def test_nothing_set_is_everything_by_default() -> None:
    assert SiteOptions.read({}) == SiteOptions()


def test_what_was_set_is_read() -> None:
    assert SiteOptions.read(WHOLE) == READ


def test_load_shedding_begins_with_the_defaults_of_its_rule() -> None:
    numbers: dict[str, Any] = {"armed": False, "shed_below": 40.0, "restore_above": 50.0}
    assert SheddingOptions().config(**numbers) == Config()


@given(st.dictionaries(st.sampled_from(sorted(WHOLE)), JSON))
def test_garbage_is_read_without_a_fault(garbage: dict[str, Any]) -> None:
    SiteOptions.read(garbage)


@given(st.sampled_from(sorted(WHOLE)), JSON)
def test_garbage_in_one_option_leaves_the_others(key: str, garbage: object) -> None:
    fields = {"capacity": "capacity_kwh"}
    read = SiteOptions.read(WHOLE | {key: garbage})
    for other in WHOLE.keys() - {key}:
        name = fields.get(other, other)
        assert getattr(read, name) == getattr(READ, name)


def paths(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """List the places of all values in JSON."""
    inner: list[tuple[str | int, ...]] = []
    if isinstance(value, dict):
        inner = [each for key, part in value.items() for each in paths(part, (*path, key))]
    elif isinstance(value, list):
        inner = [each for at, part in enumerate(value) for each in paths(part, (*path, at))]
    return [path, *inner]


@given(st.sampled_from(paths(WHOLE)[1:]), JSON)
def test_garbage_at_any_depth_is_read_without_a_fault(
    path: tuple[str | int, ...], garbage: object
) -> None:
    damaged = json.loads(json.dumps(WHOLE))
    place = damaged
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = garbage
    read = SiteOptions.read(damaged)
    assert {device.kind for device in read.others} <= set(OtherKind)


@pytest.mark.parametrize(
    ("options", "field", "expected"),
    [
        ({"excluded": ["a", 5, "", "a"]}, "excluded", frozenset({"a"})),
        ({"grid_meter": ""}, "grid_meter", None),
        ({"feeds": {"a": {"feed": "roof"}, "b": {"feed": "backup", "hybrid": 5}}}, "feeds", None),
        ({"others": [{"id": "", "kind": "battery"}, {"id": "a", "kind": "fridge"}]}, "others", ()),
        ({"arrays": [{"name": "East", "kwp": 0}, {"name": 5, "kwp": 5}, "x"]}, "arrays", ()),
        ({"capacity": 0}, "capacity_kwh", None),
        ({"on_peak": {"weekdays": ["7"], "begin": "16:00", "end": "21:00"}}, "on_peak", None),
        ({"on_peak": {"weekdays": ["0"], "begin": "late", "end": "21:00"}}, "on_peak", None),
        ({"on_peak": {"weekdays": ["0"], "begin": "16:00", "end": 21}}, "on_peak", None),
    ],
)
def test_what_cannot_be_is_as_never_set(
    options: dict[str, Any], field: str, expected: object
) -> None:
    if field == "feeds":
        expected = {"b": FeedPoint(feed=Feed.BACKUP)}
    assert getattr(SiteOptions.read(options), field) == expected


def test_what_has_no_name_or_no_id_is_called_by_the_other() -> None:
    read = SiteOptions.read(
        {"others": [{"id": "a", "kind": "panels"}], "arrays": [{"name": "East", "kwp": 5}]}
    )
    assert read.others[0].name == "a"
    assert read.arrays[0].id == "East"


def test_thresholds_out_of_range_are_the_defaults() -> None:
    alarms = {"high_import": {"above": -5, "for": "x", "begin": 7}, "hot_inverter": {"above": 500}}
    read = SiteOptions.read({"alarms": alarms, "shedding": {"step": 51, "min_on_s": -1}})
    assert read.alarms.grid_import == ImportAlarm()
    assert read.alarms.temperature == TemperatureAlarm()
    assert read.shedding == SheddingOptions()


@pytest.mark.parametrize("value", [True, "5", None, float("nan"), float("inf"), 10.5, -0.5])
def test_a_span_takes_numbers_within_itself_only(value: object) -> None:
    span = Span(0.0, 10.0, 3.0)
    assert (span.read(value), span.optional(value)) == (3.0, None)
    assert (span.read(10), span.optional(0)) == (10, 0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("16:30", time(16, 30)), ("16:30:59", time(16, 30)), ("24:30", None), ("", None), (5, None)],
)
def test_a_time_of_day_has_hours_and_minutes(text: object, expected: time | None) -> None:
    assert time_in(text) == expected
