"""The site: everything that needs more than one source."""

from typing import TYPE_CHECKING, Final

from ..keeper import memory_store
from ..sources.spec import SourceSpec
from .creation import async_decline_site
from .export import diagnostics
from .rows import every_row, rows
from .shedder_giving import async_give_back_stored
from .source import KIND, async_connect

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

    from ..coordinator import SolarMonitorConfigEntry


async def _forget(hass: HomeAssistant, entry: SolarMonitorConfigEntry) -> None:
    """Give back what the site has turned off, forget what it has stored, do not make it again."""
    store = memory_store(hass, entry)
    await async_give_back_stored(hass, await store.async_load() or {})
    await store.async_remove()
    await async_decline_site(hass)


SPEC: Final = SourceSpec(
    kind=KIND,
    connect=async_connect,
    rows=rows,
    every_row=every_row,
    diagnostics=diagnostics,
    forget=_forget,
)
