"""When which system is asked for what: one schedule per API key, next to its budget.

Each job of each system has a time at which it is due, and these times survive a restart: a restart
sends nothing that is not due. Jobs with fixed hours come first in the month's budget. What they
leave is spread over the daylight that the month still has, so the live interval corrects itself:
calls that a cloudy week or an outage did not need go to later days, and too many calls stretch the
interval. It is never below the 15 minutes in which gateways report.

After a failure a job is tried again after 10 s and 60 s if there are calls to spare, and then when
it is due anyway, without such retries until it has succeeded again. A call for which there was no
connection costs nothing and is tried again every 5 minutes.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import time
from typing import Any, Final

from ..errors import (
    BadAnswerError,
    CannotConnectError,
    ClientError,
    LinkLostError,
    NoAnswerError,
)
from .budget import PATIENCE_S, Budget, Use
from .costs import Costs
from .daylight import Daylight
from .endpoints import CORE, TELEMETRY, Endpoint
from .errors import (
    BudgetSpentError,
    CloudFaultError,
    KeyMismatchError,
    NotFoundError,
    RateLimitedError,
    SystemDeniedError,
    TokenRefusedError,
)
from .jobs import (
    ORDER,
    TRIGGER_CALLS_PER_MONTH,
    TRIGGERED,
    TRIGGERS_PER_DAY,
    Job,
    Profile,
    Slots,
    slots_of,
)
from .live import LivePlan, next_live, window_at
from .months import bounds_of, month_of
from .series import Window
from .site import Site, SiteMemory

RETRIES_S: Final = (10.0, 60.0)
NO_CONNECTION_S: Final = 300.0
HOLD_S: Final = 86_400.0
"""How long a system is left alone whose token, key or access is refused; a user may end that."""

_DAY_S: Final = 86_400.0
_AT_ONCE: Final = (
    Job.LIVE,
    Job.OPEN_ALARMS,
    Job.OPEN_EVENTS,
    Job.DEVICES,
    Job.SYSTEM,
    Job.EVENT_TYPES,
)
_TRANSIENT: Final = (CloudFaultError, NoAnswerError, LinkLostError, BadAnswerError)
_HOLDING: Final = (TokenRefusedError, KeyMismatchError, SystemDeniedError)
# Night jobs are spread over this time, so that not all systems of the world come at once.
_SPREAD_MIN: Final = 20


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to ask for."""

    system_id: int
    job: Job
    endpoint: Endpoint
    window: Window | None
    """Of a series: how much time at once."""


