"""What a Deye inverter gives to the site: a hybrid with its battery, or an AC array."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
import math
from typing import Final

from homeassistant.util import dt as dt_util

from ...clients.deye.family import Family
from ...logic.bank import Bank
from ...logic.contribution import (
    Contribution,
    Counter,
    Evidence,
    InverterState,
    Setting,
    Subject,
)
from ...logic.flows import AcArray, Hybrid, PortUse, Reading
from ...logic.pacing import LONGEST_POLL_S, LONGEST_RETRY_S
from ...logic.site_totals import Flow
from ..spec import Snapshot, Source, Times
from .devices import SLEEPERS
from .guards import BATTERY_VOLTAGE, PV_POWER, SOC, today_key
from .source import DeyeSource
from .states import GRID_VOLTAGES, RUNNING_STATE, SLOT_KEYS, fault_of, grid_charge, grid_present
from .words import FAULT_BITS, WARNING_BITS

# In single-phase units a plain number (`NOTES` of the register table), in others a word.
_PORT_USES: Final[Mapping[object, PortUse]] = {
    0: PortUse.GENERATOR,
    1: PortUse.SMART_LOAD,
    2: PortUse.MICRO_INVERTERS,
    "generator": PortUse.GENERATOR,
    "smart_load": PortUse.SMART_LOAD,
    "micro_inverter": PortUse.MICRO_INVERTERS,
}
_ZERO_EXPORT_TO_CT: Final = "zero_export_to_ct"
# In any other mode registers 169 and 178 tell of the house (davidrapan/ha-solarman PR 488).
_HOUSE_WIDE: Final = ("selling_first", _ZERO_EXPORT_TO_CT)
_COUNTERS: Final[Mapping[Flow, str]] = {
    Flow.PV: "pv_energy_total",
    Flow.CHARGE: "battery_charge_energy_total",
    Flow.DISCHARGE: "battery_discharge_energy_total",
    Flow.IMPORT: "grid_import_energy_total",
    Flow.EXPORT: "grid_export_energy_total",
    Flow.GENERATOR: "generator_energy_total",
}
SITE_KEYS: Final = frozenset(
    {
        "aux_port_mode",
        "battery_capacity_ah",
        "battery_control_mode",
        "battery_operation_mode",
        "battery_shutdown_soc",
        "dc_temperature",
        "grid_charge_enabled",
        "heatsink_temperature",
        "time_of_use",
        "work_mode",
        *SLOT_KEYS,
    }
)
"""Settings and figures that no poll reads unless somebody needs them."""

_SETTINGS: Final[Mapping[Setting, frozenset[str]]] = {
    Setting.PORT: frozenset({"aux_port_mode"}),
    Setting.BATTERY: frozenset({"battery_operation_mode"}),
    Setting.MODE: frozenset({"work_mode"}),
    Setting.CAPACITY: frozenset({"battery_capacity_ah", "battery_control_mode"}),
    Setting.FLOOR: frozenset({"battery_shutdown_soc"}),
}
"""Settings that decide what the powers mean, and what there is; each with what tells it."""
_TEMPERATURES: Final = ("heatsink_temperature", "dc_temperature")
_BATTERY_LOSS: Final = "warning_31_battery_loss"
# 16 cells of lithium iron phosphate, or 24 of lead: what a capacity in Ah is multiplied by.
_LITHIUM_V: Final = 51.2
_LEAD_V: Final = 48.0


def contribute(source: Source, snapshot: Snapshot, times: Times) -> Contribution:
    """Give what an inverter tells now."""
    if not isinstance(source, DeyeSource):
        return Contribution(name="")
    return _Telling(source, snapshot, times).contribution()


class _Telling:
    """What one inverter tells at one moment."""

    def __init__(self, source: DeyeSource, snapshot: Snapshot, times: Times) -> None:
        self._source = source
        self._name = source.id_prefix
        self._snapshot = snapshot
        self._values = snapshot.values
        self._times = times

    def contribution(self) -> Contribution:
        """Put everything together."""
        sleeper = self._source.family in SLEEPERS
        # Of what sleeps all is known without an answer.
        asleep = self._source.resting and self._source.settled
        fitted = self._values.get("work_mode") == _ZERO_EXPORT_TO_CT
        return Contribution(
            name=self._name,
            heard=self._snapshot.measured_at is not None or asleep,
            hybrids=() if sleeper else (self._hybrid(),),
            unsettled={self._name: self._unsettled},
            ct_fitted=frozenset({self._name}) if fitted and not sleeper else frozenset(),
            arrays=(self._array(),) if sleeper else (),
            banks=tuple(self._banks()),
            counters={self._name: dict(self._counters(sleeper=sleeper))},
            inverters=(self._state(),),
            evidence=tuple(self._evidence()),
        )

    def _reading(self, key: str) -> Reading:
        """Give a value with the time that it is of.

        What sleeps is asked rarely, and its values were told for a time to come.
        """
        times = self._times
        ahead = times.told.get(key, -math.inf) > times.monotonic
        good_for_s = self._lasting_s if ahead else times.good_for_s
        return Reading(self._values.get(key), times.at(key), good_for_s)

    @property
    def _lasting_s(self) -> float:
        """For how long that stands which is asked again after minutes only."""
        return max(self._times.good_for_s, LONGEST_RETRY_S + LONGEST_POLL_S)

    @property
    def _unsettled(self) -> frozenset[Setting]:
        """The settings that were not read since the start, of those that it has."""
        unread = self._source.registers.keys() - self._times.told.keys()
        return frozenset(setting for setting, keys in _SETTINGS.items() if keys & unread)

    @property
    def _has_battery(self) -> bool:
        """Whether there is a battery: not where the user has set that there is none."""
        set_to_none = self._values.get("battery_operation_mode") == "no_battery"
        return not (set_to_none or self._source.guards.soc.no_battery)

    def _hybrid(self) -> Hybrid:
        """Give the inverter with all its powers."""
        identity = self._source.identity
        return Hybrid(
            name=self._name,
            strings=self._reading(PV_POWER),
            grid_port=self._reading("grid_power"),
            load_port=self._reading("load_power"),
            battery=self._reading("battery_power") if self._has_battery else None,
            ct=self._reading("external_ct_power"),
            port_use=_PORT_USES.get(self._values.get("aux_port_mode"), PortUse.NOTHING),
            port=self._reading("generator_power"),
            rated_w=identity.rated_power_w if identity else None,
            house_wide=self._values.get("work_mode") in _HOUSE_WIDE,
        )

    def _array(self) -> AcArray:
        """Give an inverter without a battery, as what it feeds."""
        return AcArray(name=self._name, power=self._reading("inverter_power"))

    def _banks(self) -> Iterator[Bank]:
        """Give the battery."""
        if self._source.family in SLEEPERS or not self._has_battery:
            return
        floor = self._values.get("battery_shutdown_soc")
        yield Bank(
            name=self._name,
            soc=self._reading(SOC),
            capacity_kwh=self._capacity_kwh(),
            floor=floor if isinstance(floor, int | float) else 0.0,
        )

    def _capacity_kwh(self) -> float | None:
        """Give the capacity as the inverter is set to it; it knows of ampere-hours only."""
        capacity_ah = self._values.get("battery_capacity_ah")
        if not capacity_ah:
            return None
        if self._source.family is Family.HYBRID_3P_HV:
            volts = self._values.get(BATTERY_VOLTAGE)
        else:
            lithium = self._values.get("battery_control_mode") == "lithium"
            volts = _LITHIUM_V if lithium else _LEAD_V
        return None if not volts else capacity_ah * volts / 1_000

    def _counters(self, *, sleeper: bool) -> Iterator[tuple[Flow, Counter]]:
        """Give the counters: what has a register and, of the generator's port, a meaning."""
        registers = self._source.registers
        for flow, key in _COUNTERS.items():
            if key not in registers or (sleeper and flow is not Flow.PV):
                continue
            if flow is Flow.GENERATOR and self._values.get(key) is None:
                continue
            yield flow, self._counter(key)

    def _counter(self, key: str) -> Counter:
        """Give a counter as it stands, unless it was not heard of lately."""
        today = today_key(key)
        kwh, today_kwh = self._reading(key), self._reading(today)
        now = self._times.now
        return Counter(kwh.fresh(now), key, today_kwh.fresh(now))

    def _state(self) -> InverterState:
        """Give what load shedding and alarms need to know."""
        registers, identity = self._source.registers, self._source.identity
        volts = (self._reading(key) for key in GRID_VOLTAGES if key in registers)
        faulty = fault_of(self._values)
        return InverterState(
            name=self._name,
            power=self._reading("inverter_power"),
            rated_w=identity.rated_power_w if identity else None,
            grid_voltages=tuple(volts),
            temperature=self._temperature(),
            fault=faulty,
            alert=None if faulty is None else faulty or bool(self._values.get(WARNING_BITS)),
            grid_charge=grid_charge(self._values, dt_util.now()),
        )

    def _temperature(self) -> Reading | None:
        """Give the higher of the temperatures that it measures."""
        known = [self._reading(key) for key in _TEMPERATURES if key in self._source.registers]
        return max(known, key=lambda each: each.value or 0.0, default=None)

    def _evidence(self) -> Iterator[Evidence]:
        """Say what is wrong."""
        connection = self._said(Subject.CONNECTION, holds=self._is_lost(), at=self._times.now)
        # A logger that is lost is asked again after minutes; until then it is lost.
        yield replace(connection, good_for_s=self._lasting_s, asleep=self._source.resting)
        bits_at = self._times.at(WARNING_BITS, FAULT_BITS)
        warnings: Collection[str] | None = self._values.get(WARNING_BITS)
        lost = _BATTERY_LOSS in (warnings or ())
        others = tuple(each for each in warnings or () if each != _BATTERY_LOSS)
        yield self._said(
            Subject.INVERTER,
            holds=fault_of(self._values),
            at=self._times.at(FAULT_BITS, RUNNING_STATE),
            words=tuple(self._values.get(FAULT_BITS) or ()),
        )
        yield self._said(
            Subject.NOTICE,
            holds=None if warnings is None else bool(others),
            at=bits_at,
            words=others,
        )
        if self._source.family in SLEEPERS:
            return
        yield self._said(
            Subject.BATTERY,
            holds=None if warnings is None else lost,
            at=bits_at,
            words=(_BATTERY_LOSS,) if lost else (),
        )
        keys = [key for key in GRID_VOLTAGES if key in self._source.registers]
        present = grid_present(self._values)
        dark = None if present is None else not present
        yield self._said(Subject.GRID, holds=dark, at=self._times.at(*keys))

    def _is_lost(self) -> bool | None:
        """Tell whether nothing answers that should; of what sleeps that cannot be told."""
        if self._snapshot.connected:
            return False
        return None if self._source.resting else True

    def _said(
        self, subject: Subject, *, holds: bool | None, at: float, words: tuple[str, ...] = ()
    ) -> Evidence:
        """Make a piece of evidence."""
        return Evidence(
            subject=subject,
            holds=holds,
            at=at,
            good_for_s=self._times.good_for_s,
            device=self._name,
            words=words,
        )
