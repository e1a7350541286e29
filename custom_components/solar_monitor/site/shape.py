"""What a site has: it decides which entities there are, and is remembered."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from ..logic.flows import Plant, PortUse
from .options_data import SiteOptions
from .plant import Assembly, MeterKind, Proofs, port_of


class Feature(StrEnum):
    """Something that a site may have; the values are stored."""

    PV = "pv"
    GRID = "grid"
    """Something that the exchange with the grid, and with it the load, is worked out from."""
    BATTERY = "battery"
    CHARGE = "charge"
    """A battery that tells its state of charge."""
    CAPACITY = "capacity"
    """Batteries whose capacity is known."""
    HYBRID = "hybrid"
    GENERATOR = "generator"
    """A generator that has run."""
    ON_PEAK = "on_peak"
    """Hours in which demand costs more."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a site has."""

    features: frozenset[Feature] = frozenset()
    yields: tuple[tuple[str, str], ...] = field(default=())
    """The parts with panels whose size the user has told, each with the name of the panels."""

    def to_list(self) -> list[str]:
        """Give what must survive a restart; the yields follow from the options."""
        return sorted(self.features)

    @classmethod
    def read(cls, memory: object, options: SiteOptions) -> Self:
        """Read it back; anything else is a site that has nothing yet."""
        stored = memory if isinstance(memory, list) else []
        return cls(frozenset(Feature(name) for name in stored if name in Feature), _yields(options))

    @classmethod
    def of(cls, assembly: Assembly, options: SiteOptions, proofs: Proofs) -> Self:
        """Tell what a plant has."""
        plant = assembly.plant
        has = {
            Feature.PV: bool(plant.hybrids or plant.arrays),
            Feature.GRID: assembly.meter_kind is not MeterKind.NONE,
            Feature.BATTERY: _has_battery(plant),
            Feature.CHARGE: bool(assembly.banks),
            Feature.CAPACITY: bool(assembly.banks)
            and all(bank.capacity_kwh for bank in assembly.banks),
            Feature.HYBRID: bool(plant.hybrids),
            Feature.GENERATOR: _has_generator(plant, proofs),
            Feature.ON_PEAK: options.on_peak is not None,
        }
        return cls(frozenset(each for each, there in has.items() if there), _yields(options))


def _yields(options: SiteOptions) -> tuple[tuple[str, str], ...]:
    """Name the parts with panels; those of several arrays by all their names."""
    names: dict[str, list[str]] = {}
    for array in options.arrays:
        if array.source is not None:
            names.setdefault(array.source, []).append(array.name)
    return tuple((part, ", ".join(called)) for part, called in names.items())


def _has_battery(plant: Plant) -> bool:
    """Tell whether power flows to and from a battery."""
    return bool(plant.batteries) or any(each.battery is not None for each in plant.hybrids)


def _has_generator(plant: Plant, proofs: Proofs) -> bool:
    """Tell whether a generator has run. Every hybrid has a port for one, and few have one."""
    generators = plant.ports(PortUse.GENERATOR)
    return any(proofs.hold(port_of(hybrid.name)) for hybrid, _ in generators)
