"""Weeks in the life of a simulated system, and figures that listen to what its cloud says."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
import json
from random import Random
from typing import Final

from custom_components.solar_monitor.clients.enlighten.daylight import Daylight
from custom_components.solar_monitor.clients.enlighten.models import Summary
from custom_components.solar_monitor.sources.enlighten.ages import CELLULAR_S, REPORT_S
from custom_components.solar_monitor.sources.enlighten.figures import Figures
from tests.simulators.clock import Clock
from tests.simulators.enlighten import Connection, EnlightenSystem
from tests.simulators.enlighten.asked import Asked
from tests.simulators.enlighten.details import summary
from tests.simulators.enlighten.reporting import Outage
from tests.simulators.place import Place

HOUR_S: Final = 3_600.0
DAY_S: Final = 86_400.0
PLACE: Final = Place(32.7, -117.2, "America/Los_Angeles")
DAYLIGHT: Final = Daylight(PLACE.zone, latitude=PLACE.latitude, longitude=PLACE.longitude)


@dataclass(frozen=True, slots=True)
class Away:
    """A while of the first weeks: its begin, days from the start, and how long it lasts, h."""

    begin: float
    hours: float

    def covers(self, days: float) -> bool:
        """Tell whether it is on."""
        return self.begin <= days < self.begin + self.hours / 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What happens in the first weeks; nothing happens in the last one."""

    month: int = 6
    hour: float = 12.0
    """Of the first day, at which the entry is made."""
    weeks: int = 2
    seed: int = 7
    cellular: bool = False
    meter: bool = True
    outages: tuple[Away, ...] = ()
    """The gateway does not reach the cloud."""
    internet: bool = False
    """So neither does Home Assistant."""
    off: tuple[Away, ...] = ()
    """Home Assistant does not run."""
    backlog_h: float = 0.0
    flows: bool = False
    day_lag_s: float = 0.0
    lifetime_lag_s: float = 0.0
    step_s: float = 1_800.0
    regular: bool = True
    """It is known how often the cloud is asked."""
    by_night: bool = False
    restarts: float = 0.0
    """How often an answer is followed by a start."""

    @property
    def start(self) -> float:
        """When the entry is made, Unix s."""
        noon = datetime(2026, self.month, 2, tzinfo=PLACE.zone)
        return noon.timestamp() + self.hour * HOUR_S


class Weeks:
    """Lets a story happen; after each answer, `told` is what the cloud knows in all, kWh."""

    def __init__(self, story: Story) -> None:
        """Build the house at the beginning of the story."""
        self.story = story
        self.clock = Clock(datetime.fromtimestamp(story.start, PLACE.zone))
        self.system = EnlightenSystem(
            self.clock,
            place=PLACE,
            seed=story.seed,
            panel_count=8,
            production_meter=story.meter,
            connection=Connection.CELLULAR if story.cellular else Connection.ETHERNET,
            day_lag_s=story.day_lag_s,
            lifetime_lag_s=story.lifetime_lag_s,
        )
        self.system.reporting.backlog_s = story.backlog_h * HOUR_S
        self.system.reporting.backlog_flows = story.flows
        for away in story.outages:
            begin = story.start + away.begin * DAY_S
            self.system.reporting.outages.append(Outage(begin, begin + away.hours * HOUR_S))
        self.figures = Figures(DAYLIGHT)
        self.refused: Counter[str] = Counter()
        """What was refused how often, over all starts."""
        self._counted: Counter[str] = Counter()
        self._dice = Random(story.seed)  # noqa: S311 - nothing depends on its secrecy

    @property
    def total(self) -> float | None:
        """What is shown."""
        return self.figures.values(self.clock.timestamp()).get("energy_total")

    @property
    def known(self) -> float:
        """What the cloud knows in all, kWh."""
        system = self.system
        midnight = system.midnight(system.today)
        (today,) = system.days(system.today, system.today)
        return (system.lifetime(midnight) + system.production_of(system.today, today)) / 1000

    def said(self) -> Summary:
        """Give what the cloud says now."""
        return Summary.read(summary(Asked(self.system, {}, "", frozenset())))

    def listen(self) -> None:
        """Ask once."""
        silent_s = CELLULAR_S if self.story.cellular else REPORT_S
        every_s = self.story.step_s if self.story.regular else 0.0
        self.figures.take(
            self.said(),
            at=self.clock.timestamp(),
            silent_after_s=silent_s,
            asked_every_s=every_s,
        )
        self._count(self.figures.refusals.as_dict())
        if self._dice.random() < self.story.restarts:
            self.figures = Figures(DAYLIGHT, json.loads(json.dumps(self.figures.to_dict())))
            self._counted.clear()

    def _count(self, refusals: Mapping[str, Mapping[str, int]]) -> None:
        """Add up what was refused since the last answer."""
        so_far = Counter({why: sum(each.values()) for why, each in refusals.items()})
        self.refused += so_far - self._counted
        self._counted = so_far

    def answers(self) -> Iterator[float]:
        """Go from answer to answer; gives the day."""
        story = self.story
        until = 7 * story.weeks + 7
        while (day := (self.clock.timestamp() - story.start) / DAY_S) < until:
            if self._asks(day):
                self.listen()
                yield day
            self.clock.advance(self._dice.uniform(0.6, 1.4) * story.step_s)

    def _asks(self, day: float) -> bool:
        """Tell whether the cloud is asked."""
        story, now = self.story, self.clock.timestamp()
        if any(away.covers(day) for away in story.off):
            return False
        if story.internet and any(away.covers(day) for away in story.outages):
            return False
        return story.by_night or DAYLIGHT.seconds(now - story.step_s, now) > 0
