"""The panels: what three endpoints say of them, put together.

`/ivp/pdm/device_data` (firmware 8.2.43xx and later) has everything, of at most 50 devices: the rest
is silently cut off. `/api/v1/production/inverters` has the power of all. `/inventory.json` has what
the gateway thinks of each one's health.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from . import raw
from .readings import Panel

_ACB: Final = 11
"""Device type of an AC battery in the list of inverters."""
_DECOMMISSIONED: Final = 0
_RETIRED_AFTER_S: Final = 366 * 86_400
"""A panel that has not reported for a year is not part of the system any more."""
_FINE: Final = frozenset({"envoy.global.ok", "prop.done"})
"""What `device_status` holds when there is nothing to say."""

type Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DeviceData:
    """What device_data says. `whole`: the list was not cut off."""

    panels: Mapping[str, Panel] = field(default_factory=dict)
    whole: bool = True

    @property
    def complete(self) -> bool:
        """Whether every panel in use is there with its last report; dark ones may lack it."""
        return self.whole and all(
            panel.reported_at is not None or panel.retired for panel in self.panels.values()
        )


@dataclass(frozen=True, slots=True)
class Report:
    """The short report of a device in the list of inverters."""

    reported_at: float | None
    power_w: float | None
    power_max_w: float | None


_NOTHING_TOLD: Final = Report(None, None, None)


@dataclass(frozen=True, slots=True)
class Inverters:
    """The list of inverters, panels and AC batteries apart."""

    panels: Mapping[str, Report] = field(default_factory=dict)
    acbs: Mapping[str, Report] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What the inventory says of one panel."""

    producing: bool | None
    communicating: bool | None
    conditions: tuple[str, ...]
    retired: bool
    part_number: str | None


def read_device_data(doc: object) -> DeviceData:
    """Read device_data; raises BadAnswerError when it is no object."""
    doc = raw.need_table(doc)
    panels = {}
    for row in doc.values():
        if not isinstance(row, dict) or row.get("devName") != "pcu":
            continue
        if serial := raw.serial(row.get("sn")):
            panels[serial] = _detailed(serial, row)
    count = raw.number(doc.get("deviceCount"))
    limit = raw.number(doc.get("deviceDataLimit"))
    whole = count is not None and (limit is None or count < limit)
    return DeviceData(panels, whole)


def kept(details: DeviceData, before: DeviceData) -> DeviceData:
    """Give panels that are listed without a report their last one: dark ones, on some firmware."""
    return replace(
        details,
        panels={
            serial: replace(before.panels[serial], retired=panel.retired)
            if panel.reported_at is None and serial in before.panels
            else panel
            for serial, panel in details.panels.items()
        },
    )


def read_inverters(doc: object) -> Inverters:
    """Read the list of inverters; raises BadAnswerError when it is no list.

    A device of which nothing is told is left out: nor is it known then what it is.
    """
    panels: dict[str, Report] = {}
    acbs: dict[str, Report] = {}
    for row in raw.rows(raw.need_list(doc)):
        serial = raw.serial(row.get("serialNumber"))
        report = Report(
            reported_at=raw.moment(row.get("lastReportDate")),
            power_w=raw.number(row.get("lastReportWatts")),
            power_max_w=raw.number(row.get("maxReportWatts")),
        )
        if serial and report != _NOTHING_TOLD:
            reports = acbs if row.get("devType") == _ACB else panels
            reports[serial] = report
    return Inverters(panels, acbs)


def read_health(rows: Iterable[Row]) -> dict[str, Health]:
    """Read the panels of the inventory."""
    return {
        serial: Health(
            producing=raw.flag(row.get("producing")),
            communicating=raw.flag(row.get("communicating")),
            conditions=conditions(row),
            retired=decommissioned(row),
            part_number=raw.text(row.get("part_num")),
        )
        for row in rows
        if (serial := raw.serial(row.get("serial_num")))
    }


def conditions(row: Row) -> tuple[str, ...]:
    """Name what the gateway has against a device; nothing when all is well."""
    return tuple(word for word in raw.words(row.get("device_status")) if word not in _FINE)


