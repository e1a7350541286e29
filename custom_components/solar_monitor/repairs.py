"""Repairs that can be carried out with one click."""

from typing import Any, Final, override

from homeassistant.components.repairs import ConfirmRepairFlow, RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr

from . import async_remove_config_entry_device
from .const import CONF_SERIAL, CONF_SOURCE, CONF_TLS_FINGERPRINT, DOMAIN
from .site.energy_repair import WireEnergyFlow
from .site.energy_wiring import ENERGY_DASHBOARD
from .together import async_reload_together

CERTIFICATE_CHANGED: Final = "certificate_changed"
PANELS_RETIRED: Final = "panels_retired"


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

    def address(other: ConfigEntry[Any]) -> tuple[str, int]:
        return other.data[CONF_HOST].lower(), other.data[CONF_PORT]

    return [
        other
        for other in hass.config_entries.async_entries(DOMAIN, include_ignore=False)
        if other.data[CONF_SOURCE] == entry.data[CONF_SOURCE]
        and other.data[CONF_SERIAL] is not None
        and address(other) == address(entry)
    ]


async def _async_accept(
    hass: HomeAssistant, entries: list[ConfigEntry[Any]], serial: float | str | None
) -> None:
    """Give entries another logger."""
    for entry in entries:
        hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_SERIAL: serial})
    await async_reload_together(hass, entries)


class AcceptCertificateFlow(ConfirmRepairFlow):
    """Trust the certificate that a gateway shows now, as the user has seen its fingerprint."""

    @override
    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Show the old and the new fingerprint; once confirmed, the new one is the pin.

        If the gateway has shown yet another certificate since, that is a new repair.
        """
        data = self.data or {}
        entry = self.hass.config_entries.async_get_entry(str(data["entry_id"]))
        if user_input is not None and entry is not None:
            pin = {CONF_TLS_FINGERPRINT: data["fingerprint"]}
            self.hass.config_entries.async_update_entry(entry, data={**entry.data, **pin})
            self.hass.config_entries.async_schedule_reload(entry.entry_id)
        return await super().async_step_confirm(user_input)


class RemovePanelsFlow(ConfirmRepairFlow):
    """Remove the devices of panels that were taken away."""

    @override
    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """List the panels; once confirmed, those of them go that have not come back since."""
        data = self.data or {}
        entry = self.hass.config_entries.async_get_entry(str(data["entry_id"]))
        if user_input is not None and entry is not None:
            for serial in str(data["serials"]).split(","):
                await _async_remove_device(self.hass, entry, serial)
        return await super().async_step_confirm(user_input)


async def _async_remove_device(hass: HomeAssistant, entry: ConfigEntry[Any], serial: str) -> None:
    """Remove a device from an entry, if it is gone for good."""
    devices = dr.async_get(hass)
    device = next(
        (
            found
            for found in dr.async_entries_for_config_entry(devices, entry.entry_id)
            if (DOMAIN, serial) in found.identifiers
        ),
        None,
    )
    if device is not None and await async_remove_config_entry_device(hass, entry, device):
        devices.async_update_device(device.id, remove_config_entry_id=entry.entry_id)


async def async_create_fix_flow(
    hass: HomeAssistant,
    issue_id: str,
    data: dict[str, str | int | float | None] | None,
) -> RepairsFlow:
    """Make the flow of a fixable repair; what an issue is called follows its entry's id."""
    if issue_id.endswith(f"_{CERTIFICATE_CHANGED}"):
        return AcceptCertificateFlow()
    if f"_{PANELS_RETIRED}_" in issue_id:
        return RemovePanelsFlow()
    if issue_id.endswith(f"_{ENERGY_DASHBOARD}"):
        return WireEnergyFlow()
    return AcceptSerialFlow()
