"""A poll that hangs takes nothing from the others and not the next one from itself."""

from datetime import datetime
import logging

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.patience import HANG_S
from tests.integration.conftest import SetUp
from tests.integration.glue.kit import FIRST, coordinator_of, own, state_of
from tests.integration.glue.toy import FAST_S, PANELS_S, RETRY_S, SILENCE, SILENCE_S, Toy
from tests.integration.machine import TimeMachine

PATIENCE = "custom_components.solar_monitor.patience"
LIMIT_S = 30 + HANG_S
"""How long a poll may take, and what it may need on top of that."""


def hung(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Give what the log says of what hung."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.name == PATIENCE and record.levelno == logging.ERROR
    ]


def heard_at(entry: MockConfigEntry) -> datetime | None:
    """Tell when a source last succeeded."""
    return coordinator_of(entry).last_success


async def test_a_poll_that_hangs_is_ended_and_read_again_in_its_turn(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, toy: Toy, toy_config: MockConfigEntry
) -> None:
    await set_up(toy_config)
    toy.hangs = {"fast"}
    await machine.run(FAST_S + LIMIT_S + 5)
    assert toy.hung == 1
    toy.hangs = set()
    toy.power = 321
    await machine.run(LIMIT_S + 5)
    assert state_of(hass, own("production_power")).state == "321"


async def test_a_slower_poll_that_hangs_takes_nothing_from_the_others(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, toy: Toy, toy_config: MockConfigEntry
) -> None:
    await set_up(toy_config)
    toy.hangs, toy.power, rests = {"panels"}, 321, toy.rests
    await machine.run(PANELS_S + LIMIT_S + 5)
    assert toy.hung == 1
    assert toy.rests > rests
    assert state_of(hass, own("production_power")).state == "321"
    assert state_of(hass, f"{FIRST}_power").state == "11"
    assert coordinator_of(toy_config).data.connected


async def test_it_is_logged_once_and_again_only_after_it_has_worked(
    machine: TimeMachine,
    set_up: SetUp,
    toy: Toy,
    toy_config: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await set_up(toy_config)
    toy.hangs = {"panels"}
    await machine.run(10 * LIMIT_S)
    assert toy.hung >= 4
    assert hung(caplog) == ["Toy: the poll panels hung and was ended"]
    toy.hangs = set()
    await machine.run(2 * PANELS_S)
    toy.hangs = {"panels"}
    await machine.run(3 * LIMIT_S)
    assert len(hung(caplog)) == 2


async def test_a_live_poll_that_hangs_for_long_is_a_loss_of_the_device(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    toy: Toy,
    toy_config: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await set_up(toy_config)
    toy.hangs = {"fast", "panels"}
    await machine.run(SILENCE_S + LIMIT_S)
    assert state_of(hass, own("connection")).state == "off"
    assert "Toy does not answer: no answer in time" in caplog.text


async def test_a_connection_that_does_not_end_stops_nothing(
    machine: TimeMachine,
    set_up: SetUp,
    toy: Toy,
    toy_config: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await set_up(toy_config)
    toy.error = toy.panels_error = SILENCE
    toy.hangs = {"disconnect"}
    toy.reads.clear()
    await machine.run(10 * (RETRY_S + HANG_S))
    assert len([name for name, _, _ in toy.reads if name == "fast"]) >= 8
    assert hung(caplog) == ["Toy: the end of the connection hung and was ended"]


async def test_a_time_out_of_the_source_itself_is_a_fault_and_nothing_that_hung(
    machine: TimeMachine,
    set_up: SetUp,
    toy: Toy,
    toy_config: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await set_up(toy_config)
    toy.panels_bug = TimeoutError()
    await machine.run(2 * PANELS_S)
    assert hung(caplog) == []
    assert "the poll panels failed unexpectedly" in caplog.text


async def test_an_entry_whose_poll_hangs_can_be_unloaded(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, toy: Toy, toy_config: MockConfigEntry
) -> None:
    await set_up(toy_config)
    toy.hangs = {"fast"}
    await machine.run(FAST_S + 5)
    assert await machine.finish(hass.config_entries.async_unload(toy_config.entry_id))
    assert toy.closed
    assert toy.hung == 1


async def test_when_a_source_last_succeeded_is_known(
    machine: TimeMachine, set_up: SetUp, toy: Toy, toy_config: MockConfigEntry
) -> None:
    toy.error = toy.panels_error = SILENCE
    await set_up(toy_config)
    assert heard_at(toy_config) is None
    toy.error = toy.panels_error = None
    await machine.run(RETRY_S + 1)
    heard = heard_at(toy_config)
    assert heard is not None
    toy.error = toy.panels_error = SILENCE
    await machine.run(600)
    assert heard_at(toy_config) == heard
    toy.tell({"production_power": 5}, measured=True)
    assert heard_at(toy_config) != heard
