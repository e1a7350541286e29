"""Switches that are polled: for a moment they show what they were, or long nothing new."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from homeassistant.core import Context, HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.integration.machine import TimeMachine
from tests.integration.site_shedding.kit import (
    ALL,
    HOUR,
    MINUTE,
    POOL,
    Battery,
    Shedding,
    repairs,
    states_of,
)
from tests.integration.site_shedding.loads import Fault, Plug
from tests.integration.site_shedding.test_meanwhile import until_asked

RESTORED = ("restored", POOL, "recharged")


async def call(hass: HomeAssistant, service: str) -> None:
    """Call an action for the first load as somebody else."""
    await hass.services.async_call(
        "switch", service, {"entity_id": POOL}, blocking=True, context=Context()
    )


@pytest.mark.usefixtures("armed")
@pytest.mark.parametrize("after_s", [2, 8])
async def test_a_load_that_shows_on_once_after_it_was_turned_off_comes_back(
    hass: HomeAssistant,
    machine: TimeMachine,
    battery: Battery,
    shedding: Shedding,
    plugs: Sequence[Plug],
    after_s: float,
) -> None:
    battery.empties(38)
    await until_asked(machine, plugs[0], "off")
    await machine.run(after_s)
    plugs[0].flip(on=True)
    await machine.run(30)
    plugs[0].flip(on=False)
    await machine.run(30)
    assert shedding.shown("loads_shed") == "1"
    battery.recovers(90)
    await machine.run(20 * MINUTE)
    assert states_of(hass, ALL) == ["on", "on", "on"]
    assert shedding.short == [("shed", POOL, "soc"), RESTORED]


@pytest.mark.usefixtures("off")
@pytest.mark.parametrize("after_s", [2, 8, 40])
async def test_a_load_that_does_not_stay_on_is_asked_again(
    hass: HomeAssistant,
    machine: TimeMachine,
    battery: Battery,
    shedding: Shedding,
    plugs: Sequence[Plug],
    after_s: float,
) -> None:
    battery.recovers(90)
    await until_asked(machine, plugs[0], "on")
    await machine.run(after_s)
    plugs[0].flip(on=False)
    await machine.run(5 * MINUTE)
    assert states_of(hass, ALL) == ["on", "on", "on"]
    assert plugs[0].asked == ["off", "on", "on"]
    assert shedding.short == [RESTORED]
    assert shedding.status == ("normal", "charged")
    assert repairs(hass) == {}


@pytest.mark.usefixtures("off")
async def test_what_somebody_turns_on_with_the_card_of_a_polled_switch_is_theirs(
    hass: HomeAssistant,
    machine: TimeMachine,
    plugs: Sequence[Plug],
) -> None:
    await machine.run(10 * MINUTE)
    before = list(plugs[0].asked)
    await call(hass, "turn_on")
    await machine.run(3)
    plugs[0].flip(on=False)  # a poll that was under way shows the old state
    await machine.run(10)
    plugs[0].flip(on=True)  # and the next one the truth
    await machine.run(HOUR)
    assert plugs[0].asked == [*before, "on"]
    assert states_of(hass, ALL[:1]) == ["on"]


@pytest.mark.usefixtures("off")
async def test_a_load_that_never_stays_on_is_told_of_as_long_as_it_does_so(
    hass: HomeAssistant,
    machine: TimeMachine,
    battery: Battery,
    shedding: Shedding,
    plugs: Sequence[Plug],
) -> None:
    battery.recovers(90)
    bounced, missing = 0, 0
    for _ in range(960):
        await machine.run(15)
        if plugs[0].is_on:
            plugs[0].flip(on=False)
            bounced += 1
        elif bounced > 3:
            missing += "site_load_failed" not in repairs(hass)
        if bounced == 9:
            break
    assert bounced == 9
    assert missing == 0
    await machine.run(20 * MINUTE)
    assert states_of(hass, ALL) == ["on", "on", "on"]
    assert shedding.short.count(("failed", POOL, "turn_on_failed")) == 3
    assert repairs(hass) == {}


@pytest.mark.usefixtures("off")
@pytest.mark.parametrize("service", ["turn_off", "toggle"])
async def test_a_load_that_somebody_turns_off_right_after_it_was_given_back_stays_off(
    hass: HomeAssistant,
    machine: TimeMachine,
    battery: Battery,
    shedding: Shedding,
    plugs: Sequence[Plug],
    service: str,
) -> None:
    battery.recovers(90)
    await until_asked(machine, plugs[0], "on")
    await machine.run(8)
    await machine.finish(call(hass, service))
    await machine.run(HOUR)
    assert states_of(hass, ALL) == ["off", "on", "on"]
    assert plugs[0].asked == ["off", "on", "off"]
    assert shedding.short == [RESTORED]


@pytest.mark.usefixtures("off")
async def test_somebody_who_toggles_what_is_off_wants_it_on(
    hass: HomeAssistant, machine: TimeMachine, shedding: Shedding
) -> None:
    await machine.finish(call(hass, "toggle"))
    await machine.run(MINUTE)
    assert states_of(hass, ALL) == ["on", "on", "on"]
    assert shedding.short == [("overridden", POOL, "turned_on")]


@pytest.mark.usefixtures("armed")
async def test_a_load_that_is_polled_every_five_minutes_comes_back(
    hass: HomeAssistant,
    machine: TimeMachine,
    battery: Battery,
    shedding: Shedding,
    plugs: Sequence[Plug],
) -> None:
    plugs[0].fault = Fault.DEAF
    battery.empties(38)
    await until_asked(machine, plugs[0], "off")
    await machine.run(5 * MINUTE)
    assert repairs(hass).keys() == {"site_load_failed"}
    plugs[0].fault = None
    plugs[0].flip(on=False)
    await machine.run(2 * MINUTE)
    assert shedding.status == ("shed", "soc")
    assert repairs(hass) == {}
    battery.recovers(90)
    await machine.run(20 * MINUTE)
    assert states_of(hass, ALL) == ["on", "on", "on"]


@pytest.mark.usefixtures("off")
@pytest.mark.parametrize(
    "ask", [lambda shedding: shedding.release(POOL), Shedding.disarm], ids=["release", "disarm"]
)
async def test_a_load_that_did_not_come_back_is_asked_at_once_when_somebody_wants_it(
    hass: HomeAssistant,
    machine: TimeMachine,
    battery: Battery,
    shedding: Shedding,
    plugs: Sequence[Plug],
    ask: Callable[[Shedding], Coroutine[Any, Any, None]],
) -> None:
    plugs[0].fault = Fault.REFUSES
    battery.recovers(90)
    await machine.run(5 * MINUTE)
    assert shedding.status == ("error", "turn_on_failed")
    plugs[0].fault = None
    await machine.finish(ask(shedding))
    await machine.run(5)
    assert states_of(hass, ALL) == ["on", "on", "on"]


async def test_what_has_just_come_on_and_is_away_is_not_told_of_when_the_site_is_removed(
    hass: HomeAssistant,
    machine: TimeMachine,
    battery: Battery,
    plugs: Sequence[Plug],
    off: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    battery.recovers(90)
    await until_asked(machine, plugs[0], "on")
    await machine.run(5)
    plugs[0].lose()
    await machine.run(5)
    assert await machine.finish(hass.config_entries.async_remove(off.entry_id))
    assert "was turned off by load shedding" not in caplog.text
