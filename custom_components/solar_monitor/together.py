"""Loads entries again that share what is made anew only when nobody holds it any more."""

from collections.abc import Sequence
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant


async def async_reload_together(hass: HomeAssistant, entries: Sequence[ConfigEntry[Any]]) -> None:
    """Unload all entries before the first is set up again.

    One after the other would get what the next one still holds: a link that knows the old logger.
    """
    for entry in entries:
        if entry.state is ConfigEntryState.LOADED:
            await hass.config_entries.async_unload(entry.entry_id)
    for entry in entries:
        await hass.config_entries.async_reload(entry.entry_id)
