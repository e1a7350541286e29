"""A real Home Assistant, and a simulated house with its logger on a port of this machine."""

from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.sources.deye import link
from tests.integration.deye import entry_for
from tests.integration.face import Combination
from tests.simulators.clock import Clock
from tests.simulators.logger import LoggerSimulator
from tests.simulators.place import place_where_it_is
from tests.simulators.site import Site

REQUEST_TIMEOUT_S = 0.5
MATRIX = "matrix"
"""Property of a test: the row of the fault matrix that it belongs to."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many cases of each row of the fault matrix passed."""
    rows: dict[object, list[int]] = {}
    for outcome, good in (("passed", 1), ("failed", 0)):
        for report in terminalreporter.getreports(outcome):
            for name, row in report.user_properties:
                if name == MATRIX and report.when == "call":
                    rows.setdefault(row, []).append(good)
    if rows:
        terminalreporter.section("fault matrix")
        for row, cases in rows.items():
            terminalreporter.line(f"{row}: {sum(cases)} of {len(cases)}")


@pytest.fixture(autouse=True)
def our_integration(enable_custom_integrations: None, socket_enabled: None) -> None:
    """Let Home Assistant find our integration, and open sockets to this machine."""


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait tenths of a second where the product waits many."""
    monkeypatch.setattr(link, "REQUEST_TIMEOUT_S", REQUEST_TIMEOUT_S)
    monkeypatch.setattr(link, "RETRY_PAUSE_S", 0.01)
    monkeypatch.setattr(link, "REQUEST_PAUSE_S", 0.0)


@pytest.fixture
def site() -> Site:
    """Give a house where it is 11 o'clock, with weather that stands still."""
    house = Site(seed=7, clock=Clock(running=True), place=place_where_it_is(11))
    house.freeze_weather()
    return house


@pytest.fixture
async def logger(request: pytest.FixtureRequest, site: Site) -> AsyncIterator[LoggerSimulator]:
    """Give a logger that answers; a test may ask for another `Combination`."""
    combination: Combination = getattr(request, "param", Combination())
    simulator = combination.logger_at(site)
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
def deye_entry(logger: LoggerSimulator) -> MockConfigEntry:
    """Give the entry that the flow would have made for the logger."""
    return entry_for(logger)


type SetUp = Callable[[MockConfigEntry], Coroutine[Any, Any, None]]


@pytest.fixture
async def set_up(hass: HomeAssistant) -> AsyncIterator[SetUp]:
    """Give a function that sets an entry up; what is still loaded at the end is unloaded."""
    entries: list[MockConfigEntry] = []

    async def run(entry: MockConfigEntry) -> None:
        entry.add_to_hass(hass)
        entries.append(entry)
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()

    yield run
    for entry in entries:
        if entry.state.recoverable and hass.config_entries.async_get_entry(entry.entry_id):
            await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()
