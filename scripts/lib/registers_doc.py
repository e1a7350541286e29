#!/usr/bin/env python3
"""Makes docs/registers.md from the register tables; scripts/gen_registers_doc calls it."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
import sys

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from custom_components.solar_monitor.clients.deye import (  # noqa: E402  after the path
    battery_packs,
    hybrid_1p,
    hybrid_3p,
    micro_inverter,
    shared,
    string_inverter,
)
from custom_components.solar_monitor.clients.deye.family import Family  # noqa: E402  the same
from custom_components.solar_monitor.clients.deye.registers import (  # noqa: E402  the same
    Factor,
    Register,
)
from custom_components.solar_monitor.clients.deye.scale import candidate  # noqa: E402  the same

PAGE = ROOT / "docs" / "registers.md"

INTRODUCTION = """\
# Registers of Deye and Sunsynk inverters

*Made by `scripts/gen_registers_doc` from the tables in
`custom_components/solar_monitor/clients/deye/`. Do not edit.*

Every value that an inverter is known to offer, and what becomes of it. A number is the raw
register times *scale*; temperatures are that minus 100 (micro-inverters: minus 10). *signed*
registers are two's complement. Where a value has several registers, the low word comes first, and
they are not always adjacent.

*Shown* tells how a person meets the value:

- **yes**: an entity, enabled by default. Inputs and phases that a unit does not have get none.
- **optional**: an entity, disabled by default; asked for only while it is enabled.
- **no**: not an entity, for the reason given.

*core* values are always asked for: others are checked by them or computed from them.

Settings are read only: they are diagnostic entities, disabled by default. Solar Monitor does not
write to the inverter.

A value is unknown when its registers hold 0xFFFF throughout (unless it is signed), when the
register of a temperature is 0 (no sensor), and when a date, a time or an option is not a possible
one.
"""

SOURCES = """\
Sources of these facts: github.com/davidrapan/ha-solarman, github.com/kellerza/sunsynk,
github.com/kbialek/deye-inverter-mqtt, github.com/StephanJoubert/home_assistant_solarman,
github.com/evcc-io/evcc.
"""

FAMILIES = """\
## Families and how they are told

Register 0 names the family, and the family's own live registers have to confirm it: they must not
be absent (0xFFFF or refused) or impossible (a charged battery with a voltage that no battery of the
family has). Types on which public projects disagree, and a family that was chosen by hand against
register 0, have to be proved: by a mains frequency, by a battery, and for three-phase hybrids by
the steps in which power is counted. Nothing but zeros means that the inverter sleeps.
"""

SINGLE_PHASE = """\
SG01LP1 to SG05LP1, OG01LP1, Sunsynk and Sol-Ark. Register 0 is 3, 0x300 or 0x103; 0x104 and 0x200
where there is a battery.

From 12 kW rated power up some units count grid and load power in tens of W, from 16 kW up the
battery current in tenths of A, and they do not tell. These values are unknown, but for 0, until
three samples in a row have proven their scale: by load = inverter + grid, and by battery power =
voltage × current. A proven scale is remembered, and given up after ten samples in a row that prove
another one.
"""

THREE_PHASE = """\
SG04LP3 and SG05LP3 with a 48 V battery (register 0 is 5 or 0x500), SG01HP3 and SG02HP3 with a
high-voltage one (6, 7, 8, 0x600, 0x601, 0x602). Where *scale* has two numbers, the second is for
high voltage. Power of panels and battery is checked against voltage × current, and the scale
corrected where samples contradict it. Energy on high-voltage units counts in whole kWh from
firmware 1098 on; the firmware's number is in register 15.

