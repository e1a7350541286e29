"""What the cloud knows about a system: typed, tolerant of what the answers are like in the field.

Powers are in W, energies in kWh, times in unix seconds; what is not there is None. Unknown keys
are passed over, unknown words are kept as they are: both turn up over time.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final, Self

from ..errors import BadAnswerError
from . import raw

# The API answers with this number of entries per page at most.
PAGE_SIZE: Final = 100

NORMAL: Final = "normal"
"""The status of a system or device without a fault."""


class Connection(StrEnum):
    """How a gateway reaches the cloud; decides how often it reports."""

    WIRED = "wired"
    """Ethernet or Wi-Fi: every 15 minutes."""
    CELLULAR = "cellular"
    """Every 6 hours."""

    @classmethod
    def read(cls, value: object) -> Self:
        """Read the connection type, whose spelling varies; unknown ones are wired."""
        word = (raw.text(value) or "").lower()
        return cls(cls.CELLULAR if "cell" in word or "modem" in word else cls.WIRED)


@dataclass(frozen=True, slots=True)
class System:
    """A system of the account.

    Its address is not read; its name, which often is the address, stays out of reprs. Size and
    energies of this answer have been -1 since 2023 and are not read either.
    """

    system_id: int
    name: str | None = field(repr=False)
    time_zone: str | None
    """IANA name, or an old alias such as US/Pacific."""
    status: str | None
    connection: Connection
    last_report_at: float | None
    last_energy_at: float | None
    operational_at: float | None

    @classmethod
    def read(cls, value: object) -> Self:
        """Read a system; raises BadAnswerError for one without a number."""
        data = raw.fields(value)
        return cls(
            system_id=_system_id(data),
            name=raw.text(data.get("name")) or raw.text(data.get("public_name")),
            time_zone=raw.text(data.get("timezone")),
            status=raw.text(data.get("status")),
            connection=Connection.read(data.get("connection_type")),
            last_report_at=raw.instant(data.get("last_report_at")),
            last_energy_at=raw.instant(data.get("last_energy_at")),
            operational_at=raw.instant(data.get("operational_at")),
        )


@dataclass(frozen=True, slots=True)
class SystemsPage:
    """One page of the account's systems, and how many there are in all."""

    systems: tuple[System, ...]
    total: int

    @classmethod
    def read(cls, value: object) -> Self:
        """Read a page; raises BadAnswerError for one that is none."""
        data = raw.fields(value)
        if not isinstance(data.get("systems"), list):
            raise BadAnswerError("the answer holds no list of systems")
        systems = tuple(System.read(entry) for entry in raw.items(data["systems"]))
        return cls(systems, raw.count(data.get("total")) or len(systems))


@dataclass(frozen=True, slots=True)
class Summary:
    """How a system is, and what it produced."""

    system_id: int
    status: str | None
    power_w: float | None
    energy_today_kwh: float | None
    """On `day`."""
    energy_before_kwh: float | None
    """Until the end of the day before `day`."""
    day: date | None
    """In the time zone of the site."""
    last_report_at: float | None
    last_interval_end_at: float | None
    operational_at: float | None
    size_w: float | None
    panels: int | None
    source: str | None
    """Where production is measured: `meter` or `microinverters`."""
    battery_capacity_kwh: float | None

    @property
    def energy_total_kwh(self) -> float | None:
        """Everything that was ever produced. The two parts change at midnight of the site."""
        if self.energy_before_kwh is None or self.energy_today_kwh is None:
            return None
        return round(self.energy_before_kwh + self.energy_today_kwh, 3)

    @property
    def measured_at(self) -> float | None:
        """Of when the figures are."""
        return self.last_interval_end_at or self.last_report_at

    @classmethod
    def read(cls, value: object) -> Self:
        """Read a summary; raises BadAnswerError for one without a system's number."""
        data = raw.fields(value)
        return cls(
            system_id=_system_id(data),
            status=raw.text(data.get("status")),
            power_w=raw.amount(data.get("current_power")),
            energy_today_kwh=raw.kwh(data.get("energy_today")),
            energy_before_kwh=raw.kwh(data.get("energy_lifetime")),
            day=raw.day(data.get("summary_date")),
            last_report_at=raw.instant(data.get("last_report_at")),
            last_interval_end_at=raw.instant(data.get("last_interval_end_at")),
            operational_at=raw.instant(data.get("operational_at")),
            size_w=raw.amount(data.get("size_w")),
            panels=raw.count(data.get("modules")),
            source=raw.text(data.get("source")),
            battery_capacity_kwh=raw.kwh(data.get("battery_capacity_wh")) or None,
        )