def decommissioned(row: Row) -> bool:
    """Whether a device has been taken out: the inventory is asked for those as well."""
    return row.get("admin_state") == _DECOMMISSIONED


def merge(
    details: DeviceData,
    inverters: Inverters,
    health: Mapping[str, Health],
    *,
    now: float,
    details_stale: bool,
) -> dict[str, Panel]:
    """Put together what is known of each panel, `now` in Unix seconds.

    Details win. While they are silent, newer short reports go on with power alone: `details_at`
    tells that what else is known is older.
    """
    panels = dict(details.panels)
    for serial, report in inverters.panels.items():
        known = panels.get(serial)
        silent = details_stale or known is None or known.reported_at is None
        if silent and _is_newer(report, known):
            panels[serial] = replace(
                known or Panel(serial=serial),
                reported_at=report.reported_at,
                power_w=report.power_w,
                power_max_w=report.power_max_w,
            )
    for serial, said in health.items():
        known = panels.get(serial, Panel(serial=serial))
        panels[serial] = replace(
            known,
            producing=said.producing,
            communicating=said.communicating,
            conditions=said.conditions,
            part_number=said.part_number,
            retired=known.retired or said.retired,
        )
    return {serial: _retire(panel, now) for serial, panel in panels.items()}


def _is_newer(report: Report, panel: Panel | None) -> bool:
    """Whether a short report is newer than what is known."""
    known_at = panel.reported_at if panel else None
    return known_at is None or (report.reported_at or 0.0) > known_at


def _retire(panel: Panel, now: float) -> Panel:
    """Mark a panel that has been silent for too long to be still there."""
    silent = panel.reported_at is not None and now - panel.reported_at > _RETIRED_AFTER_S
    return replace(panel, retired=True) if silent and not panel.retired else panel


def _detailed(serial: str, row: Row) -> Panel:
    """Read one panel of device_data. A retired one has no channels."""
    channels = list(raw.rows(row.get("channels")))
    first = channels[0] if channels else {}
    last = raw.table(first.get("lastReading"))
    reported_at = raw.moment(last.get("endDate"))
    return Panel(
        serial=serial,
        reported_at=reported_at,
        details_at=reported_at,
        power_w=_total(channels, lambda channel: _in(channel, "watts", "now")),
        power_max_w=_total(channels, lambda channel: _in(channel, "watts", "max")),
        energy_kwh=raw.joules_as_kwh(
            _total(channels, lambda channel: _in(channel, "lifetime", "joulesProduced"))
        ),
        energy_today_kwh=raw.kwh(
            _total(channels, lambda channel: _in(channel, "wattHours", "today"))
        ),
        dc_voltage_v=raw.milli(last.get("dcVoltageINmV")),
        dc_current_a=raw.milli(last.get("dcCurrentINmA")),
        ac_voltage_v=raw.milli(last.get("acVoltageINmV")),
        # IQ7 panels do not measure it and say 0.
        ac_current_a=raw.milli(raw.present(last.get("acCurrentInmA"))),
        frequency_hz=raw.milli(last.get("acFrequencyINmHz")),
        temperature_c=raw.number(last.get("channelTemp")),
        error_s=raw.number(last.get("pwrConvErrSecs")),
        interval_wh=raw.joules_as_wh(
            _total(channels, lambda channel: _in(channel, "lastReading", "joulesProduced"))
        ),
        interval_s=raw.present(last.get("duration")),
        # The number beside it is a signed 64 bit one that JSON readers round.
        flags=raw.text(last.get("flags_hex")),
        retired=row.get("active") is False,
        details=True,
    )


def _in(channel: Row, place: str, name: str) -> float | None:
    """Take a number out of an object of a channel."""
    return raw.number(raw.table(channel.get(place)).get(name))


def _total(channels: list[Row], part: Callable[[Row], float | None]) -> float | None:
    """Add up a device's channels; None when one of them has no such value."""
    parts = [part(channel) for channel in channels]
    known = [value for value in parts if value is not None]
    return sum(known) if parts and len(known) == len(parts) else None
