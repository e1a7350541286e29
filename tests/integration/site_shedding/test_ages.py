"""What is told of a moment is as old as it is: nothing is turned off by what was long ago."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from homeassistant.core import HomeAssistant
import pytest

from custom_components.solar_monitor.logic.bank import Bank, Storage, join
from custom_components.solar_monitor.logic.contribution import (
    Contribution,
    Evidence,
    InverterState,
    Subject,
)
from custom_components.solar_monitor.logic.flows import (
    AcArray,
    AcBattery,
    Flows,
    Hybrid,
    Plant,
    PortUse,
    Reading,
)
from custom_components.solar_monitor.site.moment import SiteMoment
from custom_components.solar_monitor.site.shedder_reading import reading_of, unknown_in
from tests.integration.conftest import SetUp
from tests.integration.glue.toy import toy_entry
from tests.integration.machine import TimeMachine
from tests.integration.site.kit import site_entry_with
from tests.integration.site_shedding.kit import MINUTE, POOL, Battery, Shedding, states_of
from tests.integration.site_shedding.loads import Plug

NOW = 1_800_000_000.0


def moment(state: InverterState, *evidence: Evidence, soc_age_s: float = 0.0) -> SiteMoment:
    """Give a moment of a site with one inverter."""
    nothing = Reading(0.0, NOW)
    hybrid = Hybrid(
        name="a", strings=nothing, grid_port=nothing, load_port=nothing, battery=nothing
    )
    return SiteMoment(
        at=NOW,
        local=datetime.fromtimestamp(NOW, UTC),
        contributions=(Contribution(name="a", inverters=(state,), evidence=evidence),),
        plant=Plant(hybrids=(hybrid,)),
        flows=Flows(pv_w=0.0, battery_w=0.0),
        storage=Storage(soc=50.0, at=NOW, oldest_at=NOW - soc_age_s),
    )


FRESH = InverterState(
    name="a",
    power=Reading(0.0, NOW),
    grid_voltages=(Reading(230.0, NOW), Reading(231.0, NOW)),
    fault=True,
    alert=True,
    grid_charge=True,
)
OLD = Reading(230.0, NOW - 100)
GRID_LOST = Evidence(subject=Subject.GRID, holds=True, at=NOW - 5, good_for_s=90)


@pytest.mark.parametrize(("age_s", "soc"), [(0.0, 50.0), (180.0, 50.0), (181.0, None)])
def test_a_charge_of_which_a_part_is_older_than_three_minutes_is_none(
    age_s: float, soc: float | None
) -> None:
    assert reading_of(moment(FRESH, soc_age_s=age_s)).soc == soc


def test_the_oldest_charge_of_several_batteries_counts() -> None:
    banks = [Bank(name="a", soc=Reading(40.0, NOW)), Bank(name="b", soc=Reading(60.0, NOW - 80))]
    storage = join(banks, NOW)
    assert (storage.soc, storage.at, storage.oldest_at) == (50.0, NOW, NOW - 80)


def test_voltages_that_are_too_old_leave_the_word_to_the_gateway() -> None:
    assert reading_of(moment(FRESH, GRID_LOST)).grid_voltages == (230.0, 231.0)
    half = replace(FRESH, grid_voltages=(OLD, Reading(231.0, NOW)))
    assert reading_of(moment(half, GRID_LOST)).grid_voltages == (None, 231.0)
    silent = replace(FRESH, grid_voltages=(OLD, OLD))
    reading = reading_of(moment(silent, GRID_LOST))
    assert (reading.grid_voltages, reading.grid_at) == ((0.0,), NOW - 5)


def test_what_a_silent_inverter_was_set_to_or_suffered_from_counts_no_more() -> None:
    reading = reading_of(moment(FRESH))
    assert (reading.fault, reading.alert, reading.grid_charge) == (True, True, True)
    reading = reading_of(moment(replace(FRESH, power=Reading(0.0, NOW - 100))))
    assert (reading.fault, reading.alert, reading.grid_charge) == (None, None, None)


def test_a_power_that_is_missing_is_named_with_who_does_not_tell_it() -> None:
    now = moment(FRESH)
    assert unknown_in(now) == {}
    (hybrid,) = now.plant.hybrids
    plant = Plant(
        hybrids=(
            replace(hybrid, strings=OLD, battery=OLD),
            replace(hybrid, name="b", port_use=PortUse.MICRO_INVERTERS, port=OLD),
        ),
        arrays=(AcArray(name="c", power=OLD),),
        batteries=(AcBattery(name="d", power=OLD), AcBattery(name="e", power=Reading(0.0, NOW))),
    )
    missing = {"pv_power": ("a", "c", "b"), "battery_power": ("a", "d")}
    assert unknown_in(replace(now, plant=plant, flows=Flows())) == missing


def test_a_site_of_batteries_alone_has_no_sun_and_misses_none() -> None:
    battery = AcBattery(name="d", power=Reading(800.0, NOW))
    alone = replace(moment(FRESH), plant=Plant(batteries=(battery,)), flows=Flows(battery_w=800.0))
    assert reading_of(alone).pv_power == 0.0
    assert unknown_in(alone) == {}
    assert unknown_in(replace(alone, flows=Flows())) == {"battery_power": ()}


@pytest.mark.usefixtures("toy")
async def test_a_charge_that_is_told_every_five_minutes_will_do_and_one_of_long_ago_will_not(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    battery: Battery,
    shedding: Shedding,
    plugs: Sequence[Plug],
) -> None:
    async def tell(soc: str, times: int) -> None:
        for _ in range(times):
            hass.states.async_set("sensor.eg4", soc, {"unit_of_measurement": "%"})
            await machine.run(5 * MINUTE)

    battery.soc = None
    other = {"id": "o1", "kind": "battery", "name": "EG4", "soc": "sensor.eg4"}
    await set_up(toy_entry())
    await set_up(site_entry_with({"others": [other], "shedding": {"loads": [plugs[0].entity_id]}}))
    await machine.finish(shedding.arm())
    await tell("80", 4)
    assert shedding.status == ("normal", "charged")
    battery.pv_w, battery.battery_w = 1_000.0, 0.0
    await tell("35", 2)
    await machine.run(4 * MINUTE)
    battery.pv_w, battery.battery_w = 0.0, 800.0
    await machine.run(6 * MINUTE)
    assert states_of(hass, [POOL]) == ["on"]
    assert shedding.status == ("holding", "stale")
    await tell("35", 3)
    assert states_of(hass, [POOL]) == ["off"]
