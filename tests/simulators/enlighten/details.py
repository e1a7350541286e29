"""System details: the system itself, its summary, its devices, its panels."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tests.simulators.enlighten.asked import Asked, Quirk, page_of
from tests.simulators.enlighten.panels import Panel
from tests.simulators.enlighten.refusals import unprocessable
from tests.simulators.enlighten.system import EnlightenSystem
from tests.simulators.enlighten.troubles import Kind

type Json = dict[str, Any]

SLOT_S = 300
MICRO_PARTS = {
    "sku": "IQ7PLUS-72-2-INT",
    "part_number": "800-01135-r02",
    "model": "IQ7PLUS-72-2-INT",
}


def system_json(system: EnlightenSystem) -> Json:
    """Return a system as the list has it; three of its fields are dead since July 2023."""
    return {
        "system_id": system.system_id,
        "name": system.name,
        "public_name": "Residential System",
        "timezone": system.time_zone_name or system.place.time_zone,
        "address": {
            "city": "Springfield",
            "state": "CA",
            "country": "US",
            "postal_code": "94954",
        },
        "connection_type": system.connection.value,
        "energy_lifetime": -1,
        "energy_today": -1,
        "system_size": -1,
        "status": system.status,
        "last_report_at": system.last_report_at,
        "last_energy_at": system.last_interval_end,
        "operational_at": system.operational_at,
        "attachment_type": "zero-tilt",
        "interconnect_date": system.operational_date.isoformat(),
        "reference": "106015287",
        "other_references": ["106015287"],
    }


def systems(found: Sequence[EnlightenSystem], query: Mapping[str, str]) -> Json:
    """Return a page of systems."""
    page, size = page_of(query)
    order = query.get("sort_by") or "id"
    if order not in {"id", "-id"}:
        raise unprocessable("sort_by is invalid")
    ordered = sorted(found, key=lambda each: each.system_id, reverse=order == "-id")
    shown = ordered[(page - 1) * size : page * size]
    return {
        "total": len(found),
        "current_page": page,
        "size": size,
        "count": len(shown),
        "items": "systems",
        "systems": [system_json(each) for each in shown],
    }


def system(asked: Asked) -> Json:
    """Return one system."""
    return system_json(asked.system)


def summary(asked: Asked) -> Json:
    """Return the summary of today or of a past day."""
    system, today = asked.system, asked.system.today
    day = asked.day("summary_date", today)
    if day < system.operational_date:
        raise unprocessable("Requested date range is invalid for this system")
    (known,) = system.days(day, day)
    battery_w = 3840 * system.batteries or None
    nulls = asked.has(Quirk.NULL_TIMES)
    return {
        "system_id": system.system_id,
        "current_power": system.current_power_w if day == today else 0,
        "energy_lifetime": system.lifetime(system.midnight(day)),
        "energy_today": system.production_of(day, known),
        "last_interval_end_at": None if nulls else system.last_interval_end,
        "last_report_at": system.last_report_at,
        "modules": system.panel_count,
        "operational_at": None if nulls else system.operational_at,
        "size_w": system.size_w,
        "nmi": None,
        "source": "meter" if system.production_meter else "microinverters",
        "status": system.status,
        "summary_date": day.isoformat(),
        "battery_charge_w": battery_w,
        "battery_discharge_w": battery_w,
        "battery_capacity_wh": 5000 * system.batteries or None,
    }


def devices(asked: Asked) -> Json:
    """Return all devices in service."""
    system = asked.system
    groups: dict[str, list[Json]] = {
        "micros": [_micro(asked, panel) for panel in system.panels],
        "meters": [_meter(asked, serial) for serial in system.meter_serials],
        "gateways": [_gateway(asked)],
    }
    if system.batteries:
        groups["encharges"] = [_battery(asked, serial) for serial in system.battery_serials]
    if asked.has(Quirk.UNKNOWN_DEVICES):
        groups["wind_turbines"] = [_device(asked, 1, "999000111", "Wind Turbine 1", "normal")]
    return {
        "system_id": system.system_id,
        "total_devices": sum(len(group) for group in groups.values()),
        "items": "devices",
        "devices": groups,
    }


def _device(asked: Asked, number: int, serial: str, name: str, status: str) -> Json:
    """Return what all devices have."""
    device_id = asked.system.system_id % 100_000 * 1000 + number
    text = asked.has(Quirk.TEXT_IDS)
    return {
        "id": str(device_id) if text else device_id,
        "last_report_at": asked.system.last_report_at,
        "name": name,
        "serial_number": serial,
        "part_number": None,
        "sku": None,
        "model": None,
        "status": status,
        "active": "true" if text else True,
        "product_name": None,
    }


def _status(asked: Asked, serial: str, *kinds: Kind) -> str:
    """Return the status of a device: that of its first open event."""
    for event in asked.system.life.events(asked.now):
        for kind in kinds:
            if event.open and event.serial == serial and event.type is kind.rule.type:
                return kind.rule.status
    return "normal"


def _micro(asked: Asked, panel: Panel) -> Json:
    """Return a panel."""
    status = _status(asked, panel.serial, Kind.PANEL_SILENT, Kind.PANEL_DEAD, Kind.VOLTAGE_HIGH)
    device = _device(asked, panel.number, panel.serial, f"Microinverter {panel.number + 1}", status)
    reported = panel_reported_at(asked, panel)
    return device | MICRO_PARTS | {"product_name": "IQ7+", "last_report_at": reported}


def _meter(asked: Asked, serial: str) -> Json:
    """Return a meter."""
    system = asked.system
    number = int(serial.rpartition("EIM")[2])
    is_production = number == 1
    status = _status(asked, serial, Kind.METER_SILENT)
    device = _device(
        asked, 600 + number, serial, "production" if is_production else "consumption", status
    )
    consumption = "Net" if system.net_meter else "Total"
    return device | {
        "part_number": "800-00655-r09",
        "model": "Envoy S",
        "product_name": "RGM",
        "state": "enabled",
        "config_type": "Production" if is_production else consumption,
        "config_phase": "split",
    }


def _gateway(asked: Asked) -> Json:
    """Return the gateway."""
    system = asked.system
    serial = system.gateway_serial
    status = _status(asked, serial, Kind.GATEWAY_SILENT)
    device = _device(asked, 500, serial, f"IQ Gateway {serial}", status)
    device |= {
        "part_number": "800-00654-r08",
        "sku": "ENV-IQ-AM1-240",
        "model": "IQ Gateway",
        "product_name": "IQ Gateway",
        "emu_sw_version": "D8.3.5169",
    }
    if system.connection.value == "cellular":
        device["cellular_modem"] = {
            "imei": "353500000000001",
            "part_num": "866-00009-r01",
            "sku": "CELLMODEM-M1",
            "plan_start_date": system.operational_at,
            "plan_end_date": system.operational_at + 5 * 31_536_000,
        }
    return device


def _battery(asked: Asked, serial: str) -> Json:
    """Return a battery."""
    number = asked.system.battery_serials.index(serial)
    status = _status(asked, serial, Kind.BATTERY_FAULT, Kind.BATTERY_SLEEPING)
    device = _device(asked, 700 + number, serial, f"IQ Battery {number + 1}", status)
    return device | {
        "part_number": "836-01829-r16",
        "sku": "IQBATTERY-5P-1P-INT",
        "product_name": "IQ Battery 5P",
    }


def panel_reported_at(asked: Asked, panel: Panel) -> int:
    """Return when a panel was last heard; a silent one stays where it was."""
    return int(_heard(asked, panel)) // SLOT_S * SLOT_S


def _heard(asked: Asked, panel: Panel) -> float:
    """Return up to when the cloud knows of a panel."""
    last = float(asked.system.last_report_at)
    for spell in asked.system.life.of(Kind.PANEL_SILENT):
        if spell.trouble.serial == panel.serial and spell.lasts(last):
            return spell.since
    return last


def inverters_summary(asked: Asked) -> list[Json]:
    """Return the panels of the gateway: a list with one group."""
    page, size = page_of(asked.query)
    shown = asked.system.panels[(page - 1) * size : page * size]
    return [{"signal_strength": 4, "micro_inverters": [_inverter(asked, each) for each in shown]}]


def _inverter(asked: Asked, panel: Panel) -> Json:
    """Return one panel with its lifetime energy."""
    system, heard = asked.system, panel_reported_at(asked, panel)
    meters = system.meters
    energy = meters.panel_at(panel, heard)
    power = (energy - meters.panel_at(panel, heard - SLOT_S)) * 3600 / SLOT_S
    iso = datetime.fromtimestamp(heard, UTC).isoformat().replace("+00:00", "Z")
    status = _status(asked, panel.serial, Kind.PANEL_SILENT, Kind.PANEL_DEAD, Kind.VOLTAGE_HIGH)
    device_id = system.system_id % 100_000 * 1000 + panel.number
    return {
        "id": str(device_id) if asked.has(Quirk.TEXT_IDS) else device_id,
        "serial_number": panel.serial,
        **MICRO_PARTS,
        "power_produced": _quantity(asked, int(power), "W"),
        "proc_load": "520-00082-r01-v04.30.32",
        "param_table": "540-00132-r01-v04.22.09",
        "envoy_serial_number": system.gateway_serial,
        "energy": _quantity(asked, int(energy), "Wh"),
        "grid_profile": "806d2de3-04d9-45bd-967d-4421efd36e5c",
        "last_report_date": iso if asked.has(Quirk.ISO_TIMES) else heard,
        "status": status,
    }


def _quantity(asked: Asked, value: int, unit: str) -> int | Json:
    """Return a number with its unit, or bare."""
    if asked.has(Quirk.BARE_QUANTITIES):
        return value
    return {"value": value, "units": unit, "precision": 0}


def meta(system: EnlightenSystem) -> Json:
    """Return what stands at the end of each series."""
    return {
        "status": system.status,
        "last_report_at": system.last_report_at,
        "last_energy_at": system.last_interval_end,
        "operational_at": system.operational_at,
    }
