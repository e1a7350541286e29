"""Batteries, system controller, collar, combiner, generator: all that Enphase calls Ensemble.

pyenphase reads these too, all or nothing: one missing field of one battery takes away all of it.
Here each field stands for itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from . import raw
from .panels import conditions
from .readings import C6, Battery, BatteryKind, Collar, Enpower, Generator

type Row = Mapping[str, Any]

_POWER_KEYS: Final = ("devices:", "devices")
"""The first is how the firmware really spells it."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """The devices of `/ivp/ensemble/inventory`."""

    batteries: Mapping[str, Battery] = field(default_factory=dict)
    enpower: Enpower | None = None
    collar: Collar | None = None
    c6: C6 | None = None

    def __len__(self) -> int:
        """Count the devices."""
        others = (self.enpower, self.collar, self.c6)
        return len(self.batteries) + sum(device is not None for device in others)


@dataclass(frozen=True, slots=True)
class Sector:
    """What `/ivp/ensemble/secctrl` says of all batteries together."""

    soc: float | None = None
    encharge_soc: float | None = None
    stored_kwh: float | None = None
    encharge_capacity_kwh: float | None = None
    capacity_kwh: float | None = None
    reserve_soc: float | None = None


@dataclass(frozen=True, slots=True)
class UnitPower:
    """Power (+ discharging) and state of charge of one battery."""

    power_w: float
    soc: float | None


@dataclass(frozen=True, slots=True)
class Relay:
    """The switch between house and grid: wanted and actual state."""

    admin_state: str | None
    oper_state: str | None


def read_inventory(doc: object) -> Inventory:
    """Read the devices; an empty list is what a gateway without any says."""
    devices: dict[str, list[Row]] = {}
    for row in raw.rows(raw.need_list(doc)):
        kind = raw.text(row.get("type"))
        if kind is not None:
            found = devices.setdefault(kind, [])
            found += (device for device in raw.rows(row.get("devices")) if _serial(device))
    return Inventory(
        batteries={_serial(row): _encharge(row) for row in devices.get("ENCHARGE", [])},
        enpower=next(map(_enpower, devices.get("ENPOWER", [])), None),
        collar=next(map(_collar, devices.get("COLLAR", [])), None),
        c6=next(map(_c6, devices.get("C6 COMBINER CONTROLLER", [])), None),
    )


def read_sector(doc: object) -> Sector:
    """Read the sums. Only zeros are what a gateway says before it has heard its batteries."""
    doc = raw.need_table(doc)
    soc = raw.need_number(doc.get("agg_soc"))
    names = ("ENC_agg_soc", "Enc_max_available_capacity", "Max_energy")
    if not soc and not any(raw.number(doc.get(name)) for name in names):
        return Sector()
    stored = (raw.kwh(doc.get("ENC_agg_avail_energy")), raw.kwh(doc.get("ACB_agg_energy")))
    known = [part for part in stored if part is not None]
    return Sector(
        soc=soc,
        encharge_soc=raw.number(doc.get("ENC_agg_soc")),
        stored_kwh=sum(known) if known else None,
        encharge_capacity_kwh=raw.kwh(raw.present(doc.get("Enc_max_available_capacity"))),
        capacity_kwh=raw.kwh(raw.present(doc.get("Max_energy"))),
        reserve_soc=raw.number(doc.get("configured_backup_soc")),
    )


def read_power(doc: object) -> dict[str, UnitPower]:
    """Read the power of each battery."""
    doc = raw.need_table(doc)
    rows = next((doc[key] for key in _POWER_KEYS if key in doc), None)
    return {
        _serial(row): UnitPower(
            power_w=raw.need_number(row.get("real_power_mw")) / 1000,
            soc=raw.number(row.get("soc")),
        )
        for row in raw.rows(raw.need_list(rows))
        if _serial(row)
    }


def read_relay(doc: object) -> Relay:
    """Read the main relay."""
    doc = raw.need_table(doc)
    return Relay(
        admin_state=raw.text(doc.get("mains_admin_state")),
        oper_state=raw.text(doc.get("mains_oper_state")),
    )


def read_generator(doc: object) -> Generator | None:
    """Read the generator; an empty object or `present: 0` is none."""
    doc = raw.need_table(doc)
    if not doc.get("present", True) or raw.text(doc.get("oper_state")) is None:
        return None
    return Generator(
        admin_state=raw.text(doc.get("admin_state")),
        oper_state=raw.text(doc.get("oper_state")),
        start_soc=raw.number(doc.get("start_soc")),
        stop_soc=raw.number(doc.get("stop_soc")),
    )


def read_generator_mode(doc: object) -> str | None:
    """Read the mode of the generator: off, on, auto."""
    return raw.text(raw.need_table(doc).get("gen_cmd"))


def read_acbs(rows: Iterable[Row]) -> dict[str, Battery]:
    """Read the AC batteries of `/inventory.json`."""
    return {
        serial: Battery(
            serial=serial,
            kind=BatteryKind.ACB,
            soc=raw.number(row.get("percentFull")),
            temperature_c=raw.number(row.get("maxCellTemp")),
            reported_at=raw.moment(row.get("last_rpt_date")),
            communicating=raw.flag(row.get("communicating")),
            part_number=raw.text(row.get("part_num")),
            firmware=raw.text(row.get("img_pnum_running")),
            conditions=conditions(row),
        )
        for row in rows
        if (serial := _serial(row))
    }


def with_relay(enpower: Enpower | None, relay: Relay | None) -> Enpower | None:
    """Give the system controller the state of its relay, which is asked for more often."""
    if enpower is None or relay is None:
        return enpower
    return replace(
        enpower,
        mains_admin_state=relay.admin_state or enpower.mains_admin_state,
        mains_oper_state=relay.oper_state or enpower.mains_oper_state,
    )


def _serial(row: Row) -> str:
    """Take a device's serial number; none is empty."""
    return raw.serial(row.get("serial_num")) or ""


