"""What an Enphase gateway gives to the site: its panels, its batteries and its meters."""

from collections.abc import Iterator
from typing import Final

from ...clients.envoy.readings import CtKind, Origin
from ...logic.bank import Bank
from ...logic.contribution import Contribution, Counter, Evidence, Subject
from ...logic.flows import AcArray, AcBattery, Meter, Reading
from ...logic.site_totals import Flow
from ..spec import Snapshot, Source, Times
from .alarms import EVIDENCE_S, GRID_PRESENT, METERING_PROBLEM, PRODUCTION_PROBLEM
from .panels import PANEL_PROBLEM, PROBLEM_PANELS, TODAY, panel_key
from .rows_battery import has_battery
from .source import EnvoySource
from .values import (
    BATTERY_POWER,
    BATTERY_SOC,
    CONSUMPTION_POWER,
    GRID_POWER,
    PRODUCTION_POWER,
    PRODUCTION_TOTAL,
    today_key,
)

SITE_KEYS: Final = frozenset({"battery_capacity", "battery_reserve_soc"})
"""What no poll reads unless somebody needs it."""

# Panels report every 5 to 15 minutes; where no meter measures them, their sum is as old as that.
_REPORTED_S: Final = 900.0
_GRID_COUNTERS: Final = {
    Flow.IMPORT: "grid_import_energy_total",
    Flow.EXPORT: "grid_export_energy_total",
}
_BATTERY_COUNTERS: Final = {
    Flow.CHARGE: "battery_charge_energy_total",
    Flow.DISCHARGE: "battery_discharge_energy_total",
}
_ESTIMATED: Final = "_estimated"


def contribute(source: Source, snapshot: Snapshot, times: Times) -> Contribution:
    """Give what a gateway tells now."""
    if not isinstance(source, EnvoySource):
        return Contribution(name="")
    return _Telling(source, snapshot, times).contribution()


class _Telling:
    """What one gateway tells at one moment."""

    def __init__(self, source: EnvoySource, snapshot: Snapshot, times: Times) -> None:
        self._source = source
        self._shape = source.reader.known.shape
        self._name = source.id_prefix
        self._snapshot = snapshot
        self._values = snapshot.values
        self._times = times

    def contribution(self) -> Contribution:
        """Put everything together. All parts have the gateway's name."""
        battery = has_battery(self._shape)
        produces = self._shape.production or bool(self._shape.panels)
        net = CtKind.NET_CONSUMPTION in self._shape.cts
        home = CtKind.TOTAL_CONSUMPTION in self._shape.cts and not net
        return Contribution(
            name=self._name,
            heard=self._snapshot.measured_at is not None,
            gateways=frozenset({self._name}) if produces else frozenset(),
            arrays=(AcArray(name=self._name, power=self._production()),) if produces else (),
            batteries=(AcBattery(name=self._name, power=self._reading(BATTERY_POWER)),)
            if battery
            else (),
            banks=(self._bank(),) if battery else (),
            meters=(Meter(name=self._name, power=self._reading(GRID_POWER)),) if net else (),
            homes=(Meter(name=self._name, power=self._reading(CONSUMPTION_POWER)),) if home else (),
            counters={self._name: dict(self._counters(battery=battery, net=net))},
            panels={
                self._name: {
                    serial: self._values.get(panel_key(serial, TODAY))
                    for serial in self._shape.panels
                }
            },
            evidence=tuple(self._evidence()),
        )

    def _reading(self, key: str, *, good_for_s: float | None = None) -> Reading:
        """Give a value with the time that it is of."""
        good = self._times.good_for_s if good_for_s is None else good_for_s
        return Reading(self._values.get(key), self._times.at(key), good)

    def _production(self) -> Reading:
        """Give what the panels produce; where only they tell it, it is slow by nature."""
        meter = self._source.reader.gateway.readings.production
        reported = meter is not None and meter.origin is Origin.INVERTERS
        good_for_s = max(_REPORTED_S, self._times.good_for_s) if reported else None
        return self._reading(PRODUCTION_POWER, good_for_s=good_for_s)

    def _bank(self) -> Bank:
        """Give the batteries as one; they are not discharged below their reserve."""
        capacity = self._values.get("battery_capacity")
        reserve = self._values.get("battery_reserve_soc")
        return Bank(
            name=self._name,
            soc=self._reading(BATTERY_SOC),
            capacity_kwh=capacity or None,
            floor=reserve or 0.0,
        )

    def _counters(self, *, battery: bool, net: bool) -> Iterator[tuple[Flow, Counter]]:
        """Give the counters; the batteries' are estimated where no CT counts."""
        if self._shape.production:
            yield Flow.PV, self._counter(PRODUCTION_TOTAL)
        if net:
            for flow, key in _GRID_COUNTERS.items():
                yield flow, self._counter(key)
        if battery:
            estimated = CtKind.STORAGE not in self._shape.cts
            for flow, key in _BATTERY_COUNTERS.items():
                yield flow, self._counter(key, estimated=estimated)

    def _counter(self, key: str, *, estimated: bool = False) -> Counter:
        """Give a counter as it stands, unless it was not heard of lately."""
        today = today_key(key)
        if estimated:
            key, today = f"{key}{_ESTIMATED}", f"{today}{_ESTIMATED}"
        now = self._times.now
        kwh, today_kwh = self._reading(key).fresh(now), self._reading(today).fresh(now)
        return Counter(kwh, key, today_kwh, estimated=estimated, lossy=estimated)

    def _evidence(self) -> Iterator[Evidence]:
        """Say what is wrong. A gateway may restart: what it said last stands for a while."""
        lost = not self._snapshot.connected
        yield self._said(Subject.CONNECTION, holds=lost, at=self._times.now)
        yield self._flag(Subject.PRODUCTION, PRODUCTION_PROBLEM)
        yield self._flag(Subject.METER, METERING_PROBLEM)
        panels: str = self._values.get(PROBLEM_PANELS) or ""
        words = tuple(panels.split(", ")) if panels else ()
        yield self._flag(Subject.PANELS, PANEL_PROBLEM, words=words)
        present = self._values.get(GRID_PRESENT)
        yield self._said(
            Subject.GRID,
            holds=None if present is None else not present,
            at=self._times.stood_at(GRID_PRESENT),
        )
        for serial in self._shape.batteries:
            key = f"{serial}_communicating"
            heard = self._values.get(key)
            yield self._said(
                Subject.BATTERY,
                holds=None if heard is None else not heard,
                at=self._times.stood_at(key),
                device=serial,
            )

    def _flag(self, subject: Subject, key: str, words: tuple[str, ...] = ()) -> Evidence:
        """Give a yes or no of the gateway."""
        return self._said(
            subject, holds=self._values.get(key), at=self._times.stood_at(key), words=words
        )

    def _said(
        self,
        subject: Subject,
        *,
        holds: bool | None,
        at: float,
        device: str = "",
        words: tuple[str, ...] = (),
    ) -> Evidence:
        """Make a piece of evidence."""
        return Evidence(
            subject=subject,
            holds=holds,
            at=at,
            good_for_s=EVIDENCE_S,
            device=device or self._name,
            words=words,
        )
