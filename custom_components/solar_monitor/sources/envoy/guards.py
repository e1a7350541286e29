"""Lets only believable values of a gateway through.

Every value passes here before anything shows it: an endpoint that says nothing but zeros, a number
outside what is physical, a jump of the state of charge and every impossible step of a counter are
held back and counted. Counters continue from the last run, also when the firmware changes between
the meter's counter and the inverters'; "today" is our own.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from ...clients.envoy.endpoints import Block
from ...clients.envoy.readings import Origin
from ...logic.origins import OriginCounter, Witness
from ...logic.ranges import Quantity, plausible
from ...logic.refusals import Refusals
from ...logic.soc import SocGuard, SocVerdict
from ...logic.stored import UNPROVEN, unproven_of
from ...logic.today import DayCounter
from ...logic.totals import CounterLimit, Verdict
from ..spec import Happening
from .values import BATTERY_SOC, CT_SUM, INVERTER_SUM, PRODUCTION_TOTAL, Count, Sample, today_key

CORRECTIONS: Final = "counter_corrections"

PANEL_W: Final = 500.0
"""More than any micro-inverter gives."""
ASSUMED_RATED_W: Final = 25_000.0
"""Of an array whose panels are not known yet: more than one gateway takes on in a home."""
SMALLEST_HOUSE_LIMIT_W: Final = 25_000.0
# The guard of single power values is coarse on purpose: it is there for garbage, not for peaks.
POWER_MARGIN: Final = 2.0
RESOLUTION_KWH: Final = 0.001
_LONGEST_REPORT_H: Final = 1.0
# Both sums come from a page that is written anew every five minutes, or from one of now. Either may
# be asked again at once: after a reload, and when the gateway is back.
_WRITTEN_EVERY_S: Final = 300.0
_WRITTEN: Final = (CT_SUM, INVERTER_SUM)

# Counters of our own generation, which the panels limit rather than the connection to the grid.
_OWN: Final = ("production", "ct_production", "inverter_production", "ct_pv3p")
_DAILY: Final = ("production", "consumption", "grid", "battery")
_QUANTITIES: Final = (
    ("_power_factor", None),
    ("_power", Quantity.POWER),
    ("_power_sum", Quantity.POWER),
    ("_voltage", Quantity.VOLTAGE),
    ("_frequency", Quantity.FREQUENCY),
    ("_temperature", Quantity.TEMPERATURE),
    ("_soc", Quantity.SOC),
    ("reserve", Quantity.SOC),
)
_REFUSED: Final = (
    Verdict.HELD_ZERO,
    Verdict.HELD_ARTEFACT,
    Verdict.HELD_FALL,
    Verdict.HELD_JUMP,
)
_SOC_NOT_REFUSED: Final = (SocVerdict.ACCEPTED, SocVerdict.ABSENT)
_PHASES: Final = ("_l1", "_l2", "_l3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When a poll was answered, on the clocks that the guards need."""

    monotonic: float
    unix: float
    local: datetime


@dataclass(frozen=True, slots=True)
class Limits:
    """What can flow at most, W."""

    own_w: float
    house_w: float

    @classmethod
    def size(cls, panels: int, house_limit_w: float | None = None) -> Limits:
        """Take them from the number of panels, and what the user says of the house."""
        rated = panels * PANEL_W or ASSUMED_RATED_W
        house = house_limit_w or max(POWER_MARGIN * rated, SMALLEST_HOUSE_LIMIT_W)
        return cls(rated, house)

    def counted_by(self, key: str) -> float:
        """Give the most that a counter can count, W."""
        return self.own_w if key.startswith(_OWN) else self.house_w

    def of(self, key: str) -> tuple[CounterLimit, Mapping[str, CounterLimit]]:
        """Give the limit of a counter, and that of an origin where that differs.

        What panels have made is told when they report: of up to an hour, many at once.
        """
        written_s = _WRITTEN_EVERY_S if key in _WRITTEN else 0.0
        power_w = self.counted_by(key)
        steady = CounterLimit(power_w, RESOLUTION_KWH, written_every_s=written_s)
        told = replace(steady, burst_kwh=self.late_kwh)
        return (told, {}) if key == INVERTER_SUM else (steady, {Origin.INVERTERS: told})

    @property
    def late_kwh(self) -> float:
        """Give the most that panels have made and not told yet."""
        return self.own_w * _LONGEST_REPORT_H / 1_000

    @property
    def power_w(self) -> float:
        """Give the most that a single power can be."""
        return max(self.house_w, POWER_MARGIN * self.own_w)


