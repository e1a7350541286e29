"""The site as a source: it asks nobody, but looks at what the sources have given to the hub.

It looks every 30 s, and in between when there is news: a second later, so that polls which run
together are seen together, and once in 5 s at most. Everything that is shown after a look comes
from the one frozen moment of that look.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
import logging
from typing import TYPE_CHECKING, Any, Final, override

from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.event import async_call_later, async_track_state_change_event
from homeassistant.util import dt as dt_util

from ..clients.report import UpdateReport
from ..const import DOMAIN
from ..keeper import CLEAN, Keeper, async_load, memory_store
from ..sources.spec import Device, Finding, Happening, Outcome, Poll, Push, Source
from . import findings
from .alarm_keys import ALARMS
from .alarms import make_alarms
from .energy_wiring import ENERGY_WIRING, make_energy_wiring
from .hub import async_hub
from .keys import MOMENTARY, every_key
from .members import async_members
from .model import SiteModel
from .moment import SiteMoment
from .options_data import SiteOptions
from .parts import PartNews, SitePart
from .place import DEVICE_SITE
from .roles import OtherDevices
from .shedder import make_shedding
from .shedder_keys import SHEDDING

if TYPE_CHECKING:
    from ..coordinator import SolarMonitorConfigEntry

_LOGGER = logging.getLogger(__name__)

KIND: Final = "site"
ID_PREFIX: Final = "site"

POLL: Final = "site"
POLL_S: Final = 30.0
GATHER_S: Final = 1.0
CLOSEST_LOOKS_S: Final = 5.0

_NOTHING_ASKED: Final = UpdateReport(frozenset({POLL}), {})
_MODEL: Final = "model"
_OTHERS: Final = "others"

type MakePart = Callable[
    [HomeAssistant, SolarMonitorConfigEntry, SiteSource, Mapping[str, Any]], SitePart
]
"""Makes a piece of the site from what it gave before the last stop; nothing the first time."""

PARTS: Final[Mapping[str, MakePart]] = {
    ALARMS: make_alarms,
    SHEDDING: make_shedding,
    ENERGY_WIRING: make_energy_wiring,
}
"""The pieces of the site by name, in the order in which they look."""


async def async_connect(hass: HomeAssistant, entry: SolarMonitorConfigEntry) -> Source:
    """Make the source of the site; the others may be set up before or after it."""
    store = memory_store(hass, entry)
    memory = await async_load(store) or {}
    source = SiteSource(hass, entry, memory)
    source.keeper = Keeper(hass, store, source.memory)
    return source


class SiteSource(Source):
    """The source of the site's entry."""

    keeper: Keeper

    def __init__(
        self, hass: HomeAssistant, entry: SolarMonitorConfigEntry, memory: Mapping[str, Any]
    ) -> None:
        """Continue from what was stored; nothing is known of the present yet."""
        self._hass = hass
        self._entry = entry
        self._hub = async_hub(hass)
        self.options: Final = SiteOptions.read(entry.options)
        proven = not memory or bool(memory.get(CLEAN))
        self.model: Final = SiteModel(self.options, _part_of(memory, _MODEL), proven=proven)
        self.others: Final = OtherDevices(
            hass, self.options.others, memory.get(_OTHERS), proven=proven
        )
        self.moment: SiteMoment | None = None
        """The last look."""
        self.parts: Final[Mapping[str, SitePart]] = {
            name: make(hass, entry, self, _part_of(memory, name)) for name, make in PARTS.items()
        }
        self._push: Push = lambda _: None
        self._looked_at: float | None = None
        self._planned: CALLBACK_TYPE | None = None
        self._stop_listening: CALLBACK_TYPE = lambda: None
        self._stop_tracking: CALLBACK_TYPE = lambda: None
        self._tracked: frozenset[str] = frozenset()
        self._shown: dict[str, Any] = {}
        self._broken: set[str] = set()
        self._closed = False
        self._brought = Outcome(values={}, report=_NOTHING_ASKED)

    def memory(self) -> dict[str, Any]:
        """Give what must survive a restart, as JSON."""
        parts = {name: dict(part.memory()) for name, part in self.parts.items()}
        return {_MODEL: self.model.memory(), _OTHERS: self.others.memory(), **parts}

    @property
    @override
    def polls(self) -> tuple[Poll, ...]:
        """One look for everything."""
        own = every_key(part for part, _ in self.model.shape.yields)
        known = own.union(*(part.keys for part in self.parts.values()))
        return (Poll(name=POLL, interval_s=POLL_S, keys=known, core=known, read=self._read),)

    @property
    @override
    def devices(self) -> tuple[Device, ...]:
        """The site itself, named by its entry."""
        info = DeviceInfo(
            identifiers={(DOMAIN, ID_PREFIX)},
            name=self._entry.title,
            entry_type=DeviceEntryType.SERVICE,
        )
        return (Device(name=DEVICE_SITE, info=info),)

    @property
    @override
    def revision(self) -> int:
        """Another number than before when there are other rows."""
        return self.model.revision + sum(part.revision for part in self.parts.values())

    @property
    @override
    def id_prefix(self) -> str:
        """What every unique id starts with; there is one site."""
        return ID_PREFIX

    @property
    @override
    def start_values(self) -> Mapping[str, Any]:
        """The counters as they stand."""
        values = self.model.counters(dt_util.now())
        for part in self.parts.values():
            values |= part.start_values
        return values

    @property
    @override
    def settled(self) -> bool:
        """Whether every source has told what it has."""
        return self.model.settled

    @property
    @override
    def resting(self) -> bool:
        """Never: there is nobody to be silent."""
        return False

    @property
    @override
    def last_answer(self) -> float | None:
        """None: nobody is asked, so that there is no silence to watch."""
        return None

    @property
    @override
    def refused(self) -> int:
        """0: the sources have guarded what they gave."""
        return 0

    @override
    def findings(self) -> tuple[Finding, ...]:
        """What the user can do something about now."""
        own = findings.holding(self.model)
        return (*own, *(each for part in self.parts.values() for each in part.findings()))

    @override
    def undecided(self) -> frozenset[str]:
        """Name the findings that cannot be judged so soon after a start."""
        own = findings.undecided(self.model)
        return own.union(*(part.undecided() for part in self.parts.values()))

    @override
    def attach(self, push: Push) -> None:
        """Take the way to show what comes between two polls, and listen to the sources."""
        self._push = push
        self._stop_listening = self._hub.async_listen(self._on_news)

    def _track(self) -> None:
        """Listen to the entities of other integrations, as they are called now."""
        if (entity_ids := self.others.entity_ids) == self._tracked:
            return
        self._stop_tracking()
        self._tracked = entity_ids
        self._stop_tracking = async_track_state_change_event(self._hass, entity_ids, self._on_state)

    @callback
    def _on_state(self, _event: Event[EventStateChangedData]) -> None:
        """Look soon: an entity of another integration says something else."""
        self._on_news()

    @callback
    def _on_news(self) -> None:
        """Look soon, unless that is planned already."""
        if self._planned is not None:
            return
        wait_s = max(GATHER_S, self._wait_s)
        self._planned = async_call_later(self._hass, wait_s, self._on_time)

    @callback
    def _on_time(self, _now: datetime) -> None:
        """Look between two polls."""
        self._planned = None
        self._push(self._look())

    async def _read(self, keys: Collection[str], time_limit_s: float) -> Outcome:
        """Look, unless that was just done: then what it brought stands, and a plan as well.

        It is shown at once: what is brought between this and the end of the poll is newer.
        """
        del keys, time_limit_s  # all of it is looked at, at once
        if self._wait_s <= 0:
            self._cancel_plan()
            self._push(self._look())
        last = self._brought
        stands = last.confirmed | last.values.keys()
        return replace(last, values={}, confirmed=stands, happenings=())

    @property
    def _wait_s(self) -> float:
        """How long it is at least until the next look, in seconds."""
        if self._looked_at is None:
            return 0.0
        return self._looked_at + CLOSEST_LOOKS_S - self._hass.loop.time()

    def _look(self) -> Outcome:
        """Look at what the sources have given; everything that is shown comes from this moment."""
        self._looked_at = self._hass.loop.time()
        self._track()
        self.moment = moment = self.model.look(
            async_members(self._hass, self.options),
            self._hub.contributions,
            self.others.look(),
            now=dt_util.utcnow().timestamp(),
            local=dt_util.now(),
        )
        values, withdrawn = self.model.values(moment)
        happenings: list[Happening] = []
        for name in self.parts:
            news = self._news_of(name, moment)
            values |= news.values
            withdrawn |= news.withdrawn
            happenings += news.happenings
        own = self.model.due or self.others.due
        self.keeper.look(due=own or any(part.due for part in self.parts.values()))
        same = {key for key, value in values.items() if self._stands(key, value)}
        self._shown |= values
        self._brought = Outcome(
            values={key: value for key, value in values.items() if key not in same},
            confirmed=frozenset(same),
            withdrawn=withdrawn,
            report=_NOTHING_ASKED,
            measured_at=dt_util.utcnow(),
            happenings=tuple(happenings),
        )
        return self._brought

    def _news_of(self, name: str, moment: SiteMoment) -> PartNews:
        """Let a piece look; a fault of ours in one of them takes nothing from the others."""
        try:
            news = self.parts[name].look(moment)
        except Exception:
            if name not in self._broken:
                _LOGGER.exception("The piece %s of the site has failed", name)
            self._broken.add(name)
            return PartNews()
        self._broken.discard(name)
        return news

    @callback
    def bring(self, news: PartNews) -> None:
        """Show what a piece has to say between two looks."""
        same = {key for key, value in news.values.items() if self._stands(key, value)}
        self._shown |= news.values
        self._push(
            Outcome(
                values={key: value for key, value in news.values.items() if key not in same},
                confirmed=frozenset(same),
                report=_NOTHING_ASKED,
                happenings=news.happenings,
            )
        )

    def _stands(self, key: str, value: object) -> bool:
        """Tell whether a value is that of the last look, so that no state has to be written.

        A power is measured anew with each look, also one that is the same.
        """
        return key not in MOMENTARY and key in self._shown and self._shown[key] == value

    def _cancel_plan(self) -> None:
        """Forget a look that was planned."""
        if self._planned is not None:
            self._planned()
            self._planned = None

    @override
    async def async_disconnect(self) -> None:
        """Nothing to do: there is no connection."""

    @override
    async def async_close(self) -> None:
        """Stop looking and save what must survive; once, though a stop may come before the end."""
        if self._closed:
            return
        self._closed = True
        self._stop_listening()
        self._stop_tracking()
        self._cancel_plan()
        for part in self.parts.values():
            await part.async_close()
        await self.keeper.close()


def _part_of(memory: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Give the memory of a piece; nothing where it is missing or damaged."""
    part = memory.get(name)
    return part if isinstance(part, Mapping) else {}
