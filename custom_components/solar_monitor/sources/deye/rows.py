"""Which entities a Deye inverter has: most rows are made from the register table.

A register's unit and kind decide its device class, state class and category, so the register
table stays the one place where a value is described. What is not a register follows below it.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import (
    PERCENTAGE,
    EntityCategory,
    UnitOfApparentPower,
    UnitOfElectricCurrent,
    UnitOfElectricPotential,
    UnitOfEnergy,
    UnitOfFrequency,
    UnitOfPower,
    UnitOfReactiveEnergy,
    UnitOfReactivePower,
    UnitOfTemperature,
    UnitOfTime,
)
from homeassistant.util import dt as dt_util

from ...clients.deye.registers import Kind, Part, Register
from ...clients.deye.tables import TABLES
from ..spec import (
    BinarySensorRow,
    EventRow,
    Row,
    Rows,
    SensorRow,
    Snapshot,
    Source,
    ValueFn,
    key_value,
)
from .devices import DEVICE_BATTERY, DEVICE_INVERTER, DEVICE_LOGGER, pack_device
from .figures import ANSWER_TIME, CLOCK_OFFSET, LAST_SUCCESS, LOGGER_UPTIME
from .groups import group_of, group_of_today
from .guards import CORRECTIONS, PV_POWER, counter_keys, today_key
from .source import (
    REFUSED_VALUES,
    DeyeSource,
)
from .states import GRID_VOLTAGES, RUNNING_STATE, fault_of, grid_present
from .words import ACTIVE_ALARMS, FAULT_BITS, WARNING_BITS, active_codes

CONNECTIVITY: Final = "connectivity"
GRID_PRESENT: Final = "grid_present"


class _Class(NamedTuple):
    """What Home Assistant calls a unit."""

    device_class: SensorDeviceClass | None
    unit: str
    state_class: SensorStateClass | None = SensorStateClass.MEASUREMENT
    digits: int = 3
    """Digits after the decimal point that are worth looking at, even where there are more."""


_BY_UNIT: Final[Mapping[str, _Class]] = {
    "W": _Class(SensorDeviceClass.POWER, UnitOfPower.WATT, digits=0),
    "V": _Class(SensorDeviceClass.VOLTAGE, UnitOfElectricPotential.VOLT),
    "A": _Class(SensorDeviceClass.CURRENT, UnitOfElectricCurrent.AMPERE),
    "Hz": _Class(SensorDeviceClass.FREQUENCY, UnitOfFrequency.HERTZ),
    "°C": _Class(SensorDeviceClass.TEMPERATURE, UnitOfTemperature.CELSIUS, digits=1),
    "%": _Class(None, PERCENTAGE),
    "Ah": _Class(None, "Ah"),
    "VA": _Class(SensorDeviceClass.APPARENT_POWER, UnitOfApparentPower.VOLT_AMPERE, digits=0),
    "var": _Class(
        SensorDeviceClass.REACTIVE_POWER, UnitOfReactivePower.VOLT_AMPERE_REACTIVE, digits=0
    ),
    "h": _Class(SensorDeviceClass.DURATION, UnitOfTime.HOURS),
    "s": _Class(SensorDeviceClass.DURATION, UnitOfTime.SECONDS),
    "kWh": _Class(
        SensorDeviceClass.ENERGY, UnitOfEnergy.KILO_WATT_HOUR, SensorStateClass.TOTAL_INCREASING
    ),
    "kvarh": _Class(
        SensorDeviceClass.REACTIVE_ENERGY,
        UnitOfReactiveEnergy.KILO_VOLT_AMPERE_REACTIVE_HOUR,
        SensorStateClass.TOTAL,
    ),
}
_STATE_OF_CHARGE: Final = frozenset({"battery_soc", "battery2_soc", "bms_soc", "pack_soc"})
_POWER_FACTORS: Final = frozenset({"power_factor", "grid_power_factor"})
_DIAGNOSTIC_KINDS: Final = frozenset(
    {
        Kind.CLOCK,
        Kind.SETTING_BITS,
        Kind.SETTING_NUMBER,
        Kind.SETTING_SELECT,
        Kind.SETTING_SWITCH,
        Kind.SETTING_TIME,
    }
)
# Shown through the rows at the end of this module, in a better form.
_SHOWN_OTHERWISE: Final = frozenset({WARNING_BITS, FAULT_BITS})
# What only a Solarman stick tells of itself.
_OF_A_STICK: Final = frozenset({LOGGER_UPTIME, CLOCK_OFFSET})


def every_row() -> Rows:
    """All rows that any unit can have: one for each text, the battery packs under one number."""
    found: dict[str, Register] = {}
    for table in TABLES.values():
        for register in table:
            key = register.name_key
            known = found.get(key)
            options = {**(known.options if known else {}), **register.options}
            bits = {**(known.bits if known else {}), **register.bits}
            if known is None or (register.exposed and not known.exposed):
                known = replace(register, key=key)
            found[key] = replace(known, options=options, bits=bits)
    return _rows(found)


def rows(source: Source) -> Rows:
    """The rows of one unit: only inputs and phases that it has, chosen groups turned on."""
    if not isinstance(source, DeyeSource):
        return Rows()
    made = _rows(source.registers)
    sensors = made.sensors
    if not source.has_stick:
        sensors = tuple(row for row in sensors if row.key not in _OF_A_STICK)
    return replace(
        made,
        sensors=_with_groups(sensors, source),
        binary_sensors=_with_groups(made.binary_sensors, source),
    )


def _with_groups[RowT: SensorRow | BinarySensorRow](
    table: tuple[RowT, ...], source: DeyeSource
) -> tuple[RowT, ...]:
    """Turn the values of chosen groups on, for entities that are made only now."""
    return tuple(
        replace(row, entity_registry_enabled_default=True)
        if group_of(source.family, row.key) in source.groups
        else row
        for row in table
    )


def _rows(registers: Mapping[str, Register]) -> Rows:
    """Make the tables of one unit from its registers."""
    counters = counter_keys(registers)
    shown = [
        register
        for register in registers.values()
        if register.exposed and register.key not in _SHOWN_OTHERWISE
    ]
    return Rows(
        sensors=(
            *_DERIVED_SENSORS,
            *(_today_row(registers[key]) for key in counters),
            *(_sensor(register, counters) for register in shown if not _is_binary(register)),
        ),
        binary_sensors=(
            *_DERIVED_BINARY_SENSORS,
            _grid_present_row(registers),
            *(_binary_sensor(register) for register in shown if _is_binary(register)),
        ),
        events=_EVENTS,
    )


def _is_binary(register: Register) -> bool:
    """Tell whether a register says yes or no."""
    return bool(register.mask)


def _device(register: Register) -> str:
    """Name the device of a register."""
    match register.part:
        case Part.PACK:
            return pack_device(register.pack)
        case Part.BATTERY:
            return DEVICE_BATTERY
        case Part.INVERTER:
            return DEVICE_INVERTER


def _category(register: Register) -> EntityCategory | None:
    """Put settings, which are read only here, below the measurements."""
    return EntityCategory.DIAGNOSTIC if register.kind in _DIAGNOSTIC_KINDS else None


def _sensor(register: Register, counters: Collection[str]) -> SensorRow:
    """Make the row of a register that is a number, a word or a time."""
    known = _BY_UNIT.get(register.unit or "")
    return SensorRow(
        key=register.key,
        translation_key=register.name_key,
        device_class=_device_class(register, known),
        native_unit_of_measurement=known.unit if known else None,
        state_class=_state_class(register, known),
        suggested_display_precision=min(register.precision, known.digits) if known else None,
        options=list(register.options.values()) or None,
        entity_category=_category(register),
        entity_registry_enabled_default=register.default,
        row=Row(device=_device(register), always=register.key in counters),
        value_fn=_value_fn(register),
    )


def _value_fn(register: Register) -> ValueFn:
    """Choose how a decoded value becomes a state."""
    if register.kind is Kind.SETTING_TIME:
        return _mapped(register.key, lambda value: f"{value:%H:%M}")
    if register.kind is Kind.CLOCK:
        zone = dt_util.get_default_time_zone
        return _mapped(register.key, lambda value: value.replace(tzinfo=zone()))
    if register.kind in (Kind.BITFIELD, Kind.SETTING_BITS):
        return _mapped(register.key, _listed)
    return key_value(register.key)


def _listed(bits: Iterable[str]) -> str:
    """Write the names of active bits for people."""
    return ", ".join(bit.replace("_", " ").capitalize() for bit in bits) or "None"


def _mapped(key: str, show: Callable[[Any], Any]) -> ValueFn:
    """Show a value in another form, and its absence as it is."""

    def value(snapshot: Snapshot) -> object:
        raw = snapshot.values.get(key)
        return None if raw is None else show(raw)

    return value


def _device_class(register: Register, known: _Class | None) -> SensorDeviceClass | None:
    """Choose the device class: by the unit, but for states of charge and enumerations."""
    if register.name_key in _STATE_OF_CHARGE:
        return SensorDeviceClass.BATTERY
    if register.key in _POWER_FACTORS:
        return SensorDeviceClass.POWER_FACTOR
    if register.options:
        return SensorDeviceClass.ENUM
    if register.kind is Kind.CLOCK:
        return SensorDeviceClass.TIMESTAMP
    return known.device_class if known else None


def _state_class(register: Register, known: _Class | None) -> SensorStateClass | None:
    """Keep statistics of what is measured, not of what is set."""
    if register.name_key == "pack_cycles":
        return SensorStateClass.TOTAL_INCREASING
    if register.key in _POWER_FACTORS:
        return SensorStateClass.MEASUREMENT  # it may have no unit
    if known is None or register.kind in _DIAGNOSTIC_KINDS:
        return None
    if register.unit == "kWh" and register.signed:
        return None  # it may fall, so no guard can vouch for it: nothing for the statistics
    return known.state_class


def _binary_sensor(register: Register) -> BinarySensorRow:
    """Make the row of a register that says yes or no."""
    return BinarySensorRow(
        key=register.key,
        translation_key=register.name_key,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=register.default,
        row=Row(device=_device(register)),
        value_fn=key_value(register.key),
    )


def _grid_present_row(registers: Mapping[str, Register]) -> BinarySensorRow:
    """Make the row that tells whether the grid is there, by the phases that the unit has."""
    return BinarySensorRow(
        key=GRID_PRESENT,
        translation_key=GRID_PRESENT,
        device_class=BinarySensorDeviceClass.POWER,
        row=Row(
            device=DEVICE_INVERTER,
            needs=frozenset(key for key in GRID_VOLTAGES if key in registers),
        ),
        value_fn=lambda snapshot: grid_present(snapshot.values),
    )


def _today_row(total: Register) -> SensorRow:
    """Make the row of our own counter of the day that belongs to a total."""
    key = today_key(total.key)
    return SensorRow(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        state_class=SensorStateClass.TOTAL_INCREASING,
        suggested_display_precision=1,
        entity_registry_enabled_default=group_of_today(total) is None,
        row=Row(
            device=_device(total),
            needs=frozenset({total.key, key}),
            always=True,
        ),
        value_fn=key_value(key),
    )


_DERIVED_SENSORS: Final = (
    SensorRow(
        key=PV_POWER,
        translation_key=PV_POWER,
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.WATT,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        row=Row(device=DEVICE_INVERTER),
        value_fn=key_value(PV_POWER),
    ),
    SensorRow(
        key=ACTIVE_ALARMS,
        translation_key=ACTIVE_ALARMS,
        row=Row(device=DEVICE_INVERTER, needs=frozenset({WARNING_BITS, FAULT_BITS})),
        value_fn=key_value(ACTIVE_ALARMS),
        attributes_fn=lambda snapshot: {"codes": active_codes(snapshot.values)},
    ),
    SensorRow(
        key=LOGGER_UPTIME,
        translation_key=LOGGER_UPTIME,
        device_class=SensorDeviceClass.UPTIME,
        entity_category=EntityCategory.DIAGNOSTIC,
        row=Row(device=DEVICE_LOGGER),
        value_fn=key_value(LOGGER_UPTIME),
    ),
    SensorRow(
        key=CLOCK_OFFSET,
        translation_key=CLOCK_OFFSET,
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        row=Row(device=DEVICE_LOGGER),
        value_fn=key_value(CLOCK_OFFSET),
    ),
    SensorRow(
        key=ANSWER_TIME,
        translation_key=ANSWER_TIME,
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        suggested_display_precision=2,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        row=Row(device=DEVICE_LOGGER),
        value_fn=key_value(ANSWER_TIME),
    ),
    SensorRow(
        key=REFUSED_VALUES,
        translation_key=REFUSED_VALUES,
        state_class=SensorStateClass.TOTAL_INCREASING,
        entity_category=EntityCategory.DIAGNOSTIC,
        row=Row(device=DEVICE_LOGGER, always=True),
        value_fn=key_value(REFUSED_VALUES),
    ),
    SensorRow(
        key=LAST_SUCCESS,
        translation_key=LAST_SUCCESS,
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        row=Row(device=DEVICE_LOGGER, always=True),
        value_fn=key_value(LAST_SUCCESS),
    ),
)

_DERIVED_BINARY_SENSORS: Final = (
    BinarySensorRow(
        key="alarm",
        translation_key="alarm",
        device_class=BinarySensorDeviceClass.PROBLEM,
        row=Row(device=DEVICE_INVERTER, needs=frozenset({WARNING_BITS})),
        value_fn=_mapped(WARNING_BITS, bool),
    ),
    BinarySensorRow(
        key="fault",
        translation_key="fault",
        device_class=BinarySensorDeviceClass.PROBLEM,
        row=Row(device=DEVICE_INVERTER, needs=frozenset({FAULT_BITS, RUNNING_STATE})),
        value_fn=lambda snapshot: fault_of(snapshot.values),
    ),
    BinarySensorRow(
        key=CONNECTIVITY,
        translation_key=CONNECTIVITY,
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        row=Row(device=DEVICE_LOGGER, always=True),
        value_fn=lambda snapshot: snapshot.connected,
    ),
)

_EVENTS: Final = (
    EventRow(
        key=CORRECTIONS,
        translation_key=CORRECTIONS,
        event_types=["rebased"],
        entity_category=EntityCategory.DIAGNOSTIC,
        row=Row(device=DEVICE_INVERTER, always=True),
    ),
)
