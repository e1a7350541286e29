"""Solar Monitor: a mixed solar site as one thing in Home Assistant."""

import asyncio
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers import (
    config_validation as cv,
    device_registry as dr,
    entity_registry as er,
)
from homeassistant.helpers.device_registry import DeviceInfo

from .const import CONF_SOURCE, DOMAIN, PLATFORMS
from .coordinator import RuntimeData, SolarMonitorConfigEntry, SourceCoordinator
from .issues import async_clear_issues
from .sources import SOURCES
from .sources.spec import Rows, Source

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)

# Home Assistant warns of a set-up that takes over ten seconds; a dead logger takes longer.
FIRST_POLL_S: Final = 8.0


async def async_setup_entry(hass: HomeAssistant, entry: SolarMonitorConfigEntry) -> bool:
    """Set a source up, also when its device does not answer now.

    What is known from the last run is shown until it does: counters never become unavailable.
    """
    spec = SOURCES[entry.data[CONF_SOURCE]]
    source = await spec.connect(hass, entry)
    coordinator = SourceCoordinator(hass, entry, source)
    try:
        first_poll = entry.async_create_background_task(
            hass, coordinator.async_refresh(), f"{DOMAIN} first poll of {entry.title}"
        )
        await asyncio.wait({first_poll}, timeout=FIRST_POLL_S)
        devices = _register_devices(hass, entry, source)
        entry.runtime_data = RuntimeData(spec=spec, coordinator=coordinator, devices=devices)
        if source.settled:
            _remove_strangers(hass, entry, spec.rows(source), source)
        await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    except BaseException:
        # Nobody unloads what was not set up, and the link would stay open.
        await coordinator.async_stop()
        raise

    async def stop(_event: Event) -> None:
        await coordinator.async_stop()

    # Home Assistant does not unload entries when it stops, and a stick whose connection was not
    # closed cleanly refuses new ones for minutes.
    entry.async_on_unload(hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, stop))
    return True


async def async_unload_entry(hass: HomeAssistant, entry: SolarMonitorConfigEntry) -> bool:
    """Take the entities down, then close the link.

    The repairs stay, and with them what the user has ignored: most entries that are unloaded are
    set up again at once.
    """
    unloaded = await hass.config_entries.async_unload_platforms(entry, PLATFORMS)
    if unloaded:
        await entry.runtime_data.coordinator.async_stop()
        if entry.disabled_by:
            async_clear_issues(hass, entry)
    return unloaded


async def async_remove_entry(hass: HomeAssistant, entry: SolarMonitorConfigEntry) -> None:
    """Forget what was stored for the entry, and its repairs."""
    async_clear_issues(hass, entry)
    await SOURCES[entry.data[CONF_SOURCE]].forget(hass, entry)


def _remove_strangers(
    hass: HomeAssistant, entry: SolarMonitorConfigEntry, rows: Rows, source: Source
) -> None:
    """Remove entities and devices that the source does not have: those of a wrong family, say."""
    described = (*rows.sensors, *rows.binary_sensors, *rows.events)
    known = {f"{source.id_prefix}_{row.key}" for row in described}
    entities = er.async_get(hass)
    for entity in er.async_entries_for_config_entry(entities, entry.entry_id):
        if entity.unique_id not in known:
            entities.async_remove(entity.entity_id)
    devices = dr.async_get(hass)
    identifiers = {
        identifier
        for info in entry.runtime_data.devices.values()
        for identifier in info["identifiers"]
    }
    for device in dr.async_entries_for_config_entry(devices, entry.entry_id):
        if not identifiers & device.identifiers:
            devices.async_remove_device(device.id)


def _register_devices(
    hass: HomeAssistant, entry: ConfigEntry[Any], source: Source
) -> dict[str, DeviceInfo]:
    """Register the devices, a parent first, so that its children can point to it."""
    registry = dr.async_get(hass)
    ids: dict[str, str] = {}
    infos: dict[str, DeviceInfo] = {}
    for device in source.devices:
        info = device.info
        if device.parent is not None:
            info["via_device_id"] = ids[device.parent]
        infos[device.name] = info
        ids[device.name] = registry.async_get_or_create(config_entry_id=entry.entry_id, **info).id
    return infos
