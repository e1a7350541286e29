"""Loggers that answer in part, late, or in place of an inverter that does not."""

import asyncio
from collections.abc import Container, Iterator
from itertools import pairwise, product
import logging
from typing import override

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events

from custom_components.solar_monitor.clients.errors import NoAnswerError
from custom_components.solar_monitor.clients.solarman.link import SolarmanLink
from custom_components.solar_monitor.sources.spec import Outcome
from tests.integration.conftest import SetUp
from tests.integration.deye import (
    coordinator_of,
    entity_id,
    entry_for,
    registered,
    stand_still,
    state_of,
    unavailable,
)
from tests.integration.machine import TimeMachine
from tests.simulators.logger import Fault, LoggerSimulator

OF_THE_LOGGER = {"connectivity", "refused_values", "logger_uptime", "last_success"}
# Where blocks of settings begin; 235 tells with every live poll what the AUX port counts.
SETTINGS = {*range(1, 59), *range(196, 235), *range(236, 400)}


class SilentRange:
    """Addresses for which no answer comes, and when they were asked."""

    def __init__(self, hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let everything be answered so far."""
        self.addresses: Container[int] = ()
        self.asked_at: list[float] = []
        answered = SolarmanLink.read

        async def read(
            link: SolarmanLink, unit: int, address: int, count: int, *, urgent: bool = True
        ) -> tuple[int, ...]:
            if address not in self.addresses:
                return await answered(link, unit, address, count, urgent=urgent)
            self.asked_at.append(hass.loop.time())
            await asyncio.sleep(10)
            raise NoAnswerError

        monkeypatch.setattr(SolarmanLink, "read", read)


@pytest.fixture
def silent(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> SilentRange:
    """Give a range of addresses that can be made silent."""
    return SilentRange(hass, monkeypatch)


@pytest.fixture
def said() -> Iterator[list[str]]:
    """Give what our integration logs for users; the list grows."""
    lines: list[str] = []

    class Collector(logging.Handler):
        """Keeps messages."""

        @override
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    ours = logging.getLogger("custom_components.solar_monitor")
    collector = Collector(logging.INFO)
    ours.addHandler(collector)
    yield lines
    ours.removeHandler(collector)


@pytest.mark.parametrize("case", product([10, 30, 100], [range(100), range(140, 200)]), ids=str)
async def test_a_silent_block_does_not_turn_the_connection_off(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    logger: LoggerSimulator,
    silent: SilentRange,
    said: list[str],
    case: tuple[int, range],
) -> None:
    interval, addresses = case
    await set_up(entry_for(logger, options={"poll_interval": interval}))
    await machine.run(2 * interval)
    silent.addresses = addresses
    await machine.run(3 * interval)
    changes = async_capture_events(hass, EVENT_STATE_CHANGED)
    await machine.run(900)
    connection = entity_id(hass, "connectivity")
    assert [event for event in changes if event.data["entity_id"] == connection] == []
    assert state_of(hass, "connectivity").state == "on"
    assert said == []


@pytest.mark.usefixtures("everything_enabled")
@pytest.mark.parametrize("interval", [10, 15, 30])
async def test_settings_that_stay_silent_are_asked_at_their_own_pace_and_slow_nothing_down(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    logger: LoggerSimulator,
    silent: SilentRange,
    said: list[str],
    interval: int,
) -> None:
    entry = entry_for(logger, options={"poll_interval": interval})
    await set_up(entry)
    await machine.run(100)
    silent.addresses = SETTINGS
    logger.requests.clear()
    changes = async_capture_events(hass, EVENT_STATE_CHANGED)
    await machine.run(900)
    pauses = [after - before for before, after in pairwise(silent.asked_at)]
    assert sum(pause > 100 for pause in pauses) == 2
    first_block = min(address for _, address, _ in logger.requests)
    polls = sum(address == first_block for _, address, _ in logger.requests)
    assert polls == pytest.approx(900 / interval, abs=60 / interval)
    assert coordinator_of(entry).interval_s == interval
    connection = entity_id(hass, "connectivity")
    assert [event for event in changes if event.data["entity_id"] == connection] == []
    assert said == []


async def test_one_answer_that_is_lost_is_not_worth_a_log_line(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
    said: list[str],
) -> None:
    await set_up(deye_entry)
    for _ in range(20):
        await machine.run(90)
        logger.fault_once(1, Fault.SILENCE)
    await machine.run(60)
    assert state_of(hass, "connectivity").state == "on"
    assert said == []


async def test_a_connection_that_is_back_in_the_middle_of_a_poll_is_shown_after_it(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await set_up(deye_entry)
    stand_still(logger, monkeypatch)  # so that there is no other news
    await machine.run(75)
    logger.fault_once(1, Fault.SILENCE)
    changes = async_capture_events(hass, EVENT_STATE_CHANGED)
    await machine.run(40)
    connection = entity_id(hass, "connectivity")
    new_states = [event.data["new_state"] for event in changes]
    shown = [state.state for state in new_states if state and state.entity_id == connection]
    assert shown == ["off", "on"]


async def test_polls_keep_their_pace_however_long_they_take(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
) -> None:
    await set_up(deye_entry)
    logger.answer_delay_s = 6
    await machine.run(60)
    logger.requests.clear()
    await machine.run(600)
    assert len(logger.requests) == pytest.approx(2 * 20, abs=2)
    assert state_of(hass, "connectivity").state == "on"


@pytest.mark.parametrize("delay", [4, 5.5, 7])
@pytest.mark.parametrize("interval", [10, 15, 30])
async def test_a_slow_logger_loses_no_value(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    logger: LoggerSimulator,
    delay: float,
    interval: int,
) -> None:
    entry = entry_for(logger, options={"poll_interval": interval})
    await set_up(entry)
    await machine.run(60)
    logger.answer_delay_s = delay
    await machine.run(400)
    assert unavailable(hass, entry) == set()
    assert state_of(hass, "connectivity").state == "on"


@pytest.mark.usefixtures("everything_enabled")
async def test_values_that_are_read_more_often_than_live_ones_wait_for_those(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, logger: LoggerSimulator
) -> None:
    entry = entry_for(logger, options={"poll_interval": 600, "settings_interval": 60})
    await set_up(entry)
    for _ in range(12):
        await machine.run(100)
        assert unavailable(hass, entry) == set()


async def test_who_the_inverter_is_must_be_told_within_the_time_of_a_poll(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
) -> None:
    logger.fault = Fault.REFUSE
    await set_up(deye_entry)
    await machine.run(20)
    logger.fault = Fault.NONE
    logger.answer_delay_s = 9
    live, *_ = coordinator_of(deye_entry).source.polls

    async def poll(limit_s: float) -> Outcome:
        began = hass.loop.time()
        outcome = await live.read(live.keys, limit_s)
        assert hass.loop.time() - began < limit_s + 1
        return outcome

    outcome = await machine.finish(poll(5))
    assert isinstance(outcome.report.failed["identity"], NoAnswerError)
    outcome = await machine.finish(poll(13))
    assert not outcome.report.heard


async def test_an_inverter_that_is_silent_behind_its_logger_is_asked_as_ever(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
    said: list[str],
) -> None:
    await set_up(deye_entry)
    await machine.run(60)
    logger.fault = Fault.ERROR_05
    await machine.run(1200)
    assert state_of(hass, "connectivity").state == "on"
    assert coordinator_of(deye_entry).interval_s == 30
    assert logger.connections == 1
    shown = {key for key, row in registered(hass, deye_entry).items() if not row.disabled}
    counters = {key for key in shown if key.endswith(("_energy_total", "_energy_today"))}
    always = counters | OF_THE_LOGGER | {"counter_corrections"}
    assert unavailable(hass, deye_entry) >= shown - always
    assert not unavailable(hass, deye_entry) & counters
    assert [line for line in said if "does not" in line] == [
        "Deye 8 kW does not answer: the logger answers, the Modbus unit behind it does not"
    ]
    logger.fault = Fault.NONE
    await machine.run(32)
    assert unavailable(hass, deye_entry) == set()
    assert said[-1] == "Deye 8 kW answers again"


async def test_an_inverter_that_sleeps_at_the_start_is_asked_as_ever(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
) -> None:
    logger.fault = Fault.ZEROS
    await set_up(deye_entry)
    await machine.run(600)
    assert state_of(hass, "connectivity").state == "on"
    logger.fault = Fault.NONE
    await machine.run(32)
    assert float(state_of(hass, "battery_soc").state) > 0
