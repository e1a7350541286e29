"""What the values of a system are called, in snapshots as in unique ids.

A key is `<system id>_<name>`. Next to a value that an entity shows stand those that are only its
attributes: the reasons of what is judged, and the alarms behind their number. The event entity's
name is that of its ledger (`ledgers.EVENTS`).
"""

from typing import Final

from .evidence import KEYS

POWER: Final = "power"
"""W."""
ENERGY_TODAY: Final = "energy_today"
"""kWh."""
ENERGY_TOTAL: Final = "energy_total"
"""kWh."""
SYSTEM_STATUS: Final = "system_status"
"""The cloud's own word."""
LAST_REPORT: Final = "last_report"
"""As are all times: a datetime in UTC."""
LAST_INTERVAL_END: Final = "last_interval_end"
PANELS: Final = "panels"
SIZE: Final = "size"
"""W."""
OPEN_ALARMS: Final = "open_alarms"
"""How many; the alarms are under ALARM_LIST."""
OPEN_EVENTS: Final = "open_events"
CALLS_LEFT: Final = "calls_left"
"""That the user's buttons may still use this month."""
NEXT_POLL: Final = "next_poll"
DATA_AGE: Final = "data_age"
"""Whole minutes."""
OPERATIONAL_SINCE: Final = "operational_since"

JUDGED: Final = KEYS
"""What rests on evidence; the reasons are under `evidence_of`."""
ALARM_LIST: Final = "alarm_list"
"""The open alarms as JSON, a mapping for each (`Ledgers.alarm_list`)."""


def key_of(system_id: int, name: str) -> str:
    """Give the key of a value of a system."""
    return f"{system_id}_{name}"


def evidence_of(name: str) -> str:
    """Name the reasons of what is judged: as JSON, a mapping for each (`Reason.as_json`)."""
    return f"{name}_evidence"
