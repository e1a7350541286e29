"""What docs/load_shedding.md says is what the code does."""

from enum import StrEnum
from importlib.util import module_from_spec, spec_from_file_location
import re
from typing import Final

import pytest

from custom_components.solar_monitor.logic.shedding import (
    Cause,
    Config,
    Happening,
    Reason,
    Status,
)
from custom_components.solar_monitor.logic.shedding.senses import STALE_S

from .repository import ROOT, TRANSLATIONS, load_json

DOCS: Final = ROOT / "docs"
PAGE: Final = (DOCS / "load_shedding.md").read_text(encoding="utf-8")
DEFAULTS: Final = Config()
ENTITIES: Final = load_json(TRANSLATIONS / "en.json")["entity"]
EVENTS: Final = ENTITIES["event"]["site_load_shedding_events"]["state_attributes"]


def section(title: str) -> str:
    """Give what stands under a heading."""
    return PAGE.partition(f" {title}\n")[2].partition("\n#")[0]


def rows(title: str) -> list[list[str]]:
    """Give the cells of the rows that begin with a key."""
    lines = re.findall(r"^\| `(\w+)`[^|]*\| (.*) \|$", section(title), re.MULTILINE)
    return [[key, *rest.split(" | ")] for key, rest in lines]


@pytest.mark.parametrize(
    ("title", "words", "texts"),
    [
        ("Every status", Status, ENTITIES["sensor"]["site_load_shedding_status"]["state"]),
        ("Every reason", Reason, ENTITIES["sensor"]["site_load_shedding_reason"]["state"]),
        ("Every event", Happening, EVENTS["event_type"]["state"]),
    ],
)
def test_every_word_that_is_shown_is_explained(
    title: str, words: type[StrEnum], texts: dict[str, str]
) -> None:
    assert [row[:2] for row in rows(title)] == [[word.value, texts[word]] for word in words]
    assert all(len(meaning) > 10 for _, _, meaning in rows(title))


def test_every_cause_is_explained() -> None:
    explained = rows("Why a load goes, and when it comes back")
    assert [cause for cause, _, _ in explained] == [cause.value for cause in Cause]


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Begin", f"{DEFAULTS.shed_below:g} % and {DEFAULTS.restore_above:g} %"),
        (
            "The staircase",
            f"({DEFAULTS.offgrid_shed_below:g} % and {DEFAULTS.offgrid_restore_above:g} %)",
        ),
        ("The staircase", f"one *step* ({DEFAULTS.step:g} points)"),
        ("The staircase", f"at least {DEFAULTS.least_gap:g} points"),
        ("The staircase", f"*critical charge* ({DEFAULTS.critical:g} %)"),
        ("One at a time", f"Between two loads | {DEFAULTS.stagger_s:g} s"),
        ("One at a time", f"at a critical charge | {DEFAULTS.critical_stagger_s:g} s"),
        ("One at a time", f"stays on at least | {DEFAULTS.min_on_s / 60:g} min"),
        ("One at a time", f"stays off at least | {DEFAULTS.min_off_s / 60:g} min"),
        ("When things go wrong", f"after {DEFAULTS.give_back_s / 3_600:g} hours all loads"),
    ],
)
def test_the_defaults_are_those_of_the_code(title: str, said: str) -> None:
    assert said in section(title)


@pytest.mark.parametrize("step", ["init", "envoy"])
def test_who_sets_an_interval_is_told_from_which_on_a_battery_is_not_protected(step: str) -> None:
    asked = load_json(TRANSLATIONS / "en.json")["options"]["step"][step]["data_description"]
    assert f"From {STALE_S:g} s on, load shedding cannot protect" in asked["poll_interval"]
    assert f"From {STALE_S:g} s on it does nothing" in section("When things go wrong")


def test_the_pictures_are_current() -> None:
    """Run scripts/gen_load_shedding_pictures when this fails."""
    path = ROOT / "scripts" / "lib" / "load_shedding_pictures.py"
    spec = spec_from_file_location("load_shedding_pictures", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, content in module.pictures().items():
        assert (DOCS / "images" / name).read_text(encoding="utf-8") == content
        assert f"images/{name}" in PAGE
