"""The rows of the alarms of the site, and of when each of its sources was last heard."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.sensor import SensorDeviceClass

from ..sources.rows_kit import DIAGNOSTIC, Flag, binary_sensor
from ..sources.spec import (
    AttributesFn,
    BinarySensorRow,
    EventRow,
    Row,
    Rows,
    SensorRow,
    Snapshot,
    key_value,
)
from . import alarm_keys, keys
from .place import DEVICE_SITE, PLACE

_DIAGNOSTIC: Final = frozenset({alarm_keys.UNREACHABLE, alarm_keys.DATA_STALE})


def alarm_rows(problems: frozenset[str], sources: Mapping[str, str]) -> Rows:
    """Make the rows of some of the problems, and of sources by name with their titles."""
    event = EventRow(
        key=alarm_keys.ALARMS,
        translation_key=f"{PLACE.text_prefix}{alarm_keys.ALARMS}",
        event_types=[alarm_keys.RAISED, alarm_keys.CLEARED],
        row=Row(device=DEVICE_SITE, needs=frozenset(), always=True),
    )
    return Rows(
        sensors=tuple(_heard(name, title) for name, title in sources.items()),
        binary_sensors=tuple(_problems(problems)),
        events=(event,),
    )


def every_alarm_row() -> Rows:
    """Make the rows that any site can have."""
    return alarm_rows(frozenset(alarm_keys.PROBLEMS), {"source": "source"})


def _problems(problems: frozenset[str]) -> Iterator[BinarySensorRow]:
    """Go through the binary sensors."""
    for key in alarm_keys.PROBLEMS:
        if key in problems:
            flag = Flag(
                name=key,
                device_class=BinarySensorDeviceClass.PROBLEM,
                category=DIAGNOSTIC if key in _DIAGNOSTIC else None,
                attributes_fn=_about(key),
            )
            row = binary_sensor(PLACE, flag)
            # What is told about it is news as well: a second alarm, say.
            yield replace(row, row=replace(row.row, needs=frozenset({key, keys.about(key)})))


def _about(key: str) -> AttributesFn:
    """Make the function that adds the alarms in words."""

    def attributes(snapshot: Snapshot) -> Mapping[str, Any]:
        told: Mapping[str, Any] = snapshot.values.get(keys.about(key), {})
        return told

    return attributes


def _heard(name: str, title: str) -> SensorRow:
    """Make the row of when a source was last heard. It changes with every poll."""
    key = alarm_keys.last_success_key(name)
    return SensorRow(
        key=key,
        translation_key=f"{PLACE.text_prefix}{alarm_keys.LAST_SUCCESS}",
        translation_placeholders={"source": title},
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=DIAGNOSTIC,
        entity_registry_enabled_default=False,
        row=Row(device=DEVICE_SITE, always=True),
        value_fn=key_value(key),
    )
