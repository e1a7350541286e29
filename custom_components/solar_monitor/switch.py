"""Switches: what can be turned on and off, as the live mode of a gateway."""

from typing import Any, override

from homeassistant.components.switch import SwitchEntity
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import SolarMonitorConfigEntry
from .entity import StateEntity
from .sources.spec import SwitchRow

# One after the other: devices are slow, and the last word of the user counts.
PARALLEL_UPDATES = 1


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SolarMonitorConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the switches of an entry."""
    entry.runtime_data.inventory.async_show(
        Platform.SWITCH, async_add_entities, lambda rows: rows.switches, SolarMonitorSwitch
    )


class SolarMonitorSwitch(StateEntity, SwitchEntity):
    """A switch row."""

    entity_description: SwitchRow

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether it is on; None when the device has not said."""
        value: bool | None = self._value_fn(self.coordinator.data)
        return value

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Turn it on. Raises a `HomeAssistantError` when the device does not take it."""
        await self.coordinator.commands.async_turn(self.entity_description, on=True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Turn it off. Raises a `HomeAssistantError` when the device does not take it."""
        await self.coordinator.commands.async_turn(self.entity_description, on=False)
