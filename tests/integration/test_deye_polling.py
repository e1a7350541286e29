"""What is asked of the logger, and how often."""

from itertools import pairwise

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.integration.conftest import SetUp
from tests.integration.deye import (
    coordinator_of,
    entity_id,
    entry_for,
    registered,
    stand_still,
    state_of,
)
from tests.integration.machine import TimeMachine
from tests.simulators.logger import LoggerSimulator

SETTINGS = range(200, 294)


def blocks(logger: LoggerSimulator) -> list[tuple[int, int]]:
    """Give what was asked since the last call: address and last address."""
    asked = [(address, address + count - 1) for _, address, count in logger.requests]
    logger.requests.clear()
    return asked


def covers(asked: list[tuple[int, int]], address: int) -> bool:
    """Tell whether an address was read."""
    return any(first <= address <= last for first, last in asked)


async def test_the_first_poll_reads_everything_and_the_next_what_is_needed(
    machine: TimeMachine, set_up: SetUp, deye_entry: MockConfigEntry, logger: LoggerSimulator
) -> None:
    await set_up(deye_entry)
    first = blocks(logger)
    assert first[0] == (0, 22)
    assert all(covers(first, address) for address in (59, 108, 184, 196, 217, 274, 316))
    await machine.run(605)
    later = blocks(logger)
    live, for_the_site = {(59, 108), (150, 194)}, (200, 279)
    assert set(later) == {*live, for_the_site}
    assert later.count(for_the_site) == 2
    assert sum(block in live for block in later) == 2 * 20


@pytest.mark.usefixtures("everything_enabled")
async def test_settings_are_read_at_their_own_pace(
    machine: TimeMachine, set_up: SetUp, logger: LoggerSimulator
) -> None:
    await set_up(entry_for(logger, options={"poll_interval": 60, "settings_interval": 600}))
    blocks(logger)
    await machine.run(3610)
    asked = blocks(logger)
    assert asked.count((59, 112)) == 60
    # 235 tells with every poll what the counter of the AUX port counts.
    assert sum(first in SETTINGS and first != 235 for first, _ in asked) == 6


async def test_an_entity_that_is_enabled_later_has_its_block_read(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
) -> None:
    await set_up(deye_entry)
    blocks(logger)
    er.async_get(hass).async_update_entity(
        registered(hass, deye_entry)["battery_shutdown_soc"].entity_id, disabled_by=None
    )
    await machine.run(60)  # Home Assistant reloads the entry after half a minute
    assert float(state_of(hass, "battery_shutdown_soc").state) == 10
    blocks(logger)
    logger.inverter.settings[217] = 12
    await machine.run(320)
    assert covers(blocks(logger), 217)
    assert float(state_of(hass, "battery_shutdown_soc").state) == 12


async def test_a_poll_can_be_forced(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
) -> None:
    await async_setup_component(hass, "homeassistant", {})
    await set_up(deye_entry)
    logger.site.set_soc(57)
    blocks(logger)
    await machine.finish(
        hass.services.async_call(
            "homeassistant",
            "update_entity",
            {"entity_id": entity_id(hass, "battery_soc")},
            blocking=True,
        )
    )
    await machine.run(1)
    assert covers(blocks(logger), 184)
    assert float(state_of(hass, "battery_soc").state) == 57


async def test_only_what_changed_or_was_measured_is_written(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
) -> None:
    await set_up(deye_entry)
    await machine.run(35)
    state = state_of(hass, "running_state")
    changed, reported = state.last_changed, state.last_reported
    await machine.run(60)
    state = state_of(hass, "running_state")
    assert state.last_changed == changed
    assert state.last_reported > reported


async def test_requests_keep_their_distance(
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    times: list[float] = []
    read = logger.inverter.read

    def noting(address: int, count: int) -> list[int] | None:
        times.append(logger.site.clock.timestamp())
        return read(address, count)

    monkeypatch.setattr(logger.inverter, "read", noting)
    await set_up(deye_entry)
    await machine.run(100)
    assert len(times) > 10
    assert min(b - a for a, b in pairwise(times)) >= 0.1


async def test_a_poll_that_brings_nothing_new_is_no_news(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await set_up(deye_entry)
    coordinator = coordinator_of(deye_entry)
    booted_at = coordinator.data.values["logger_uptime"]
    await machine.run(300)
    assert coordinator.data.values["logger_uptime"] == booted_at

    answers = stand_still(logger, monkeypatch)
    await machine.run(40)
    news: list[float] = []
    stop = coordinator.async_add_listener(lambda: news.append(hass.loop.time()))
    await machine.run(300)
    assert news == []
    answers.clear()
    await machine.run(40)
    stop()
    assert news


@pytest.mark.usefixtures("everything_enabled")
async def test_figures_that_somebody_looks_at_are_always_new(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    deye_entry: MockConfigEntry,
    logger: LoggerSimulator,
) -> None:
    logger.site.clock.freeze()
    await set_up(deye_entry)
    before = state_of(hass, "last_success").state
    await machine.run(40)
    assert state_of(hass, "last_success").state > before
