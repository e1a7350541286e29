"""Diagnostics: what a helper needs to see, and nothing that tells who or where."""

from collections import Counter
from datetime import datetime
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant

from .const import CONF_PAUSED, CONF_PLAN, CONF_SOURCE, CONF_TOKEN_ORIGIN, CONF_TRANSPORT
from .coordinator import RuntimeData, SolarMonitorConfigEntry
from .sources.spec import needs_of

# Of an entry's data, what tells how a device is reached and nothing else.
_TELLING: Final = (CONF_TRANSPORT, CONF_TOKEN_ORIGIN, CONF_PLAN)
# Options that name something: the numbers of systems.
_NAMING: Final = frozenset({CONF_PAUSED})


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant,
    entry: SolarMonitorConfigEntry,
) -> dict[str, Any]:
    """Collect an allow-list: nothing gets in that is not named here or in the source's export."""
    shown: dict[str, Any] = {
        "entry": {
            "source": entry.data[CONF_SOURCE],
            **{key: entry.data[key] for key in _TELLING if key in entry.data},
            "options": {key: value for key, value in entry.options.items() if key not in _NAMING},
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
            "measured_at": _iso(snapshot.measured_at),
            "last_success": _iso(coordinator.last_success),
            "interval_s": coordinator.interval_s,
            "last_error": coordinator.last_error.key if coordinator.last_error else None,
            "stale": _stale(runtime),
        },
        "source": runtime.spec.diagnostics(coordinator.source),
    }


def _iso(moment: datetime | None) -> str | None:
    """Write a time; None stays None."""
    return None if moment is None else moment.isoformat()


def _stale(runtime: RuntimeData) -> dict[str, int]:
    """Count what has been silent for too long, by its text: keys may hold serial numbers."""
    stale = runtime.coordinator.data.stale
    texts = (
        str(row.translation_key)
        for row in runtime.inventory.rows
        if not row.row.always and needs_of(row) & stale
    )
    return dict(sorted(Counter(texts).items()))
