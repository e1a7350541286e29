"""The fault matrix of the cloud: which endpoint fails in which way, and who may notice it."""

from collections.abc import Collection, Mapping
from dataclasses import KW_ONLY, dataclass
from http import HTTPStatus
import math
import re
from typing import Final

from custom_components.solar_monitor.clients.enlighten.endpoints import Endpoint as Ours
from custom_components.solar_monitor.clients.enlighten.jobs import ENDPOINTS, ORDER, Job
from tests.integration.enlighten.kit import DAY_S
from tests.simulators.enlighten import EVERYWHERE, Call, Endpoint, Fault

STRIKE_S: Final = 100
"""By then a call was made and, where that makes sense, made again."""
SOON_S: Final = 1_800
"""After a fault that may pass at any time, it is asked again within this time."""
PER_MINUTE: Final = 10
TOO_MANY: Final = 429
MISSING: Final = ("unavailable", "unknown")

AT_ONCE: Final = (
    Job.LIVE,
    Job.OPEN_ALARMS,
    Job.OPEN_EVENTS,
    Job.DEVICES,
    Job.SYSTEM,
    Job.EVENT_TYPES,
)
"""What is asked at the first start."""

ALL: Final = tuple(fault for fault in Fault if fault is not Fault.NONE)
QUOTAS: Final = (Fault.MINUTE_QUOTA, Fault.MONTH_QUOTA, Fault.BARE_QUOTA)
REFUSALS: Final = (Fault.UNAUTHORIZED, Fault.FORBIDDEN, Fault.NOT_FOUND)
"""An endpoint that only some plans have is left alone for a month; after one of any other, the
system is left alone for a day."""
HOLDING: Final = (*REFUSALS, Fault.MISMATCH)
LASTING: Final = (*HOLDING, Fault.UNPROCESSABLE, Fault.MOVED, Fault.MONTH_QUOTA)
"""What is not tried again at once."""

_JUDGED: Final = "alarm|.*_problem|gateway_connectivity"

type States = Mapping[str, str]
type Complaints = dict[str, object]


@dataclass(frozen=True)
class Row:
    """A row of the matrix: what fails together, and what nothing else brings."""

    name: str
    jobs: Mapping[Job, Ours]
    """What is asked for, and of which endpoint, as our client calls it."""
    endpoints: tuple[str, ...]
    """The same as the cloud calls them."""
    own: str = "nothing"
    """A pattern of the keys that may be missing before it has answered once."""
    _: KW_ONLY
    every_s: float = DAY_S
    """How far two calls are apart at most, if the first fails."""
    core: bool = False
    """Whether every plan has it."""

    def __str__(self) -> str:
        """Name the row as the matrix prints it."""
        return f"enlighten: {self.name}"

    @property
    def is_all(self) -> bool:
        """Whether nothing works."""
        return self.endpoints == (EVERYWHERE,)

    def owns(self, key: str, fault: Fault) -> bool:
        """Tell whether a key may be missing after a first start with a fault."""
        asks_no_more = fault in {*QUOTAS, Fault.MISMATCH} or (self.core and fault in HOLDING)
        return asks_no_more or re.fullmatch(self.own, key) is not None

    def waits_s(self, fault: Fault) -> float:
        """Tell for how long it may be left alone once nothing is wrong with it any more."""
        if fault is Fault.MONTH_QUOTA:
            return 31 * DAY_S
        if fault in HOLDING and (self.core or fault is Fault.MISMATCH):
            return DAY_S + self.every_s
        return self.every_s if fault in {Fault.MOVED, Fault.UNPROCESSABLE} else SOON_S

    def is_awaited(self, fault: Fault) -> bool:
        """Tell whether to wait until it is asked again: of what lasts for long, not each time."""
        if fault in {*HOLDING, Fault.UNPROCESSABLE}:
            return self.core
        return fault is not Fault.MONTH_QUOTA or self.is_all

    @property
    def at_once(self) -> bool:
        """Whether it is asked at the first start."""
        return not self.jobs.keys().isdisjoint(AT_ONCE)

    def is_left_alone(self, fault: Fault) -> bool:
        """Tell whether a refusal means that it is not there."""
        refuses = fault in REFUSALS or (fault is Fault.UNPROCESSABLE and self is SERIES)
        return refuses and not self.core

    def signs_in(self, fault: Fault) -> bool:
        """Tell whether the user has to be asked to sign in."""
        return fault is Fault.UNAUTHORIZED and self.core

    @property
    def most_calls(self) -> int:
        """How many calls a strike may cost.

        Two tries of each job, what stands in for it, and looks whether the token is good.
        """
        return 4 * len(self.jobs)


def answered(calls: Collection[Call], row: Row) -> bool:
    """Tell whether all of a row has answered, or, of everything, anything."""
    good = {call.endpoint for call in calls if call.status == HTTPStatus.OK}
    return good >= {*row.endpoints} or (row.is_all and bool(good))


