"""What the tests of the transport share."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from custom_components.solar_monitor.clients.solarman import SolarmanLink
from tests.unit.impatience import PATIENT_S

from .scripted_logger import CLOCK, ScriptedLogger, running


@pytest.fixture
async def logger(socket_enabled: None) -> AsyncIterator[ScriptedLogger]:  # noqa: ARG001  opens sockets
    """A logger on 127.0.0.1 that answers everything; tests exchange its script."""
    async with running() as scripted:
        yield scripted


@pytest.fixture
async def make_link(logger: ScriptedLogger) -> AsyncIterator[Callable[..., SolarmanLink]]:
    """A maker of links to the logger, closed when the test ends."""
    links: list[SolarmanLink] = []

    def make(**changes: Any) -> SolarmanLink:  # noqa: ANN401  any setting of a link
        settings: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": logger.port,
            "request_timeout": PATIENT_S,
            "connect_timeout": 5.0,
            "pause": 0.0,
            "now": lambda: CLOCK + 90.5,
        }
        links.append(SolarmanLink(**settings | changes))
        return links[-1]

    yield make
    for link in links:
        await link.close()


@pytest.fixture
def link(make_link: Callable[..., SolarmanLink]) -> SolarmanLink:
    """A link to the logger that has not asked anything yet."""
    return make_link()
