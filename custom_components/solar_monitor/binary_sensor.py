"""Binary sensors: alarms, faults, and whether grid and logger are there."""

from typing import override

from homeassistant.components.binary_sensor import BinarySensorEntity
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
    runtime = entry.runtime_data
    rows = runtime.spec.rows(runtime.coordinator.source)
    async_add_entities(SolarMonitorBinarySensor(entry, row) for row in rows.binary_sensors)


class SolarMonitorBinarySensor(StateEntity, BinarySensorEntity):
    """A binary sensor row."""

    entity_description: BinarySensorRow

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether it is on; None when the device has not said."""
        value: bool | None = self._value_fn(self.coordinator.data)
        return value
