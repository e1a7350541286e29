"""What the rows of a source are made with: quantities, and a row for a key.

Each row shows the value of its own key. The text of a row that exists for several phases is one
text with the phase left open, and devices of the same kind share their texts.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

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
    UnitOfReactivePower,
    UnitOfTemperature,
    UnitOfTime,
)

from .spec import (
    AnyRow,
    AttributesFn,
    BinarySensorRow,
    Row,
    SensorRow,
    Snapshot,
    ValueFn,
    key_value,
)

DIAGNOSTIC: Final = EntityCategory.DIAGNOSTIC
OTHER: Final = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """What Home Assistant calls a kind of value."""

    device_class: SensorDeviceClass | None = None
    unit: str | None = None
    state_class: SensorStateClass | None = SensorStateClass.MEASUREMENT
    precision: int | None = None
    shown_unit: str | None = None
    options: tuple[str, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether it is a counter, which is shown also while the device is silent."""
        return self.state_class is SensorStateClass.TOTAL_INCREASING


POWER: Final = Quantity(device_class=SensorDeviceClass.POWER, unit=UnitOfPower.WATT, precision=0)
ENERGY: Final = Quantity(
    device_class=SensorDeviceClass.ENERGY,
    unit=UnitOfEnergy.KILO_WATT_HOUR,
    state_class=SensorStateClass.TOTAL_INCREASING,
    precision=1,
)
ENERGY_TODAY: Final = Quantity(
    device_class=SensorDeviceClass.ENERGY,
    unit=UnitOfEnergy.KILO_WATT_HOUR,
    state_class=SensorStateClass.TOTAL_INCREASING,
    precision=2,
)
ENERGY_STORED: Final = Quantity(
    device_class=SensorDeviceClass.ENERGY_STORAGE,
    unit=UnitOfEnergy.KILO_WATT_HOUR,
    precision=2,
)
ENERGY_OF_INTERVAL: Final = Quantity(
    device_class=SensorDeviceClass.ENERGY,
    unit=UnitOfEnergy.WATT_HOUR,
    state_class=None,  # neither a counter nor a stock: there are no statistics of it
    precision=1,
)
VOLTAGE: Final = Quantity(
    device_class=SensorDeviceClass.VOLTAGE, unit=UnitOfElectricPotential.VOLT, precision=1
)
CURRENT: Final = Quantity(
    device_class=SensorDeviceClass.CURRENT, unit=UnitOfElectricCurrent.AMPERE, precision=2
)
FREQUENCY: Final = Quantity(
    device_class=SensorDeviceClass.FREQUENCY, unit=UnitOfFrequency.HERTZ, precision=2
)
POWER_FACTOR: Final = Quantity(device_class=SensorDeviceClass.POWER_FACTOR, precision=2)
APPARENT_POWER: Final = Quantity(
    device_class=SensorDeviceClass.APPARENT_POWER, unit=UnitOfApparentPower.VOLT_AMPERE, precision=0
)
REACTIVE_POWER: Final = Quantity(
    device_class=SensorDeviceClass.REACTIVE_POWER,
    unit=UnitOfReactivePower.VOLT_AMPERE_REACTIVE,
    precision=0,
)
TEMPERATURE: Final = Quantity(
    device_class=SensorDeviceClass.TEMPERATURE, unit=UnitOfTemperature.CELSIUS, precision=0
)
STATE_OF_CHARGE: Final = Quantity(
    device_class=SensorDeviceClass.BATTERY, unit=PERCENTAGE, precision=0
)
PERCENT: Final = Quantity(unit=PERCENTAGE, precision=0)
SETTING_PERCENT: Final = Quantity(unit=PERCENTAGE, state_class=None, precision=0)
SECONDS: Final = Quantity(
    device_class=SensorDeviceClass.DURATION,
    unit=UnitOfTime.SECONDS,
    state_class=None,
    precision=0,
)
MINUTES: Final = Quantity(
    device_class=SensorDeviceClass.DURATION,
    unit=UnitOfTime.SECONDS,
    state_class=None,
    precision=0,
    shown_unit=UnitOfTime.MINUTES,
)
ANSWER_SECONDS: Final = Quantity(
    device_class=SensorDeviceClass.DURATION, unit=UnitOfTime.SECONDS, precision=2
)
NUMBER: Final = Quantity()
COUNT: Final = Quantity(state_class=SensorStateClass.TOTAL_INCREASING)
TIME: Final = Quantity(device_class=SensorDeviceClass.TIMESTAMP, state_class=None)
TEXT: Final = Quantity(state_class=None)


