"""What the recorder makes of a night: energy that is true, without a step at the wake-up."""

from collections.abc import AsyncIterator
from datetime import datetime
from itertools import pairwise
from typing import Any

from freezegun.api import TickingDateTimeFactory
from homeassistant.components.recorder import Recorder, get_instance
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from tests.integration.conftest import SetUp
from tests.integration.deye import entity_id, entry_for, state_of
from tests.integration.machine import TimeMachine
from tests.integration.units import HOME, UNITS
from tests.simulators.face_gridtied import Asleep, GridTied
from tests.simulators.gridtied import Wake
from tests.simulators.logger import LoggerSimulator

EVENING = datetime(2026, 11, 20, 16, 20, tzinfo=HOME.zone)
DAWN = datetime(2026, 11, 21, 6, 0, tzinfo=HOME.zone)
WATCH_S = 15
NO_POWER = {"0", STATE_UNKNOWN, STATE_UNAVAILABLE}


@pytest.fixture
def enable_statistics() -> bool:
    """Let the recorder compile statistics every five minutes."""
    return True


@pytest.fixture(autouse=True)
def our_integration(
    clock: TickingDateTimeFactory,
    recorder_mock: Recorder,
    hass_storage: dict[str, Any],
    enable_custom_integrations: None,
    socket_enabled: None,
) -> None:
    """Start the recorder first: it must be there before Home Assistant."""


@pytest.fixture
async def logger(
    request: pytest.FixtureRequest,
    clock: TickingDateTimeFactory,
    hass: HomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[LoggerSimulator]:
    """Give a logger that sleeps at night, in the evening."""
    hass.config.latitude, hass.config.longitude = HOME.latitude, HOME.longitude
    monkeypatch.setattr("tests.simulators.logger.WATCH_S", WATCH_S)
    unit, asleep = request.param
    clock.move_to(EVENING)
    simulator = UNITS[unit].logger()
    assert isinstance(simulator.inverter, GridTied)
    simulator.inverter.asleep = asleep
    await simulator.start()
    yield simulator
    await simulator.stop()


async def rows_of(hass: HomeAssistant, key: str) -> list[tuple[float, float]]:
    """Give state and sum of an entity's five-minute statistics."""
    await async_wait_recording_done(hass)
    statistic_id = entity_id(hass, key)
    found = await get_instance(hass).async_add_executor_job(
        lambda: statistics_during_period(
            hass, EVENING, None, {statistic_id}, "5minute", None, {"sum", "state"}
        )
    )
    return [(row["state"] or 0.0, row["sum"] or 0.0) for row in found[statistic_id]]


@pytest.mark.parametrize(
    "logger",
    [("string", Asleep.GONE), ("micro", Asleep.GONE), ("string", Asleep.ZEROS)],
    indirect=True,
    ids=lambda param: f"{param[0]}-{param[1]}",
)
async def test_zeros_at_the_wake_up_are_no_new_counter_and_no_spike(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, logger: LoggerSimulator
) -> None:
    entry = entry_for(logger, identity=None)
    await set_up(entry)
    await machine.run(300)
    first = float(state_of(hass, "pv_energy_total").state)
    clock = logger.site.clock
    await machine.run((DAWN - clock.now()).total_seconds())
    waking = 0
    while logger.site.conditions().wake is not Wake.AWAKE:
        if logger.site.conditions().wake is Wake.WAKING:
            waking += 1
            assert float(state_of(hass, "pv_energy_total").state) >= first
            assert state_of(hass, "pv_power").state in NO_POWER
        await machine.run(WATCH_S)
    assert waking * WATCH_S >= 180, "it answers with zeros for some minutes"
    await machine.run(3600)

    for key in ("pv_energy_total", "pv_energy_today"):
        rows = await rows_of(hass, key)
        assert len(rows) > 100
        sums = [total for _, total in rows]
        rises = [after - before for before, after in pairwise(sums)]
        assert min(rises) >= 0, key
        assert max(rises) <= logger.site.plant.grid_tied.rated_w / 1000 / 12 + 0.11, key
        used = float(state_of(hass, "pv_energy_total").state) - first
        assert used > 0.1
        assert used - 0.5 <= sums[-1] - sums[0] <= used + 0.21, key
    true = logger.truth()["pv_energy_today"]
    assert isinstance(true, int | float)
    assert abs(float(state_of(hass, "pv_energy_today").state) - true) <= 0.11
