"""How the Energy dashboard of Home Assistant comes to count a site, and nothing twice.

The dashboard's preferences are a list of *energy sources*: mappings with a `type` and the ids of
statistics (`HA/components/energy/data.py`). A site can serve three types. What the dashboard has of
a type is one of:

- *the site's*: a counter of the site is there;
- *counted*: all its counters are ones that the site's sum holds already, those of an inverter or a
  gateway. Next to the site's it would be counted twice;
- *mixed*: some are, some are not. Only a person can take that apart;
- *foreign*: anything else. It is never changed, moved or removed.

Energy counters are named by `stat_energy_from` and `stat_energy_to`.

When an entity gets another id, its statistics go with it (`HA/components/recorder/statistics.py`),
but the dashboard keeps the old id, which stands for nothing from then on. So what has been renamed
is what it was, and only its names have to be put right.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final


class Kind(StrEnum):
    """What a site can serve; the values are the dashboard's own types."""

    SOLAR = "solar"
    GRID = "grid"
    BATTERY = "battery"


class Choice(StrEnum):
    """What becomes of one type; the values are keys of texts."""

    ADD = "add"
    """The site's is added: there is nothing of its type."""
    BESIDE = "beside"
    """The site's is added next to what is there, as that measures something else."""
    REPLACE = "replace"
    """The site's takes the place of what it holds already."""
    RENAME = "rename"
    """What is there stays, by the names that it has now."""
    LEAVE = "leave"
    """Everything stays as it is."""


type EnergySource = Mapping[str, Any]

type Offer = Mapping[Kind, EnergySource]
"""What the site has to give, by type: statistics by the names of the dashboard's fields."""

_TYPE: Final = "type"
_RATE: Final = "stat_rate"
_COUNTERS: Final = ("stat_energy_from", "stat_energy_to")
_STATISTICS: Final = (*_COUNTERS, _RATE, "stat_soc")
_PRICES: Final = (
    ("stat_cost", "entity_energy_price", "number_energy_price"),
    ("stat_compensation", "entity_energy_price_export", "number_energy_price_export"),
)
"""What a kWh costs and what it brings: of each group at most one is set."""
_DAY: Final = "cost_adjustment_day"
_FORECAST: Final = "config_entry_solar_forecast"
_NAME: Final = "name"


class _Standing(StrEnum):
    """What an energy source is to the site."""

    OURS = "ours"
    COUNTED = "counted"
    MIXED = "mixed"
    FOREIGN = "foreign"


def kind_of(source: EnergySource) -> Kind | None:
    """Tell which of our types an energy source has."""
    kind = source.get(_TYPE)
    return Kind(kind) if isinstance(kind, str) and kind in Kind else None


def counters_of(source: EnergySource) -> tuple[str, ...]:
    """Name the statistics by which an energy source counts."""
    return _named(source, _COUNTERS)


def statistics_of(source: EnergySource) -> tuple[str, ...]:
    """Name the statistics of an energy source that a site could serve."""
    return _named(source, _STATISTICS)


