"""What entities show, found by their unique ids."""

from collections.abc import Iterable
from typing import Any

from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State
from homeassistant.helpers import entity_registry as er

from custom_components.solar_monitor.const import DOMAIN

type Changes = list[Event[EventStateChangedData]]


def entity_of(hass: HomeAssistant, unique_id: str) -> str:
    """Find the entity of a unique id."""
    registry = er.async_get(hass)
    found = [
        entry.entity_id
        for entry in registry.entities.values()
        if entry.platform == DOMAIN and entry.unique_id == unique_id
    ]
    assert len(found) == 1, unique_id
    return found[0]


def state_with(hass: HomeAssistant, unique_id: str) -> State:
    """Give the state of an entity."""
    state = hass.states.get(entity_of(hass, unique_id))
    assert state is not None, unique_id
    return state


def states_of(hass: HomeAssistant, entry_id: str, prefix: str) -> dict[str, str]:
    """Give all states of an entry's enabled entities, by unique id without the prefix."""
    found: dict[str, str] = {}
    for row in er.async_entries_for_config_entry(er.async_get(hass), entry_id):
        state = hass.states.get(row.entity_id)
        if not row.disabled and state is not None:
            found[row.unique_id.removeprefix(prefix)] = state.state
    return found


def states_went(hass: HomeAssistant, events: Changes, unique_id: str) -> Iterable[State]:
    """Give the states that an entity went through."""
    wanted = entity_of(hass, unique_id)
    for event in events:
        if event.data["entity_id"] == wanted and event.data["new_state"] is not None:
            yield event.data["new_state"]


def history_of(hass: HomeAssistant, events: Changes, unique_id: str) -> list[str]:
    """Give what an entity has shown."""
    return [state.state for state in states_went(hass, events, unique_id)]


def attribute_of(hass: HomeAssistant, events: Changes, unique_id: str, name: str) -> set[Any]:
    """Collect the values that an attribute of an entity went through."""
    return {state.attributes.get(name) for state in states_went(hass, events, unique_id)}
