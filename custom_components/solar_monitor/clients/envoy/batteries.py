"""Batteries, one by one and together, from the endpoints that know them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from .endpoints import Block
from .parts import Fresh, Parts
from .readings import Battery, BatteryKind, BatterySum
from .shape import Shape


def units(parts: Parts, fresh: Fresh) -> dict[str, Battery]:
    """Put together what is known of each battery: of its charge what is asked for most often."""
    found: dict[str, Battery] = {}
    for serial, unit in parts.ensemble_inventory.batteries.items():
        now = parts.ensemble_power.get(serial)
        newer = now is not None and now.soc is not None and fresh(Block.ENSEMBLE_POWER)
        soc = now.soc if now and newer else unit.soc
        found[serial] = replace(unit, soc=soc, power_w=now.power_w if now else None)
    for serial, unit in parts.inventory.acbs.items():
        report = parts.v1_inverters.acbs.get(serial)
        found[serial] = unit if report is None else replace(unit, power_w=report.power_w)
    return found


def together(parts: Parts, found: Mapping[str, Battery], shape: Shape) -> BatterySum | None:
    """Give all batteries together, as far as no CT measures them; None where there are none."""
    kinds = {*shape.batteries.values(), *(unit.kind for unit in found.values())}
    if not kinds:
        return None
    if kinds == {BatteryKind.ACB}:
        return _acbs(parts, found)
    mixed = BatteryKind.ACB in kinds
    sector = parts.ensemble_secctrl
    soc = sector.soc if mixed else sector.encharge_soc
    acbs = _acbs(parts, found).power_w if mixed else None
    return BatterySum(
        soc=_mean_soc(found.values()) if soc is None else soc,
        power_w=_sum((_power(found, BatteryKind.ENCHARGE), acbs)),
        energy_stored_kwh=sector.stored_kwh,
        capacity_kwh=sector.capacity_kwh if mixed else sector.encharge_capacity_kwh,
        reserve_soc=sector.reserve_soc,
        block=Block.ENSEMBLE_POWER if soc is None else Block.ENSEMBLE_SECCTRL,
    )


def _acbs(parts: Parts, found: Mapping[str, Battery]) -> BatterySum:
    """Give the AC batteries together: `/production.json` adds them up."""
    stated = parts.production.acbs if parts.production else None
    if stated is None:
        return BatterySum(
            soc=_mean_soc(found.values()),
            power_w=_power(found, BatteryKind.ACB),
            block=Block.INVENTORY,
            power_block=Block.V1_INVERTERS,
        )
    return BatterySum(
        soc=stated.soc,
        power_w=stated.power_w,
        energy_stored_kwh=stated.stored_kwh,
        capacity_kwh=parts.ensemble_secctrl.capacity_kwh,
        block=Block.PRODUCTION,
        power_block=Block.PRODUCTION,
    )


def _power(found: Mapping[str, Battery], kind: BatteryKind) -> float | None:
    """Add up the power of one kind of battery."""
    return _sum(unit.power_w for unit in found.values() if unit.kind is kind)


def _sum(values: Iterable[float | None]) -> float | None:
    """Add up what is known; None when nothing is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _mean_soc(found: Iterable[Battery]) -> float | None:
    """Give the state of charge of all, weighted by capacity."""
    known = [(unit.soc, unit.capacity_wh or 1.0) for unit in found if unit.soc is not None]
    capacity = sum(weight for _, weight in known)
    return round(sum(soc * weight for soc, weight in known) / capacity, 1) if known else None
