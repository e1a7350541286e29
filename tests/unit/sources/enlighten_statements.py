"""Statements of the cloud, for tests of what they come to."""

from dataclasses import replace
from typing import Any, Final

from custom_components.solar_monitor.clients.enlighten.models import (
    Device,
    Devices,
    EventType,
    Panel,
)
from custom_components.solar_monitor.logic.incidents import Incident, Standing
from custom_components.solar_monitor.sources.enlighten.evidence import (
    BATTERY,
    EVSE,
    GATEWAY,
    METER,
    MICROINVERTER,
    PRODUCTION,
    Known,
    OpenNow,
    Stated,
)
from custom_components.solar_monitor.sources.enlighten.verdicts import judge

NOW: Final = 1_800_000_000.0
MINUTE: Final = 60.0
HOUR: Final = 3_600.0
DAY: Final = 86_400.0
NOTHING: Final = Known(incidents_s=36 * HOUR, report_s=45 * MINUTE)
PROBLEMS: Final = (MICROINVERTER, PRODUCTION, METER, BATTERY, EVSE)


def stated[T](said: T, at: float = NOW, good_for_s: float = 2 * HOUR) -> Stated[T]:
    """A statement of the cloud."""
    return Stated(said, at, at + good_for_s)


def well(**more: Any) -> Known:  # noqa: ANN401
    """A system that is well, as far as nothing else is said."""
    known = replace(NOTHING, status=stated("normal"), status_since=NOW - 30 * DAY)
    return replace(known, **{"reported": stated(NOW - 5 * MINUTE)} | more)


def device(kind: str, status: str, serial: str = "s1", **more: Any) -> Device:  # noqa: ANN401
    """A device of a system."""
    plain = Device(kind, serial, None, status, True, None, None, None, None)  # noqa: FBT003
    return replace(plain, **more)


def devices(*found: Device, at: float = NOW) -> Stated[Devices]:
    """All devices of a system, which are read weekly."""
    return stated(Devices(found), at, 9 * DAY)


def panel(
    serial: str, status: str = "normal", ago_s: float | None = 0, gateway: str = "g"
) -> Panel:
    """A panel that has reported so long ago."""
    return Panel(serial, status, None, None, None if ago_s is None else NOW - ago_s, gateway, None)


def panels(*found: Panel, at: float = NOW) -> Stated[tuple[Panel, ...]]:
    """All panels of a system, which are read each night."""
    return stated(found, at, 9 * DAY)


def opened(*incidents: Incident, at: float = NOW) -> OpenNow:
    """What is open."""
    return OpenNow(tuple(Standing(each, at, at) for each in incidents), at)


def incident(type_id: int, *serials: str) -> Incident:
    """An open event or alarm."""
    return Incident(id="i", began=NOW - DAY, type_id=type_id, serials=serials)


def catalogue(key: str, *, stateful: bool = True) -> dict[int, EventType]:
    """A catalogue with one type, 7."""
    return {7: EventType(7, key, f"The name of {key}", None, None, stateful)}


def accused(known: Known) -> set[str]:
    """Name what has a problem."""
    verdicts = judge(known, NOW)
    found = {key for key in PROBLEMS if verdicts[key].on}
    return found | ({GATEWAY} if verdicts[GATEWAY].on is False else set())
