"""What happens when a logger falls silent and when it is back, with the product's own timings."""

import logging

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.integration.conftest import SetUp
from tests.integration.deye import (
    coordinator_of,
    entry_for,
    registered,
    state_of,
    unavailable,
)
from tests.integration.machine import TimeMachine
from tests.integration.truth import wrong_states
from tests.simulators.logger import Fault, LoggerSimulator

ALIVE = {"connectivity", "refused_values", "last_success", "counter_corrections"}
"""Shown whatever happens, besides the counters."""


def connected(hass: HomeAssistant) -> bool:
    """Tell what the binary sensor says."""
    return state_of(hass, "connectivity").state == "on"


def pause_s(entry: MockConfigEntry) -> float:
    """Tell the pause until the next poll."""
    interval = coordinator_of(entry).update_interval
    assert interval is not None
    return interval.total_seconds()


async def wait_for(
    hass: HomeAssistant, machine: TimeMachine, *, on: bool, within_s: float
) -> float:
    """Let time pass until the connectivity is as wished; tell how long it took."""
    began = hass.loop.time()
    while connected(hass) is not on:
        assert hass.loop.time() - began < within_s, "not within the time"
        await machine.run(0.5)
    return hass.loop.time() - began


@pytest.mark.parametrize("after_s", [1, 15, 29])
@pytest.mark.parametrize("death", [Fault.SILENCE, Fault.HALF_OPEN, Fault.REFUSE, Fault.RESET])
async def test_a_dead_logger_is_noticed_within_the_interval_and_ten_seconds(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
    death: Fault,
    after_s: float,
) -> None:
    await set_up(deye_entry)
    await machine.run(60 + after_s)
    assert connected(hass)
    logger.fault = death
    assert await wait_for(hass, machine, on=False, within_s=60) <= 40
    await machine.run(120)
    assert not connected(hass)


async def test_an_interval_of_ten_seconds_is_watched_as_closely(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, logger: LoggerSimulator
) -> None:
    await set_up(entry_for(logger, options={"poll_interval": 10}))
    await machine.run(35)
    logger.fault = Fault.SILENCE
    assert await wait_for(hass, machine, on=False, within_s=60) <= 20


