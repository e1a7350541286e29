"""A real Home Assistant, and a simulated house with its logger on a port of this machine."""

from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from functools import partial
import time
from typing import Any
from unittest.mock import AsyncMock, patch

from freezegun import freeze_time
from freezegun.api import TickingDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import Entity
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.clients.solarman.link import SolarmanLink
from custom_components.solar_monitor.const import DOMAIN
from custom_components.solar_monitor.sources.deye import link
from tests.integration.deye import entry_for
from tests.integration.face import Combination
from tests.integration.machine import TimeMachine
from tests.simulators.clock import Clock
from tests.simulators.logger import LoggerSimulator
from tests.simulators.place import Place
from tests.simulators.site import Site

REQUEST_TIMEOUT_S = 2.0
START = "2026-11-20 19:00:00"
"""11 o'clock in the time zone of the test plugin (US/Pacific); UTC."""
SITE_STORE = "solar_monitor.site"
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


@pytest.fixture
def clock() -> Iterator[TickingDateTimeFactory]:
    """Give a clock for the whole process. It ticks, and always begins in the same morning.

    It must be there before Home Assistant, whose timers hang on it.
    """
    frozen = freeze_time(START, tick=True)
    started = frozen.start()
    assert isinstance(started, TickingDateTimeFactory)
    yield started
    frozen.stop()


@pytest.fixture(autouse=True)
def our_integration(
    clock: TickingDateTimeFactory,
    hass_storage: dict[str, Any],
    enable_custom_integrations: None,
    socket_enabled: None,
) -> None:
    """Let Home Assistant find our integration, open sockets to this machine, write no files."""


@pytest.fixture(autouse=True)
def no_site_by_itself(hass_storage: dict[str, Any]) -> None:
    """Let the user have removed the site once; tests of its making take the mark away."""
    hass_storage[SITE_STORE] = {"version": 1, "key": SITE_STORE, "data": {"declined": True}}


@pytest.fixture
def machine(clock: TickingDateTimeFactory, hass: HomeAssistant) -> TimeMachine:
    """Give a machine that makes time pass. With it the product's own timings are in force."""
    return TimeMachine(hass, clock)


def clock_now() -> float:
    """Tell the time by the clock of the test; `time.time` as a default would be the real one."""
    return time.time()


@pytest.fixture(autouse=True)
def patience(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a time machine, wait seconds where the product waits many of them."""
    monkeypatch.setattr(link, "SolarmanLink", partial(SolarmanLink, now=clock_now))
    if "machine" not in request.fixturenames:
        monkeypatch.setattr(link, "REQUEST_TIMEOUT_S", REQUEST_TIMEOUT_S)
        monkeypatch.setattr(link, "RETRY_PAUSE_S", 0.01)
        monkeypatch.setattr(link, "REQUEST_PAUSE_S", 0.0)


@pytest.fixture
def everything_enabled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enable also the entities that are off by default."""
    monkeypatch.setattr(Entity, "entity_registry_enabled_default", property(lambda _: True))


@pytest.fixture
def site() -> Site:
    """Give a house in the time zone of Home Assistant, with weather that stands still."""
    house = Site(seed=7, clock=Clock(running=True), place=Place(32.7, -117.2, "US/Pacific"))
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
async def set_up(request: pytest.FixtureRequest, hass: HomeAssistant) -> AsyncIterator[SetUp]:
    """Give a function that sets an entry up; what is still loaded at the end is unloaded."""
    entries: list[MockConfigEntry] = []

    async def finish(work: Coroutine[Any, Any, bool]) -> bool:
        if "machine" not in request.fixturenames:
            return await work
        machine: TimeMachine = request.getfixturevalue("machine")
        return await machine.finish(work)

    async def run(entry: MockConfigEntry) -> None:
        entry.add_to_hass(hass)
        entries.append(entry)
        await finish(hass.config_entries.async_setup(entry.entry_id))
        await hass.async_block_till_done()
        assert entry.state is ConfigEntryState.LOADED

    yield run
    for entry in entries:
        if entry.state.recoverable and hass.config_entries.async_get_entry(entry.entry_id):
            assert await finish(hass.config_entries.async_unload(entry.entry_id))
    await hass.async_block_till_done()


@pytest.fixture
async def no_set_up(hass: HomeAssistant) -> AsyncIterator[AsyncMock]:
    """Make entries without loading them; give what counts how often one would have been."""
    with (
        patch(f"custom_components.{DOMAIN}.async_setup_entry", return_value=True) as set_up,
        patch(f"custom_components.{DOMAIN}.async_unload_entry", return_value=True),
    ):
        yield set_up
        for entry in hass.config_entries.async_entries(DOMAIN):
            if entry.state is ConfigEntryState.LOADED:
                await hass.config_entries.async_unload(entry.entry_id)