def _named(source: EnergySource, fields: Iterable[str]) -> tuple[str, ...]:
    """Name the statistics in some fields."""
    return tuple(name for each in fields if isinstance(name := source.get(each), str))


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """What the dashboard has of one type: counters by what they are to the site."""

    ours: tuple[str, ...] = ()
    counted: tuple[str, ...] = ()
    mixed: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    covers: bool = False
    """Whether what is counted is all that the site's counter holds."""
    doubled: bool = False
    """Whether something is counted twice."""
    replaceable: bool = False
    """Whether there is something that the site's can take the place of."""
    renamed: tuple[str, ...] = ()
    """Statistics that have another name by now."""

    @property
    def counters(self) -> tuple[str, ...]:
        """All counters, those first that the user has to decide about."""
        return self.counted + self.mixed + self.foreign + self.ours

    @property
    def state(self) -> tuple[str, ...]:
        """What a decision is about: another one needs another decision."""
        return tuple(sorted(self.counters + self.renamed))

    @property
    def uses_the_site(self) -> bool:
        """Whether any of it is measured by the site or by its sources."""
        return bool(self.ours or self.counted or self.mixed)

    @property
    def lacking(self) -> bool:
        """Whether it is wrong as it is: nothing there, twice, in part, or by an old name."""
        if self.doubled or self.renamed:
            return True
        if self.ours or self.mixed or self.foreign:
            return False
        return not (self.counted and self.covers)

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What may become of it, the best guess first; nothing that would count twice."""
        choices = self._choices()
        if self.renamed and choices[:1] != (Choice.REPLACE,):
            return (Choice.RENAME, *(choices or (Choice.LEAVE,)))
        return choices

    def _choices(self) -> tuple[Choice, ...]:
        """Tell what may become of it, whatever it is called."""
        if self.mixed and not self.ours:
            return (Choice.LEAVE,)
        if self.replaceable:
            missed = not (self.ours or self.covers or self.foreign)
            order = (Choice.REPLACE, Choice.LEAVE)
            return order if self.doubled or missed else order[::-1]
        if self.ours:
            return (Choice.LEAVE,) if self.doubled else ()
        return (Choice.LEAVE, Choice.BESIDE) if self.foreign else (Choice.ADD, Choice.LEAVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What the dashboard has, seen by the site."""

    sources: Sequence[EnergySource]
    """All energy sources of the dashboard, as they are stored."""
    ours: frozenset[str]
    """The statistics of the site."""
    counted: Mapping[str, str]
    """The statistics that are in the site's sums, each with the name of whose it is."""
    holds: Mapping[Kind, frozenset[str]]
    """By type: whose counters the site's sum holds."""
    renamed: Mapping[str, str] = field(default_factory=dict)
    """Names of before that nothing has any more, each with the name of today."""

    def present(self, kind: Kind) -> Present:
        """Tell what there is of a type."""
        found: dict[_Standing, list[str]] = {standing: [] for standing in _Standing}
        for source in self._of(kind):
            found[self._standing(source)] += counters_of(source)
        counted = found[_Standing.COUNTED]
        whose = {self.counted[self._now(counter)] for counter in counted}
        # There is one exchange with the grid, and whoever measures it measures all of it.
        covers = bool(counted) if kind is Kind.GRID else self.holds.get(kind, frozenset()) <= whose
        mended = [source for source, _ in self.mended(kind)]
        return Present(
            ours=tuple(found[_Standing.OURS]),
            counted=tuple(counted),
            mixed=tuple(found[_Standing.MIXED]),
            foreign=tuple(found[_Standing.FOREIGN]),
            covers=covers,
            doubled=self._doubles(self._of(kind)),
            replaceable=bool(self.replaced(kind)),
            renamed=tuple(
                name for each in mended for name in statistics_of(each) if name in self.renamed
            ),
        )

    def _of(self, kind: Kind, *standings: _Standing) -> tuple[EnergySource, ...]:
        """Give the energy sources of a type; if need be only those that are something."""
        return tuple(
            source
            for source in self.sources
            if kind_of(source) is kind and (not standings or self._standing(source) in standings)
        )

    def _now(self, name: str) -> str:
        """Give the name of today."""
        return self.renamed.get(name, name)

    def _standing(self, source: EnergySource) -> _Standing:
        """Tell what an energy source is to the site."""
        counters = [self._now(counter) for counter in counters_of(source)]
        if any(counter in self.ours for counter in counters):
            return _Standing.OURS
        known = [counter in self.counted for counter in counters]
        if not any(known):
            return _Standing.FOREIGN
        return _Standing.COUNTED if all(known) else _Standing.MIXED

    def _is_known(self, source: EnergySource) -> bool:
        """Tell whether nothing of an energy source is foreign."""
        names = map(self._now, counters_of(source))
        return all(name in self.ours or name in self.counted for name in names)

    def _doubles(self, sources: Iterable[EnergySource]) -> bool:
        """Tell whether anything is counted twice among energy sources of a type.

        The site's counter holds all: nothing else of it may count the same way. Those of sources
        add up, as two inverters do.
        """
        names = [
            {each: self._now(str(source.get(each))) for each in _COUNTERS} for source in sources
        ]
        return any(
            sum(each[way] in self.ours or each[way] in self.counted for each in names) > 1
            for way in _COUNTERS
            if any(each[way] in self.ours for each in names)
        )

    def replaced(self, kind: Kind) -> tuple[EnergySource, ...]:
        """Give the energy sources of a type that the site's would take the place of.

        Those of the site are among them only if one is not enough: it would have to count more
        ways, or there are two that count the same.
        """
        counted = self._of(kind, _Standing.COUNTED)
        ours = self._of(kind, _Standing.OURS)
        if not all(map(self._is_known, ours)):
            return counted  # part of it is foreign
        if not ours or (_ways(counted) <= _ways(ours) and not self._doubles(ours)):
            return counted
        return self._of(kind, _Standing.COUNTED, _Standing.OURS)

    def makes(self, kind: Kind) -> bool:
        """Tell whether the site's energy source of a type is made: none is there that stays."""
        replaced = self.replaced(kind)
        return all(_is_in(source, replaced) for source in self._of(kind, _Standing.OURS))

    def mended(
        self, kind: Kind, gone: Sequence[EnergySource] = ()
    ) -> Iterator[tuple[EnergySource, EnergySource | None]]:
        """Go through those of a type that have old names, each as it is by those of today.

        None: what it counts is in the dashboard by its new name already. `gone`: not looked at.
        """
        kept = [source for source in self.sources if not _is_in(source, gone)]
        taken = {name for source in kept for name in statistics_of(source)}
        for source in kept:
            foreign = self._standing(source) is _Standing.FOREIGN
            old = [name for name in statistics_of(source) if name in self.renamed]
            if kind_of(source) is not kind or foreign or not old:
                continue
            if any(self._now(each) in taken for each in counters_of(source) if each in old):
                if self._is_known(source):
                    yield source, None
                continue
            new = {
                each: self._now(name) if each in _STATISTICS and isinstance(name, str) else name
                for each, name in source.items()
                if each != _RATE or name not in old or self._now(name) not in taken
            }
            taken.update(statistics_of(new))
            yield source, new


