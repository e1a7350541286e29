"""The devices of an Enlighten entry: one for each system, which is a service and no hardware.

Panels and gateways are none: they are those of a local source.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo

from ...const import DOMAIN
from ..spec import Device
from .address import ENLIGHTEN
from .entries import ID_PREFIX, SystemIdentity
from .keys import key_of

_MANUFACTURER: Final = "Enphase"
_MODEL: Final = "Enlighten system"


def device_of(system_id: int) -> str:
    """Name the device of a system."""
    return key_of(system_id, "system")


def devices_of(systems: Iterable[SystemIdentity]) -> Iterator[Device]:
    """Describe the devices. One whose name the cloud does not tell is called by its number."""
    for system in systems:
        identifiers = {(DOMAIN, f"{ID_PREFIX}_{system.system_id}")}
        if system.name:
            info = DeviceInfo(identifiers=identifiers, name=system.name)
        else:
            info = DeviceInfo(
                identifiers=identifiers,
                translation_key="cloud_system",
                translation_placeholders={"number": str(system.system_id)},
            )
        info["manufacturer"] = _MANUFACTURER
        info["model"] = _MODEL
        info["entry_type"] = DeviceEntryType.SERVICE
        info["configuration_url"] = ENLIGHTEN
        yield Device(name=device_of(system.system_id), info=info)
