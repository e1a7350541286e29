"""Deye and Sunsynk inverters behind a Solarman Wi-Fi logger."""

from typing import TYPE_CHECKING, Final

from ..spec import SourceSpec
from .contribute import SITE_KEYS, contribute
from .export import diagnostics
from .remembered import memory_store
from .rows import every_row, rows
from .source import async_connect

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

    from ...coordinator import SolarMonitorConfigEntry


async def _forget(hass: HomeAssistant, entry: SolarMonitorConfigEntry) -> None:
    """Remove what the guards remember of an entry."""
    await memory_store(hass, entry).async_remove()


SPEC: Final = SourceSpec(
    kind="deye",
    connect=async_connect,
    rows=rows,
    every_row=every_row,
    diagnostics=diagnostics,
    forget=_forget,
    contribute=contribute,
    site_keys=SITE_KEYS,
    production=("pv_power", "pv_energy_total"),
)