def _encharge(row: Row) -> Battery:
    """Read one IQ Battery. After a restart its temperatures read "unknown"."""
    return Battery(
        serial=_serial(row),
        kind=BatteryKind.ENCHARGE,
        soc=raw.number(row.get("percentFull")),
        temperature_c=raw.number(row.get("temperature")),
        reported_at=raw.moment(row.get("last_rpt_date")),
        communicating=raw.flag(row.get("communicating")),
        capacity_wh=raw.number(row.get("encharge_capacity")),
        part_number=raw.text(row.get("part_num")),
        firmware=raw.text(row.get("img_pnum_running")),
        conditions=conditions(row),
    )


def _enpower(row: Row) -> Enpower:
    """Read the system controller, the only device that tells its temperature in °F."""
    fahrenheit = raw.number(row.get("temperature"))
    return Enpower(
        serial=_serial(row),
        grid_mode=raw.text(row.get("Enpwr_grid_mode")),
        mains_admin_state=raw.text(row.get("mains_admin_state")),
        mains_oper_state=raw.text(row.get("mains_oper_state")),
        communicating=raw.flag(row.get("communicating")),
        temperature_c=None if fahrenheit is None else round((fahrenheit - 32) / 1.8, 1),
        reported_at=raw.moment(row.get("last_rpt_date")),
        firmware=raw.text(row.get("img_pnum_running")),
    )


def _collar(row: Row) -> Collar:
    return Collar(
        serial=_serial(row),
        grid_state=raw.text(row.get("grid_state")),
        mid_state=raw.text(row.get("mid_state")),
        admin_state=raw.text(row.get("admin_state_str")),
        collar_state=raw.text(row.get("collar_state")),
        communicating=raw.flag(row.get("communicating")),
        temperature_c=raw.number(row.get("temperature")),
        reported_at=raw.moment(row.get("last_rpt_date")),
        firmware=raw.text(row.get("img_pnum_running")),
    )


def _c6(row: Row) -> C6:
    return C6(
        serial=_serial(row),
        admin_state=raw.text(row.get("admin_state_str")),
        communicating=raw.flag(row.get("communicating")),
        reported_at=raw.moment(row.get("last_rpt_date")),
        firmware=raw.text(row.get("fw_version")),
    )
