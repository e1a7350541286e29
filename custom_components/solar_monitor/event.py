"""Events: things that happen once and that a state could not tell."""

from typing import override

from homeassistant.components.event import EventEntity
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import SolarMonitorConfigEntry
from .entity import SolarMonitorEntity
from .sources.spec import EventRow, Happening

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SolarMonitorConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the event entities of an entry."""
    entry.runtime_data.inventory.async_show(
        Platform.EVENT, async_add_entities, lambda rows: rows.events, SolarMonitorEvent
    )


class SolarMonitorEvent(SolarMonitorEntity, EventEntity):
    """An event row."""

    entity_description: EventRow

    @override
    async def async_added_to_hass(self) -> None:
        """Listen as long as the entity exists."""
        await super().async_added_to_hass()
        self.async_on_remove(
            self.coordinator.happenings.async_listen(
                self.entity_description.key, self._on_happening
            )
        )

    @callback
    def _on_happening(self, happening: Happening) -> None:
        """Fire once."""
        self._trigger_event(happening.event_type, dict(happening.attributes))
        self.async_write_ha_state()
