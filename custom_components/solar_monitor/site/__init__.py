"""The site: everything that needs more than one source."""

from typing import TYPE_CHECKING, Final

from ..keeper import memory_store
from ..sources.spec import SourceSpec
from .creation import async_decline_site
from .export import diagnostics
from .rows import every_row, rows
from .source import KIND, async_connect

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

    from ..coordinator import SolarMonitorConfigEntry


async def _forget(hass: HomeAssistant, entry: SolarMonitorConfigEntry) -> None:
    """Remove what the site has stored, and do not make it again by itself."""
    await memory_store(hass, entry).async_remove()
    await async_decline_site(hass)


SPEC: Final = SourceSpec(
    kind=KIND,
    connect=async_connect,
    rows=rows,
    every_row=every_row,
    diagnostics=diagnostics,
    forget=_forget,
)
