"""What a source tells while Home Assistant starts, before any automation listens."""

from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant, ServiceCall
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_mock_service

from custom_components.solar_monitor.sources.spec import Happening
from tests.integration.conftest import SetUp
from tests.integration.glue.kit import own, state_of
from tests.integration.glue.toy import FAST_S, Toy
from tests.integration.machine import TimeMachine

CORRECTIONS = "event.toy_counter_correction"


def rebased(*counters: str) -> tuple[Happening, ...]:
    """Make what a source tells of counters."""
    return tuple(
        Happening(key="counter_corrections", event_type="rebased", attributes={"counter": counter})
        for counter in counters
    )


@pytest.fixture
async def noted(hass: HomeAssistant) -> list[ServiceCall]:
    """Give what an automation has noted; like any other, it is armed once all is loaded."""
    hass.set_state(CoreState.not_running)
    automation = {
        "triggers": [{"trigger": "state", "entity_id": CORRECTIONS}],
        "conditions": "{{ trigger.to_state.attributes.counter is defined }}",
        "actions": [
            {
                "action": "test.note",
                "data": {"counter": "{{ trigger.to_state.attributes.counter }}"},
            }
        ],
        "mode": "queued",
    }
    assert await async_setup_component(hass, "automation", {"automation": automation})
    return async_mock_service(hass, "test", "note")


def counters(noted: list[ServiceCall]) -> list[str]:
    """Give the counters that were told of."""
    return [call.data["counter"] for call in noted]


async def test_what_is_told_before_the_start_has_ended_is_told_then_once_and_in_order(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    toy: Toy,
    toy_config: MockConfigEntry,
    noted: list[ServiceCall],
) -> None:
    toy.happenings = rebased("first", "second")
    await set_up(toy_config)
    toy.happenings = rebased("third")
    await machine.run(FAST_S + 1)
    assert state_of(hass, own("counter_corrections")).state == "unknown"
    await machine.finish(hass.async_start())
    await machine.settle()
    assert counters(noted) == ["first", "second", "third"]
    toy.happenings = rebased("fourth")
    await machine.run(FAST_S + 1)
    assert counters(noted) == ["first", "second", "third", "fourth"]


async def test_an_entry_that_is_unloaded_before_the_start_has_ended_waits_for_it_no_longer(
    hass: HomeAssistant,
    machine: TimeMachine,
    set_up: SetUp,
    toy: Toy,
    toy_config: MockConfigEntry,
) -> None:
    hass.set_state(CoreState.not_running)
    toy.happenings = rebased("first")
    await set_up(toy_config)
    waiting = hass.bus.async_listeners().get(EVENT_HOMEASSISTANT_STARTED, 0)
    assert await machine.finish(hass.config_entries.async_unload(toy_config.entry_id))
    assert hass.bus.async_listeners().get(EVENT_HOMEASSISTANT_STARTED, 0) == waiting - 1
