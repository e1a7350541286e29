"""What a site has: it decides which entities there are, and is remembered.

What a source has once shown to have, the site has as long as the source takes part: a battery whose
electronics are off, or a setting that is not read at a start, must take no entity away, with the
name that people gave it and all that refers to it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Self

from ..logic.bank import Bank
from ..logic.contribution import Contribution, Setting
from ..logic.flows import AcArray, AcBattery, Hybrid, Meter, Plant
from .options_data import SiteOptions
from .plant import Assembly, MeterKind, storage_banks
from .roles import OTHERS


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
    def of(cls, assembly: Assembly, options: SiteOptions) -> Self:
        """Tell what a plant has."""
        plant = assembly.plant
        banks = storage_banks(assembly.banks, options)
        has = {
            Feature.PV: bool(plant.hybrids or plant.arrays),
            Feature.GRID: assembly.meter_kind is not MeterKind.NONE,
            Feature.BATTERY: _has_battery(plant),
            Feature.CHARGE: bool(assembly.banks),
            Feature.CAPACITY: bool(banks) and all(bank.capacity_kwh for bank in banks),
            Feature.HYBRID: bool(plant.hybrids),
            Feature.GENERATOR: bool(assembly.generators),
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


class Shown:
    """What each source has once shown to have."""

    def __init__(self, memory: object = None) -> None:
        """Continue from what `to_dict` gave; anything else starts with nothing shown."""
        stored = memory if isinstance(memory, Mapping) else {}
        self._by: dict[str, frozenset[Feature]] = {
            str(name): frozenset(Feature(each) for each in shown if each in Feature)
            for name, shown in stored.items()
            if isinstance(shown, list)
        }

    def to_dict(self) -> dict[str, list[str]]:
        """Give what must survive a restart as JSON."""
        return {name: sorted(shown) for name, shown in self._by.items()}

    def charged(self, name: str) -> bool:
        """Tell whether a charge was ever told by the source or device of this name."""
        return Feature.CHARGE in self._by.get(name, frozenset())

    def note(
        self, shape: Shape, assembly: Assembly, contributions: Iterable[Contribution]
    ) -> Shape:
        """Note who has what of a shape; give it with all that is known of those who take part."""
        given = {name: each for each in contributions for name in _names(each)}
        self._by = {
            name: self._by.get(name, frozenset())
            | (_shown_by(each, name, assembly.generators) & shape.features)
            for name, each in given.items()
        }
        known = shape.features.union(*self._by.values())
        return replace(shape, features=known)


def _names(given: Contribution) -> Iterator[str]:
    """Name what takes part by itself: a source, but each device of other integrations."""
    if given.name != OTHERS:
        yield given.name
        return
    yield from given.parts()


def _shown_by(given: Contribution, name: str, generators: frozenset[str]) -> frozenset[Feature]:
    """Tell what a source, or a device of another integration, has shown to have.

    A hybrid that was not asked yet, or whose battery does not tell its charge, may have none.
    """

    def own[PartT: (Hybrid, AcArray, AcBattery, Meter, Bank)](
        parts: Iterable[PartT],
    ) -> tuple[PartT, ...]:
        return tuple(part for part in parts if name in {given.name, part.name})

    hybrids = own(given.hybrids)
    unsure = {part for part, settings in given.unsettled.items() if Setting.BATTERY in settings}
    charged = any(
        bank.soc.value is not None and bank.name not in unsure for bank in own(given.banks)
    )
    powered = any(battery.power.value is not None for battery in own(given.batteries))
    has = {
        Feature.PV: bool(hybrids or own(given.arrays)),
        Feature.HYBRID: bool(hybrids),
        Feature.GRID: bool(hybrids or own(given.meters) or own(given.homes)),
        Feature.GENERATOR: any(hybrid.name in generators for hybrid in hybrids),
        Feature.BATTERY: charged or powered,
        Feature.CHARGE: charged,
        Feature.CAPACITY: charged,
    }
    return frozenset(each for each, there in has.items() if there)
