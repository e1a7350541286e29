"""A table of what Home Assistant shows beside what the simulator knows."""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from tests.demo.entities import Shown
from tests.demo.say import say
from tests.demo.truth import Known, Truth, agrees

HEAD = ("Entity", "Home Assistant", "Simulator", "")
NOBODY_KNOWS = "-"
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Line:
    """One entity, the truth about it if the simulator has one, and whether all is well."""

    shown: Shown
    truth: str
    ok: bool


def compare(
    entities: Iterable[Shown], truth: Truth, unknown_at_first: Container[str] = ()
) -> list[Line]:
    """Hold each entity against the truth; where there is none, it must only be there.

    Those of `unknown_at_first` may be without a value as well.
    """
    return [_line(shown, truth, unknown_at_first) for shown in entities]


def _line(shown: Shown, truth: Truth, unknown_at_first: Container[str]) -> Line:
    if shown.key in unknown_at_first and shown.state == UNKNOWN:
        return Line(shown, NOBODY_KNOWS, ok=True)
    if shown.key not in truth:
        return Line(shown, NOBODY_KNOWS, shown.there)
    true_value = truth[shown.key]
    if shown.entity_id.startswith("binary_sensor."):
        true_value = bool(true_value)
    ok = shown.there and agrees(shown.state, shown.unit, true_value)
    return Line(shown, _text(true_value), ok)


def _text(value: Known) -> str:
    match value:
        case bool():
            return "on" if value else "off"
        case datetime():
            return value.isoformat(timespec="seconds")
        case float():
            return f"{value:.10g}"
    return str(value)


def print_table(lines: Iterable[Line]) -> None:
    """Print the table, its columns as wide as needed."""
    cells = [HEAD, *(_cells(line) for line in lines)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(HEAD))]
    for row in cells:
        say("  ".join(_padded(row, widths)).rstrip())


def _cells(line: Line) -> tuple[str, str, str, str]:
    shown = line.shown
    state = f"{shown.state} {shown.unit}".rstrip()
    return shown.entity_id, state, line.truth, "ok" if line.ok else "WRONG"


def _padded(row: tuple[str, ...], widths: list[int]) -> Iterator[str]:
    return (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
