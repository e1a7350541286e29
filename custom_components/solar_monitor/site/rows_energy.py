"""The rows of powers, energies and figures of the site."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import PERCENTAGE, UnitOfTime

from ..logic.site_totals import Flow
from ..sources.rows_kit import (
    DIAGNOSTIC,
    ENERGY,
    ENERGY_TODAY,
    POWER,
    STATE_OF_CHARGE,
    TIME,
    Quantity,
    Value,
    sensor,
)
from ..sources.spec import AttributesFn, Row, Rows, SensorRow, Snapshot, key_value
from . import keys
from .energies import LOAD
from .moment import Status
from .place import DEVICE_SITE, PLACE
from .plant import MeterKind
from .shape import Feature, Shape

_PERCENT: Final = Quantity(unit=PERCENTAGE, precision=1)
_RUNTIME: Final = Quantity(
    device_class=SensorDeviceClass.DURATION, unit=UnitOfTime.HOURS, precision=1
)
_PEAK: Final = replace(POWER, state_class=None)  # the highest of a month: no mean of it is one
YIELD_UNIT: Final = "kWh/kWp"


def _words(options: type[MeterKind | Status]) -> Quantity:
    """Make the quantity of one word out of an enumeration."""
    return Quantity(
        device_class=SensorDeviceClass.ENUM,
        state_class=None,
        options=tuple(option.value for option in options),
    )


def _about(key: str) -> AttributesFn:
    """Make the function that adds what is told beside a value."""

    def attributes(snapshot: Snapshot) -> Mapping[str, Any]:
        told: Mapping[str, Any] = snapshot.values.get(keys.about(key), {})
        return told

    return attributes


def _power(key: str) -> Value:
    """Describe a power; whether it is an estimate stands beside it."""
    return Value(name=key, quantity=POWER, attributes_fn=_about(key))


def _energies(name: str) -> tuple[Value, Value]:
    """Describe the counter of the day and the total of a flow."""
    today, total = keys.today_key(name), keys.total_key(name)
    return (
        Value(name=today, quantity=ENERGY_TODAY),
        Value(name=total, quantity=ENERGY, attributes_fn=_about(total)),
    )


def _peak(key: str) -> Value:
    """Describe a highest mean of import; when it was stands beside it."""
    return Value(name=key, quantity=_PEAK, always=True, attributes_fn=_about(key))


_TABLE: Final[tuple[tuple[frozenset[Feature], tuple[Value, ...]], ...]] = (
    (
        frozenset(),
        (
            Value(
                name=keys.STATUS,
                quantity=_words(Status),
                category=DIAGNOSTIC,
                attributes_fn=_about(keys.STATUS),
            ),
            Value(
                name=keys.METER,
                quantity=_words(MeterKind),
                category=DIAGNOSTIC,
                attributes_fn=_about(keys.METER),
            ),
            Value(
                name=keys.OLDEST_INPUT,
                quantity=TIME,
                category=DIAGNOSTIC,
                enabled=False,
                attributes_fn=_about(keys.OLDEST_INPUT),
            ),
        ),
    ),
    (frozenset({Feature.PV}), (_power(keys.PV_POWER), *_energies(Flow.PV))),
    (
        frozenset({Feature.GRID}),
        (
            _power(keys.LOAD_POWER),
            _power(keys.GRID_POWER),
            *_energies(LOAD),
            *_energies(Flow.IMPORT),
            *_energies(Flow.EXPORT),
            Value(name=keys.AUTARKY, quantity=_PERCENT, always=True),
            _peak(keys.IMPORT_PEAK_30),
            _peak(keys.IMPORT_PEAK_60),
        ),
    ),
    (
        frozenset({Feature.PV, Feature.GRID}),
        (Value(name=keys.SELF_CONSUMPTION, quantity=_PERCENT, always=True),),
    ),
    (
        frozenset({Feature.GRID, Feature.ON_PEAK}),
        (_peak(keys.IMPORT_PEAK_30_ON_PEAK), _peak(keys.IMPORT_PEAK_60_ON_PEAK)),
    ),
    (
        frozenset({Feature.BATTERY}),
        (_power(keys.BATTERY_POWER), *_energies(Flow.CHARGE), *_energies(Flow.DISCHARGE)),
    ),
    (
        frozenset({Feature.CHARGE}),
        (Value(name=keys.BATTERY_SOC, quantity=STATE_OF_CHARGE),),
    ),
    (
        frozenset({Feature.CAPACITY, Feature.GRID}),
        (Value(name=keys.BATTERY_RUNTIME, quantity=_RUNTIME),),
    ),
    (
        frozenset({Feature.CAPACITY, Feature.BATTERY}),
        (Value(name=keys.ROUND_TRIP, quantity=_PERCENT, always=True),),
    ),
    (
        frozenset({Feature.GENERATOR}),
        (_power(keys.GENERATOR_POWER), *_energies(Flow.GENERATOR)),
    ),
    (
        frozenset({Feature.HYBRID}),
        (
            Value(
                name=keys.LOSSES,
                quantity=POWER,
                category=DIAGNOSTIC,
                attributes_fn=_about(keys.LOSSES),
            ),
            Value(
                name=keys.CONVERSION,
                quantity=_PERCENT,
                category=DIAGNOSTIC,
                always=True,
            ),
        ),
    ),
)
"""What a site shows if it has all of some features."""


def energy_rows(shape: Shape) -> Rows:
    """Make the rows of a site."""
    return Rows(sensors=tuple(_sensors(shape)))


def _sensors(shape: Shape) -> Iterator[SensorRow]:
    """Go through the sensors."""
    for features, values in _TABLE:
        if features <= shape.features:
            yield from map(_row, values)
    yield from (_yield_row(part, called) for part, called in shape.yields)


def _row(value: Value) -> SensorRow:
    """Make the row of a value. What is told beside it is news as well."""
    row = sensor(PLACE, value)
    return replace(row, row=replace(row.row, needs=frozenset({row.key, keys.about(row.key)})))


def _yield_row(part: str, called: str) -> SensorRow:
    """Make the row of the yield of some panels: several rows share their text."""
    key = keys.yield_key(part)
    return SensorRow(
        key=key,
        translation_key=f"{PLACE.text_prefix}{keys.SPECIFIC_YIELD}",
        translation_placeholders={"panels": called},
        native_unit_of_measurement=YIELD_UNIT,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=2,
        row=Row(device=DEVICE_SITE, always=True),
        value_fn=key_value(key),
    )
