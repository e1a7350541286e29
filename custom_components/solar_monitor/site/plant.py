"""Puts the plant together from what the sources give and what the user has chosen."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from ..logic.bank import Bank
from ..logic.contribution import Contribution
from ..logic.flows import AcArray, Hybrid, Meter, Plant, PortUse, Reading, choose_meter
from ..logic.stored import is_number
from .feeding import feed_in
from .options_data import INVERTERS, RECKONED, SiteOptions
from .roles import OTHERS

PROOF_W: Final = 20.0
PROOF_POLLS: Final = 3


class MeterKind(StrEnum):
    """What the exchange with the grid is measured by; the values are keys of texts."""

    METER = "meter"
    """A meter at the grid: of a gateway, or an entity of another integration."""
    EXTERNAL_CT = "external_ct"
    """The external current transformer of a hybrid."""
    GRID_PORTS = "grid_ports"
    """The grid ports of the hybrids, together."""
    HOME_METER = "home_meter"
    """Nothing: it follows from what a home meter measures."""
    NONE = "none"
    """Nothing at all."""


class Proofs:
    """What has shown that it is there by carrying power: three polls above 20 W, for ever.

    An inverter tells of a current transformer and of a generator port whether anything hangs on
    them or not.
    """

    def __init__(self, memory: object = None) -> None:
        """Continue from what `to_dict` gave; anything else starts with nothing proven."""
        stored = memory if isinstance(memory, Mapping) else {}
        self._polls = {str(name): int(n) for name, n in stored.items() if is_number(n)}
        self._at: dict[str, float] = {}

    def to_dict(self) -> dict[str, Any]:
        """Give what must survive a restart as JSON."""
        return dict(self._polls)

    def offer(self, name: str, watts: float | None, at: float) -> None:
        """Take in a reading; one that was seen already is no further proof."""
        if watts is None or abs(watts) <= PROOF_W or self._at.get(name) == at:
            return
        self._at[name] = at
        self._polls[name] = min(PROOF_POLLS, self._polls.get(name, 0) + 1)

    def hold(self, name: str) -> bool:
        """Tell whether it is there."""
        return self._polls.get(name, 0) >= PROOF_POLLS


def ct_of(hybrid: str) -> str:
    """Name the external CT of a hybrid among the proofs."""
    return f"{hybrid}_ct"


def port_of(hybrid: str) -> str:
    """Name the generator port of a hybrid, among the proofs and as a part that counts."""
    return f"{hybrid}_port"


def offer_proofs(proofs: Proofs, contributions: Iterable[Contribution]) -> None:
    """Look at what carries power now."""
    for contribution in contributions:
        for hybrid in contribution.hybrids:
            if hybrid.ct is not None:
                proofs.offer(ct_of(hybrid.name), hybrid.ct.value, hybrid.ct.at)
            if hybrid.port is not None:
                proofs.offer(port_of(hybrid.name), hybrid.port.value, hybrid.port.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembly:
    """The plant with what the flows do not need to know of it."""

    plant: Plant
    meter_kind: MeterKind
    home_name: str | None
    banks: tuple[Bank, ...]
    generators: frozenset[str] = frozenset()
    """The hybrids that have a generator: it has run."""
    on_port: str | None = None
    """The array that can only be what hangs on a generator port: to be remembered."""


def assemble(
    contributions: Sequence[Contribution],
    options: SiteOptions,
    proofs: Proofs,
    configured: frozenset[str],
    on_port: str | None = None,
) -> Assembly:
    """Put the plant together. `configured`: all sources that stand, part of the site or not.

    `on_port`: what is remembered of that of an `Assembly`.
    """
    hybrids = tuple(_hybrids(contributions, options, proofs))
    arrays = tuple(_arrays(contributions, configured))
    measured = {
        hybrid.name
        for hybrid in hybrids
        if hybrid.port is not None and proofs.hold(port_of(hybrid.name))
    }
    fed = feed_in(arrays, options, hybrids, on_port, measured)
    meter = _meter(contributions, options, hybrids)
    home = _home(contributions, options, hybrids, meter)
    plant = Plant(
        hybrids=hybrids,
        arrays=fed.arrays,
        batteries=tuple(each for given in contributions for each in given.batteries),
        meter=meter,
        home=home.power if home else None,
    )
    return Assembly(
        plant=plant,
        meter_kind=_kind(plant, hybrids),
        home_name=home.name if home else None,
        banks=tuple(bank for given in contributions for bank in given.banks),
        generators=frozenset(
            hybrid.name
            for hybrid, _ in plant.ports(PortUse.GENERATOR)
            if proofs.hold(port_of(hybrid.name))
        ),
        on_port=fed.found,
    )


def _hybrids(
    contributions: Iterable[Contribution], options: SiteOptions, proofs: Proofs
) -> Iterator[Hybrid]:
    """Give the hybrids, with a CT only where there is one."""
    for given in contributions:
        for hybrid in given.hybrids:
            fitted = hybrid.name in given.ct_fitted or proofs.hold(ct_of(hybrid.name))
            chosen = options.grid_meter == hybrid.name
            yield hybrid if fitted or chosen else replace(hybrid, ct=None, house_wide=False)


def _arrays(contributions: Sequence[Contribution], configured: frozenset[str]) -> Iterator[AcArray]:
    """Give the arrays, none twice."""
    gateways = any(given.gateways for given in contributions)
    for given in contributions:
        for array in given.arrays:
            better = given.told_better.get(array.name)
            unknown = better is not None and not better
            if (unknown and gateways) or not configured.isdisjoint(better or ()):
                continue
            yield array


def _meter(
    contributions: Iterable[Contribution], options: SiteOptions, hybrids: tuple[Hybrid, ...]
) -> Meter | None:
    """Give the meter that the user chose, as long as there is one of that name; else find one.

    One of another integration has been made one by the user, so it comes before ours.
    """
    if options.grid_meter == INVERTERS:
        return None
    meters = _others_first((given, meter) for given in contributions for meter in given.meters)
    cts = [Meter(name=each.name, power=each.ct) for each in hybrids if each.ct is not None]
    chosen = (meter for meter in (*meters, *cts) if meter.name == options.grid_meter)
    return next(chosen, None) or choose_meter(hybrids, meters)


def _home(
    contributions: Iterable[Contribution],
    options: SiteOptions,
    hybrids: tuple[Hybrid, ...],
    meter: Meter | None,
) -> Meter | None:
    """Give the home meter that the user chose or made one; else one that can be nothing else.

    Without hybrids and without a meter at the grid, one of a gateway can only be that of the whole
    house. Next to a hybrid it may sit before or behind it: only the user knows.
    """
    if options.home_meter == RECKONED:
        return None
    homes = _others_first((given, home) for given in contributions for home in given.homes)
    chosen = next((home for home in homes if home.name == options.home_meter), None)
    if chosen is not None:
        return chosen
    alone = meter is None and not hybrids
    others = {home.name for given in contributions if given.name == OTHERS for home in given.homes}
    return next((home for home in homes if alone or home.name in others), None)


def _others_first(meters: Iterable[tuple[Contribution, Meter]]) -> list[Meter]:
    """Put meters of other integrations before ours."""
    return [meter for given, meter in sorted(meters, key=lambda each: each[0].name != OTHERS)]


def _kind(plant: Plant, hybrids: tuple[Hybrid, ...]) -> MeterKind:
    """Tell what measures the exchange with the grid."""
    if plant.meter is not None:
        of_hybrid = any(plant.meter.power is hybrid.ct for hybrid in hybrids)
        return MeterKind.EXTERNAL_CT if of_hybrid else MeterKind.METER
    if plant.home is not None:
        return MeterKind.HOME_METER
    return MeterKind.GRID_PORTS if hybrids else MeterKind.NONE


def storage_banks(banks: tuple[Bank, ...], options: SiteOptions) -> tuple[Bank, ...]:
    """Give the banks that tell the charge of the site, with the capacity that the user knows.

    What the user says is the capacity of all batteries together, so each has its part of it.
    """
    chosen = next((bank for bank in banks if bank.name == options.soc_of), None)
    if chosen is not None:
        return (_speaker(chosen, banks, options),)
    whole = options.capacity_kwh
    if whole is None or not banks:
        return banks
    told = [bank.capacity_kwh or 0.0 for bank in banks]
    if options.common_bank or not all(told):
        share = 1 if options.common_bank else len(banks)
        return tuple(replace(bank, capacity_kwh=whole / share) for bank in banks)
    factor = whole / sum(told)
    return tuple(
        replace(bank, capacity_kwh=kwh * factor) for bank, kwh in zip(banks, told, strict=True)
    )


def _speaker(chosen: Bank, banks: tuple[Bank, ...], options: SiteOptions) -> Bank:
    """Give the bank that tells the charge of the site, with what is known of all of them.

    One that tells no capacity is a second look at a battery that others know: the largest capacity
    that they tell is its own, and below none of their floors anything is left. So is each where all
    of them are one battery. Else it has one of its own, and the others stand next to it.
    """
    one = options.common_bank or not chosen.capacity_kwh
    told = [bank.capacity_kwh for bank in banks if bank.capacity_kwh]
    known_kwh = max(told, default=None) if one else sum(told)
    return replace(
        chosen,
        capacity_kwh=options.capacity_kwh or known_kwh,
        floor=max(bank.floor for bank in banks) if one else chosen.floor,
    )


def named_readings(assembly: Assembly) -> Iterator[tuple[str, Reading]]:
    """Go through all powers that flows are reckoned from, each with the name of its part."""
    plant = assembly.plant
    for hybrid in plant.hybrids:
        yield from ((hybrid.name, reading) for reading in Plant(hybrids=(hybrid,)).readings())
    yield from ((array.name, array.power) for array in plant.arrays)
    yield from ((battery.name, battery.power) for battery in plant.batteries)
    if plant.meter is not None:
        yield plant.meter.name, plant.meter.power
    if plant.home is not None and assembly.home_name is not None:
        yield assembly.home_name, plant.home
