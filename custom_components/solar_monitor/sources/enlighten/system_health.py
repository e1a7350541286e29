"""What Home Assistant's system information shows of Enphase's cloud."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from homeassistant.components import system_health
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant

from ...clients.enlighten.budget import Budget
from .address import cloud_address
from .export import key_name
from .source import EnlightenSource

if TYPE_CHECKING:
    from ...coordinator import SolarMonitorConfigEntry


def health(hass: HomeAssistant, entries: Sequence[SolarMonitorConfigEntry]) -> dict[str, Any]:
    """Tell whether the cloud can be reached, which costs no call, and the calls of each key."""
    reachable = system_health.async_check_can_reach_url(hass, cloud_address(hass).base)
    calls = _calls(entries)
    if not calls:
        return {"cloud_reachable": reachable}
    return {"cloud_reachable": reachable, "cloud_calls": calls}


def _calls(entries: Sequence[SolarMonitorConfigEntry]) -> str:
    """Write the calls of this month by key, of the entries that are loaded."""
    budgets: dict[str, Budget] = {}
    for entry in entries:
        if entry.state is ConfigEntryState.LOADED:
            source = entry.runtime_data.coordinator.source
            if isinstance(source, EnlightenSource):
                budgets[key_name(source.account.api_key)] = source.desk.budget
    return ", ".join(
        f"{key}: {budget.used} / {budget.limits.per_month}" for key, budget in budgets.items()
    )
