"""Devices of other integrations that take part in the site, read from their entities.

They become one more contribution, named `others`; each device is a part, named by its id. Figures
come in whatever unit the entity has and leave in W, kWh and %, + into the house.

- A power or a charge is good for 15 minutes from when its entity last reported, changed or not.
  At night panels that say nothing sleep: 0 W.
- A charge passes the same guard as those of our own sources, and so does a counter
  (`logic/totals.py`): no glitch, reset or replaced meter becomes energy. Some report once an hour
  and begin anew every day, so a strange level is remembered for days. A counter stands as long as
  its entity has a value.
- Where a device has a power and no counter, its energy is estimated from the power. Each report
  stands until the next one: many entities report nothing but changes, between which nothing has
  changed. What follows the last report of a device that dies is not known and not counted.
- Another entity for the same counter goes on from where the one before stood, and so does another
  unit: it is rounded in another way. So does a counter that says itself that it was reset.
- After a power cut a counter is unknown until it has passed what may have been shown before
  (`logic/estimates.py`): the other integration may begin with an older value, or with 0.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
import math
from typing import TYPE_CHECKING, Any, Final

from homeassistant.const import PERCENTAGE, UnitOfEnergy, UnitOfPower
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_conversion import EnergyConverter, PowerConverter

from ..logic.bank import Bank
from ..logic.contribution import Contribution, Counter
from ..logic.flows import AcArray, AcBattery, Meter, Reading
from ..logic.site_totals import Flow
from ..sun import is_night
from .names import entity_of
from .options_data import OtherDevice, OtherKind, Role
from .options_values import mapping_in, text_in
from .role_guards import GOOD_FOR_S, LEAST_LIMIT_W, Charge, Estimate, Figure, RoleCounter

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant, State

OTHERS: Final = "others"
"""The name of the contribution."""

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

_PAIR: Final = (Role.POWER, Role.OPPOSITE)
_FLOWS: Final[Mapping[OtherKind, Mapping[Role, Flow]]] = {
    OtherKind.PANELS: {Role.ENERGY_IN: Flow.PV},
    OtherKind.BATTERY: {Role.ENERGY_IN: Flow.DISCHARGE, Role.ENERGY_OUT: Flow.CHARGE},
    OtherKind.GRID_METER: {Role.ENERGY_IN: Flow.IMPORT, Role.ENERGY_OUT: Flow.EXPORT},
    OtherKind.HOME_METER: {},
}
_MOST_POWER_W: Final = 1_000_000.0
"""More than any house has: a power beyond it is a glitch."""


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
        saved = mapping_in(memory)
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
        night = bool(self._devices) and is_night(self._hass)
        names = {device.option.id: device.option.name for device in self._devices}
        whole = Contribution(name=OTHERS, called=names)
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
        saved = mapping_in(memory)
        self.option = option
        self._hass = hass
        self._charge = Charge()
        self._looks = 0
        self._limit_w = LEAST_LIMIT_W
        self._energy = Estimate(saved.get("energy"), proven=proven)
        self._counters = {
            role: RoleCounter(option.entities.get(role), saved.get(role.value), proven=proven)
            for role in _FLOWS[option.kind]
        }

    @property
    def due(self) -> bool:
        """Whether the memory has to be stored now."""
        return any(counter.due for counter in self._counters.values())

    def memory(self) -> dict[str, Any]:
        """Give what must survive a restart."""
        counters = {role.value: counter.memory() for role, counter in self._counters.items()}
        return {"energy": self._energy.memory(), **counters}

    def look(self, *, night: bool) -> Contribution:
        """Read the entities."""
        self._looks += 1
        now = dt_util.utcnow().timestamp()
        power, told_at = self._power(now, night=night)
        name = self.option.id
        counters = {name: dict(self._counted(power.fresh(now), told_at))}
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

    def _power(self, now: float, *, night: bool) -> tuple[Reading, float]:
        """Read the power, + into the house, and when any of it was told last."""
        roles = _PAIR if Role.OPPOSITE in self.option.entities else _PAIR[:1]
        figures = [self._figure(role) for role in roles]
        watts = _difference(figures)
        if watts is not None and self.option.inverted:
            watts = -watts
        power = Reading(watts, min(each.at for each in figures), GOOD_FOR_S)
        if night and self.option.kind is OtherKind.PANELS and not power.fresh(now):
            return Reading.asleep(now), now
        return power, max(each.at for each in figures)

    def _banks(self) -> Iterator[Bank]:
        """Read the charge, if there is something that tells it."""
        if Role.SOC not in self.option.entities:
            return
        charge = self._charge
        charge.take(self._figure(Role.SOC), elapsed_s=self._hass.loop.time(), poll=self._looks)
        yield Bank(
            name=self.option.id,
            soc=Reading(charge.value, charge.at, GOOD_FOR_S),
            capacity_kwh=self.option.capacity_kwh,
            floor=self.option.floor,
        )

    def _counted(self, watts: float | None, told_at: float) -> Iterator[tuple[Flow, Counter]]:
        """Read the counters, and estimate those that are missing."""
        whole = self._energy.offer(watts, at=told_at)
        self._limit_w = max(self._limit_w, min(_MOST_POWER_W, 2 * abs(watts or 0.0)))
        for role, flow in _FLOWS[self.option.kind].items():
            counter = self._counters[role]
            if role in self.option.entities:
                figure = self._figure(role)
                counter.take(figure, limit_w=self._limit_w, poll=self._looks, awake=watts != 0)
                yield flow, Counter(counter.shown)
            elif Role.POWER in self.option.entities:
                counter.show(self._energy.counted_kwh(positive=role is Role.ENERGY_IN))
                # What flows while the power is not known is lost to the estimate.
                known = counter.shown if whole else None
                yield flow, Counter(known, estimated=True, lossy=True)

    def _figure(self, role: Role) -> Figure:
        """Read an entity in our unit, with the time when it last reported."""
        reference = self.option.entities.get(role)
        entity_id = None if reference is None else entity_of(self._hass, reference)
        state = None if entity_id is None else self._hass.states.get(entity_id)
        if state is None:
            return Figure()
        return Figure(
            in_our_unit(role, state),
            state.last_reported.timestamp(),
            text_in(state.attributes.get("unit_of_measurement")),
            text_in(state.attributes.get("last_reset")),
        )


def _difference(figures: Sequence[Figure]) -> float | None:
    """Give a power that one entity tells, or two of which each tells a direction."""
    match [each.value for each in figures]:
        case [float(watts)]:
            return watts
        case [float(watts), float(opposite)]:
            return watts - opposite
        case _:
            return None


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
        watts = PowerConverter.convert(value, unit, UnitOfPower.WATT)
        return watts if abs(watts) <= _MOST_POWER_W else None
    if unit in ENERGY_UNITS:
        return EnergyConverter.convert(value, unit, UnitOfEnergy.KILO_WATT_HOUR)
    return value
