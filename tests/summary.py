"""The end of scripts/test: what passed, what failed, how much is covered, what could not run."""

from argparse import ArgumentParser
from dataclasses import dataclass, field
import io
from pathlib import Path
import sys
from typing import Final
from xml.etree import ElementTree as ET

from coverage import Coverage
from coverage.exceptions import CoverageException

CORE: Final = ("clients", "logic")
CORE_LIMIT: Final = 100.0
WHOLE_LIMIT: Final = 97.0
# The property of a test that names its row of the fault matrix.
MATRIX: Final = "matrix"


@dataclass
class Count:
    """How the tests of one Home Assistant release, or the other steps, went."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0


@dataclass
class Summary:
    """What is told at the end, and whether all is well."""

    counts: dict[str, Count] = field(default_factory=dict)
    matrix: dict[str, Count] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    def count(self, name: str) -> Count:
        """Give the count of a release, or of the steps."""
        return self.counts.setdefault(name, Count())

    def step(self, *, good: bool) -> None:
        """Count a step that is not made of tests."""
        steps = self.count("other steps")
        steps.passed += good
        steps.failed += not good


def add_suite(summary: Summary, report: Path, *, good: bool) -> None:
    """Add the tests of one pytest run; `report` ends with the release that they ran on."""
    if not report.is_file():
        summary.step(good=False)
        return
    suite = ET.parse(report).getroot().find("testsuite")  # noqa: S314 - pytest has just written it
    numbers = {} if suite is None else suite.attrib
    failed = int(numbers.get("failures", 0)) + int(numbers.get("errors", 0))
    skipped = int(numbers.get("skipped", 0))
    count = summary.count(f"Home Assistant {report.stem.rpartition('-')[2]}")
    count.failed += failed
    count.skipped += skipped
    count.passed += int(numbers.get("tests", 0)) - failed - skipped
    cases: dict[str, ET.Element] = {}
    for case in () if suite is None else suite.iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        if name in cases:
            summary.lines.append(f"SECOND TRY: {name}")
        cases[name] = case
    for name, case in cases.items():
        if (reason := case.find("skipped")) is not None:
            summary.lines.append(f"SKIPPED: {name}: {reason.get('message')}")
        add_to_matrix(summary, case)
    if not good and not failed:
        summary.step(good=False)  # it broke off, or something was wrong at its end


def add_to_matrix(summary: Summary, case: ET.Element) -> None:
    """Count a test that belongs to a row of the fault matrix."""
    for entry in case.iterfind(f"properties/property[@name='{MATRIX}']"):
        row = summary.matrix.setdefault(entry.get("value", ""), Count())
        good = all(case.find(bad) is None for bad in ("failure", "error", "skipped"))
        row.passed += good
        row.failed += not good


def percent(files: list[Path], parts: tuple[str, ...]) -> float | None:
    """Measure lines and branches together; `parts` are folders of the integration, none: all."""
    measured = Coverage(data_file=None)
    present = [str(path) for path in files if path.is_file()]
    include = [f"*/solar_monitor/{part}/*" for part in parts] or None
    try:
        measured.combine(present, strict=True, keep=True)
        return measured.report(file=io.StringIO(), include=include)
    except CoverageException:
        return None


def add_coverage(summary: Summary, name: str, value: float | None, limit: float) -> None:
    """Add one figure of coverage, and whether it is enough."""
    good = value is not None and value >= limit
    shown = "unknown" if value is None else f"{value:.2f} %"
    verdict = "" if good else f"   TOO LOW: {limit:g} % is asked for"
    summary.lines.append(f"coverage of {name}: {shown}{verdict}")
    summary.step(good=good)


def main() -> int:
    """Print the summary and give the exit code."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("logs", type=Path)
    parser.add_argument("--seconds", type=int, required=True)
    parser.add_argument("--step", action="append", default=[], metavar="NAME=ok|failed")
    parser.add_argument("--left-out", action="append", default=[], metavar="WHAT")
    options = parser.parse_args()

    summary = Summary()
    for step in options.step:
        name, _, outcome = step.partition("=")
        if name[-1].isdigit():
            add_suite(summary, options.logs / f"{name}.xml", good=outcome == "ok")
        else:
            summary.step(good=outcome == "ok")
    files = sorted(options.logs.glob("coverage.*"))
    units = [path for path in files if path.name.startswith("coverage.unit-")]
    add_coverage(summary, "clients and logic by unit tests", percent(units, CORE), CORE_LIMIT)
    add_coverage(summary, "everything", percent(files, ()), WHOLE_LIMIT)

    sys.stdout.write(
        "\n".join(
            [
                "",
                "Summary",
                *(
                    f"  {name}: {count.passed} passed, {count.failed} failed,"
                    f" {count.skipped} skipped"
                    for name, count in summary.counts.items()
                ),
                *(
                    f"  fault matrix, {row}: {count.passed} of {count.passed + count.failed}"
                    for row, count in summary.matrix.items()
                ),
                *(f"  {line}" for line in summary.lines),
                f"  time: {options.seconds // 60} min {options.seconds % 60} s",
                *(f"  NOT RUN: {what}" for what in options.left_out),
                "",
            ]
        )
    )
    passed = sum(count.passed for count in summary.counts.values())
    # A skipped test proves nothing: what cannot run is left out by scripts/test, and said loudly.
    failed = sum(count.failed + count.skipped for count in summary.counts.values())
    sys.stdout.write(f"{passed} passed, {failed} failed\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
