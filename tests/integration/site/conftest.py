"""A house whose entries are set up in any order."""

from collections.abc import AsyncIterator

from homeassistant.core import HomeAssistant
import pytest

from tests.integration.conftest import SetUp
from tests.integration.machine import TimeMachine
from tests.integration.site.kit import House, Topology, house_at


@pytest.fixture
def long_days(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the site look when there is news and every five minutes: a day is short then."""
    monkeypatch.setattr("custom_components.solar_monitor.site.source.POLL_S", 300.0)


@pytest.fixture
async def house(
    request: pytest.FixtureRequest,
    hass: HomeAssistant,
    machine: TimeMachine,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[House]:
    """Give a house whose entries are not set up yet; a test may ask for another `Topology`."""
    # Loggers in this house do not go to sleep: to look every 5 s makes days long.
    monkeypatch.setattr("tests.simulators.logger.WATCH_S", 86_400)
    topology: Topology = getattr(request, "param", Topology())
    async with house_at(hass, topology) as found:
        yield found
        for entry in reversed(found.entries):
            if entry.state.recoverable and hass.config_entries.async_get_entry(entry.entry_id):
                assert await machine.finish(hass.config_entries.async_unload(entry.entry_id))
        await hass.async_block_till_done()


@pytest.fixture
async def living(house: House, set_up: SetUp) -> House:
    """Give a house with everything set up, the site last."""
    for entry in house.entries:
        await set_up(entry)
    return house
