"""The site as its sources tell of it: powers, energies and figures of one moment after the other.

Knows no Home Assistant: contributions and times come in, values go out.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from ..logic.balance import BalanceWatch
from ..logic.bank import Storage, join, silent
from ..logic.contribution import Contribution
from ..logic.flows import Flows, Gap, reckon
from ..logic.skew import is_skewed
from . import keys
from .energies import Energies
from .figures import Figures
from .moment import Member, SiteMoment, Status
from .options_data import SiteOptions
from .plant import Assembly, Proofs, assemble, named_readings, offer_proofs, storage_banks
from .roster import Roster
from .shape import Shape, Shown
from .telling import counters, powers, words

GAP_S: Final = 300.0
"""What there is may be found only after some polls: so long nothing is missed."""


class SiteModel:
    """Adds up what the sources give."""

    def __init__(self, options: SiteOptions, memory: Mapping[str, Any], *, proven: bool) -> None:
        """Continue from what `memory` gave; `proven`: nothing was shown after it was stored."""
        self._options = options
        self._roster = Roster(memory.get("roster"))
        self._proofs = Proofs(memory.get("proofs"))
        self._energies = Energies(_part(memory, "energies"), proven=proven)
        self._figures = Figures(options, _part(memory, "figures"))
        self._flows, self._storage = Flows(), Storage()
        on_port = memory.get("on_port")
        self._on_port = on_port if isinstance(on_port, str) else None
        self._shown = Shown(memory.get("shown"))
        self._gap_since: float | None = None
        self.balance: Final = BalanceWatch()
        self.shape = Shape.read(memory.get("shape"), options)
        self.revision = 0
        self.settled = False
        """Whether every source has told what it has since the start."""
        self.gap: Gap | None = None
        """What is not known of the wiring, for good."""
        self.knows_gap = False
        """Whether that has been judged since the start."""
        self.unplaced: tuple[str, ...] = ()
        """What people call the arrays of which it is not known where they feed in."""

    def memory(self) -> dict[str, Any]:
        """Give what must survive a restart as JSON; to be called when it is about to be stored."""
        return {
            "roster": self._roster.to_dict(),
            "proofs": self._proofs.to_dict(),
            "energies": self._energies.memory(),
            "figures": self._figures.memory(),
            "shape": self.shape.to_list(),
            "shown": self._shown.to_dict(),
            "on_port": self._on_port,
        }

    @property
    def due(self) -> bool:
        """Whether this has to be stored now."""
        return self._energies.due

    def look(
        self,
        members: tuple[Member, ...],
        given: Mapping[str, Contribution],
        others: Contribution,
        *,
        now: float,
        local: datetime,
    ) -> SiteMoment:
        """Look at the site. `given`: by name of the source; `others`: of other integrations.

        Times as in `SiteMoment`.
        """
        contributions = tuple(self._take_part(members, given, others))
        self.settled = all(
            each.name in given and (given[each.name].heard or each.name in self._roster)
            for each in members
            if each.included
        )
        offer_proofs(self._proofs, contributions)
        configured = frozenset(member.name for member in members if member.stands)
        assembly = assemble(contributions, self._options, self._proofs, configured, self._on_port)
        if self.settled:
            self._on_port = assembly.on_port
        plant, rated_w = assembly.plant, _rated_w(assembly)
        banks, common = storage_banks(assembly.banks, self._options), self._options.common_bank
        held = is_skewed(plant, now)
        if not held:
            self._flows = reckon(plant, now)
            self._storage = join(banks, now, common=common)
            self._energies.look(assembly, self._flows, contributions, now)
            self._figures.look(self._flows, now, local, rated_w)
            self.balance.offer(self._flows, rated_w=rated_w, now=now)
        self._note_gap(now)
        self._note_shape(assembly, contributions)
        inputs = tuple(named_readings(assembly))
        dark = {part: None for part, reading in inputs if reading.fresh(now) is None}
        heard = [(part, reading.at) for part, reading in inputs if part not in dark]
        uncharged = filter(self._shown.charged, silent(banks, now, common=common))
        missing = tuple(dark | dict.fromkeys((*uncharged, *self._energies.missing(now))))
        moment = SiteMoment(
            at=now,
            local=local,
            members=members,
            contributions=contributions,
            plant=plant,
            meter_kind=assembly.meter_kind,
            rated_w=rated_w,
            flows=self._flows,
            storage=self._storage,
            held=held,
            totals={name: self._energies.total(name) for name in keys.ENERGIES},
            today=self._energies.today(local),
            estimated=self._energies.estimated,
            faults=self.balance.faults,
            missing=missing,
            oldest=min(heard, key=lambda each: each[1], default=None),
            status=self._status(contributions, missing),
        )
        self.unplaced = tuple(moment.title_of(part) for part in plant.unplaced)
        return moment

    def _take_part(
        self,
        members: Sequence[Member],
        given: Mapping[str, Contribution],
        others: Contribution,
    ) -> Iterator[Contribution]:
        """Go through what takes part: also who is not loaded, or was not heard since the start."""
        included = frozenset(member.name for member in members if member.included)
        self._roster.keep(included)
        for member in members:
            if member.name not in included:
                continue
            now = given.get(member.name)
            if now is not None and now.heard:
                yield self._roster.note(now)
            elif (known := self._roster.silent(member.name)) is not None:
                yield known if now is None else known.saying(now)
            elif now is not None:
                yield now
        if any(others.parts()):
            yield others

    def _note_gap(self, now: float) -> None:
        """Notice what is not known of the wiring, once it has had the time to be found."""
        if self._flows.gap is None:
            self._gap_since = None
        elif self._gap_since is None:
            self._gap_since = now
        lasts_s = 0.0 if self._gap_since is None else now - self._gap_since
        self.gap = self._flows.gap if lasts_s >= GAP_S else None
        self.knows_gap |= self.gap is not None or (self.settled and self._gap_since is None)

    def _note_shape(self, assembly: Assembly, contributions: Sequence[Contribution]) -> None:
        """Notice that there is more or less than before; of a site without sources all stays."""
        if not contributions:
            return
        shape = self._shown.note(Shape.of(assembly, self._options), assembly, contributions)
        if shape != self.shape:
            self.shape = shape
            self.revision += 1

    def _status(self, contributions: Sequence[Contribution], missing: Sequence[str]) -> Status:
        """Say in a word how the site is."""
        if not contributions:
            return Status.NO_SOURCE
        if self._flows.gap is not None:
            return Status.NO_METER if self._flows.gap is Gap.NO_METER else Status.NO_PLACE
        if missing:
            return Status.INCOMPLETE
        return Status.NOT_ADDING_UP if self.balance.faults else Status.COMPLETE

    def counters(self, local: datetime) -> dict[str, Any]:
        """Give the counters as they stand."""
        totals = {name: self._energies.total(name) for name in keys.ENERGIES}
        return {**counters(totals, self._energies.today(local))}

    def values(self, moment: SiteMoment) -> tuple[dict[str, Any], frozenset[str]]:
        """Give what is shown of a moment, and the keys of which nothing may be shown.

        Of readings that are too far apart no power is shown anew: the last ones stand for a while.
        """
        values: dict[str, Any] = {
            **counters(moment.totals, moment.today),
            **self._figures.values(moment),
            **words(moment),
        }
        if moment.held:
            return values, frozenset()
        now = powers(moment)
        values |= {key: value for key, value in now.items() if value is not None}
        return values, frozenset(key for key, value in now.items() if value is None)


def _part(memory: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Give a part of the memory; nothing where it is missing or damaged."""
    part = memory.get(name)
    return part if isinstance(part, Mapping) else {}


def _rated_w(assembly: Assembly) -> float | None:
    """Give the rated power of all hybrids together, as far as it is known."""
    known = [hybrid.rated_w for hybrid in assembly.plant.hybrids if hybrid.rated_w]
    return sum(known) if known else None
