"""Power flows of a site, whoever made the devices: pv + battery + generator + grid = load + losses.

All powers are in W and + into the house: grid + importing, battery + discharging, an inverter's
grid port + towards the inverter, its load port + towards the loads.

    pv      = strings of the hybrid inverters + AC arrays
    battery = batteries of the hybrid inverters + AC-coupled ones
    load    = meter + Σ (load port - grid port) + AC arrays not on a generator port + AC batteries
    losses  = strings + battery + generator port - Σ (load port - grid port)

- The meter is the one that the user chose or that `choose_meter` finds; without one, the grid ports
  of the hybrids stand in, as long as nothing feeds in between them and the grid. Where something
  does, grid and load are not known: they are never guessed.
- A home meter, where there is one, tells the load; without a grid meter the grid follows from it.
- What a generator port carries depends on its use: a generator is a source of its own, panels on
  micro-inverters are pv, counted once (who measures the panels themselves wins over the port), and
  a smart load is a load already.
- Beside a port with micro-inverters it has to be known what hangs on it: panels that may feed in
  there or on the house's side are pv either way, but load and losses are not known.
- A sum is known only if each of its parts is known and fresh. What sleeps at night is 0 W, fresh.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Self

# A reading that is further ahead is of a clock that was set back since.
LONGEST_AHEAD_S: Final = 60.0


class Feed(StrEnum):
    """Where an AC array feeds in; the values are stored."""

    HOUSE = "house"
    BACKUP = "backup"
    """Behind a hybrid's load port."""
    GENERATOR_PORT = "generator_port"


class PortUse(StrEnum):
    """What hangs on a hybrid's generator port."""

    GENERATOR = "generator"
    MICRO_INVERTERS = "micro_inverters"
    SMART_LOAD = "smart_load"
    NOTHING = "nothing"


