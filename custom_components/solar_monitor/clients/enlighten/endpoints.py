"""The endpoints of the Monitoring API v4 that are used here.

All are read with GET and open to every plan, the free one included. From Enphase's description of
the API (developer-v4.enphase.com/docs.html, July 2026).
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Endpoint(StrEnum):
    """What can be asked for; the values name calls in the budget and in diagnostics."""

    SYSTEMS = "systems"
    SYSTEM = "system"
    SUMMARY = "summary"
    DEVICES = "devices"
    INVERTERS = "inverters_summary"
    EVENTS = "events"
    ALARMS = "alarms"
    OPEN_EVENTS = "open_events"
    OPEN_ALARMS = "open_alarms"
    EVENT_TYPES = "event_types"
    PRODUCTION_LIFETIME = "energy_lifetime"
    CONSUMPTION_LIFETIME = "consumption_lifetime"
    IMPORT_LIFETIME = "energy_import_lifetime"
    EXPORT_LIFETIME = "energy_export_lifetime"
    BATTERY_LIFETIME = "battery_lifetime"
    PRODUCTION_METER = "production_meter"
    PRODUCTION_MICRO = "production_micro"
    CONSUMPTION_METER = "consumption_meter"
    BATTERY = "battery"
    IMPORT = "energy_import_telemetry"
    EXPORT = "energy_export_telemetry"


_ROOT: Final = "/api/v4/systems"

_PATHS: Final[Mapping[Endpoint, str]] = {
    Endpoint.SYSTEMS: _ROOT,
    Endpoint.SYSTEM: _ROOT + "/{}",
    Endpoint.INVERTERS: _ROOT + "/inverters_summary_by_envoy_or_site",
    Endpoint.EVENT_TYPES: _ROOT + "/event_types",
    Endpoint.PRODUCTION_METER: _ROOT + "/{}/telemetry/production_meter",
    Endpoint.PRODUCTION_MICRO: _ROOT + "/{}/telemetry/production_micro",
    Endpoint.CONSUMPTION_METER: _ROOT + "/{}/telemetry/consumption_meter",
    Endpoint.BATTERY: _ROOT + "/{}/telemetry/battery",
}

CORE: Final = frozenset({Endpoint.SYSTEMS, Endpoint.SYSTEM, Endpoint.SUMMARY})
"""Every plan has them, so a 401 on one of them is about the token or the key."""

TELEMETRY: Final[Mapping[Endpoint, int]] = {
    Endpoint.PRODUCTION_METER: 900,
    Endpoint.PRODUCTION_MICRO: 300,
    Endpoint.CONSUMPTION_METER: 900,
    Endpoint.BATTERY: 900,
    Endpoint.IMPORT: 900,
    Endpoint.EXPORT: 900,
}
"""Series of intervals, and how long one interval is, s."""

DAILY: Final = frozenset(
    {
        Endpoint.PRODUCTION_LIFETIME,
        Endpoint.CONSUMPTION_LIFETIME,
        Endpoint.IMPORT_LIFETIME,
        Endpoint.EXPORT_LIFETIME,
        Endpoint.BATTERY_LIFETIME,
    }
)
"""Series with one value per day of the site, from its first day on, in a single call."""


def path_of(endpoint: Endpoint, system_id: int | None) -> str:
    """Give the path of an endpoint; `system_id` where it is one of a system."""
    return _PATHS.get(endpoint, f"{_ROOT}/{{}}/{endpoint}").format(system_id)
