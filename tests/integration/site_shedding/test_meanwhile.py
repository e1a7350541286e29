"""What people do while we are turning a load, or while the site is stopped, counts as well."""

from collections.abc import Sequence

from homeassistant.core import Context, Event, EventStateChangedData, HomeAssistant, callback
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.integration.glue.toy import SILENCE, Toy
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

TURNED_OFF = ("overridden", POOL, "turned_off")


async def turn_off(hass: HomeAssistant) -> None:
    """Turn the first load off as somebody else."""
    await hass.services.async_call(
        "switch", "turn_off", {"entity_id": POOL}, blocking=True, context=Context()
    )


async def until_asked(machine: TimeMachine, plug: Plug, what: str) -> None:
    """Let time pass until a load is asked for something."""
    for _ in range(900):
        if plug.asked and plug.asked[-1] == what:
            return
        await machine.run(1)
    raise AssertionError("never asked")


@pytest.mark.usefixtures("off")
async def test_a_load_that_somebody_turns_off_while_we_turn_it_on_stays_off(
    hass: HomeAssistant,
    machine: TimeMachine,
    battery: Battery,
    shedding: Shedding,
    plugs: Sequence[Plug],
) -> None:
    plugs[0].fault = Fault.DEAF
    battery.recovers(90)
    await until_asked(machine, plugs[0], "on")
    await machine.finish(turn_off(hass))
    plugs[0].fault = None
    await machine.run(HOUR)
    assert states_of(hass, ALL) == ["off", "on", "on"]
    assert plugs[0].asked == ["off", "on", "off"]
    assert shedding.short == [TURNED_OFF]


@pytest.mark.usefixtures("off")
async def test_a_call_that_somebody_forestalls_is_not_made(
    hass: HomeAssistant,
    machine: TimeMachine,
    battery: Battery,
    shedding: Shedding,
    plugs: Sequence[Plug],
) -> None:
    @callback
    def forestall(event: Event[EventStateChangedData]) -> None:
        new = event.data["new_state"]
        if new is not None and new.state == "restoring":
            hass.async_create_task(turn_off(hass))

    hass.bus.async_listen("state_changed", forestall)
    await machine.run(15 * MINUTE)  # it has been off for long enough by then
    battery.recovers(90)
    await machine.run(HOUR)
    assert plugs[0].asked == ["off", "off"]
    assert shedding.short == [TURNED_OFF]


@pytest.mark.usefixtures("armed")
async def test_a_load_that_somebody_turns_off_while_we_do_stays_off(
    hass: HomeAssistant,
    machine: TimeMachine,
    battery: Battery,
    shedding: Shedding,
    plugs: Sequence[Plug],
) -> None:
    plugs[0].fault = Fault.DEAF
    battery.empties(38)
    await until_asked(machine, plugs[0], "off")
    plugs[0].fault = None
    await machine.finish(turn_off(hass))
    await machine.run(MINUTE)
    assert shedding.short == [TURNED_OFF]
    battery.recovers(90)
    await machine.run(HOUR)
    assert states_of(hass, ALL) == ["off", "on", "on"]
    assert "on" not in plugs[0].asked


async def test_a_load_that_somebody_turns_on_while_the_site_is_stopped_stays_on(
    hass: HomeAssistant,
    machine: TimeMachine,
    shedding: Shedding,
    plugs: Sequence[Plug],
    off: MockConfigEntry,
) -> None:
    assert await machine.finish(hass.config_entries.async_unload(off.entry_id))
    plugs[0].flip(on=True)
    assert await machine.finish(hass.config_entries.async_setup(off.entry_id))
    await machine.run(30 * MINUTE)
    assert states_of(hass, ALL) == ["on", "on", "on"]
    assert plugs[0].asked == ["off"]
    assert shedding.about["released"] == ["pool"]


async def test_a_device_that_was_away_when_the_site_was_stopped_has_started_anew(
    hass: HomeAssistant, machine: TimeMachine, plugs: Sequence[Plug], off: MockConfigEntry
) -> None:
    plugs[0].lose()
    await machine.run(5)
    assert await machine.finish(hass.config_entries.async_unload(off.entry_id))
    plugs[0].come_back(on=True)
    assert await machine.finish(hass.config_entries.async_setup(off.entry_id))
    await machine.run(5 * MINUTE)
    assert states_of(hass, ALL) == ["off", "on", "on"]


async def test_reloads_do_not_keep_loads_off_for_ever_when_nothing_is_heard(
    hass: HomeAssistant, machine: TimeMachine, toy: Toy, off: MockConfigEntry
) -> None:
    toy.error = SILENCE
    for minutes, states in ((50, "off"), (50, "off"), (25, "on")):
        await machine.run(minutes * MINUTE)
        assert states_of(hass, [POOL]) == [states]
        assert "site_shedding_stale" in repairs(hass)
        assert await machine.finish(hass.config_entries.async_reload(off.entry_id))


@pytest.mark.usefixtures("armed")
async def test_disarmed_during_a_call_that_ends_much_later_all_is_given_back(
    hass: HomeAssistant,
    machine: TimeMachine,
    battery: Battery,
    shedding: Shedding,
    plugs: Sequence[Plug],
) -> None:
    plugs[0].fault = Fault.CLINGS
    battery.empties(38)
    await until_asked(machine, plugs[0], "off")
    await machine.finish(shedding.disarm())
    await machine.run(10 * MINUTE)
    plugs[0].fault = None
    plugs[0].freed.set()
    await machine.run(5 * MINUTE)
    assert states_of(hass, ALL) == ["on", "on", "on"]
    assert plugs[0].asked == ["off", "on"]
    assert shedding.status == ("disarmed", "disarmed")
    assert shedding.short[-1] == ("restored", POOL, "disarmed")
