"""Solar Monitor: a mixed solar site as one thing in Home Assistant."""

import asyncio
from typing import Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.typing import ConfigType

from .const import CONF_SOURCE, DOMAIN, PLATFORMS
from .coordinator import RuntimeData, SolarMonitorConfigEntry, SourceCoordinator
from .inventory import Inventory
from .issues import async_clear_issues
from .kinds import KINDS
from .services import async_setup_services
from .site.creation import async_begin_anew, async_offer_site
from .site.hub import async_hub

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)

# Home Assistant warns of a set-up that takes over ten seconds; a dead logger takes longer.
FIRST_POLL_S: Final = 8.0


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Make what all entries share before the first of them is set up: their order is undefined."""
    async_hub(hass)
    async_setup_services(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: SolarMonitorConfigEntry) -> bool:
    """Set a source up, also when its device does not answer now.

    What is known from the last run is shown until it does: counters never become unavailable.
    """
    spec = KINDS[entry.data[CONF_SOURCE]]
    source = await spec.connect(hass, entry)
    coordinator = SourceCoordinator(hass, entry, spec, source)
    try:
        first_poll = entry.async_create_background_task(
            hass, coordinator.async_refresh(), f"{DOMAIN} first poll of {entry.title}"
        )
        await asyncio.wait({first_poll}, timeout=FIRST_POLL_S)
        inventory = Inventory(hass, entry, spec, source)
        coordinator.on_growth = inventory.async_update
        entry.runtime_data = RuntimeData(spec=spec, coordinator=coordinator, inventory=inventory)
        await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
        if spec.contribute is not None:
            entry.async_on_unload(async_hub(hass).async_join(entry, spec.contribute))
    except BaseException:
        # Nobody unloads what was not set up, and the link would stay open.
        await coordinator.async_stop()
        raise

    async def stop(_event: Event) -> None:
        await coordinator.async_stop()

    # Home Assistant does not unload entries when it stops, and a stick whose connection was not
    # closed cleanly refuses new ones for minutes.
    entry.async_on_unload(hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, stop))
    if spec.contribute is not None:
        entry.async_create_task(hass, async_offer_site(hass), f"{DOMAIN} offer of the site")
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
    """Forget what was stored for the entry, and its repairs; with the last entry, all the rest."""
    async_clear_issues(hass, entry)
    await KINDS[entry.data[CONF_SOURCE]].forget(hass, entry)
    await async_begin_anew(hass)


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: SolarMonitorConfigEntry, device: dr.DeviceEntry
) -> bool:
    """Let the user remove a device that is gone for good: a retired panel."""
    if entry.state is not ConfigEntryState.LOADED:
        return False  # nobody knows now what is gone
    runtime = entry.runtime_data
    source = runtime.coordinator.source
    if not all(runtime.spec.removable(source, name) for _, name in device.identifiers):
        return False
    runtime.inventory.async_forget_device(device.id)
    return True
