"""The form of exported options: what every value must be, strictly, before any of it is used."""

from collections.abc import Callable
import re
from typing import Any, Final

from homeassistant.const import CONF_ENTITY_ID, CONF_NAME, CONF_PLATFORM, CONF_UNIQUE_ID
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from ..const import CONF_SOURCE
from ..logic.flows import Feed
from .options_data import (
    ALARM_COOLDOWN_MIN,
    ALARM_FOR_MIN,
    ALARM_IMPORT_W,
    ALARM_NO_PRODUCTION_MIN,
    ALARM_SOC,
    ALARM_TEMPERATURE,
    AZIMUTH,
    CAPACITY_KWH,
    CONF_ABOVE,
    CONF_ALARM_BATTERY,
    CONF_ALARM_IMPORT,
    CONF_ALARM_PRODUCTION,
    CONF_ALARM_TEMPERATURE,
    CONF_ALARMS,
    CONF_ARRAYS,
    CONF_AT,
    CONF_AZIMUTH,
    CONF_BEGIN,
    CONF_BELOW,
    CONF_CAPACITY,
    CONF_COMMON_BANK,
    CONF_COOLDOWN,
    CONF_ENABLED,
    CONF_END,
    CONF_EXCLUDED,
    CONF_FEED,
    CONF_FEEDS,
    CONF_FLOOR,
    CONF_FOR,
    CONF_GRID_METER,
    CONF_HOME_METER,
    CONF_HYBRID,
    CONF_ID,
    CONF_INVERTED,
    CONF_KIND,
    CONF_KWP,
    CONF_LOADS,
    CONF_ON_PEAK,
    CONF_OTHERS,
    CONF_PANELS,
    CONF_SHEDDING,
    CONF_SOC_OF,
    CONF_TILT,
    CONF_WEEKDAYS,
    FLOOR,
    GRID_DRAW,
    KWP,
    LEVELS,
    OTHER_ID_PREFIX,
    TILT,
    TIMES,
    WEEKDAYS,
    OtherKind,
    Role,
)
from .options_values import Span, time_in

VERSION: Final = 1
CONF_VERSION: Final = "version"
CONF_OPTIONS: Final = "options"


def _number(span: Span) -> Callable[[object], float]:
    """Take a number within its range."""

    def check(value: object) -> float:
        number = span.optional(value)
        if number is None:
            raise vol.Invalid(f"expected a number from {span.low:g} to {span.high:g}")
        return number

    return check


def _time(value: object) -> object:
    """Take a time of day."""
    if time_in(value) is None:
        raise vol.Invalid("expected a time such as 16:00:00")
    return value


