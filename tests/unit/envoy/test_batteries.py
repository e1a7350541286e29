"""Batteries, one by one and together."""

from typing import Any

from custom_components.solar_monitor.clients.envoy import batteries, ensemble, panels
from custom_components.solar_monitor.clients.envoy.endpoints import Block
from custom_components.solar_monitor.clients.envoy.parts import Parts, read_stock
from custom_components.solar_monitor.clients.envoy.readings import (
    Battery,
    BatteryKind,
    BatterySum,
    Sums,
)
from custom_components.solar_monitor.clients.envoy.shape import Shape
from custom_components.solar_monitor.clients.envoy.statements import Acbs, Production

from . import documents as docs


def encharge_parts(**more: Any) -> Parts:  # noqa: ANN401 - fields of Parts
    small = docs.encharge("4922", encharge_capacity=1_000, percentFull=84)
    rows = [{"type": "ENCHARGE", "devices": [docs.encharge("4921"), small]}]
    return Parts(ensemble_inventory=ensemble.read_inventory(rows), **more)


def acb_parts(**more: Any) -> Parts:  # noqa: ANN401 - fields of Parts
    rows = [docs.stock("1219", percentFull=25), docs.stock("1220", admin_state=0)]
    relays = {"type": "NSRB", "devices": [docs.stock("1221")]}
    return Parts(inventory=read_stock([{"type": "ACB", "devices": rows}, relays]), **more)


def units(parts: Parts, *, fresh: bool = True) -> dict[str, Battery]:
    return batteries.units(parts, lambda _: fresh)


def together(parts: Parts, shape: Shape | None = None) -> BatterySum | None:
    return batteries.together(parts, units(parts), shape or Shape())


def test_power_and_a_newer_charge_join_the_inventory() -> None:
    power = ensemble.read_power(docs.power(s4921=-600_000, s9999=5))
    found = units(encharge_parts(ensemble_power=power))
    assert set(found) == {"4921", "4922"}
    assert (found["4921"].soc, found["4921"].power_w) == (56, -600)
    assert (found["4922"].soc, found["4922"].power_w) == (84, None)


def test_while_the_power_is_silent_the_charge_is_that_of_the_inventory() -> None:
    power = ensemble.read_power(docs.power(s4921=-600_000))
    found = units(encharge_parts(ensemble_power=power), fresh=False)
    assert (found["4921"].soc, found["4921"].power_w) == (54, -600)


def test_a_power_without_a_charge_leaves_the_charge_as_it_was() -> None:
    power = {"4921": ensemble.UnitPower(power_w=5, soc=None)}
    assert units(encharge_parts(ensemble_power=power))["4921"].soc == 54


def test_all_batteries_together_are_what_the_gateway_says() -> None:
    parts = encharge_parts(
        ensemble_power=ensemble.read_power(docs.power(s4921=-600_000, s4922=-620_000)),
        ensemble_secctrl=ensemble.read_sector(docs.secctrl()),
    )
    assert together(parts) == BatterySum(
        soc=55,
        power_w=-1_220,
        energy_stored_kwh=5.5,
        capacity_kwh=9.9,
        reserve_soc=20,
        block=Block.ENSEMBLE_SECCTRL,
        power_block=Block.ENSEMBLE_POWER,
    )


def test_while_the_sums_are_silent_the_charge_is_the_mean_by_capacity() -> None:
    assert together(encharge_parts()) == BatterySum(soc=59.0, block=Block.ENSEMBLE_POWER)


def test_batteries_that_are_only_remembered_have_no_values_yet() -> None:
    shape = Shape(batteries={"4921": BatteryKind.ENCHARGE})
    assert together(Parts(), shape) == BatterySum(block=Block.ENSEMBLE_POWER)


def test_where_there_are_none_there_is_no_sum() -> None:
    assert together(Parts()) is None


def test_ac_batteries_have_their_power_from_the_short_list() -> None:
    inverters = panels.read_inverters([docs.inverter("1219", watts=260, kind=11)])
    parts = acb_parts(v1_inverters=inverters)
    assert units(parts)["1219"].power_w == 260
    assert set(units(parts)) == {"1219"}
    assert units(acb_parts())["1219"].power_w is None
    assert together(parts) == BatterySum(
        soc=25, power_w=260, block=Block.INVENTORY, power_block=Block.V1_INVERTERS
    )


def test_the_gateway_adds_up_its_ac_batteries() -> None:
    parts = acb_parts(
        production=Production(Sums(), Acbs(power_w=250, stored_kwh=0.93, soc=26)),
        ensemble_secctrl=ensemble.read_sector(docs.secctrl()),
    )
    assert together(parts) == BatterySum(
        soc=26,
        power_w=250,
        energy_stored_kwh=0.93,
        capacity_kwh=10,
        block=Block.PRODUCTION,
        power_block=Block.PRODUCTION,
    )


def test_both_kinds_together_are_all_of_them() -> None:
    both = encharge_parts(
        inventory=acb_parts().inventory,
        production=Production(Sums(), Acbs(power_w=250, stored_kwh=0.93, soc=26)),
        ensemble_power=ensemble.read_power(docs.power(s4921=-600_000)),
        ensemble_secctrl=ensemble.read_sector(docs.secctrl(ACB_agg_energy=930)),
    )
    assert together(both) == BatterySum(
        soc=54,
        power_w=-350,
        energy_stored_kwh=6.43,
        capacity_kwh=10,
        reserve_soc=20,
        block=Block.ENSEMBLE_SECCTRL,
        power_block=Block.ENSEMBLE_POWER,
    )
