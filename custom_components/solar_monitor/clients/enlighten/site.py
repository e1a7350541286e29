"""What the schedule knows about one system, and what of it survives a restart."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from .capabilities import Capabilities
from .daylight import Daylight
from .endpoints import Endpoint
from .jobs import ENDPOINTS, Job, Profile
from .models import PAGE_SIZE, Connection, Devices, Panel, Summary, System

_GRID_METERS = ("net", "total")
_BATTERY_JOBS = frozenset({Job.BATTERY})
_GRID_JOBS = frozenset({Job.CONSUMPTION, Job.IMPORT, Job.EXPORT})


@dataclass(slots=True)
class Knowledge:
    """What answers have told about a system; None where nothing has been told yet."""

    status: str | None = None
    last_report_at: float | None = None
    cellular: bool = False
    panels: int | None = None
    production_meter: bool | None = None
    grid_meter: bool | None = None
    battery: bool | None = None

    def learn(self, payload: object) -> None:
        """Take in an answer of any kind."""
        match payload:
            case Summary():
                self.status = payload.status or self.status
                self.last_report_at = payload.last_report_at or self.last_report_at
                self.panels = payload.panels or self.panels
            case System():
                self.cellular = payload.connection is Connection.CELLULAR
                self.last_report_at = payload.last_report_at or self.last_report_at
            case Devices():
                self.production_meter = payload.has_meter("production")
                self.grid_meter = payload.has_meter(*_GRID_METERS)
                self.battery = payload.has_battery
            case (Panel(), *_):
                self.panels = len(payload)
            case _:
                pass

    @classmethod
    def from_dict(cls, data: object) -> Self:
        """Read it back; anything that was not written by us is nothing."""
        stored = data if isinstance(data, Mapping) else {}
        status, panels = stored.get("status"), stored.get("panels")
        report = stored.get("last_report_at")
        return cls(
            status=status if isinstance(status, str) else None,
            last_report_at=float(report) if isinstance(report, int | float) else None,
            cellular=stored.get("cellular") is True,
            panels=panels if isinstance(panels, int) else None,
            production_meter=_known(stored.get("production_meter")),
            grid_meter=_known(stored.get("grid_meter")),
            battery=_known(stored.get("battery")),
        )


def _known(value: object) -> bool | None:
    """Read a yes or no that may not be known."""
    return value if isinstance(value, bool) else None


@dataclass(slots=True)
class SiteMemory:
    """What survives a restart: when each job is due, how often it failed, what is known."""

    due: dict[Job, float] = field(default_factory=dict)
    failures: dict[Job, int] = field(default_factory=dict)
    knowledge: Knowledge = field(default_factory=Knowledge)
    capabilities: Capabilities = field(default_factory=Capabilities)
    held_until: float = 0.0
    """Until then the cloud refuses this system or its token altogether."""
    trigger_day: str = ""
    triggers: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Give it as JSON."""
        return {
            "due": {job.value: at for job, at in self.due.items()},
            "failures": {job.value: failures for job, failures in self.failures.items()},
            "knowledge": asdict(self.knowledge),
            "capabilities": self.capabilities.to_dict(),
            "held_until": self.held_until,
            "trigger_day": self.trigger_day,
            "triggers": self.triggers,
        }

    @classmethod
    def from_dict(cls, data: object) -> Self:
        """Read it back; what cannot be read begins anew."""
        stored = data if isinstance(data, Mapping) else {}
        held, day, triggers = (stored.get(k) for k in ("held_until", "trigger_day", "triggers"))
        return cls(
            due=_by_job(stored.get("due"), float),
            failures=_by_job(stored.get("failures"), int),
            knowledge=Knowledge.from_dict(stored.get("knowledge")),
            capabilities=Capabilities.from_dict(stored.get("capabilities")),
            held_until=float(held) if isinstance(held, int | float) else 0.0,
            trigger_day=day if isinstance(day, str) else "",
            triggers=triggers if isinstance(triggers, int) else 0,
        )


def _by_job[N: (float, int)](data: object, kind: type[N]) -> dict[Job, N]:
    """Read numbers by job."""
    if not isinstance(data, Mapping):
        return {}
    known = {job.value: job for job in Job}
    return {
        known[name]: kind(value)
        for name, value in data.items()
        if name in known and isinstance(value, int | float)
    }


@dataclass(slots=True)
class Site:
    """A system that takes part: what it is for, when its sun shines, what is known about it."""

    system_id: int
    profile: Profile
    daylight: Daylight
    memory: SiteMemory
    paused: bool = False
    """It is asked when the user wants it, and has no part of the budget else."""

    def endpoint(self, job: Job, now: float) -> Endpoint | None:
        """Give the endpoint that a job asks here; None if the system has nothing to ask for."""
        known = self.memory.knowledge
        if job in _BATTERY_JOBS and not known.battery:
            return None
        if job in _GRID_JOBS and not known.grid_meter:
            return None
        for endpoint in ENDPOINTS[job]:
            if endpoint is Endpoint.PRODUCTION_METER and known.production_meter is False:
                continue
            if self.memory.capabilities.offers(endpoint, now):
                return endpoint
        return None

    def calls(self, job: Job) -> int:
        """Give how many calls one run of a job takes: panels come in pages."""
        if job is not Job.PANELS:
            return 1
        return max(1, -(-(self.memory.knowledge.panels or 0) // PAGE_SIZE))
