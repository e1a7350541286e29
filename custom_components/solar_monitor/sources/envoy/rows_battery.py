"""The rows of the batteries: all together on the gateway, and each on its own device."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from homeassistant.components.binary_sensor import BinarySensorDeviceClass

from ...clients.envoy.readings import CtKind
from ...clients.envoy.shape import Shape
from ..rows_kit import (
    DIAGNOSTIC,
    ENERGY,
    ENERGY_STORED,
    ENERGY_TODAY,
    POWER,
    SETTING_PERCENT,
    STATE_OF_CHARGE,
    TEMPERATURE,
    TIME,
    Flag,
    Place,
    Value,
    binary_sensor,
    choice,
    sensors,
)
from ..spec import BinarySensorRow, SensorRow
from .devices import battery_device

_ALL: Final = (
    Value(name="battery_soc", quantity=STATE_OF_CHARGE),
    Value(name="battery_power", quantity=POWER),
    Value(name="battery_energy_stored", quantity=ENERGY_STORED),
    Value(
        name="battery_capacity",
        quantity=ENERGY_STORED,
        category=DIAGNOSTIC,
        enabled=False,
    ),
    Value(name="battery_reserve_soc", quantity=SETTING_PERCENT, category=DIAGNOSTIC),
)
_COUNTED: Final = (
    Value(name="battery_charge_energy_today", quantity=ENERGY_TODAY),
    Value(name="battery_charge_energy_total", quantity=ENERGY),
    Value(name="battery_discharge_energy_today", quantity=ENERGY_TODAY),
    Value(name="battery_discharge_energy_total", quantity=ENERGY),
)
_ESTIMATED: Final = (
    Value(name="battery_charge_energy_today_estimated", quantity=ENERGY_TODAY),
    Value(name="battery_charge_energy_total_estimated", quantity=ENERGY),
    Value(name="battery_discharge_energy_today_estimated", quantity=ENERGY_TODAY),
    Value(name="battery_discharge_energy_total_estimated", quantity=ENERGY),
)
# Newer firmware takes no change of these from the local network, so there is nothing to switch.
_SETTINGS: Final = (
    Value(
        name="storage_mode",
        quantity=choice("self_consumption", "backup", "savings_mode", "economy"),
        category=DIAGNOSTIC,
    ),
    Value(name="reserve", quantity=SETTING_PERCENT, category=DIAGNOSTIC, enabled=False),
)
_SETTING_FLAGS: Final = (
    Flag(name="charge_from_grid", category=DIAGNOSTIC, enabled=False),
    Flag(name="ai_optimisation", category=DIAGNOSTIC, enabled=False),
)

_EACH: Final = (
    Value(name="soc", quantity=STATE_OF_CHARGE),
    Value(name="power", quantity=POWER),
    Value(name="temperature", quantity=TEMPERATURE, enabled=False),
    Value(name="last_report", quantity=TIME, category=DIAGNOSTIC, enabled=False),
)
_COMMUNICATING: Final = Flag(
    name="communicating", device_class=BinarySensorDeviceClass.CONNECTIVITY, category=DIAGNOSTIC
)


def has_battery(shape: Shape) -> bool:
    """Tell whether there is a battery, though perhaps one that only its CT tells of."""
    return bool(shape.batteries) or CtKind.STORAGE in shape.cts


def _place(serial: str) -> Place:
    """Give the place of the rows of one battery."""
    return Place(device=battery_device(serial), own_serial=serial, text_prefix="battery_device_")


def battery_sensors(place: Place, shape: Shape) -> Iterator[SensorRow]:
    """Make the rows of the batteries."""
    if has_battery(shape):
        # The keys are those of a Deye inverter, whose battery is a device: other texts.
        place = replace(place, text_prefix="gateway_")
        yield from sensors(place, *_ALL)
        counted = CtKind.STORAGE in shape.cts
        yield from sensors(place, *(_COUNTED if counted else _ESTIMATED))
        if shape.tariff:
            yield from sensors(place, *_SETTINGS)
    for serial in shape.batteries:
        yield from sensors(_place(serial), *_EACH)


def battery_binary_sensors(place: Place, shape: Shape) -> Iterator[BinarySensorRow]:
    """Make the rows of what the batteries say yes or no to."""
    if has_battery(shape) and shape.tariff:
        for flag in _SETTING_FLAGS:
            yield binary_sensor(place, flag)
    for serial in shape.batteries:
        yield binary_sensor(_place(serial), _COMMUNICATING)
