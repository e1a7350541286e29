"""Turns a moment of the site into the values of its snapshot."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from ..logic.site_totals import Flow
from . import keys
from .energies import LOAD
from .moment import SiteMoment

ESTIMATED: Final = "estimated"
SOURCE: Final = "source"
MISSING: Final = "missing"

_DIGITS: Final = 1
_FIELDS: Final[Mapping[str, str]] = {
    keys.PV_POWER: "pv_w",
    keys.LOAD_POWER: "load_w",
    keys.GRID_POWER: "grid_w",
    keys.BATTERY_POWER: "battery_w",
    keys.GENERATOR_POWER: "generator_w",
    keys.LOSSES: "losses_w",
}
"""The fields of `Flows` by key."""


def powers(moment: SiteMoment) -> dict[str, float | None]:
    """Give all that is of this moment alone; None: it is not known, or there is no such thing."""
    flows = moment.flows
    found: dict[str, float | None] = {
        key: _rounded(getattr(flows, name)) for key, name in _FIELDS.items()
    }
    return found | {keys.BATTERY_SOC: _rounded(moment.storage.soc)}


def counters(
    totals: Mapping[str, float | None], today: Mapping[str, float | None]
) -> dict[str, float | None]:
    """Give the counters, of all time and of the day, as they stand."""
    found: dict[str, float | None] = {}
    for name in keys.ENERGIES:
        found[keys.total_key(name)] = totals[name]
        found[keys.today_key(name)] = today[name]
    return found


def words(moment: SiteMoment) -> dict[str, Any]:
    """Give what is told in words, of what, and beside the numbers."""
    meter = moment.plant.meter
    values: dict[str, Any] = {
        keys.STATUS: moment.status.value,
        keys.about(keys.STATUS): {MISSING: [moment.title_of(part) for part in moment.missing]},
        keys.METER: moment.meter_kind.value,
        keys.about(keys.METER): {SOURCE: meter and moment.title_of(meter.name)},
        keys.OLDEST_INPUT: None,
        keys.about(keys.OLDEST_INPUT): {SOURCE: None},
    }
    if moment.oldest is not None:
        part, at = moment.oldest
        values[keys.OLDEST_INPUT] = datetime.fromtimestamp(round(at), UTC)
        values[keys.about(keys.OLDEST_INPUT)] = {SOURCE: moment.title_of(part)}
    for key, name in _FIELDS.items():
        values[keys.about(key)] = {ESTIMATED: name in moment.flows.estimated}
    for name in keys.ENERGIES:
        known = moment.estimated if name == LOAD else {Flow(name)} & moment.estimated
        values[keys.about(keys.total_key(name))] = {ESTIMATED: bool(known)}
    return values


def _rounded(value: float | None) -> float | None:
    """Round to tenths, and to an integer what is one: sources mostly tell whole watts."""
    if value is None:
        return None
    tenths = round(value, _DIGITS)
    return int(tenths) if tenths.is_integer() else tenths
