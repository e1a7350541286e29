"""Which function answers which call."""

from collections.abc import Callable
from typing import Any

from tests.simulators.enlighten import details, happenings, paid, series, telemetry
from tests.simulators.enlighten.asked import Asked
from tests.simulators.enlighten.endpoints import Endpoint

PAGES: dict[Endpoint, Callable[[Asked], Any]] = {
    Endpoint.INVERTERS_SUMMARY: details.inverters_summary,
    Endpoint.SYSTEM: details.system,
    Endpoint.SUMMARY: details.summary,
    Endpoint.DEVICES: details.devices,
    Endpoint.EVENTS: happenings.events,
    Endpoint.ALARMS: happenings.alarms,
    Endpoint.OPEN_EVENTS: happenings.open_events,
    Endpoint.OPEN_ALARMS: happenings.open_alarms,
    Endpoint.ENERGY_LIFETIME: series.energy_lifetime,
    Endpoint.CONSUMPTION_LIFETIME: series.consumption_lifetime,
    Endpoint.ENERGY_IMPORT_LIFETIME: series.import_lifetime,
    Endpoint.ENERGY_EXPORT_LIFETIME: series.export_lifetime,
    Endpoint.BATTERY_LIFETIME: series.battery_lifetime,
    Endpoint.PRODUCTION_METER_READINGS: series.production_readings,
    Endpoint.CONSUMPTION_METER_READINGS: series.consumption_readings,
    Endpoint.STORAGE_METER_READINGS: series.storage_readings,
    Endpoint.RGM_STATS: telemetry.rgm_stats,
    Endpoint.PRODUCTION_MICRO: telemetry.production_micro,
    Endpoint.PRODUCTION_METER: telemetry.production_meter,
    Endpoint.CONSUMPTION_METER: telemetry.consumption_meter,
    Endpoint.BATTERY: telemetry.battery,
    Endpoint.ENERGY_IMPORT: telemetry.energy_import,
    Endpoint.ENERGY_EXPORT: telemetry.energy_export,
    Endpoint.LATEST_TELEMETRY: paid.latest_telemetry,
    Endpoint.MICROS_TELEMETRY: paid.micros_telemetry,
    Endpoint.MICRO_TELEMETRY: paid.micro_telemetry,
    Endpoint.ENCHARGE_TELEMETRY: paid.encharge_telemetry,
    Endpoint.BATTERY_SETTINGS: paid.battery_settings,
    Endpoint.STORM_GUARD: paid.storm_guard,
    Endpoint.GRID_STATUS: paid.grid_status,
    Endpoint.LOAD_CONTROL: paid.load_control,
}
"""All calls for one system that answer with one JSON document."""