@dataclass(frozen=True, slots=True)
class Device:
    """One device of a system; `kind` is the list in which it stands (`micros`, `meters`, …)."""

    kind: str
    serial: str | None
    product: str | None
    status: str | None
    active: bool
    last_report_at: float | None
    state: str | None
    """Of a meter: `enabled` or `disabled`."""
    role: str | None
    """Of a meter, in lower case: `production`, `net`, `total`, `storage`."""
    firmware: str | None

    @classmethod
    def read(cls, kind: str, data: raw.Fields) -> Self:
        """Read a device."""
        state, role = raw.text(data.get("state")), raw.text(data.get("config_type"))
        return cls(
            kind=kind,
            serial=raw.text(data.get("serial_number")),
            product=raw.text(data.get("product_name")) or raw.text(data.get("model")),
            status=raw.text(data.get("status")),
            active=raw.flag(data.get("active")) is not False,
            last_report_at=raw.instant(data.get("last_report_at")),
            state=state and state.lower(),
            role=role and role.lower(),
            firmware=raw.text(data.get("emu_sw_version")) or raw.text(data.get("firmware")),
        )


@dataclass(frozen=True, slots=True)
class Devices:
    """All active devices of a system."""

    devices: tuple[Device, ...]

    def of(self, *kinds: str) -> tuple[Device, ...]:
        """Give the devices of these kinds."""
        return tuple(device for device in self.devices if device.kind in kinds)

    def has_meter(self, *roles: str) -> bool:
        """Tell whether a meter that is not switched off measures this."""
        return any(
            meter.role in roles and meter.state != "disabled" and meter.active
            for meter in self.of("meters")
        )

    @property
    def has_battery(self) -> bool:
        """Whether there is a battery of either generation."""
        return bool(self.of("encharges", "acbs"))

    @classmethod
    def read(cls, value: object) -> Self:
        """Read all lists of devices, also those of kinds not known yet."""
        lists = raw.fields(raw.fields(value).get("devices"))
        return cls(
            tuple(
                Device.read(kind, entry)
                for kind, entries in lists.items()
                for entry in raw.items(entries)
            )
        )


@dataclass(frozen=True, slots=True)
class Panel:
    """A micro-inverter as the cloud last heard of it."""

    serial: str
    status: str | None
    power_w: float | None
    energy_kwh: float | None
    """Of its whole life."""
    reported_at: float | None
    gateway: str | None
    model: str | None


def read_panels(value: object) -> tuple[Panel, ...]:
    """Read the panels of all gateways; raises BadAnswerError. One without a serial is left out."""
    if not isinstance(value, list):
        raise BadAnswerError("the answer holds no list of gateways")
    return tuple(
        Panel(
            serial=serial,
            status=raw.text(data.get("status")),
            power_w=raw.quantity(data.get("power_produced")),
            energy_kwh=raw.kwh(raw.quantity(data.get("energy"))),
            reported_at=raw.instant(data.get("last_report_date")),
            gateway=raw.text(data.get("envoy_serial_number")),
            model=raw.text(data.get("model")),
        )
        for group in raw.items(value)
        for data in raw.items(group.get("micro_inverters"))
        if (serial := raw.text(data.get("serial_number")))
    )


@dataclass(frozen=True, slots=True)
class Event:
    """A condition of the site or of a device. The API gives it no id."""

    type_id: int
    serial: str | None
    started_at: float
    ended_at: float | None
    is_open: bool

    @property
    def identity(self) -> tuple[int, str | None, float]:
        """What tells it from all other events of its system."""
        return self.type_id, self.serial, self.started_at

    @classmethod
    def read(cls, data: raw.Fields) -> Self | None:
        """Read an event; None if it has no type or no begin."""
        type_id = raw.count(data.get("event_type_id"))
        started_at = raw.instant(data.get("event_start_time"))
        if type_id is None or started_at is None:
            return None
        ended_at = raw.instant(data.get("event_end_time"))
        status = (raw.text(data.get("status")) or "").lower()
        is_open = status == "open" or (status != "closed" and ended_at is None)
        return cls(type_id, raw.text(data.get("serial_number")), started_at, ended_at, is_open)


