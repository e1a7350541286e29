"""The flow alone: entries are made, not loaded; gateway and cloud are simulators."""

from collections.abc import AsyncIterator
from unittest.mock import AsyncMock, patch

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest

from custom_components.solar_monitor.const import DOMAIN
from tests.integration.envoy_flow.kit import OLD, gateway_at
from tests.simulators.envoy import EnvoySimulator


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


@pytest.fixture
async def gateway(hass: HomeAssistant) -> AsyncIterator[EnvoySimulator]:
    """Give a gateway with new firmware, and the cloud that signs its tokens."""
    async with gateway_at(hass) as simulator:
        yield simulator


@pytest.fixture
async def old_gateway(hass: HomeAssistant) -> AsyncIterator[EnvoySimulator]:
    """Give a gateway with firmware before 7."""
    async with gateway_at(hass, OLD) as simulator:
        yield simulator
