"""What the recorder makes of the counters: long-term energy that is true."""

from typing import Any

from freezegun.api import TickingDateTimeFactory
from homeassistant.components.recorder import Recorder, get_instance
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from tests.integration.conftest import SetUp
from tests.integration.deye import entity_id, state_of
from tests.integration.machine import TimeMachine
from tests.simulators.logger import Fault, LoggerSimulator

TOTALS = ("pv_energy_total", "load_energy_total", "battery_charge_energy_total")
DAMAGE = (Fault.COUNTER_ZERO, Fault.COUNTER_JUMP, Fault.ZEROS, Fault.FFFF, Fault.SILENCE)


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


async def sums(hass: HomeAssistant, key: str) -> list[float]:
    """Give the sums of an entity's five-minute statistics."""
    await async_wait_recording_done(hass)
    statistic_id = entity_id(hass, key)
    start = dt_util.utcnow().replace(hour=0)
    found = await get_instance(hass).async_add_executor_job(
        lambda: statistics_during_period(
            hass, start, None, {statistic_id}, "5minute", None, {"sum", "state"}
        )
    )
    return [row["sum"] or 0.0 for row in found[statistic_id]]


async def test_statistics_rise_by_true_energy_only(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
) -> None:
    await set_up(deye_entry)
    first = {key: float(state_of(hass, key).state) for key in TOTALS}
    await machine.run(330)
    for fault in DAMAGE:
        logger.fault = fault
        await machine.run(120)
        logger.fault = Fault.NONE
        await machine.run(480)
    await machine.finish(hass.config_entries.async_reload(deye_entry.entry_id))
    await machine.run(360)
    for key in TOTALS:
        told = await sums(hass, key)
        assert len(told) >= 10
        assert told == sorted(told), key
        used = float(state_of(hass, key).state) - first[key]
        assert used > 0.1
        # The last minutes are not compiled yet.
        assert used - 0.5 <= told[-1] <= used + 0.001, key


async def test_statistics_make_no_step_at_a_new_level(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
) -> None:
    await set_up(deye_entry)
    await machine.run(330)
    logger.registers.update({96: 1000, 97: 0})
    await machine.run(900)
    logger.registers[96] = 1003
    await machine.run(330)
    told = await sums(hass, "pv_energy_total")
    assert told == sorted(told)
    assert max(told) < 1
