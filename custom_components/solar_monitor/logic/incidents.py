"""What began and ended, each told once, from lists that tell only a part of it.

Somebody else keeps the incidents and can be asked for all that are open, for those that began
within a window of time, or for some that are over. The answers overlap, come in any order, late or
not at all, and we are away for days. From them a ledger finds out what is open, and what is news:

- What an incident was is remembered by its id: it is told as opened once and as closed at most
  once, however often it is listed. One that is listed as open again after it was closed is open
  again; that is not told.
- The first look is where we begin: what is in it is known and no news. So is what had ended before
  it, and what began before the time that it could tell of.
- Absence means closed only where the answer would have had it: in a list of everything that is
  open, or in a window in which it began. No answer says nothing.
- An open one of which no answer could tell anything for two weeks is forgotten without a word.
- A closed one is remembered for two weeks after it was last listed; the windows are of one.

Times are unix seconds.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
import math
from typing import Any, Final, Self

from .stored import is_number

KEEP_S: Final = 14 * 86_400.0
"""How long an incident is remembered that is over, or that nobody tells of."""
# Clocks differ: what began so close to the begin of a window may be missing there.
EDGE_S: Final = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Something that began somewhere, as it was listed."""

    id: str
    began: float | None = None
    ended: float | None = None
    """None: it is open, or nobody knows when it ended."""
    over: bool = False
    momentary: bool = False
    """It happens and has no end."""
    type_id: int | None = None
    severity: int | None = None
    serials: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Give it as JSON."""
        return asdict(self) | {"serials": list(self.serials)}

    @classmethod
    def from_dict(cls, data: object) -> Self | None:
        """Read it back; None for anything that was not written by `to_dict`."""
        if not isinstance(data, Mapping) or not isinstance(data.get("id"), str):
            return None
        serials = data.get("serials")
        return cls(
            id=data["id"],
            began=_time(data.get("began")),
            ended=_time(data.get("ended")),
            over=data.get("over") is True,
            momentary=data.get("momentary") is True,
            type_id=_whole(data.get("type_id")),
            severity=_whole(data.get("severity")),
            serials=tuple(map(str, serials)) if isinstance(serials, list) else (),
        )


@dataclass(frozen=True, slots=True)
class Change:
    """An incident that was not told before: it has opened (or happened), or it has closed."""

    incident: Incident
    opened: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """An open incident, and when an answer said so first and last."""

    incident: Incident
    found_at: float
    seen_at: float


@dataclass(slots=True)
class _Open:
    """An open incident as it is remembered."""

    incident: Incident
    found_at: float
    seen_at: float
    told: bool = False
    """Its end has been told before: it is open again."""
    unheard_since: float | None = None
    """The first look since it was last listed that could not have had it."""

    def to_dict(self) -> dict[str, Any]:
        """Give it as JSON."""
        return {
            "incident": self.incident.to_dict(),
            "found_at": self.found_at,
            "seen_at": self.seen_at,
            "told": self.told,
            "unheard_since": self.unheard_since,
        }

    @classmethod
    def from_dict(cls, data: object) -> Self | None:
        """Read it back; None for anything that was not written by `to_dict`."""
        stored = data if isinstance(data, Mapping) else {}
        incident = Incident.from_dict(stored.get("incident"))
        found_at, seen_at = _time(stored.get("found_at")), _time(stored.get("seen_at"))
        if incident is None or found_at is None or seen_at is None:
            return None
        told, unheard_since = stored.get("told") is True, _time(stored.get("unheard_since"))
        return cls(incident, found_at, seen_at, told, unheard_since)


class Ledger:
    """Keeps the incidents of one kind."""

    def __init__(self, memory: object = None) -> None:
        """Go on from what `to_dict` gave; anything else begins with nothing known."""
        stored = memory if isinstance(memory, Mapping) else {}
        self.looked_at: float | None = _time(stored.get("looked_at"))
        """When an answer last told what is open."""
        self._since = _time(stored.get("since"))
        covered_from = _time(stored.get("covered_from"))
        self._covered_from = -math.inf if covered_from is None else covered_from
        found = map(_Open.from_dict, _listed(stored.get("open")))
        self._open = {each.incident.id: each for each in found if each}
        self._over = _read_times(stored.get("over"))

    def to_dict(self) -> dict[str, Any]:
        """Give what must survive a restart as JSON."""
        return {
            "looked_at": self.looked_at,
            "since": self._since,
            "covered_from": self._covered_from if math.isfinite(self._covered_from) else None,
            "open": [each.to_dict() for each in self._open.values()],
            "over": dict(self._over),
        }

    @property
    def open(self) -> tuple[Standing, ...]:
        """What is open, as far as answers have told; the oldest first."""
        found = (
            Standing(each.incident, each.found_at, each.seen_at) for each in self._open.values()
        )
        return tuple(sorted(found, key=lambda each: (each.incident.began or 0, each.incident.id)))

    def look(
        self, found: Iterable[Incident], at: float, *, begin: float = -math.inf
    ) -> tuple[Change, ...]:
        """Take in everything that is open and began at `begin` or later; returns what is news.

        What is over may be among it.
        """
        listed = {incident.id: incident for incident in found}
        changes = [*self._note(listed.values(), at), *self._miss(listed, at, begin)]
        if self._since is None:
            self._since, self._covered_from = at, begin
        elif begin == -math.inf:
            self._covered_from = begin
        self.looked_at = at
        return _in_order(changes)

    def note(self, found: Iterable[Incident], at: float) -> tuple[Change, ...]:
        """Take in some incidents that tell nothing of any other; returns what is news."""
        return _in_order(self._note(found, at))

    def _note(self, found: Iterable[Incident], at: float) -> Iterator[Change]:
        """Take in what is listed."""
        self._over = {name: seen for name, seen in self._over.items() if seen > at - KEEP_S}
        for incident in found:
            if incident.over or incident.momentary:
                yield from self._close(incident, at)
            else:
                yield from self._keep_open(incident, at)

    def _miss(self, listed: Collection[str], at: float, begin: float) -> Iterator[Change]:
        """Take in what is not listed, although it was open."""
        for known in [each for name, each in self._open.items() if name not in listed]:
            if _would_be_listed(known.incident, begin):
                yield from self._close(replace(known.incident, over=True), at)
            elif known.unheard_since is None:
                known.unheard_since = at
            elif at - known.unheard_since >= KEEP_S:
                self._over[known.incident.id] = at
                del self._open[known.incident.id]

    def _keep_open(self, incident: Incident, at: float) -> Iterator[Change]:
        """Take in one that is open."""
        known = self._open.get(incident.id)
        told = known.told if known else incident.id in self._over
        self._over.pop(incident.id, None)
        self._open[incident.id] = _Open(incident, known.found_at if known else at, at, told)
        if known is None and not told and self._watches(incident.began):
            yield Change(incident, opened=True)

    def _watches(self, began: float | None) -> bool:
        """Tell whether an open one would have been in the first look, had it been there then."""
        return self._since is not None and (began is None or began >= self._covered_from)

    def _close(self, incident: Incident, at: float) -> Iterator[Change]:
        """Take in one that is over."""
        known = self._open.pop(incident.id, None)
        is_new = known is None and incident.id not in self._over
        self._over[incident.id] = at
        if known is not None and not known.told:
            yield Change(_completed(incident, known.incident), opened=False)
        elif is_new and self._is_news(incident, at):
            yield Change(incident, opened=True)
            if not incident.momentary:
                yield Change(incident, opened=False)

    def _is_news(self, incident: Incident, at: float) -> bool:
        """Tell whether one that is over, and was never listed before, ended since we look.

        What ended longer ago than we remember may have been told and forgotten.
        """
        end = incident.ended or incident.began
        return self._since is not None and end is not None and end >= max(self._since, at - KEEP_S)


def _completed(incident: Incident, known: Incident) -> Incident:
    """Add to what is listed of an incident what was known of it."""
    return replace(
        incident,
        began=known.began if incident.began is None else incident.began,
        type_id=known.type_id if incident.type_id is None else incident.type_id,
        severity=known.severity if incident.severity is None else incident.severity,
        serials=incident.serials or known.serials,
    )


def _would_be_listed(incident: Incident, begin: float) -> bool:
    """Tell whether an open incident would be in a list of those that began at `begin` or later."""
    if begin == -math.inf:
        return True
    return incident.began is not None and incident.began > begin + EDGE_S


def _in_order(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Sort by when it happened; what has no time comes last, and no end before its begin."""

    def when(change: Change) -> float:
        began, ended = change.incident.began, change.incident.ended
        begin = math.inf if began is None else began
        if change.opened:
            return begin
        return max(begin, math.inf if ended is None else ended)

    return tuple(sorted(changes, key=when))


def _listed(data: object) -> list[Any]:
    """Read a stored list."""
    return data if isinstance(data, list) else []


def _read_times(data: object) -> dict[str, float]:
    """Read times by id."""
    if not isinstance(data, Mapping):
        return {}
    return {str(name): float(at) for name, at in data.items() if is_number(at)}


def _time(data: object) -> float | None:
    """Read a stored time."""
    return float(data) if is_number(data) else None


def _whole(data: object) -> int | None:
    """Read a stored whole number."""
    return data if isinstance(data, int) and not isinstance(data, bool) else None
