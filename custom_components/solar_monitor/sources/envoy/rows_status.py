"""The rows of other equipment, and of the conversation with the gateway itself."""

from collections.abc import Iterator
from typing import Final

from homeassistant.components.binary_sensor import BinarySensorDeviceClass

from ...clients.envoy.readings import CtKind
from ...clients.envoy.shape import Shape
from ..rows_kit import (
    ANSWER_SECONDS,
    COUNT,
    DIAGNOSTIC,
    SETTING_PERCENT,
    TEMPERATURE,
    TEXT,
    TIME,
    Flag,
    Place,
    Value,
    binary_sensor,
    sensors,
)
from ..spec import BinarySensorRow, SensorRow


def _word(name: str, *, enabled: bool = False) -> Value:
    """Describe a word that a device says about itself."""
    return Value(name=name, quantity=TEXT, category=DIAGNOSTIC, enabled=enabled)


def _report(name: str) -> Value:
    """Describe the time of a device's last report."""
    return Value(name=name, quantity=TIME, category=DIAGNOSTIC, enabled=False)


def _temperature(name: str) -> Value:
    """Describe the temperature of a device."""
    return Value(name=name, quantity=TEMPERATURE, category=DIAGNOSTIC, enabled=False)


def _communicating(name: str) -> Flag:
    """Describe whether a device talks to the gateway."""
    connectivity = BinarySensorDeviceClass.CONNECTIVITY
    return Flag(name=name, device_class=connectivity, category=DIAGNOSTIC, enabled=False)


_ENPOWER: Final = (
    _word("enpower_grid_mode", enabled=True),
    _word("enpower_mains_admin_state"),
    _word("enpower_mains_oper_state"),
    _temperature("enpower_temperature"),
    _report("enpower_last_report"),
)
_COLLAR: Final = (
    _word("collar_grid_state", enabled=True),
    _word("collar_mid_state"),
    _word("collar_admin_state"),
    _temperature("collar_temperature"),
    _report("collar_last_report"),
)
_C6: Final = (_word("c6_admin_state"), _report("c6_last_report"))
_GENERATOR: Final = (
    _word("generator_oper_state", enabled=True),
    _word("generator_admin_state"),
    _word("generator_mode"),
    Value(name="generator_start_soc", quantity=SETTING_PERCENT, category=DIAGNOSTIC, enabled=False),
    Value(name="generator_stop_soc", quantity=SETTING_PERCENT, category=DIAGNOSTIC, enabled=False),
)
_GATEWAY: Final = (
    Value(name="firmware", quantity=TEXT, category=DIAGNOSTIC, always=True),
    Value(name="refused_values", quantity=COUNT, category=DIAGNOSTIC),
    Value(name="last_answer", quantity=TIME, category=DIAGNOSTIC, always=True, enabled=False),
    Value(name="answer_time", quantity=ANSWER_SECONDS, category=DIAGNOSTIC, enabled=False),
)

_PROBLEM: Final = BinarySensorDeviceClass.PROBLEM
_CONNECTION: Final = Flag(
    name="connection",
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
    category=DIAGNOSTIC,
    always=True,
    value_fn=lambda snapshot: snapshot.connected,
)
_PRODUCTION_PROBLEM: Final = Flag(name="production_problem", device_class=_PROBLEM)
_METERING_PROBLEM: Final = Flag(name="metering_problem", device_class=_PROBLEM)
_TOKEN_PROBLEM: Final = Flag(
    name="token_problem", device_class=_PROBLEM, category=DIAGNOSTIC, always=True
)
_GRID_PRESENT: Final = Flag(name="grid_present", device_class=BinarySensorDeviceClass.POWER)


def _sees_grid(shape: Shape) -> bool:
    """Tell whether anything tells whether the grid is there: a switch, or a CT at the grid."""
    return bool(shape.enpower or shape.collar or CtKind.NET_CONSUMPTION in shape.cts)


def status_sensors(place: Place, shape: Shape) -> Iterator[SensorRow]:
    """Make the rows of the other equipment that there is, and of the gateway."""
    for there, values in (
        (shape.enpower, _ENPOWER),
        (shape.collar, _COLLAR),
        (shape.c6, _C6),
        (shape.generator, _GENERATOR),
        (True, _GATEWAY),
    ):
        if there:
            yield from sensors(place, *values)


def status_binary_sensors(
    place: Place, shape: Shape, *, needs_token: bool
) -> Iterator[BinarySensorRow]:
    """Make the rows that tell whether gateway, meters and grid are as they should be."""
    for there, flag in (
        (True, _CONNECTION),
        (shape.production, _PRODUCTION_PROBLEM),
        (shape.cts, _METERING_PROBLEM),
        (_sees_grid(shape), _GRID_PRESENT),
        (needs_token, _TOKEN_PROBLEM),
        (shape.enpower, _communicating("enpower_communicating")),
        (shape.collar, _communicating("collar_communicating")),
        (shape.c6, _communicating("c6_communicating")),
    ):
        if there:
            yield binary_sensor(place, flag)
