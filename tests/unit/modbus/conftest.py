"""What the tests of Modbus share: a gateway of each kind, and links to it."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from custom_components.solar_monitor.clients.modbus import ModbusLink
from tests.unit.impatience import PATIENT_S

from .scripted_gateway import ScriptedGateway

type LinkMaker = Callable[..., ModbusLink]


@pytest.fixture(params=[False, True], ids=["tcp", "rtu"])
def rtu(request: pytest.FixtureRequest) -> bool:
    """Whether RTU frames are spoken; a test with this fixture runs with both kinds."""
    chosen: bool = request.param
    return chosen


@pytest.fixture
async def gateway(socket_enabled: None, *, rtu: bool) -> AsyncIterator[ScriptedGateway]:  # noqa: ARG001  opens sockets
    """A gateway on 127.0.0.1 that answers everything; tests exchange its script."""
    scripted = ScriptedGateway(rtu=rtu)
    async with scripted.running():
        yield scripted


@pytest.fixture
async def make_link(gateway: ScriptedGateway) -> AsyncIterator[LinkMaker]:
    """A maker of links to the gateway, closed when the test ends."""
    links: list[ModbusLink] = []

    def make(**changes: Any) -> ModbusLink:  # noqa: ANN401  any setting of a link
        settings: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": gateway.port,
            "rtu": gateway.rtu,
            "request_timeout": PATIENT_S,
            "connect_timeout": 5.0,
            "pause": 0.0,
            "now": lambda: 1_700_000_000,
        }
        links.append(ModbusLink(**settings | changes))
        return links[-1]

    yield make
    for link in links:
        await link.close()


@pytest.fixture
def link(make_link: LinkMaker) -> ModbusLink:
    """A link to the gateway that has not asked anything yet."""
    return make_link()
