"""The calls of the API: what each is for, and how its 429 looks."""

from enum import StrEnum
import re
from typing import Self

from tests.simulators.enlighten.plans import Access


class Endpoint(StrEnum):
    """A call by its path below /api/v4; `told`: its 429 says which period was exceeded."""

    access: Access
    told: bool

    def __new__(cls, value: str, access: Access, told: bool = False) -> Self:  # noqa: FBT001, FBT002  a table
        """Make a member that carries its access control."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.access = access
        member.told = told
        return member

    SYSTEMS = "/systems", Access.SYSTEM_DETAILS
    RETRIEVE_SYSTEM_ID = "/systems/retrieve_system_id", Access.SYSTEM_DETAILS
    EVENT_TYPES = "/systems/event_types", Access.SYSTEM_DETAILS
    INVERTERS_SUMMARY = (
        "/systems/inverters_summary_by_envoy_or_site",
        Access.SYSTEM_DETAILS,
        True,
    )
    SYSTEM = "/systems/{system_id}", Access.SYSTEM_DETAILS
    SUMMARY = "/systems/{system_id}/summary", Access.SYSTEM_DETAILS, True
    DEVICES = "/systems/{system_id}/devices", Access.SYSTEM_DETAILS
    EVENTS = "/systems/{system_id}/events", Access.SYSTEM_DETAILS
    ALARMS = "/systems/{system_id}/alarms", Access.SYSTEM_DETAILS
    OPEN_EVENTS = "/systems/{system_id}/open_events", Access.SYSTEM_DETAILS
    OPEN_ALARMS = "/systems/{system_id}/open_alarms", Access.SYSTEM_DETAILS

    ENERGY_LIFETIME = "/systems/{system_id}/energy_lifetime", Access.SITE_PRODUCTION, True
    CONSUMPTION_LIFETIME = "/systems/{system_id}/consumption_lifetime", Access.SITE_CONSUMPTION
    ENERGY_IMPORT_LIFETIME = "/systems/{system_id}/energy_import_lifetime", Access.SITE_CONSUMPTION
    ENERGY_EXPORT_LIFETIME = "/systems/{system_id}/energy_export_lifetime", Access.SITE_CONSUMPTION
    BATTERY_LIFETIME = "/systems/{system_id}/battery_lifetime", Access.SITE_CONSUMPTION
    PRODUCTION_METER_READINGS = (
        "/systems/{system_id}/production_meter_readings",
        Access.SITE_PRODUCTION,
        True,
    )
    CONSUMPTION_METER_READINGS = (
        "/systems/{system_id}/consumption_meter_readings",
        Access.SITE_CONSUMPTION,
        True,
    )
    STORAGE_METER_READINGS = (
        "/systems/{system_id}/storage_meter_readings",
        Access.SITE_CONSUMPTION,
        True,
    )
    RGM_STATS = "/systems/{system_id}/rgm_stats", Access.SITE_PRODUCTION, True

    PRODUCTION_MICRO = (
        "/systems/{system_id}/telemetry/production_micro",
        Access.SITE_PRODUCTION,
        True,
    )
    PRODUCTION_METER = (
        "/systems/{system_id}/telemetry/production_meter",
        Access.SITE_PRODUCTION,
        True,
    )
    CONSUMPTION_METER = (
        "/systems/{system_id}/telemetry/consumption_meter",
        Access.SITE_CONSUMPTION,
        True,
    )
    BATTERY = "/systems/{system_id}/telemetry/battery", Access.SITE_CONSUMPTION, True
    ENERGY_IMPORT = "/systems/{system_id}/energy_import_telemetry", Access.SITE_CONSUMPTION
    ENERGY_EXPORT = "/systems/{system_id}/energy_export_telemetry", Access.SITE_CONSUMPTION
    LATEST_TELEMETRY = "/systems/{system_id}/latest_telemetry", Access.SITE_CONSUMPTION

    MICROS_TELEMETRY = "/systems/{system_id}/devices/micros/telemetry", Access.DEVICE_LEVEL, True
    MICRO_TELEMETRY = (
        "/systems/{system_id}/devices/micros/{serial_no}/telemetry",
        Access.DEVICE_LEVEL,
        True,
    )
    ENCHARGE_TELEMETRY = (
        "/systems/{system_id}/devices/encharges/{serial_no}/telemetry",
        Access.DEVICE_LEVEL,
        True,
    )
    BATTERY_SETTINGS = "/systems/config/{system_id}/battery_settings", Access.SYSTEM_CONFIGURATIONS
    STORM_GUARD = "/systems/config/{system_id}/storm_guard", Access.SYSTEM_CONFIGURATIONS
    GRID_STATUS = "/systems/config/{system_id}/grid_status", Access.SYSTEM_CONFIGURATIONS
    LOAD_CONTROL = "/systems/config/{system_id}/load_control", Access.SYSTEM_CONFIGURATIONS
    LIVE_DATA = "/systems/{system_id}/live_data", Access.STREAMING

    @property
    def template(self) -> str:
        """Return its path as the contract writes it."""
        return PREFIX + self.value


PREFIX = "/api/v4"
_PATTERNS = [
    (
        endpoint,
        re.compile(
            endpoint.template.replace("{system_id}", r"(?P<system_id>[^/]+)").replace(
                "{serial_no}", r"(?P<serial_no>[^/]+)"
            )
        ),
    )
    for endpoint in Endpoint
]
"""Fixed paths stand before those with a system in the same place."""


def find(path: str) -> tuple[Endpoint | None, dict[str, str]]:
    """Return the call of a path and what stands in its braces."""
    for endpoint, pattern in _PATTERNS:
        if match := pattern.fullmatch(path):
            return endpoint, match.groupdict()
    return None, {}
