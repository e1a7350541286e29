"""The devices and entities of one entry, as they are now: they grow without a reload."""

from collections.abc import Callable, Iterable
from typing import Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import SolarMonitorConfigEntry
from .sources.spec import AnyRow, Rows, Source, SourceSpec, unique_id


class Inventory:
    """Registers a source's devices and tells the platforms of its rows."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: SolarMonitorConfigEntry,
        spec: SourceSpec,
        source: Source,
    ) -> None:
        """Register the devices that the source has so far."""
        self._hass: Final = hass
        self._entry: Final = entry
        self._spec: Final = spec
        self._source: Final = source
        self._listeners: list[Callable[[], None]] = []
        self._shown: set[tuple[str, str]] = set()
        self.devices: dict[str, DeviceInfo] = {}
        self.rows = Rows()
        self.async_update()

    @callback
    def async_update(self) -> None:
        """Take over the source's devices and rows, and remove what it does not have."""
        if self._entry.state is ConfigEntryState.UNLOAD_IN_PROGRESS:
            return
        self.rows = self._spec.rows(self._source)
        self._register_devices()
        if self._source.settled:
            self._remove_strangers()
        for listener in self._listeners:
            listener()

    @callback
    def async_show[RowT: AnyRow](
        self,
        platform: str,
        add_entities: AddConfigEntryEntitiesCallback,
        table: Callable[[Rows], Iterable[RowT]],
        make: Callable[[SolarMonitorConfigEntry, RowT], Entity],
    ) -> None:
        """Add an entity for every row of a platform's table, now and as soon as there are more."""

        def add() -> None:
            rows = {(platform, unique_id(self._source, row)): row for row in table(self.rows)}
            new = rows.keys() - self._shown
            self._shown |= new
            if new:
                add_entities(make(self._entry, row) for name, row in rows.items() if name in new)

        add()
        self._listeners.append(add)

    @callback
    def async_forget_device(self, device_id: str) -> None:
        """Let the entities of a device go that is about to be removed; they may come back."""
        entities = er.async_get(self._hass)
        self._forget(
            er.async_entries_for_device(entities, device_id, include_disabled_entities=True)
        )

    def _forget(self, entities: Iterable[er.RegistryEntry]) -> None:
        """Let entities go that are about to be removed."""
        self._shown -= {(entity.domain, entity.unique_id) for entity in entities}

    def _register_devices(self) -> None:
        """Register the devices, a parent first, so that its children can point to it."""
        registry = dr.async_get(self._hass)
        ids: dict[str, str] = {}
        infos: dict[str, DeviceInfo] = {}
        for device in self._source.devices:
            info = device.info
            if device.parent is not None:
                info["via_device_id"] = ids[device.parent]
            infos[device.name] = info
            ids[device.name] = registry.async_get_or_create(
                config_entry_id=self._entry.entry_id, **info
            ).id
        self.devices = infos

    def _remove_strangers(self) -> None:
        """Remove entities and devices that the source does not have: those of a wrong family, say.

        Only what is named after the source itself: a device with a serial number of its own, as
        a panel, may be silent today. The user removes it when it is gone.
        """
        own = f"{self._source.id_prefix}_"
        known = {unique_id(self._source, row) for row in self.rows}
        entities = er.async_get(self._hass)
        strangers = [
            entity
            for entity in er.async_entries_for_config_entry(entities, self._entry.entry_id)
            if entity.unique_id.startswith(own) and entity.unique_id not in known
        ]
        self._forget(strangers)
        for entity in strangers:
            entities.async_remove(entity.entity_id)
        devices = dr.async_get(self._hass)
        named = {name for info in self.devices.values() for _, name in info["identifiers"]}
        for device in dr.async_entries_for_config_entry(devices, self._entry.entry_id):
            if not any(
                name in named or not f"{name}_".startswith(own) for _, name in device.identifiers
            ):
                devices.async_remove_device(device.id)
