"""What docs/enlighten.md says of calls and ages is what whole months cost."""

from pathlib import Path
import re
from typing import Final

import pytest

from custom_components.solar_monitor.clients.enlighten.jobs import Profile

from .home import Home
from .test_month import Month, age_minutes

PAGE: Final = Path(__file__).parents[3] / "docs" / "enlighten.md"
PROFILES: Final = (Profile.COMPANION, Profile.CLOUD_ONLY, Profile.ALARMS_ONLY)
QUESTIONS: Final = {
    "Status, power, energy": {"summary"},
    "Open alarms": {"open_alarms"},
    "Events of the last 7 days": {"events"},
    "Alarms cleared in the last 7 days": {"alarms"},
    "Panels": {"inverters_summary_by_envoy_or_site"},
    "Production, consumption, import, export of the last 7 days": {
        "production_meter",
        "consumption_meter",
        "energy_import_telemetry",
        "energy_export_telemetry",
    },
    "Battery of the last 7 days": {"battery"},
    "Devices; the system itself": {"devices", "system"},
    "What the kinds of events mean": {"event_types"},
}
NOTHING: Final = "–"


def table(head: str) -> dict[str, list[str]]:
    """Give the rows of the table whose head begins so, by their first cell."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    begin = next(number for number, line in enumerate(lines) if line.startswith(head)) + 2
    rows = {}
    for line in lines[begin:]:
        if not line.startswith("|"):
            break
        first, *others = (cell.strip().strip("*") for cell in line.strip("|").split("|"))
        rows[first] = others
    return rows


async def march(profile: Profile, systems: int = 1) -> Home:
    """Give a home after a month of 31 days without anything out of the ordinary."""
    month = Month("documented", profile=profile, systems=systems)
    home = month.home()
    await home.run_until(month.begin.timestamp())
    home.ages.clear()
    await home.run_until(month.end.timestamp() - 1)
    return home


@pytest.mark.parametrize("column", range(3), ids=list(PROFILES))
async def test_each_question_costs_what_is_written(column: int) -> None:
    home = await march(PROFILES[column])
    calls = home.cloud.counted("2027-03")
    written = {
        question: 0 if (cell := cells[1 + column]) == NOTHING else int(cell)
        for question, cells in table("| Question | When |").items()
    }
    assert written.pop("Sum") == calls.total()
    assert written == {
        question: sum(calls[endpoint] for endpoint in endpoints)
        for question, endpoints in QUESTIONS.items()
    }


@pytest.mark.parametrize("column", range(3), ids=list(PROFILES))
@pytest.mark.parametrize("systems", [1, 2, 3])
async def test_several_systems_cost_what_is_written(systems: int, column: int) -> None:
    home = await march(PROFILES[column], systems)
    cell = table("| Systems | Companion: calls")[str(systems)][column]
    calls, age = map(int, re.findall(r"\d+", cell))
    assert calls == home.cloud.counted("2027-03").total()
    assert age == pytest.approx(age_minutes(home)[0], abs=1)
