"""docs/energy_dashboard.md names what the code picks, by the names that people see."""

import re
from typing import Final

from custom_components.solar_monitor.logic.energy_dashboard import Kind
from custom_components.solar_monitor.logic.site_totals import Flow
from custom_components.solar_monitor.services import SERVICE_GET_DASHBOARD
from custom_components.solar_monitor.site.energy_offer import FIELDS
from custom_components.solar_monitor.site.keys import total_key

from .repository import ROOT, TRANSLATIONS, load_json

PAGE: Final = (ROOT / "docs" / "energy_dashboard.md").read_text(encoding="utf-8")
ENGLISH: Final = load_json(TRANSLATIONS / "en.json")
PARTS: Final = {"Solar panels": Kind.SOLAR, "Grid": Kind.GRID, "Battery": Kind.BATTERY}
FIELD_NAMES: Final = {
    "Energy": "stat_energy_from",
    "Energy imported": "stat_energy_from",
    "Energy exported": "stat_energy_to",
    "Energy discharged": "stat_energy_from",
    "Energy charged": "stat_energy_to",
    "Power": "stat_rate",
    "State of charge": "stat_soc",
}
ROW: Final = re.compile(r"^\| ([\w ]+) \| ([\w ]+) \| \*([^*]+)\* \| `(\w+)` \|$", re.MULTILINE)


def name_of(key: str) -> str:
    """Give what a sensor of the site is called."""
    name: str = ENGLISH["entity"]["sensor"][f"site_{key}"]["name"]
    return name


def test_the_table_names_every_entity_that_the_repair_picks_and_no_other() -> None:
    told = {
        (PARTS[part], FIELD_NAMES[field]): (name, key)
        for part, field, name, key in ROW.findall(PAGE)
    }
    picked = {
        (kind, field): (name_of(key), key)
        for kind, fields in FIELDS.items()
        for field, key in fields.items()
    }
    assert told == picked


def test_what_the_dashboard_has_no_place_for_is_named_as_it_is_called() -> None:
    key = total_key(Flow.GENERATOR)
    assert f"*{name_of(key)}*\n  (`{key}`)" in PAGE
    assert f"*{name_of('load_energy_total')}*" in PAGE


def test_the_page_names_repair_and_action_as_people_see_them() -> None:
    title = ENGLISH["issues"]["energy_dashboard"]["title"]
    assert title.replace("{name}", "…") in PAGE.replace("\n", " ")
    action = ENGLISH["services"][SERVICE_GET_DASHBOARD]["name"]
    assert f"**{action}** (`solar_monitor.{SERVICE_GET_DASHBOARD}`)" in PAGE
