"""Enphase's cloud: what Enlighten knows of the systems of an account."""

from typing import TYPE_CHECKING, Final

from homeassistant.const import CONF_API_KEY

from ..spec import SourceSpec
from .contribute import contribute
from .desk import async_open_desk
from .entries import KIND, site_name
from .export import diagnostics
from .keys import ENERGY_TOTAL, POWER
from .memory import memory_store
from .neighbours import chosen_with, smallest_plan
from .rows import every_row, rows
from .source import POLL_S, async_connect
from .system_health import health

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

    from ...coordinator import SolarMonitorConfigEntry


async def _forget(hass: HomeAssistant, entry: SolarMonitorConfigEntry) -> None:
    """Remove what an entry has stored, and free its part of the budget.

    What was called this month stays counted: the key may be used again.
    """
    await memory_store(hass, entry).async_remove()
    api_key = entry.data[CONF_API_KEY]
    desk = await async_open_desk(hass, api_key, smallest_plan(hass, api_key))
    desk.keep(chosen_with(hass, api_key, but=entry))
    await desk.async_release()


SPEC: Final = SourceSpec(
    kind=KIND,
    connect=async_connect,
    rows=rows,
    every_row=every_row,
    diagnostics=diagnostics,
    forget=_forget,
    contribute=contribute,
    site_name=site_name,
    production=(POWER, ENERGY_TOTAL),
    longest_retry_s=POLL_S,
    health=health,
)
