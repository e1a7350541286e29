"""What the entries with the same API key have in common."""

from typing import TYPE_CHECKING, Any

from homeassistant.const import CONF_API_KEY

from ...clients.enlighten.plans import PLAN_LIMITS, Plan
from ...const import CONF_SOURCE, DOMAIN
from .entries import KIND, Account, account_of

if TYPE_CHECKING:
    from homeassistant.config_entries import ConfigEntry
    from homeassistant.core import HomeAssistant


def accounts_with(
    hass: HomeAssistant, api_key: str, *, but: ConfigEntry[Any] | None = None
) -> list[Account]:
    """Give the accounts of all entries but one that use a key, loaded or not."""
    return [
        account_of(entry)
        for entry in hass.config_entries.async_entries(DOMAIN)
        if entry.data.get(CONF_SOURCE) == KIND
        and entry.data.get(CONF_API_KEY) == api_key
        and (but is None or entry.entry_id != but.entry_id)
    ]


def chosen_with(
    hass: HomeAssistant, api_key: str, *, but: ConfigEntry[Any] | None = None
) -> frozenset[int]:
    """Give the systems that share the calls of a key, those of one entry aside."""
    accounts = accounts_with(hass, api_key, but=but)
    return frozenset(system.system_id for account in accounts for system in account.systems)


def smallest_plan(hass: HomeAssistant, api_key: str) -> Plan:
    """Give the plan of a key. Should its entries not agree, the smallest one is safe."""
    plans = (account.plan for account in accounts_with(hass, api_key))
    return min(plans, key=lambda plan: PLAN_LIMITS[plan].per_month, default=Plan.WATT)
