#!/usr/bin/env python3
"""Draws the pictures of docs/load_shedding.md; scripts/gen_load_shedding_pictures calls it.

The staircase is drawn from the default settings. The night is one that the default settings live
through: a battery of simple figures, loads that obey, and each decision that of the real code.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
import sys
from typing import Final

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from custom_components.solar_monitor.logic.shedding import (  # noqa: E402  after the path
    Config,
    Load,
    Memory,
    Reading,
    Result,
    Turn,
    decide,
)

FOLDER: Final = ROOT / "docs" / "images"
CONFIG: Final = Config(armed=True)

INK: Final = "#37474f"
PALE: Final = "#b0bec5"
ON: Final = "#c8e6c9"
BETWEEN: Final = "#fff3c4"
OFF: Final = "#ffcdd2"
RED: Final = "#c62828"
BLUE: Final = "#1565c0"

WIDTH: Final = 880


# The parts of a picture.


def picture(height: int, title: str, parts: Iterator[str]) -> str:
    """Give a picture with a white ground, readable in a dark theme too."""
    body = "\n".join(f"  {part}" for part in parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"'
        f' font-family="system-ui, sans-serif" font-size="13" fill="{INK}">\n'
        f"  <title>{title}</title>\n"
        f'  <rect width="{WIDTH}" height="{height}" fill="#ffffff"/>\n{body}\n</svg>\n'
    )


def text(x: float, y: float, words: str, *, anchor: str = "middle", more: str = "") -> str:
    """Write something."""
    return f'<text x="{x:.5g}" y="{y:.5g}" text-anchor="{anchor}"{more}>{words}</text>'


def box(x: float, y: float, width: float, height: float, fill: str) -> str:
    """Fill a rectangle."""
    return (
        f'<rect x="{x:.5g}" y="{y:.5g}" width="{width:.5g}" height="{height:.5g}" fill="{fill}"/>'
    )


def line(x1: float, y1: float, x2: float, y2: float, colour: str, *, more: str = "") -> str:
    """Draw a line."""
    return (
        f'<line x1="{x1:.5g}" y1="{y1:.5g}" x2="{x2:.5g}" y2="{y2:.5g}" stroke="{colour}"{more}/>'
    )


def percent(value: float) -> str:
    """Give a level as people read it."""
    return f"{value:g} %"


DASHED: Final = ' stroke-dasharray="5 4"'
BOLD: Final = ' font-weight="600"'
SMALL: Final = ' font-size="12"'


# The staircase.

STEPS: Final = 5
STAIR_TOP: Final = 62
STAIR_BASE: Final = 342
STAIR_MOST: Final = 70.0
STAIR_LEFT: Final = 60
STAIR_STEP: Final = 70
PANEL: Final = 420


def staircase() -> str:
    """Draw the levels of the first loads of the list, with a grid and without."""
    return picture(
        424, "At which charge each load is turned off and given back", _staircase_parts()
    )


def _stair_y(charge: float) -> float:
    """Give the height at which a charge is drawn."""
    return STAIR_BASE - (STAIR_BASE - STAIR_TOP) * charge / STAIR_MOST


def _staircase_parts() -> Iterator[str]:
    for panel, (title, offgrid) in enumerate(
        (("With the grid", False), ("Without the grid", True))
    ):
        left = STAIR_LEFT + panel * PANEL
        yield from _panel(left, title, offgrid=offgrid)
    for at, (colour, words) in enumerate(
        ((ON, "on: given back"), (BETWEEN, "stays as it is"), (OFF, "turned off"))
    ):
        yield box(STAIR_LEFT + 190 * at, 394, 16, 16, colour)
        yield text(STAIR_LEFT + 24 + 190 * at, 407, words, anchor="start")


def _panel(left: float, title: str, *, offgrid: bool) -> Iterator[str]:
    """Draw one staircase."""
    right = left + STEPS * STAIR_STEP
    yield text((left + right) / 2, 30, title, more=f'{BOLD} font-size="16"')
    yield text(left - 8, STAIR_TOP - 12, "charge", anchor="end", more=SMALL)
    for place in range(STEPS):
        x = left + place * STAIR_STEP + 3
        shed, restore = CONFIG.levels(place, offgrid=offgrid)
        edges = (0.0, shed, restore, STAIR_MOST)
        for low, high, colour in zip(edges, edges[1:], (OFF, BETWEEN, ON), strict=False):
            y = _stair_y(high)
            yield box(x, y, STAIR_STEP - 6, _stair_y(low) - y, colour)
        middle = x + STAIR_STEP / 2 - 3
        yield text(middle, _stair_y(shed) + 15, f"&lt; {percent(shed)}")
        yield text(middle, _stair_y(restore) - 6, f"≥ {percent(restore)}")
        yield text(middle, STAIR_BASE + 18, f"load {place + 1}", more=BOLD)
    for charge in range(0, int(STAIR_MOST) + 1, 10):
        yield text(left - 8, _stair_y(charge) + 4, percent(charge), anchor="end", more=SMALL)
        yield line(left - 4, _stair_y(charge), left, _stair_y(charge), INK)
    y = _stair_y(CONFIG.critical)
    yield line(left, y, right, y, RED, more=' stroke-width="2"')
    words = f"below {percent(CONFIG.critical)}: all, at once"
    yield text(left + 8, y + 17, words, anchor="start", more=f' fill="{RED}"')
    yield text(left, STAIR_BASE + 36, "top of the list: goes first", anchor="start", more=SMALL)
    yield text(right, STAIR_BASE + 36, "most important: goes last", anchor="end", more=SMALL)


# A night.

STEP_S: Final = 30
BEGIN_HOUR: Final = 17.0
END_HOUR: Final = 34.75
CAPACITY_WH: Final = 20_000.0
HOUSE_W: Final = 400.0
SUNRISE: Final = 31.0
LOADS: Final = {"load 1": 400.0, "load 2": 250.0, "load 3": 120.0}

NIGHT_LEFT: Final = 60
NIGHT_RIGHT: Final = 850
NIGHT_TOP: Final = 40
NIGHT_BASE: Final = 300
LANE: Final = 30


@dataclass(slots=True)
class Night:
    """What became of a night: the charge over the hours, and when each load turned, at which."""

    charge: list[tuple[float, float]] = field(default_factory=list)
    turns: dict[str, list[tuple[float, Turn]]] = field(
        default_factory=lambda: {load: [] for load in LOADS}
    )


def live() -> Night:
    """Live through a night without the grid, and the morning after it."""
    night, memory, soc = Night(), Memory(), 62.0
    loads = {name: Load(id=name, on=True) for name in LOADS}
    for second in range(0, int((END_HOUR - BEGIN_HOUR) * 3_600), STEP_S):
        hour = BEGIN_HOUR + second / 3_600
        sun = max(0.0, (hour - SUNRISE) * 1_500.0)
        battery = HOUSE_W + sum(watts for name, watts in LOADS.items() if loads[name].on) - sun
        soc -= battery * STEP_S / 3_600 / CAPACITY_WH * 100
        if second % 300 == 0:
            night.charge.append((hour, soc))
        results: tuple[Result, ...] = ()
        while True:
            reading = Reading(
                measured_at=float(second),
                soc=soc,
                pv_power=sun,
                battery_power=battery,
                grid_voltages=(0.0,),
                results=results,
            )
            decision = decide(CONFIG, memory, reading, [*loads.values()], float(second))
            memory = decision.memory
            if decision.call is None:
                break
            call = decision.call
            loads[call.load] = Load(id=call.load, on=call.turn is Turn.ON)
            night.turns[call.load].append((hour, call.turn))
            results = (Result(call.number, ok=True),)
    return night


def night() -> str:
    """Draw a night: how the charge falls, which loads go, and when they come back."""
    height = NIGHT_BASE + 46 + LANE * (len(LOADS) + 1)
    return picture(height, "A night without the grid, with three loads", _night_parts(live()))


def _night_x(hour: float) -> float:
    """Give the place at which an hour is drawn."""
    share = (hour - BEGIN_HOUR) / (END_HOUR - BEGIN_HOUR)
    return NIGHT_LEFT + (NIGHT_RIGHT - NIGHT_LEFT) * share


def _night_y(charge: float) -> float:
    """Give the height at which a charge is drawn."""
    return NIGHT_BASE - (NIGHT_BASE - NIGHT_TOP) * charge / STAIR_MOST


def _night_parts(lived: Night) -> Iterator[str]:
    yield text(NIGHT_LEFT - 8, NIGHT_TOP - 16, "charge", anchor="end", more=SMALL)
    for charge in range(0, int(STAIR_MOST) + 1, 10):
        y = _night_y(charge)
        yield text(NIGHT_LEFT - 8, y + 4, percent(charge), anchor="end", more=SMALL)
        yield line(NIGHT_LEFT, y, NIGHT_RIGHT, y, "#eceff1")
    for place, (name, turns) in enumerate(lived.turns.items()):
        yield from _lane(place, name, turns)
    for hour in range(int(BEGIN_HOUR) + 1, int(END_HOUR) + 1, 2):
        words = f"{hour % 24:02}:00"
        yield text(_night_x(hour), NIGHT_BASE + 22, words, more=SMALL)
    points = " ".join(f"{_night_x(hour):.1f},{_night_y(soc):.1f}" for hour, soc in lived.charge)
    yield f'<polyline points="{points}" fill="none" stroke="{BLUE}" stroke-width="2.5"/>'


def _lane(place: int, name: str, turns: list[tuple[float, Turn]]) -> Iterator[str]:
    """Draw when a load was on and off, and the levels at which it turned."""
    top = NIGHT_BASE + 40 + LANE * place
    yield text(NIGHT_LEFT - 8, top + 15, name, anchor="end", more=BOLD)
    yield box(NIGHT_LEFT, top, NIGHT_RIGHT - NIGHT_LEFT, LANE - 8, ON)
    shed, restore = CONFIG.levels(place, offgrid=True)
    for (begin, _), (end, _) in zip(turns[::2], turns[1::2], strict=True):
        x, till = _night_x(begin), _night_x(end)
        yield box(x, top, till - x, LANE - 8, OFF)
        yield text((x + till) / 2, top + 15, "off", more=SMALL)
        yield line(x, _night_y(shed), x, top, PALE, more=DASHED)
        yield text(x + 4, _night_y(shed) - 8, f"&lt; {percent(shed)}", anchor="start")
        yield line(till, _night_y(restore), till, top, PALE, more=DASHED)
        yield text(till - 5, _night_y(restore) - 8, f"≥ {percent(restore)}", anchor="end")


def pictures() -> dict[str, str]:
    """Give all pictures, by the name of their file."""
    return {"load_shedding_levels.svg": staircase(), "load_shedding_night.svg": night()}


def main() -> None:
    """Write them."""
    for name, content in pictures().items():
        (FOLDER / name).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
