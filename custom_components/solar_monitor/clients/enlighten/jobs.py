"""What is asked for in the background, how often, and what that costs.

A night job that reads a series, events or alarms reads the last seven days again: the same call
costs the same for a week as for a day, a missed night costs nothing, and late data heal. So where
several systems share a key, such jobs need not run every night, and the calls go to live values.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from typing import Final

from .endpoints import Endpoint


class Profile(StrEnum):
    """What the cloud is for; the values are stored in config entries."""

    COMPANION = "companion"
    """A local source gives the live values; the cloud adds status, events and history."""
    CLOUD_ONLY = "cloud_only"
    """Everything comes from the cloud."""
    ALARMS_ONLY = "alarms_only"
    """Status, events and alarms."""


class Job(StrEnum):
    """What a call is for; the values are stored."""

    LIVE = "live"
    """The summary, in daylight and once at its end."""
    OPEN_ALARMS = "open_alarms"
    OPEN_EVENTS = "open_events"
    EVENTS = "events"
    CLEARED_ALARMS = "cleared_alarms"
    PANELS = "panels"
    PRODUCTION = "production"
    CONSUMPTION = "consumption"
    IMPORT = "import"
    EXPORT = "export"
    BATTERY = "battery"
    DEVICES = "devices"
    SYSTEM = "system"
    EVENT_TYPES = "event_types"


ENDPOINTS: Final[Mapping[Job, tuple[Endpoint, ...]]] = {
    Job.LIVE: (Endpoint.SUMMARY,),
    Job.OPEN_ALARMS: (Endpoint.OPEN_ALARMS, Endpoint.ALARMS),
    Job.OPEN_EVENTS: (Endpoint.OPEN_EVENTS, Endpoint.EVENTS),
    Job.EVENTS: (Endpoint.EVENTS,),
    Job.CLEARED_ALARMS: (Endpoint.ALARMS,),
    Job.PANELS: (Endpoint.INVERTERS,),
    Job.PRODUCTION: (Endpoint.PRODUCTION_METER, Endpoint.PRODUCTION_MICRO),
    Job.CONSUMPTION: (Endpoint.CONSUMPTION_METER,),
    Job.IMPORT: (Endpoint.IMPORT,),
    Job.EXPORT: (Endpoint.EXPORT,),
    Job.BATTERY: (Endpoint.BATTERY,),
    Job.DEVICES: (Endpoint.DEVICES,),
    Job.SYSTEM: (Endpoint.SYSTEM,),
    Job.EVENT_TYPES: (Endpoint.EVENT_TYPES,),
}
"""Which endpoint a job asks; the later ones stand in where a system has not the first."""

_SERIES: Final = (Job.PRODUCTION, Job.CONSUMPTION, Job.IMPORT, Job.EXPORT, Job.BATTERY)

ORDER: Final = tuple(Job)
"""What goes first when several jobs are due."""


@dataclass(frozen=True, slots=True)
class Slots:
    """When a job is due: every so many days, at these hours of the site's clock."""

    hours: tuple[time, ...]
    every_days: int = 1

    @property
    def per_day(self) -> float:
        """How often a day, on average."""
        return len(self.hours) / self.every_days


@dataclass(frozen=True, slots=True)
class Level:
    """How thin the background jobs are spread: nights between two runs, hours for open alarms."""

    series: int
    cleared: int
    panels: int
    events: int
    alarm_hours: tuple[time, ...]


NIGHT: Final = time(4, 10)
"""After the last report of the day of gateways on a mobile network; before the sun rises."""
_WEEK: Final = 7
_MONTH: Final = 30
_MORNING, _NOON, _EVENING = time(8), time(13), time(18)

LEVELS: Final = (
    Level(1, 1, 1, 1, (_MORNING, _NOON, _EVENING)),
    Level(2, 2, 1, 1, (_MORNING, _EVENING)),
    Level(3, 3, 1, 1, (_NOON,)),
    Level(5, 6, 2, 2, (_NOON,)),
    Level(6, 6, 6, 6, (_NOON,)),
)
"""From one system on a free key to many. No series waits longer than the week that it reads."""


def slots_of(profile: Profile, level: Level) -> Mapping[Job, Slots]:
    """Give the jobs of a profile that have fixed hours."""
    jobs = {
        Job.OPEN_ALARMS: Slots(level.alarm_hours),
        Job.EVENTS: Slots((NIGHT,), level.events),
        Job.CLEARED_ALARMS: Slots((NIGHT,), level.cleared),
        Job.DEVICES: Slots((NIGHT,), _WEEK),
        Job.SYSTEM: Slots((NIGHT,), _WEEK),
        Job.EVENT_TYPES: Slots((NIGHT,), _MONTH),
    }
    if profile is not Profile.ALARMS_ONLY:
        jobs[Job.PANELS] = Slots((NIGHT,), level.panels)
        jobs |= dict.fromkeys(_SERIES, Slots((NIGHT,), level.series))
    return jobs


LIVE_PER_DAY: Final[Mapping[Profile, int | None]] = {
    Profile.COMPANION: 5,
    Profile.CLOUD_ONLY: None,
    Profile.ALARMS_ONLY: 4,
}
"""Live calls a day; None: as many as the budget gives."""

REFRESH: Final = (Job.LIVE, Job.OPEN_ALARMS, Job.OPEN_EVENTS)
"""What a user's refresh asks for, one call each."""

TRIGGERED: Final = (Job.OPEN_EVENTS, Job.OPEN_ALARMS)
"""What is asked for at once when a system's status has changed."""
TRIGGERS_PER_DAY: Final = 6
TRIGGER_CALLS_PER_MONTH: Final = 40
