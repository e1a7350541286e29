"""Does what the schedule says, for the systems of one account."""

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from datetime import time
from typing import Final, Protocol

from ..errors import ClientError
from .api import EnlightenApi
from .budget import Use
from .endpoints import TELEMETRY, Endpoint
from .errors import BudgetSpentError, KeyMismatchError, TokenRefusedError
from .jobs import REFRESH, Job
from .models import Alarm, Devices, Event, EventType, Panel, Summary, System
from .schedule import Schedule, Task
from .series import BatteryTelemetry, Telemetry, Window

WEEK_S: Final = 7 * 86_400.0
# The API takes no window over seven days, and its clock need not be ours.
_MARGIN_S: Final = 60.0
_MIDNIGHT: Final = time()


@dataclass(frozen=True, slots=True)
class Alarms:
    """Alarms of a span of time, unix s. `begin` None: all that are open, whenever they began."""

    alarms: tuple[Alarm, ...]
    begin: float | None
    end: float


@dataclass(frozen=True, slots=True)
class Events:
    """Events of a span of time, unix s. `begin` None: all that are open, whenever they began."""

    events: tuple[Event, ...]
    begin: float | None
    end: float


type Payload = (
    Summary
    | System
    | Devices
    | Alarms
    | Events
    | tuple[Panel, ...]
    | tuple[EventType, ...]
    | Telemetry
    | BatteryTelemetry
)
"""What a task may bring; which one it is follows from its job."""


class _Plain(Protocol):
    """A call of the API that needs nothing but the system's number."""

    async def __call__(self, system_id: int, *, use: Use) -> Payload: ...


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a task: a payload or an error."""

    task: Task
    at: float
    """Unix s."""
    payload: Payload | None = None
    error: ClientError | None = None


class Poller:
    """Asks for what is due, for some of the systems of a schedule."""

    def __init__(self, api: EnlightenApi, schedule: Schedule, systems: Collection[int]) -> None:
        """Take the systems of one account; they have to take part in the schedule."""
        self.systems = frozenset(systems)
        self._api = api
        self._schedule = schedule

    async def poll(self) -> AsyncIterator[Result]:
        """Do what is due and give each result at once; ends when nothing more may be done now.

        What fetching an access token raises comes out; then nothing is due for some minutes.
        """
        while task := self._schedule.due(self.systems):
            result = await self._do(task, Use.BACKGROUND)
            yield result
            if isinstance(result.error, BudgetSpentError):
                return

    async def refresh(self, system_id: int) -> tuple[Result, ...]:
        """Do at once what a user's refresh asks for, at the cost of one call each.

        May use what background calls must leave. Ends with the first error.
        """
        results: list[Result] = []
        for job in REFRESH:
            task = self._schedule.task(system_id, job)
            if task is not None:
                results.append(await self._do(task, Use.USER))
                if results[-1].error:
                    break
        return tuple(results)

    async def _do(self, task: Task, use: Use) -> Result:
        """Ask for one thing and tell the schedule."""
        try:
            payload = await self._ask(task, use)
        except ClientError as err:
            self._schedule.failed(task, err)
            if isinstance(err, TokenRefusedError | KeyMismatchError):
                self._schedule.hold(self.systems)
            return Result(task, self._schedule.now(), error=err)
        except Exception:  # no access token to be had; whoever gives them knows why
            self._schedule.rest()
            raise
        self._schedule.succeeded(task, payload)
        return Result(task, self._schedule.now(), payload)

    async def _ask(self, task: Task, use: Use) -> Payload:
        """Ask for one thing."""
        if task.endpoint in TELEMETRY:
            return await self._series(task, use)
        match task.job:
            case Job.OPEN_ALARMS | Job.CLEARED_ALARMS:
                return await self._alarms(task, use)
            case Job.OPEN_EVENTS | Job.EVENTS:
                return await self._events(task, use)
            case Job.EVENT_TYPES:
                return await self._api.event_types(use=use)
            case job:
                return await self._plain(job)(task.system_id, use=use)

    def _plain(self, job: Job) -> _Plain:
        """Give the call of a job that needs nothing but the system's number."""
        calls: dict[Job, _Plain] = {
            Job.DEVICES: self._api.devices,
            Job.SYSTEM: self._api.system,
            Job.PANELS: self._api.panels,
        }
        return calls.get(job, self._api.summary)

    async def _alarms(self, task: Task, use: Use) -> Alarms:
        """Ask for open or cleared alarms."""
        end = self._schedule.now()
        if task.endpoint is Endpoint.OPEN_ALARMS:
            return Alarms(await self._api.open_alarms(task.system_id, use=use), None, end)
        begin, cleared = end - WEEK_S + _MARGIN_S, task.job is Job.CLEARED_ALARMS
        found = await self._api.alarms(task.system_id, begin, end, cleared=cleared, use=use)
        return Alarms(found, begin, end)

    async def _events(self, task: Task, use: Use) -> Events:
        """Ask for open events, or for all of a week."""
        end = self._schedule.now()
        if task.endpoint is Endpoint.OPEN_EVENTS:
            return Events(await self._api.open_events(task.system_id, use=use), None, end)
        begin = end - WEEK_S + _MARGIN_S
        found = await self._api.events(task.system_id, begin, end, use=use)
        if task.job is Job.OPEN_EVENTS:
            found = tuple(event for event in found if event.is_open)
        return Events(found, begin, end)

    async def _series(self, task: Task, use: Use) -> Telemetry | BatteryTelemetry:
        """Ask for the intervals before the site's last midnight, as many as one call brings."""
        daylight, window = self._schedule.site(task.system_id).daylight, task.window or Window.DAY
        midnight = daylight.at(daylight.day_of(self._schedule.now()), _MIDNIGHT)
        begin = midnight - window.seconds
        if task.endpoint is Endpoint.BATTERY:
            return await self._api.battery(task.system_id, begin, window, use=use)
        return await self._api.telemetry(task.system_id, task.endpoint, begin, window, use=use)
