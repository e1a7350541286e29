"""What the user can do something about: alarms that stay, calls used up, what the cloud refuses.

All of it is remembered, so that it is shown at once after a start: a system that is refused is left
alone for a day, and nothing is asked that would tell again.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from homeassistant.util import dt as dt_util

from ...clients.enlighten.budget import Budget, Use
from ...clients.enlighten.endpoints import CORE, Endpoint
from ...clients.enlighten.errors import (
    KeyMismatchError,
    NotFoundError,
    NotInPlanError,
    SystemDeniedError,
)
from ...clients.enlighten.limits import Pause
from ...clients.enlighten.months import bounds_of, month_of
from ...clients.enlighten.poller import Result
from ...logic.incidents import Standing
from ..spec import Finding
from .evidence import type_name
from .ledgers import Catalogue, Ledgers

ALARM_OPEN: Final = "alarm_open"
QUOTA_USED_UP: Final = "quota_used_up"
CAPABILITY_LOST: Final = "capability_lost"
KEY_MISMATCH: Final = "key_mismatch"
SYSTEM_DENIED: Final = "system_denied"

ALARM_OPEN_S: Final = 86_400.0
"""How long an alarm is open before it is a repair."""
QUOTA_S: Final = 86_400.0
"""How much of the month there has to be left: on its last day the calls may come to an end."""
GUIDE: Final = "https://github.com/solar-monitor/solar_monitor/blob/main/docs/enlighten.md"

_TIME: Final = "%Y-%m-%d %H:%M"
_NONE: Final = "–"

_OFFERS: Final[Mapping[Endpoint, str]] = {
    Endpoint.DEVICES: "devices",
    Endpoint.INVERTERS: "panels",
    Endpoint.EVENTS: "events",
    Endpoint.OPEN_EVENTS: "events",
    Endpoint.ALARMS: "alarms",
    Endpoint.OPEN_ALARMS: "alarms",
    Endpoint.EVENT_TYPES: "descriptions of events and alarms",
    Endpoint.PRODUCTION_METER: "production",
    Endpoint.PRODUCTION_MICRO: "production",
    Endpoint.CONSUMPTION_METER: "consumption",
    Endpoint.IMPORT: "grid import",
    Endpoint.EXPORT: "grid export",
    Endpoint.BATTERY: "battery",
}
"""What is lost with an endpoint, in words."""


@dataclass(frozen=True, slots=True)
class SystemView:
    """What findings need to know of one system."""

    system_id: int
    name: str = field(repr=False)
    """What the user calls it."""
    ledgers: Ledgers
    catalogue: Catalogue


class Findings:
    """Watches one account. Kept in the entry's memory.

    `key_id` is `budget_id(api_key)`: with another key, what is remembered of its mismatch is void.
    """

    def __init__(self, key_id: str, memory: object = None) -> None:
        """Go on from what `to_dict` gave; anything else begins with nothing found."""
        stored = memory if isinstance(memory, Mapping) else {}
        self._key_id = key_id
        self._mismatch = stored.get("mismatch") == key_id
        self._denied = {number for number in _listed(stored.get("denied")) if _is_number(number)}
        self._answered = _read_endpoints(stored.get("answered"))
        self._lost = _read_endpoints(stored.get("lost"))
        month = stored.get("quota_month")
        self._quota_month = month if isinstance(month, str) else ""

    def to_dict(self) -> dict[str, Any]:
        """Give what must survive a restart as JSON. Nothing of it is secret."""
        return {
            "mismatch": self._key_id if self._mismatch else None,
            "denied": sorted(self._denied),
            "answered": _written(self._answered),
            "lost": _written(self._lost),
            "quota_month": self._quota_month,
        }

    def note(self, result: Result) -> None:
        """Take in any result of the poller."""
        system_id, endpoint = result.task.system_id, result.task.endpoint
        match result.error:
            case None:
                self._mismatch = False
                self._denied.discard(system_id)
                self._answered[system_id].add(endpoint)
                self._lost[system_id].discard(endpoint)
            case KeyMismatchError():
                self._mismatch = True
            case SystemDeniedError():
                self._denied.add(system_id)
            case NotFoundError() if endpoint in CORE:
                self._denied.add(system_id)
            case NotInPlanError() if endpoint in self._answered[system_id]:
                self._lost[system_id].add(endpoint)
            case _:
                pass

    def holding(
        self, systems: Collection[SystemView], budget: Budget, now: float
    ) -> tuple[Finding, ...]:
        """List what holds now (unix s)."""
        return tuple(self._iterate(systems, budget, now))

    def undecided(self, systems: Iterable[SystemView]) -> frozenset[str]:
        """Name what cannot be judged yet: alarms, before anybody has told which are open."""
        unheard = any(system.ledgers.alarms is None for system in systems)
        return frozenset({ALARM_OPEN}) if unheard else frozenset()

    def _iterate(
        self, systems: Collection[SystemView], budget: Budget, now: float
    ) -> Iterator[Finding]:
        """Go through what holds."""
        if self._mismatch:
            yield Finding(key=KEY_MISMATCH, learn_more_url=GUIDE)
        yield from self._quota(budget, now)
        for system in systems:
            yield from self._refused(system)
            yield from _alarms(system, now)

    def _quota(self, budget: Budget, now: float) -> Iterator[Finding]:
        """Say that the month's calls are used up, and when they begin anew; once for each month."""
        if budget.left(Use.BACKGROUND) > 0:
            return
        begins_at = bounds_of(now)[1]
        if budget.pause is Pause.MONTH:
            begins_at = budget.opens_at(Use.BACKGROUND)
        month = month_of(now)
        if begins_at - now <= QUOTA_S and self._quota_month != month:
            return
        self._quota_month = month
        yield Finding(
            key=QUOTA_USED_UP,
            stage=f"_{month}",
            placeholders={"begins": _local(begins_at), "limit": str(budget.limits.per_month)},
            learn_more_url=GUIDE,
        )

    def _refused(self, system: SystemView) -> Iterator[Finding]:
        """Say what of a system is refused."""
        if system.system_id in self._denied:
            yield Finding(
                key=SYSTEM_DENIED,
                stage=f"_{system.system_id}",
                placeholders={"system": system.name},
                learn_more_url=GUIDE,
            )
        lost = sorted(self._lost[system.system_id])
        if lost:
            words = dict.fromkeys(_OFFERS.get(endpoint, endpoint.value) for endpoint in lost)
            yield Finding(
                key=CAPABILITY_LOST,
                stage=f"_{system.system_id}_{'+'.join(lost)}",
                placeholders={"system": system.name, "lost": ", ".join(words)},
                learn_more_url=GUIDE,
            )


