"""What one poll of a Deye inverter costs Home Assistant.

Run by hand: .venv/ha-2026.11/bin/python -m benchmarks.poll_cost

A real Home Assistant core with our integration polls a simulated logger, which runs in a process of
its own. CPU time is that of the event loop's thread around one whole refresh: request, answer,
decoding, guards, states. Recorder and frontend are not part of it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
import logging
import re
import statistics
import sys
import time
from unittest.mock import PropertyMock, patch

import tests.ha_compat  # isort: skip  # noqa: F401 - before anything else of Home Assistant
from homeassistant.const import EVENT_STATE_CHANGED, EVENT_STATE_REPORTED, __version__
from homeassistant.core import (
    Event,
    EventStateChangedData,
    EventStateReportedData,
    HomeAssistant,
    callback,
)
from homeassistant.helpers import frame
from homeassistant.helpers.entity import Entity
from homeassistant.loader import DATA_CUSTOM_COMPONENTS
from pytest_homeassistant_custom_component.common import (
    INSTANCES,
    MockConfigEntry,
    async_test_home_assistant,
    mock_storage,
)

from custom_components.solar_monitor.coordinator import SourceCoordinator
from tests.integration.deye import IDENTITY

WARM_UPS = 10
POLLS = 50
WATCHED_POLLS = 20
GAP_STEP_S = 0.001
SERIAL = 2_712_345_678
HEADER = (
    "| entities | states | CPU ms, median | CPU ms, p95 | worst loop gap, ms |"
    " states changed per poll | states measured again per poll |"
)


@dataclass
class Cost:
    """The figures of one set-up."""

    name: str
    entities: int
    cpu_ms: list[float]
    worst_gap_ms: float
    changed: float
    reported: float

    def row(self) -> str:
        """Give a line of the table."""
        ninety_five = statistics.quantiles(self.cpu_ms, n=20)[-1]
        return (
            f"| {self.name} | {self.entities} | {statistics.median(self.cpu_ms):.1f} |"
            f" {ninety_five:.1f} | {self.worst_gap_ms:.1f} | {self.changed:.1f} |"
            f" {self.reported:.1f} |"
        )


@asynccontextmanager
async def logger_process() -> AsyncIterator[int]:
    """Run the simulated logger on a free port, which it gives."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.simulators.logger", "--port", "0"),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        if process.stdout is None or not (
            found := re.search(rb" on [\d.]+:(\d+),", await process.stdout.readline())
        ):
            raise RuntimeError("the simulated logger did not start")
        drain = asyncio.create_task(process.stdout.read())
        yield int(found[1])
        drain.cancel()
    finally:
        process.terminate()
        await process.wait()


def entry_for(port: int) -> MockConfigEntry:
    """Make the entry of the simulated logger; settings are read once, before measuring."""
    return MockConfigEntry(
        domain="solar_monitor",
        title="Deye 8 kW",
        unique_id=str(SERIAL),
        data={
            "source": "deye",
            "host": "127.0.0.1",
            "port": port,
            "unit": 1,
            "transport": "solarman_v5",
            "family": "hybrid_1p",
            "serial": SERIAL,
            "id_prefix": str(SERIAL),
            "identity": IDENTITY,
            "mac": None,
        },
        options={"poll_interval": 600, "settings_interval": 3600},
    )


async def worst_gap_ms(done: asyncio.Event) -> float:
    """Tell for how long at most the loop was busy, until it is done."""
    worst = 0.0
    while not done.is_set():
        began = time.perf_counter()
        await asyncio.sleep(GAP_STEP_S)
        worst = max(worst, time.perf_counter() - began - GAP_STEP_S)
    return worst * 1000


async def measure(hass: HomeAssistant, coordinator: SourceCoordinator, name: str) -> Cost:
    """Poll often enough and collect the figures."""
    cpu_ms: list[float] = []
    for number in range(WARM_UPS + POLLS):
        began = time.thread_time()
        await coordinator.async_refresh()
        if number >= WARM_UPS:
            cpu_ms.append((time.thread_time() - began) * 1000)

    # Watching costs time of its own, so it is done afterwards.
    changed, reported = [], []

    @callback
    def note_report(data: EventStateReportedData) -> bool:
        reported.append(data["entity_id"])
        return False

    @callback
    def note_change(event: Event[EventStateChangedData]) -> None:
        changed.append(event.data["entity_id"])

    @callback
    def ignore(_: Event[EventStateReportedData]) -> None:
        """Take no report: the filter has counted it."""

    stops = [
        hass.bus.async_listen(EVENT_STATE_CHANGED, note_change),
        hass.bus.async_listen(EVENT_STATE_REPORTED, ignore, event_filter=note_report),
    ]
    done = asyncio.Event()
    watch = asyncio.create_task(worst_gap_ms(done))
    for _ in range(WATCHED_POLLS):
        await coordinator.async_refresh()
    done.set()
    gap = await watch
    for stop in stops:
        stop()
    return Cost(
        name,
        len(hass.states.async_all()),
        cpu_ms,
        gap,
        len(changed) / WATCHED_POLLS,
        len(reported) / WATCHED_POLLS,
    )


async def run(port: int, name: str) -> Cost:
    """Set a Home Assistant up, measure, and take it down."""
    with mock_storage():
        async with async_test_home_assistant() as hass:
            frame.async_setup(hass)
            hass.data.pop(DATA_CUSTOM_COMPONENTS)  # the test plugin says that there are none
            entry = entry_for(port)
            entry.add_to_hass(hass)
            if not await hass.config_entries.async_setup(entry.entry_id):
                raise RuntimeError("the entry was not set up")
            await hass.async_block_till_done()
            cost = await measure(hass, entry.runtime_data.coordinator, name)
            await hass.config_entries.async_unload(entry.entry_id)
            await hass.async_stop(force=True)
        INSTANCES.clear()
    return cost


async def main() -> None:
    """Measure both set-ups and print the table."""
    logging.disable(logging.WARNING)
    async with logger_process() as port:
        costs = [await run(port, "enabled by default")]
        with patch.object(
            Entity, "entity_registry_enabled_default", new_callable=PropertyMock, return_value=True
        ):
            costs.append(await run(port, "everything enabled"))
    lines = [
        f"Home Assistant {__version__}; {POLLS} polls after {WARM_UPS} warm-ups",
        "",
        HEADER,
        "|---|---|---|---|---|---|---|",
        *(cost.row() for cost in costs),
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    asyncio.run(main())
