"""Live power, single devices and settings: what most of the paid plans are for."""

from collections.abc import Mapping
import json
from typing import Any

from tests.simulators.enlighten.asked import Asked, page_of
from tests.simulators.enlighten.panels import Panel
from tests.simulators.enlighten.past import SLOT_S
from tests.simulators.enlighten.refusals import not_found, unprocessable
from tests.simulators.enlighten.registers import Registers
from tests.simulators.enlighten.series import NO_BATTERY
from tests.simulators.enlighten.system import METER_S, EnlightenSystem
from tests.simulators.enlighten.telemetry import Range, battery, intervals_of, range_of

type Json = dict[str, Any]

STALE_S = 7 * 86_400
"""Older values are null."""
MOST_PANELS = 20


def latest_telemetry(asked: Asked) -> Json:
    """Return the last power of each meter and battery; a battery's sign is not documented."""
    system = asked.system
    at = system.last_report_at // METER_S * METER_S
    fresh = asked.now - at <= STALE_S
    known = system.meters.at(at).less(system.meters.at(at - METER_S))
    storage = known.discharge - known.charge
    used = known.consumption - storage if system.net_meter else known.consumption
    meters = []
    if system.production_meter:
        meters.append(_channel(1, "production", at, known.production, fresh=fresh))
    if system.consumption_meter:
        meters.append(_channel(2, "consumption", at, used, fresh=fresh))
    devices: Json = {"meters": meters}
    if system.batteries:
        mode = "Idle" if not storage else "Discharging" if storage > 0 else "Charging"
        share = storage // system.batteries
        devices["encharges"] = [
            _channel(700 + number, f"IQ Battery {number + 1}", at, share, fresh=fresh)
            | {"operational_mode": mode if fresh else None}
            for number in range(system.batteries)
        ]
    return {
        "system_id": system.system_id,
        "items": "devices",
        "devices": devices | {"heat-pump": [], "evse": []},
    }


def _channel(device_id: int, name: str, at: int, energy: int, *, fresh: bool) -> Json:
    """Return the mean power of an interval."""
    return {
        "id": device_id,
        "name": name,
        "channel": 1,
        "last_report_at": at if fresh else None,
        "power": energy * 3600 // METER_S if fresh else None,
    }


def micro_telemetry(asked: Asked) -> Json:
    """Return what one panel gave."""
    window = range_of(asked)
    panel = next((each for each in asked.system.panels if each.serial == asked.serial), None)
    if panel is None:
        raise not_found("Micro", asked.serial)
    return _panel_head(asked, window) | {
        "serial_number": panel.serial,
        "total_devices": 1,
        "items": "intervals",
        "intervals": _panel_rows(asked, window, panel),
    }


def micros_telemetry(asked: Asked) -> Json:
    """Return what a page of panels gave."""
    window = range_of(asked)
    page, size = page_of(asked.query, most=MOST_PANELS)
    shown = asked.system.panels[(page - 1) * size : page * size]
    return _panel_head(asked, window) | {
        "total_devices": asked.system.panel_count,
        "current_page": page,
        "size": size,
        "count": len(shown),
        "items": "devices",
        "devices": [
            {"serial_number": each.serial, "intervals": _panel_rows(asked, window, each)}
            for each in shown
        ],
    }


def _panel_head(asked: Asked, window: Range) -> Json:
    """Return what stands before the intervals of panels."""
    return {
        "system_id": asked.system.system_id,
        "granularity": window.granularity,
        "start_at": window.start,
        "end_at": window.end,
    }


