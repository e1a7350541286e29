"""Finds what a dashboard of the site can show: enabled entities only, as the user has named them.

It looks at the registries alone, so that it answers while a source or the site is not loaded.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er

from ..const import CONF_SOURCE, DOMAIN
from ..sources import SOURCES
from .names import called, entity_of
from .options_data import SiteOptions

if TYPE_CHECKING:
    from homeassistant.config_entries import ConfigEntry

    from ..sources.spec import SourceSpec

_SENSOR: Final = "sensor"
_SITE: Final = "site"
_PANEL: Final = ("power", "energy_total")
"""The keys of what a panel has that is a device of its own."""
_DIGITS: Final = 5
"""How many of a serial number tell panels apart on a phone."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An enabled entity with a short name."""

    entity_id: str
    name: str
    by_user: bool = False
    """Whether the name is the user's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Producer:
    """Something with panels, of which it has one number."""

    power: Shown | None
    total: Shown | None


class Finder:
    """Finds entities of the site, of its sources and of its loads."""

    def __init__(self, hass: HomeAssistant, site: ConfigEntry[Any]) -> None:
        """Take the entry of the site, loaded or not."""
        self._hass: Final = hass
        self._options: Final = SiteOptions.read(site.options)
        self._entities: Final = er.async_get(hass)
        self._devices: Final = dr.async_get(hass)

    def of_site(self, platform: str, key: str) -> Shown | None:
        """Give an entity of the site by its key."""
        return self._with(platform, f"{_SITE}_{key}")

    def producers(self) -> Iterator[Producer]:
        """Go through the sources with panels, each by what its device is called."""
        for spec, device, name in self._parts():
            if spec.production is not None:
                power, total = (self._of(device, f"{name}_{key}") for key in spec.production)
                if power is not None or total is not None:
                    yield Producer(power=power, total=total)

    def panels(self) -> Iterator[Shown]:
        """Go through the power of single panels, by name: the user's, or the end of the serial."""
        found: list[Shown] = []
        for spec, device, name in self._parts():
            wholes = spec.production is not None and self._knows(f"{name}_{spec.production[0]}")
            if not wholes and all(self._knows(f"{name}_{key}") for key in _PANEL):
                power = self._of(device, f"{name}_{_PANEL[0]}")
                short = device.name_by_user or name[-_DIGITS:]
                found += [] if power is None else [Shown(power.entity_id, short)]
        yield from sorted(found, key=lambda each: each.name)

    def of_sources(self, platform: str, key: str) -> Iterator[Shown]:
        """Go through the entities of a key; those of several sources have the source's name."""
        found = [
            (shown, device)
            for _, device, name in self._parts()
            if (shown := self._with(platform, f"{name}_{key}")) is not None
        ]
        for shown, device in found:
            name = shown.name if len(found) == 1 else f"{_called(device)}: {shown.name}"
            yield Shown(shown.entity_id, name)

    def loads(self) -> Iterator[Shown]:
        """Go through the loads that may be shed, the first to be shed first."""
        for reference in self._options.shedding.loads:
            entity_id = entity_of(self._hass, reference)
            entry = None if entity_id is None else self._entities.async_get(entity_id)
            if entity_id is not None and (entry is None or not entry.disabled):
                yield Shown(entity_id, called(self._hass, entity_id))

    def _parts(self) -> Iterator[tuple[SourceSpec, dr.DeviceEntry, str]]:
        """Go through the devices of all sources of the site, each under all of its names."""
        for entry in self._hass.config_entries.async_entries(
            DOMAIN, include_ignore=False, include_disabled=False
        ):
            spec = SOURCES.get(entry.data[CONF_SOURCE])
            if spec is None or spec.site_name(entry) in self._options.excluded:
                continue
            for device in dr.async_entries_for_config_entry(self._devices, entry.entry_id):
                for _, name in sorted(device.identifiers):
                    yield spec, device, name

    def _of(self, device: dr.DeviceEntry, unique_id: str) -> Shown | None:
        """Give a sensor under the name of its device."""
        found = self._with(_SENSOR, unique_id)
        return None if found is None else Shown(found.entity_id, _called(device))

    def _knows(self, unique_id: str) -> bool:
        """Tell whether there is a sensor, enabled or not."""
        return self._entities.async_get_entity_id(_SENSOR, DOMAIN, unique_id) is not None

    def _with(self, platform: str, unique_id: str) -> Shown | None:
        """Give an entity of ours unless it is disabled."""
        entity_id = self._entities.async_get_entity_id(platform, DOMAIN, unique_id)
        entry = None if entity_id is None else self._entities.async_get(entity_id)
        if entry is None or entry.disabled:
            return None
        name = entry.name or entry.original_name or entry.entity_id
        return Shown(entry.entity_id, name, by_user=entry.name is not None)


def _called(device: dr.DeviceEntry) -> str:
    """Give what people call a device."""
    return device.name_by_user or device.name or ""
