"""The forms of alarms and of load shedding: thresholds, all of them with a default."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from homeassistant.const import UnitOfPower, UnitOfTemperature, UnitOfTime
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    DurationSelector,
    EntitySelector,
    EntitySelectorConfig,
    EntityWithDeviceFilterSelectorConfig,
    TimeSelector,
)
import voluptuous as vol

from ..logic.shedding import Config
from .options_data import (
    ALARM_COOLDOWN_MIN,
    ALARM_FOR_MIN,
    ALARM_IMPORT_W,
    ALARM_NO_PRODUCTION_MIN,
    ALARM_SOC,
    ALARM_TEMPERATURE,
    CONF_ABOVE,
    CONF_ALARM_BATTERY,
    CONF_ALARM_IMPORT,
    CONF_ALARM_PRODUCTION,
    CONF_ALARM_TEMPERATURE,
    CONF_AT,
    CONF_BEGIN,
    CONF_BELOW,
    CONF_COOLDOWN,
    CONF_ENABLED,
    CONF_END,
    CONF_FOR,
    CONF_LOADS,
    GRID_DRAW,
    LEVELS,
    TIMES,
    AlarmOptions,
    SheddingOptions,
)
from .options_forms import number, percent

SECTION_OFFGRID: Final = "offgrid"
SECTION_STAIRCASE: Final = "staircase"
SECTION_TIMES: Final = "times"

LOAD_DOMAINS: Final = ("switch", "input_boolean", "light", "fan", "climate", "water_heater")
"""What load shedding can turn off."""

ERROR_LEVELS_TOO_CLOSE: Final = "levels_too_close"
ERROR_CRITICAL_TOO_HIGH: Final = "critical_too_high"
ERROR_TIME_TOO_LONG: Final = "time_too_long"

_OFFGRID: Final = ("offgrid_shed_below", "offgrid_restore_above")
_STAIRCASE: Final = ("step", "critical")


def alarms_schema(alarms: AlarmOptions) -> vol.Schema:
    """Ask for thresholds; what is on is unfolded."""
    minutes = UnitOfTime.MINUTES
    low_battery = {
        vol.Required(CONF_ENABLED, default=False): BooleanSelector(),
        vol.Required(CONF_BELOW, default=ALARM_SOC.default): percent(ALARM_SOC),
        vol.Required(CONF_AT, default="18:00:00"): TimeSelector(),
    }
    high_import = {
        vol.Required(CONF_ENABLED, default=False): BooleanSelector(),
        vol.Required(CONF_ABOVE, default=ALARM_IMPORT_W.default): number(
            ALARM_IMPORT_W, UnitOfPower.WATT
        ),
        vol.Required(CONF_FOR, default=ALARM_FOR_MIN.default): number(ALARM_FOR_MIN, minutes),
        vol.Required(CONF_BEGIN, default="00:00:00"): TimeSelector(),
        vol.Required(CONF_END, default="00:00:00"): TimeSelector(),
        vol.Required(CONF_COOLDOWN, default=ALARM_COOLDOWN_MIN.default): number(
            ALARM_COOLDOWN_MIN, minutes
        ),
    }
    hot_inverter = {
        vol.Required(CONF_ENABLED, default=True): BooleanSelector(),
        vol.Required(CONF_ABOVE, default=ALARM_TEMPERATURE.default): number(
            ALARM_TEMPERATURE, UnitOfTemperature.CELSIUS
        ),
    }
    no_production = {
        vol.Required(CONF_ENABLED, default=True): BooleanSelector(),
        vol.Required(CONF_FOR, default=ALARM_NO_PRODUCTION_MIN.default): number(
            ALARM_NO_PRODUCTION_MIN, minutes
        ),
    }
    return vol.Schema(
        {
            vol.Optional(CONF_ALARM_BATTERY): _folded(low_battery, unless=alarms.battery.enabled),
            vol.Optional(CONF_ALARM_IMPORT): _folded(
                high_import, unless=alarms.grid_import.enabled
            ),
            vol.Optional(CONF_ALARM_TEMPERATURE): _folded(
                hot_inverter, unless=alarms.temperature.enabled
            ),
            vol.Optional(CONF_ALARM_PRODUCTION): _folded(
                no_production, unless=alarms.production.enabled
            ),
        }
    )


def alarms_shown(alarms: AlarmOptions) -> dict[str, dict[str, Any]]:
    """Give the thresholds as they are stored, and as the form shows them."""
    battery, grid = alarms.battery, alarms.grid_import
    heat, sun = alarms.temperature, alarms.production
    return {
        CONF_ALARM_BATTERY: {
            CONF_ENABLED: battery.enabled,
            CONF_BELOW: battery.below,
            CONF_AT: battery.at.isoformat(),
        },
        CONF_ALARM_IMPORT: {
            CONF_ENABLED: grid.enabled,
            CONF_ABOVE: grid.above_w,
            CONF_FOR: grid.for_s / 60,
            CONF_BEGIN: grid.begin.isoformat(),
            CONF_END: grid.end.isoformat(),
            CONF_COOLDOWN: grid.cooldown_s / 60,
        },
        CONF_ALARM_TEMPERATURE: {CONF_ENABLED: heat.enabled, CONF_ABOVE: heat.above},
        CONF_ALARM_PRODUCTION: {CONF_ENABLED: sun.enabled, CONF_FOR: sun.after_s / 60},
    }


def _folded(fields: Mapping[Any, Any], *, unless: bool) -> section:
    """Give a section that is closed unless somebody uses it."""
    return section(vol.Schema(fields), {"collapsed": not unless})


def loads_schema(excluded: Sequence[str]) -> vol.Schema:
    """Ask what is turned off and in which order; `excluded` are entities of our own."""
    loads = EntitySelectorConfig(
        filter=EntityWithDeviceFilterSelectorConfig(domain=list(LOAD_DOMAINS)),
        exclude_entities=list(excluded),
        multiple=True,
        reorder=True,
    )
    offgrid = {
        vol.Required("offgrid_shed_below", default=LEVELS["offgrid_shed_below"].default): percent(
            LEVELS["offgrid_shed_below"]
        ),
        vol.Required(
            "offgrid_restore_above", default=LEVELS["offgrid_restore_above"].default
        ): percent(LEVELS["offgrid_restore_above"]),
    }
    staircase = {
        vol.Required("step", default=LEVELS["step"].default): percent(LEVELS["step"]),
        vol.Required("critical", default=LEVELS["critical"].default): percent(LEVELS["critical"]),
    }
    times = {
        vol.Optional("min_on_s"): DurationSelector(),
        vol.Optional("min_off_s"): DurationSelector(),
        vol.Optional("stagger_s"): DurationSelector(),
        vol.Optional("critical_stagger_s"): DurationSelector(),
        vol.Optional("give_back_s"): DurationSelector(),
    }
    return vol.Schema(
        {
            vol.Optional(CONF_LOADS, default=list): EntitySelector(loads),
            vol.Required(GRID_DRAW, default=False): BooleanSelector(),
            vol.Optional(SECTION_OFFGRID): section(vol.Schema(offgrid), {"collapsed": True}),
            vol.Optional(SECTION_STAIRCASE): section(vol.Schema(staircase), {"collapsed": True}),
            vol.Optional(SECTION_TIMES): section(vol.Schema(times), {"collapsed": True}),
        }
    )


def loads_shown(shedding: SheddingOptions, loads: Sequence[str]) -> dict[str, Any]:
    """Give what the form shows; `loads` are the entity ids."""
    levels = shedding.levels
    return {
        CONF_LOADS: list(loads),
        GRID_DRAW: shedding.grid_draw,
        SECTION_OFFGRID: {name: levels[name] for name in _OFFGRID},
        SECTION_STAIRCASE: {name: levels[name] for name in _STAIRCASE},
        SECTION_TIMES: {name: _parts_of(levels[name]) for name in TIMES},
    }


def loads_stored(user_input: Mapping[str, Any], loads: Sequence[str]) -> dict[str, Any]:
    """Give what is stored of the form; `loads` are references. What was left out is a default."""
    stored: dict[str, Any] = {CONF_LOADS: list(loads), GRID_DRAW: user_input[GRID_DRAW]}
    stored |= user_input.get(SECTION_OFFGRID, {})
    stored |= user_input.get(SECTION_STAIRCASE, {})
    times: Mapping[str, Any] = user_input.get(SECTION_TIMES, {})
    return stored | {name: timedelta(**parts).total_seconds() for name, parts in times.items()}


def error_in_shedding(stored: Mapping[str, Any]) -> str | None:
    """Tell what is wrong with levels and times: the key of a text; None: nothing."""
    if any(span.optional(stored.get(name, span.default)) is None for name, span in TIMES.items()):
        return ERROR_TIME_TOO_LONG
    levels = SheddingOptions.read(stored).levels
    shed, restore = (levels[name] for name in _OFFGRID)
    if restore - shed < Config().least_gap:
        return ERROR_LEVELS_TOO_CLOSE
    if levels["critical"] >= shed:
        return ERROR_CRITICAL_TOO_HIGH
    return None


def _parts_of(seconds: float) -> dict[str, int]:
    """Give a time as the field of a duration shows it."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return {"hours": hours, "minutes": minutes, "seconds": rest}
