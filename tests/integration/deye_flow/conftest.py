"""The flow alone: entries are made, not loaded, and nobody answers the search for loggers."""

from collections.abc import AsyncIterator
from unittest.mock import AsyncMock, patch

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest

from custom_components.solar_monitor.const import DOMAIN
from custom_components.solar_monitor.sources.deye import flow


@pytest.fixture
async def no_set_up(hass: HomeAssistant) -> AsyncIterator[AsyncMock]:
    """Make entries without loading them; give what counts how often one would have been."""
    with (
        patch(f"custom_components.{DOMAIN}.async_setup_entry", return_value=True) as set_up,
        patch(f"custom_components.{DOMAIN}.async_unload_entry", return_value=True),
    ):
        yield set_up
        for entry in hass.config_entries.async_entries(DOMAIN):
            if entry.state is ConfigEntryState.LOADED:
                await hass.config_entries.async_unload(entry.entry_id)


@pytest.fixture(autouse=True)
def quiet_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody answer the search for loggers, at once."""
    monkeypatch.setattr(flow, "discover", AsyncMock(return_value=[]))