Where a power has a second register far from the first, only high-voltage units above 30 kW use
it: up to 32 kW the first one holds the value, and some firmware leaves the second one 0 for
negative values.
"""

PACKS = """\
Registers of pack 1. Pack *n* has the same 38 × (*n* − 1) further on, and `pack<n>` in its keys, up
to pack 20. Each is a device of its own; there is none where register 10002 holds 0 or is refused.
"""

STRING = """\
SUN-xxK-G0x with two or four inputs. Register 0 is 2, or 0x200 where there is no battery.
"""

MICRO = """\
SUN300 to SUN2000 G3, SUN-M60 to SUN-M225 G4. Register 0 is 4 or 0x400.
"""

NAMELESS = """\
Warnings and faults carry the number that the inverter's display shows: bit 12 is F13. Those not
listed are `warning_<number>` and `fault_<number>`; other bits without a name are `bit_<number>`.
"""

SPLIT_PHASE = 2
HEADER = "| register | key | kind | unit | scale | shown | notes |\n|---|---|---|---|---|---|---|"


HIGH_VOLTAGE = candidate(Family.HYBRID_3P_HV, None).factors


def page() -> str:
    """Return the whole page."""
    parts = [INTRODUCTION, SOURCES, FAMILIES]
    for title, text, registers, notes in (
        ("Single-phase hybrid (`hybrid_1p`)", SINGLE_PHASE, hybrid_1p.REGISTERS, hybrid_1p.NOTES),
        (
            "Three-phase hybrid (`hybrid_3p_lv`, `hybrid_3p_hv`)",
            THREE_PHASE,
            hybrid_3p.REGISTERS,
            hybrid_3p.NOTES,
        ),
        (
            "Battery packs of three-phase hybrids",
            PACKS,
            battery_packs.pack_rows(1),
            battery_packs.NOTES,
        ),
        (
            "String inverter (`string`)",
            STRING,
            string_inverter.REGISTERS,
            string_inverter.NOTES,
        ),
        (
            "Micro-inverter (`micro`)",
            MICRO,
            micro_inverter.REGISTERS,
            micro_inverter.NOTES,
        ),
    ):
        parts += [f"## {title}\n", text, *_table(registers, {**shared.NOTES, **notes})]
    parts += ["## Names of bits\n", NAMELESS]
    return "\n".join(parts)


def _table(registers: Iterable[Register], notes: Mapping[str, str]) -> Iterator[str]:
    """Yield one table per cadence, then the names of options and bits."""
    rows = list(registers)
    for cadence, group in groupby(sorted(rows, key=_cadence), key=_cadence):
        yield f"### Read as {cadence}\n\n{HEADER}"
        yield from (_row(register, notes) for register in group)
        yield ""
    named = [register for register in rows if _names(register)]
    if named:
        yield "### Options and bits\n"
    for names, group in groupby(named, key=_names):
        yield f"- {', '.join(f'`{register.key}`' for register in group)}: {names}"
    if named:
        yield ""


def _names(register: Register) -> str:
    """Return the options or bits that have a name of their own."""
    names = register.options or register.bits
    return ", ".join(
        f"{number} `{name}`" for number, name in names.items() if name and not _is_numbered(name)
    )


def _is_numbered(name: str) -> bool:
    """Tell whether a bit has only its number for a name."""
    return name.startswith(("warning_", "fault_")) and name[-1].isdecimal()


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
            filter(None, (_presence(register), notes.get(register.name_key, ""), register.why_not))
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
    if not register.unit and not register.precision:
        return ""
    scales = [register.scale]
    if register.factor is Factor.ENERGY:
        scales.append(round(register.scale * 10, 6))
    elif register.factor and HIGH_VOLTAGE[register.factor] != 1:
        scales.append(register.scaled(HIGH_VOLTAGE[register.factor]).scale)
    signed = " signed" if register.signed else ""
    return f"{', '.join(f'{scale:g}' for scale in scales)}{signed}"


def _shown(register: Register) -> str:
    """Return how a person meets a value."""
    shown = "no" if register.why_not else "yes" if register.default else "optional"
    return f"{shown}, core" if register.core else shown


def _presence(register: Register) -> str:
    """Return which units have the value, and what it is made of."""
    facts = []
    if register.mppt > 1:
        facts.append(f"with {register.mppt} or more PV inputs")
    if register.phases > 1:
        facts.append("split phase only" if register.phases == SPLIT_PHASE else "three phases only")
    if register.product:
        facts.append("voltage × current")
    return "; ".join(facts)


def main() -> None:
    """Write the page, or print it when asked to."""
    if "--print" in sys.argv[1:]:
        sys.stdout.write(page())
    else:
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