def _panel_rows(asked: Asked, window: Range, panel: Panel) -> list[Json]:
    """Return the five-minute intervals of a panel."""
    meters = asked.system.meters
    rows = []
    for interval in intervals_of(asked, window, SLOT_S):
        begin = interval.end - SLOT_S
        made = int(meters.panel_at(panel, interval.end)) - int(meters.panel_at(panel, begin))
        made *= interval.heard
        rows.append({"end_at": interval.end, "powr": made * 3600 // SLOT_S, "enwh": made})
    return rows


def encharge_telemetry(asked: Asked) -> Json:
    """Return what one battery took and gave: an even part of them all."""
    system = asked.system
    if not system.batteries:
        raise unprocessable(NO_BATTERY)
    if asked.serial not in system.battery_serials:
        raise not_found("Encharge", asked.serial)
    whole = battery(asked)
    count = system.batteries
    rows = [
        {
            "end_at": row["end_at"],
            "charge": {"enwh": row["charge"]["enwh"] // count},
            "discharge": {"enwh": row["discharge"]["enwh"] // count},
            "soc": {"percent": row["soc"]["percent"]},
        }
        for row in whole["intervals"]
    ]
    head = {key: whole[key] for key in ("system_id", "granularity", "items")}
    window = {key: whole[key] for key in ("start_at", "end_at") if key in whole}
    return (
        head
        | window
        | {
            "serial_number": asked.serial,
            "total_devices": 1,
            "last_reported_time": system.last_report_at,
            "last_reported_soc": whole["last_reported_aggregate_soc"],
            "intervals": rows,
        }
    )


def battery_settings(asked: Asked) -> Json:
    """Return the settings of the battery."""
    if not asked.system.batteries:
        raise unprocessable(NO_BATTERY)
    return {
        "system_id": asked.system.system_id,
        "battery_mode": "Self-Consumption",
        "reserve_soc": 20,
        "energy_independence": "disabled",
        "charge_from_grid": "disabled",
        "battery_shutdown_level": 5,
    }


def storm_guard(asked: Asked) -> Json:
    """Return the storm guard; its alert is a text."""
    return {
        "system_id": asked.system.system_id,
        "storm_guard_status": "disabled",
        "storm_alert": "false",
    }


def grid_status(asked: Asked) -> Json:
    """Return whether there is a grid."""
    system = asked.system
    lost = system.status == "off_grid"
    return {
        "system_id": system.system_id,
        "grid_state": "Off Grid" if lost else "On Grid",
        "last_report_date": system.last_report_at,
    }


def load_control(asked: Asked) -> Json:
    """Return the loads that can be switched."""
    load = {
        "name": "NC1",
        "load_name": "Pool pump",
        "mode": "Basic",
        "soc_low": 30,
        "soc_high": 60,
        "status": "enabled",
        "essential_start_time": 32_400,
        "essential_end_time": 57_600,
    }
    return {"system_id": asked.system.system_id, "load_control_data": [load]}


def live_duration(headers: Mapping[str, str]) -> int:
    """Return how long a client wants live data, s."""
    text = headers.get("duration", "30")
    if not text.isdecimal() or not 30 <= int(text) <= 300:
        raise unprocessable("duration must be between 30 and 300")
    return int(text)


def live_frame(system: EnlightenSystem) -> bytes:
    """Return one frame of live data: W (grid + importing, battery + discharging) and %."""
    now = system.now
    slot = now // SLOT_S * SLOT_S
    made: Registers = system.meters.at(slot).less(system.meters.at(slot - SLOT_S))
    per_hour = 3600 // SLOT_S
    data = {
        "system_id": system.system_id,
        "envoy_serial_number": [system.gateway_serial],
        "pv_power": made.production * per_hour,
        "consumption_power": made.consumption * per_hour,
        "grid_power": (made.grid_import - made.grid_export) * per_hour,
        "battery_power": (made.discharge - made.charge) * per_hour,
        "battery_soc": system.meters.house.socs([slot])[0] if system.batteries else None,
        "generator_power": None,
        "battery_mode": "Self - Consumption",
        "grid_status": "Off Grid" if system.status == "off_grid" else "On Grid",
    }
    frame = {
        "type": "response",
        "timestamp_epoch": int(now * 1000),
        "timestamp_utc": system.clock.now().isoformat(),
        "data": data,
    }
    return f"data: {json.dumps(frame)}\n\n".encode()
