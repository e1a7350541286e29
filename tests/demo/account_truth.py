"""What Home Assistant must show of the Enphase account, by the simulated cloud.

Between two calls nobody knows anything new: what is true is what was true when the cloud answered.
"""

from datetime import UTC, datetime

from tests.demo.account import COMPANION, Account
from tests.demo.truth import Between, Known, Truth
from tests.simulators.enlighten import Endpoint, Kind, Period, SystemTruth

PROBLEMS = {
    "microinverter_problem": {Kind.PANEL_SILENT, Kind.PANEL_DEAD},
    "production_problem": {Kind.PRODUCTION_LOW, Kind.PANEL_DEAD},
    "meter_problem": {Kind.METER_SILENT},
}
KEPT_BACK = 31
"""Of a month's calls: one for a new token each day."""
STEP_MIN, LATE_MIN = 5, 1
"""An age is told in such steps, and once a minute."""


def true_values_of(account: Account) -> Truth:
    """Collect all values that are known, by the keys of our entities."""
    told = account.told
    summary, alarms = told.get(Endpoint.SUMMARY), told.get(Endpoint.OPEN_ALARMS)
    if summary is None or alarms is None:
        return {}
    house = account.house
    values: dict[str, Known] = {
        "system_status": summary.status,
        "last_report": datetime.fromtimestamp(summary.last_report_at, UTC),
        "panels": house.panel_count,
        "size": house.size_w / 1000,
        "open_alarms": len(alarms.open_alarms),
        "alarm": bool(alarms.open_alarms),
        "gateway_connectivity": not house.reporting.silent(house.now),
        "data_age": _age(house.now - summary.last_interval_end_at),
        "calls_left": calls_left(account),
        **{key: _there_is(kinds, summary) for key, kinds in PROBLEMS.items()},
    }
    if house.batteries:
        values["battery_problem"] = _there_is({Kind.BATTERY_FAULT}, summary)
    return values if account.profile == COMPANION else values | _energy(summary)


def _age(seconds: float) -> Between:
    """Give what may be shown as the age of figures, minutes."""
    return Between(seconds / 60 - STEP_MIN - LATE_MIN, seconds / 60)


def calls_left(account: Account) -> int:
    """Give how many calls the month has left for a user."""
    whole = account.cloud.application.plan.value.per_month
    return whole - KEPT_BACK - account.cloud.used(period=Period.MONTH)


def _there_is(kinds: set[Kind], summary: SystemTruth) -> bool:
    """Tell whether an event of such a kind was open."""
    types = {kind.rule.type for kind in kinds}
    return any(event.type in types for event in summary.open_events)


def _energy(summary: SystemTruth) -> dict[str, Known]:
    """Name what is only counted here where nothing else counts it."""
    return {
        "power": summary.current_power_w,
        "energy_today": summary.energy_today_wh / 1000,
        "energy_total": summary.energy_lifetime_wh / 1000,
    }
