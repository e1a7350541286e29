"""The site at one moment: frozen, so that everything that looks at it sees the same."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ..logic.balance import Fault
from ..logic.bank import Storage
from ..logic.contribution import Contribution, Evidence, InverterState
from ..logic.flows import Flows, Plant
from ..logic.site_totals import Flow
from .plant import MeterKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A configured source, loaded or not."""

    name: str
    """What the site calls it for ever."""
    title: str
    """What its entry is called now."""
    included: bool = True
    """Whether it is part of the site."""
    disabled: bool = False
    """Whether people have disabled its entry: it runs perhaps, and nobody reads it."""

    @property
    def stands(self) -> bool:
        """Tell whether what it measures is left to it, so that nobody else's figure of it counts.

        Also of one that is disabled and missed, or left out on purpose: but not of one that is
        both, for then nobody wants its figures, and what an account tells is all there is.
        """
        return self.included or not self.disabled


class Status(StrEnum):
    """How the site is, in one word; the values are keys of texts. The first that holds counts."""

    NO_SOURCE = "no_source"
    """There is no source at all, or none of them is part of the site."""
    NO_METER = "no_meter"
    """Nothing measures the grid, and something feeds in that the hybrids do not see."""
    NO_PLACE = "no_place"
    """It is not known which panels hang on a generator port."""
    INCOMPLETE = "incomplete"
    """A reading is missing, so that sums are missing."""
    NOT_ADDING_UP = "not_adding_up"
    """The numbers of an hour do not add up."""
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteMoment:
    """What is known of the site. Powers in W, energies in kWh, SOC in %, times in unix s."""

    at: float
    local: datetime
    """The same in Home Assistant's time zone."""
    members: tuple[Member, ...] = ()
    """All configured sources, part of the site or not."""
    contributions: tuple[Contribution, ...] = ()
    """Of all sources that are part of the site, silent ones too, and of other integrations."""
    plant: Plant = field(default_factory=Plant)
    meter_kind: MeterKind = MeterKind.NONE
    rated_w: float | None = None
    """The rated power of all hybrids together."""
    flows: Flows = field(default_factory=Flows)
    storage: Storage = field(default_factory=Storage)
    held: bool = False
    """Whether the readings are of moments too far apart: flows and storage are those of before."""
    totals: Mapping[str, float | None] = field(default_factory=dict)
    """The lifetime counters, by the name of the flow (`Flow`), and `LOAD`; None: not known."""
    today: Mapping[str, float | None] = field(default_factory=dict)
    """The same since midnight."""
    estimated: frozenset[Flow] = frozenset()
    """The counters that an estimate is part of."""
    faults: frozenset[Fault] = frozenset()
    """What does not add up."""
    missing: tuple[str, ...] = ()
    """The names of the parts of which a power or a charge is missing, or for long a counter."""
    oldest: tuple[str, float] | None = None
    """The part with the oldest reading that still counts, and when that was made."""
    status: Status = Status.NO_SOURCE

    @property
    def inverters(self) -> Iterator[InverterState]:
        """Go through all battery inverters."""
        for contribution in self.contributions:
            yield from contribution.inverters

    @property
    def evidence(self) -> Iterator[tuple[str, Evidence]]:
        """Go through all evidence, each with the name of its source."""
        for contribution in self.contributions:
            for evidence in contribution.evidence:
                yield contribution.name, evidence

    def title_of(self, part: str) -> str:
        """Give what people call a part, else its source; the part itself if neither is known."""
        titles = {member.name: member.title for member in self.members}
        for contribution in self.contributions:
            if part == contribution.name or part in contribution.parts():
                return contribution.called.get(part) or titles.get(contribution.name, part)
        return part
