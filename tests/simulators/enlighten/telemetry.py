"""Energy by the interval: five minutes from the micro-inverters, fifteen from the meters."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.simulators.enlighten.asked import Asked, Quirk
from tests.simulators.enlighten.details import meta
from tests.simulators.enlighten.past import SLOT_S
from tests.simulators.enlighten.refusals import unprocessable
from tests.simulators.enlighten.registers import Registers
from tests.simulators.enlighten.series import NO_BATTERY
from tests.simulators.enlighten.system import METER_S

type Json = dict[str, Any]
type Content = Callable[[Registers, int], Json]
"""What an interval says, of its energy and of how many devices reported."""

DAY_S = 86_400
LENGTHS = {"5mins": 300, "15mins": 900, "day": DAY_S, "week": 7 * DAY_S}
"""`granularity` is the length of the window, not of the intervals."""
OLDEST_S = 2 * 365 * DAY_S
WIDEST_S = 7 * DAY_S


@dataclass(frozen=True, slots=True)
class Range:
    """A window of whole intervals, Unix s; `day` if it was asked for by its date."""

    start: int
    end: int
    granularity: str
    day: date | None


@dataclass(frozen=True, slots=True)
class Interval:
    """What is known of one interval."""

    end: int
    known: Registers
    heard: bool


def production_micro(asked: Asked) -> Json:
    """Return what the micro-inverters gave, in five-minute intervals."""

    def content(known: Registers, reporting: int) -> Json:
        energy = known.micro
        return {
            "devices_reporting": reporting if energy else 0,
            "powr": energy * 3600 // SLOT_S,
            "enwh": energy,
        }

    window = range_of(asked, documented_week=False)
    intervals = intervals_of(asked, window, SLOT_S)
    rows = _rows(intervals, asked.system.panel_count, content)
    return _head(asked, window, asked.system.panel_count) | _tail(asked, rows)


def production_meter(asked: Asked) -> Json:
    """Return what the production meter counted."""
    fitted = asked.system.production_meter
    since = asked.system.midnight(asked.system.meter_date)
    return _metered(asked, lambda known: {"wh_del": known.production}, fitted=fitted, since=since)


def consumption_meter(asked: Asked) -> Json:
    """Return what the house used."""
    fitted = asked.system.consumption_meter
    return _metered(asked, lambda known: {"enwh": known.consumption}, fitted=fitted)


def _metered(
    asked: Asked, content: Callable[[Registers], Json], *, fitted: bool, since: float = 0
) -> Json:
    """Return the intervals of one meter, which may not be there."""
    window = range_of(asked)
    if not fitted and not asked.has(Quirk.MISSING_FEATURE_EMPTY):
        raise unprocessable("Requested date range is invalid for this system")
    intervals = intervals_of(asked, window, METER_S) if fitted else []
    intervals = [each for each in intervals if each.end > since]
    rows = _rows(
        intervals, 1, lambda known, reporting: {"devices_reporting": reporting} | content(known)
    )
    return _head(asked, window, int(fitted)) | _tail(asked, rows)


def battery(asked: Asked) -> Json:
    """Return what the battery took and gave, and its charge."""
    system = asked.system
    if not system.batteries:
        raise unprocessable(NO_BATTERY)
    window = range_of(asked)
    intervals = intervals_of(asked, window, METER_S)
    socs = system.meters.house.socs([each.end for each in intervals])
    rows = []
    for interval, soc in zip(intervals, socs, strict=True):
        heard = {"devices_reporting": system.batteries * interval.heard}
        known = interval.known
        rows.append(
            {
                "end_at": interval.end,
                "charge": {"enwh": known.charge} | heard,
                "discharge": {"enwh": known.discharge} | heard,
                "soc": {"percent": soc * interval.heard} | heard,
            }
        )
    last = system.last_report_at // METER_S * METER_S
    head = _head(asked, window, system.batteries)
    head["last_reported_aggregate_soc"] = f"{system.meters.house.socs([last])[0]}%"
    return head | _tail(asked, rows)


def energy_import(asked: Asked) -> Json:
    """Return what came from the grid."""
    return _grid(asked, lambda known: {"wh_imported": known.grid_import})


def energy_export(asked: Asked) -> Json:
    """Return what went to the grid."""
    return _grid(asked, lambda known: {"wh_exported": known.grid_export})


def _grid(asked: Asked, content: Callable[[Registers], Json]) -> Json:
    """Return intervals at the grid's meter: lists within a list, one for each local day."""
    window = range_of(asked, documented_week=False)
    fitted = asked.system.consumption_meter
    if not fitted and not asked.has(Quirk.MISSING_FEATURE_EMPTY):
        raise unprocessable("Requested date range is invalid for this system")
    intervals = intervals_of(asked, window, METER_S) if fitted else []
    rows = _rows(intervals, 1, lambda known, _: content(known))
    if asked.has(Quirk.FLAT_INTERVALS):
        return _head(asked, window, 0) | _tail(asked, rows)
    days: dict[date, list[Json]] = {}
    for row in rows:
        days.setdefault(asked.system.day_of(row["end_at"] - 1), []).append(row)
    return _head(asked, window, 0) | _tail(asked, list(days.values()))


