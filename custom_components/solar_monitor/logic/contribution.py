"""What a source gives to the site, in terms that no vendor has invented.

The site adds powers up, joins counters and judges evidence; nothing here does. A contribution is
made anew with everything that a source hears, and stands until its own ages end. Names of parts
are unique among all sources and stable for ever: the site remembers counters by them.

Powers in W, energies in kWh, SOC in %, times in unix seconds; + is into the house.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Self

from .bank import Bank
from .flows import LONGEST_AHEAD_S, AcArray, AcBattery, Hybrid, Meter, Reading
from .site_totals import Flow

_NOTHING: Final[Mapping[str, Mapping[Flow, Counter]]] = MappingProxyType({})
_NAMELESS: Final[Mapping[str, str]] = MappingProxyType({})
_NO_SETTINGS: Final[Mapping[str, frozenset[Setting]]] = MappingProxyType({})
_NOBODY: Final[Mapping[str, frozenset[str]]] = MappingProxyType({})
_NO_PANELS: Final[Mapping[str, Mapping[str, float | None]]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Counter:
    """A guarded lifetime counter of a part."""

    kwh: float | None
    """None: it is there, and was not heard of lately."""
    name: str = ""
    """What tells it from other counters of the same flow of the part: those have other levels."""
    today_kwh: float | None = None
    """What it has counted since midnight, as far as its source knows."""
    estimated: bool = False
    lossy: bool = False
    """Whether it loses what flows while it is silent: it is summed up from power."""


class Subject(StrEnum):
    """What evidence is about; the values are stored."""

    CONNECTION = "connection"
    """Whether the gateway, logger or cloud answers, or the cloud hears the gateway."""
    PRODUCTION = "production"
    PANELS = "panels"
    METER = "meter"
    BATTERY = "battery"
    GRID = "grid"
    """Whether the grid is lost."""
    INVERTER = "inverter"
    """A fault that stops an inverter."""
    NOTICE = "notice"
    """An alarm or warning that fits none of the others."""


class Setting(StrEnum):
    """What a hybrid is set to, each read by itself; the values are stored."""

    PORT = "port"
    """What its generator port is used for."""
    BATTERY = "battery"
    """Whether it has a battery."""
    MODE = "mode"
    """Whether it works with a CT, and tells of the whole house."""
    CAPACITY = "capacity"
    FLOOR = "floor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What one source says of one subject at one moment. Union: one that holds is enough."""

    subject: Subject
    holds: bool | None
    """Whether something is wrong; None: it cannot be told."""
    at: float
    """When it was told."""
    good_for_s: float
    """For how long it stands from then on; afterwards it says nothing, never that all is well."""
    device: str = ""
    """The part or serial number that it is about; empty: the source as a whole."""
    words: tuple[str, ...] = ()
    """What the device calls it: codes, or words as they came."""
    asleep: bool = False
    """Whether the device may sleep now, as it should: what cannot be told is no silence then."""

    def standing(self, now: float) -> bool | None:
        """Tell whether something is wrong; None if not known, too old, or of a time to come."""
        return self.holds if self._counts(now) else None

    def sleeping(self, now: float) -> bool:
        """Tell whether the device may sleep; not if that is too old, or of a time to come."""
        return self.asleep and self._counts(now)

    def _counts(self, now: float) -> bool:
        """Tell whether it is of now."""
        return -LONGEST_AHEAD_S <= now - self.at <= self.good_for_s


@dataclass(frozen=True, slots=True, kw_only=True)
class InverterState:
    """What load shedding and alarms need to know of an inverter, beside its powers."""

    name: str
    power: Reading
    """+ from the inverter, - when it draws from the grid."""
    rated_w: float | None = None
    grid_voltages: tuple[Reading, ...] = ()
    """V of each phase that it has."""
    temperature: Reading | None = None
    """Of the warmest place that it measures, °C."""
    fault: bool | None = None
    """Whether it is in the state *fault* or has a fault bit."""
    alert: bool | None = None
    """Whether it has any warning or fault bit."""
    grid_charge: bool | None = None
    """Whether it is set to charge the battery from the grid now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """All that one source gives."""

    name: str
    """What the source is called for ever (`SourceSpec.site_name`)."""
    heard: bool = True
    """Whether it has told what it has since its start; until then what is remembered counts."""
    hybrids: tuple[Hybrid, ...] = ()
    unsettled: Mapping[str, frozenset[Setting]] = field(default_factory=lambda: _NO_SETTINGS)
    """By hybrid: the settings that were not read since the start. What is remembered of these
    counts, as far as they ever were read."""
    ct_fitted: frozenset[str] = frozenset()
    """Hybrids that are set to work with an external CT; others may have one all the same."""
    arrays: tuple[AcArray, ...] = ()
    gateways: frozenset[str] = frozenset()
    """The serial numbers by which an account may know what this source measures."""
    told_better: Mapping[str, frozenset[str]] = field(default_factory=lambda: _NOBODY)
    """By array: the sources that tell of the same panels themselves. Where one of them is
    configured, the array does not count. Empty: they are not known yet; then it does not count
    where there is any gateway."""
    batteries: tuple[AcBattery, ...] = ()
    banks: tuple[Bank, ...] = ()
    meters: tuple[Meter, ...] = ()
    """Meters between house and grid, apart from the hybrids' own CTs."""
    homes: tuple[Meter, ...] = ()
    """Meters of everything that the house takes."""
    counters: Mapping[str, Mapping[Flow, Counter]] = field(default_factory=lambda: _NOTHING)
    """The counters by the name of the part that has them; a flow that is missing is not counted."""
    panels: Mapping[str, Mapping[str, float | None]] = field(default_factory=lambda: _NO_PANELS)
    """By array: the panels that report one by one, each with what it has made since midnight."""
    notices: frozenset[str] = frozenset()
    """Parts that tell a few times a day what is wrong, and no power: missing if none does for a
    day."""
    inverters: tuple[InverterState, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    """All that it can judge; what it leaves out for a day it has no longer."""
    called: Mapping[str, str] = field(default_factory=lambda: _NAMELESS)
    """What people call a part, where that is not what they call the source."""
    last_success: float | None = None
    """When anything of it was last answered; the hub knows it."""

    def silenced(self) -> Self:
        """Give it as of a source that has gone silent: powers age by themselves, counters not."""
        silent = {
            part: {
                flow: replace(counter, kwh=None, today_kwh=None)
                for flow, counter in counters.items()
            }
            for part, counters in self.counters.items()
        }
        return replace(self, counters=silent)

    def saying(self, now: Contribution) -> Self:
        """Give what a source is known to have with what is said of it now."""
        return replace(self, inverters=now.inverters, evidence=now.evidence)

    def parts(self) -> Iterator[str]:
        """Name all parts that power flows through, and batteries that tell their charge alone."""
        yield from (hybrid.name for hybrid in self.hybrids)
        yield from (array.name for array in self.arrays)
        yield from (battery.name for battery in self.batteries)
        yield from (meter.name for meter in (*self.meters, *self.homes))
        yield from (bank.name for bank in self.banks)
