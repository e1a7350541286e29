"""What an entry remembers of an inverter, and whether what answers now is the same one."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.const import CONF_HOST, CONF_MAC, CONF_PORT

from ...const import (
    CONF_FAMILY,
    CONF_ID_PREFIX,
    CONF_IDENTITY,
    CONF_SERIAL,
    CONF_SOURCE,
    CONF_TRANSPORT,
    CONF_UNIT,
)
from .probe import DEFAULT_UNIT, Probe, Target
from .remembered import identity_to_data

KIND: Final = "deye"
DEFAULT_TITLE: Final = "Deye"


def unique_id_of(target: Target, probe: Probe) -> str:
    """Name an inverter by its logger or itself, and by its unit if it is not the usual one."""
    return f"{probe.hardware_id}{suffix_of(target.unit)}"


def suffix_of(unit: int) -> str:
    """Tell one inverter behind a logger from the next by its unit."""
    return "" if unit == DEFAULT_UNIT else f"_u{unit}"


def title_of(probe: Probe) -> str:
    """Name an entry by the size of the inverter, where that is known."""
    if probe.identity is None or not probe.identity.rated_power_w:
        return DEFAULT_TITLE
    return f"{DEFAULT_TITLE} {probe.identity.rated_power_w / 1000:g} kW"


def entry_data(target: Target, probe: Probe, mac: str | None) -> dict[str, Any]:
    """Give what an entry remembers. An inverter that sleeps now has no identity yet."""
    identity = probe.identity
    return {
        CONF_SOURCE: KIND,
        CONF_HOST: target.host,
        CONF_PORT: target.port,
        CONF_UNIT: target.unit,
        CONF_TRANSPORT: str(probe.transport),
        CONF_FAMILY: str(target.family if identity is None else identity.family),
        CONF_SERIAL: probe.serial,
        CONF_ID_PREFIX: unique_id_of(target, probe),
        CONF_IDENTITY: None if identity is None else identity_to_data(identity),
        CONF_MAC: mac,
    }


def place_of(data: Mapping[str, Any]) -> tuple[str, int]:
    """Give where an entry's logger is."""
    return data[CONF_HOST], data[CONF_PORT]


def is_of(data: Mapping[str, Any], probe: Probe) -> bool:
    """Tell whether what answered is an entry's logger or, without a stick, its inverter."""
    if data[CONF_SERIAL] != probe.serial:
        return False
    return probe.serial is not None or is_same_inverter(data, probe)


def is_same_logger(data: Mapping[str, Any], target: Target, probe: Probe) -> bool:
    """Tell whether an entry's own logger answered; one that has no serial number by its place."""
    if data[CONF_SERIAL] is not None or probe.serial is not None:
        return bool(data[CONF_SERIAL] == probe.serial)
    where = (probe.transport, target.host, target.port)
    return where == (data[CONF_TRANSPORT], *place_of(data))


def is_same_inverter(data: Mapping[str, Any], probe: Probe) -> bool:
    """Tell whether the inverter that answered is the one of an entry, by its own serial number."""
    known = (data.get(CONF_IDENTITY) or {}).get(CONF_SERIAL)
    return bool(known) and probe.identity is not None and probe.identity.serial == known
