"""Which source wins, and which one stands in for it."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import pytest

from custom_components.solar_monitor.clients.envoy.adapter import Statement, Statements
from custom_components.solar_monitor.clients.envoy.compose import compose
from custom_components.solar_monitor.clients.envoy.endpoints import Block
from custom_components.solar_monitor.clients.envoy.meters import (
    Verdict,
    read_meter_readings,
    read_meters,
)
from custom_components.solar_monitor.clients.envoy.parts import Parts
from custom_components.solar_monitor.clients.envoy.readings import (
    BatteryKind,
    CtKind,
    Grid,
    GridPhase,
    Meter,
    Origin,
    Phase,
    Readings,
    Sums,
)
from custom_components.solar_monitor.clients.envoy.shape import Shape
from custom_components.solar_monitor.clients.envoy.statements import (
    V1,
    PdmEnergy,
    Production,
    read_production,
)

from . import documents as docs

ALL = frozenset(Block)
NO_READINGS = ALL - {Block.READINGS}
STATED = Statement(power_w=2_101, energy_kwh=5_100.001, today_kwh=9)
BOTH = Production(
    Sums(ct_power_w=2_101, ct_energy_kwh=5_100, inverter_power_w=1_990, inverter_energy_kwh=4_990),
    None,
)
V1_STATED = Statement(power_w=2_000, energy_kwh=5_000, today_kwh=8)


def made(parts: Parts, fresh: Collection[Block] = ALL, shape: Shape | None = None) -> Readings:
    return compose(parts, shape or Shape(), lambda block: block in fresh)


def ct_parts(*eids: int, phases: int = 1, **more: Any) -> Parts:  # noqa: ANN401 - fields of Parts
    """What a gateway with these CTs says."""
    watts = {docs.PRODUCTION_EID: 2_100, docs.NET_EID: -1_500, docs.STORAGE_EID: 400}
    readings = [
        docs.reading(eid, watts.get(eid, 600), 5_100_000, 1_000_000, phases) for eid in eids
    ]
    return Parts(
        meters=read_meters([docs.meter(eid, phases) for eid in eids]),
        readings=read_meter_readings(readings),
        **more,
    )


TOTAL_EID = 704_643_585


def test_with_nothing_known_there_is_nothing() -> None:
    assert made(Parts()) == Readings()


def test_a_ct_has_the_production() -> None:
    assert made(ct_parts(docs.PRODUCTION_EID, phases=2)).production == Meter(
        power_w=2_100,
        energy_kwh=5_100,
        origin=Origin.CT,
        block=Block.READINGS,
        phases=(Phase(power_w=1_050, energy_kwh=2_550),) * 2,
    )


@pytest.fixture
def silent() -> Parts:
    """A gateway with a production CT whose readings are silent: all others speak."""
    return ct_parts(
        docs.PRODUCTION_EID,
        said=Statements(judged=True, eim=STATED),
        production=BOTH,
        v1_production=V1(1_980),
    )


def test_the_same_counter_elsewhere_stands_in_for_a_silent_ct(silent: Parts) -> None:
    assert made(silent, NO_READINGS).production == Meter(
        power_w=2_101,
        energy_kwh=5_100.001,
        origin=Origin.CT,
        block=Block.PRODUCTION,
        today_kwh=9,
    )


def test_inverters_stand_in_and_say_that_they_are_another_counter(silent: Parts) -> None:
    swapped = replace(silent, said=Statements(judged=True))
    production = made(swapped, NO_READINGS).production
    assert production == Meter(
        power_w=1_990, energy_kwh=4_990, origin=Origin.INVERTERS, block=Block.PRODUCTION
    )


def test_the_late_copy_of_a_ct_stands_in_with_power_alone(silent: Parts) -> None:
    production = made(silent, {Block.V1_PRODUCTION}).production
    assert production == Meter(
        power_w=1_980,
        energy_kwh=None,
        origin=Origin.CT,
        block=Block.V1_PRODUCTION,
    )


def test_when_all_are_silent_the_best_one_stays(silent: Parts) -> None:
    production = made(silent, frozenset()).production
    assert production
    assert production.block is Block.READINGS


def test_a_ct_that_is_remembered_is_no_reason_for_another_level(silent: Parts) -> None:
    unknown = replace(silent, meters=(), said=Statements(judged=True, v1=V1_STATED))
    remembered = Shape(cts=(CtKind.PRODUCTION,))
    production = made(unknown, {Block.V1_PRODUCTION}, remembered).production
    assert production
    assert production.energy_kwh is None


def test_a_ct_that_is_not_believed_is_none(silent: Parts) -> None:
    verdicts = {CtKind.PRODUCTION: Verdict(total=False)}
    doubted = replace(silent, said=Statements(judged=True, verdicts=verdicts))
    production = made(doubted).production
    assert production
    assert production.origin is Origin.INVERTERS


def standard(said: Statements, production: Production | None = BOTH) -> Parts:
    return Parts(
        said=said,
        production=production,
        v1_production=V1(2_000),
        v1_counts=said.v1 is not None,
    )


def test_without_a_ct_the_oldest_endpoint_has_the_production() -> None:
    parts = standard(Statements(judged=True, v1=V1_STATED, inverters=STATED))
    assert made(parts).production == Meter(
        power_w=2_000,
        energy_kwh=5_000,
        origin=Origin.INVERTERS,
        block=Block.V1_PRODUCTION,
        today_kwh=8,
    )


def test_inverters_stand_in_for_it_with_power_alone_as_their_sum_wraps() -> None:
    parts = standard(Statements(judged=True, v1=V1_STATED, inverters=STATED))
    production = made(parts, {Block.PRODUCTION}).production
    assert production
    assert (production.power_w, production.energy_kwh) == (1_990, None)


def test_where_the_oldest_endpoint_stalls_the_inverters_count() -> None:
    parts = standard(Statements(judged=True, inverters=STATED))
    production = made(parts).production
    assert production == Meter(
        power_w=1_990, energy_kwh=4_990, origin=Origin.INVERTERS, block=Block.PRODUCTION
    )


def test_what_is_not_believed_is_not_taken() -> None:
    assert made(standard(Statements(judged=True))).production is None
    assert made(standard(Statements(judged=True, inverters=STATED), None)).production is None


def test_unjudged_the_inverters_are_taken_as_they_come() -> None:
    production = made(standard(Statements())).production
    assert production
    assert production.energy_kwh == 4_990


def test_a_sum_without_numbers_is_none() -> None:
    empty = Production(Sums(), None)
    assert made(standard(Statements(judged=True, inverters=STATED), empty)).production is None


def test_the_day_comes_from_whoever_has_the_same_counter() -> None:
    day = PdmEnergy(sums=Sums(), ct_today_kwh=3, inverter_today_kwh=4, consumption_today_kwh=5)
    both = ct_parts(docs.PRODUCTION_EID, docs.NET_EID, pdm_energy=day)
    readings = made(both)
    assert readings.production
    assert readings.consumption
    assert (readings.production.today_kwh, readings.consumption.today_kwh) == (3, 5)
    parts = replace(standard(Statements(judged=True, inverters=STATED)), pdm_energy=day)
    production = made(parts).production
    assert production
    assert production.today_kwh == 4


def test_consumption_is_what_is_made_and_bought_less_what_is_sold() -> None:
    consumption = made(ct_parts(docs.PRODUCTION_EID, docs.NET_EID, phases=3)).consumption
    assert consumption == Meter(
        power_w=600,
        energy_kwh=8_200,
        origin=Origin.CT,
        block=Block.READINGS,
        phases=(Phase(power_w=200, energy_kwh=2_733.333334),) * 3,
    )


def test_a_ct_in_the_load_has_the_consumption_itself_and_no_grid() -> None:
    readings = made(ct_parts(docs.PRODUCTION_EID, TOTAL_EID, phases=2))
    assert readings.consumption == Meter(
        power_w=600,
        energy_kwh=5_100,
        origin=Origin.CT,
        block=Block.READINGS,
        phases=(Phase(power_w=300, energy_kwh=2_550),) * 2,
    )
    assert readings.grid is None


def test_a_balance_lacks_what_one_of_its_meters_lacks() -> None:
    parts = ct_parts(docs.PRODUCTION_EID, docs.NET_EID)
    by_eid = dict(parts.readings.by_eid)
    by_eid[str(docs.NET_EID)] = {**by_eid[str(docs.NET_EID)], "actEnergyRcvd": None}
    consumption = made(replace(parts, readings=replace(parts.readings, by_eid=by_eid))).consumption
    assert consumption
    assert (consumption.power_w, consumption.energy_kwh) == (600, None)


def test_a_production_ct_alone_tells_no_consumption() -> None:
    assert made(ct_parts(docs.PRODUCTION_EID)).consumption is None


def test_the_gateways_own_consumption_stands_in_with_power_alone() -> None:
    said = Statements(judged=True, consumption=replace(STATED, power_w=601))
    parts = ct_parts(docs.PRODUCTION_EID, docs.NET_EID, said=said)
    consumption = made(parts, NO_READINGS).consumption
    assert consumption == Meter(
        power_w=601, energy_kwh=None, origin=Origin.CT, block=Block.PRODUCTION, today_kwh=9
    )


def test_where_there_are_no_meters_the_gateways_own_consumption_counts() -> None:
    parts = Parts(said=Statements(judged=True, consumption=STATED, grid_power_w=-7))
    readings = made(parts)
    assert readings.consumption
    assert readings.consumption.energy_kwh == 5_100.001
    assert readings.grid == Grid(
        power_w=-7, import_kwh=None, export_kwh=None, block=Block.PRODUCTION
    )


def test_the_grid_is_read_with_its_phases_and_their_mean_voltage() -> None:
    assert made(ct_parts(docs.NET_EID, phases=2)).grid == Grid(
        power_w=-1_500,
        import_kwh=5_100,
        export_kwh=1_000,
        block=Block.READINGS,
        phases=(GridPhase(power_w=-750, import_kwh=2_550, export_kwh=500),) * 2,
        voltage_v=230.5,
        voltages_v=(230.5, 230.5),
        frequency_hz=50,
    )


def test_a_grid_without_voltages_has_no_mean() -> None:
    verdicts = {CtKind.NET_CONSUMPTION: Verdict(total=False)}
    grid = made(ct_parts(docs.NET_EID, said=Statements(verdicts=verdicts))).grid
    assert grid
    assert (grid.voltage_v, grid.voltages_v) == (None, (None,))


def test_while_the_net_ct_is_silent_its_power_comes_from_elsewhere() -> None:
    parts = ct_parts(docs.NET_EID, said=Statements(judged=True, grid_power_w=-1_480))
    silent = made(parts, NO_READINGS).grid
    assert silent == Grid(power_w=-1_480, import_kwh=None, export_kwh=None, block=Block.PRODUCTION)
    assert made(parts, frozenset()).grid == made(parts).grid


def test_a_calculated_grid_is_no_reading() -> None:
    parts = ct_parts(TOTAL_EID, said=Statements(judged=True, grid_power_w=-1_480))
    assert made(parts).grid is None


def test_both_sums_are_of_one_moment() -> None:
    day = PdmEnergy(sums=Sums(ct_power_w=7, block=Block.PDM_ENERGY))
    stated = read_production(docs.production_json(production=[docs.inverters()]))
    both = Parts(production=stated, pdm_energy=day)
    assert made(both).sums == stated.sums
    assert made(both, frozenset()).sums == day.sums
    assert made(Parts(pdm_energy=day)).sums == day.sums


def test_the_number_of_phases_is_remembered_until_it_is_told() -> None:
    assert made(Parts(), shape=Shape(phase_count=3)).phase_count == 3
    assert made(ct_parts(docs.NET_EID, phases=2), shape=Shape(phase_count=3)).phase_count == 2


def test_a_storage_ct_measures_the_batteries_best() -> None:
    shape = Shape(batteries={"4921": BatteryKind.ENCHARGE})
    battery = made(ct_parts(docs.STORAGE_EID), shape=shape).battery
    assert battery
    assert (battery.power_w, battery.power_block) == (400, Block.READINGS)
    doubted = Statements(verdicts={CtKind.STORAGE: Verdict(total=False)})
    battery = made(ct_parts(docs.STORAGE_EID, said=doubted), shape=shape).battery
    assert battery
    assert (battery.power_w, battery.power_block) == (None, Block.ENSEMBLE_POWER)
    assert made(ct_parts(docs.STORAGE_EID)).battery is None
