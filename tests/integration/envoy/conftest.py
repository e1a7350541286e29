"""A gateway on a port of this machine, with the house behind it."""

from collections.abc import AsyncIterator

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.integration.envoy.kit import entry_for, gateway_at
from tests.simulators.envoy import EnvoySimulator, Shape


@pytest.fixture
async def gateway(
    request: pytest.FixtureRequest, hass: HomeAssistant
) -> AsyncIterator[EnvoySimulator]:
    """Give a gateway; a test may ask for another shape."""
    shape: Shape = getattr(request, "param", Shape.D8_3_METERED)
    async with gateway_at(hass, shape) as simulator:
        yield simulator


@pytest.fixture
def envoy_entry(gateway: EnvoySimulator) -> MockConfigEntry:
    """Give the entry that the flow would have made for the gateway."""
    return entry_for(gateway)
