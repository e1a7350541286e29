"""The board of alarms: what is wrong is told once when it begins and once when it ends.

From statements (`alarms.py`) it makes alarms, one for each kind of fault of each device of each
source:

- An alarm is raised when what is wrong was told twice, `on_s` apart, and nothing in between said
  otherwise; it is cleared in the same way after `off_s`. What counts is when it was told, so that
  one answer does not grow into an alarm because none comes after it. With a delay of 0 s, once is
  enough.
- Silence says nothing: what nobody can tell any more is neither raised nor cleared, and neither is
  what was told before Home Assistant was restarted.
- What is wrong when it is heard of for the first time is known and no news; that it ends is.
- The alarms of a source that is no part of the site any more end, and so do those of a kind that
  nobody watches for, and those of a device that its source has not named for a day.
- What is shared by the whole site is told with the first source that finds it, and its end with the
  last: a grid that is gone is one piece of news. So is a panel that a gateway tells of, and the
  account that it reports to.
- What has lasted for `usual_s`, in time that was watched, is how it is and no alarm: a plant
  without a grid.

Times are unix seconds.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from types import MappingProxyType
from typing import Any, Final, NamedTuple, Self

from .alarms import RULES, About, Alarm, Change, Ending, Kind, Statement
from .stored import is_number

FORGOTTEN_S: Final = 86_400.0
"""How long a source that speaks may leave out a device before that is taken for gone."""
_NO_TWINS: Final[Mapping[tuple[str, str], str]] = MappingProxyType({})
_NO_DEVICES: Final[Mapping[str, Collection[str]]] = MappingProxyType({})
# Hours in which nobody watched are no hours of an alarm.
_LONGEST_STEP_S: Final = 900.0
# What is told further apart than any source is asked was not told in a row: a clock that was put
# right, or a source that was away.
_IN_A_ROW_S: Final = 7_200.0


class _Topic(NamedTuple):
    """What is one piece of news: a kind of alarm of one thing, or of the site as a whole."""

    kind: Kind
    source: str = ""
    device: str = ""


class _Phase(StrEnum):
    """How far something has come; the values are stored."""

    NEW = "new"
    """It was wrong from the first time on, and not yet for long enough."""
    WELL = "well"
    STANDING = "standing"
    USUAL = "usual"


@dataclass(slots=True)
class _Record:
    """What was heard of one thing."""

    about: About
    phase: _Phase
    said_at: float
    """When the last statement was told that told something."""
    wrong_since: float | None = None
    """The first statement in a row that it is wrong; of a standing alarm: its begin."""
    well_since: float | None = None
    """The first statement in a row that it is not, while the alarm stands."""
    lasted_s: float = 0.0
    told: bool = False
    """Whether the alarm that stands was news."""
    words: tuple[str, ...] = ()
    named_at: float = 0.0
    """When its source last named it, or was silent altogether."""
    heard: bool = False

    @property
    def stands(self) -> bool:
        """Whether it is an alarm now."""
        return self.phase is _Phase.STANDING

    def alarm(self) -> Alarm:
        """Give it as an alarm."""
        since = self.said_at if self.wrong_since is None else self.wrong_since
        return Alarm(self.about, since, self.words, self.heard)

    def take(self, statement: Statement, now: float) -> Change | None:
        """Take in a statement; gives what is news."""
        self.named_at = now
        self.heard = statement.holds is not None or statement.covered
        if statement.holds is None:
            return None
        if statement.at - self.said_at > _IN_A_ROW_S:
            self._begin_anew()
        step_s = min(max(statement.at - self.said_at, 0.0), _LONGEST_STEP_S)
        self.said_at = statement.at
        if not statement.holds:
            return self._well(statement.at)
        self.words = statement.words
        self.well_since = None
        return self._wrong(statement.at, step_s)

    def _wrong(self, at: float, step_s: float) -> Change | None:
        """Take in that it is wrong."""
        rule = RULES[self.about.kind]
        if self.wrong_since is None:
            self.wrong_since, self.lasted_s = at, 0.0
        else:
            self.wrong_since = min(self.wrong_since, at)
            self.lasted_s += step_s
        match self.phase:
            case _Phase.NEW | _Phase.WELL if at - self.wrong_since >= rule.on_s:
                self.told = self.phase is _Phase.WELL
                self.phase = _Phase.STANDING
                return Change(self.alarm(), at) if self.told else None
            case _Phase.STANDING if rule.usual_s is not None and self.lasted_s >= rule.usual_s:
                self.phase = _Phase.USUAL
                return Change(self.alarm(), at, Ending.USUAL) if self.told else None
            case _:
                return None

    def _well(self, at: float) -> Change | None:
        """Take in that it is not wrong."""
        self.well_since = at if self.well_since is None else min(self.well_since, at)
        lasting = self.phase in {_Phase.STANDING, _Phase.USUAL}
        if lasting and at - self.well_since < RULES[self.about.kind].off_s:
            return None
        change = Change(self.alarm(), at, Ending.OVER) if self.stands else None
        self.phase, self.told = _Phase.WELL, False
        self.wrong_since = self.well_since = None
        return change

    def _begin_anew(self) -> None:
        """Let what was told so far be no part of what is told in a row; an alarm stands on."""
        self.well_since = None
        if self.phase in {_Phase.NEW, _Phase.WELL}:
            self.wrong_since = None

    def gone(self, now: float) -> Change | None:
        """End it; gives what is news."""
        news = self.stands and self.told
        return Change(self.alarm(), now, Ending.GONE) if news else None

    def to_dict(self) -> dict[str, Any]:
        """Give it as JSON."""
        return {
            "kind": self.about.kind.value,
            "source": self.about.source,
            "device": self.about.device,
            "phase": self.phase.value,
            "said_at": self.said_at,
            "wrong_since": self.wrong_since,
            "well_since": self.well_since,
            "lasted_s": self.lasted_s,
            "told": self.told,
            "words": list(self.words),
            "named_at": self.named_at,
        }

    @classmethod
    def from_dict(cls, data: object) -> Self | None:
        """Read it back; None for anything that was not written by `to_dict`."""
        match data:
            case {
                "kind": str(kind),
                "source": str(source),
                "device": str(device),
                "phase": str(phase),
                "said_at": said_at,
                **rest,
            } if kind in Kind and phase in _Phase and is_number(said_at):
                words, lasted_s, named_at = (
                    rest.get(name) for name in ("words", "lasted_s", "named_at")
                )
                return cls(
                    about=About(Kind(kind), source, device),
                    phase=_Phase(phase),
                    said_at=said_at,
                    wrong_since=_time(rest.get("wrong_since")),
                    well_since=_time(rest.get("well_since")),
                    lasted_s=lasted_s if is_number(lasted_s) else 0.0,
                    told=rest.get("told") is True,
                    words=tuple(map(str, words)) if isinstance(words, list) else (),
                    named_at=named_at if is_number(named_at) else said_at,
                )
            case _:
                return None


class Board:
    """All alarms of a site."""

    def __init__(self, memory: object = None) -> None:
        """Go on from what `to_list` gave; anything else begins with nothing known."""
        found = map(_Record.from_dict, memory if isinstance(memory, list) else [])
        self._records = {each.about: each for each in found if each}

    def to_list(self) -> list[dict[str, Any]]:
        """Give what must survive a restart as JSON."""
        return [record.to_dict() for record in self._records.values()]

    @property
    def standing(self) -> tuple[Alarm, ...]:
        """The alarms that stand, the oldest first."""
        alarms = (each.alarm() for each in self._records.values() if each.stands)
        return tuple(sorted(alarms, key=lambda alarm: (alarm.since, alarm.about)))

    @property
    def kinds(self) -> frozenset[Kind]:
        """The kinds of which anything was ever told."""
        return frozenset(about.kind for about in self._records)

    def knows(self, about: About) -> bool:
        """Tell whether something was told of a thing before."""
        return about in self._records

    def state(self, kinds: Collection[Kind]) -> bool | None:
        """Tell whether anything of some kinds is wrong.

        On as long as somebody who is heard says so. Off if somebody is heard and no alarm stands;
        an alarm of which nobody can tell any more leaves it unknown.
        """
        records = [each for each in self._records.values() if each.about.kind in kinds]
        standing = [each for each in records if each.stands]
        if standing:
            return True if any(each.heard for each in standing) else None
        heard = (each.heard and each.phase is not _Phase.NEW for each in records)
        return False if any(heard) else None

    def silent(self, kinds: Collection[Kind]) -> frozenset[About]:
        """Name the things of some kinds that were told of before and cannot be now."""
        return frozenset(
            each.about
            for each in self._records.values()
            if each.about.kind in kinds and not each.heard
        )

    def look(
        self,
        statements: Iterable[Statement],
        now: float,
        *,
        sources: Collection[str],
        kinds: Collection[Kind] = frozenset(Kind),
        twins: Mapping[tuple[str, str], str] = _NO_TWINS,
        devices: Mapping[str, Collection[str]] = _NO_DEVICES,
    ) -> tuple[Change, ...]:
        """Take in all that is said now; returns what is news, the oldest first.

        `sources` are all that take part, silent ones too; `kinds` are those that are watched for.
        `twins`: what another source tells of as well, by source and device, with the name of that
        other one. `devices`: all that a source has, where that is known: others of it are gone.
        """
        said = _joined(each for each in statements if each.about.kind in kinds)
        said = {about: each for about, each in said.items() if about.source in sources}
        before = self._standing(twins)
        stood = {topic: any(each.told for each in alike) for topic, alike in before.items()}
        gone = frozenset(
            about
            for about in self._records
            if about.source not in sources
            or about.kind not in kinds
            or about.device not in devices.get(about.source, (about.device,))
        )
        changes = [*self._take(said, now), *self._miss(said, now, gone)]
        together: dict[_Topic, list[Change]] = {topic: [] for topic in stood}
        for change in sorted(changes, key=_in_order):
            together.setdefault(_topic(change.alarm.about, twins), []).append(change)
        standing = self._standing(twins)
        news = (
            _as_one(standing.get(topic, ()), alike, stood=stood.get(topic))
            for topic, alike in together.items()
        )
        return tuple(sorted(chain.from_iterable(news), key=_in_order))

    def _standing(self, twins: Mapping[tuple[str, str], str]) -> dict[_Topic, list[_Record]]:
        """Give the alarms that stand, those together that are one piece of news."""
        together: dict[_Topic, list[_Record]] = {}
        for record in self._records.values():
            if record.stands:
                together.setdefault(_topic(record.about, twins), []).append(record)
        return together

    def _take(self, said: Mapping[About, Statement], now: float) -> Iterator[Change]:
        """Take in what is said."""
        for about, statement in said.items():
            record = self._records.get(about)
            if record is None:
                if statement.holds is None:
                    continue
                phase = _Phase.NEW if statement.holds else _Phase.WELL
                record = self._records[about] = _Record(about, phase, statement.at)
            if (change := record.take(statement, now)) is not None:
                yield change

    def _miss(
        self, said: Mapping[About, Statement], now: float, gone: Collection[About]
    ) -> Iterator[Change]:
        """Take in of what nothing is said; nobody watches any more what is gone."""
        speaking = {about.source for about, each in said.items() if each.holds is not None}
        for about, record in list(self._records.items()):
            if about in said:
                continue
            record.heard = False
            if about.source not in speaking:
                record.named_at = now
            if about not in gone and now - record.named_at < FORGOTTEN_S:
                record.named_at = min(record.named_at, now)
                continue
            del self._records[about]
            if (change := record.gone(now)) is not None:
                yield change


def _topic(about: About, twins: Mapping[tuple[str, str], str]) -> _Topic:
    """Name what is one piece of news, whoever tells of it."""
    rule = RULES[about.kind]
    if rule.shared:
        return _Topic(about.kind)
    gateway = twins.get((about.source, about.device)) if rule.twice else None
    return (
        _Topic(about.kind, about.source, about.device)
        if gateway is None
        else _Topic(about.kind, gateway)
    )


def _as_one(
    standing: Collection[_Record], changes: Sequence[Change], *, stood: bool | None
) -> Sequence[Change]:
    """Make one piece of news of the changes of what is one: its begin or its end.

    `standing`: what stands of it now; `stood`: whether that was told before; None: nothing stood.
    """
    if stood is not None and not standing:
        return changes[-1:]
    news = () if stood is not None else changes[:1]
    for record in standing:
        record.told = bool(stood or news)
    return news


def _joined(statements: Iterable[Statement]) -> dict[About, Statement]:
    """Put together what several say of the same thing: one who says that it is wrong is enough."""
    joined: dict[About, Statement] = {}
    for statement in statements:
        known = joined.get(statement.about)
        if known is None or _weight(statement) > _weight(known):
            joined[statement.about] = statement
    return joined


def _in_order(change: Change) -> tuple[float, About]:
    """Sort changes, the oldest first."""
    return change.at, change.alarm.about


def _weight(statement: Statement) -> tuple[int, float]:
    """Order statements: that something is wrong, that it is not, that it cannot be told."""
    return {True: 2, False: 1, None: 0}[statement.holds], statement.at


def _time(data: object) -> float | None:
    """Read a stored time."""
    return data if is_number(data) else None
