"""What an entry remembers of its gateway, so that everything is there while the gateway is not."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final

from homeassistant.core import HomeAssistant

from ...clients.envoy.info import GatewayInfo
from ...clients.envoy.shape import Shape
from ...const import CONF_IDENTITY

if TYPE_CHECKING:
    from ...coordinator import SolarMonitorConfigEntry

_SHAPE: Final = "shape"
_DETAILED: Final = "detailed"


@dataclass(frozen=True, slots=True)
class Remembered:
    """Who a gateway is and what it has."""

    info: GatewayInfo | None = None
    shape: Shape = field(default_factory=Shape)
    detailed: frozenset[str] = frozenset()
    """The panels that tell more than their power: the gateway does so of 49 at most."""


def remembered(entry: SolarMonitorConfigEntry) -> Remembered:
    """Read what an entry remembers; what is missing or damaged is asked for anew."""
    saved = entry.data.get(CONF_IDENTITY)
    data: Mapping[str, Any] = saved if isinstance(saved, Mapping) else {}
    names = [part.name for part in fields(GatewayInfo)]
    known = all(name in data for name in names)
    detailed = data.get(_DETAILED)
    return Remembered(
        GatewayInfo(**{name: data[name] for name in names}) if known else None,
        Shape.from_data(data.get(_SHAPE)),
        frozenset(map(str, detailed)) if isinstance(detailed, list) else frozenset(),
    )


def remember(hass: HomeAssistant, entry: SolarMonitorConfigEntry, known: Remembered) -> None:
    """Store who the gateway is and what it has, in the entry."""
    identity = {
        **(asdict(known.info) if known.info else {}),
        _SHAPE: known.shape.to_data(),
        _DETAILED: sorted(known.detailed),
    }
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_IDENTITY: identity})
