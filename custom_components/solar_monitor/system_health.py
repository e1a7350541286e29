"""System health: which sources answer, at a glance."""

from typing import Any

from homeassistant.components import system_health
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback

from .const import CONF_SOURCE, DOMAIN
from .coordinator import SolarMonitorConfigEntry
from .sources import SOURCES


@callback
def async_register(
    hass: HomeAssistant,
    register: system_health.SystemHealthRegistration,
) -> None:
    """Offer the information."""
    register.async_register_info(_async_info)


async def _async_info(hass: HomeAssistant) -> dict[str, Any]:
    """Count the sources and those that answer, and add what a kind of source tells of itself."""
    entries: list[SolarMonitorConfigEntry] = hass.config_entries.async_entries(
        DOMAIN, include_ignore=False
    )
    loaded = [entry for entry in entries if entry.state is ConfigEntryState.LOADED]
    answering = [entry for entry in loaded if entry.runtime_data.coordinator.data.connected]
    of_kinds: dict[str, Any] = {}
    for kind, spec in SOURCES.items():
        if own := [entry for entry in entries if entry.data[CONF_SOURCE] == kind]:
            of_kinds |= spec.health(hass, own)
    return {
        "sources": len(entries),
        "sources_answering": len(answering),
        "refused_values": sum(entry.runtime_data.coordinator.source.refused for entry in loaded),
        **of_kinds,
    }
