"""Repairs that can be carried out with one click."""

from typing import Any, override

from homeassistant.components.repairs import ConfirmRepairFlow, RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.core import HomeAssistant

from .const import CONF_SERIAL, CONF_SOURCE, DOMAIN
from .together import async_reload_together


class AcceptSerialFlow(ConfirmRepairFlow):
    """Go on with the logger that answers now; entities and their history stay."""

    @override
    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Show the new serial number and take it over once confirmed."""
        data = self.data or {}
        entry = self.hass.config_entries.async_get_entry(str(data["entry_id"]))
        if user_input is not None and entry is not None:
            self.hass.async_create_task(
                _async_accept(self.hass, _behind_the_same_logger(self.hass, entry), data["serial"]),
                f"{DOMAIN} change of the logger of {entry.title}",
            )
        return await super().async_step_confirm(user_input)


def _behind_the_same_logger(hass: HomeAssistant, entry: ConfigEntry[Any]) -> list[ConfigEntry[Any]]:
    """List all entries that share an entry's link, whatever serial number they believe in."""

    def address(other: ConfigEntry[Any]) -> tuple[str, str, int]:
        data = other.data
        return data[CONF_SOURCE], data[CONF_HOST].lower(), data[CONF_PORT]

    return [
        other
        for other in hass.config_entries.async_entries(DOMAIN, include_ignore=False)
        if other.data.get(CONF_SERIAL) is not None and address(other) == address(entry)
    ]


async def _async_accept(
    hass: HomeAssistant, entries: list[ConfigEntry[Any]], serial: float | str | None
) -> None:
    """Give entries another logger."""
    for entry in entries:
        hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_SERIAL: serial})
    await async_reload_together(hass, entries)


async def async_create_fix_flow(
    hass: HomeAssistant,
    issue_id: str,
    data: dict[str, str | int | float | None] | None,
) -> RepairsFlow:
    """Make the flow of the one fixable repair: a logger with another serial number."""
    return AcceptSerialFlow()
