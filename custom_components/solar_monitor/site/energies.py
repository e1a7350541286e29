"""The energy counters of the site: which parts count for which flow, and what stands in for one.

A flow is counted by the parts' own counters. The exchange with the grid is counted by the meter
that its power comes from: gateway, CT, or the grid port of a single hybrid. Where nobody counts a
flow, its power is summed up: of a meter without counters, of several grid ports together, of the
grid behind a home meter, of panels or a generator on a port. Such totals are estimates.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from ..logic.contribution import Contribution, Counter
from ..logic.estimates import PowerIntegral
from ..logic.flows import Flows, Plant, PortUse, Reading
from ..logic.site_totals import Flow, SiteTotals
from ..logic.today import DayCounter
from .plant import port_of

PV: Final = "pv"
BATTERY: Final = "battery"
PORT: Final = "port"
LOAD: Final = "load"
GRID: Final = "grid"
"""The name of the exchange with the grid, where no meter counts it."""

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


class Energies:
    """Keeps all counters of the site."""

    def __init__(self, memory: Mapping[str, Any], *, proven: bool) -> None:
        """Continue from what `memory` gave; `proven`: nothing was shown after it was stored."""
        self.estimated: frozenset[Flow] = frozenset()
        """The flows that an estimate is part of."""
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
        self, plant: Plant, flows: Flows, contributions: Sequence[Contribution], now: float
    ) -> None:
        """Take in the counters as they stand."""
        counters = {
            part: counted for given in contributions for part, counted in given.counters.items()
        }
        readings: dict[Flow, dict[str, float | None]] = {flow: {} for flow in Flow}
        estimated: set[Flow] = set()
        summed: set[str] = set()
        for counting in countings(plant, flows, counters, now):
            counter = counting.counter
            if counter is None:
                counter = Counter(
                    self._sum_up(counting, summed, now), counting.sum_name, estimated=True
                )
            if counter.estimated:
                estimated.add(counting.flow)
            # Another counter of the same part has another level: it is another one that counts.
            readings[counting.flow][f"{counting.part}/{counter.name}"] = counter.kwh
        self._totals.offer(readings, load_counts=load_counts(plant, flows))
        self.estimated = frozenset(estimated)

    def _sum_up(self, counting: Counting, summed: set[str], now: float) -> float | None:
        """Sum a power up; each once in a look, whatever directions are counted of it."""
        integral = self._integrals.setdefault(counting.sum_name, PowerIntegral())
        if counting.sum_name not in summed:
            summed.add(counting.sum_name)
            watts = counting.power.fresh(now)
            integral.offer(watts, at=now if watts is None else counting.power.at)
        forward = _DIRECTIONS[counting.flow]
        return integral.positive_kwh if forward else integral.negative_kwh

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


type Own = Mapping[str, Mapping[Flow, Counter]]
"""The counters of all parts, by part."""


def countings(plant: Plant, flows: Flows, own: Own, now: float) -> Iterator[Counting]:
    """Go through all parts that count for a flow."""
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
        yield from _of(own, hybrid.name, port, PORT, Flow.GENERATOR)
    if load_counts(plant, flows):
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
