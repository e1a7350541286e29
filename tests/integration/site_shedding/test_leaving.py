"""The site is removed or disabled: what is off because of it, or may be soon, is given back."""

from collections.abc import Awaitable, Callable, Sequence

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.integration.machine import TimeMachine
from tests.integration.site_shedding.kit import ALL, MINUTE, POOL, Battery, Shedding, states_of
from tests.integration.site_shedding.loads import Fault, Plug

type Leave = Callable[[MockConfigEntry], Awaitable[None]]


@pytest.fixture(params=["removed", "disabled"])
def leave(request: pytest.FixtureRequest, hass: HomeAssistant, machine: TimeMachine) -> Leave:
    """Give what ends the site."""

    async def end(site: MockConfigEntry) -> None:
        entries = hass.config_entries
        if request.param == "removed":
            await machine.finish(entries.async_remove(site.entry_id))
        else:
            user = ConfigEntryDisabler.USER
            await machine.finish(entries.async_set_disabled_by(site.entry_id, user))

    return end


async def test_a_load_that_still_turns_off_is_asked_to_turn_on(
    hass: HomeAssistant,
    machine: TimeMachine,
    battery: Battery,
    plugs: Sequence[Plug],
    armed: MockConfigEntry,
    leave: Leave,
) -> None:
    plugs[0].fault = Fault.CLINGS
    battery.empties(38)
    while not plugs[0].asked:
        await machine.run(1)
    await leave(armed)
    plugs[0].fault = None
    plugs[0].freed.set()
    await machine.run(5)
    assert plugs[0].asked == ["off", "on"]
    assert states_of(hass, ALL) == ["on", "on", "on"]


async def test_what_somebody_wants_off_is_not_turned_on(
    hass: HomeAssistant,
    machine: TimeMachine,
    battery: Battery,
    plugs: Sequence[Plug],
    armed: MockConfigEntry,
    leave: Leave,
) -> None:
    plugs[0].fault = Fault.DEAF
    battery.empties(38)
    while not plugs[0].asked:
        await machine.run(1)
    await machine.finish(
        hass.services.async_call("switch", "turn_off", {"entity_id": POOL}, blocking=True)
    )
    await leave(armed)
    assert "on" not in plugs[0].asked


async def test_a_load_that_is_away_is_told_of_by_name(
    machine: TimeMachine,
    battery: Battery,
    shedding: Shedding,
    plugs: Sequence[Plug],
    armed: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
    leave: Leave,
) -> None:
    battery.empties(38)
    await machine.run(10 * MINUTE)
    assert shedding.shown("loads_shed") == "1"
    plugs[0].lose()
    caplog.clear()
    await leave(armed)
    warnings = [each.getMessage() for each in caplog.records if each.levelname == "WARNING"]
    assert [each for each in warnings if each.startswith(f"{POOL} was turned off by load shedding")]


async def test_a_load_that_was_away_while_the_site_was_disabled_is_given_back_afterwards(
    hass: HomeAssistant,
    machine: TimeMachine,
    battery: Battery,
    plugs: Sequence[Plug],
    armed: MockConfigEntry,
) -> None:
    battery.empties(38)
    await machine.run(10 * MINUTE)
    plugs[0].lose()
    entries, user = hass.config_entries, ConfigEntryDisabler.USER
    await machine.finish(entries.async_set_disabled_by(armed.entry_id, user))
    plugs[0].come_back(on=False)
    battery.recovers(90)
    await machine.finish(entries.async_set_disabled_by(armed.entry_id, None))
    await machine.run(20 * MINUTE)
    assert states_of(hass, ALL) == ["on", "on", "on"]
