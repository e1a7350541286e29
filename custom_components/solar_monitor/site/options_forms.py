"""The fields of the site's forms, and how they stand for what is stored."""

from collections.abc import Sequence
from typing import Any, Final

from homeassistant.const import (
    CONF_NAME,
    DEGREE,
    PERCENTAGE,
    UnitOfEnergy,
)
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    DeviceFilterSelectorConfig,
    DeviceSelector,
    DeviceSelectorConfig,
    EntitySelector,
    EntitySelectorConfig,
    EntityWithDeviceFilterSelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TimeSelector,
)
import voluptuous as vol

from ..const import CONF_SOURCE, DOMAIN, PANEL_MODEL
from ..logic.flows import Feed
from .options_data import (
    AZIMUTH,
    CAPACITY_KWH,
    CONF_ARRAYS,
    CONF_AZIMUTH,
    CONF_BEGIN,
    CONF_CAPACITY,
    CONF_COMMON_BANK,
    CONF_END,
    CONF_FEED,
    CONF_FLOOR,
    CONF_GRID_METER,
    CONF_HOME_METER,
    CONF_HYBRID,
    CONF_KWP,
    CONF_PANELS,
    CONF_SOC_OF,
    CONF_TILT,
    CONF_WEEKDAYS,
    FLOOR,
    INVERTERS,
    KWP,
    RECKONED,
    TILT,
    WEEKDAYS,
    OtherKind,
    Role,
)
from .options_values import Span
from .roles import ENERGY_UNITS, POWER_UNITS

AUTO: Final = "auto"
CONF_SOURCES: Final = "sources"
CONF_ARRAY: Final = "array"
CONF_DEVICE: Final = "device"
CONF_DEVICES: Final = "devices"
CONF_SIGN: Final = "sign"
SECTION_COUNTERS: Final = "counters"
SECTION_SIZE: Final = "size"

NORMAL: Final = "normal"
INVERTED: Final = "inverted"


def number(span: Span, unit: str, *, step: float = 1.0) -> vol.All:
    """Give the field of a number that is typed."""
    config = NumberSelectorConfig(
        min=span.low,
        max=span.high,
        step=step,
        mode=NumberSelectorMode.BOX,
        unit_of_measurement=unit,
    )
    return vol.All(NumberSelector(config), vol.Coerce(float))


def percent(span: Span) -> vol.All:
    """Give the field of a percentage that is pushed along."""
    config = NumberSelectorConfig(
        min=span.low,
        max=span.high,
        step=1,
        mode=NumberSelectorMode.SLIDER,
        unit_of_measurement=PERCENTAGE,
    )
    return vol.All(NumberSelector(config), vol.Coerce(float))


def _sensor(units: Sequence[str], excluded: Sequence[str]) -> EntitySelector:
    """Give the field of a sensor that has one of some units."""
    of_unit = EntityWithDeviceFilterSelectorConfig(domain="sensor", unit_of_measurement=list(units))
    return EntitySelector(EntitySelectorConfig(filter=of_unit, exclude_entities=list(excluded)))


def _one_of(options: Sequence[SelectOptionDict]) -> SelectSelector:
    """Give the field of one of several names."""
    return SelectSelector(
        SelectSelectorConfig(options=list(options), mode=SelectSelectorMode.DROPDOWN)
    )


def _some_of(options: Sequence[SelectOptionDict]) -> SelectSelector:
    """Give the field of some of several names."""
    return SelectSelector(
        SelectSelectorConfig(options=list(options), multiple=True, mode=SelectSelectorMode.LIST)
    )


def _word(value: str) -> SelectOptionDict:
    """Give an option that is called by its translation."""
    return SelectOptionDict(value=value, label=value)


def sources_schema(sources: Sequence[SelectOptionDict]) -> vol.Schema:
    """Ask which sources are part of the site."""
    return vol.Schema({vol.Optional(CONF_SOURCES, default=list): _some_of(sources)})


def meters_schema(grid: Sequence[SelectOptionDict], home: Sequence[SelectOptionDict]) -> vol.Schema:
    """Ask what measures the grid and the house."""
    return vol.Schema(
        {
            vol.Required(CONF_GRID_METER, default=AUTO): SelectSelector(
                SelectSelectorConfig(
                    options=[_word(AUTO), *grid, _word(INVERTERS)],
                    mode=SelectSelectorMode.DROPDOWN,
                    translation_key=CONF_GRID_METER,
                )
            ),
            vol.Required(CONF_HOME_METER, default=AUTO): SelectSelector(
                SelectSelectorConfig(
                    options=[_word(AUTO), *home, _word(RECKONED)],
                    mode=SelectSelectorMode.DROPDOWN,
                    translation_key=CONF_HOME_METER,
                )
            ),
        }
    )


def array_schema(arrays: Sequence[SelectOptionDict]) -> vol.Schema:
    """Ask which array is meant."""
    return vol.Schema({vol.Required(CONF_ARRAY, default=arrays[0]["value"]): _one_of(arrays)})


def feed_schema(hybrids: Sequence[SelectOptionDict]) -> vol.Schema:
    """Ask where an array feeds in; which generator port only if there are several."""
    fields: dict[Any, Any] = {
        vol.Required(CONF_FEED, default=Feed.HOUSE.value): SelectSelector(
            SelectSelectorConfig(
                options=[feed.value for feed in Feed],
                mode=SelectSelectorMode.LIST,
                translation_key=CONF_FEED,
            )
        )
    }
    if len(hybrids) > 1:
        fields[vol.Required(CONF_HYBRID, default=AUTO)] = SelectSelector(
            SelectSelectorConfig(
                options=[_word(AUTO), *hybrids],
                mode=SelectSelectorMode.DROPDOWN,
                translation_key=CONF_HYBRID,
            )
        )
    return vol.Schema(fields)


