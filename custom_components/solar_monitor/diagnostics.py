"""Diagnostics: what a helper needs to see, and nothing that tells who or where."""

from typing import Any

from homeassistant.core import HomeAssistant

from .const import CONF_SOURCE, CONF_TRANSPORT
from .coordinator import SolarMonitorConfigEntry


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant,
    entry: SolarMonitorConfigEntry,
) -> dict[str, Any]:
    """Collect an allow-list: nothing gets in that is not named here or in the source's export."""
    runtime = entry.runtime_data
    coordinator = runtime.coordinator
    snapshot = coordinator.data
    return {
        "entry": {
            "source": entry.data[CONF_SOURCE],
            "transport": entry.data.get(CONF_TRANSPORT),
            "options": dict(entry.options),
            "version": f"{entry.version}.{entry.minor_version}",
        },
        "polling": {
            "connected": snapshot.connected,
            "measured_at": snapshot.measured_at.isoformat() if snapshot.measured_at else None,
            "interval_s": coordinator.update_interval.total_seconds()
            if coordinator.update_interval
            else None,
            "last_error": coordinator.last_error.key if coordinator.last_error else None,
            "stale": sorted(snapshot.stale),
        },
        "source": runtime.spec.diagnostics(coordinator.source),
    }
