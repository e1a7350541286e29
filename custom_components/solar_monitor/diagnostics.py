"""Diagnostics: what a helper needs to see, and nothing that tells who or where."""

from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant

from .const import CONF_SOURCE, CONF_TOKEN_ORIGIN, CONF_TRANSPORT
from .coordinator import SolarMonitorConfigEntry

# Of an entry's data, what tells how a device is reached and nothing else.
_TELLING: Final = (CONF_TRANSPORT, CONF_TOKEN_ORIGIN)


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant,
    entry: SolarMonitorConfigEntry,
) -> dict[str, Any]:
    """Collect an allow-list: nothing gets in that is not named here or in the source's export."""
    shown: dict[str, Any] = {
        "entry": {
            "source": entry.data[CONF_SOURCE],
            **{key: entry.data[key] for key in _TELLING if key in entry.data},
            "options": dict(entry.options),
            "version": f"{entry.version}.{entry.minor_version}",
            "state": entry.state.value,
        },
    }
    if entry.state is not ConfigEntryState.LOADED:
        return shown
    runtime = entry.runtime_data
    coordinator = runtime.coordinator
    snapshot = coordinator.data
    return shown | {
        "polling": {
            "connected": snapshot.connected,
            "measured_at": snapshot.measured_at.isoformat() if snapshot.measured_at else None,
            "interval_s": coordinator.interval_s,
            "last_error": coordinator.last_error.key if coordinator.last_error else None,
            "stale": sorted(snapshot.stale),
        },
        "source": runtime.spec.diagnostics(coordinator.source),
    }
