"""A site and a house: a battery inverter and a gateway, both simulated."""

from collections.abc import AsyncIterator

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.integration.conftest import SetUp
from tests.integration.envoy.kit import entry_for as gateway_entry_for, gateway_at
from tests.integration.site_flow.kit import site_entry_with
from tests.simulators.envoy import EnvoySimulator


@pytest.fixture
async def gateway(hass: HomeAssistant) -> AsyncIterator[EnvoySimulator]:
    """Give a gateway with meters and eight panels."""
    async with gateway_at(hass) as simulator:
        yield simulator


@pytest.fixture
async def house(
    set_up: SetUp, deye_entry: MockConfigEntry, gateway: EnvoySimulator
) -> tuple[MockConfigEntry, MockConfigEntry]:
    """Set a Deye and an Envoy up; give their entries."""
    envoy_entry = gateway_entry_for(gateway)
    await set_up(deye_entry)
    await set_up(envoy_entry)
    return deye_entry, envoy_entry


@pytest.fixture
async def site_entry(set_up: SetUp) -> MockConfigEntry:
    """Set a site up in which nobody has chosen anything."""
    entry = site_entry_with()
    await set_up(entry)
    return entry
