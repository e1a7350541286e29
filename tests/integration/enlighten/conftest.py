"""Enphase's cloud on a port of this machine, with one application and its systems."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.sources.enlighten.tokens import EntryTokens
from tests.integration.enlighten.kit import cloud_at, entry_for, tokens_of
from tests.simulators.enlighten import EnlightenSimulator


@pytest.fixture
async def cloud(
    request: pytest.FixtureRequest, hass: HomeAssistant
) -> AsyncIterator[EnlightenSimulator]:
    """Give a cloud; a test may ask for other systems: a tuple with the knobs of each."""
    systems: tuple[Mapping[str, Any], ...] = getattr(request, "param", ({},))
    async with cloud_at(hass, *systems) as simulator:
        yield simulator


@pytest.fixture
def cloud_entry(cloud: EnlightenSimulator) -> MockConfigEntry:
    """Give the entry that the flow would have made for all systems of the cloud."""
    return entry_for(cloud)


@pytest.fixture
async def tokens(hass: HomeAssistant, cloud_entry: MockConfigEntry) -> EntryTokens:
    """Give the tokens of the entry, which is known to Home Assistant and not set up."""
    return await tokens_of(hass, cloud_entry)