class EnvoyGuards:
    """The guards of one gateway, its panels aside, and what they remember."""

    def __init__(
        self, limits: Limits, *, memory: Mapping[str, Any] | None = None, proven: bool = True
    ) -> None:
        """Continue from `memory` where there is any.

        `proven` is false when the memory may be older than what was shown last (a power cut):
        showing it would be a drop, so each counter is unknown until the gateway confirms it.
        """
        self.refusals = Refusals()
        self.firmware_today: dict[str, float | None] = {}
        self._limits = limits
        self._soc = SocGuard()
        self._poll = 0
        self._counters: dict[str, OriginCounter] = {}
        self._days: dict[str, DayCounter] = {}
        days = _part(memory, "days")
        for key, saved in _part(memory, "counters").items():
            counter = self._counter(key, saved)
            if counter.total is not None and key in days:
                self._days[key] = DayCounter.from_dict(days[key], power_w=limits.counted_by(key))
        self._unproven = unproven_of(memory or {}, self._counters, proven=proven)

    @property
    def late_kwh(self) -> float:
        """What the panels may have made at most and not told yet."""
        return self._limits.late_kwh

    def limit(self, limits: Limits) -> None:
        """Take other limits, of a system that turned out to be of another size."""
        self._limits = limits
        for key, counter in self._counters.items():
            counter.limit(*limits.of(key))

    def memory(self) -> dict[str, Any]:
        """Everything that must survive a restart, as JSON."""
        return {
            "counters": {key: counter.to_dict() for key, counter in self._counters.items()},
            "days": {key: day.to_dict() for key, day in self._days.items()},
            UNPROVEN: sorted(self._unproven),
        }

    def total(self, key: str) -> float | None:
        """Give a counter as it may be shown."""
        counter = self._counters.get(key)
        return None if counter is None or key in self._unproven else counter.total

    def totals(self, local_now: datetime) -> dict[str, float | None]:
        """The counters as they stand, for a start or a poll that was not answered."""
        values: dict[str, float | None] = {}
        for key in self._counters:
            values |= self._shown(key, local_now, None)
        return values

    def admit(
        self,
        samples: Mapping[Block, Sample],
        wanted: Collection[str],
        moment: Moment,
    ) -> tuple[dict[str, Any], tuple[Happening, ...]]:
        """Guard what the endpoints said. Returns what may be shown, and the counter corrections.

        Only keys in `wanted` are shown; a counter that nobody looks at is not kept.
        """
        self._poll += 1
        admitted: dict[str, Any] = {}
        happenings: list[Happening] = []
        for block, sample in samples.items():
            if sample.is_zero and any(self._counters_above_zero(sample)):
                self.refusals.count("all_zero", block)
                continue
            values = self._admit_values(sample.values, wanted, moment)
            for key, count in _witness_first(sample.counters):
                # The inverters' sum is the witness of what the meter counts.
                if {key, today_key(key)}.isdisjoint(wanted) and key != INVERTER_SUM:
                    continue
                verdict = self._offer(key, count, moment, awake=not sample.is_zero)
                happenings += _correction(key, self._counters[key])
                values |= self._shown(key, moment.local, count.today)
                power = _power_of(key)
                if verdict is Verdict.HELD_ZERO and values.get(power) == 0:
                    # Both are of a gateway that has just started: this 0 was not measured.
                    del values[power]
            admitted |= {key: value for key, value in values.items() if key in wanted}
        return admitted, tuple(happenings)

    def admit_soc(self, soc: float | None, moment: Moment) -> float | None:
        """Pass a state of charge through its guard; a held one shows the last one."""
        verdict = self._soc.offer(soc, None, at=moment.monotonic, poll=self._poll)
        if verdict not in _SOC_NOT_REFUSED:
            self.refusals.count(verdict.value, BATTERY_SOC)
        return self._soc.value

    def is_plausible(self, key: str, value: object) -> bool:
        """Judge a single number by what it measures, and count it where it cannot be true."""
        quantity = _quantity(key)
        if quantity is None or isinstance(value, bool) or not isinstance(value, int | float):
            return True
        limit = self._limits.power_w if quantity is Quantity.POWER else None
        if plausible(quantity, value, limit=limit):
            return True
        self.refusals.count("out_of_range", key)
        return False

    def _counters_above_zero(self, sample: Sample) -> Iterator[bool]:
        """Tell of each counter of an endpoint whether it has counted something before."""
        for key in sample.counters:
            counter = self._counters.get(key)
            yield counter is not None and bool(counter.total)

    def _admit_values(
        self, values: Mapping[str, Any], wanted: Collection[str], moment: Moment
    ) -> dict[str, Any]:
        """Pass values that need no memory, and the state of charge."""
        admitted: dict[str, Any] = {}
        for key, value in values.items():
            if key not in wanted:
                continue
            if key == BATTERY_SOC:
                admitted[key] = self.admit_soc(value, moment)
            elif self.is_plausible(key, value):
                admitted[key] = value
        return admitted

    def _counter(self, key: str, memory: object = None) -> OriginCounter:
        """Give the guard of a counter; it is made when the counter is first seen."""
        if key not in self._counters:
            limit, special = self._limits.of(key)
            self._counters[key] = OriginCounter(limit, memory, special=special)
        return self._counters[key]

    def _offer(self, key: str, count: Count, moment: Moment, *, awake: bool) -> Verdict:
        """Pass a counter through its guard."""
        counter = self._counter(key)
        witnessed = (key == PRODUCTION_TOTAL and count.origin == Origin.CT) or key == CT_SUM
        verdict = counter.offer(
            count.raw,
            now=moment.unix,
            poll=self._poll,
            awake=awake,
            origin=count.origin,
            witness=self._witness() if witnessed else None,
        )
        if verdict in _REFUSED:
            if counter.total is not None:
                self.refusals.count(verdict.value, key)
        elif verdict is not Verdict.ABSENT:
            self._unproven.discard(key)
        return verdict

    def _witness(self) -> Witness | None:
        """Give what the inverters say of the energy that the meter counts."""
        counter = self._counters.get(INVERTER_SUM)
        return counter.witness if counter else None

    def _shown(
        self, key: str, local_now: datetime, firmware_today: float | None
    ) -> dict[str, float | None]:
        """Give a counter as it may be shown, and our counter of its day."""
        total = self.total(key)
        if total is None:
            return {}
        if not key.startswith(_DAILY):
            return {key: total}
        if key not in self._days:
            self._days[key] = DayCounter(power_w=self._limits.counted_by(key))
        if firmware_today is not None:
            self.firmware_today[today_key(key)] = firmware_today
        day = self._days[key].offer(total, local_now=local_now, firmware_today=firmware_today)
        return {key: total, today_key(key): day}


