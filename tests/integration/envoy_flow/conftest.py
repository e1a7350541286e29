"""The flow alone: entries are made, not loaded; gateway and cloud are simulators."""

from collections.abc import AsyncIterator

from homeassistant.core import HomeAssistant
import pytest

from tests.integration.envoy.kit import gateway_at
from tests.integration.envoy_flow.kit import OLD
from tests.simulators.envoy import EnvoySimulator


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
