"""Buttons: what is done once, when somebody asks for it."""

from typing import override

from homeassistant.components.button import ButtonEntity
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import SolarMonitorConfigEntry
from .entity import SolarMonitorEntity
from .sources.spec import ButtonRow

# A second press of the same button is refused rather than kept waiting, so none needs to queue.
PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SolarMonitorConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the buttons of an entry."""
    entry.runtime_data.inventory.async_show(
        Platform.BUTTON, async_add_entities, lambda rows: rows.buttons, SolarMonitorButton
    )


class SolarMonitorButton(SolarMonitorEntity, ButtonEntity):
    """A button row."""

    entity_description: ButtonRow

    @override
    async def async_press(self) -> None:
        """Do it. Raises a `HomeAssistantError` that says why nothing came of it."""
        await self.coordinator.commands.async_press(self.entity_description)
