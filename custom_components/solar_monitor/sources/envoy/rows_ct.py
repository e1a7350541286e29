"""The rows of the current transformers, one set for each kind that a gateway has."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from ...clients.envoy.readings import CtKind
from ...clients.envoy.shape import Shape
from ..rows_kit import (
    APPARENT_POWER,
    CURRENT,
    DIAGNOSTIC,
    ENERGY,
    FREQUENCY,
    POWER,
    POWER_FACTOR,
    REACTIVE_POWER,
    TEXT,
    VOLTAGE,
    Place,
    Value,
    choice,
    sensors,
)
from ..spec import SensorRow

_POWER: Final = "power"
_DELIVERED: Final = "energy_delivered_total"
_MEASURED: Final = (
    Value(name=_POWER, quantity=POWER, enabled=False),
    Value(name=_DELIVERED, quantity=ENERGY, enabled=False),
    Value(name="energy_received_total", quantity=ENERGY, enabled=False),
    Value(name="voltage", quantity=VOLTAGE, enabled=False),
    Value(name="current", quantity=CURRENT, enabled=False),
    Value(name="frequency", quantity=FREQUENCY, enabled=False),
    Value(name="power_factor", quantity=POWER_FACTOR, enabled=False),
    Value(name="apparent_power", quantity=APPARENT_POWER, enabled=False),
    Value(name="reactive_power", quantity=REACTIVE_POWER, enabled=False),
)
_STATES: Final = (
    Value(
        name="metering_status",
        quantity=choice("normal", "not_metering", "check_wiring"),
        category=DIAGNOSTIC,
        enabled=False,
    ),
    Value(name="status_flags", quantity=TEXT, category=DIAGNOSTIC, enabled=False),
)
# What only this CT shows.
_SHOWN: Final = {
    CtKind.BACKFEED: {_POWER},
    CtKind.LOAD: {_POWER},
    CtKind.EVSE: {_POWER, _DELIVERED},
    CtKind.PV3P: {_POWER},
}


def _shown_by_default(shape: Shape, kind: CtKind) -> set[str]:
    """Name the values of a CT that are on by default: those that nothing else shows."""
    if kind is CtKind.STORAGE and not shape.batteries:
        return {_POWER}
    return _SHOWN.get(kind, set())


def ct_sensors(place: Place, shape: Shape) -> Iterator[SensorRow]:
    """Make the rows of all CTs."""
    for kind in shape.cts:
        shown = _shown_by_default(shape, kind)
        named = [
            replace(value, name=f"ct_{kind}_{value.name}", enabled=value.name in shown)
            for value in _MEASURED
        ]
        yield from sensors(place, *named, phase_count=shape.phase_count)
        states = [replace(value, name=f"ct_{kind}_{value.name}") for value in _STATES]
        yield from sensors(place, *states)