def device_schema(devices: Sequence[SelectOptionDict]) -> vol.Schema:
    """Ask which device of another integration is meant."""
    return vol.Schema({vol.Required(CONF_DEVICE, default=devices[0]["value"]): _one_of(devices)})


def devices_schema(devices: Sequence[SelectOptionDict]) -> vol.Schema:
    """Ask which devices of other integrations no longer take part."""
    return vol.Schema({vol.Optional(CONF_DEVICES, default=list): _some_of(devices)})


def other_schema(kind: OtherKind, excluded: Sequence[str]) -> vol.Schema:
    """Ask for what tells of a device of another integration; `excluded` are our own entities."""
    power, energy = _sensor(POWER_UNITS, excluded), _sensor(ENERGY_UNITS, excluded)
    fields: dict[Any, Any] = {vol.Optional(CONF_NAME): TextSelector()}
    counters: dict[Any, Any] = {}
    if kind is OtherKind.BATTERY:
        fields[vol.Optional(Role.SOC.value)] = _sensor((PERCENTAGE,), excluded)
        fields[vol.Optional(Role.POWER.value)] = power
    else:
        fields[vol.Required(Role.POWER.value)] = power
    if kind in {OtherKind.BATTERY, OtherKind.GRID_METER}:
        fields[vol.Required(CONF_SIGN, default=NORMAL)] = _sign(kind)
        fields[vol.Optional(Role.OPPOSITE.value)] = power
        counters[vol.Optional(Role.ENERGY_IN.value)] = energy
        counters[vol.Optional(Role.ENERGY_OUT.value)] = energy
    if kind is OtherKind.PANELS:
        fields[vol.Optional(Role.ENERGY_IN.value)] = energy
    if counters:
        fields[vol.Optional(SECTION_COUNTERS)] = section(vol.Schema(counters), {"collapsed": False})
    if kind is OtherKind.BATTERY:
        size = {
            vol.Optional(CONF_CAPACITY): number(
                CAPACITY_KWH, UnitOfEnergy.KILO_WATT_HOUR, step=0.1
            ),
            vol.Required(CONF_FLOOR, default=FLOOR.default): percent(FLOOR),
        }
        fields[vol.Optional(SECTION_SIZE)] = section(vol.Schema(size), {"collapsed": False})
    return vol.Schema(fields)


def _sign(kind: OtherKind) -> SelectSelector:
    """Give the field of what positive values mean."""
    if kind is OtherKind.BATTERY:
        return SelectSelector(
            SelectSelectorConfig(
                options=[NORMAL, INVERTED],
                mode=SelectSelectorMode.LIST,
                translation_key="battery_sign",
            )
        )
    return SelectSelector(
        SelectSelectorConfig(
            options=[NORMAL, INVERTED], mode=SelectSelectorMode.LIST, translation_key="grid_sign"
        )
    )


def arrays_schema(arrays: Sequence[SelectOptionDict]) -> vol.Schema:
    """Ask which panels are no longer described."""
    return vol.Schema({vol.Optional(CONF_ARRAYS, default=list): _some_of(arrays)})


def panels_schema(parts: Sequence[SelectOptionDict], *, one_by_one: bool) -> vol.Schema:
    """Ask how panels were built; `one_by_one`: there are panels that report themselves."""
    fields: dict[Any, Any] = {
        vol.Required(CONF_NAME): TextSelector(),
        vol.Required(CONF_KWP): number(KWP, "kWp", step=0.01),
        vol.Optional(CONF_TILT): number(TILT, DEGREE),
        vol.Optional(CONF_AZIMUTH): number(AZIMUTH, DEGREE),
    }
    if parts:
        fields[vol.Optional(CONF_SOURCE)] = _one_of(parts)
    if one_by_one:
        fields[vol.Optional(CONF_PANELS)] = DeviceSelector(
            DeviceSelectorConfig(
                multiple=True,
                filter=DeviceFilterSelectorConfig(integration=DOMAIN, model=PANEL_MODEL),
            )
        )
    return vol.Schema(fields)


def battery_schema(banks: Sequence[SelectOptionDict]) -> vol.Schema:
    """Ask what the batteries are together."""
    return vol.Schema(
        {
            vol.Required(CONF_COMMON_BANK, default=False): BooleanSelector(),
            vol.Required(CONF_SOC_OF, default=AUTO): SelectSelector(
                SelectSelectorConfig(
                    options=[_word(AUTO), *banks],
                    mode=SelectSelectorMode.DROPDOWN,
                    translation_key=CONF_SOC_OF,
                )
            ),
            vol.Optional(CONF_CAPACITY): number(
                CAPACITY_KWH, UnitOfEnergy.KILO_WATT_HOUR, step=0.1
            ),
        }
    )


def on_peak_schema() -> vol.Schema:
    """Ask for the hours in which power from the grid costs more."""
    return vol.Schema(
        {
            vol.Optional(CONF_WEEKDAYS, default=list): SelectSelector(
                SelectSelectorConfig(
                    options=list(WEEKDAYS),
                    multiple=True,
                    mode=SelectSelectorMode.LIST,
                    translation_key=CONF_WEEKDAYS,
                )
            ),
            vol.Required(CONF_BEGIN, default="16:00:00"): TimeSelector(),
            vol.Required(CONF_END, default="21:00:00"): TimeSelector(),
        }
    )
