"""The options of the site as one text that can be kept, shown to somebody, and taken in again.

It holds no secret: names that the user gave, unique ids and entity ids. Entities are named by
integration and unique id as well, so that they are found where somebody has renamed them; a unique
id that is an e-mail address is left out. Of entities that were removed nothing is known but an id
that means nothing elsewhere: they are left out, and so is a device that is nothing without them.

Taking in checks everything before it changes anything. Sources and what they have need not be there
yet: they are named in the answer.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_ENTITY_ID, CONF_PLATFORM, CONF_UNIQUE_ID
from homeassistant.core import HomeAssistant, callback, split_entity_id
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
import voluptuous as vol

from ..const import DOMAIN
from .exchange_schema import CONF_OPTIONS, CONF_VERSION, SCHEMA, VERSION
from .names import entity_of, reference_to
from .options import feeds_stored, on_peak_stored
from .options_arrays import array_stored
from .options_checks import (
    error_beside_numbers,
    error_in_device,
    error_in_loads,
    error_in_roles,
)
from .options_choices import Choices
from .options_data import (
    CONF_ALARMS,
    CONF_ARRAYS,
    CONF_CAPACITY,
    CONF_COMMON_BANK,
    CONF_EXCLUDED,
    CONF_FEEDS,
    CONF_GRID_METER,
    CONF_HOME_METER,
    CONF_LOADS,
    CONF_ON_PEAK,
    CONF_OTHERS,
    CONF_SHEDDING,
    CONF_SOC_OF,
    GRID_DRAW,
    INVERTERS,
    RECKONED,
    OtherDevice,
    Role,
    SiteOptions,
)
from .options_others import device_stored
from .options_thresholds import alarms_shown, error_in_shedding


@callback
def async_export(hass: HomeAssistant, entry: ConfigEntry[Any]) -> dict[str, Any]:
    """Give the options of the site."""
    options = SiteOptions.read(entry.options)
    shedding = options.shedding
    given: dict[str, Any] = {
        CONF_EXCLUDED: sorted(options.excluded),
        CONF_GRID_METER: options.grid_meter,
        CONF_HOME_METER: options.home_meter,
        CONF_FEEDS: feeds_stored(options.feeds),
        CONF_OTHERS: [
            _device_given(hass, device)
            for each in options.others
            if error_in_roles(device := _known(hass, each)) is None
        ],
        CONF_ARRAYS: [array_stored(array) for array in options.arrays],
        CONF_COMMON_BANK: options.common_bank,
        CONF_SOC_OF: options.soc_of,
        CONF_CAPACITY: options.capacity_kwh,
        CONF_ALARMS: alarms_shown(options.alarms),
        CONF_ON_PEAK: None if options.on_peak is None else on_peak_stored(options.on_peak),
        CONF_SHEDDING: {
            CONF_LOADS: [
                _entity_given(hass, entity_id)
                for load in shedding.loads
                if (entity_id := entity_of(hass, load)) is not None
            ],
            GRID_DRAW: shedding.grid_draw,
            **shedding.levels,
        },
    }
    return {
        CONF_VERSION: VERSION,
        CONF_OPTIONS: {key: value for key, value in given.items() if value is not None},
    }


def _known(hass: HomeAssistant, device: OtherDevice) -> OtherDevice:
    """Give a device with its entities as they are called now, without those that were removed."""
    found = ((role, entity_of(hass, each)) for role, each in device.entities.items())
    return replace(device, entities={role: each for role, each in found if each is not None})


def _device_given(hass: HomeAssistant, device: OtherDevice) -> dict[str, Any]:
    """Give a device of another integration, its entities by names that survive."""
    return {
        key: _entity_given(hass, value) if key in Role else value
        for key, value in device_stored(device).items()
    }


def _entity_given(hass: HomeAssistant, entity_id: str) -> dict[str, str]:
    """Give an entity by all the names that it has."""
    given = {CONF_ENTITY_ID: entity_id}
    entry = er.async_get(hass).async_get(entity_id)
    if entry is not None and "@" not in entry.unique_id:
        given |= {CONF_PLATFORM: entry.platform, CONF_UNIQUE_ID: entry.unique_id}
    return given


@callback
def async_import(hass: HomeAssistant, entry: ConfigEntry[Any], data: object) -> list[str]:
    """Take the options in; give the names of sources and parts in them that are not there (yet).

    Raises ServiceValidationError, and has changed nothing then.
    """
    options = _checked(hass, entry, data)
    if hass.config_entries.async_update_entry(entry, options=options):
        hass.config_entries.async_schedule_reload(entry.entry_id)
    return sorted(set(_parts_in(options)) - _parts_here(hass, entry))


def _checked(hass: HomeAssistant, entry: ConfigEntry[Any], data: object) -> dict[str, Any]:
    """Read what was given and find the entities in it; give the options as they are stored."""
    try:
        options: dict[str, Any] = SCHEMA(data)[CONF_OPTIONS]
    except vol.Invalid as err:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="import_damaged",
            translation_placeholders={"reason": str(err)},
        ) from err
    missing: list[str] = []
    for device in options.get(CONF_OTHERS, ()):
        for role in device.keys() & {role.value for role in Role}:
            device[role] = _found(hass, device[role], missing)
    if shedding := options.get(CONF_SHEDDING):
        loads = [_found(hass, load, missing) for load in shedding.get(CONF_LOADS, ())]
        shedding[CONF_LOADS] = list(dict.fromkeys(loads))
    if missing:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="import_missing",
            translation_placeholders={"entities": ", ".join(missing)},
        )
    _check_others(hass, SiteOptions.read(options))
    _check_shedding(hass, entry, options.get(CONF_SHEDDING, {}))
    return options


def _found(hass: HomeAssistant, given: Mapping[str, str], missing: list[str]) -> str:
    """Give a reference to an entity; note one that there is not."""
    entity_id, registry = given[CONF_ENTITY_ID], er.async_get(hass)
    if CONF_PLATFORM in given:
        domain = split_entity_id(entity_id)[0]
        known = registry.async_get_entity_id(domain, given[CONF_PLATFORM], given[CONF_UNIQUE_ID])
        entity_id = known or entity_id
    if registry.async_get(entity_id) is None and hass.states.get(entity_id) is None:
        missing.append(entity_id)
    return reference_to(hass, entity_id)


def _check_others(hass: HomeAssistant, options: SiteOptions) -> None:
    """Refuse devices whose entities cannot be what they are to be."""
    for device in options.others:
        if error_in_device(hass, device, options.others) is not None:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="import_unsuitable",
                translation_placeholders={"name": device.name},
            )


def _check_shedding(
    hass: HomeAssistant, entry: ConfigEntry[Any], shedding: Mapping[str, Any]
) -> None:
    """Refuse loads that cannot be turned off, and levels that contradict each other."""
    if error_in_loads(hass, shedding.get(CONF_LOADS, ())) is not None:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="import_loads")
    if error_in_shedding(shedding) or error_beside_numbers(entry, shedding):
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="import_levels")


def _parts_in(options: Mapping[str, Any]) -> Iterator[str]:
    """Name the sources and parts that options speak of."""
    read = SiteOptions.read(options)
    yield from read.excluded
    yield from read.feeds
    yield from (point.hybrid for point in read.feeds.values() if point.hybrid)
    yield from (array.source for array in read.arrays if array.source)
    meters = (read.grid_meter, read.home_meter, read.soc_of)
    yield from (name for name in meters if name and name not in {INVERTERS, RECKONED})


def _parts_here(hass: HomeAssistant, entry: ConfigEntry[Any]) -> set[str]:
    """Name the sources and parts that there are."""
    return Choices(hass, entry).names()
