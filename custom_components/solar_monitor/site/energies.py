"""The energy counters of the site: which parts count for which flow, and what stands in for one.

A flow is counted by the parts' own counters. The exchange with the grid is counted by the meter
that its power comes from: gateway, CT, or the grid port of a single hybrid. Where nobody counts a
flow, its power is summed up: of a meter without counters, of several grid ports together, of the
grid behind a home meter, of panels on a port, of a generator that has run. Such totals are
estimates. What flows while a power is not known is lost to them, and the load must not take the
rest for the whole: it goes on from where it stands.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from ..logic.contribution import Contribution, Counter
from ..logic.estimates import LONGEST_GAP_S, PowerIntegral
from ..logic.flows import Flows, Plant, PortUse, Reading
from ..logic.site_totals import Flow, SiteTotals
from ..logic.today import DayCounter
from .plant import Assembly, port_of

PV: Final = "pv"
BATTERY: Final = "battery"
PORT: Final = "port"
LOAD: Final = "load"
GRID: Final = "grid"
"""The name of the exchange with the grid, where no meter counts it."""

# Readings that are good for longer are further apart than can be joined; meanwhile they hold.
_JOINED_GOOD_FOR_S: Final = 3 * LONGEST_GAP_S

LONGEST_SILENT_S: Final = 900.0
"""A part whose counter has been missing for longer is missing, though its power is there."""
_DAY_S: Final = 86_400

_DIRECTIONS: Final[Mapping[Flow, bool]] = {
    Flow.PV: True,
    Flow.DISCHARGE: True,
    Flow.CHARGE: False,
    Flow.IMPORT: True,
    Flow.EXPORT: False,
    Flow.GENERATOR: True,
}
"""Whether a flow is the positive part of its power."""
_OF_BATTERY: Final = (Flow.DISCHARGE, Flow.CHARGE)
_OF_GRID: Final = (Flow.IMPORT, Flow.EXPORT)


@dataclass(frozen=True, slots=True)
class Counting:
    """A part that counts for a flow: its counter, or the power that is summed up in its place."""

    flow: Flow
    part: str
    counter: Counter | None
    power: Reading
    sum_name: str
    """What the sum of the power is called: a part has several powers."""


@dataclass(slots=True)
class _Tally:
    """What is collected in one look."""

    readings: dict[Flow, dict[str, float | None]] = field(
        default_factory=lambda: {flow: {} for flow in Flow}
    )
    doubtful: dict[Flow, set[str]] = field(default_factory=lambda: {flow: set() for flow in Flow})
    estimated: set[Flow] = field(default_factory=set)
    lossy: bool = False
    """Whether a part is among them that loses what flows while it is silent."""
    lost: bool = False
    """Whether such a part has just lost something."""
    silent: dict[str, None] = field(default_factory=dict)
    """The parts of which a counter is missing, in their order."""
    summed: set[str] = field(default_factory=set)
    """The powers that were summed up in this look."""


class Energies:
    """Keeps all counters of the site."""

    def __init__(self, memory: Mapping[str, Any], *, proven: bool) -> None:
        """Continue from what `memory` gave; `proven`: nothing was shown after it was stored."""
        self.estimated: frozenset[Flow] = frozenset()
        """The flows that an estimate is part of."""
        self._looked = False
        self._silent_since: dict[str, float] = {}
        self._totals = SiteTotals(memory.get("totals"), proven=proven)
        stored = memory.get("integrals")
        self._integrals = {
            str(name): PowerIntegral(data, proven=proven)
            for name, data in (stored.items() if isinstance(stored, Mapping) else ())
        }
        days = memory.get("days")
        known = days if isinstance(days, Mapping) else {}
        names = (*(flow.value for flow in Flow), LOAD)
        self._days = {name: DayCounter(known.get(name)) for name in names}
        # What was never counted before today was counted today.
        self._new = {name for name in names if known.get(name) is None}

    def memory(self) -> dict[str, Any]:
        """Give what must survive a restart as JSON; to be called when it is about to be stored."""
        return {
            "totals": self._totals.to_dict(),
            "integrals": {name: each.to_dict() for name, each in self._integrals.items()},
            "days": {name: day.to_dict() for name, day in self._days.items()},
        }

    @property
    def due(self) -> bool:
        """Whether this has to be stored now."""
        return self._totals.due or any(each.due for each in self._integrals.values())

    def total(self, name: str) -> float | None:
        """Give a total by the name of its flow, or `LOAD`; None while it is not known."""
        return self._totals.load if name == LOAD else self._totals.total(Flow(name))

    def look(
        self, assembly: Assembly, flows: Flows, contributions: Sequence[Contribution], now: float
    ) -> None:
        """Take in the counters as they stand."""
        own = {part: counted for given in contributions for part, counted in given.counters.items()}
        tally = _Tally()
        plant = assembly.plant
        for counting in countings(plant, flows, own, now, assembly.generators):
            self._take(counting, tally, now)
        # While Home Assistant was off something was lost as well.
        lost = tally.lost or (tally.lossy and not self._looked)
        self._looked = True
        self._totals.begin_day(int(now // _DAY_S))
        self._totals.offer(
            tally.readings,
            load_counts=load_counts(plant, flows) and not lost,
            doubtful=tally.doubtful,
        )
        self._note_silent(tally.silent, now)
        self.estimated = frozenset(tally.estimated)

    def missing(self, now: float) -> tuple[str, ...]:
        """Name the parts that count and of which a counter has been missing for long."""
        return tuple(name for name, at in self._silent_since.items() if now - at > LONGEST_SILENT_S)

    def _note_silent(self, silent: Collection[str], now: float) -> None:
        """Note since when counters have been missing."""
        before = self._silent_since
        self._silent_since = {name: min(now, before.get(name, now)) for name in silent}

    def _take(self, counting: Counting, tally: _Tally, now: float) -> None:
        """Take in one part that counts."""
        flow, counter = counting.flow, counting.counter
        if counter is None:
            counter = self._summed_up(counting, tally, now)
        else:
            tally.lost |= counter.lossy and counter.kwh is None
            if counter.kwh is None:
                tally.silent[counting.part] = None
        if counter.estimated:
            tally.estimated.add(flow)
        tally.lossy |= counter.lossy
        # Another counter of the same part has another level: it is another one that counts.
        tally.readings[flow][f"{counting.part}/{counter.name}"] = counter.kwh

    def _summed_up(self, counting: Counting, tally: _Tally, now: float) -> Counter:
        """Sum a power up; each once in a look, whatever directions are counted of it."""
        name = counting.sum_name
        integral = self._integrals.get(name)
        if integral is None:
            integral = self._integrals[name] = PowerIntegral()
        if name not in tally.summed:
            tally.summed.add(name)
            watts = counting.power.fresh(now)
            joined = watts is not None and counting.power.good_for_s <= _JOINED_GOOD_FOR_S
            goes_on = integral.offer(watts, at=counting.power.at if joined else now)
            tally.lost |= not goes_on
        forward = _DIRECTIONS[counting.flow]
        if (integral.positive_kwh if forward else integral.negative_kwh) is None:
            tally.doubtful[counting.flow].add(f"{counting.part}/{name}")
        return Counter(integral.counted_kwh(positive=forward), name, estimated=True, lossy=True)

    def today(self, local_now: datetime) -> dict[str, float | None]:
        """Give the counters of the day, None while they are not known."""
        found: dict[str, float | None] = {}
        for name, day in self._days.items():
            total = self.total(name)
            new = total if name in self._new else None
            kwh = day.offer(total, local_now=local_now, firmware_today=new)
            if kwh is not None:
                self._new.discard(name)
            found[name] = None if total is None else kwh
        return found


def load_counts(plant: Plant, flows: Flows) -> bool:
    """Tell whether the site has what it takes to know its load."""
    return flows.gap is None and bool(plant.meter or plant.home or plant.hybrids)


def _grid_counts(plant: Plant, flows: Flows) -> bool:
    """Tell whether it has what it takes to know its exchange with the grid."""
    return plant.meter is not None or load_counts(plant, flows)


type Own = Mapping[str, Mapping[Flow, Counter]]
"""The counters of all parts, by part."""


def countings(
    plant: Plant,
    flows: Flows,
    own: Own,
    now: float,
    generators: frozenset[str] = frozenset(),
) -> Iterator[Counting]:
    """Go through all parts that count for a flow.

    `generators`: the hybrids that have one. Most ports that are set to a generator have none, and
    nothing is estimated of those.
    """
    for hybrid in plant.hybrids:
        yield from _of(own, hybrid.name, hybrid.strings, PV, Flow.PV)
        if hybrid.battery is not None:
            yield from _of(own, hybrid.name, hybrid.battery, BATTERY, *_OF_BATTERY)
    for array in plant.arrays:
        yield from _of(own, array.name, array.power, PV, Flow.PV)
    for battery in plant.batteries:
        yield from _of(own, battery.name, battery.power, BATTERY, *_OF_BATTERY)
    for hybrid, port in plant.ports(PortUse.MICRO_INVERTERS):
        yield from _of(own, port_of(hybrid.name), port, PV, Flow.PV)
    for hybrid, port in plant.ports(PortUse.GENERATOR):
        if hybrid.name in generators or Flow.GENERATOR in own.get(hybrid.name, {}):
            yield from _of(own, hybrid.name, port, PORT, Flow.GENERATOR)
    if _grid_counts(plant, flows):
        yield from _of_the_grid(plant, flows, own, now)


def _of_the_grid(plant: Plant, flows: Flows, own: Own, now: float) -> Iterator[Counting]:
    """Give what counts the exchange with the grid."""
    if plant.meter is not None:
        return _of(own, plant.meter.name, plant.meter.power, GRID, *_OF_GRID)
    if plant.home is None and len(plant.hybrids) == 1:
        hybrid = plant.hybrids[0]
        return _of(own, hybrid.name, hybrid.grid_port, GRID, *_OF_GRID)
    return _of(own, GRID, Reading(flows.grid_w, now), GRID, *_OF_GRID)


def _of(own: Own, part: str, power: Reading, kind: str, *flows: Flow) -> Iterator[Counting]:
    """Give how a part counts some flows that are directions of one power of it."""
    counters = own.get(part, {})
    return (Counting(flow, part, counters.get(flow), power, f"{part}_{kind}") for flow in flows)