def _ways(sources: Iterable[EnergySource]) -> set[str]:
    """Name the fields by which energy sources count."""
    return {each for source in sources for each in _COUNTERS if isinstance(source.get(each), str)}


def lacking(survey: Survey, offer: Offer, left: Mapping[Kind, Sequence[str]]) -> bool:
    """Tell whether the dashboard should use the site, and does not.

    `left`: types that the user wants as they are, each with the `Present.state` of then. What is
    foreign may be right: it counts only where nothing of the site is in the dashboard at all.
    """
    present = {kind: survey.present(kind) for kind in offer}
    undecided = {
        kind: each
        for kind, each in present.items()
        if kind not in left or sorted(left[kind]) != list(each.state)
    }
    if any(each.lacking for each in undecided.values()):
        return True
    unused = not any(each.uses_the_site for each in present.values())
    return unused and any(Choice.BESIDE in each.choices for each in undecided.values())


def merged(
    survey: Survey, offer: Offer, choices: Mapping[Kind, Choice]
) -> tuple[EnergySource, ...]:
    """Give the energy sources as they should be: all that is foreign stays, as it is, in its order.

    A choice that `Present.choices` does not name is as if the user had left everything as it is.
    """
    made = {
        kind: choice
        for kind, choice in choices.items()
        if kind in offer and choice in survey.present(kind).choices and choice is not Choice.LEAVE
    }
    gone = [
        source
        for kind, choice in made.items()
        if choice is Choice.REPLACE
        for source in survey.replaced(kind)
    ]
    mended = [each for kind in made for each in survey.mended(kind, gone)]
    kept = [
        form
        for source in survey.sources
        if not _is_in(source, gone) and (form := _form_of(source, mended)) is not None
    ]
    new = {
        kind: _made(kind, offer[kind], survey.replaced(kind), kept)
        for kind in Kind
        if made.get(kind, Choice.RENAME) is not Choice.RENAME and survey.makes(kind)
    }
    result: list[EnergySource] = []
    for source in survey.sources:
        if not _is_in(source, gone):
            form = _form_of(source, mended)
            result += () if form is None else (form,)
        elif (kind := kind_of(source)) is not None and kind in new:
            result.append(new.pop(kind))  # where the first one stood
    return (*result, *new.values())


def _form_of(
    source: EnergySource, mended: Iterable[tuple[EnergySource, EnergySource | None]]
) -> EnergySource | None:
    """Give an energy source as it is by the names of today; None: it is out."""
    return next((new for old, new in mended if old is source), source)


def _is_in(source: EnergySource, sources: Iterable[EnergySource]) -> bool:
    """Tell whether this very one is among some; two may be equal."""
    return any(source is each for each in sources)


def _made(
    kind: Kind,
    fields: EnergySource,
    replaced: Sequence[EnergySource],
    kept: Sequence[EnergySource],
) -> EnergySource:
    """Make the site's energy source of a type; tariffs and forecasts of those before stay."""
    source: dict[str, Any] = {_TYPE: kind.value, **fields}
    if any(each.get(_RATE) == source.get(_RATE) for each in kept):
        source.pop(_RATE, None)  # the dashboard takes a power once only
    if kind is Kind.SOLAR:
        source[_FORECAST] = _forecasts(replaced)
    if kind is Kind.GRID:
        source |= _tariff(replaced)
    return source


def _forecasts(replaced: Iterable[EnergySource]) -> list[str] | None:
    """Join the forecasts, each once."""
    names = dict.fromkeys(name for each in replaced for name in each.get(_FORECAST) or ())
    return list(names) or None


def _tariff(replaced: Sequence[EnergySource]) -> dict[str, Any]:
    """Take over what people have told of their connection: prices, the day of the bill, a name."""
    found: dict[str, Any] = {}
    for group in _PRICES:
        told = (each for each in replaced if any(each.get(field) is not None for field in group))
        first = next(told, {})
        found |= {field: first.get(field) for field in group}
    found[_DAY] = next((each[_DAY] for each in replaced if _DAY in each), 0.0)
    name = next((each[_NAME] for each in replaced if each.get(_NAME)), None)
    return found if name is None else found | {_NAME: name}
