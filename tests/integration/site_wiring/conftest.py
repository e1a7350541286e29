"""A house, its Energy dashboard, and a Home Assistant that records."""

from collections.abc import AsyncIterator
from typing import Any

from freezegun.api import TickingDateTimeFactory
from homeassistant.components.recorder import Recorder
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    WebSocketGenerator,
)

from tests.integration.conftest import SetUp
from tests.integration.machine import TimeMachine
from tests.integration.site.kit import House, Topology, house_at
from tests.integration.site_wiring.kit import Desk


@pytest.fixture
def enable_statistics() -> bool:
    """Let the recorder compile statistics every five minutes."""
    return True


@pytest.fixture
def recorder_config(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Record the sensors of the site and those of its sources; a test may ask for less."""
    include = ["sensor.*total*", "sensor.*power*", "sensor.*charge*"]
    return getattr(request, "param", {"include": {"entity_globs": include}})


@pytest.fixture(autouse=True)
def our_integration(
    clock: TickingDateTimeFactory,
    recorder_mock: Recorder,
    hass_storage: dict[str, Any],
    enable_custom_integrations: None,
    socket_enabled: None,
) -> None:
    """Start the recorder first: it must be there before Home Assistant."""


@pytest.fixture(autouse=True)
def brief(caplog: pytest.LogCaptureFixture) -> None:
    """Let nobody tell every request and every statement: that takes half of the time."""
    for talker in ("", "sqlalchemy.engine", "homeassistant.components.recorder"):
        caplog.set_level("WARNING", talker)


@pytest.fixture
async def house(
    request: pytest.FixtureRequest,
    hass: HomeAssistant,
    machine: TimeMachine,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[House]:
    """Give a house whose entries are not set up yet; a test may ask for another `Topology`."""
    monkeypatch.setattr("tests.simulators.logger.WATCH_S", 86_400)
    topology: Topology = getattr(request, "param", Topology())
    async with house_at(hass, topology) as found:
        yield found
        for entry in reversed(found.entries):
            if entry.state.recoverable and hass.config_entries.async_get_entry(entry.entry_id):
                assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))
        await hass.async_block_till_done()


@pytest.fixture
async def quiet(
    hass: HomeAssistant,
    house: House,
    machine: TimeMachine,
    set_up: SetUp,
    hass_client: ClientSessionGenerator,
    hass_ws_client: WebSocketGenerator,
) -> Desk:
    """Give the place from where the user works, with the house set up a minute ago."""
    assert await async_setup_component(hass, "repairs", {})
    for entry in house.entries:
        await set_up(entry)
    desk = Desk(hass, house, machine, await hass_client(), hass_ws_client)
    await machine.run(60)
    return desk


@pytest.fixture
async def energy(hass: HomeAssistant) -> None:
    """Have an Energy dashboard."""
    assert await async_setup_component(hass, "energy", {})


@pytest.fixture
def desk(energy: None, quiet: Desk) -> Desk:  # noqa: ARG001 - energy is to be there first
    """Give the place from where the user works, with an Energy dashboard."""
    return quiet