class Schedule:
    """Decides what is due. `now` is unix time; `changed` as in the budget."""

    def __init__(
        self, budget: Budget, memory: object = None, *, now: Callable[[], float] = time.time
    ) -> None:
        """Go on from what `to_dict` gave; systems take part once they are included."""
        stored = memory if isinstance(memory, Mapping) else {}
        sites, triggers = stored.get("sites"), stored.get("trigger_calls")
        self.budget = budget
        self.changed: Callable[[], None] = _nothing
        self.now = now
        self._rest_until = 0.0
        self._sites: dict[int, Site] = {}
        self._costs = Costs(budget, self._sites)
        self._remembered: dict[str, object] = dict(sites) if isinstance(sites, Mapping) else {}
        self._trigger_calls: dict[str, int] = _counts(triggers)
        self._history: dict[str, int] = _counts(stored.get("history"))

    def to_dict(self) -> dict[str, Any]:
        """Give what must survive a restart as JSON, also of systems that are not included yet."""
        included = {str(site.system_id): site.memory.to_dict() for site in self._sites.values()}
        return {
            "sites": self._remembered | included,
            "trigger_calls": self._trigger_calls,
            "history": self._history,
        }

    @property
    def known(self) -> frozenset[int]:
        """The systems that take part or are remembered."""
        remembered = (int(number) for number in self._remembered if number.isdecimal())
        return frozenset((*self._sites, *remembered))

    def include(
        self, system_id: int, profile: Profile, daylight: Daylight, *, paused: bool = False
    ) -> None:
        """Let a system take part, with what is remembered of it.

        One that is `paused` is only asked for what the user wants (`task`), and costs nothing else.
        """
        remembered = self._remembered.pop(str(system_id), None)
        memory = SiteMemory.from_dict(remembered)
        site = self._sites[system_id] = Site(system_id, profile, daylight, memory, paused=paused)
        self._note_change()
        slots, now = self._slots(site), self.now()
        memory.due = {job: at for job, at in memory.due.items() if _belongs(job, slots)}
        for job in (Job.LIVE, *slots):
            memory.due.setdefault(job, now if job in _AT_ONCE else self._next(site, job))
        if remembered is None:
            memory.due[Job.OPEN_EVENTS] = now

    def exclude(self, system_id: int) -> None:
        """Let a system rest; what is known of it is remembered (its entry is unloaded)."""
        site = self._sites.pop(system_id, None)
        if site is not None:
            self._remembered[str(system_id)] = site.memory.to_dict()
            self._note_change()

    def forget(self, system_id: int) -> None:
        """Forget a system for good, and free its part of the budget."""
        self.exclude(system_id)
        self._remembered.pop(str(system_id), None)
        self._note_change()

    def site(self, system_id: int) -> Site:
        """Give what is known of a system that takes part."""
        return self._sites[system_id]

    def due(self, systems: Collection[int]) -> Task | None:
        """Give what should be asked for next; None if nothing is due, or may not be asked now."""
        now = self.now()
        if self._opens_at(now) > now + PATIENCE_S:
            return None
        ready = [
            (ORDER.index(job), at, task)
            for site in self._included(systems)
            for job, at in self._times(site, now)
            if at <= now and (task := self.task(site.system_id, job)) is not None
        ]
        return min(ready, key=lambda entry: entry[:2])[2] if ready else None

    def wake_at(self, systems: Collection[int]) -> float:
        """Give when to look again, unix s: the next time at which something may be due."""
        now = self.now()
        times = [
            at
            for site in self._included(systems)
            for job, at in self._times(site, now)
            if site.endpoint(job, now) is not None
        ]
        return max(min(times, default=now + _DAY_S), self._opens_at(now))

    def next_live_at(self, system_id: int) -> float:
        """Give when a system's live values are asked for next, unix s; for display."""
        now = self.now()
        times = dict(self._times(self._sites[system_id], now))
        return max(times[Job.LIVE], self._opens_at(now))

    def task(self, system_id: int, job: Job) -> Task | None:
        """Give what a job asks for; None if the system has nothing to ask for."""
        site = self._sites[system_id]
        endpoint = site.endpoint(job, self.now())
        if endpoint is None:
            return None
        window = site.memory.capabilities.window(endpoint) if endpoint in TELEMETRY else None
        return Task(system_id, job, endpoint, window)

    def succeeded(self, task: Task, payload: object) -> None:
        """Take in an answer: what it tells of the system, and when the job is due again."""
        site = self._sites[task.system_id]
        memory = site.memory
        before = memory.knowledge.status
        memory.knowledge.learn(payload)
        memory.capabilities.answered(task.endpoint)
        memory.failures.pop(task.job, None)
        memory.held_until = 0.0
        self._note_change()
        self._again(site, task.job)
        if before is not None and memory.knowledge.status != before:
            self._trigger(site)

    def failed(self, task: Task, error: ClientError) -> None:
        """Take in a failure: when to try again, and what it tells of the system."""
        site, now = self._sites[task.system_id], self.now()
        capabilities = site.memory.capabilities
        if isinstance(error, BudgetSpentError | RateLimitedError):
            return  # still due, and the budget knows when
        if isinstance(error, CannotConnectError):
            self.rest()
        elif isinstance(error, _HOLDING) or (
            isinstance(error, NotFoundError) and task.endpoint in CORE
        ):
            site.memory.held_until = now + HOLD_S
        elif capabilities.failed(task.endpoint, error, now) and self.task(*_which(task)):
            site.memory.due[task.job] = now  # in another way
        else:
            self._retry(site, task.job, transient=isinstance(error, _TRANSIENT))
        self._note_change()

    def rest(self) -> None:
        """Send nothing for some minutes: there is no connection, or no token to be had."""
        self._rest_until = self.now() + NO_CONNECTION_S

    def hold(self, systems: Collection[int]) -> None:
        """Leave systems alone for a day: the token or the key is refused."""
        for site in self._included(systems):
            site.memory.held_until = self.now() + HOLD_S
        self.changed()

    def release(self, systems: Collection[int]) -> None:
        """Try systems again that are held or at rest: the user has seen to it."""
        self._rest_until = 0.0
        for site in self._included(systems):
            site.memory.held_until = 0.0
        self.changed()

    def hasten(self, system_id: int, job: Job) -> None:
        """Ask for something at the next turn: what it would tell is needed before its time."""
        due, now = self._sites[system_id].memory.due, self.now()
        due[job] = min(due.get(job, now), now)
        self.changed()

    def live_interval_s(self, system_id: int) -> float:
        """Give how far live calls of a system are apart at the moment; infinite if none is left."""
        site, now = self._sites[system_id], self.now()
        opens, closes = window_at(site.daylight, now)
        # On the eve of a month that of the next one counts, for which nothing is used yet.
        at = opens if opens >= bounds_of(now)[1] else now
        return self._live_plan(at).interval_s(system_id, closes - opens)

    def period_s(self, system_id: int, job: Job) -> float | None:
        """Give how far two runs of a job are apart on average, s; None: it has no fixed hours."""
        slots = self._slots(self._sites[system_id]).get(job)
        return None if slots is None else _DAY_S / slots.per_day

    def take_history(self) -> bool:
        """Ask for one call for old history, and count it; False if none is to spare today.

        What the jobs and the live values of the month do not need is spread over its days.
        """
        now = self.now()
        today = f"{datetime.fromtimestamp(now, UTC):%Y-%m-%d}"
        taken = self._history.get(today, 0)
        plan = self._live_plan(now)
        spare = plan.spare()
        if spare < 1 or taken >= (spare + taken) / max(1.0, plan.days_left):
            return False
        self._history = {today: taken + 1}
        self.changed()
        return True

    def _opens_at(self, now: float) -> float:
        """Give when a call may be made at all."""
        rest_until = self._rest_until if self._rest_until <= now + NO_CONNECTION_S else 0.0
        return max(rest_until, self.budget.opens_at(Use.BACKGROUND))

    def _times(self, site: Site, now: float) -> Iterator[tuple[Job, float]]:
        """Give when each job of a system is due, and not before the system may be asked at all.

        Times further ahead than a job ever waits come from a clock that was wrong: due now.
        """
        slots, held_until = self._slots(site), site.memory.held_until
        if held_until > now + HOLD_S:
            held_until = now
        for job, at in site.memory.due.items():
            days = 1 + (slots[job].every_days if job in slots else 1)
            yield job, max(at if at <= now + days * _DAY_S else now, held_until)

    def _included(self, systems: Collection[int]) -> Iterator[Site]:
        """Give those of these systems that take part and are not paused."""
        for system_id in systems:
            site = self._sites.get(system_id)
            if site is not None and not site.paused:
                yield site

    def _again(self, site: Site, job: Job) -> None:
        """Set when a job that was done is due again; a triggered one waits for its trigger."""
        now = self.now()
        if job is Job.LIVE:
            interval_s = self.live_interval_s(site.system_id)
            site.memory.due[job] = next_live(site, now, interval_s)
        elif job in self._slots(site):
            site.memory.due[job] = self._next(site, job)
        else:
            site.memory.due.pop(job, None)

    def _retry(self, site: Site, job: Job, *, transient: bool) -> None:
        """Set when a job that has failed is tried again."""
        failures = site.memory.failures.get(job, 0)
        site.memory.failures[job] = failures + 1
        if transient and failures < len(RETRIES_S) and self._can_retry():
            site.memory.due[job] = self.now() + RETRIES_S[failures]
        else:
            self._again(site, job)

    def _can_retry(self) -> bool:
        """Tell whether live values have enough calls left to give one away."""
        plan = self._live_plan(self.now())
        return plan.left > max(1.0, plan.days_left)

    def _trigger(self, site: Site) -> None:
        """Ask for open events and alarms at once, as long as that does not happen too often."""
        now, memory = self.now(), site.memory
        day, month = str(site.daylight.day_of(now)), month_of(now)
        calls = self._trigger_calls.get(month, 0)
        if memory.trigger_day != day:
            memory.trigger_day, memory.triggers = day, 0
        if memory.triggers < TRIGGERS_PER_DAY and calls + len(TRIGGERED) <= TRIGGER_CALLS_PER_MONTH:
            memory.triggers += 1
            self._trigger_calls = {month: calls + len(TRIGGERED)}
            memory.due |= dict.fromkeys(TRIGGERED, now)

    def _next(self, site: Site, job: Job) -> float:
        """Give the next time that a job with fixed hours has on the site's clock."""
        now, slots = self.now(), self._slots(site)[job]
        delay_s = 60.0 * (site.system_id % _SPREAD_MIN)
        day = site.daylight.day_of(now) - timedelta(days=1)
        while True:
            if day.toordinal() % slots.every_days == site.system_id % slots.every_days:
                for hour in slots.hours:
                    at = site.daylight.at(day, hour) + delay_s
                    if at > now:
                        return at
            day += timedelta(days=1)

    def _slots(self, site: Site) -> Mapping[Job, Slots]:
        """Give the jobs of a site that have fixed hours."""
        return slots_of(site.profile, self._costs.level(self.now()))

    def _live_plan(self, at: float) -> LivePlan:
        """Give what the jobs leave of the month of a time, from then on."""
        triggers = TRIGGER_CALLS_PER_MONTH - self._trigger_calls.get(month_of(at), 0)
        return self._costs.live_plan(at, now=self.now(), triggers=triggers)

    def _note_change(self) -> None:
        """Take in that systems, or what is known of them, have changed."""
        self._costs.forget_level()
        self._costs.at_rest = len(self._remembered)
        self.changed()


def _which(task: Task) -> tuple[int, Job]:
    """Name the job of a task."""
    return task.system_id, task.job


def _belongs(job: Job, slots: Mapping[Job, Slots]) -> bool:
    """Tell whether a remembered job is still one of a site."""
    return job in slots or job in {Job.LIVE, Job.OPEN_EVENTS}


def _counts(data: object) -> dict[str, int]:
    """Read stored counts."""
    if not isinstance(data, Mapping):
        return {}
    return {str(name): value for name, value in data.items() if isinstance(value, int)}


def _nothing() -> None:
    """Nobody wants to know."""