def choice(*options: str) -> Quantity:
    """Make the quantity of one word out of several; any other word is `OTHER`."""
    return Quantity(
        device_class=SensorDeviceClass.ENUM, state_class=None, options=(*options, OTHER)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a row belongs: its device, and how its key and text are made from its name."""

    device: str
    own_serial: str | None = None
    """The device's own serial number, if its keys begin with that and are unique ids."""
    key_prefix: str = ""
    """What tells its keys from those of the source's other devices, where these are alike."""
    text_prefix: str = ""

    def key(self, name: str) -> str:
        """Give the key of a value of this device."""
        return (
            f"{self.key_prefix}{name}" if self.own_serial is None else f"{self.own_serial}_{name}"
        )

    def row(self, *, always: bool) -> Row:
        """Give what all rows of this device share."""
        return Row(device=self.device, always=always, own_id=self.own_serial is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A line of a table: a value of a device that becomes a sensor."""

    name: str
    quantity: Quantity
    enabled: bool = True
    category: EntityCategory | None = None
    always: bool = False
    """Shown also while the device is silent; counters are in any case."""
    attributes_fn: AttributesFn | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A line of a table: a yes or no of a device that becomes a binary sensor."""

    name: str
    device_class: BinarySensorDeviceClass | None = None
    enabled: bool = True
    category: EntityCategory | None = None
    always: bool = False
    value_fn: ValueFn | None = None
    attributes_fn: AttributesFn | None = None


def sensor(place: Place, value: Value, *, phase: int | None = None) -> SensorRow:
    """Make the row of a value, or of one phase of it, counted from 1.

    What a phase does is off by default.
    """
    quantity = value.quantity
    key = place.key(value.name)
    text = f"{place.text_prefix}{value.name}"
    return SensorRow(
        key=key if phase is None else f"{key}_l{phase}",
        translation_key=text if phase is None else f"{text}_phase",
        translation_placeholders=None if phase is None else {"phase": f"L{phase}"},
        device_class=quantity.device_class,
        native_unit_of_measurement=quantity.unit,
        suggested_unit_of_measurement=quantity.shown_unit,
        state_class=quantity.state_class,
        suggested_display_precision=quantity.precision,
        options=list(quantity.options) or None,
        entity_category=value.category,
        entity_registry_enabled_default=value.enabled and phase is None,
        row=place.row(always=value.always or quantity.counts),
        value_fn=_shown(key if phase is None else f"{key}_l{phase}", quantity),
        attributes_fn=value.attributes_fn,
    )


def sensors(place: Place, *values: Value, phase_count: int = 1) -> Iterator[SensorRow]:
    """Make the rows of some values, each followed by its phases where there are several."""
    for value in values:
        yield sensor(place, value)
        if phase_count > 1:
            for phase in range(1, phase_count + 1):
                yield sensor(place, value, phase=phase)


def binary_sensor(place: Place, flag: Flag) -> BinarySensorRow:
    """Make the row of a yes or no."""
    return BinarySensorRow(
        key=place.key(flag.name),
        translation_key=f"{place.text_prefix}{flag.name}",
        device_class=flag.device_class,
        entity_category=flag.category,
        entity_registry_enabled_default=flag.enabled,
        row=place.row(always=flag.always),
        value_fn=flag.value_fn or key_value(place.key(flag.name)),
        attributes_fn=flag.attributes_fn,
    )


def _shown(key: str, quantity: Quantity) -> ValueFn:
    """Show a value as it is, and a word as one of those that have a text."""
    if not quantity.options:
        return key_value(key)

    def word(snapshot: Snapshot) -> str | None:
        said = snapshot.values.get(key)
        if said is None:
            return None
        known = str(said).replace("-", "_")
        return known if known in quantity.options else OTHER

    return word


def attribute(name: str, key: str) -> AttributesFn:
    """Make the function that adds the value of another key to a state."""

    def attributes(snapshot: Snapshot) -> Mapping[str, Any]:
        return {name: snapshot.values.get(key)}

    return attributes


def one_of_each[RowT: AnyRow](table: Iterable[RowT]) -> tuple[RowT, ...]:
    """Keep one row for each text, under the key of the text."""
    found: dict[str, RowT] = {}
    for row in table:
        text = str(row.translation_key)
        found.setdefault(text, replace(row, key=text))
    return tuple(found.values())
