"""What is said at a look at the site that may become an alarm: by its sources, and by ourselves."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from ..logic.alarms import About, Kind, Statement
from ..logic.contribution import Contribution, Subject
from ..logic.flows import Plant, Reading
from ..logic.thresholds import HighImport, HotInverter, LowBattery, NoProduction

if TYPE_CHECKING:
    from .moment import SiteMoment
    from .options_data import AlarmOptions

SITE: Final = "site"
"""Stands for a source where the site as a whole is meant."""

START_S: Final = 180.0
"""How long after a start a source may be silent before that says anything."""
_SILENCES: Final = frozenset({Kind.UNREACHABLE, Kind.STALE})

# A reading that is good for longer than this is one of a few in a day.
_RARE_S: Final = 1_800.0
_DAY_S: Final = 86_400.0

_LOW: Final = "low_battery"
_HIGH: Final = "high_import"
_HOT: Final = "hot_inverters"
_MAKING: Final = "production"
_LIMITS: Final = {
    _LOW: Kind.LOW_BATTERY,
    _HIGH: Kind.HIGH_IMPORT,
    _HOT: Kind.HOT_INVERTER,
}


class Signs:
    """Collects the statements of one look after the other."""

    def __init__(self, options: AlarmOptions, memory: Mapping[str, Any]) -> None:
        """Continue from what `memory` gave; anything else starts with nothing known.

        What a limit has noted until it was turned off counts no more.
        """
        battery, grid = options.battery, options.grid_import
        self._options: Final = options
        self.kinds: Final = _watched(options)
        """The kinds that are watched for: all but the limits that the user has not set."""
        self._began_at: float | None = None
        watched = self.kinds
        noted = {name: memory.get(name) for name, kind in _LIMITS.items() if kind in watched}
        self._low: Final = LowBattery(battery.below, battery.at, noted.get(_LOW))
        self._high: Final = HighImport(
            grid.above_w,
            for_s=grid.for_s,
            hours=(grid.begin, grid.end),
            cooldown_s=grid.cooldown_s,
            memory=noted.get(_HIGH),
        )
        self._hot: Final = _Watches(
            lambda saved: HotInverter(options.temperature.above, saved), noted.get(_HOT)
        )
        self._making: Final = _Watches(
            lambda saved: NoProduction(options.production.after_s, saved), memory.get(_MAKING)
        )

    def memory(self) -> dict[str, Any]:
        """Give what must survive a restart, as JSON."""
        return {
            _LOW: self._low.to_dict(),
            _HIGH: self._high.to_dict(),
            _HOT: self._hot.memory(),
            _MAKING: self._making.memory(),
        }

    def keep(self, sources: Collection[str]) -> None:
        """Forget what was noted of all sources but these."""
        self._hot.keep(sources)
        self._making.keep(sources)

    def statements(
        self,
        moment: SiteMoment,
        heard: Mapping[str, float],
        *,
        day: bool,
        known: Callable[[About], bool],
    ) -> Iterator[Statement]:
        """Go through all that is said at a moment.

        `heard`: when each source was last heard (unix s); `day`: whether there is light enough for
        all panels; `known`: whether anything was told of a thing before.
        """
        loading = self._loading(moment)
        for each in (*_evidence(moment), *_missing(moment, heard, known)):
            early = each.about.kind in _SILENCES and each.about.source in loading
            yield replace(each, holds=None) if early and each.holds else each
        yield from self._site(moment)
        for given in moment.contributions:
            yield from self._heat(given, moment)
            yield from self._production(given, moment, day=day)

    def _loading(self, moment: SiteMoment) -> frozenset[str]:
        """Name the sources that are silent because Home Assistant has just started, perhaps."""
        if self._began_at is None:
            self._began_at = moment.at
        if moment.at - self._began_at >= START_S:
            return frozenset()
        return frozenset(each.name for each in moment.contributions if each.last_success is None)

    def _site(self, moment: SiteMoment) -> Iterator[Statement]:
        """Say what is wrong with the site as a whole. Figures that are held are old."""
        soc = None if moment.held else moment.storage.soc
        grid_w = None if moment.held else moment.flows.grid_w
        options = self._options
        if options.battery.enabled:
            yield Statement(
                About(Kind.LOW_BATTERY, SITE, ""),
                self._low.offer(soc, moment.local),
                moment.at,
                (f"< {options.battery.below:g} %",),
            )
        if options.grid_import.enabled:
            yield Statement(
                About(Kind.HIGH_IMPORT, SITE, ""),
                self._high.offer(grid_w, moment.local, told_at=_grid_told_at(moment.plant)),
                moment.at,
                (f"> {options.grid_import.above_w:g} W",),
            )

    def _heat(self, given: Contribution, moment: SiteMoment) -> Iterator[Statement]:
        """Say which inverters are hot, each with the time of its reading."""
        if not self._options.temperature.enabled:
            return
        limit = (f"> {self._options.temperature.above:g} °C",)
        for inverter in given.inverters:
            reading = inverter.temperature or Reading(None, moment.at)
            about = _about(Kind.HOT_INVERTER, given, inverter.name)
            hot = self._hot.of(about).offer(reading.fresh(moment.at))
            yield Statement(about, hot, reading.at, limit)

    def _production(
        self, given: Contribution, moment: SiteMoment, *, day: bool
    ) -> Iterator[Statement]:
        """Say which panels make nothing, where their source does not judge that itself.

        Which of them have ever made something is noted also while nobody wants to know.
        """
        watched_day = day and self._options.production.enabled
        if any(evidence.subject is Subject.PRODUCTION for evidence in given.evidence):
            return
        for part, power, rated_w in _panels(given):
            about = _about(Kind.NO_PRODUCTION, given, part)
            nothing = self._making.of(about).offer(
                power.fresh(moment.at), rated_w=rated_w, day=watched_day, now=moment.at
            )
            yield Statement(about, nothing, moment.at)


class _Watches[WatchT: (HotInverter, NoProduction)]:
    """One watch for each part of each source, made when it is needed first."""

    def __init__(self, make: Callable[[object], WatchT], memory: object) -> None:
        """Continue from what `memory` gave; `make` takes what one watch has given."""
        self._make: Final[Callable[[object], WatchT]] = make
        stored = memory if isinstance(memory, Mapping) else {}
        self._watches: dict[tuple[str, str], WatchT] = {
            (str(source), str(part)): make(saved)
            for source, parts in stored.items()
            if isinstance(parts, Mapping)
            for part, saved in parts.items()
        }

    def of(self, about: About) -> WatchT:
        """Give the watch for a thing."""
        key = (about.source, about.device)
        if key not in self._watches:
            self._watches[key] = self._make(None)
        return self._watches[key]

    def keep(self, sources: Collection[str]) -> None:
        """Forget those of all sources but these."""
        self._watches = {key: watch for key, watch in self._watches.items() if key[0] in sources}

    def memory(self) -> dict[str, dict[str, Any]]:
        """Give what must survive a restart, as JSON."""
        stored: dict[str, dict[str, Any]] = {}
        for (source, part), watch in self._watches.items():
            stored.setdefault(source, {})[part] = watch.to_dict()
        return stored


def _watched(options: AlarmOptions) -> frozenset[Kind]:
    """Give the kinds that are watched for."""
    limits = {
        Kind.LOW_BATTERY: options.battery.enabled,
        Kind.HIGH_IMPORT: options.grid_import.enabled,
        Kind.HOT_INVERTER: options.temperature.enabled,
        Kind.NO_PRODUCTION: options.production.enabled,
    }
    return frozenset(kind for kind in Kind if limits.get(kind, True))


def _evidence(moment: SiteMoment) -> Iterator[Statement]:
    """Go through what the sources say, each thing once.

    A notice beside something worse is mostly the same. So is a panel that has failed, if the same
    words are told of the production as well.
    """
    said = [Statement.of(source, evidence, moment.at) for source, evidence in moment.evidence]
    wrong = {each.about: frozenset(each.words) for each in said if each.holds}
    worse = {about[1:] for about in wrong if about.kind is not Kind.NOTICE}
    for each in said:
        about = each.about
        words, of_panels = {*each.words}, wrong.get(about._replace(kind=Kind.PANELS), frozenset())
        covered = each.holds is True and (
            (about.kind is Kind.NOTICE and about[1:] in worse)
            or (about.kind is Kind.PRODUCTION and bool(words) and words <= of_panels)
        )
        yield replace(each, holds=None, covered=True) if covered else each


def _missing(
    moment: SiteMoment, heard: Mapping[str, float], known: Callable[[About], bool]
) -> Iterator[Statement]:
    """Say which values are missing, source by source."""
    for given in moment.contributions:
        yield from _stale(given, moment, heard.get(given.name), known)


def _stale(
    given: Contribution,
    moment: SiteMoment,
    heard_at: float | None,
    known: Callable[[About], bool],
) -> Iterator[Statement]:
    """Say which parts are missing in the sums that were there once.

    A cloud that is asked a few times a day has no power in between, and that is as it should be:
    its part is missing if it has not answered for a day. What may sleep is not asked to tell.
    """
    asleep = any(evidence.sleeping(moment.at) for evidence in given.evidence)
    rare = {array.name for array in given.arrays if array.power.good_for_s > _RARE_S}
    rare |= given.notices
    for part in dict.fromkeys((*given.parts(), *sorted(given.notices))):
        about = _about(Kind.STALE, given, part)
        if part in rare:
            missing = heard_at is not None and moment.at - heard_at > _DAY_S
        else:
            missing = part in moment.missing
        if not missing or known(about):
            excused = missing and asleep
            yield Statement(about, None if excused else missing, moment.at, covered=excused)


def _grid_told_at(plant: Plant) -> float:
    """Give when the power of the grid was told last, by what tells it."""
    if plant.meter is not None:
        return plant.meter.power.at
    readings = (
        [hybrid.grid_port for hybrid in plant.hybrids] if plant.home is None else [plant.home]
    )
    return max((reading.at for reading in readings), default=0.0)


def _panels(given: Contribution) -> Iterator[tuple[str, Reading, float | None]]:
    """Go through everything with panels: its name, power and rated power."""
    for hybrid in given.hybrids:
        yield hybrid.name, hybrid.strings, hybrid.rated_w
    for array in given.arrays:
        yield array.name, array.power, None


def _about(kind: Kind, given: Contribution, part: str) -> About:
    """Name a thing of a part; a part that is the source itself needs no name of its own."""
    return About(kind, given.name, "" if part == given.name else part)
