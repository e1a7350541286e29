"""Readings from what the endpoints said: which source wins, and which one stands in for it.

Power and energy of CTs come from `/ivp/meters/readings`, the quickest endpoint and the only one
with both directions. Where no CT measures production it is `/api/v1/production`, or the inverters
of `/production.json` where pyenphase does not believe that. While the first is silent the next one
stands in; its energy is given only if it counts from the same level, or says that it has another
origin.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from . import batteries, ensemble, meters
from .adapter import Statement
from .endpoints import Block
from .parts import Fresh, Parts
from .readings import (
    Ct,
    CtChannel,
    CtKind,
    Grid,
    GridPhase,
    Meter,
    Origin,
    Phase,
    Readings,
    Sums,
)
from .shape import Shape
from .statements import PdmEnergy

_NOTHING: Final = CtChannel()
_NO_DAY: Final = PdmEnergy(sums=Sums())


def compose(parts: Parts, shape: Shape, fresh: Fresh) -> Readings:
    """Make the readings of what is known; `shape` is what was known before."""
    cts = meters.join(parts.meters, parts.readings, parts.said.verdicts)
    units = batteries.units(parts, fresh)
    day = parts.pdm_energy or _NO_DAY
    battery = batteries.together(parts, units, shape)
    storage = cts.get(CtKind.STORAGE)
    if battery is not None and storage is not None and storage.total.power_w is not None:
        battery = replace(battery, power_w=storage.total.power_w, power_block=Block.READINGS)
    return Readings(
        phase_count=meters.phase_count(parts.meters) if parts.meters else shape.phase_count,
        production=_with_today(
            _pick(_production(parts, cts, shape), fresh),
            {Origin.CT: day.ct_today_kwh, Origin.INVERTERS: day.inverter_today_kwh},
        ),
        consumption=_with_today(
            _pick(_consumption(parts, cts), fresh),
            {Origin.CT: day.consumption_today_kwh},
        ),
        grid=_grid(parts, cts, fresh),
        cts=cts,
        panels=parts.merged_panels,
        batteries=units,
        battery=battery,
        enpower=ensemble.with_relay(
            parts.ensemble_inventory.enpower,
            parts.ensemble_relay if fresh(Block.ENSEMBLE_RELAY) else None,
        ),
        collar=parts.ensemble_inventory.collar,
        c6=parts.ensemble_inventory.c6,
        generator=parts.generator and replace(parts.generator, mode=parts.generator_mode),
        tariff=parts.tariff,
        sums=_sums(parts, fresh),
        home=parts.home,
    )


def _pick(candidates: Iterable[Meter], fresh: Fresh) -> Meter | None:
    """Choose the best source that answers; if none does, the best that ever did."""
    known = list(candidates)
    return next((meter for meter in known if fresh(meter.block)), known[0] if known else None)


def _with_today(meter: Meter | None, today: Mapping[Origin, float | None]) -> Meter | None:
    """Give a meter its counter of the day, if it does not have it."""
    if meter is None or meter.today_kwh is not None:
        return meter
    return replace(meter, today_kwh=today.get(meter.origin))


def _production(parts: Parts, cts: Mapping[CtKind, Ct], shape: Shape) -> Iterable[Meter]:
    """Name the sources of production, the best first."""
    said = parts.said
    ct = cts.get(CtKind.PRODUCTION)
    if ct is not None and ct.total != _NOTHING:
        yield Meter(
            power_w=ct.total.power_w,
            energy_kwh=ct.total.delivered_kwh,
            origin=Origin.CT,
            block=Block.READINGS,
            phases=tuple(
                Phase(power_w=phase.power_w, energy_kwh=phase.delivered_kwh) for phase in ct.phases
            ),
        )
    if said.eim is not None:
        yield _stated(said.eim, Origin.CT, Block.PRODUCTION)
    measured = ct is not None or CtKind.PRODUCTION in shape.cts
    if said.v1 is not None and parts.v1_counts and not measured:
        yield _stated(said.v1, Origin.INVERTERS, Block.V1_PRODUCTION)
    yield from _inverters(parts, measured=measured)
    if measured and parts.v1_production is not None:
        # It follows the CT some minutes late, or not at all: good for power alone.
        yield Meter(
            power_w=parts.v1_production.power_w,
            energy_kwh=None,
            origin=Origin.CT,
            block=Block.V1_PRODUCTION,
        )


def _inverters(parts: Parts, *, measured: bool) -> Iterable[Meter]:
    """Name the sum of inverters in `/production.json`, where it may be used.

    Before firmware 8 it wraps at 2^32 J, which `/api/v1/production` does not: where that counts,
    this one has another level.
    """
    said = parts.said
    if parts.production is None or (said.inverters is None and said.judged and not measured):
        return
    sums = parts.production.sums
    if sums.inverter_power_w is None and sums.inverter_energy_kwh is None:
        return
    yield Meter(
        power_w=sums.inverter_power_w,
        energy_kwh=None if parts.v1_counts and not measured else sums.inverter_energy_kwh,
        origin=Origin.INVERTERS,
        block=Block.PRODUCTION,
    )


def _stated(statement: Statement, origin: Origin, block: Block) -> Meter:
    """Take a sum as it is stated."""
    return Meter(
        power_w=statement.power_w,
        energy_kwh=statement.energy_kwh,
        origin=origin,
        block=block,
        phases=statement.phases,
        today_kwh=statement.today_kwh,
    )


def _consumption(parts: Parts, cts: Mapping[CtKind, Ct]) -> Iterable[Meter]:
    """Name the sources of consumption, the best first."""
    stated = parts.said.consumption
    total = cts.get(CtKind.TOTAL_CONSUMPTION)
    production, net = cts.get(CtKind.PRODUCTION), cts.get(CtKind.NET_CONSUMPTION)
    measured = False
    if total is not None and total.total != _NOTHING:
        measured = True
        yield Meter(
            power_w=total.total.power_w,
            energy_kwh=total.total.delivered_kwh,
            origin=Origin.CT,
            block=Block.READINGS,
            phases=tuple(
                Phase(power_w=phase.power_w, energy_kwh=phase.delivered_kwh)
                for phase in total.phases
            ),
        )
    elif production is not None and net is not None:
        measured = True
        yield _balance(production, net)
    if stated is not None:
        # The gateway's own sum of CTs has a level of its own.
        kwh = None if measured else stated.energy_kwh
        yield replace(_stated(stated, Origin.CT, Block.PRODUCTION), energy_kwh=kwh)


def _balance(production: Ct, net: Ct) -> Meter:
    """Give what is produced and bought, less what is sold: the gateway calls that consumption.

    What batteries charge counts as consumed, as it does for the gateway.
    """
    cts = (production, net)
    return Meter(
        power_w=_sum(ct.total.power_w for ct in cts),
        energy_kwh=_sum(_net_kwh(ct.total) for ct in cts),
        origin=Origin.CT,
        block=Block.READINGS,
        phases=tuple(
            Phase(
                power_w=_sum(channel.power_w for channel in channels),
                energy_kwh=_sum(map(_net_kwh, channels)),
            )
            for channels in zip(production.phases, net.phases, strict=False)
        ),
    )


def _net_kwh(channel: CtChannel) -> float | None:
    """Give what came in less what went out."""
    if channel.delivered_kwh is None or channel.received_kwh is None:
        return None
    return channel.delivered_kwh - channel.received_kwh


def _sum(values: Iterable[float | None]) -> float | None:
    """Add up; None when one is missing."""
    total = 0.0
    for value in values:
        if value is None:
            return None
        total += value
    return round(total, 6)


def _grid(parts: Parts, cts: Mapping[CtKind, Ct], fresh: Fresh) -> Grid | None:
    """Give the grid as the net CT has it; while that is silent, its power from elsewhere.

    Where another CT is installed in its place, what `/production.json` says of the grid is only
    calculated: that is no reading.
    """
    ct = cts.get(CtKind.NET_CONSUMPTION)
    stated_w = parts.said.grid_power_w
    silent = not fresh(Block.READINGS) and fresh(Block.PRODUCTION)
    if stated_w is not None and (not cts if ct is None else silent):
        # Its energy is import alone on some firmware, import less export on other.
        return Grid(power_w=stated_w, import_kwh=None, export_kwh=None, block=Block.PRODUCTION)
    if ct is None:
        return None
    voltages = tuple(phase.voltage_v for phase in ct.phases) or (ct.total.voltage_v,)
    known = [voltage for voltage in voltages if voltage is not None]
    return Grid(
        power_w=ct.total.power_w,
        import_kwh=ct.total.delivered_kwh,
        export_kwh=ct.total.received_kwh,
        block=Block.READINGS,
        phases=tuple(
            GridPhase(
                power_w=phase.power_w, import_kwh=phase.delivered_kwh, export_kwh=phase.received_kwh
            )
            for phase in ct.phases
        ),
        # The meter's own figure is the sum of its phases.
        voltage_v=round(sum(known) / len(known), 3) if known else None,
        voltages_v=voltages,
        frequency_hz=ct.total.frequency_hz,
    )


def _sums(parts: Parts, fresh: Fresh) -> Sums:
    """Give both sums from one place, so that they are of one moment."""
    stated = parts.production.sums if parts.production else None
    if parts.pdm_energy is not None and (stated is None or not fresh(Block.PRODUCTION)):
        return parts.pdm_energy.sums
    return stated or Sums()
