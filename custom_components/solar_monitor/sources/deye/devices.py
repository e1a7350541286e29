"""The devices of a Deye entry: logger, inverter, battery, battery packs."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from homeassistant.const import CONF_HOST, CONF_MAC
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import CONNECTION_NETWORK_MAC, DeviceInfo

from ...clients.deye.family import Family
from ...clients.deye.identity import Identity
from ...clients.transport import TransportKind
from ...const import (
    CONF_FAMILY,
    CONF_ID_PREFIX,
    CONF_SERIAL,
    CONF_SOURCE,
    CONF_TRANSPORT,
    DOMAIN,
)
from ..spec import Device

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

    from ...coordinator import SolarMonitorConfigEntry

DEVICE_LOGGER: Final = "logger"
DEVICE_INVERTER: Final = "inverter"
DEVICE_BATTERY: Final = "battery"
DEVICE_PACK: Final = "pack"

# Families without a battery: they sleep when the sun is down.
SLEEPERS: Final = frozenset({Family.STRING, Family.MICRO})

_MODELS: Final[Mapping[Family, str]] = {
    Family.HYBRID_1P: "Single-phase hybrid",
    Family.HYBRID_3P_LV: "Three-phase low-voltage hybrid",
    Family.HYBRID_3P_HV: "Three-phase high-voltage hybrid",
    Family.STRING: "String inverter",
    Family.MICRO: "Micro-inverter",
}


type Facts = Mapping[str, Mapping[str, Any]]
"""What batteries say of themselves: fields of the device by its name, only those that they say."""


def pack_device(pack: int) -> str:
    """Name the device of a battery pack, counted from 1."""
    return f"{DEVICE_PACK}{pack}"


def devices_of(
    hass: HomeAssistant,
    entry: SolarMonitorConfigEntry,
    identity: Identity | None,
    serial: int | None,
    facts: Facts,
) -> tuple[Device, ...]:
    """Describe the devices of an entry, a parent before its children."""
    prefix = entry.data[CONF_ID_PREFIX]
    family = Family(entry.data[CONF_FAMILY])
    number = {"number": _number(hass, entry)}
    inverter = DeviceInfo(
        identifiers={(DOMAIN, prefix)},
        translation_key=DEVICE_INVERTER,
        translation_placeholders=number,
        manufacturer="Deye",
        model=_model(family, identity),
        serial_number=(identity.serial if identity else "") or None,
        sw_version=identity.firmware if identity else None,
    )
    devices = [
        Device(name=DEVICE_LOGGER, info=_logger(entry, serial, number)),
        Device(name=DEVICE_INVERTER, info=inverter, parent=DEVICE_LOGGER),
    ]
    if family not in SLEEPERS:
        for device in _batteries(prefix, number, identity.pack_count if identity else 0):
            device.info.update(cast("DeviceInfo", facts.get(device.name, {})))
            devices.append(device)
    return tuple(devices)


def battery_facts(settings: Mapping[str, Any], packs: int) -> Facts:
    """Collect what the settings and the packs tell about the battery. Nothing tells its maker."""
    facts = {DEVICE_BATTERY: _said(model=_battery_model(settings))}
    for pack in range(1, packs + 1):
        facts[pack_device(pack)] = _said(
            model="Battery pack",
            serial_number=settings.get(f"pack{pack}_serial"),
            sw_version=settings.get(f"pack{pack}_software_version"),
            hw_version=settings.get(f"pack{pack}_hardware_version"),
        )
    return facts


def update_batteries(hass: HomeAssistant, entry: SolarMonitorConfigEntry, facts: Facts) -> None:
    """Add what batteries said of themselves to their devices, where these were made before."""
    registry = dr.async_get(hass)
    names = {(DOMAIN, f"{entry.data[CONF_ID_PREFIX]}_{name}"): name for name in facts}
    for device in dr.async_entries_for_config_entry(registry, entry.entry_id):
        for identifier in names.keys() & device.identifiers:
            registry.async_update_device(device.id, **facts[names[identifier]])


def _battery_model(settings: Mapping[str, Any]) -> str | None:
    """Describe the battery as far as the inverter was told what hangs on it.

    It has lithium only where it talks to the battery: without that, such batteries are run in the
    mode for lead-acid ones.
    """
    capacity_ah = settings.get("battery_capacity_ah")
    if settings.get("battery_operation_mode") == "no_battery" or not capacity_ah:
        return None
    lithium = settings.get("battery_control_mode") == "lithium"
    return f"{'Lithium battery' if lithium else 'Battery'}, {capacity_ah} Ah"


def _said(**fields: str | None) -> Mapping[str, Any]:
    """Leave out what was not said: what is known already stays."""
    return {field: value for field, value in fields.items() if value}


def _logger(
    entry: SolarMonitorConfigEntry, serial: int | None, number: Mapping[str, str]
) -> DeviceInfo:
    """Describe what stands between the network and the inverter."""
    data = entry.data
    mac = data.get(CONF_MAC)
    info = DeviceInfo(
        identifiers={(DOMAIN, f"{data[CONF_ID_PREFIX]}_{DEVICE_LOGGER}")},
        translation_key=DEVICE_LOGGER,
        translation_placeholders=number,
        configuration_url=f"http://{_in_url(data[CONF_HOST])}",
        connections={(CONNECTION_NETWORK_MAC, mac)} if mac else set(),
    )
    if data[CONF_TRANSPORT] != TransportKind.SOLARMAN_V5:
        info["model"] = "Modbus gateway"
        return info
    known = serial or data[CONF_SERIAL]
    info["manufacturer"] = "Solarman"
    info["model"] = "Wi-Fi logger"
    info["serial_number"] = str(known) if known else None
    return info


def _in_url(host: str) -> str:
    """Write a host as it stands in a URL: an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host else host


def _batteries(prefix: str, number: Mapping[str, str], packs: int) -> Iterator[Device]:
    """Describe the battery, and the packs behind it that the firmware tells one by one."""
    battery = DeviceInfo(
        identifiers={(DOMAIN, f"{prefix}_{DEVICE_BATTERY}")},
        translation_key=DEVICE_BATTERY,
        translation_placeholders=number,
    )
    yield Device(name=DEVICE_BATTERY, info=battery, parent=DEVICE_INVERTER)
    for pack in range(1, packs + 1):
        info = DeviceInfo(
            identifiers={(DOMAIN, f"{prefix}_{pack_device(pack)}")},
            translation_key=DEVICE_PACK,
            translation_placeholders={**number, "pack": str(pack)},
        )
        yield Device(name=pack_device(pack), info=info, parent=DEVICE_BATTERY)


def _number(hass: HomeAssistant, entry: SolarMonitorConfigEntry) -> str:
    """Tell the devices of a second inverter from those of the first; the first needs none."""
    older = [
        other
        for other in hass.config_entries.async_entries(DOMAIN, include_ignore=False)
        if other.data[CONF_SOURCE] == entry.data[CONF_SOURCE]
        and other.created_at < entry.created_at
    ]
    return f" {len(older) + 1}" if older else ""


def _model(family: Family, identity: Identity | None) -> str:
    """Describe the inverter in a few words."""
    if identity is None or not identity.rated_power_w:
        return _MODELS[family]
    return f"{_MODELS[family]}, {identity.rated_power_w / 1000:g} kW"
