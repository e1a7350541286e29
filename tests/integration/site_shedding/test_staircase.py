"""Loads go off one after the other when the battery gets low, and come back in the other order."""

from collections.abc import Sequence
from itertools import pairwise

from homeassistant.core import HomeAssistant
import pytest

from tests.integration.machine import TimeMachine
from tests.integration.site_shedding.kit import (
    ALL,
    CAR,
    FRIDGE,
    HOUR,
    MINUTE,
    POOL,
    Battery,
    Shedding,
    states_of,
)
from tests.integration.site_shedding.loads import Plug

pytestmark = pytest.mark.usefixtures("armed")


async def test_the_least_important_load_goes_first_and_comes_back_last(
    hass: HomeAssistant, machine: TimeMachine, battery: Battery, shedding: Shedding
) -> None:
    battery.empties(39)
    await machine.run(6 * MINUTE)
    assert states_of(hass, ALL) == ["off", "on", "on"]
    assert shedding.status == ("shed", "soc")
    battery.empties(34)
    await machine.run(6 * MINUTE)
    assert states_of(hass, ALL) == ["off", "off", "on"]
    assert shedding.shown("loads_shed") == "2"
    assert shedding.about["loads"] == ["pool", "car"]
    assert shedding.about["entities"] == [POOL, CAR]
    assert shedding.shown("load_shedding_active") == "on"
    battery.recovers(45)
    await machine.run(15 * MINUTE)
    assert states_of(hass, ALL) == ["off", "on", "on"]
    battery.recovers(50)
    await machine.run(15 * MINUTE)
    assert states_of(hass, ALL) == ["on", "on", "on"]
    assert shedding.short == [
        ("shed", POOL, "soc"),
        ("shed", CAR, "soc"),
        ("restored", CAR, "recharged"),
        ("restored", POOL, "recharged"),
    ]
    assert shedding.status == ("normal", "charged")
    assert shedding.shown("load_shedding_active") == "off"


@pytest.mark.parametrize(("soc", "off"), [(40, []), (39.9, [POOL]), (29.9, list(ALL))])
async def test_a_level_itself_sheds_nothing_yet(
    hass: HomeAssistant, machine: TimeMachine, battery: Battery, soc: float, off: list[str]
) -> None:
    battery.empties(soc)
    await machine.run(20 * MINUTE)
    assert [load for load in ALL if states_of(hass, [load]) == ["off"]] == off


async def test_between_two_loads_there_is_a_minute_and_at_a_critical_charge_ten_seconds(
    machine: TimeMachine, battery: Battery, shedding: Shedding, plugs: Sequence[Plug]
) -> None:
    battery.empties(16)
    await machine.run(20 * MINUTE)
    slow = [at for plug in plugs for at in plug.asked_at]
    battery.recovers(90)
    await machine.run(20 * MINUTE)
    battery.empties(14)
    await machine.run(3 * MINUTE)
    quick = [plug.asked_at[-1] for plug in plugs]
    # The clock of the tests goes on while they run, so that a pause may get a little longer.
    assert all(60 <= later - at < 65 for at, later in pairwise(slow))
    assert all(10 <= later - at < 15 for at, later in pairwise(quick))
    assert (len(slow), len(quick)) == (3, 3)
    assert [each.reason for each in shedding.told[-3:]] == ["critical"] * 3


async def test_a_low_battery_that_the_sun_charges_sheds_nothing(
    hass: HomeAssistant, machine: TimeMachine, battery: Battery, shedding: Shedding
) -> None:
    battery.recovers(20)
    await machine.run(HOUR)
    assert states_of(hass, ALL) == ["on", "on", "on"]
    assert shedding.status == ("normal", "surplus")


async def test_without_a_grid_more_care_is_taken(
    hass: HomeAssistant, machine: TimeMachine, battery: Battery, shedding: Shedding
) -> None:
    battery.volts = (0.0, 12.0)
    battery.empties(44, battery_w=600)
    await machine.run(10 * MINUTE)
    assert states_of(hass, ALL) == ["off", "on", "on"]
    assert shedding.status == ("shed", "offgrid")
    battery.recovers(59)
    await machine.run(20 * MINUTE)
    assert states_of(hass, ALL) == ["off", "on", "on"]
    battery.recovers(60)
    await machine.run(2 * MINUTE)
    assert states_of(hass, ALL) == ["on", "on", "on"]


async def test_a_battery_that_rests_on_the_grid_gives_loads_back(
    hass: HomeAssistant, machine: TimeMachine, battery: Battery, shedding: Shedding
) -> None:
    battery.empties(39)
    await machine.run(10 * MINUTE)
    assert states_of(hass, ALL) == ["off", "on", "on"]
    battery.empties(38, battery_w=0)
    await machine.run(50 * MINUTE)
    assert states_of(hass, ALL) == ["on", "on", "on"]
    assert shedding.short[-1] == ("restored", POOL, "parked")


async def test_disarming_gives_everything_back_one_after_the_other(
    hass: HomeAssistant, machine: TimeMachine, battery: Battery, shedding: Shedding
) -> None:
    battery.empties(20)
    await machine.run(20 * MINUTE)
    assert states_of(hass, ALL) == ["off", "off", "off"]
    await machine.finish(shedding.disarm())
    await machine.run(5)
    assert shedding.status == ("restoring", "disarmed")
    assert states_of(hass, ALL) == ["off", "off", "on"]
    await machine.run(3 * MINUTE)
    assert states_of(hass, ALL) == ["on", "on", "on"]
    assert shedding.status == ("disarmed", "disarmed")
    await machine.run(HOUR)
    assert states_of(hass, ALL) == ["on", "on", "on"]
    assert [each.what for each in shedding.told] == ["shed"] * 3 + ["restored"] * 3


async def test_a_fault_of_the_inverter_gives_loads_back_while_there_is_a_grid(
    hass: HomeAssistant, machine: TimeMachine, battery: Battery, shedding: Shedding
) -> None:
    battery.empties(39)
    await machine.run(15 * MINUTE)
    battery.fault = True
    await machine.run(10 * MINUTE)
    assert states_of(hass, ALL) == ["on", "on", "on"]
    assert shedding.status == ("normal", "fault")


@pytest.mark.parametrize("site", [{"grid_draw": True}], indirect=True)
@pytest.mark.parametrize(("charges", "shed"), [(False, True), (True, False)])
async def test_a_draw_from_the_grid_sheds_where_that_was_chosen_unless_the_battery_is_charged(
    hass: HomeAssistant,
    machine: TimeMachine,
    battery: Battery,
    shedding: Shedding,
    *,
    charges: bool,
    shed: bool,
) -> None:
    battery.inverter_w, battery.grid_charge = -600.0, charges
    await machine.run(13 * MINUTE)
    assert states_of(hass, [POOL]) == ["off" if shed else "on"]
    assert shedding.status[1] == ("grid_draw" if shed else "charged")


async def test_the_fridge_is_never_off_while_something_less_important_is_on(
    hass: HomeAssistant, machine: TimeMachine, battery: Battery
) -> None:
    seen: list[tuple[str, ...]] = []
    for soc in (45, 38, 33, 28, 26, 35, 41, 46, 55):
        if soc >= 35 and seen:
            battery.recovers(soc)
        else:
            battery.empties(soc)
        for _ in range(20):
            await machine.run(MINUTE)
            seen.append(tuple(states_of(hass, ALL)))
    assert {"off", "on"} == {state for moment in seen for state in moment}
    assert all(list(moment) == sorted(moment) for moment in seen)
    assert states_of(hass, [FRIDGE]) == ["on"]
