"""Without loads, what would be done is shown: for automations of people's own."""

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.integration.conftest import SetUp
from tests.integration.glue.toy import Toy, toy_entry
from tests.integration.machine import TimeMachine
from tests.integration.site_shedding.kit import MINUTE, Battery, Shedding, site_with_loads


@pytest.fixture
async def observing(
    toy: Toy, machine: TimeMachine, set_up: SetUp, shedding: Shedding
) -> MockConfigEntry:
    """Set a site up that has no loads, armed."""
    assert toy.reads == []
    await set_up(toy_entry())
    site = site_with_loads()
    await set_up(site)
    await machine.finish(shedding.arm())
    await machine.run(16 * MINUTE)
    return site


@pytest.mark.usefixtures("observing")
async def test_active_turns_on_and_off_all_the_same(
    machine: TimeMachine, battery: Battery, shedding: Shedding
) -> None:
    assert shedding.shown("load_shedding_active") == "off"
    battery.empties(38)
    await machine.run(10 * MINUTE)
    assert shedding.shown("load_shedding_active") == "on"
    assert shedding.shown("loads_shed") == "0"
    assert shedding.status == ("shed", "soc")
    battery.recovers(90)
    await machine.run(12 * MINUTE)
    assert shedding.shown("load_shedding_active") == "off"
    assert shedding.short == [("shed", None, "soc"), ("restored", None, "recharged")]


async def test_it_is_remembered_over_a_restart(
    hass: HomeAssistant,
    machine: TimeMachine,
    battery: Battery,
    shedding: Shedding,
    observing: MockConfigEntry,
) -> None:
    battery.empties(38)
    await machine.run(10 * MINUTE)
    assert await machine.finish(hass.config_entries.async_reload(observing.entry_id))
    await machine.run(5)
    assert shedding.shown("load_shedding_active") == "on"
    assert await machine.finish(hass.config_entries.async_remove(observing.entry_id))