def _each_once(key: str) -> Callable[[list[dict[str, Any]]], list[dict[str, Any]]]:
    """Take a list in which no two have the same name or id."""

    def check(value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len({each[key] for each in value}) < len(value):
            raise vol.Invalid(f"two have the same {key}")
        return value

    return check


def _or_none(check: Any) -> vol.Any:  # noqa: ANN401 - whatever voluptuous takes
    """Take what is checked, or nothing."""
    return vol.Any(None, check)


def _own_id(value: object) -> object:
    """Take the id of a device: it names a part, and must not be the name of anybody else's."""
    if not isinstance(value, str) or _OWN_ID.fullmatch(value) is None:
        raise vol.Invalid(f"expected an id that begins with {OTHER_ID_PREFIX}")
    return value


_OWN_ID: Final = re.compile(rf"{OTHER_ID_PREFIX}[0-9A-Za-z]{{1,26}}")
_NAME: Final = vol.All(str, vol.Length(min=1, max=255))
_ENTITY: Final = vol.Schema(
    {
        vol.Required(CONF_ENTITY_ID): cv.entity_id,
        vol.Inclusive(CONF_PLATFORM, "registry"): _NAME,
        vol.Inclusive(CONF_UNIQUE_ID, "registry"): _NAME,
    }
)
_FEED: Final = vol.Schema(
    {
        vol.Required(CONF_FEED): vol.In([feed.value for feed in Feed]),
        vol.Optional(CONF_HYBRID): _or_none(_NAME),
    }
)
_DEVICE: Final = vol.Schema(
    {
        vol.Required(CONF_ID): _own_id,
        vol.Required(CONF_KIND): vol.In([kind.value for kind in OtherKind]),
        vol.Required(CONF_NAME): _NAME,
        **{vol.Optional(role.value): _ENTITY for role in Role},
        vol.Optional(CONF_INVERTED): bool,
        vol.Optional(CONF_CAPACITY): _or_none(_number(CAPACITY_KWH)),
        vol.Optional(CONF_FLOOR): _number(FLOOR),
    }
)
_ARRAY: Final = vol.Schema(
    {
        vol.Required(CONF_ID): _NAME,
        vol.Required(CONF_NAME): _NAME,
        vol.Required(CONF_KWP): _number(KWP),
        vol.Optional(CONF_TILT): _or_none(_number(TILT)),
        vol.Optional(CONF_AZIMUTH): _or_none(_number(AZIMUTH)),
        vol.Optional(CONF_SOURCE): _or_none(_NAME),
        vol.Optional(CONF_PANELS): [_NAME],
    }
)
_ALARMS: Final = vol.Schema(
    {
        vol.Optional(CONF_ALARM_BATTERY): {
            vol.Optional(CONF_ENABLED): bool,
            vol.Optional(CONF_BELOW): _number(ALARM_SOC),
            vol.Optional(CONF_AT): _time,
        },
        vol.Optional(CONF_ALARM_IMPORT): {
            vol.Optional(CONF_ENABLED): bool,
            vol.Optional(CONF_ABOVE): _number(ALARM_IMPORT_W),
            vol.Optional(CONF_FOR): _number(ALARM_FOR_MIN),
            vol.Optional(CONF_BEGIN): _time,
            vol.Optional(CONF_END): _time,
            vol.Optional(CONF_COOLDOWN): _number(ALARM_COOLDOWN_MIN),
        },
        vol.Optional(CONF_ALARM_TEMPERATURE): {
            vol.Optional(CONF_ENABLED): bool,
            vol.Optional(CONF_ABOVE): _number(ALARM_TEMPERATURE),
        },
        vol.Optional(CONF_ALARM_PRODUCTION): {
            vol.Optional(CONF_ENABLED): bool,
            vol.Optional(CONF_FOR): _number(ALARM_NO_PRODUCTION_MIN),
        },
    }
)
_ON_PEAK: Final = vol.Schema(
    {
        vol.Required(CONF_WEEKDAYS): vol.All([vol.In(WEEKDAYS)], vol.Length(min=1)),
        vol.Required(CONF_BEGIN): _time,
        vol.Required(CONF_END): _time,
    }
)
_SHEDDING: Final = vol.Schema(
    {
        vol.Optional(CONF_LOADS): [_ENTITY],
        vol.Optional(GRID_DRAW): bool,
        **{vol.Optional(name): _number(span) for name, span in {**LEVELS, **TIMES}.items()},
    }
)
SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_VERSION): VERSION,
        vol.Required(CONF_OPTIONS): {
            vol.Optional(CONF_EXCLUDED): [_NAME],
            vol.Optional(CONF_GRID_METER): _NAME,
            vol.Optional(CONF_HOME_METER): _NAME,
            vol.Optional(CONF_FEEDS): {_NAME: _FEED},
            vol.Optional(CONF_OTHERS): vol.All([_DEVICE], _each_once(CONF_ID)),
            vol.Optional(CONF_ARRAYS): vol.All(
                [_ARRAY], _each_once(CONF_ID), _each_once(CONF_NAME)
            ),
            vol.Optional(CONF_COMMON_BANK): bool,
            vol.Optional(CONF_SOC_OF): _NAME,
            vol.Optional(CONF_CAPACITY): _number(CAPACITY_KWH),
            vol.Optional(CONF_ALARMS): _ALARMS,
            vol.Optional(CONF_ON_PEAK): _ON_PEAK,
            vol.Optional(CONF_SHEDDING): _SHEDDING,
        },
    }
)
