"""The books of one gateway: what it said, guarded, summed up and watched.

From an answer to what may be shown. Knows no network and no Home Assistant; times come in.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from ...clients.envoy.endpoints import Block
from ...clients.envoy.readings import Live, Origin, Readings
from ...clients.envoy.shape import Shape
from ..spec import Happening
from .alarms import Alarms, panel_happenings
from .estimates import Estimates
from .guards import PANEL_W, EnvoyGuards, Limits, Moment
from .live import LIVE_KEYS, live_values
from .panels import PanelBook, PanelNews
from .sky import Sky
from .values import BATTERY_SOC, PRODUCTION_POWER, samples

_PANEL_LISTS: Final = frozenset({Block.DEVICE_DATA, Block.V1_INVERTERS})
_PANEL_BLOCKS: Final = _PANEL_LISTS | {Block.INVENTORY}
# What an array makes at most when it makes nothing: the meter's own noise.
_NOTHING_W: Final = 10.0
_NOTHING_SHARE: Final = 0.002
# What a meter sees of it at least when panels that do not report are at work.
_PRODUCING_SHARE: Final = 0.02
_RECENT_S: Final = 900.0


@dataclass(slots=True)
class News:
    """What an answer brought."""

    values: dict[str, Any] = field(default_factory=dict)
    confirmed: set[str] = field(default_factory=set)
    """Keys whose last value stands."""
    held: set[str] = field(default_factory=set)
    """Keys whose last value stands because the gateway is silent, or has just been."""
    happenings: list[Happening] = field(default_factory=list)


class Books:
    """Keeps the books of one gateway."""

    def __init__(
        self,
        limits: Limits,
        *,
        interval_s: float,
        memory: Mapping[str, Any] | None = None,
        proven: bool = True,
    ) -> None:
        """Continue from what `memory` gave; `proven` is false after a power cut (`EnvoyGuards`)."""
        saved = memory or {}
        self.guards = EnvoyGuards(limits, memory=saved, proven=proven)
        self.panels = PanelBook(self.guards.refusals, memory=saved.get("panels"), proven=proven)
        self.estimates = Estimates(interval_s, memory=saved.get("estimates"), proven=proven)
        self.alarms = Alarms(saved.get("alarms"))
        self._shown: dict[str, Any] = {}
        self._metered: tuple[float, float] | None = None
        self._told_by_panels = False
        self._day: date | None = None

    def memory(self) -> dict[str, Any]:
        """Everything that must survive a restart, as JSON; to be called when it is written."""
        return self.guards.memory() | {
            "panels": self.panels.memory(),
            "estimates": self.estimates.memory(),
            "alarms": self.alarms.memory(),
        }

    def totals(self, shape: Shape, now: Moment) -> dict[str, Any]:
        """The counters as they stand, for a start or a new day without an answer."""
        return {
            **self.guards.totals(now.local),
            **self.panels.totals(now),
            **self.estimates.totals(shape, now.local),
        }

    def take(
        self,
        readings: Readings,
        updated: Collection[Block],
        shape: Shape,
        wanted: Collection[str],
        now: Moment,
        sky: Sky,
    ) -> News:
        """Take in what the endpoints in `updated` said. Only keys in `wanted` are shown."""
        news = News()
        news.values, corrections = self.guards.admit(samples(readings, updated), wanted, now)
        self._note_production(readings, updated, now)
        if self._told_by_panels and sky.night and PRODUCTION_POWER in news.values:
            # What the panels said in the evening: the sum stands as they do.
            news.values[PRODUCTION_POWER] = 0
        news.values |= self.estimates.look(shape, news.values, now)
        # The live data are compared with what was shown last, by whomever.
        self._shown |= {key: news.values[key] for key in LIVE_KEYS & news.values.keys()}
        news.happenings += corrections
        states, changes = self.alarms.look(readings, updated, sky, self.guards, now.unix)
        news.happenings += changes
        self._only_news(states, news)
        if not _PANEL_BLOCKS.isdisjoint(updated):
            self.panels.expect(shape.panels)
            looked = self.panels.look(
                {
                    serial: readings.panels[serial]
                    for serial in shape.panels
                    if serial in readings.panels
                },
                now,
                sky,
                listed=not _PANEL_LISTS.isdisjoint(updated),
                producing=self._is_producing(shape, now),
                asleep=self.is_asleep(shape, sky, now),
            )
            self._add_panels(looked, news)
        return news

    def rest(self, shape: Shape, now: Moment, sky: Sky) -> News:
        """Say what stands of the panels while they are not asked."""
        news = News()
        self._add_panels(self.panels.rest(now, sky, asleep=self.is_asleep(shape, sky, now)), news)
        return news

    def take_live(self, live: Live, shape: Shape, now: Moment) -> News:
        """Take in the live data: only what shows something else than before."""
        news = News()
        values = live_values(live, shape)
        if BATTERY_SOC in values:
            values[BATTERY_SOC] = self.guards.admit_soc(values[BATTERY_SOC], now)
        good = {key: value for key, value in values.items() if self.guards.is_plausible(key, value)}
        self._only_news(good, news)
        self._only_news(self.estimates.look(shape, good, now), news)
        return news

    def silent(
        self, values: Mapping[str, Any], shape: Shape, now: Moment, *, present: bool
    ) -> News:
        """Say what is true while the gateway does not answer; `values` are about the silence."""
        news = News(happenings=list(self.alarms.note_gateway(present=present)))
        if self._day != now.local.date():
            news.values = self.totals(shape, now)
        self._day = now.local.date()
        self._only_news(values, news)
        return news

    def heard(self, values: Mapping[str, Any], now: Moment, news: News) -> None:
        """Note that the gateway answers, and add figures about the conversation with it."""
        self._day = now.local.date()
        news.happenings += self.alarms.note_gateway(present=True)
        self._only_news(values, news)

    def is_asleep(self, shape: Shape, sky: Sky, now: Moment) -> bool:
        """Tell whether the panels sleep: the sun is down, and no meter sees anything of them."""
        power_w = self._metered_w(now)
        most = max(_NOTHING_W, _NOTHING_SHARE * PANEL_W * len(shape.panels))
        return sky.night and (power_w is None or power_w <= most)

    def _is_producing(self, shape: Shape, now: Moment) -> bool:
        """Tell whether a meter sees that panels are at work."""
        power_w = self._metered_w(now)
        return power_w is not None and power_w > _PRODUCING_SHARE * PANEL_W * len(shape.panels)

    def _note_production(self, readings: Readings, updated: Collection[Block], now: Moment) -> None:
        """Remember what the array makes, as a meter sees it, or that only panels tell of it."""
        meter = readings.production
        if meter is None or meter.block not in updated or meter.power_w is None:
            return
        self._told_by_panels = meter.origin is Origin.INVERTERS
        if not self._told_by_panels:
            self._metered = (meter.power_w, now.unix)

    def _metered_w(self, now: Moment) -> float | None:
        """Give what a meter sees of the array; None where none does, or has not for long."""
        if self._metered is None or now.unix - self._metered[1] > _RECENT_S:
            return None
        return self._metered[0]

    @staticmethod
    def _add_panels(looked: PanelNews, news: News) -> None:
        """Add what is new of the panels."""
        news.values |= looked.values
        news.confirmed |= looked.confirmed
        news.happenings += [*looked.happenings, *panel_happenings(looked.changes)]

    def _only_news(self, values: Mapping[str, Any], news: News) -> None:
        """Add values that show something else than before; the others stand."""
        for key, value in values.items():
            if key in self._shown and self._shown[key] == value:
                news.confirmed.add(key)
            else:
                news.values[key] = value
        self._shown |= values
