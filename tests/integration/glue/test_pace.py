"""How long values and the connection last, and what comes between two polls."""

from datetime import timedelta
import itertools
import logging
from typing import Any

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.solar_monitor.clients.errors import NoAnswerError
from custom_components.solar_monitor.sources.spec import Happening
from tests.integration.conftest import SetUp
from tests.integration.glue.kit import FIRST, coordinator_of, own, state_of
from tests.integration.glue.toy import (
    FAST_S,
    GRACE_S,
    PANELS_S,
    RETRY_S,
    SILENCE,
    SILENCE_S,
    Toy,
)
from tests.integration.machine import TimeMachine

POWER = own("production_power")
CONNECTION = own("connection")
COORDINATOR = "custom_components.solar_monitor.coordinator"


def said(caplog: pytest.LogCaptureFixture) -> list[tuple[int, str]]:
    """Give what users read of the coordinator in the log."""
    return [
        (record.levelno, record.getMessage())
        for record in caplog.records
        if record.name == COORDINATOR and record.levelno >= logging.INFO
    ]


def is_of(hass: HomeAssistant, change: Event[Any], unique_id: str) -> bool:
    """Tell whether an event is of an entity."""
    return bool(change.data["entity_id"] == state_of(hass, unique_id).entity_id)


async def test_values_last_for_the_grace_of_their_kind(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, toy: Toy, toy_config: MockConfigEntry
) -> None:
    await set_up(toy_config)
    toy.error = toy.panels_error = SILENCE
    await machine.run(GRACE_S - 10)
    assert state_of(hass, POWER).state == "100"
    await machine.run(20)
    assert state_of(hass, POWER).state == "unavailable"
    assert state_of(hass, own("production_energy_total")).state == "5.0"


