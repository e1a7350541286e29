"""What all entities share: name, device, availability, and when a state is written."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.core import callback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .coordinator import SolarMonitorConfigEntry, SourceCoordinator
from .sources.spec import (
    AnyRow,
    BinarySensorRow,
    NumberRow,
    SensorRow,
    SwitchRow,
    needs_of,
    unique_id,
)


class SolarMonitorEntity(CoordinatorEntity[SourceCoordinator]):
    """An entity that shows one row of a source's tables."""

    _attr_has_entity_name = True

    def __init__(self, entry: SolarMonitorConfigEntry, description: AnyRow) -> None:
        """Tie the row to its device."""
        runtime = entry.runtime_data
        row = description.row
        self._needs = needs_of(description)
        self._always = row.always
        self._was_available: bool | None = None
        super().__init__(runtime.coordinator, context=self._needs)
        self.entity_description = description
        self._attr_unique_id = unique_id(runtime.coordinator.source, description)
        self._attr_device_info = runtime.inventory.devices[row.device]

    @property
    @override
    def available(self) -> bool:
        """Counters and diagnostics always show; other values until their grace is over."""
        return self._always or not self._needs & self.coordinator.data.stale

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Write a state only when that changes: no value of the snapshot is shown here."""
        if self.available is not self._was_available:
            self._was_available = self.available
            self.async_write_ha_state()


class StateEntity(SolarMonitorEntity):
    """An entity whose state is a value of the snapshot."""

    def __init__(
        self,
        entry: SolarMonitorConfigEntry,
        description: SensorRow | BinarySensorRow | SwitchRow | NumberRow,
    ) -> None:
        """Remember how the row reads the snapshot."""
        super().__init__(entry, description)
        self._value_fn = description.value_fn
        self._attributes_fn = description.attributes_fn
        self._shown: tuple[bool, Any] | None = None

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """What the row adds to its state."""
        return self._attributes_fn and self._attributes_fn(self.coordinator.data)

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Write a state only when this value was measured or shows something else now.

        That another key changed is no news for this entity, and on a Raspberry Pi the number of
        writes is what counts.
        """
        data = self.coordinator.data
        shown = (self.available, self._value_fn(data))
        if shown != self._shown or self._needs & data.updated:
            self._shown = shown
            self.async_write_ha_state()