def _witness_first(counters: Mapping[str, Count]) -> list[tuple[str, Count]]:
    """Give the counters with the one in front that the others are compared with."""
    return sorted(counters.items(), key=lambda item: item[0] != INVERTER_SUM)


def _power_of(total_key: str) -> str:
    """Name the power that belongs to a counter."""
    return total_key.replace("_energy_total", "_power")


def _correction(key: str, counter: OriginCounter) -> tuple[Happening, ...]:
    """Tell a new level of a counter once."""
    rebase = counter.take_rebase()
    if rebase is None:
        return ()
    return (correction(key, rebase.old_raw, rebase.new_raw, counter.total),)


def correction(key: str, old_raw: float, new_raw: float, total: float | None) -> Happening:
    """Tell that a counter goes on from another level."""
    return Happening(
        key=CORRECTIONS,
        event_type="rebased",
        attributes={
            "counter": key,
            "old_raw_kwh": old_raw,
            "new_raw_kwh": new_raw,
            "total_kwh": total,
        },
    )


def _quantity(key: str) -> Quantity | None:
    """Tell what a value measures, where that has limits."""
    name = key[:-3] if key.endswith(_PHASES) else key
    return next((quantity for end, quantity in _QUANTITIES if name.endswith(end)), None)


def _part(saved: Mapping[str, Any] | None, name: str) -> Mapping[str, Any]:
    """Give a part of the stored memory, empty when it is missing or damaged."""
    part = (saved or {}).get(name)
    return part if isinstance(part, Mapping) else {}