async def test_a_restart_of_the_gateway_is_no_loss_of_the_connection(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    toy: Toy,
    toy_config: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await set_up(toy_config)
    changes = async_capture_events(hass, EVENT_STATE_CHANGED)
    toy.error = toy.panels_error = SILENCE
    await machine.run(SILENCE_S - 60)
    toy.error = toy.panels_error = None
    await machine.run(300)
    assert not [change for change in changes if is_of(hass, change, CONNECTION)]
    assert state_of(hass, CONNECTION).state == "on"
    assert said(caplog) == []


async def test_a_longer_silence_is_a_loss_and_is_logged_once_as_its_end_is(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    toy: Toy,
    toy_config: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await set_up(toy_config)
    toy.error = toy.panels_error = SILENCE
    await machine.run(SILENCE_S - 5)
    assert state_of(hass, CONNECTION).state == "on"
    await machine.run(10)
    assert state_of(hass, CONNECTION).state == "off"
    await machine.run(900)
    toy.error = toy.panels_error = None
    await machine.run(RETRY_S + 1)
    assert state_of(hass, CONNECTION).state == "on"
    assert said(caplog) == [
        (logging.WARNING, "Toy does not answer: the host cannot be reached"),
        (logging.INFO, "Toy answers again"),
    ]


async def test_a_gateway_that_never_answered_is_not_connected(
    hass: HomeAssistant, set_up: SetUp, toy: Toy, toy_config: MockConfigEntry
) -> None:
    toy.error = toy.panels_error = SILENCE
    await set_up(toy_config)
    assert state_of(hass, CONNECTION).state == "off"


async def test_a_poll_that_fails_says_nothing_of_the_others(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, toy: Toy, toy_config: MockConfigEntry
) -> None:
    await set_up(toy_config)
    toy.error = NoAnswerError()
    await machine.run(600)
    toy.panels[FIRST] = 77
    await machine.run(RETRY_S + 1)
    assert state_of(hass, f"{FIRST}_power").state == "77"
    assert state_of(hass, CONNECTION).state == "on"


async def test_a_slower_poll_keeps_its_own_pace_while_the_first_one_fails(
    machine: TimeMachine, set_up: SetUp, toy: Toy, toy_config: MockConfigEntry
) -> None:
    await set_up(toy_config)
    toy.error = NoAnswerError()
    await machine.run(600)
    times = [at for name, at, _ in toy.reads if name == "panels"]
    pauses = [after - before for before, after in itertools.pairwise(times)]
    assert min(pauses) >= PANELS_S - 6


async def test_a_value_that_is_confirmed_stands_and_is_not_written_again(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, toy: Toy, toy_config: MockConfigEntry
) -> None:
    await set_up(toy_config)
    before = state_of(hass, f"{FIRST}_power")
    toy.stands = True
    await machine.run(3 * GRACE_S)
    after = state_of(hass, f"{FIRST}_power")
    assert after.state == "11"
    assert after.last_reported == before.last_reported


async def test_a_value_that_nobody_confirms_goes_stale(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, toy: Toy, toy_config: MockConfigEntry
) -> None:
    await set_up(toy_config)
    toy.panels_error = NoAnswerError()
    await machine.run(GRACE_S + 60)
    assert state_of(hass, f"{FIRST}_power").state == "unavailable"
    assert state_of(hass, POWER).state == "100"


async def test_what_is_pushed_is_shown_at_once_and_moves_no_poll(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, toy: Toy, toy_config: MockConfigEntry
) -> None:
    await set_up(toy_config)
    await machine.run(FAST_S + 10)
    for power in (201, 202, 203):
        toy.tell({"production_power": power}, measured=True)
        assert state_of(hass, POWER).state == str(power)
        await machine.run(2)
    await machine.run(4 * FAST_S)
    times = [at for name, at, _ in toy.reads if name == "fast"]
    pauses = [after - before for before, after in itertools.pairwise(times)]
    assert pauses == pytest.approx([FAST_S] * len(pauses), abs=2)
    assert state_of(hass, POWER).state == "100"


async def test_only_the_entities_of_what_is_pushed_are_written(
    hass: HomeAssistant, set_up: SetUp, toy: Toy, toy_config: MockConfigEntry
) -> None:
    await set_up(toy_config)
    changes = async_capture_events(hass, EVENT_STATE_CHANGED)
    toy.tell({"production_power": 250}, measured=True)
    await hass.async_block_till_done()
    assert [is_of(hass, change, POWER) for change in changes] == [True]
    before = state_of(hass, POWER)
    toy.tell({"production_power": 250}, measured=True)
    assert state_of(hass, POWER).last_reported == before.last_reported


async def test_what_is_pushed_keeps_a_value_that_no_poll_brings_from_going_stale(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, toy: Toy, toy_config: MockConfigEntry
) -> None:
    await set_up(toy_config)
    toy.error = toy.panels_error = SILENCE
    await machine.run(GRACE_S + 60)
    assert state_of(hass, POWER).state == "unavailable"
    toy.tell({"production_power": 300}, measured=True)
    assert state_of(hass, POWER).state == "300"
    assert state_of(hass, CONNECTION).state == "on"
    await machine.run(GRACE_S - 10)
    assert state_of(hass, POWER).state == "300"
    await machine.run(20)
    assert state_of(hass, POWER).state == "unavailable"
    assert state_of(hass, CONNECTION).state == "off"


async def test_a_push_without_a_measurement_does_not_make_a_connection(
    hass: HomeAssistant, set_up: SetUp, toy: Toy, toy_config: MockConfigEntry
) -> None:
    toy.error = toy.panels_error = SILENCE
    await set_up(toy_config)
    toy.tell({"live_mode": True})
    assert state_of(hass, own("live_mode")).state == "on"
    assert state_of(hass, CONNECTION).state == "off"


async def test_a_happening_that_is_pushed_is_told(
    hass: HomeAssistant, set_up: SetUp, toy: Toy, toy_config: MockConfigEntry
) -> None:
    await set_up(toy_config)
    toy.happenings = (
        Happening(key="counter_corrections", event_type="rebased", attributes={"counter": "x"}),
    )
    await coordinator_of(toy_config).async_refresh()
    state = state_of(hass, own("counter_corrections"))
    assert state.attributes["event_type"] == "rebased"
    assert state.attributes["counter"] == "x"


async def test_what_is_pushed_after_the_end_begins_nothing_anew(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, toy: Toy, toy_config: MockConfigEntry
) -> None:
    await set_up(toy_config)
    toy.error = toy.panels_error = SILENCE
    await machine.run(GRACE_S + 60)
    coordinator = coordinator_of(toy_config)
    assert await machine.finish(hass.config_entries.async_unload(toy_config.entry_id))
    before = coordinator.data
    # A value that was stale stands again: that would start a timer, and the fixtures look for it.
    toy.tell({"production_power": 200})
    assert coordinator.data == before


async def test_a_gateway_is_asked_no_more_once_the_entry_is_unloaded(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, toy: Toy, toy_config: MockConfigEntry
) -> None:
    await set_up(toy_config)
    assert await machine.finish(hass.config_entries.async_unload(toy_config.entry_id))
    asked = len(toy.reads)
    await machine.run(timedelta(minutes=30).total_seconds())
    assert toy.closed
    assert len(toy.reads) == asked
