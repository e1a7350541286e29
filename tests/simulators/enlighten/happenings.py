"""Events and alarms over the API."""

from collections.abc import Mapping
from typing import Any

from tests.simulators.enlighten.asked import Asked, Quirk
from tests.simulators.enlighten.catalogue import CATALOGUE
from tests.simulators.enlighten.refusals import not_found, unprocessable
from tests.simulators.enlighten.system import Window
from tests.simulators.enlighten.troubles import Alarm, Event

type Json = dict[str, Any]

DAY_S = 86_400
WIDEST_S = 7 * DAY_S
OLDEST_S = 274 * DAY_S
"""Nine months."""
GRAVE = 4


def event_types(query: Mapping[str, str]) -> Json:
    """Return the catalogue, or one line of it."""
    wanted = query.get("event_type_id")
    found = [each for each in CATALOGUE if wanted in {None, "", str(each.event_type_id)}]
    if not found:
        raise not_found("Event type", str(wanted))
    return {"event_types": [each.as_json() for each in found]}


def events(asked: Asked) -> Json:
    """Return the events of a window, open ones and closed ones."""
    start, end = _window(asked)
    found = [each for each in _events(asked) if _inside(asked, each.start, each.end, start, end)]
    return {"system_id": asked.system.system_id, "events": [_event(asked, one) for one in found]}


def open_events(asked: Asked) -> Json:
    """Return the events that are open now."""
    found = [each for each in _events(asked) if each.open]
    return {
        "system_id": asked.system.system_id,
        "events": [_event(asked, one) | {"status": "open"} for one in found],
    }


def alarms(asked: Asked) -> Json:
    """Return the alarms of a window: those that stand, or those that were cleared."""
    start, end = _window(asked)
    cleared = asked.text("cleared") or "false"
    if cleared not in {"true", "false"}:
        raise unprocessable("cleared is invalid")
    found = [
        each
        for each in asked.system.life.alarms(asked.now)
        if each.open == (cleared == "false") and _inside(asked, each.start, each.end, start, end)
    ]
    return {
        "system_id": asked.system.system_id,
        "alarms": [
            {"id": alarm_id(asked, one), "cleared": not one.open} | _alarm(one) for one in found
        ],
    }


def open_alarms(asked: Asked) -> Json:
    """Return the alarms that stand now; they do not say that they are not cleared."""
    found = [each for each in asked.system.life.alarms(asked.now) if each.open]
    return {
        "system_id": asked.system.system_id,
        "alarms": [{"id": alarm_id(asked, one)} | _alarm(one) for one in found],
    }


def alarm_id(asked: Asked, alarm: Alarm) -> str:
    """Return an alarm's id in one of the two forms that were seen."""
    if alarm.severity >= GRAVE:
        return f"{asked.system.system_id}.{alarm.number}.{alarm.start * 1000}"
    return str(1_000_000_000 + (alarm.start * 31 + alarm.number) % 900_000_000)


def _events(asked: Asked) -> list[Event]:
    """Return all events known now."""
    return asked.system.life.events(asked.now)


def _window(asked: Asked) -> tuple[int, int]:
    """Return the window that a client asks for."""
    start = asked.number("start_time")
    end = asked.number("end_time", min(start + DAY_S, int(asked.now)))
    if start > asked.now:
        raise unprocessable("Requested date is in the future")
    if start < asked.now - OLDEST_S:
        raise unprocessable("start_time is older than 9 months")
    if end < start or end - start > WIDEST_S:
        raise unprocessable("Requested date range is invalid for this system")
    return start, end


def _inside(asked: Asked, began: int, ended: int | None, start: int, end: int) -> bool:
    """Return whether something lies in a window."""
    if asked.system.window is Window.START:
        return start <= began <= end
    return began <= end and (ended is None or ended >= start)


def _event(asked: Asked, event: Event) -> Json:
    """Return an event; those that are no state are closed and have no end."""
    status = "Open" if event.open else "Closed"
    return {
        "status": status.lower() if asked.has(Quirk.LOWER_STATUS) else status,
        "event_type_id": event.type.event_type_id,
        "event_start_time": event.start,
        "event_end_time": event.end,
        "serial_number": event.serial,
    }


def _alarm(alarm: Alarm) -> Json:
    """Return what both lists of alarms have."""
    return {
        "severity": alarm.severity,
        "event_type_id": alarm.type.event_type_id,
        "alarm_start_time": alarm.start,
        "alarm_end_time": alarm.end,
        "events": [
            {"serial_number": each.serial, "start_date": each.start, "end_date": each.end}
            for each in alarm.events
        ],
    }
