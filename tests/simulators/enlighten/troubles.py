"""What goes wrong at a house, and the events and alarms that the cloud makes of it.

An event opens when a condition has lasted for a while and the gateway has told the cloud; one that
stays open becomes an alarm by a rule of its type. An alarm covers the events of its type that
were open while it stood.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from math import inf
from typing import NamedTuple

from tests.simulators.enlighten import catalogue
from tests.simulators.enlighten.catalogue import EventType
from tests.simulators.enlighten.reporting import Reporting


class Rule(NamedTuple):
    """What the cloud makes of a condition."""

    type: EventType
    status: str
    """Of the system."""
    opens_after_s: float
    alarm_after_s: float
    """From the opening of the event to the alarm; inf: never."""
    severity: int


class Kind(Enum):
    """A condition of a house, the gravest first: a system has one status only."""

    GATEWAY_SILENT = Rule(catalogue.GATEWAY_SILENT, "comm", 2700, 3600, 4)
    PANEL_SILENT = Rule(catalogue.PANEL_SILENT, "micro", 3600, 86_400, 2)
    PANEL_DEAD = Rule(catalogue.PANEL_DEAD, "power", 1800, 21_600, 2)
    PRODUCTION_LOW = Rule(catalogue.PRODUCTION_LOW, "power", 7200, 86_400, 2)
    METER_SILENT = Rule(catalogue.METER_SILENT, "meter", 1800, 7200, 2)
    BATTERY_FAULT = Rule(catalogue.BATTERY_FAULT, "encharge_issue", 0, 900, 4)
    GRID_LOST = Rule(catalogue.GRID_LOST, "off_grid", 0, inf, 1)
    VOLTAGE_HIGH = Rule(catalogue.VOLTAGE_HIGH, "normal", 0, inf, 1)
    BATTERY_SLEEPING = Rule(catalogue.BATTERY_SLEEPING, "normal", 0, inf, 1)
    FIRMWARE_CHANGED = Rule(catalogue.FIRMWARE_CHANGED, "normal", 0, inf, 1)

    @property
    def rule(self) -> Rule:
        """Return what the cloud makes of it."""
        return self.value


class Trouble(NamedTuple):
    """A condition of one device."""

    kind: Kind
    serial: str


@dataclass
class Spell:
    """A trouble from `since` to `until` (Unix s; None: it lasts)."""

    trouble: Trouble
    since: float
    until: float | None = None

    def lasts(self, now: float) -> bool:
        """Return whether it is there at a time."""
        return self.since <= now and (self.until is None or now < self.until)


@dataclass(frozen=True, slots=True)
class Event:
    """An event as the cloud knows it at a moment; Unix s."""

    type: EventType
    serial: str
    start: int
    end: int | None
    opened_at: float
    """When the cloud made it."""
    closed_at: float | None

    @property
    def open(self) -> bool:
        """Whether it is open."""
        return self.type.stateful and self.end is None


@dataclass(slots=True)
class Alarm:
    """An alarm as the cloud knows it at a moment; Unix s."""

    type: EventType
    severity: int
    start: int
    number: int
    end: int | None = None
    events: list[Event] = field(default_factory=list)

    @property
    def open(self) -> bool:
        """Whether it stands."""
        return self.end is None


@dataclass
class Life:
    """The troubles of one system, past and present."""

    reporting: Reporting
    spells: list[Spell] = field(default_factory=list)
    hurry: float = 1.0
    """Factor on all times until an event opens or an alarm is raised; 0: at once."""

    def begin(self, trouble: Trouble, at: float) -> None:
        """Let a trouble begin, unless it is there already."""
        if not self.has(trouble, at):
            self.spells.append(Spell(trouble, at))

    def end(self, trouble: Trouble, at: float) -> None:
        """Let a trouble end."""
        for spell in self.spells:
            if spell.trouble == trouble and spell.until is None:
                spell.until = at

    def has(self, trouble: Trouble, at: float) -> bool:
        """Return whether a trouble is there at a time."""
        return any(spell.trouble == trouble and spell.lasts(at) for spell in self.spells)

    def of(self, *kinds: Kind) -> list[Spell]:
        """Return the spells of some kinds."""
        return [spell for spell in self.spells if spell.trouble.kind in kinds]

    def events(self, now: float) -> list[Event]:
        """Return all events that the cloud knows at a time, in the order of their opening."""
        made = (self._event(spell, now) for spell in self.spells)
        return sorted(
            (event for event in made if event is not None), key=lambda event: event.opened_at
        )

    def alarms(self, now: float) -> list[Alarm]:
        """Return all alarms that the cloud knows at a time, in the order they were raised."""
        events = self.events(now)
        alarms: list[Alarm] = []
        for kind in Kind:
            own = [event for event in events if event.type is kind.rule.type]
            alarms.extend(self._raised(kind.rule, own, now))
        return sorted(alarms, key=lambda alarm: (alarm.start, alarm.type.event_type_id))

    def status(self, now: float) -> str:
        """Return the status of the system: that of the gravest open event."""
        open_types = {event.type for event in self.events(now) if event.open}
        return next((kind.rule.status for kind in Kind if kind.rule.type in open_types), "normal")

    def _event(self, spell: Spell, now: float) -> Event | None:
        """Return the event that a spell has become at a time."""
        kind, rule = spell.trouble.kind, spell.trouble.kind.rule
        due = spell.since + rule.opens_after_s * self.hurry
        if spell.until is not None and spell.until <= due and rule.type.stateful:
            return None
        silent = kind is Kind.GATEWAY_SILENT
        opened = due if silent else self.reporting.next(due)
        if opened > now:
            return None
        closed = None if spell.until is None else self.reporting.next(spell.until)
        over = rule.type.stateful and closed is not None and closed <= now
        return Event(
            type=rule.type,
            serial=spell.trouble.serial,
            start=int(spell.since),
            end=int(spell.until) if over and spell.until is not None else None,
            opened_at=opened,
            closed_at=closed if over else None,
        )

    def _raised(self, rule: Rule, events: Iterable[Event], now: float) -> Iterable[Alarm]:
        """Return the alarms of one type."""
        standing: Alarm | None = None
        over = -inf
        for event in events:
            closed = inf if event.closed_at is None else event.closed_at
            raised = event.opened_at + rule.alarm_after_s * self.hurry
            if standing is not None and event.opened_at < over:
                standing.events.append(event)
                over = max(over, closed)
            elif raised <= now and raised < closed:
                standing = Alarm(rule.type, rule.severity, int(raised), event.type.event_type_id)
                standing.events.append(event)
                over = closed
                yield standing
            if standing is not None:
                standing.end = int(over) if over <= now else None
