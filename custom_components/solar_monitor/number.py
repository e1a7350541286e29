"""Numbers: levels that a person sets, as those of load shedding."""

from typing import override

from homeassistant.components.number import NumberEntity
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import SolarMonitorConfigEntry
from .entity import StateEntity
from .sources.spec import NumberRow

# One after the other: the last word of the user counts.
PARALLEL_UPDATES = 1


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SolarMonitorConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the numbers of an entry."""
    entry.runtime_data.inventory.async_show(
        Platform.NUMBER, async_add_entities, lambda rows: rows.numbers, SolarMonitorNumber
    )


class SolarMonitorNumber(StateEntity, NumberEntity):
    """A number row."""

    entity_description: NumberRow

    @property
    @override
    def native_value(self) -> float | None:
        """The value in the row's own unit."""
        value: float | None = self._value_fn(self.coordinator.data)
        return value

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Set it. Raises a `HomeAssistantError` that says why it cannot be set to this."""
        await self.entity_description.set_fn(self.coordinator.source, value)
