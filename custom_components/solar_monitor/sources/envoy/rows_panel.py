"""The rows of the panels: each on its own device, and what they are together on the gateway."""

from collections.abc import Collection, Iterator
from typing import Final

from homeassistant.components.binary_sensor import BinarySensorDeviceClass

from ...clients.envoy.shape import Shape
from ..rows_kit import (
    CURRENT,
    DIAGNOSTIC,
    ENERGY,
    ENERGY_OF_INTERVAL,
    ENERGY_TODAY,
    FREQUENCY,
    MINUTES,
    NUMBER,
    PERCENT,
    POWER,
    SECONDS,
    TEMPERATURE,
    TEXT,
    TIME,
    VOLTAGE,
    Flag,
    Place,
    Value,
    attribute,
    binary_sensor,
    sensors,
)
from ..spec import BinarySensorRow, SensorRow
from .devices import panel_device

_ANY: Final = (
    Value(name="power", quantity=POWER),
    Value(name="power_max", quantity=POWER, enabled=False),
    Value(name="last_report", quantity=TIME, category=DIAGNOSTIC, enabled=False),
)
# Only the panels in /ivp/pdm/device_data have these: 50 at most.
_DETAILED: Final = (
    Value(name="energy_total", quantity=ENERGY),
    Value(name="energy_today", quantity=ENERGY_TODAY, enabled=False),
    Value(name="dc_voltage", quantity=VOLTAGE, enabled=False),
    Value(name="dc_current", quantity=CURRENT, enabled=False),
    Value(name="ac_voltage", quantity=VOLTAGE, enabled=False),
    Value(name="ac_current", quantity=CURRENT, enabled=False),
    Value(name="frequency", quantity=FREQUENCY, enabled=False),
    Value(name="temperature", quantity=TEMPERATURE, enabled=False),
    Value(name="error_seconds", quantity=SECONDS, category=DIAGNOSTIC, enabled=False),
    Value(name="interval_energy", quantity=ENERGY_OF_INTERVAL, category=DIAGNOSTIC, enabled=False),
    Value(name="interval_duration", quantity=MINUTES, category=DIAGNOSTIC, enabled=False),
    Value(name="flags", quantity=TEXT, category=DIAGNOSTIC, enabled=False),
)
_PROBLEM: Final = "problem"
_TOGETHER: Final = (
    Value(name="panels_reporting", quantity=NUMBER),
    Value(name="panels_expected", quantity=NUMBER, category=DIAGNOSTIC),
    Value(
        name="weakest_panel",
        quantity=TEXT,
        attributes_fn=attribute("share", "weakest_panel_share"),
    ),
    Value(name="panel_spread", quantity=PERCENT),
)


def _place(serial: str) -> Place:
    """Give the place of the rows of one panel."""
    return Place(device=panel_device(serial), own_serial=serial, text_prefix="panel_device_")


def panel_sensors(place: Place, shape: Shape, detailed: Collection[str]) -> Iterator[SensorRow]:
    """Make the rows of the panels; those in `detailed` tell more than their power."""
    if shape.panels:
        yield from sensors(place, *_TOGETHER)
    for serial in shape.panels:
        values = (*_ANY, *_DETAILED) if serial in detailed else _ANY
        yield from sensors(_place(serial), *values)


def panel_binary_sensors(place: Place, shape: Shape) -> Iterator[BinarySensorRow]:
    """Make the rows that tell whether something is wrong with a panel."""
    if not shape.panels:
        return
    problem = BinarySensorDeviceClass.PROBLEM
    yield binary_sensor(
        place,
        Flag(
            name="panel_problem",
            device_class=problem,
            attributes_fn=attribute("panels", "problem_panels"),
        ),
    )
    for serial in shape.panels:
        flag = Flag(name=_PROBLEM, device_class=problem, category=DIAGNOSTIC)
        yield binary_sensor(_place(serial), flag)
