"""Sensors: every number, time and word that a source measures."""

from datetime import date, datetime
from decimal import Decimal
from typing import override

from homeassistant.components.sensor import SensorEntity
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType

from .coordinator import SolarMonitorConfigEntry
from .entity import StateEntity
from .sources.spec import SensorRow

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SolarMonitorConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the sensors of an entry."""
    entry.runtime_data.inventory.async_show(
        Platform.SENSOR, async_add_entities, lambda rows: rows.sensors, SolarMonitorSensor
    )


class SolarMonitorSensor(StateEntity, SensorEntity):
    """A sensor row."""

    entity_description: SensorRow

    # The active alarms can be many; they are for reading, not for the database. So are words about
    # loads: which of them are off is recorded.
    _unrecorded_attributes = frozenset(
        {"codes", "alarms", "reason", "entities", "failed", "released"}
    )

    @property
    @override
    def native_value(self) -> StateType | date | datetime | Decimal:
        """The value in the row's own unit; None when the device has none."""
        value: StateType | date | datetime | Decimal = self._value_fn(self.coordinator.data)
        return value
