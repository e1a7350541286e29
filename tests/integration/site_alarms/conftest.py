"""A site with one made-up source."""

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
from tests.integration.site.kit import site_entry_with
from tests.integration.site_alarms.kit import Says, Told


@pytest.fixture
def says() -> Says:
    """Give what the source tells."""
    return Says()


@pytest.fixture
def toy(hass: HomeAssistant, says: Says, monkeypatch: pytest.MonkeyPatch) -> Toy:
    """Give the source; it stays the same when its entry reloads."""
    source = Toy(hass)

    async def connect(_hass: HomeAssistant, _entry: SolarMonitorConfigEntry) -> Toy:
        return source

    spec = replace(toy_spec(connect), contribute=says.contribute)
    for kinds in (KINDS, SOURCES):
        assert isinstance(kinds, dict)
        monkeypatch.setitem(kinds, KIND, spec)
    return source


@pytest.fixture
def toy_config(toy: Toy) -> MockConfigEntry:
    """Give the entry of the source."""
    assert toy.reads == []
    return toy_entry()


@pytest.fixture
def site_config(request: pytest.FixtureRequest) -> MockConfigEntry:
    """Give the entry of the site; a test may ask for options."""
    return site_entry_with(getattr(request, "param", None))


@pytest.fixture
def told(hass: HomeAssistant) -> Told:
    """Note what the site tells."""
    return Told(hass)


@pytest.fixture
async def living(
    machine: TimeMachine, set_up: SetUp, site_config: MockConfigEntry, toy_config: MockConfigEntry
) -> MockConfigEntry:
    """Set site and source up, the site first; gives the site's entry."""
    await set_up(site_config)
    await set_up(toy_config)
    await machine.run(5)
    return site_config