def _alarms(system: SystemView, now: float) -> Iterator[Finding]:
    """Say which alarms have been open for long; each is a repair of its own."""
    alarms = system.ledgers.alarms
    for standing in alarms.standing if alarms else ():
        since = _since(standing)
        if now - since < ALARM_OPEN_S:
            continue
        incident = standing.incident
        kind = system.catalogue.get(incident.type_id or 0)
        texts = (kind.description, kind.action) if kind else ()
        yield Finding(
            key=ALARM_OPEN,
            stage=f"_{system.system_id}_{incident.id}",
            placeholders={
                "system": system.name,
                "alarm": type_name(incident.type_id, kind),
                "since": _local(since),
                "serials": ", ".join(incident.serials) or _NONE,
                "details": "\n\n".join(text for text in texts if text) or _NONE,
            },
        )


def _since(standing: Standing) -> float:
    """Give when an alarm began, or when it was found where that is not told."""
    began = standing.incident.began
    return standing.found_at if began is None else began


def _local(at: float) -> str:
    """Write a time (unix s) in Home Assistant's time zone."""
    return dt_util.as_local(datetime.fromtimestamp(at, UTC)).strftime(_TIME)


def _read_endpoints(data: object) -> defaultdict[int, set[Endpoint]]:
    """Read stored endpoints by system."""
    found: defaultdict[int, set[Endpoint]] = defaultdict(set)
    known = {endpoint.value: endpoint for endpoint in Endpoint}
    for number, names in (data if isinstance(data, Mapping) else {}).items():
        if str(number).isdecimal():
            found[int(number)] = {known[name] for name in _listed(names) if name in known}
    return found


def _written(endpoints: Mapping[int, Collection[Endpoint]]) -> dict[str, list[str]]:
    """Write endpoints by system."""
    return {
        str(number): sorted(endpoint.value for endpoint in names)
        for number, names in endpoints.items()
        if names
    }


def _listed(data: object) -> list[Any]:
    """Read a stored list."""
    return data if isinstance(data, list) else []


def _is_number(data: object) -> bool:
    """Tell whether something stored may be the number of a system."""
    return isinstance(data, int) and not isinstance(data, bool)
