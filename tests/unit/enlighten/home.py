"""A home that polls the cloud on paper for as long as a test wants, with restarts and refreshes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
import json
import math
from typing import Any, Final

from custom_components.solar_monitor.clients.enlighten.api import EnlightenApi
from custom_components.solar_monitor.clients.enlighten.budget import SAVE_DELAY_S, Budget
from custom_components.solar_monitor.clients.enlighten.daylight import (
    AFTER_SUNSET_S,
    BEFORE_SUNRISE_S,
    Daylight,
)
from custom_components.solar_monitor.clients.enlighten.jobs import Job, Profile
from custom_components.solar_monitor.clients.enlighten.models import Summary
from custom_components.solar_monitor.clients.enlighten.plans import Plan
from custom_components.solar_monitor.clients.enlighten.poller import Poller, Result
from custom_components.solar_monitor.clients.enlighten.schedule import Schedule

from .paper_cloud import PaperCloud, PaperSystem

_SAMPLE_S: Final = 600.0
_START_S: Final = 15.0


async def token(*, refused: str | None = None) -> str:  # noqa: ARG001  always the same
    """Give an access token."""
    return "paper"


@dataclass
class Home:
    """Home Assistant with one API key: what it stores, and what it runs."""

    cloud: PaperCloud
    plan: Plan = Plan.WATT
    profiles: Sequence[Profile] = (Profile.CLOUD_ONLY,)
    latitude: float = 52.37
    longitude: float = 4.9
    stored: str = "{}"
    results: list[Result] = field(default_factory=list)
    ages: dict[int, list[float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with nothing stored."""
        self._save_at = math.inf
        self._measured: dict[int, float] = {}
        self.start()

    @property
    def now(self) -> float:
        """The time."""
        return self.cloud.time.now

    def start(self) -> None:
        """Start with what is stored."""
        stored: dict[str, Any] = json.loads(self.stored)
        clock = self.cloud.time
        self.budget = Budget(self.plan, stored.get("budget"), now=clock, sleep=self._sleep)
        self.schedule = Schedule(self.budget, stored.get("schedule"), now=clock)
        self.budget.changed = self.schedule.changed = self._note_change
        self.daylight: dict[int, Daylight] = {}
        for system, profile in zip(self.cloud.systems.values(), self._profiles(), strict=True):
            self.daylight[system.system_id] = self._light(system)
            self.schedule.include(system.system_id, profile, self.daylight[system.system_id])
        self.api = EnlightenApi(
            self.cloud, api_key="key", access_token=token, budget=self.budget, now=clock
        )
        self.poller = Poller(self.api, self.schedule, self.cloud.systems)

    def _profiles(self) -> Sequence[Profile]:
        return (*self.profiles, *[self.profiles[-1]] * 9)[: len(self.cloud.systems)]

    def _light(self, system: PaperSystem) -> Daylight:
        return Daylight(system.zone, latitude=self.latitude, longitude=self.longitude)

    def save(self, *, clean: bool = False) -> None:
        """Write to the store."""
        self._save_at = math.inf
        self.stored = json.dumps(
            {"budget": self.budget.to_dict(clean=clean), "schedule": self.schedule.to_dict()}
        )

    def _note_change(self) -> None:
        """Remember to save, as Home Assistant does: some seconds after the last change."""
        self._save_at = self.now + SAVE_DELAY_S

    async def _sleep(self, seconds: float) -> None:
        """Let time pass while the budget waits."""
        await self.cloud.time.sleep(seconds)
        self._save_if_due()

    def _save_if_due(self) -> None:
        """Save when the time for it has come."""
        if self._save_at <= self.now:
            self.save()

    def restart(self, *, crash: bool = False) -> None:
        """Stop and start; after a crash the changes of the last seconds are not in the store."""
        if not crash:
            self.save(clean=True)
        self.start()
        self.save()

    async def poll(self) -> list[Result]:
        """Do what is due now."""
        found = [result async for result in self.poller.poll()]
        self.take(found)
        return found

    async def refresh(self, system_id: int) -> tuple[Result, ...]:
        """Refresh as a user does."""
        found = await self.poller.refresh(system_id)
        self.take(found)
        return found

    def take(self, results: Sequence[Result]) -> None:
        """Keep results, and of when the figures are."""
        self.results += results
        for result in results:
            if isinstance(result.payload, Summary):
                self._measured[result.task.system_id] = result.payload.measured_at or 0.0

    async def run_until(
        self, end: float, *, each_day: Callable[[int], bool | None] = lambda _: None
    ) -> None:
        """Poll until a time. `each_day` is called daily and says whether that is a crash.

        A crash comes at the worst time: when calls were made and nothing is saved yet.
        """
        day, next_day = 0, self.now + 86_400.0
        while self.now < end:
            found = await self.poll()
            if self.now >= next_day and found:
                self.restart(crash=bool(each_day(day)))
                await self.cloud.time.sleep(_START_S)
                day, next_day = day + 1, next_day + 86_400.0
            wake = max(self.schedule.wake_at(self.cloud.systems), self.now + 1.0)
            await self._pass_time(min(wake, end))

    async def _pass_time(self, until: float) -> None:
        """Let time pass, looking at the age of the figures while the sun shines."""
        while self.now < until:
            for system_id, daylight in self.daylight.items():
                opens, closes = daylight.window(daylight.day_of(self.now))
                if opens + BEFORE_SUNRISE_S + 1800 <= self.now <= closes - AFTER_SUNSET_S:
                    measured = self._measured.get(system_id, self.now)
                    self.ages.setdefault(system_id, []).append(self.now - measured)
            await self.cloud.time.sleep(min(_SAMPLE_S, until - self.now))
            self._save_if_due()

    def payloads(self, job: Job) -> list[Result]:
        """Give what a job brought."""
        return [result for result in self.results if result.task.job is job and result.payload]
