"""A client of a simulated account with two systems: one with everything, one with panels only."""

from collections.abc import AsyncIterator

import pytest

from tests.simulators.clock import Clock
from tests.simulators.enlighten import EnlightenSimulator, EnlightenSystem
from tests.unit.simulators.enlighten_kit import NOON, Client, cloud_of, full_house, signed_in


@pytest.fixture
async def client(socket_enabled: None) -> AsyncIterator[Client]:  # noqa: ARG001  opens sockets
    """A client of a system with everything, and of one with panels only."""
    clock = Clock(NOON)
    plain = EnlightenSystem(
        clock, system_id=7, gateway_serial="7", production_meter=False, consumption_meter=False
    )
    cloud = cloud_of(full_house(clock), plain)
    async with signed_in(cloud) as client:
        yield client


@pytest.fixture
def cloud(client: Client) -> EnlightenSimulator:
    """The cloud of the client."""
    return client.cloud


@pytest.fixture
def system(cloud: EnlightenSimulator) -> EnlightenSystem:
    """The system with everything."""
    return cloud.system


@pytest.fixture
def plain(cloud: EnlightenSimulator) -> EnlightenSystem:
    """The system with panels only."""
    return cloud.systems[1]
