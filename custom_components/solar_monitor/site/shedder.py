"""Load shedding in Home Assistant: tells the rule what is, and carries out what it decides.

What is done, and when, is decided in `logic/shedding`. It is asked with each look at the site, when
a load changes, after each call, when time alone changes something, and every minute. What is about
to be done is stored before it is done, so that a start after a crash gives back what is off.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
import logging
from typing import TYPE_CHECKING, Any, Final, cast, override

from homeassistant.const import (
    ATTR_DOMAIN,
    ATTR_SERVICE,
    ATTR_SERVICE_DATA,
    ENTITY_MATCH_ALL,
    EVENT_CALL_SERVICE,
)
from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
    split_entity_id,
)
from homeassistant.helpers.event import async_call_later, async_track_state_change_event
from homeassistant.util import dt as dt_util

from ..logic.shedding import (
    Config,
    Decision,
    Load,
    Memory,
    Reading,
    Request,
    Result,
    Wish,
    decide,
)
from ..sources.spec import Finding
from . import shedder_keys as keys, shedder_repairs
from .keys import about
from .parts import PartNews, SitePart
from .shape import Feature
from .shedder_asks import meant_by, turns_off
from .shedder_giving import ENTITIES, MEMORY, NAMES, async_give_back, named_in
from .shedder_hands import Hands
from .shedder_loads import Loads, carried_over
from .shedder_reading import reading_of, unknown_in
from .shedder_settings import Level, Settings
from .shedder_words import Words

if TYPE_CHECKING:
    from ..coordinator import SolarMonitorConfigEntry
    from .moment import SiteMoment
    from .source import SiteSource

_LOGGER = logging.getLogger(__name__)

LONGEST_PAUSE_S: Final = 60.0
SHORTEST_PAUSE_S: Final = 0.1

_SETTINGS: Final = "settings"
_FAILING: Final = "failing"


def make_shedding(
    hass: HomeAssistant,
    entry: SolarMonitorConfigEntry,
    source: SiteSource,
    memory: Mapping[str, Any],
) -> SitePart:
    """Make the load shedding of a site from what it gave before the last stop."""
    return SiteShedding(hass, entry, source, memory)


def shedding_of(source: SiteSource) -> SiteShedding:
    """Give the load shedding of a site."""
    return cast("SiteShedding", source.parts[keys.SHEDDING])


class SiteShedding(SitePart):
    """Sheds loads and gives them back."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: SolarMonitorConfigEntry,
        source: SiteSource,
        memory: Mapping[str, Any],
    ) -> None:
        """Continue from what `memory` gave; nothing is done before the first look."""
        self._hass: Final = hass
        self._entry: Final = entry
        self._source: Final = source
        self._options: Final = source.options.shedding
        self._settings = Settings.read(_part(memory, _SETTINGS), self._options.lowest)
        self._memory = Memory.from_dict(memory.get(MEMORY))
        self._hands: Final = Hands(hass, entry, self._async_save, self._on_end)
        self._loads: Final = Loads(
            hass,
            self._options.loads,
            names=named_in(memory, NAMES),
            entities=named_in(memory, ENTITIES),
            is_ours=self._hands.is_ours,
            is_busy=self._hands.is_busy,
            site=entry.entry_id,
        )
        self._trouble: Final = shedder_repairs.Trouble(memory.get(_FAILING))
        self._reading = Reading()
        self._unknown: Mapping[str, tuple[str, ...]] = {}
        """The powers that were unknown last."""
        self._results: list[Result] = []
        self._requests: list[Request] = []
        self._decision: Decision | None = None
        self._closed = False
        self._seen: tuple[Load, ...] = ()
        self._tracked: frozenset[str] = frozenset()
        self._stop_tracking: CALLBACK_TYPE = _nothing
        self._stop_listening: CALLBACK_TYPE = _nothing
        self._stop_waiting: CALLBACK_TYPE = _nothing

    @property
    @override
    def name(self) -> str:
        """What its memory is called."""
        return keys.SHEDDING

    @property
    def is_of_use(self) -> bool:
        """Whether there is a charge to shed by, or something that was chosen for it."""
        chosen = bool(self._options.loads) or self._settings.armed or bool(self._memory.holds)
        return chosen or Feature.CHARGE in self._source.model.shape.features

    @property
    @override
    def keys(self) -> frozenset[str]:
        """The keys of the snapshot that it brings."""
        shown = {keys.STATUS, keys.REASON, keys.LOADS_SHED, about(keys.LOADS_SHED), keys.ACTIVE}
        return frozenset(shown | self._settings.values().keys())

    @property
    @override
    def revision(self) -> int:
        """Always the same: what its rows depend on is the site's shape."""
        return 0

    @property
    @override
    def start_values(self) -> Mapping[str, Any]:
        """What is set; of the loads nothing is known before the first look."""
        return self._settings.values()

    @override
    def look(self, moment: SiteMoment) -> PartNews:
        """Decide by what is known of the site now."""
        if not moment.held:
            self._reading = reading_of(moment)
            self._unknown = unknown_in(moment) or self._unknown
        if self._decision is None:
            self._stop_listening = self._hass.bus.async_listen(EVENT_CALL_SERVICE, self._on_call)
        return self._decide()

    def _decide(self) -> PartNews:
        """Ask the rule, begin what it decides, and give what is to be shown."""
        now = dt_util.utcnow().timestamp()
        moves = self._loads.moves(self._memory.owned)
        self._memory = carried_over(self._memory, moves)
        self._seen = self._loads.look(self._memory.owned)
        reading = replace(
            self._reading, results=tuple(self._results), requests=tuple(self._requests)
        )
        self._results, self._requests = [], []
        decision = decide(self._config, self._memory, reading, self._seen, now)
        self._memory, self._decision = decision.memory, decision
        self._trouble.note(decision, self._seen, stored=not self._source.keeper.failed)
        self._hands.awaited = None if (pending := self._memory.pending) is None else pending.number
        if decision.call is not None:
            self._hands.carry_out(decision.call, self._loads.entity_ids[decision.call.load])
        self._track()
        self._wait(decision.again_at, now)
        words = self._words
        return PartNews(
            values={
                **self._settings.values(),
                keys.STATUS: decision.status.value,
                keys.REASON: decision.reason.value,
                keys.LOADS_SHED: len(decision.shed),
                about(keys.LOADS_SHED): words.about_loads(decision),
                keys.ACTIVE: decision.active,
            },
            happenings=tuple(words.told(event) for event in decision.events),
        )

    @property
    def _words(self) -> Words:
        """What puts things into words, with the loads as they are called now."""
        return Words(self._hass, self._loads.names, self._loads.entity_ids)

    @property
    def shed_below(self) -> float:
        """The level that its number shows, %."""
        return self._settings.shed_below

    @property
    def _config(self) -> Config:
        """The settings of the rule."""
        levels = self._settings
        return self._options.config(
            armed=levels.armed,
            shed_below=levels.shed_below,
            restore_above=levels.restore_above,
        )

    @callback
    def _decide_between(self) -> None:
        """Decide between two looks, and show what has become of it; not after the end."""
        if self._closed:
            return
        news = self._decide()
        self._source.bring(news)
        self._source.keeper.look(due=self.due)

    # What makes it decide.

    def _wait(self, again_at: float | None, now: float) -> None:
        """Decide again at a time (unix s), and after a minute at the latest."""
        self._stop_waiting()
        pause_s = LONGEST_PAUSE_S if again_at is None else again_at - now
        pause_s = min(max(pause_s, SHORTEST_PAUSE_S), LONGEST_PAUSE_S)
        self._stop_waiting = async_call_later(self._hass, pause_s, self._on_time)

    @callback
    def _on_time(self, _now: datetime) -> None:
        """Decide because the time has come."""
        self._stop_waiting = _nothing
        self._decide_between()

    def _track(self) -> None:
        """Listen to the loads, as they are called now."""
        entity_ids = frozenset(self._loads.entity_ids.values())
        if entity_ids != self._tracked:
            self._stop_tracking()
            self._tracked = entity_ids
            self._stop_tracking = async_track_state_change_event(
                self._hass, entity_ids, self._on_state
            )

    @callback
    def _on_state(self, _event: Event[EventStateChangedData]) -> None:
        """Decide because a load turned, came or went; its brightness, say, does not matter."""
        if self._loads.look(self._memory.owned) != self._seen:
            self._decide_between()

    @callback
    def _on_call(self, event: Event[Any]) -> None:
        """Notice that somebody turns off what we hold, or have just given back.

        It is to stay off, also where nothing changes by that.
        """
        domain, service = event.data[ATTR_DOMAIN], event.data[ATTR_SERVICE]
        data = event.data[ATTR_SERVICE_DATA]
        if not self._memory.owned or self._hands.is_ours(event.context):
            return
        if not turns_off(domain, service, data):
            return
        meant = meant_by(self._hass, data)
        on = {load.id for load in self._seen if load.on}
        off = [
            reference
            for reference, entity_id in self._loads.entity_ids.items()
            if reference in self._memory.owned
            and turns_off(domain, service, data, on=reference in on)
            and split_entity_id(entity_id)[0] == domain
            and (entity_id in meant or ENTITY_MATCH_ALL in meant)
        ]
        if off:
            self._requests += [Request(reference, Wish.STAY_OFF) for reference in off]
            self._decide_between()

    @callback
    def _on_end(self, result: Result) -> None:
        """Decide because a call has ended."""
        self._results.append(result)
        self._decide_between()

    # What a person asks for.

    async def async_arm(self, *, on: bool) -> None:
        """Arm load shedding, or end it: then everything is given back."""
        self._settings = replace(self._settings, armed=on)
        self._decide_between()
        await self._async_save()

    async def async_change(self, level: Level, value: float) -> None:
        """Change a level. Raises a `ServiceValidationError` if it does not fit the others."""
        self._settings = self._settings.changed(level, value, self._options.lowest)
        self._decide_between()
        await self._async_save()

    @callback
    def reference_of(self, entity_id: str) -> str | None:
        """Give the reference of a load by its entity; None: it is no load."""
        found = (each for each, of in self._loads.entity_ids.items() if of == entity_id)
        return next(found, None)

    @callback
    def release(self, references: Sequence[str]) -> None:
        """Give loads back, and leave them alone for a while."""
        self._requests += [Request(reference, Wish.RELEASE) for reference in references]
        self._decide_between()

    # What is told and remembered.

    @override
    def findings(self) -> tuple[Finding, ...]:
        """What the user can do something about now."""
        stored = not self._source.keeper.failed
        powers = self._words.powers(self._unknown)
        return tuple(self._trouble.holding(self._loads, stored=stored, powers=powers))

    @override
    def undecided(self) -> frozenset[str]:
        """Name the findings that cannot be judged so soon after a start."""
        return self._trouble.undecided

    @property
    @override
    def due(self) -> bool:
        """Whether something changed that a start must know; with a call, the hands store it."""
        decision = self._decision
        return decision is not None and decision.save and decision.call is None

    @override
    def memory(self) -> Mapping[str, Any]:
        """Give what must survive a restart, as JSON."""
        return {
            _SETTINGS: self._settings.to_dict(),
            MEMORY: self._memory.to_dict(),
            NAMES: dict(self._loads.names),
            ENTITIES: dict(self._loads.last),
            _FAILING: self._trouble.memory(),
        }

    def described(self) -> dict[str, Any]:
        """Give what diagnostics may show: words of our own and counts, no names."""
        decision = self._decision
        if decision is None:
            return {}
        return {
            **self._settings.to_dict(),
            "status": decision.status.value,
            "reason": decision.reason.value,
            "grid": decision.grid.value,
            "loads": [
                {"on": load.on, "held": load.id in self._memory.holds, "listed": load.member}
                for load in self._seen
            ],
            "failed": len(decision.failed),
            "released": len(decision.released),
            "missing": len(self._loads.gone),
        }

    async def _async_save(self) -> bool:
        """Store everything now, and tell whether that is done."""
        return await self._source.keeper.save()

    @override
    async def async_close(self) -> None:
        """Stop deciding. Loads stay as they are, unless the user has disabled the site."""
        self._closed = True
        self._stop_listening()
        self._stop_tracking()
        self._stop_waiting()
        await self._hands.async_close()
        if self._entry.disabled_by is not None:
            loads = Loads(self._hass, names=self._loads.names, entities=self._loads.last)
            given = await async_give_back(self._hass, loads, self._memory)
            kept = {load: hold for load, hold in self._memory.holds.items() if load not in given}
            self._memory = replace(self._memory, holds=kept)


def _part(memory: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Give a part of the memory; nothing where it is missing or damaged."""
    part = memory.get(name)
    return part if isinstance(part, Mapping) else {}


def _nothing() -> None:
    """Stand for what there is not to stop."""