@dataclass(frozen=True, slots=True)
class AlarmEvent:
    """An event that an alarm is about."""

    serial: str | None
    started_at: float | None
    ended_at: float | None


@dataclass(frozen=True, slots=True)
class Alarm:
    """What the cloud made of one or more events that lasted."""

    alarm_id: str
    type_id: int | None
    severity: int | None
    """A number without a published scale."""
    started_at: float | None
    ended_at: float | None
    cleared: bool
    events: tuple[AlarmEvent, ...]

    @property
    def serials(self) -> tuple[str, ...]:
        """The devices it is about, each once."""
        return tuple(dict.fromkeys(event.serial for event in self.events if event.serial))

    @classmethod
    def read(cls, data: raw.Fields) -> Self | None:
        """Read an alarm; None if it has no id. The list of open alarms does not say `cleared`."""
        alarm_id = raw.text(data.get("id"))
        if alarm_id is None:
            return None
        ended_at = raw.instant(data.get("alarm_end_time"))
        cleared = raw.flag(data.get("cleared"))
        return cls(
            alarm_id=alarm_id,
            type_id=raw.count(data.get("event_type_id")),
            severity=raw.count(data.get("severity")),
            started_at=raw.instant(data.get("alarm_start_time")),
            ended_at=ended_at,
            cleared=ended_at is not None if cleared is None else cleared,
            events=tuple(
                AlarmEvent(
                    raw.text(event.get("serial_number")),
                    raw.instant(event.get("start_date")),
                    raw.instant(event.get("end_date")),
                )
                for event in raw.items(data.get("events"))
            ),
        )


@dataclass(frozen=True, slots=True)
class EventType:
    """What events and alarms of a type mean; English, ready to show."""

    type_id: int
    key: str | None
    name: str | None
    description: str | None
    action: str | None
    """What to do about it."""
    stateful: bool
    """Whether such events open and close; others just happen."""

    @classmethod
    def read(cls, data: raw.Fields) -> Self | None:
        """Read a type; None if it has no number."""
        type_id = raw.count(data.get("event_type_id"))
        if type_id is None:
            return None
        return cls(
            type_id=type_id,
            key=raw.text(data.get("event_type_key")),
            name=raw.text(data.get("event_name")),
            description=raw.text(data.get("event_description")),
            action=raw.text(data.get("recommended_action")),
            stateful=raw.flag(data.get("stateful")) is not False,
        )


def read_events(value: object) -> tuple[Event, ...]:
    """Read a list of events, each once; raises BadAnswerError for an answer without one."""
    found = (Event.read(data) for data in _listed(value, "events"))
    return tuple({event.identity: event for event in found if event}.values())


def read_alarms(value: object) -> tuple[Alarm, ...]:
    """Read a list of alarms, each once; raises BadAnswerError for an answer without one."""
    found = (Alarm.read(data) for data in _listed(value, "alarms"))
    return tuple({alarm.alarm_id: alarm for alarm in found if alarm}.values())


def read_event_types(value: object) -> tuple[EventType, ...]:
    """Read the catalogue of event types; raises BadAnswerError for an answer without one."""
    found = (EventType.read(data) for data in _listed(value, "event_types"))
    return tuple(kind for kind in found if kind)


def _listed(value: object, name: str) -> Iterator[raw.Fields]:
    """Give the objects of a list that has to be there: its absence must not mean "none open"."""
    listed = value.get(name) if isinstance(value, Mapping) else None
    if not isinstance(listed, list):
        raise BadAnswerError("the answer holds no list")
    return raw.items(listed)


def _system_id(data: raw.Fields) -> int:
    """Read the number of a system."""
    system_id = raw.count(data.get("system_id"))
    if system_id is None:
        raise BadAnswerError("the answer names no system")
    return system_id
