"""The batteries of a site as one: state of charge, what is stored, how long it lasts.

SOC in %, energies in kWh, powers in W.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from .flows import Reading

# Nobody plans for longer, and at night with a fridge alone the figure would only run wild.
LONGEST_H: Final = 240.0
_LEAST_LOAD_W: Final = 20.0
_DECIMALS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """One battery as its source tells of it."""

    name: str
    soc: Reading
    capacity_kwh: float | None = None
    floor: float = 0.0
    """The SOC at which it is no longer discharged."""


@dataclass(frozen=True, slots=True)
class Storage:
    """All batteries of a site; None for what is not known."""

    soc: float | None = None
    capacity_kwh: float | None = None
    usable_kwh: float | None = None
    """What is stored above the floor."""
    at: float | None = field(default=None, compare=False)
    """When the newest charge that it is made of was measured."""
    oldest_at: float | None = field(default=None, compare=False)
    """When the oldest of them was."""


def join(banks: Iterable[Bank], now: float, *, common: bool = False) -> Storage:
    """Make one storage of all banks.

    `common`: the banks are one battery that several inverters measure, so it counts once, with the
    freshest SOC and the largest capacity told. Otherwise the SOC is weighed by capacity, or evenly
    where a capacity is not known. One bank that is silent leaves the whole unknown, but not a
    common one's.
    """
    known = tuple(banks)
    if common:
        known = tuple(bank for bank in known if bank.soc.fresh(now) is not None)
        capacities = [bank.capacity_kwh for bank in known if bank.capacity_kwh]
        newest = sorted(known, key=lambda bank: bank.soc.at)[-1:]
        return _summed(newest, [bank.soc.value for bank in newest], max(capacities, default=None))
    capacities = [bank.capacity_kwh for bank in known if bank.capacity_kwh]
    whole = sum(capacities) if known and len(capacities) == len(known) else None
    return _summed(known, [bank.soc.fresh(now) for bank in known], whole)


def silent(banks: Iterable[Bank], now: float, *, common: bool = False) -> tuple[str, ...]:
    """Name the banks whose charge is missing in the whole; `common` as with `join`."""
    known = tuple(banks)
    names = tuple(bank.name for bank in known if bank.soc.fresh(now) is None)
    return () if common and len(names) < len(known) else names


def _summed(
    banks: tuple[Bank, ...] | list[Bank], charges: list[float | None], capacity: float | None
) -> Storage:
    """Weigh the banks; `capacity` is that of them all."""
    socs = [charge for charge in charges if charge is not None]
    if not banks or len(socs) < len(banks):
        return Storage(capacity_kwh=capacity)
    weights = [bank.capacity_kwh or 1.0 if capacity else 1.0 for bank in banks]
    share = sum(soc * weight for soc, weight in zip(socs, weights, strict=True)) / sum(weights)
    # A charge of 30 % must not become 29.999…: levels are compared with it.
    share = round(share, _DECIMALS)
    times = [bank.soc.at for bank in banks]
    at, oldest_at = max(times), min(times)
    if capacity is None:
        return Storage(soc=share, at=at, oldest_at=oldest_at)
    above = [max(0.0, soc - bank.floor) for soc, bank in zip(socs, banks, strict=True)]
    usable = sum(part * weight for part, weight in zip(above, weights, strict=True)) / sum(weights)
    return Storage(share, capacity, usable * capacity / 100, at, oldest_at)


def runtime_h(storage: Storage, load_w: float | None) -> float | None:
    """Give how long the storage would carry the present load alone, in hours, at most 240."""
    if storage.usable_kwh is None or load_w is None:
        return None
    return min(LONGEST_H, storage.usable_kwh * 1_000 / max(load_w, _LEAST_LOAD_W))
