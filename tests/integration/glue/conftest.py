"""A made-up vendor in place of a real one."""

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.coordinator import SolarMonitorConfigEntry
from custom_components.solar_monitor.kinds import KINDS
from tests.integration.glue.toy import KIND, Toy, toy_entry, toy_spec


@pytest.fixture
def toy(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> Toy:
    """Give the source of the entry that a test sets up; it stays the same when that reloads."""
    source = Toy(hass)

    async def connect(_hass: HomeAssistant, _entry: SolarMonitorConfigEntry) -> Toy:
        return source

    assert isinstance(KINDS, dict)
    monkeypatch.setitem(KINDS, KIND, toy_spec(connect))
    return source


@pytest.fixture
def toy_config(toy: Toy) -> MockConfigEntry:
    """Give its entry."""
    assert toy.reads == []
    return toy_entry()