class Gap(StrEnum):
    """Why grid and load are not known although devices answer; a repair each."""

    NO_METER = "no_meter"
    """Arrays or batteries feed in on the house's side, and nothing measures the grid itself."""
    NO_PLACE = "no_place"
    """It is not known which arrays hang on a generator port. A grid that is measured is known."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A figure with the time it is of."""

    value: float | None
    at: float
    """When it was measured, unix s."""
    good_for_s: float = 90.0
    estimated: bool = False

    def fresh(self, now: float) -> float | None:
        """Give the value; None if there is none, if it is too old, or of a time to come."""
        if self.value is None or not -LONGEST_AHEAD_S <= now - self.at <= self.good_for_s:
            return None
        return self.value

    @classmethod
    def asleep(cls, now: float) -> Self:
        """Give the power of what sleeps while the sun is down."""
        return cls(0.0, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hybrid:
    """A hybrid inverter; None for what it has not."""

    name: str
    strings: Reading
    grid_port: Reading
    load_port: Reading
    battery: Reading | None = None
    ct: Reading | None = None
    """Its external current transformer, once it is known to be there."""
    port_use: PortUse = PortUse.NOTHING
    port: Reading | None = None
    """The generator port, + towards the inverter."""
    rated_w: float | None = None
    house_wide: bool = False
    """Whether it gives as its ports what its CT sees of the whole house: then their difference is
    what it gives all the same, but the load port is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcArray:
    """Panels that feed AC: of a gateway, a grid-tied inverter, another integration."""

    name: str
    power: Reading
    feed: Feed = Feed.HOUSE
    port_of: str | None = None
    """With GENERATOR_PORT: the hybrid. None: the hybrids whose port carries micro-inverters."""
    placed: bool = True
    """Whether that is known. If not, it is entered with GENERATOR_PORT, so that it counts once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcBattery:
    """A battery with an inverter of its own on the house's wires."""

    name: str
    power: Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """A meter between the house and the grid."""

    name: str
    power: Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """All that takes part in a site at one moment."""

    hybrids: tuple[Hybrid, ...] = ()
    arrays: tuple[AcArray, ...] = ()
    batteries: tuple[AcBattery, ...] = ()
    meter: Meter | None = None
    home: Reading | None = None
    """What a home meter measures: everything that the house takes."""

    def readings(self) -> Iterable[Reading]:
        """Go through all powers that flows are reckoned from."""
        for hybrid in self.hybrids:
            parts = (hybrid.strings, hybrid.grid_port, hybrid.load_port, hybrid.battery)
            yield from (part for part in parts if part is not None)
            if hybrid.port is not None and _port_counts(hybrid):
                yield hybrid.port
        yield from (array.power for array in self.arrays)
        yield from (battery.power for battery in self.batteries)
        yield from (part for part in (self.meter and self.meter.power, self.home) if part)

    @property
    def unplaced(self) -> tuple[str, ...]:
        """Name the arrays of which it is not known where they feed in."""
        return tuple(array.name for array in self.arrays if not array.placed)

    def carries_arrays(self, hybrid: Hybrid) -> bool:
        """Tell whether arrays that somebody else measures hang on a hybrid's generator port.

        The user's word counts more than the use that the port is set to.
        """
        likely = hybrid.port_use is PortUse.MICRO_INVERTERS or not any(
            each.port_use is PortUse.MICRO_INVERTERS for each in self.hybrids
        )
        return any(
            each.port_of == hybrid.name or (each.port_of is None and likely)
            for each in self.arrays
            if each.feed is Feed.GENERATOR_PORT
        )

    def ports(self, use: PortUse) -> Iterator[tuple[Hybrid, Reading]]:
        """Go through the generator ports of a use, but for those that somebody else measures."""
        for hybrid in self.hybrids:
            wanted = hybrid.port_use is use and not self.carries_arrays(hybrid)
            if hybrid.port is not None and wanted:
                yield hybrid, hybrid.port


@dataclass(frozen=True, slots=True, kw_only=True)
class Flows:
    """The site's powers at one moment; None for what is not known or not there."""

    pv_w: float | None = None
    pv_dc_w: float | None = None
    battery_w: float | None = None
    generator_w: float | None = None
    grid_w: float | None = None
    load_w: float | None = None
    losses_w: float | None = None
    house_w: float | None = None
    """The part of the load that is not behind a load port. Never below 0 if all is right. Where
    load ports are not told, all of the load."""
    dc_in_w: float | None = None
    """What the hybrids take in: strings, battery, generator port."""
    ac_out_w: float | None = None
    """What they give, both ports together."""
    meter: str | None = None
    """What measures the grid: the meter's name; None: the grid ports, the home meter, nothing."""
    gap: Gap | None = None
    estimated: frozenset[str] = frozenset()
    """Names of the figures above that an estimate is part of."""
    oldest_at: float | None = field(default=None, compare=False)
    """The time of the oldest reading that is fresh, unix s."""


def choose_meter(hybrids: Iterable[Hybrid], gateways: Iterable[Meter]) -> Meter | None:
    """Find the meter of a site: a gateway's, else a hybrid's external CT; None if there is none.

    Hybrids in parallel share one CT, so the first one's is taken.
    """
    for gateway in gateways:
        return gateway
    for hybrid in hybrids:
        if hybrid.ct is not None:
            return Meter(name=hybrid.name, power=hybrid.ct)
    return None


def reckon(plant: Plant, now: float) -> Flows:
    """Work out the flows of a moment (unix s)."""
    return _Reckoning(plant, now).flows()


class _Reckoning:
    """The sums of one moment, and which of them an estimate is part of."""

    def __init__(self, plant: Plant, now: float) -> None:
        self._plant = plant
        self._now = now

    def flows(self) -> Flows:
        """Add everything up."""
        plant = self._plant
        pv_dc = self._sum(hybrid.strings for hybrid in plant.hybrids)
        pv = self._sum((*(hybrid.strings for hybrid in plant.hybrids), *self._ac_pv()))
        battery = self._sum(self._batteries())
        out = _less(
            self._sum(hybrid.load_port for hybrid in plant.hybrids),
            self._sum(hybrid.grid_port for hybrid in plant.hybrids),
        )
        unplaced = bool(plant.unplaced)
        taken = None if unplaced else self._sum((*self._dc_parts(), *self._port_parts()))
        between = None if unplaced else self._sum(self._between())
        grid, load, meter = self._grid_and_load(out, between)
        ports = self._sum(hybrid.load_port for hybrid in plant.hybrids)
        backup = self._sum(each.power for each in plant.arrays if each.feed is Feed.BACKUP)
        hybrid = bool(plant.hybrids)
        return Flows(
            pv_w=pv if self._has_pv() else None,
            pv_dc_w=pv_dc if hybrid else None,
            battery_w=battery if self._batteries() else None,
            generator_w=self._generator(),
            grid_w=grid,
            load_w=load,
            losses_w=_less(taken, out) if hybrid else None,
            house_w=load if self._is_house_wide() else _less(_less(load, ports), backup),
            dc_in_w=taken if hybrid else None,
            ac_out_w=out if hybrid else None,
            meter=meter,
            gap=self._gap(),
            estimated=self._estimated(),
            oldest_at=min(
                (each.at for each in plant.readings() if each.fresh(self._now) is not None),
                default=None,
            ),
        )

    def _grid_and_load(
        self, out: float | None, between: float | None
    ) -> tuple[float | None, float | None, str | None]:
        """Give grid, load and the name of the meter."""
        plant = self._plant
        given = _plus(out, between)
        home = plant.home.fresh(self._now) if plant.home else None
        if plant.meter is not None:
            grid = plant.meter.power.fresh(self._now)
            return grid, home if plant.home else _plus(grid, given), plant.meter.name
        if plant.home is not None:
            return _less(home, given), home, None
        if self._gap() is not None or not plant.hybrids:
            return None, None, None
        grid = self._sum(hybrid.grid_port for hybrid in plant.hybrids)
        return grid, _plus(grid, given), None

    def _gap(self) -> Gap | None:
        """Tell why grid and load are not known although devices answer."""
        if self._lacks_meter():
            return Gap.NO_METER
        return Gap.NO_PLACE if self._plant.unplaced else None

    def _lacks_meter(self) -> bool:
        """Tell whether the hybrids' grid ports cannot stand in for a meter that is not there."""
        plant = self._plant
        if plant.meter is not None or plant.home is not None or not plant.hybrids:
            return False
        return bool(plant.batteries) or any(each.feed is Feed.HOUSE for each in plant.arrays)

    def _is_house_wide(self) -> bool:
        """Tell whether a load port is not told."""
        return any(hybrid.house_wide for hybrid in self._plant.hybrids)

    def _has_pv(self) -> bool:
        """Tell whether the site has panels at all."""
        return bool(self._plant.hybrids or self._ac_pv())

    def _bare_ports(self) -> tuple[Reading, ...]:
        """Give the ports with micro-inverters that nobody else measures."""
        return tuple(port for _, port in self._plant.ports(PortUse.MICRO_INVERTERS))

    def _ac_pv(self) -> tuple[Reading, ...]:
        """Give the powers of all panels that are not on strings of a hybrid."""
        return (*(each.power for each in self._plant.arrays), *self._bare_ports())

    def _batteries(self) -> tuple[Reading, ...]:
        """Give the powers of all batteries."""
        own = (hybrid.battery for hybrid in self._plant.hybrids if hybrid.battery is not None)
        return (*own, *(each.power for each in self._plant.batteries))

    def _between(self) -> tuple[Reading, ...]:
        """Give what feeds the house beside the hybrids."""
        arrays = (each for each in self._plant.arrays if each.feed is not Feed.GENERATOR_PORT)
        batteries = (each.power for each in self._plant.batteries)
        return (*(each.power for each in arrays), *batteries)

    def _dc_parts(self) -> tuple[Reading, ...]:
        """Give what the hybrids take from strings and batteries."""
        parts = ((hybrid.strings, hybrid.battery) for hybrid in self._plant.hybrids)
        return tuple(part for pair in parts for part in pair if part is not None)

    def _generators(self) -> tuple[Reading, ...]:
        """Give the powers of the generators."""
        return tuple(port for _, port in self._plant.ports(PortUse.GENERATOR))

    def _generator(self) -> float | None:
        """Give the power of the generators; None if there is none."""
        generators = self._generators()
        return self._sum(generators) if generators else None

    def _port_parts(self) -> tuple[Reading, ...]:
        """Give what comes in through generator ports, as it is counted elsewhere."""
        arrays = (each for each in self._plant.arrays if each.feed is Feed.GENERATOR_PORT)
        return (*self._generators(), *(each.power for each in arrays), *self._bare_ports())

    def _sum(self, readings: Iterable[Reading]) -> float | None:
        """Add readings up; None if one of them is not known or too old."""
        total = 0.0
        for reading in readings:
            power = reading.fresh(self._now)
            if power is None:
                return None
            total += power
        return total

    def _estimated(self) -> frozenset[str]:
        """Name the figures that an estimate is part of."""
        plant = self._plant
        meter = (plant.meter.power,) if plant.meter else ()
        home = (plant.home,) if plant.home else ()
        ports = tuple(
            port for hybrid in plant.hybrids for port in (hybrid.load_port, hybrid.grid_port)
        )
        load = home or (*meter, *ports, *self._between())
        grid = meter or (*home, *ports, *self._between())
        taken = (*self._dc_parts(), *self._port_parts())
        parts: dict[str, tuple[Reading, ...]] = {
            "pv_w": (*(hybrid.strings for hybrid in plant.hybrids), *self._ac_pv()),
            "battery_w": self._batteries(),
            "generator_w": self._generators(),
            "grid_w": grid,
            "load_w": load,
            "losses_w": (*taken, *ports),
        }
        return frozenset(
            name for name, readings in parts.items() if any(each.estimated for each in readings)
        )


def _port_counts(hybrid: Hybrid) -> bool:
    """Tell whether a generator port carries what is counted; a smart load is a load already."""
    return hybrid.port_use in {PortUse.GENERATOR, PortUse.MICRO_INVERTERS}


def _plus(first: float | None, second: float | None) -> float | None:
    """Add what may not be known."""
    return None if first is None or second is None else first + second


def _less(first: float | None, second: float | None) -> float | None:
    """Subtract what may not be known."""
    return None if first is None or second is None else first - second
