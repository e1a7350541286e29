"""A cloud on paper: it answers without a network, in a time that only moves when somebody waits.

It keeps the books by itself: which endpoint was asked when, and whether a minute or a month holds
more calls than the plan allows. Client and budget are judged by these books.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
import json
from typing import Any, Final
from zoneinfo import ZoneInfo

from custom_components.solar_monitor.clients.enlighten.web import Answer, Question
from custom_components.solar_monitor.clients.errors import ClientError

REPORT_S: Final = 900
UPLOAD_S: Final = 40

# The endpoints whose 429 says which quota it is about.
_OPEN_MINDED: Final = (
    "summary",
    "inverters_summary_by_envoy_or_site",
    "energy_lifetime",
    "production_meter",
    "production_micro",
    "consumption_meter",
    "battery",
)


class PaperTime:
    """Unix time that stands still until somebody waits."""

    def __init__(self, start: datetime) -> None:
        """Begin at an aware time."""
        self.now = start.timestamp()

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Wait: time goes on by so much."""
        self.now += seconds


def _always_normal(_: float) -> str:
    return "normal"


def _nobody(_: float) -> int:
    return 0


@dataclass
class PaperSystem:
    """A system and what the cloud says about it."""

    system_id: int
    zone: tzinfo = field(default_factory=lambda: ZoneInfo("Europe/Amsterdam"))
    cellular: bool = False
    panels: int = 20
    battery: bool = False
    meters: bool = True
    status: Callable[[float], str] = _always_normal
    silent_since: float | None = None

    def reported_at(self, now: float) -> float:
        """When the gateway reported last."""
        every_s = 6 * 3600 if self.cellular else REPORT_S
        now = min(now, self.silent_since or now)
        return (now - UPLOAD_S) // every_s * every_s


@dataclass(frozen=True)
class Booked:
    """A call in the books."""

    at: float
    endpoint: str
    query: Mapping[str, str]
    status: int


type Fault = Callable[[float, str], tuple[int, dict[str, Any]] | ClientError | None]


def no_fault(_: float, __: str) -> tuple[int, dict[str, Any]] | None:
    """Let all calls pass."""
    return None


