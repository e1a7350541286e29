"""The devices of an Envoy entry: the gateway, its panels and its batteries.

They are not called as Home Assistant's own integration calls them: with both installed, every
entity would get a number behind its name.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from homeassistant.const import CONF_HOST
from homeassistant.helpers.device_registry import (
    DeviceEntry,
    DeviceInfo,
    async_entries_for_config_entry,
    async_get,
)

from ...clients.envoy.info import GatewayInfo
from ...clients.envoy.readings import Battery, BatteryKind, Panel
from ...clients.envoy.shape import Shape
from ...const import CONF_ID_PREFIX, CONF_SOURCE, CONF_TLS_FINGERPRINT, DOMAIN, PANEL_MODEL
from ..spec import Device

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

    from ...coordinator import SolarMonitorConfigEntry

DEVICE_GATEWAY: Final = "gateway"
DEVICE_PANEL: Final = "panel"
DEVICE_BATTERY: Final = "battery"

_MANUFACTURER: Final = "Enphase"
_GATEWAY_MODEL: Final = "IQ Gateway"
_BATTERY_MODELS: Final[Mapping[BatteryKind, str]] = {
    BatteryKind.ENCHARGE: "IQ Battery",
    BatteryKind.ACB: "AC Battery",
}


def panel_device(serial: str) -> str:
    """Name the device of a panel."""
    return f"{DEVICE_PANEL}_{serial}"


def battery_device(serial: str) -> str:
    """Name the device of a battery."""
    return f"{DEVICE_BATTERY}_{serial}"


def devices_of(
    data: Mapping[str, Any],
    info: GatewayInfo | None,
    shape: Shape,
    panels: Mapping[str, Panel],
    batteries: Mapping[str, Battery],
    number: str,
) -> Iterator[Device]:
    """Describe the devices, the gateway first.

    `panels` and `batteries` are what is known of them; `number` tells a second gateway from the
    first.
    """
    yield Device(name=DEVICE_GATEWAY, info=_gateway(data, info, number))
    for serial in shape.panels:
        panel = panels.get(serial)
        described = DeviceInfo(
            identifiers={(DOMAIN, serial)},
            translation_key=DEVICE_PANEL,
            translation_placeholders={"serial": serial},
            manufacturer=_MANUFACTURER,
            model=PANEL_MODEL,
            model_id=panel.part_number if panel else None,
            serial_number=serial,
        )
        yield Device(name=panel_device(serial), info=described, parent=DEVICE_GATEWAY)
    for serial, kind in shape.batteries.items():
        battery = batteries.get(serial)
        described = DeviceInfo(
            identifiers={(DOMAIN, serial)},
            translation_key=f"{DEVICE_BATTERY}_unit",
            translation_placeholders={"serial": serial},
            manufacturer=_MANUFACTURER,
            model=_BATTERY_MODELS[kind],
            model_id=battery.part_number if battery else None,
            serial_number=serial,
            sw_version=battery.firmware if battery else None,
        )
        yield Device(name=battery_device(serial), info=described, parent=DEVICE_GATEWAY)


def _gateway(data: Mapping[str, Any], info: GatewayInfo | None, number: str) -> DeviceInfo:
    """Describe the gateway."""
    secure = data[CONF_TLS_FINGERPRINT] is not None
    return DeviceInfo(
        identifiers={(DOMAIN, data[CONF_ID_PREFIX])},
        translation_key=DEVICE_GATEWAY,
        translation_placeholders={"number": number},
        manufacturer=_MANUFACTURER,
        model=_GATEWAY_MODEL,
        model_id=(info.part_number if info else "") or None,
        serial_number=data[CONF_ID_PREFIX],
        sw_version=info.firmware if info else None,
        configuration_url=f"{'https' if secure else 'http'}://{data[CONF_HOST]}",
    )


def own_devices(
    hass: HomeAssistant, entry: SolarMonitorConfigEntry
) -> Iterator[tuple[str, DeviceEntry]]:
    """Give the devices that an entry has made, now or earlier, by serial number."""
    for device in async_entries_for_config_entry(async_get(hass), entry.entry_id):
        for domain, serial in device.identifiers:
            if domain == DOMAIN:
                yield serial, device


def number_of(hass: HomeAssistant, entry: SolarMonitorConfigEntry) -> str:
    """Tell the devices of a second gateway from those of the first; the first needs none."""
    older = [
        other
        for other in hass.config_entries.async_entries(DOMAIN, include_ignore=False)
        if other.data[CONF_SOURCE] == entry.data[CONF_SOURCE]
        and other.created_at < entry.created_at
    ]
    return f" {len(older) + 1}" if older else ""
