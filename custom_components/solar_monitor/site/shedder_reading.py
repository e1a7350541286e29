"""What load shedding is told of the site at one moment."""

from collections.abc import Iterable, Iterator, Mapping

from ..logic.contribution import Contribution, InverterState, Subject
from ..logic.flows import PortUse, Reading as Figure
from ..logic.shedding import Reading
from ..logic.shedding.senses import STALE_S
from .keys import BATTERY_POWER, PV_POWER
from .moment import SiteMoment

_GRID_V = 230.0
"""Stands for the voltage of a grid of which is only told that it is there."""


def reading_of(moment: SiteMoment) -> Reading:
    """Make a reading of a moment whose figures are of one time.

    It is of the time of the newest charge or power of a battery that counts: what panels tell
    meanwhile makes no new one of it, and neither of the voltages, which have a time of their own.
    Figures that are too old are left out, the charge among them: without a charge, load shedding
    takes it for no reading at all.
    """
    now = moment.at
    inverters = tuple(_hybrids(moment))
    heard = [each for each in inverters if each.power.fresh(now) is not None]
    voltages = tuple(_voltages(moment, inverters))
    return Reading(
        measured_at=_measured_at(moment),
        soc=_charge(moment),
        pv_power=None if _lacks_sun(moment) else moment.flows.pv_w or 0.0,
        battery_power=moment.flows.battery_w,
        inverter_power=_sum([each.power.fresh(now) for each in inverters]),
        rated_power=moment.rated_w,
        grid_voltages=tuple(volts.fresh(now) for volts in voltages),
        grid_at=max(_times(voltages, now), default=None),
        grid_charge=_any([each.grid_charge for each in heard]),
        fault=_any([each.fault for each in heard]),
        alert=_any([each.alert for each in heard]),
    )


def unknown_in(moment: SiteMoment) -> Mapping[str, tuple[str, ...]]:
    """Give the powers that load shedding needs and does not know, by the key of their entity.

    Each with what people call the parts that do not tell it; none where there is no such part.
    """
    plant, now = moment.plant, moment.at
    unknown: dict[str, tuple[str, ...]] = {}
    if _lacks_sun(moment):
        parts = [(each.name, each.strings) for each in plant.hybrids]
        parts += [(each.name, each.power) for each in plant.arrays]
        parts += [(each.name, port) for each, port in plant.ports(PortUse.MICRO_INVERTERS)]
        unknown[PV_POWER] = _silent(moment, parts, now)
    if moment.flows.battery_w is None:
        parts = [(each.name, each.battery) for each in plant.hybrids if each.battery is not None]
        parts += [(each.name, each.power) for each in plant.batteries]
        unknown[BATTERY_POWER] = _silent(moment, parts, now)
    return unknown


def _silent(moment: SiteMoment, parts: Iterable[tuple[str, Figure]], now: float) -> tuple[str, ...]:
    """Name those whose power is not known."""
    titles = (moment.title_of(name) for name, power in parts if power.fresh(now) is None)
    return tuple(dict.fromkeys(titles))


def _lacks_sun(moment: SiteMoment) -> bool:
    """Tell whether the sun's power is not known; a site of batteries alone has none: 0 W."""
    return moment.flows.pv_w is None and bool(moment.plant.hybrids or moment.plant.arrays)


def _hybrids(moment: SiteMoment) -> Iterator[InverterState]:
    """Go through the inverters of batteries: others give power only."""
    names = {hybrid.name for hybrid in moment.plant.hybrids}
    return (each for each in moment.inverters if each.name in names)


def _charge(moment: SiteMoment) -> float | None:
    """Give the charge, unless a part of it is too old to turn anything off by.

    Others may show what was told a quarter of an hour ago.
    """
    oldest = moment.storage.oldest_at
    too_old = oldest is not None and moment.at - oldest > STALE_S
    return None if too_old else moment.storage.soc


def _measured_at(moment: SiteMoment) -> float | None:
    """Tell when what decides was measured."""
    powers = [hybrid.battery for hybrid in moment.plant.hybrids if hybrid.battery is not None]
    powers += (battery.power for battery in moment.plant.batteries)
    times = list(_times(powers, moment.at))
    if moment.storage.at is not None:
        times.append(moment.storage.at)
    return max(times, default=None)


def _times(figures: Iterable[Figure], now: float) -> Iterator[float]:
    """Give when each figure that still counts was measured."""
    return (figure.at for figure in figures if figure.fresh(now) is not None)


def _voltages(moment: SiteMoment, inverters: tuple[InverterState, ...]) -> Iterable[Figure]:
    """Give the voltage of each phase of the grid.

    Where no inverter of a battery measures it, what gateways say of the grid stands for it.
    """
    measured = [volts for each in inverters for volts in each.grid_voltages]
    if any(volts.fresh(moment.at) is not None for volts in measured):
        return measured
    return _said(moment.contributions)


def _said(contributions: tuple[Contribution, ...]) -> Iterator[Figure]:
    """Give a voltage for each source that says whether the grid is there."""
    for given in contributions:
        for evidence in given.evidence:
            if evidence.subject is Subject.GRID:
                lost = evidence.holds
                volts = None if lost is None else _GRID_V * (not lost)
                yield Figure(volts, evidence.at, evidence.good_for_s)


def _sum(powers: list[float | None]) -> float | None:
    """Add powers up; None if one is missing, or all are."""
    known = [power for power in powers if power is not None]
    return sum(known) if known and len(known) == len(powers) else None


def _any(said: list[bool | None]) -> bool | None:
    """Tell whether one says yes; None if nobody says anything."""
    known = [each for each in said if each is not None]
    return any(known) if known else None