def rgm_stats(asked: Asked) -> Json:
    """Return the revenue-grade meter: as a sum, and by meter and channel."""
    system = asked.system
    if not system.production_meter:
        raise unprocessable("Requested date range is invalid for this system")
    start = _start(asked, "start_at", int(system.midnight(system.today)))
    end = min(asked.number("end_at", int(asked.now)), int(asked.now))
    if end < start or end - start > WIDEST_S:
        raise unprocessable("Requested date range is invalid for this system")
    intervals = intervals_of(asked, Range(start, end, "day", None), METER_S)
    whole = _rows(
        intervals,
        1,
        lambda known, reporting: {"devices_reporting": reporting, "wh_del": known.production},
    )
    channels = [
        {
            "channel": 1,
            "end_at": each.end,
            "wh_del": each.known.production if each.heard else None,
            "curr_w": each.known.production * 3600 // METER_S if each.heard else None,
        }
        for each in intervals
    ]
    meter = {
        "meter_serial_number": system.meter_serials[0],
        "envoy_serial_number": system.gateway_serial,
        "intervals": channels,
    }
    return {
        "system_id": system.system_id,
        "total_devices": 1,
        "meta": meta(system),
        "intervals": whole,
        "meter_intervals": [meter],
    }


def range_of(asked: Asked, *, documented_week: bool = True) -> Range:
    """Return the window that a client asks for."""
    system, now = asked.system, int(asked.now)
    granularity = asked.text("granularity") or "day"
    if granularity not in LENGTHS:
        raise unprocessable("granularity is invalid")
    if granularity == "week" and not documented_week and asked.has(Quirk.NO_WEEK):
        raise unprocessable("granularity is invalid")
    day = None
    if asked.text("start_date") and not asked.text("start_at"):
        day = asked.day("start_date", system.today)
        start = _start(asked, "", int(system.midnight(day)))
    else:
        start = _start(asked, "start_at", int(system.midnight(system.today)))
    return Range(start, min(now, start + LENGTHS[granularity]), granularity, day)


def _start(asked: Asked, name: str, default: int) -> int:
    """Return the beginning of a window, not before the system's own."""
    start = asked.number(name, default)
    if start > asked.now:
        raise unprocessable("Requested date is in the future")
    if start < asked.now - OLDEST_S:
        raise unprocessable("Requested date range is invalid for this system")
    return max(start, asked.system.operational_at)


def intervals_of(asked: Asked, window: Range, length: int) -> list[Interval]:
    """Return the intervals that end in a window and of which the gateway has told."""
    system = asked.system
    last = min(window.end, system.last_report_at)
    first = window.start // length * length + length
    gaps = system.reporting.gaps(asked.now)
    intervals = []
    for end in range(first, last + 1, length):
        start = end - length
        heard = not any(gap.overlap(start, end) for gap in gaps)
        known = system.meters.between(start, end, gaps) if heard else Registers()
        intervals.append(Interval(end, known, heard))
    return intervals


def _rows(intervals: list[Interval], devices: int, content: Content) -> list[Json]:
    """Return intervals as JSON; nobody reported in one that is not known."""
    return [{"end_at": each.end} | content(each.known, devices * each.heard) for each in intervals]


def _head(asked: Asked, window: Range, devices: int) -> Json:
    """Return what stands before the intervals."""
    head: Json = {
        "system_id": asked.system.system_id,
        "granularity": window.granularity,
        "total_devices": devices,
    }
    if window.day is None:
        return head | {"start_at": window.start, "end_at": window.end}
    last = asked.system.day_of(window.end - 1)
    return head | {"start_date": window.day.isoformat(), "end_date": last.isoformat()}


def _tail(asked: Asked, rows: list[Any]) -> Json:
    """Return the intervals and what stands after them."""
    return {"items": "intervals", "intervals": rows, "meta": meta(asked.system)}
