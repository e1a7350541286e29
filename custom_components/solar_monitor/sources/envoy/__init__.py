"""Enphase gateways: Envoy and IQ Gateway."""

from typing import TYPE_CHECKING, Final

from ...keeper import memory_store
from ..spec import Source, SourceSpec
from .contribute import SITE_KEYS, contribute
from .core_entry import CORE_DOMAIN
from .entries import KIND
from .export import diagnostics
from .reader import LONGEST_RETRY_S, SILENCE_S
from .recording import recording_store
from .rows import every_row, rows
from .source import EnvoySource, async_connect

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

    from ...coordinator import SolarMonitorConfigEntry


async def _forget(hass: HomeAssistant, entry: SolarMonitorConfigEntry) -> None:
    """Remove what an entry has stored."""
    await memory_store(hass, entry).async_remove()
    await recording_store(hass, entry).async_remove()


def _removable(source: Source, identifier: str) -> bool:
    """Tell whether a device is gone for good, and forget it then.

    A retired panel is in nothing that is remembered. Any other that no list names now may be gone
    as well: that is for the user to know, and one that is told of again comes back.
    """
    if not isinstance(source, EnvoySource) or not source.settled or identifier == source.id_prefix:
        return False
    if identifier in {*source.shape.panels, *source.shape.batteries}:
        gateway = source.reader.gateway
        told = {*gateway.readings.panels, *gateway.readings.batteries}
        if not told or identifier in told:
            return False
        gateway.forget(identifier)
    return True


SPEC: Final = SourceSpec(
    kind=KIND,
    connect=async_connect,
    rows=rows,
    every_row=every_row,
    diagnostics=diagnostics,
    forget=_forget,
    contribute=contribute,
    site_keys=SITE_KEYS,
    production=("production_power", "production_energy_total"),
    core_domain=CORE_DOMAIN,
    grace_s=SILENCE_S,
    silence_s=SILENCE_S,
    longest_retry_s=LONGEST_RETRY_S,
    separate_polls=True,
    removable=_removable,
)
