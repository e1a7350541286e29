"""Other inverters behind the logger of an entry that is changed: what is true of it is of them."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST, CONF_MAC, CONF_PORT
from homeassistant.core import callback

from ...clients.transport import TransportKind
from ...const import CONF_IDENTITY, CONF_SERIAL, CONF_TRANSPORT, CONF_UNIT
from .entries import is_same_inverter, place_of, suffix_of
from .probe import Probe, Target, async_probe

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

_OF_THE_LINK: Final = (CONF_TRANSPORT, CONF_HOST, CONF_PORT, CONF_SERIAL)


async def async_ask_for(
    hass: HomeAssistant, entry: ConfigEntry[Any], address: Mapping[str, Any]
) -> Probe:
    """Ask for the inverter of an entry at an address, its own or that of another entry."""
    target = Target(
        host=address[CONF_HOST],
        port=address[CONF_PORT],
        unit=entry.data[CONF_UNIT],
        transport=TransportKind(address[CONF_TRANSPORT]),
    )
    return await async_probe(hass, target)


async def async_find_neighbours(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    entries: Iterable[ConfigEntry[Any]],
    updates: Mapping[str, Any],
) -> list[ConfigEntry[Any]]:
    """List the other entries that are reached in the new way, too, once `updates` are made.

    Those are all behind a logger that has moved, or that was replaced where it is. When both its
    place and its serial number are new, this inverter may have got a logger of its own: of the
    others only those go along that answer behind it.
    """
    data = entry.data
    if all(updates[key] == data[key] for key in _OF_THE_LINK):
        return []
    moved = updates[CONF_SERIAL] == data[CONF_SERIAL] is not None
    certain = moved or place_of(updates) == place_of(data)
    behind = [other for other in entries if other is not entry and _link(other) == _link(entry)]
    return [
        other
        for other in behind
        if certain or is_same_inverter(other.data, await async_ask_for(hass, other, updates))
    ]


def _link(entry: ConfigEntry[Any]) -> tuple[str, str, int]:
    """Give what decides which link an entry shares with others."""
    data = entry.data
    return data[CONF_TRANSPORT], data[CONF_HOST].lower(), data[CONF_PORT]


@callback
def async_bring_along(
    hass: HomeAssistant, neighbours: Iterable[ConfigEntry[Any]], updates: Mapping[str, Any]
) -> None:
    """Give neighbours the new way, and the unique ids that they would get if added now."""
    new = {key: updates[key] for key in (*_OF_THE_LINK, CONF_MAC)}
    for entry in neighbours:
        hass.config_entries.async_update_entry(
            entry,
            unique_id=_free_unique_id(hass, entry, updates[CONF_SERIAL]),
            data={**entry.data, **new},
        )


def _free_unique_id(hass: HomeAssistant, entry: ConfigEntry[Any], serial: int | None) -> str | None:
    """Name an inverter by its new logger or, without a stick, by itself, unless that is taken."""
    data = entry.data
    name = (data.get(CONF_IDENTITY) or {}).get(CONF_SERIAL) if serial is None else serial
    unique_id = f"{name}{suffix_of(data[CONF_UNIT])}"
    owner = hass.config_entries.async_entry_for_domain_unique_id(entry.domain, unique_id)
    return unique_id if name and owner is None else entry.unique_id
