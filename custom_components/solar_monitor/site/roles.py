"""Devices of other integrations that take part in the site, read from their entities.

They become one more contribution, named `others`; each device is a part, named by its id. Figures
come in whatever unit the entity has and leave in W, kWh and %, + into the house.

- A power or a charge is good for 15 minutes from when its entity last reported, changed or not.
  At night panels that say nothing sleep: 0 W.
- A charge passes the same guard as those of our own sources, and so does a counter
  (`logic/totals.py`): no glitch, reset or replaced meter becomes energy. A counter stands as long
  as its entity has a value.
- Where a device has a power and no counter, its energy is estimated from the power.
- Another entity for the same counter goes on from where the one before stood.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
import math
from typing import TYPE_CHECKING, Any, Final

from homeassistant.const import PERCENTAGE, UnitOfEnergy, UnitOfPower
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_conversion import EnergyConverter, PowerConverter

from ..logic.bank import Bank
from ..logic.contribution import Contribution, Counter
from ..logic.estimates import PowerIntegral
from ..logic.flows import AcArray, AcBattery, Meter, Reading
from ..logic.site_totals import Flow
from ..logic.soc import SocGuard
from ..logic.stored import is_number
from ..logic.totals import CounterGuard, CounterLimit, CounterMemory
from ..sun import is_night
from .names import entity_of
from .options_data import OtherDevice, OtherKind, Role

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant, State

OTHERS: Final = "others"
"""The name of the contribution."""
GOOD_FOR_S: Final = 900.0

POWER_UNITS: Final = (UnitOfPower.WATT, UnitOfPower.KILO_WATT, UnitOfPower.MEGA_WATT)
ENERGY_UNITS: Final = (
    UnitOfEnergy.WATT_HOUR,
    UnitOfEnergy.KILO_WATT_HOUR,
    UnitOfEnergy.MEGA_WATT_HOUR,
    UnitOfEnergy.GIGA_WATT_HOUR,
)
UNITS: Final[Mapping[Role, tuple[str, ...]]] = {
    Role.POWER: POWER_UNITS,
    Role.OPPOSITE: POWER_UNITS,
    Role.SOC: (PERCENTAGE,),
    Role.ENERGY_IN: ENERGY_UNITS,
    Role.ENERGY_OUT: ENERGY_UNITS,
}
"""The units that an entity with a role may have."""

_FLOWS: Final[Mapping[OtherKind, Mapping[Role, Flow]]] = {
    OtherKind.PANELS: {Role.ENERGY_IN: Flow.PV},
    OtherKind.BATTERY: {Role.ENERGY_IN: Flow.DISCHARGE, Role.ENERGY_OUT: Flow.CHARGE},
    OtherKind.GRID_METER: {Role.ENERGY_IN: Flow.IMPORT, Role.ENERGY_OUT: Flow.EXPORT},
    OtherKind.HOME_METER: {},
}
# As for any meter whose connection is not known: DESIGN of the guards, logic/totals.py.
_LEAST_LIMIT_W: Final = 25_000.0
_MOST_LIMIT_W: Final = 1_000_000.0
_RESOLUTION_KWH: Final = 0.001
_DIGITS: Final = 3
_ESTIMATE: Final = "estimate"


class OtherDevices:
    """All devices of other integrations in the site."""

    def __init__(
        self,
        hass: HomeAssistant,
        devices: tuple[OtherDevice, ...],
        memory: object = None,
        *,
        proven: bool = True,
    ) -> None:
        """Continue from what `memory` gave; `proven`: nothing was shown after it was stored."""
        saved = memory if isinstance(memory, Mapping) else {}
        self._hass: Final = hass
        self._devices: Final = tuple(
            _Device(hass, device, saved.get(device.id), proven=proven) for device in devices
        )

    @property
    def entity_ids(self) -> frozenset[str]:
        """The entities that are read, as they are called now: for those who wait for news."""
        return frozenset(
            entity_id
            for device in self._devices
            for reference in device.option.entities.values()
            if (entity_id := entity_of(self._hass, reference)) is not None
        )

    @property
    def due(self) -> bool:
        """Whether the memory has to be stored now."""
        return any(device.due for device in self._devices)

    def memory(self) -> dict[str, Any]:
        """Give what must survive a restart, as JSON; to be called when it is about to be stored."""
        return {device.option.id: device.memory() for device in self._devices}

    def look(self) -> Contribution:
        """Read all entities as they are now."""
        night = is_night(self._hass)
        whole = Contribution(name=OTHERS)
        for device in self._devices:
            whole = _joined(whole, device.look(night=night))
        return whole


def _joined(whole: Contribution, part: Contribution) -> Contribution:
    """Add what one device gives."""
    return replace(
        whole,
        arrays=whole.arrays + part.arrays,
        batteries=whole.batteries + part.batteries,
        banks=whole.banks + part.banks,
        meters=whole.meters + part.meters,
        homes=whole.homes + part.homes,
        counters={**whole.counters, **part.counters},
    )


class _Device:
    """One device: its entities, and the guards of what they tell."""

    def __init__(
        self, hass: HomeAssistant, option: OtherDevice, memory: object, *, proven: bool
    ) -> None:
        saved = memory if isinstance(memory, Mapping) else {}
        self.option = option
        self._hass = hass
        self._soc = SocGuard()
        self._soc_at = -math.inf
        self._looks = 0
        self._limit_w = _LEAST_LIMIT_W
        self._energy = PowerIntegral(saved.get("energy"), proven=proven)
        self._counters = {
            role: _Counter(option.entities.get(role), saved.get(role.value))
            for role in _FLOWS[option.kind]
        }

    @property
    def due(self) -> bool:
        """Whether the memory has to be stored now."""
        return self._energy.due or any(counter.due for counter in self._counters.values())

    def memory(self) -> dict[str, Any]:
        """Give what must survive a restart."""
        counters = {role.value: counter.memory() for role, counter in self._counters.items()}
        return {"energy": self._energy.to_dict(), **counters}

    def look(self, *, night: bool) -> Contribution:
        """Read the entities."""
        self._looks += 1
        now = dt_util.utcnow().timestamp()
        power, name = self._power(now, night=night), self.option.id
        counters = {name: dict(self._counted(power, now))}
        match self.option.kind:
            case OtherKind.PANELS:
                return Contribution(
                    name=OTHERS, arrays=(AcArray(name=name, power=power),), counters=counters
                )
            case OtherKind.GRID_METER:
                return Contribution(
                    name=OTHERS, meters=(Meter(name=name, power=power),), counters=counters
                )
            case OtherKind.HOME_METER:
                return Contribution(name=OTHERS, homes=(Meter(name=name, power=power),))
            case _:
                return self._battery(power, counters)

    def _battery(
        self, power: Reading, counters: Mapping[str, Mapping[Flow, Counter]]
    ) -> Contribution:
        """Give what a battery has; it may tell its charge alone."""
        has_power = Role.POWER in self.option.entities
        return Contribution(
            name=OTHERS,
            batteries=(AcBattery(name=self.option.id, power=power),) if has_power else (),
            banks=tuple(self._banks()),
            counters=counters if has_power else {},
        )

    def _power(self, now: float, *, night: bool) -> Reading:
        """Read the power, + into the house."""
        watts, at = self._figure(Role.POWER)
        if Role.OPPOSITE in self.option.entities:
            opposite, opposite_at = self._figure(Role.OPPOSITE)
            watts = None if watts is None or opposite is None else watts - opposite
            at = min(at, opposite_at)
        if watts is not None and self.option.inverted:
            watts = -watts
        power = Reading(watts, at, GOOD_FOR_S)
        if night and self.option.kind is OtherKind.PANELS and not power.fresh(now):
            return Reading.asleep(now)
        return power

    def _banks(self) -> Iterator[Bank]:
        """Read the charge, if there is something that tells it."""
        if Role.SOC not in self.option.entities:
            return
        soc, at = self._figure(Role.SOC)
        if at > self._soc_at:
            self._soc.offer(soc, None, at=self._hass.loop.time(), poll=self._looks)
            self._soc_at = at
        yield Bank(
            name=self.option.id,
            soc=Reading(self._soc.value, at, GOOD_FOR_S),
            capacity_kwh=self.option.capacity_kwh,
            floor=self.option.floor,
        )

    def _counted(self, power: Reading, now: float) -> Iterator[tuple[Flow, Counter]]:
        """Read the counters, and estimate those that are missing."""
        watts = power.fresh(now)
        self._energy.offer(watts, at=now)
        self._limit_w = max(self._limit_w, min(_MOST_LIMIT_W, 2 * abs(watts or 0.0)))
        for role, flow in _FLOWS[self.option.kind].items():
            counter = self._counters[role]
            if role in self.option.entities:
                kwh, at = self._figure(role)
                counter.take(kwh, at, limit_w=self._limit_w, poll=self._looks, awake=watts != 0)
                yield flow, Counter(counter.shown)
            elif Role.POWER in self.option.entities:
                energy = self._energy
                counter.show(energy.positive_kwh if role is Role.ENERGY_IN else energy.negative_kwh)
                yield flow, Counter(counter.shown, estimated=True)

    def _figure(self, role: Role) -> tuple[float | None, float]:
        """Read an entity in our unit, with the time when it last reported (unix s)."""
        reference = self.option.entities.get(role)
        entity_id = None if reference is None else entity_of(self._hass, reference)
        state = None if entity_id is None else self._hass.states.get(entity_id)
        if state is None:
            return None, -math.inf
        return in_our_unit(role, state), state.last_reported.timestamp()


class _Counter:
    """One lifetime counter, whoever counts: it goes on when another takes over."""

    def __init__(self, entity: str | None, memory: object) -> None:
        saved = memory if isinstance(memory, Mapping) else {}
        self._counts = entity or _ESTIMATE
        same = saved.get("counts") == self._counts
        shift, last = saved.get("shift"), saved.get("last")
        self._last: float | None = last if is_number(last) else None
        self._shift: float | None = None
        if self._last is None:
            self._shift = 0.0
        elif same and is_number(shift):
            self._shift = shift
        self._guard = CounterGuard(
            CounterLimit(_LEAST_LIMIT_W, _RESOLUTION_KWH),
            CounterMemory.from_dict(saved.get("guard")) if same else None,
        )
        self._taken_at = -math.inf
        self.shown: float | None = None
        self.due = not same

    def memory(self) -> dict[str, Any]:
        """Give what must survive a restart."""
        self.due = False
        guard = self._guard.memory
        return {
            "counts": self._counts,
            "shift": self._shift,
            "last": self._last,
            "guard": None if guard is None else guard.to_dict(),
        }

    def take(self, kwh: float | None, at: float, *, limit_w: float, poll: int, awake: bool) -> None:
        """Judge what the entity says (kWh) as of a time (unix s); the same report counts once."""
        if kwh is None:
            self.shown = None
            return
        if at > self._taken_at:
            self._taken_at = at
            self._guard.limit = replace(self._guard.limit, power_w=limit_w)
            self._guard.offer(kwh, now=at, poll=poll, awake=awake)
            self.due |= self._guard.take_rebase() is not None
        self.show(self._guard.total)

    def show(self, kwh: float | None) -> None:
        """Show a total; the first of a new counter goes on from the last of the one before."""
        if kwh is not None:
            if self._shift is None:
                self._shift = (self._last or 0.0) - kwh
                self.due = True
            kwh = self._last = round(kwh + self._shift, _DIGITS)
        self.shown = kwh


def in_our_unit(role: Role, state: State) -> float | None:
    """Give the figure of a state in W, kWh or %; None if it has none or no unit of its role."""
    unit = state.attributes.get("unit_of_measurement")
    if unit not in UNITS[role]:
        return None
    try:
        value = float(state.state)
    except ValueError:
        return None
    if not math.isfinite(value):
        return None
    if unit in POWER_UNITS:
        return PowerConverter.convert(value, unit, UnitOfPower.WATT)
    if unit in ENERGY_UNITS:
        return EnergyConverter.convert(value, unit, UnitOfEnergy.KILO_WATT_HOUR)
    return value
