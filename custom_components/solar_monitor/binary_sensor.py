"""Binary sensors: alarms, faults, and whether grid and logger are there."""

from typing import override

from homeassistant.components.binary_sensor import BinarySensorEntity
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import SolarMonitorConfigEntry
from .entity import StateEntity
from .sources.spec import BinarySensorRow

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SolarMonitorConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the binary sensors of an entry."""
    entry.runtime_data.inventory.async_show(
        Platform.BINARY_SENSOR,
        async_add_entities,
        lambda rows: rows.binary_sensors,
        SolarMonitorBinarySensor,
    )


class SolarMonitorBinarySensor(StateEntity, BinarySensorEntity):
    """A binary sensor row."""

    entity_description: BinarySensorRow

    # Who says so can be much; it is for reading, not for the database.
    _unrecorded_attributes = frozenset({"evidence", "alarms", "text", "sources", "since", "silent"})

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether it is on; None when the device has not said."""
        value: bool | None = self._value_fn(self.coordinator.data)
        return value