@dataclass
class PaperCloud:
    """Answers for some systems, with the quotas of the free plan."""

    time: PaperTime
    systems: dict[int, PaperSystem]
    per_minute: int = 10
    per_month: int = 1_000
    month_zone: tzinfo = UTC
    fault: Fault = no_fault
    others: Callable[[float], int] = _nobody
    """Calls that somebody else has made with the same key this month."""
    open_alarms_known: bool = True
    books: list[Booked] = field(default_factory=list)
    _in_month: Counter[str] = field(default_factory=Counter)

    def month_of(self, at: float) -> str:
        """Name the month for which a call counts."""
        return f"{datetime.fromtimestamp(at, self.month_zone):%Y-%m}"

    def counted(self, month: str) -> Counter[str]:
        """Count the calls of a month by endpoint, whatever was answered."""
        return Counter(call.endpoint for call in self.books if self.month_of(call.at) == month)

    def busiest_minute(self) -> int:
        """Give the most calls that any clock minute holds."""
        return max(Counter(call.at // 60 for call in self.books).values(), default=0)

    async def ask(self, question: Question) -> Answer:
        """Answer a question."""
        now = self.time.now
        endpoint, system = self._find(question)
        fault = self.fault(now, endpoint)
        if isinstance(fault, ClientError):
            raise fault
        status, body = fault or self._quota(now, endpoint) or self._answer(endpoint, system, now)
        self.books.append(Booked(now, endpoint, question.query, status))
        self._in_month[self.month_of(now)] += 1
        self.time.now += 0.4
        return Answer(status, json.dumps(body).encode())

    def _find(self, question: Question) -> tuple[str, PaperSystem | None]:
        """Find out what is asked for, and about whom."""
        parts = question.path.removeprefix("/api/v4/systems").strip("/").split("/")
        number = parts[0] if parts[0].isdigit() else question.query.get("site_id")
        endpoint = "system" if parts[-1].isdigit() else parts[-1] or "systems"
        return endpoint, self.systems[int(number)] if number else None

    def _quota(self, now: float, endpoint: str) -> tuple[int, dict[str, Any]] | None:
        """Refuse what exceeds a quota."""
        month = self.month_of(now)
        in_month = self._in_month[month] + self.others(now)
        in_minute = sum(1 for call in self.books[-20:] if call.at // 60 == now // 60)
        if in_month >= self.per_month:
            local = datetime.fromtimestamp(now, self.month_zone)
            begin = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
            end = begin.replace(year=begin.year + begin.month // 12, month=begin.month % 12 + 1)
            return too_many("month", begin.timestamp(), end.timestamp(), 1000, endpoint)
        if in_minute >= self.per_minute:
            return too_many("minute", now // 60 * 60, now // 60 * 60 + 60, 10, endpoint)
        return None

    def _answer(
        self, endpoint: str, system: PaperSystem | None, now: float
    ) -> tuple[int, dict[str, Any] | list[Any]]:
        """Answer with data."""
        if endpoint == "event_types":
            return 200, {
                "event_types": [{"event_type_id": 28, "event_type_key": "envoy_no_report"}]
            }
        assert system is not None
        if endpoint == "open_alarms" and not self.open_alarms_known:
            return 404, {"message": "Not Found", "code": 404}
        body: Callable[[PaperSystem, float], Any] = _BODIES.get(endpoint, _series)
        return 200, body(system, now)


def too_many(
    period: str, begin: float, end: float, limit: int, endpoint: str = "summary"
) -> tuple[int, dict[str, Any]]:
    """Give a 429 as this endpoint would, with or without its period."""
    body = {"message": "Too Many Requests", "details": "Usage limit exceeded", "code": 429}
    told = {"period": period, "period_start": begin, "period_end": end, "limit": limit}
    return 429, body | told if endpoint in _OPEN_MINDED else body


def _summary(system: PaperSystem, now: float) -> dict[str, Any]:
    at = system.reported_at(now)
    return {
        "system_id": system.system_id,
        "status": system.status(now),
        "current_power": 1_234,
        "energy_today": 5_600,
        "energy_lifetime": 12_345_678,
        "last_report_at": at,
        "last_interval_end_at": at,
        "modules": system.panels,
        "size_w": system.panels * 300,
        "summary_date": f"{datetime.fromtimestamp(now, system.zone):%Y-%m-%d}",
    }


def _system(system: PaperSystem, now: float) -> dict[str, Any]:
    return {
        "system_id": system.system_id,
        "connection_type": "cellular" if system.cellular else "ethernet",
        "last_report_at": system.reported_at(now),
    }


def _devices(system: PaperSystem, _: float) -> dict[str, Any]:
    roles = ("Production", "Net") if system.meters else ()
    meters = [{"serial_number": f"{role}", "config_type": role} for role in roles]
    batteries = [{"serial_number": "492203000001"}] if system.battery else []
    return {"devices": {"meters": meters, "encharges": batteries, "micros": []}}


def _panels(system: PaperSystem, _: float) -> list[Any]:
    return [{"micro_inverters": [{"serial_number": str(n)} for n in range(system.panels)]}]


def _no_events(_: PaperSystem, __: float) -> dict[str, Any]:
    return {"events": []}


def _no_alarms(_: PaperSystem, __: float) -> dict[str, Any]:
    return {"alarms": []}


def _series(_: PaperSystem, __: float) -> dict[str, Any]:
    return {"intervals": []}


_BODIES: Final[Mapping[str, Callable[[PaperSystem, float], Any]]] = {
    "summary": _summary,
    "system": _system,
    "devices": _devices,
    "inverters_summary_by_envoy_or_site": _panels,
    "events": _no_events,
    "open_events": _no_events,
    "alarms": _no_alarms,
    "open_alarms": _no_alarms,
}