def harm(before: States, now: States) -> Complaints:
    """Collect what a fault must not do to what was shown before it."""
    had = {key: state for key, state in before.items() if state not in MISSING}
    return holding(
        lost={key for key in had if now[key] in MISSING},
        fell={
            key: (state, now[key])
            for key, state in had.items()
            if _number(now[key]) < (_number(state) if "energy" in key else min(_number(state), 1))
        },
        turned=turned(had, now),
        told=() if before["events"] == now["events"] else now["events"],
    )


def turned(well: States, shown: States) -> dict[str, tuple[str, str]]:
    """Collect what is on in place of off, or off in place of on."""
    two = {"on", "off"}
    return {
        key: (state, shown[key]) for key, state in well.items() if {state, shown.get(key)} == two
    }


def missing(shown: States, wanted: Collection[str] = ()) -> set[str]:
    """Collect what has no value, or is not there though it is wanted."""
    return {key for key, state in shown.items() if state in MISSING} | (set(wanted) - shown.keys())


def least_hours(key: str) -> float:
    """Tell how long a value stands at least, whoever answers no more."""
    limits = ((r"power", 0.75), (r"open_.*|alarm", 36), (r"panels|size|operational.*", 216))
    return next((hours for pattern, hours in limits if re.fullmatch(pattern, key)), 2)


def expense(row: Row, fault: Fault, calls: Collection[Call]) -> Complaints:
    """Collect what a strike must not cost, and whether there was one."""
    minutes = [int(call.at // 60) for call in calls]
    return holding(
        none=not any(row.is_all or call.endpoint in row.endpoints for call in calls),
        many=len(calls) if len(calls) > row.most_calls else 0,
        hurried=[minute for minute in set(minutes) if minutes.count(minute) > PER_MINUTE],
        over_quota=[call for call in calls if call.status == TOO_MANY and fault not in QUOTAS],
    )


def noise(said: Collection[str]) -> Complaints:
    """Collect what is too much in the log: a loss is told once, and a return."""
    returns = [line for line in said if "answers again" in line]
    return holding(losses=said if len(said) - len(returns) > 1 else (), returns=returns[1:])


def holding(**complaints: object) -> Complaints:
    """Keep the complaints that hold."""
    return {name: what for name, what in complaints.items() if what}


def _number(state: str) -> float:
    """Read a state as a number; what is none stands for more than any."""
    try:
        return float(state)
    except ValueError:
        return math.inf


def row(
    endpoint: Endpoint,
    job: Job,
    own: str = "nothing",
    *,
    every_s: float = DAY_S,
    core: bool = False,
) -> Row:
    """Make the row of a single endpoint."""
    jobs = {job: ENDPOINTS[job][0]}
    return Row(endpoint, jobs, (endpoint,), own, every_s=every_s, core=core)


SUMMARY: Final = row(
    Endpoint.SUMMARY,
    Job.LIVE,
    "power|energy_.*|panels|size|last_interval_end|battery_problem",
    core=True,
)
# Nothing is shown of them yet, and each is asked as the others are.
SERIES: Final = Row(
    "/systems/{system_id}/telemetry",
    {
        job: ENDPOINTS[job][0]
        for job in (Job.PRODUCTION, Job.CONSUMPTION, Job.IMPORT, Job.EXPORT, Job.BATTERY)
    },
    (
        Endpoint.PRODUCTION_METER,
        Endpoint.CONSUMPTION_METER,
        Endpoint.ENERGY_IMPORT,
        Endpoint.ENERGY_EXPORT,
        Endpoint.BATTERY,
    ),
)
EVERYTHING: Final = Row(
    "all at once", {job: ENDPOINTS[job][0] for job in ORDER}, (EVERYWHERE,), ".*", core=True
)
ROWS: Final = (
    SUMMARY,
    row(Endpoint.OPEN_ALARMS, Job.OPEN_ALARMS, f"open_alarms|{_JUDGED}"),
    row(Endpoint.OPEN_EVENTS, Job.OPEN_EVENTS, f"open_events|{_JUDGED}"),
    row(Endpoint.DEVICES, Job.DEVICES, _JUDGED, every_s=7 * DAY_S),
    row(Endpoint.SYSTEM, Job.SYSTEM, every_s=7 * DAY_S, core=True),
    row(Endpoint.EVENT_TYPES, Job.EVENT_TYPES, every_s=30 * DAY_S),
    row(Endpoint.EVENTS, Job.EVENTS),
    row(Endpoint.ALARMS, Job.CLEARED_ALARMS),
    row(Endpoint.INVERTERS_SUMMARY, Job.PANELS),
    SERIES,
    EVERYTHING,
)
