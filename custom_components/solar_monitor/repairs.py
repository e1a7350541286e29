"""Repairs that can be carried out with one click."""

from typing import override

from homeassistant.components.repairs import ConfirmRepairFlow, RepairsFlow, RepairsFlowResult
from homeassistant.core import HomeAssistant

from .const import CONF_SERIAL


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
            self.hass.config_entries.async_update_entry(
                entry, data={**entry.data, CONF_SERIAL: data["serial"]}
            )
            self.hass.config_entries.async_schedule_reload(entry.entry_id)
        return await super().async_step_confirm(user_input)


async def async_create_fix_flow(
    hass: HomeAssistant,
    issue_id: str,
    data: dict[str, str | int | float | None] | None,
) -> RepairsFlow:
    """Make the flow of the one fixable repair: a logger with another serial number."""
    return AcceptSerialFlow()
