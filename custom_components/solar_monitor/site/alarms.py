"""The alarms of the site: one board for all sources, shown as states, told as events, as repairs.

What is wrong, and what becomes of it, is decided in `logic/alarms.py`; here it gets its words.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, cast, override

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util

from ..logic.alarm_board import Board
from ..logic.alarms import Alarm, Change
from ..logic.stored import is_number
from ..sources.spec import Finding, Happening, Rows
from ..sun import is_low
from . import alarm_keys, alarm_repairs
from .alarm_signs import SITE, Signs
from .alarm_words import Words
from .keys import about
from .parts import PartNews, SitePart
from .roles import OTHERS
from .rows_alarms import alarm_rows

if TYPE_CHECKING:
    from ..coordinator import SolarMonitorConfigEntry
    from .moment import SiteMoment
    from .options_data import SiteOptions
    from .source import SiteSource

_BOARD: Final = "board"
_SIGNS: Final = "signs"
_TITLES: Final = "titles"
_CALLED: Final = "called"
_SHOWN: Final = "shown"
_HEARD: Final = "heard"


def make_alarms(
    hass: HomeAssistant,
    entry: SolarMonitorConfigEntry,
    source: SiteSource,
    memory: Mapping[str, Any],
) -> SitePart:
    """Make the alarms of a site from what they gave before the last stop."""
    return SiteAlarms(hass, entry.title, source.options, memory)


def alarm_rows_of(source: SiteSource) -> Rows:
    """Make the rows that a site has now."""
    alarms = cast("SiteAlarms", source.parts[alarm_keys.ALARMS])
    return alarm_rows(alarms.problems, alarms.sources)


class SiteAlarms(SitePart):
    """Watches the whole site."""

    def __init__(
        self, hass: HomeAssistant, title: str, options: SiteOptions, memory: Mapping[str, Any]
    ) -> None:
        """Continue from what `memory` gave; `title` is what people call the site."""
        self._hass: Final = hass
        self._own_titles: Final = {SITE: title} | {each.id: each.name for each in options.others}
        self._others: Final = frozenset(each.id for each in options.others)
        self._called: dict[str, dict[str, str]] = {
            str(name): {str(part): str(text) for part, text in _part(called, name).items()}
            for called in (_part(memory, _CALLED),)
            for name in called
        }
        self.board: Final = Board(memory.get(_BOARD))
        self._signs: Final = Signs(options.alarms, _part(memory, _SIGNS))
        self._titles = {str(name): str(text) for name, text in _part(memory, _TITLES).items()}
        shown = memory.get(_SHOWN)
        self._remembered = frozenset(map(str, shown)) if isinstance(shown, list) else frozenset()
        self._heard: dict[str, float] = {
            str(name): at for name, at in _part(memory, _HEARD).items() if is_number(at)
        }
        self._members = frozenset(self._titles)
        self._revision = 0
        self._due = False
        self._kept: Mapping[str, Any] | None = memory
        """What is stored until Home Assistant has started: what nobody has heard is told again."""
        self._kept_no_longer = False
        self._stop_waiting: Final[CALLBACK_TYPE] = async_at_started(hass, self._on_started)

    @callback
    def _on_started(self, _hass: HomeAssistant) -> None:
        """Store from now on what was told: there are automations that hear it."""
        self._kept, self._kept_no_longer = None, True

    @property
    def _words(self) -> Words:
        """What puts alarms into words."""
        called = {part: text for own in self._called.values() for part, text in own.items()}
        return Words(self._hass, self._titles | called | self._own_titles)

    @property
    @override
    def name(self) -> str:
        """What its memory is called."""
        return alarm_keys.ALARMS

    @property
    def problems(self) -> frozenset[str]:
        """The binary sensors that the site has."""
        watched = self._signs.kinds
        return alarm_keys.ALWAYS | {
            key for key in self._remembered if alarm_keys.PROBLEMS.get(key, frozenset()) & watched
        }

    @property
    def sources(self) -> Mapping[str, str]:
        """The sources of the site by name, with what people call them."""
        return {name: self._titles[name] for name in sorted(self._members)}

    @property
    @override
    def keys(self) -> frozenset[str]:
        """The keys of the snapshot that it brings."""
        heard = map(alarm_keys.last_success_key, self._members)
        return frozenset({*alarm_keys.PROBLEMS, *heard})

    @property
    @override
    def revision(self) -> int:
        """Another number than before when there are other rows."""
        return self._revision

    @property
    @override
    def start_values(self) -> Mapping[str, Any]:
        """When the sources were last heard; of alarms nothing is known before the first look."""
        return self._success()

    @override
    def look(self, moment: SiteMoment) -> PartNews:
        """Judge what is said now."""
        members = {each.name: each.title for each in moment.members if each.included}
        self._titles |= members
        sources = {*members, SITE, OTHERS}
        self._signs.keep(sources)
        for given in moment.contributions:
            self._called[given.name] = {**self._called.get(given.name, {}), **given.called}
            if given.last_success is not None:
                self._heard[given.name] = given.last_success
        statements = self._signs.statements(
            moment, self._heard, day=not is_low(self._hass), known=self.board.knows
        )
        twins = {
            (given.name, part): gateway
            for given in moment.contributions
            for part, gateways in given.told_better.items()
            for gateway in sorted(gateways & members.keys())
        }
        changes = self.board.look(
            statements,
            moment.at,
            sources=sources,
            kinds=self._signs.kinds,
            twins=twins,
            devices={OTHERS: self._others},
        )
        self._due = bool(changes) or self._kept_no_longer
        self._kept_no_longer = False
        happenings = tuple(self._told(change) for change in changes)
        # Who has left is named for the last time.
        self._titles = members
        self._forget_parts(moment)
        self._note(frozenset(members))
        states = {key: self.board.state(kinds) for key, kinds in alarm_keys.PROBLEMS.items()}
        standing, words = self.board.standing, self._words
        return PartNews(
            values={
                **{key: state for key, state in states.items() if state is not None},
                **{about(key): self._attributes(key, standing, words) for key in self.problems},
                **self._success(),
            },
            withdrawn=frozenset(key for key, state in states.items() if state is None),
            happenings=happenings,
        )

    def _forget_parts(self, moment: SiteMoment) -> None:
        """Keep what people call the parts that there are; a source that is silent names none."""
        self._called = {
            given.name: dict(given.called) or self._called[given.name]
            for given in moment.contributions
        }

    def _note(self, members: frozenset[str]) -> None:
        """Notice which sources there are, and what they tell of.

        What was shown stays while there is nobody at all: a source may come back.
        """
        before = self.problems, self._members
        if members:
            told = self.board.kinds
            self._remembered = frozenset(
                key for key, kinds in alarm_keys.PROBLEMS.items() if kinds & told
            )
        self._members = members
        self._heard = {name: at for name, at in self._heard.items() if name in members}
        self._revision += (self.problems, self._members) != before

    def _attributes(self, key: str, standing: Sequence[Alarm], words: Words) -> dict[str, Any]:
        """Describe the alarms of a binary sensor; `standing` are those of all."""
        kinds = alarm_keys.PROBLEMS[key]
        alarms = [each for each in standing if each.about.kind in kinds]
        return words.summed_up(alarms, self.board.silent(kinds))

    def _success(self) -> dict[str, Any]:
        """Give when each source was last heard; None: not since it was added."""
        heard = self._heard
        return {
            alarm_keys.last_success_key(name): (
                datetime.fromtimestamp(round(heard[name]), UTC) if name in heard else None
            )
            for name in self._members
        }

    def _told(self, change: Change) -> Happening:
        """Make the event of a change."""
        return Happening(
            key=alarm_keys.ALARMS,
            event_type=alarm_keys.RAISED if change.ended is None else alarm_keys.CLEARED,
            attributes=self._words.changed(change),
        )

    @override
    def findings(self) -> tuple[Finding, ...]:
        """What has lasted for long, and what the user can do something about."""
        now = dt_util.utcnow().timestamp()
        return tuple(alarm_repairs.holding(self.board.standing, self._words, now))

    @override
    def undecided(self) -> frozenset[str]:
        """None: an alarm of which nobody can tell now stands, and its repair with it."""
        return frozenset()

    @property
    @override
    def due(self) -> bool:
        """Whether something was told that must not be told again."""
        return self._due

    @override
    def memory(self) -> Mapping[str, Any]:
        """Give what must survive a restart, as JSON."""
        if self._kept is not None:
            return self._kept
        return {
            _BOARD: self.board.to_list(),
            _SIGNS: self._signs.memory(),
            _TITLES: dict(self._titles),
            _CALLED: {name: dict(called) for name, called in self._called.items()},
            _SHOWN: sorted(self._remembered),
            _HEARD: dict(self._heard),
        }

    @override
    async def async_close(self) -> None:
        """Wait for the start no longer; nothing else goes on between two looks."""
        self._stop_waiting()


def _part(memory: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Give a part of the memory; nothing where it is missing or damaged."""
    part = memory.get(name)
    return part if isinstance(part, Mapping) else {}
