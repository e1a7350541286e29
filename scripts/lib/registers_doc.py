#!/usr/bin/env python3
"""Makes docs/registers.md from the register tables; scripts/gen_registers_doc calls it."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
import sys

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from custom_components.solar_monitor.clients.deye import hybrid_1p  # noqa: E402  after the path
from custom_components.solar_monitor.clients.deye.registers import Register  # noqa: E402  the same

PAGE = ROOT / "docs" / "registers.md"

INTRODUCTION = """\
# Registers of Deye and Sunsynk inverters

*Made by `scripts/gen_registers_doc` from the tables in
`custom_components/solar_monitor/clients/deye/`. Do not edit.*

Every value that an inverter is known to offer, and what becomes of it. A number is the raw
register times *scale*; temperatures are that minus 100. *signed* registers are two's complement.
Where a value has several registers, the low word comes first, and they are not always adjacent.

*Shown* tells how a person meets the value:

- **yes**: an entity, enabled by default. Inputs and phases that a unit does not have get none.
- **optional**: an entity, disabled by default; asked for only while it is enabled.
- **no**: not an entity, for the reason given.

*core* values are always asked for: others are checked by them or computed from them.

Settings are read only: they are diagnostic entities, disabled by default. Solar Monitor does not
write to the inverter.

A value is unknown when its registers hold 0xFFFF throughout (unless it is signed), when a
temperature is exactly −100 °C (no sensor), and when a date, a time or an option is not a possible
one. From 12 kW rated power up some units count grid and load power in tens of W, from 16 kW up the
battery current in tenths of A: the rated power proposes the scale, and load = inverter + grid and
battery power = voltage × current confirm or correct it.
"""

SOURCES = """\
Sources of these facts: github.com/davidrapan/ha-solarman, github.com/kellerza/sunsynk,
github.com/kbialek/deye-inverter-mqtt, github.com/StephanJoubert/home_assistant_solarman.
"""

NAMELESS = """\
Warnings and faults carry the number that the inverter's display shows: bit 12 is F13. Those not
listed are `warning_<number>` and `fault_<number>`; other bits without a name are `bit_<number>`.
"""

HEADER = "| register | key | kind | unit | scale | shown | notes |\n|---|---|---|---|---|---|---|"


def page() -> str:
    """Return the whole page."""
    parts = [
        INTRODUCTION,
        "## Single-phase hybrid (`hybrid_1p`)\n",
        "SG01LP1 to SG05LP1, OG01LP1, Sunsynk and Sol-Ark.\n",
        SOURCES,
        *_table(hybrid_1p.REGISTERS, hybrid_1p.NOTES),
    ]
    return "\n".join(parts)


def _table(registers: Iterable[Register], notes: Mapping[str, str]) -> Iterator[str]:
    """Yield one table per cadence, then the names of options and bits."""
    rows = list(registers)
    for cadence, group in groupby(sorted(rows, key=_cadence), key=_cadence):
        yield f"### Read as {cadence}\n\n{HEADER}"
        yield from (_row(register, notes) for register in group)
        yield ""
    yield "### Options and bits\n"
    named = [register for register in rows if register.options or register.bits]
    for names, group in groupby(named, key=_names):
        yield f"- {', '.join(f'`{register.key}`' for register in group)}: {names}"
    yield f"\n{NAMELESS}"


def _names(register: Register) -> str:
    """Return the options or bits that have a name of their own."""
    names = register.options or register.bits
    return ", ".join(
        f"{number} `{name}`" for number, name in names.items() if not name[-1].isdecimal()
    )


def _cadence(register: Register) -> str:
    """Return what a register's table is called."""
    return register.cadence.value


def _row(register: Register, notes: Mapping[str, str]) -> str:
    """Return one line of a table."""
    cells = (
        _words(register.words),
        f"`{register.key}`",
        register.kind.value.replace("_", " "),
        register.unit or "",
        _scale(register),
        _shown(register),
        "; ".join(
            filter(None, (_presence(register), notes.get(register.key, ""), register.why_not))
        ),
    )
    return f"| {' | '.join(cells)} |"


def _words(words: tuple[int, ...]) -> str:
    """Return addresses as a range, or one by one where they are not adjacent."""
    if len(words) > 1 and words[-1] - words[0] == len(words) - 1:
        return f"{words[0]}–{words[-1]}"
    return ", ".join(map(str, words))


def _scale(register: Register) -> str:
    """Return the scale of a number and whether it is signed."""
    signed = " signed" if register.signed else ""
    return f"{register.scale:g}{signed}" if register.unit or register.precision else ""


def _shown(register: Register) -> str:
    """Return how a person meets a value."""
    shown = "no" if register.why_not else "yes" if register.default else "optional"
    return f"{shown}, core" if register.core else shown


def _presence(register: Register) -> str:
    """Return which units have the value."""
    if register.mppt > 1:
        return f"with {register.mppt} or more PV inputs"
    return "split phase only" if register.phases > 1 else ""


def main() -> None:
    """Write the page, or print it when asked to."""
    if "--print" in sys.argv[1:]:
        sys.stdout.write(page())
    else:
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
