"""The flow alone: entries are made, not loaded; the cloud is a simulator."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from aiohttp import ClientSession
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from tests.integration.enlighten.kit import cloud_at
from tests.integration.enlighten_flow.kit import Browser
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
async def browser(hass_client_no_auth: ClientSessionGenerator) -> AsyncIterator[Browser]:
    """Give the user's browser. The cloud must be there before it: that sets Home Assistant up."""
    async with ClientSession() as session:
        yield Browser(session, await hass_client_no_auth())
