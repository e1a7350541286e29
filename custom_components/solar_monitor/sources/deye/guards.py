"""Lets only believable values of a Deye inverter through.

Every value of a poll passes here before anything shows it: a sample of zeros after a wake-up, a
number outside what is physical, a jump of the state of charge and every impossible step of a
counter are held back and counted. Counters continue from the last run; "today" is our own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from ...clients.deye.decode import Value
from ...clients.deye.family import Family
from ...clients.deye.identity import Identity
from ...clients.deye.registers import Kind, Part, Register
from ...clients.deye.tables import pv_power_keys
from ...logic.ranges import Quantity, plausible
from ...logic.refusals import Refusals
from ...logic.soc import LOW_VOLTAGE_HV, LOW_VOLTAGE_LV, SocGuard, SocVerdict
from ...logic.stored import UNPROVEN, unproven_of
from ...logic.today import DayCounter
from ...logic.totals import CounterGuard, CounterLimit, CounterMemory, Verdict
from ...logic.wakeup import WakeGuard, WakeVerdict
from ..spec import Happening

SOC: Final = "battery_soc"
BATTERY_VOLTAGE: Final = "battery_voltage"
PV_POWER: Final = "pv_power"
CORRECTIONS: Final = "counter_corrections"

# Counters of what goes through the house, which the grid limits rather than the inverter.
_HOUSE: Final = ("grid", "load", "generator")

# Where the inverter has not told its rated power: the largest of its family.
ASSUMED_RATED_W: Final[Mapping[Family, float]] = {
    Family.HYBRID_1P: 16_000.0,
    Family.HYBRID_3P_LV: 20_000.0,
    Family.HYBRID_3P_HV: 80_000.0,
    Family.STRING: 110_000.0,
    Family.MICRO: 2_250.0,
}
SMALLEST_HOUSE_LIMIT_W: Final = 25_000.0
# The guard of single power values is coarse on purpose: it is there for 65535 W, not for peaks.
POWER_MARGIN: Final = 2.0

_QUANTITY_OF_UNIT: Final = {
    "Hz": Quantity.FREQUENCY,
    "°C": Quantity.TEMPERATURE,
    "W": Quantity.POWER,
}
_POWER_UNITS: Final = ("W", "VA", "var")
_OWN_POWERS: Final = ("pv", "inverter", "battery")
_BELIEVED: Final = (Verdict.ACCEPTED, Verdict.UNCHANGED, Verdict.REBASED)
_NOT_REFUSED: Final = (*_BELIEVED, Verdict.ABSENT)
_SOC_NOT_REFUSED: Final = (SocVerdict.ACCEPTED, SocVerdict.ABSENT, SocVerdict.NO_BATTERY)


def counter_keys(registers: Mapping[str, Register]) -> tuple[str, ...]:
    """List the lifetime counters of a unit: those that only rise are guarded."""
    return tuple(
        key
        for key, register in registers.items()
        if register.kind is Kind.ENERGY_TOTAL and not register.signed
    )


def today_key(total_key: str) -> str:
    """Name our counter of the day that belongs to a lifetime counter."""
    return total_key.removesuffix("_total") + "_today"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When a poll was answered, on the clocks that the guards need."""

    monotonic: float
    unix: float
    local: datetime


