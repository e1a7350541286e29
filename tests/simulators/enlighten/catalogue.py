"""The types of events that the simulated cloud knows.

Only the numbers and keys 28 `envoy_no_report` and 4781 `acb_sleeping` are in Enphase's public
documentation (developer-v4.enphase.com, "event_types"); there is no public list of the others, so
they are made up. A client must learn them all from the catalogue.
"""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class EventType:
    """A line of the catalogue, as the cloud tells it."""

    event_type_id: int
    event_type_key: str
    event_name: str
    event_description: str
    recommended_action: str
    stateful: bool = field(default=True, kw_only=True)
    """It opens and closes; others happen once."""

    def as_json(self) -> dict[str, Any]:
        """Return it as the API does."""
        return asdict(self)


GATEWAY_SILENT = EventType(
    28,
    "envoy_no_report",
    "Gateway not reporting",
    "The gateway has not been heard from for a while.",
    "Check that the gateway has power and that its Internet connection works.",
)
BATTERY_SLEEPING = EventType(
    4781,
    "acb_sleeping",
    "AC Battery Sleeping",
    "The battery has gone to sleep to protect its cells.",
    "Nothing to do, unless it sleeps for weeks.",
    stateful=False,
)
PANEL_DEAD = EventType(
    611,
    "sim_micro_no_production",
    "Microinverter without production",
    "A microinverter reports but gives no power while its neighbours do.",
    "Look at the panel; if nothing covers it, tell your installer.",
)
PANEL_SILENT = EventType(
    612,
    "sim_micro_no_report",
    "Microinverter not reporting",
    "The gateway no longer hears a microinverter.",
    "Wait for a day of full sun; if it stays silent, tell your installer.",
)
METER_SILENT = EventType(
    613,
    "sim_meter_no_report",
    "Meter not reporting",
    "The gateway no longer hears a meter.",
    "Check the meter's wiring, or let your installer do it.",
)
BATTERY_FAULT = EventType(
    614,
    "sim_battery_fault",
    "Battery fault",
    "A battery has reported a fault and is out of service.",
    "Tell your installer the serial number of the battery.",
)
PRODUCTION_LOW = EventType(
    615,
    "sim_production_issue",
    "Production issue",
    "The system gives less than its panels should.",
    "Look for shade, snow or dirt; check the circuit breakers.",
)
GRID_LOST = EventType(
    616,
    "sim_grid_gone",
    "Grid outage",
    "The microinverters see no grid.",
    "Check the circuit breakers; wait for your grid operator.",
)
FIRMWARE_CHANGED = EventType(
    617,
    "sim_firmware_changed",
    "Gateway software updated",
    "The gateway runs another software since this moment.",
    "Nothing to do.",
    stateful=False,
)
VOLTAGE_HIGH = EventType(
    618,
    "sim_ac_voltage_high",
    "AC voltage out of range",
    "A microinverter has stopped for a while because the grid's voltage was too high.",
    "If it comes back on many days, tell your installer.",
)

CATALOGUE = (
    GATEWAY_SILENT,
    BATTERY_SLEEPING,
    PANEL_DEAD,
    PANEL_SILENT,
    METER_SILENT,
    BATTERY_FAULT,
    PRODUCTION_LOW,
    GRID_LOST,
    FIRMWARE_CHANGED,
    VOLTAGE_HIGH,
)