async def test_a_loss_and_a_return_are_logged_once_each(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def said() -> list[tuple[int, str]]:
        ours = "custom_components.solar_monitor"
        return [
            (record.levelno, record.getMessage())
            for record in caplog.records
            if record.name.startswith(ours) and record.levelno >= logging.INFO
        ]

    await set_up(deye_entry)
    await machine.run(100)
    assert said() == []
    logger.fault = Fault.SILENCE
    await machine.run(1800)
    [(level, text)] = said()
    assert level == logging.WARNING
    assert text.startswith("Deye 8 kW does not answer: ")
    logger.fault = Fault.NONE
    await wait_for(hass, machine, on=True, within_s=310)
    await machine.run(100)
    assert said()[1:] == [(logging.INFO, "Deye 8 kW answers again")]


async def test_after_two_silent_polls_the_link_is_closed_and_left_alone_longer_and_longer(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
) -> None:
    await set_up(deye_entry)
    assert logger.open_connections == 1
    logger.fault = Fault.SILENCE
    seen: list[float] = []
    closed_after = 0
    for _ in range(10):
        polls = len(seen)
        await machine.finish(coordinator_of(deye_entry).async_refresh())
        await machine.settle()
        seen.append(pause_s(deye_entry))
        if logger.open_connections == 0 and not closed_after:
            closed_after = polls + 1
    assert closed_after == 2
    first, *rests = seen
    assert 1 <= first <= 30
    assert rests == [5, 10, 20, 40, 80, 160, 300, 300, 300]
    assert not connected(hass)


@pytest.mark.usefixtures("everything_enabled")
@pytest.mark.parametrize("death", [Fault.SILENCE, Fault.HALF_OPEN, Fault.REFUSE])
async def test_the_first_attempt_after_a_return_is_complete_with_settings(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
    death: Fault,
) -> None:
    await set_up(deye_entry)
    await machine.run(100)
    logger.fault = death
    await machine.run(900)
    assert len(unavailable(hass, deye_entry)) > 100
    logger.fault = Fault.NONE
    logger.inverter.settings[217] = 33
    logger.site.clock.freeze()
    attempts = logger.connections
    await wait_for(hass, machine, on=True, within_s=301)
    assert logger.connections == attempts + 1
    assert float(state_of(hass, "battery_shutdown_soc").state) == 33
    assert not wrong_states(hass, deye_entry, logger)
    assert pause_s(deye_entry) == pytest.approx(30, abs=3)


async def test_a_slow_logger_is_asked_half_as_often_until_it_is_fast_again(
    machine: TimeMachine, set_up: SetUp, deye_entry: MockConfigEntry, logger: LoggerSimulator
) -> None:
    await set_up(deye_entry)
    coordinator = coordinator_of(deye_entry)
    for delay, took, interval in [(8, 16, 60), (7, 14, 30), (0, 0, 30)]:
        logger.answer_delay_s = delay
        await machine.finish(coordinator.async_refresh())
        assert coordinator.interval_s == interval
        assert pause_s(deye_entry) == pytest.approx(interval - took, abs=1)


@pytest.mark.parametrize(("interval", "grace"), [(10, 120), (30, 120), (100, 300)])
async def test_values_stand_for_their_grace_and_not_longer(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    logger: LoggerSimulator,
    interval: int,
    grace: float,
) -> None:
    entry = entry_for(logger, options={"poll_interval": interval})
    await set_up(entry)
    await machine.run(2.5 * interval)
    await machine.finish(coordinator_of(entry).async_refresh())
    logger.fault = Fault.SILENCE
    await machine.run(grace - 1)
    assert unavailable(hass, entry) == set()
    await machine.run(2)
    gone = unavailable(hass, entry)
    assert {"battery_soc", "pv_power", "grid_power", "active_alarms", "grid_present"} <= gone


async def test_counters_never_become_unavailable(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
) -> None:
    await set_up(deye_entry)
    logger.fault = Fault.REFUSE
    await machine.run(4 * 3600)
    shown = {key for key, row in registered(hass, deye_entry).items() if not row.disabled}
    counters = {key for key in shown if key.endswith(("_energy_total", "_energy_today"))}
    assert len(counters) == 12
    assert shown - unavailable(hass, deye_entry) == counters | (ALIVE & shown)


@pytest.mark.parametrize("first", [59, 150])
async def test_a_silent_block_takes_no_value_of_another_block_away(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
    monkeypatch: pytest.MonkeyPatch,
    first: int,
) -> None:
    in_59 = {"running_state", "dc_temperature", "grid_frequency", "active_alarms"}
    in_150 = {"grid_power", "battery_soc", "pv_power"}
    gone, stay = (in_59, in_150) if first == 59 else (in_150, in_59)
    await set_up(deye_entry)
    read = logger.inverter.read
    monkeypatch.setattr(
        logger.inverter,
        "read",
        lambda address, count: None if address == first else read(address, count),
    )
    await machine.run(200)
    assert gone <= unavailable(hass, deye_entry)
    assert not stay & unavailable(hass, deye_entry)
    assert float(state_of(hass, "pv_energy_total").state) > 1000
    assert connected(hass)


async def test_the_loss_is_noticed_in_the_middle_of_a_poll(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    logger: LoggerSimulator,
) -> None:
    entry = entry_for(logger, options={"poll_interval": 100})
    await set_up(entry)
    await machine.run(95)
    logger.answer_delay_s = 11
    await machine.run(13)
    assert connected(hass)
    await machine.run(3)
    assert not connected(hass)
    logger.answer_delay_s = 0
    await machine.run(30)
    assert connected(hass)