class DeyeGuards:
    """The guards of one inverter, and what they remember."""

    def __init__(
        self,
        family: Family,
        identity: Identity | None,
        registers: Mapping[str, Register],
        *,
        house_limit_w: float | None = None,
        memory: Mapping[str, Any] | None = None,
        proven: bool = True,
    ) -> None:
        """Take the limits from the rated power, and continue from `memory` where there is any.

        `proven` is false when the memory may be older than what was shown last (a power cut):
        showing it would be a drop, so each counter is unknown until the inverter confirms it.
        """
        rated = (identity.rated_power_w if identity else None) or ASSUMED_RATED_W[family]
        self._own_limit_w = POWER_MARGIN * rated
        self._house_limit_w = house_limit_w or max(self._own_limit_w, SMALLEST_HOUSE_LIMIT_W)
        self._pv_keys = pv_power_keys(family, identity)
        self.refusals = Refusals()
        self.firmware_today: dict[str, Value | None] = {}
        high = family is Family.HYBRID_3P_HV
        self.soc = SocGuard(LOW_VOLTAGE_HV if high else LOW_VOLTAGE_LV)
        self._wake = WakeGuard()
        self.waking = False
        """Whether the last live poll was no answer yet: what was there before stands."""
        self._poll = 0
        self._published: dict[str, Any] = {}
        saved = memory or {}
        self._counters: dict[str, CounterGuard] = {}
        self._days: dict[str, DayCounter] = {}
        for key in counter_keys(registers):
            limit = self._house_limit_w if key.startswith(_HOUSE) else rated
            counted = CounterMemory.from_dict(_part(saved, "counters").get(key))
            resolution = registers[key].scale
            self._counters[key] = CounterGuard(CounterLimit(limit, resolution), counted)
            # Without the offset of its total, a counter of the day would show the step.
            day = _part(saved, "days").get(key) if counted else None
            self._days[key] = DayCounter.from_dict(day, power_w=limit)
        self.today_keys = frozenset(map(today_key, self._counters))
        self._unproven = unproven_of(saved, self._counters, proven=proven)

    def memory(self) -> dict[str, Any]:
        """Everything that must survive a restart, as JSON."""
        return {
            "counters": {
                key: guard.memory.to_dict()
                for key, guard in self._counters.items()
                if guard.memory is not None
            },
            "days": {key: day.to_dict() for key, day in self._days.items()},
            UNPROVEN: sorted(self._unproven),
        }

    def totals(self, local_now: datetime) -> dict[str, float | None]:
        """The counters as they stand, for a start or a poll that was not answered."""
        values: dict[str, float | None] = {}
        for key, guard in self._counters.items():
            if guard.total is None or key in self._unproven:
                continue
            values[key] = guard.total
            values[today_key(key)] = self._days[key].offer(
                guard.total, local_now=local_now, firmware_today=None
            )
        return values

    def admit_live(
        self,
        table: Mapping[str, Register],
        values: Mapping[str, Value | None],
        *,
        all_zero: bool,
        moment: Moment,
    ) -> tuple[dict[str, Any], tuple[Happening, ...]]:
        """Guard one live poll. Returns what may be shown, and the counter corrections."""
        self._poll += 1
        verdict = self._wake.offer(all_zero=all_zero, at=moment.monotonic)
        self.waking = verdict is not WakeVerdict.OK
        if self.waking:
            self.refusals.count("all_zero", "poll")
            return self._asleep(values, verdict, moment), ()
        admitted = self._admit_plain(table, values)
        self._admit_soc(values, admitted, moment)
        if self.soc.no_battery:
            for key, register in table.items():
                if register.part is Part.BATTERY and register.kind is Kind.MEASUREMENT:
                    admitted[key] = None
        self._add_pv_power(admitted)
        self.firmware_today |= {key: values[key] for key in self.today_keys if key in values}
        happenings = self._admit_counters(values, admitted, moment)
        self._published |= admitted
        return admitted, happenings

    def admit_settings(
        self, table: Mapping[str, Register], values: Mapping[str, Value | None]
    ) -> dict[str, Any]:
        """Guard one poll of the settings and the battery's own figures."""
        return self._admit_plain(table, values)

    def fall_asleep(self, table: Mapping[str, Register], local_now: datetime) -> dict[str, Any]:
        """Show what is true of an inverter that sleeps: no power, and the counters as they stand.

        Nothing is known of the rest, the power of house and grid included, and none of it comes
        back with the zeros of the wake-up.
        """
        powers = {
            key: None if key.startswith(_HOUSE) else 0
            for key, register in table.items()
            if register.unit in _POWER_UNITS and register.kind is Kind.MEASUREMENT
        }
        asleep = powers | {PV_POWER: 0}
        self._published = dict.fromkeys(self._published) | asleep
        return asleep | self.totals(local_now)

    def _asleep(
        self, values: Mapping[str, Value | None], verdict: WakeVerdict, moment: Moment
    ) -> dict[str, Any]:
        """Show the values of before the zeros, or nothing once they have been zero for long."""
        shown = {key for key in values if key not in self.today_keys}
        if PV_POWER in self._published:
            shown.add(PV_POWER)
        held = verdict is WakeVerdict.HELD
        kept = {key: self._published.get(key) if held else None for key in shown}
        return kept | self.totals(moment.local)

    def _admit_plain(
        self, table: Mapping[str, Register], values: Mapping[str, Value | None]
    ) -> dict[str, Any]:
        """Pass values that need no history, unless they are outside what is physical."""
        admitted: dict[str, Any] = {}
        for key, value in values.items():
            if key == SOC or key in self._counters or key in self.today_keys:
                continue
            if self._is_plausible(table[key], value):
                admitted[key] = value
            else:
                self.refusals.count("out_of_range", key)
        return admitted

    def _is_plausible(self, register: Register, value: Value | None) -> bool:
        """Judge a single number by what it measures."""
        quantity = _quantity(register)
        if quantity is None or not isinstance(value, int | float):
            return True
        limit = None
        if quantity is Quantity.POWER:
            own = register.key.startswith(_OWN_POWERS)
            limit = self._own_limit_w if own else self._house_limit_w
        return plausible(quantity, value, limit=limit)

    def _admit_soc(
        self, values: Mapping[str, Value | None], admitted: dict[str, Any], moment: Moment
    ) -> None:
        """Pass the state of charge through its own guard; a held one shows its last value."""
        if SOC not in values:
            return
        verdict = self.soc.offer(
            _number(values[SOC]),
            _number(values.get(BATTERY_VOLTAGE)),
            at=moment.monotonic,
            poll=self._poll,
        )
        if verdict not in _SOC_NOT_REFUSED:
            self.refusals.count(verdict.value, SOC)
        admitted[SOC] = self.soc.value

    def _add_pv_power(self, admitted: dict[str, Any]) -> None:
        """Sum the strings that exist; one that is absent makes the sum unknown, not smaller."""
        keys = self._pv_keys
        if not all(key in admitted for key in keys):
            return
        known = [admitted[key] for key in keys if admitted[key] is not None]
        admitted[PV_POWER] = sum(known) if len(known) == len(keys) else None

    def _admit_counters(
        self, values: Mapping[str, Value | None], admitted: dict[str, Any], moment: Moment
    ) -> tuple[Happening, ...]:
        """Pass the lifetime counters through their guards and keep our counters of the day."""
        awake = any(isinstance(value, int | float) and value for value in admitted.values())
        happenings: list[Happening] = []
        for key, guard in self._counters.items():
            if key in values:
                verdict = guard.offer(
                    _number(values[key]), now=moment.unix, poll=self._poll, awake=awake
                )
                if verdict in _BELIEVED:
                    self._unproven.discard(key)
                elif verdict not in _NOT_REFUSED and guard.total is not None:
                    self.refusals.count(verdict.value, key)
                happenings.extend(_correction(key, guard))
            if guard.total is None or key in self._unproven:
                continue
            admitted[key] = guard.total
            admitted[today_key(key)] = self._days[key].offer(
                guard.total,
                local_now=moment.local,
                firmware_today=_number(values.get(today_key(key))),
            )
        return tuple(happenings)


def _correction(key: str, guard: CounterGuard) -> tuple[Happening, ...]:
    """Tell a rebase once."""
    rebase = guard.take_rebase()
    if rebase is None:
        return ()
    return (
        Happening(
            key=CORRECTIONS,
            event_type="rebased",
            attributes={
                "counter": key,
                "old_raw_kwh": rebase.old_raw,
                "new_raw_kwh": rebase.new_raw,
                "total_kwh": guard.total,
            },
        ),
    )


def _quantity(register: Register) -> Quantity | None:
    """Tell what a register measures, where that has limits."""
    if register.key.endswith("_soc"):
        return Quantity.SOC
    return _QUANTITY_OF_UNIT.get(register.unit or "") if register.kind is Kind.MEASUREMENT else None


def _number(value: object) -> float | None:
    """Give a number as it is, or None for anything else."""
    return value if isinstance(value, int | float) else None


def _part(saved: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Give a part of the stored memory, empty when it is missing or damaged."""
    part = saved.get(name)
    return part if isinstance(part, Mapping) else {}
