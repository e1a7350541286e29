"""docs/alarms.md tells of every alarm what the code does: words, delays, repairs, limits."""

from collections.abc import Iterator
from typing import Any, Final

import pytest

from custom_components.solar_monitor.logic.alarm_board import FORGOTTEN_S
from custom_components.solar_monitor.logic.alarms import (
    RULES,
    About,
    Alarm,
    Ending,
    Kind,
    Severity,
)
from custom_components.solar_monitor.logic.thresholds import COOL_K, LATE_S
from custom_components.solar_monitor.site import alarm_keys
from custom_components.solar_monitor.site.alarm_repairs import REPAIR_AFTER_S, repair_of
from custom_components.solar_monitor.site.alarm_signs import START_S
from custom_components.solar_monitor.site.options_data import AlarmOptions
from custom_components.solar_monitor.sun import LOW_ELEVATION_DEG

from .repository import ROOT, TRANSLATIONS, load_json

PAGE: Final = (ROOT / "docs" / "alarms.md").read_text(encoding="utf-8")
FLOWING: Final = " ".join(PAGE.split())
"""The page as one line: where its lines break does not matter."""

_DAY_S: Final = 86_400
_OPTIONS: Final = AlarmOptions()


def texts() -> dict[str, Any]:
    """Give the texts of the entities."""
    entities: dict[str, Any] = load_json(TRANSLATIONS / "en.json")["entity"]
    return entities


def event_texts(attribute: str) -> dict[str, str]:
    """Give the texts of what an attribute of the event can be."""
    attributes = texts()["event"][f"site_{alarm_keys.ALARMS}"]["state_attributes"]
    states: dict[str, str] = attributes[attribute]["state"]
    return states


def spoken(seconds: float) -> str:
    """Write a time as the page does."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{seconds:g} s" if rest or not minutes else f"{minutes} min"


def table() -> Iterator[str]:
    """Write the table of alarms."""
    words = event_texts("kind")
    for kind in Kind:
        rule = RULES[kind]
        alarm = Alarm(About(kind, "a", ""), 0.0, (), heard=True)
        cells = (
            f"`{kind.value}`",
            words[kind.value],
            rule.severity.value,
            spoken(rule.on_s) if rule.on_s else "your limit",
            spoken(rule.off_s) if rule.off_s else "at once",
            "yes" if repair_of(alarm, "A") else "–",
        )
        yield f"| {' | '.join(cells)} |"


def what_to_do() -> Iterator[str]:
    """Write the list of what to do."""
    words = event_texts("what_to_do")
    for kind in Kind:
        yield f"- `{kind.value}`: {words[kind.value]}"


def limits() -> Iterator[str]:
    """Write the limits with their defaults."""
    battery, grid = _OPTIONS.battery, _OPTIONS.grid_import
    heat, sun = _OPTIONS.temperature, _OPTIONS.production
    assert grid.begin == grid.end
    evening = f"below {battery.below:g} % at {battery.at:%H:%M}"
    yield f"| Battery low | {_state(battery.enabled)}; {evening} |"
    peak = f"above {grid.above_w:g} W for {spoken(grid.for_s)}, all day"
    pause = f"pause of {spoken(grid.cooldown_s)}"
    yield f"| High import | {_state(grid.enabled)}; {peak}, {pause} |"
    yield f"| Hot inverter | {_state(heat.enabled)}; above {heat.above:g} °C |"
    yield f"| No production by day | {_state(sun.enabled)}; after {spoken(sun.after_s)} |"


def _state(on: bool) -> str:  # noqa: FBT001 - what it says is its name
    return "on" if on else "off"


@pytest.mark.parametrize("line", table())
def test_every_alarm_is_in_the_table_as_it_is_in_the_code(line: str) -> None:
    assert line in PAGE.splitlines()


@pytest.mark.parametrize("item", what_to_do())
def test_what_to_do_is_what_home_assistant_says(item: str) -> None:
    assert item in FLOWING


@pytest.mark.parametrize("line", limits())
def test_every_limit_is_told_with_its_default(line: str) -> None:
    assert line in PAGE


def test_nothing_is_in_the_table_that_is_not_in_the_code() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| `")]
    assert rows == list(table())


@pytest.mark.parametrize("key", alarm_keys.PROBLEMS)
def test_every_sensor_is_told_by_its_name(key: str) -> None:
    assert f"| {texts()['binary_sensor'][f'site_{key}']['name']} |" in PAGE


@pytest.mark.parametrize("word", [*Severity, *Ending])
def test_every_severity_and_every_way_to_end_is_explained(word: str) -> None:
    assert f"*{word}* (" in PAGE


def test_the_times_that_are_no_delays_of_one_alarm_are_those_of_the_code() -> None:
    usual_s = RULES[Kind.GRID_LOST].usual_s
    assert usual_s is not None
    for sentence in (
        f"After a start** a source has {START_S / 60:g} minutes",
        f"what has lasted for {REPAIR_AFTER_S / 3_600:g} hours",
        f"after {usual_s / _DAY_S:g} days without any voltage",
        f"until it is {COOL_K:g} °C below the limit",
        f"The sun has to be {LOW_ELEVATION_DEG:g}° high",
    ):
        assert sentence in FLOWING, sentence
    assert FORGOTTEN_S == _DAY_S
    assert "its source has not named for a day" in FLOWING
    assert LATE_S == 3_600
    assert "nothing is known for an hour after it" in FLOWING
