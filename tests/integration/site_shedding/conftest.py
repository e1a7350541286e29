"""A site with one made-up inverter, its battery, and three plugs."""

from collections.abc import AsyncIterator
from dataclasses import replace

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.coordinator import SolarMonitorConfigEntry
from custom_components.solar_monitor.kinds import KINDS
from custom_components.solar_monitor.sources import SOURCES
from tests.integration.conftest import SetUp
from tests.integration.glue.toy import KIND, Toy, toy_entry, toy_spec
from tests.integration.machine import TimeMachine
from tests.integration.site_shedding.kit import (
    ALL,
    MINUTE,
    Battery,
    Shedding,
    site_with_loads,
    states_of,
)
from tests.integration.site_shedding.loads import Plug, plug_in


@pytest.fixture
def battery() -> Battery:
    """Give what the inverter tells."""
    return Battery()


@pytest.fixture
def toy(hass: HomeAssistant, battery: Battery, monkeypatch: pytest.MonkeyPatch) -> Toy:
    """Give the inverter; it stays the same when its entry reloads."""
    source = Toy(hass)

    async def connect(_hass: HomeAssistant, _entry: SolarMonitorConfigEntry) -> Toy:
        return source

    spec = replace(toy_spec(connect), contribute=battery.contribute)
    for kinds in (KINDS, SOURCES):
        assert isinstance(kinds, dict)
        monkeypatch.setitem(kinds, KIND, spec)
    return source


@pytest.fixture
def shedding(hass: HomeAssistant) -> Shedding:
    """Give what is seen of load shedding."""
    return Shedding(hass)


@pytest.fixture
async def plugs(hass: HomeAssistant) -> AsyncIterator[tuple[Plug, Plug, Plug]]:
    """Give three switches that are on."""
    found = (Plug("pool"), Plug("car"), Plug("fridge"))
    await plug_in(hass, "switch", *found)
    yield found
    for plug in found:
        plug.freed.set()


@pytest.fixture
async def site(
    request: pytest.FixtureRequest,
    plugs: tuple[Plug, Plug, Plug],
) -> MockConfigEntry:
    """Give the entry of a site that sheds the plugs in their order; a test may add options."""
    more = getattr(request, "param", {})
    return site_with_loads(*(plug.entity_id for plug in plugs), **more)


@pytest.fixture
async def armed(
    toy: Toy,
    machine: TimeMachine,
    set_up: SetUp,
    site: MockConfigEntry,
    shedding: Shedding,
) -> MockConfigEntry:
    """Set everything up and arm; there are enough readings by then. Gives the site's entry."""
    assert toy.reads == []
    await set_up(toy_entry())
    await set_up(site)
    await machine.finish(shedding.arm())
    await machine.run(16 * MINUTE)  # loads have been on for long enough by then
    assert shedding.status == ("normal", "charged")
    return site


@pytest.fixture
async def off(
    hass: HomeAssistant,
    machine: TimeMachine,
    battery: Battery,
    shedding: Shedding,
    armed: MockConfigEntry,
) -> MockConfigEntry:
    """Let the first load be shed; gives the site's entry."""
    battery.empties(38)
    await machine.run(10 * MINUTE)
    assert states_of(hass, ALL) == ["off", "on", "on"]
    shedding.told.clear()
    return armed
