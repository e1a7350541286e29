"""The panels of a system as the cloud sees them, and the meters that count what they give."""

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from math import floor

from tests.simulators.enlighten.registers import Registers, Yield
from tests.simulators.enlighten.reporting import Gap
from tests.simulators.enlighten.troubles import Kind, Life, Spell
from tests.simulators.noise import chance

MICRO_SHARE = 0.98
"""Micro-inverters count a little less than a meter of the same house."""
UNEVEN = 0.06
"""By how much the best panel is better than the worst."""
FIRST_SERIAL = 482_250_000_101


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel with its micro-inverter; `share` of the house's production."""

    serial: str
    number: int
    share: float


def serials_of(panels: int) -> list[str]:
    """Return the serials of so many panels."""
    return [str(FIRST_SERIAL + 7 * number) for number in range(panels)]


def row_of(seed: int, serials: Sequence[str]) -> tuple[Panel, ...]:
    """Return panels with these serials, no two alike."""
    weights = [1 + UNEVEN * (chance(seed, 51, number) - 0.5) for number in range(len(serials))]
    whole = sum(weights)
    pairs = enumerate(zip(serials, weights, strict=True))
    return tuple(Panel(serial, number, weight / whole) for number, (serial, weight) in pairs)


@dataclass(eq=False)
class Meters:
    """What the cloud would know of a house if every upload came at once.

    A dead panel lacks in production; the house buys what it does not give. A house that
    itself gives less for a dead panel is not made to lose it twice.
    """

    house: Yield
    life: Life
    panels: Sequence[Panel]
    _: KW_ONLY
    loses_dead_panels: bool = True

    def at(self, unix: float) -> Registers:
        """Return the registers at a Unix time, as meters at the house's wires count."""
        whole, lost = self.house.at(unix), 0
        if self.loses_dead_panels:
            lost = floor(sum(share * self._lost_by(spell, unix) for share, spell in self._dead()))
        production = whole.production - lost
        return whole._replace(
            production=production,
            grid_import=whole.grid_import + lost,
            micro=floor(MICRO_SHARE * production),
        )

    def panel_at(self, panel: Panel, unix: float) -> float:
        """Return what one panel has counted at a Unix time, Wh."""
        spells = [
            spell for spell in self.life.of(Kind.PANEL_DEAD) if spell.trouble.serial == panel.serial
        ]
        lost = sum(self._lost_by(spell, unix) for spell in spells)
        return MICRO_SHARE * panel.share * (self.house.at(unix).production - lost)

    def between(self, start: float, end: float, gaps: Sequence[Gap]) -> Registers:
        """Return what is known of a while, with holes where nothing is known."""
        known = self.at(end).less(self.at(start))
        for gap in gaps:
            if hole := gap.overlap(start, end):
                known = known.less(self.at(hole[1]).less(self.at(hole[0])))
        return known

    def _dead(self) -> list[tuple[float, Spell]]:
        """Return each time that a panel was dead, with its share."""
        shares = {panel.serial: panel.share for panel in self.panels}
        return [
            (shares.get(spell.trouble.serial, 0.0), spell)
            for spell in self.life.of(Kind.PANEL_DEAD)
        ]

    def _lost_by(self, spell: Spell, unix: float) -> int:
        """Return what the whole house made while a panel was dead, up to a Unix time, Wh."""
        until = unix if spell.until is None else min(unix, spell.until)
        if until <= spell.since:
            return 0
        return self.house.at(until).production - self.house.at(spell.since).production
