"""A simulated logger and a connection to it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from tests.simulators.logger import LoggerSimulator
from tests.simulators.site import Clock, Site

from .wire import Wire, connected

MORNING = datetime(2026, 6, 21, 7, 0, 5, tzinfo=UTC)


@pytest.fixture
def site() -> Site:
    """A house on a summer's morning, its clock stopped."""
    return Site(1, Clock(MORNING))


@pytest.fixture
async def logger(socket_enabled: None, site: Site) -> AsyncIterator[LoggerSimulator]:  # noqa: ARG001  opens sockets
    """A running logger."""
    simulator = LoggerSimulator(site)
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
async def wire(logger: LoggerSimulator) -> AsyncIterator[Wire]:
    """A connection to the logger."""
    async with connected(logger) as connection:
        yield connection
