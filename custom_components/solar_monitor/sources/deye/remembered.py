"""What is remembered of an inverter: who it is in the entry, its counters and scales in a store."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from ...clients.deye.family import Family
from ...clients.deye.identity import Identity
from ...const import CONF_FAMILY, CONF_IDENTITY, DOMAIN

if TYPE_CHECKING:
    from ...coordinator import SolarMonitorConfigEntry

CLEAN: Final = "clean"
STEPS: Final = "steps"

_STORAGE_VERSION: Final = 1


def memory_store(hass: HomeAssistant, entry: SolarMonitorConfigEntry) -> Store[dict[str, Any]]:
    """Give the store of what the guards of an entry remember."""
    return Store(hass, _STORAGE_VERSION, f"{DOMAIN}.{entry.entry_id}")


def identity_to_data(identity: Identity) -> dict[str, Any]:
    """Give an identity as the entry stores it; the family has its own place there."""
    data = asdict(identity)
    del data[CONF_FAMILY]
    return data


def remembered_identity(entry: SolarMonitorConfigEntry) -> Identity | None:
    """Give the inverter's identity from the entry; None when it was asleep at set-up."""
    data = entry.data.get(CONF_IDENTITY)
    return Identity(family=Family(entry.data[CONF_FAMILY]), **data) if data else None


def proven_steps(memory: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Give what the last run has proven about scales; nothing where that is damaged."""
    steps = (memory or {}).get(STEPS)
    return steps if isinstance(steps, Mapping) else {}


def shape_of(identity: Identity) -> tuple[Any, ...]:
    """Give what of an identity decides on entities and limits."""
    return (
        identity.family,
        identity.mppt_count,
        identity.phase_count,
        identity.pack_count,
        identity.rated_power_w,
    )
