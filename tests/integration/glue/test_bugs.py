"""A fault of ours in one poll, which takes nothing from the others."""

import logging

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.integration.conftest import SetUp
from tests.integration.glue.kit import FIRST, coordinator_of, own, state_of
from tests.integration.glue.toy import FAST_S, GRACE_S, PANELS_S, Toy
from tests.integration.machine import TimeMachine

PANEL = f"{FIRST}_power"
COORDINATOR = "custom_components.solar_monitor.coordinator"


def tracebacks(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Give what the log says of unexpected faults of slower polls."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.name == COORDINATOR and record.exc_info and record.levelno == logging.ERROR
    ]


async def test_a_bug_in_a_slower_poll_keeps_what_the_others_bring(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, toy: Toy, toy_config: MockConfigEntry
) -> None:
    await set_up(toy_config)
    toy.panels_bug = KeyError("surprise")
    toy.power, rests = 321, toy.rests
    await machine.run(2 * PANELS_S)
    assert state_of(hass, own("production_power")).state == "321"
    assert toy.rests >= rests + 1
    assert state_of(hass, PANEL).state == "11"
    assert coordinator_of(toy_config).data.connected
    await machine.run(GRACE_S)
    assert state_of(hass, PANEL).state == "unavailable"
    assert state_of(hass, own("production_power")).state == "321"


async def test_it_is_tried_in_its_turn_and_told_again_only_after_it_has_worked(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    toy: Toy,
    toy_config: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await set_up(toy_config)
    toy.panels_bug = KeyError("surprise")
    toy.reads.clear()
    await machine.run(10 * PANELS_S)
    assert 9 <= [name for name, _, _ in toy.reads].count("panels") <= 10
    assert tracebacks(caplog) == ["Toy: the poll panels failed unexpectedly"]
    toy.panels_bug = None
    toy.panels[FIRST] = 77
    await machine.run(2 * PANELS_S)
    assert state_of(hass, PANEL).state == "77"
    toy.panels_bug = KeyError("surprise")
    await machine.run(5 * PANELS_S)
    assert len(tracebacks(caplog)) == 2


async def test_a_bug_in_the_live_poll_is_a_failed_update(
    machine: TimeMachine, set_up: SetUp, toy: Toy, toy_config: MockConfigEntry
) -> None:
    await set_up(toy_config)
    toy.fast_bug, rests = KeyError("surprise"), toy.rests
    await machine.run(3 * FAST_S)
    assert not coordinator_of(toy_config).last_update_success
    assert toy.rests == rests
