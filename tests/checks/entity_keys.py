"""Collects from the sources' tables every entity that can exist, and the words of its states."""

from dataclasses import dataclass
from typing import Final

from homeassistant.const import Platform

from custom_components.solar_monitor.clients.deye.tables import TABLES
from custom_components.solar_monitor.kinds import KINDS
from custom_components.solar_monitor.sources.deye import words

BINARY_STATES: Final = frozenset({"off", "on"})


@dataclass(frozen=True)
class Texts:
    """What an entity needs besides its name. None: it has no states of its own."""

    states: frozenset[str] | None = None
    event_types: frozenset[str] | None = None


def _alarm_words() -> frozenset[str]:
    """Name all bits of which a sensor says in words which are active."""
    return frozenset({words.NONE}) | {
        bit
        for table in TABLES.values()
        for register in table
        if register.key in {words.WARNING_BITS, words.FAULT_BITS}
        for bit in register.bits.values()
    }


def all_entities() -> dict[tuple[str, str], Texts]:
    """Give by platform and translation key what every source can have."""
    found: dict[tuple[str, str], Texts] = {}
    for spec in KINDS.values():
        rows = spec.every_row()
        for sensor in rows.sensors:
            states = frozenset(sensor.options) if sensor.options else None
            found[Platform.SENSOR, str(sensor.translation_key)] = Texts(states=states)
        for binary in rows.binary_sensors:
            found[Platform.BINARY_SENSOR, str(binary.translation_key)] = Texts()
        for event in rows.events:
            types = frozenset(event.event_types or ())
            found[Platform.EVENT, str(event.translation_key)] = Texts(event_types=types)
        for switch in rows.switches:
            found[Platform.SWITCH, str(switch.translation_key)] = Texts()
        for button in rows.buttons:
            found[Platform.BUTTON, str(button.translation_key)] = Texts()
        for number in rows.numbers:
            found[Platform.NUMBER, str(number.translation_key)] = Texts()
    found[Platform.SENSOR, words.ACTIVE_ALARMS] = Texts(states=_alarm_words())
    return found
