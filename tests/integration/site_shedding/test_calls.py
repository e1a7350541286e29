"""Loads that do not obey: the battery is protected all the same, and nothing waits for them."""

from collections.abc import Sequence
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.site.source import CLOSEST_LOOKS_S, GATHER_S
from tests.integration.glue.toy import Toy
from tests.integration.machine import TimeMachine
from tests.integration.site_shedding.kit import (
    ALL,
    CAR,
    MINUTE,
    POOL,
    Battery,
    Shedding,
    repairs,
    states_of,
)
from tests.integration.site_shedding.loads import Fault, Plug
from tests.integration.states import state_with

pytestmark = pytest.mark.usefixtures("armed")

EVERY_FAULT = list(Fault)


@pytest.mark.parametrize("fault", EVERY_FAULT)
async def test_the_next_load_is_tried_so_that_the_battery_is_protected(
    hass: HomeAssistant,
    machine: TimeMachine,
    battery: Battery,
    shedding: Shedding,
    plugs: Sequence[Plug],
    fault: Fault,
) -> None:
    plugs[0].fault = fault
    battery.empties(34)
    await machine.run(10 * MINUTE)
    assert plugs[0].asked == ["off", "off", "off"]
    assert states_of(hass, ALL) == ["on", "off", "on"]
    assert shedding.short == [("failed", POOL, "turn_off_failed"), ("shed", CAR, "soc")]
    assert shedding.status == ("error", "turn_off_failed")
    assert shedding.about["failed"] == ["pool"]
    assert repairs(hass) == {"site_load_failed": {"name": "Solar site", "load": "pool"}}
    plugs[0].freed.set()


@pytest.mark.parametrize("fault", EVERY_FAULT)
async def test_a_load_that_did_not_obey_is_tried_again_after_a_quarter_of_an_hour(
    hass: HomeAssistant,
    machine: TimeMachine,
    battery: Battery,
    plugs: Sequence[Plug],
    fault: Fault,
) -> None:
    plugs[0].fault = fault
    battery.empties(38)
    await machine.run(10 * MINUTE)
    assert states_of(hass, ALL) == ["on", "on", "on"]
    plugs[0].fault = None
    plugs[0].freed.set()
    await machine.run(14 * MINUTE)
    assert states_of(hass, ALL) == ["off", "on", "on"]
    assert repairs(hass) == {}


async def test_a_repair_of_a_load_stands_while_it_is_tried_again_and_goes_when_all_is_well(
    hass: HomeAssistant, machine: TimeMachine, battery: Battery, plugs: Sequence[Plug]
) -> None:
    plugs[0].fault = Fault.DEAF
    battery.empties(38)
    await machine.run(10 * MINUTE)
    for _ in range(40):
        await machine.run(MINUTE)
        assert "site_load_failed" in repairs(hass)
    assert len(plugs[0].asked) > 6
    battery.recovers(90)
    await machine.run(20 * MINUTE)
    assert repairs(hass) == {}


@pytest.mark.parametrize("fault", EVERY_FAULT)
async def test_a_load_that_does_not_come_back_is_told_of_and_tried_again(
    hass: HomeAssistant,
    machine: TimeMachine,
    battery: Battery,
    shedding: Shedding,
    plugs: Sequence[Plug],
    fault: Fault,
) -> None:
    battery.empties(38)
    await machine.run(10 * MINUTE)
    assert states_of(hass, [POOL]) == ["off"]
    plugs[0].fault = fault
    battery.recovers(90)
    await machine.run(10 * MINUTE)
    assert plugs[0].asked == ["off", "on", "on", "on"]
    assert shedding.status == ("error", "turn_on_failed")
    assert shedding.short[-1] == ("failed", POOL, "turn_on_failed")
    assert "site_load_failed" in repairs(hass)
    plugs[0].fault = None
    plugs[0].freed.set()
    await machine.run(16 * MINUTE)
    assert states_of(hass, [POOL]) == ["on"]
    assert shedding.status == ("normal", "charged")
    assert repairs(hass) == {}


@pytest.mark.parametrize("fault", [Fault.HANGS, Fault.CLINGS])
async def test_the_site_goes_on_while_a_call_hangs(
    hass: HomeAssistant,
    machine: TimeMachine,
    battery: Battery,
    toy: Toy,
    plugs: Sequence[Plug],
    fault: Fault,
) -> None:
    plugs[0].fault = fault
    battery.empties(38)
    for calls in (1, 2, 3):
        while len(plugs[0].asked) < calls:
            await machine.run(1)
        battery.battery_w = 900.0 + calls
        toy.tell({"production_power": 0}, measured=True)
        await machine.run(GATHER_S + CLOSEST_LOOKS_S)
        assert len(plugs[0].asked) == calls
        assert state_with(hass, "site_battery_power").state == str(900 + calls)


async def test_what_is_about_to_be_done_is_stored_before_it_is_done(
    hass_storage: dict[str, Any],
    machine: TimeMachine,
    battery: Battery,
    plugs: Sequence[Plug],
    armed: MockConfigEntry,
) -> None:
    stored: list[list[str]] = []

    def look(what: str) -> None:
        memory = hass_storage[f"solar_monitor.{armed.entry_id}"]["data"]["shedding"]["memory"]
        stored.append([f"{hold['phase']} {what}" for hold in memory["holds"].values()])

    plugs[0].on_ask = look
    battery.empties(38)
    await machine.run(10 * MINUTE)
    battery.recovers(90)
    await machine.run(15 * MINUTE)
    assert stored == [["turning_off off"], ["turning_on on"]]


async def test_a_load_that_obeys_late_is_still_given_back(
    hass: HomeAssistant, machine: TimeMachine, battery: Battery, plugs: Sequence[Plug]
) -> None:
    plugs[0].fault = Fault.DEAF
    battery.empties(38)
    while len(plugs[0].asked) < 3:
        await machine.run(5)
    await machine.run(40)
    plugs[0].flip(on=False)
    battery.recovers(90)
    plugs[0].fault = None
    await machine.run(20 * MINUTE)
    assert states_of(hass, [POOL]) == ["on"]
