"""Energy by the day for the whole life, and readings of the meters."""

from datetime import date, timedelta
from typing import Any

from tests.simulators.enlighten.asked import Asked, Quirk
from tests.simulators.enlighten.details import meta
from tests.simulators.enlighten.refusals import unprocessable
from tests.simulators.enlighten.registers import Registers
from tests.simulators.enlighten.system import METER_S, EnlightenSystem

type Json = dict[str, Any]

NO_BATTERY = "System doesn't have encharges"


def energy_lifetime(asked: Asked) -> Json:
    """Return production: by micros first, then by the meter; with `production=all` both too."""
    system = asked.system
    first, known = _days(asked)
    days = [first + timedelta(days=number) for number in range(len(known))]
    made = [system.production_of(day, each) for day, each in zip(days, known, strict=True)]
    answer: Json = {"system_id": system.system_id, "start_date": first.isoformat()}
    if system.production_meter:
        answer["meter_start_date"] = system.meter_date.isoformat()
    answer["production"] = made
    if asked.text("production") == "all":
        answer["micro_production"] = [each.micro for each in known]
        answer["meter_production"] = [
            each.production if system.production_meter and day >= system.meter_date else 0
            for day, each in zip(days, known, strict=True)
        ]
    elif asked.text("production"):
        raise unprocessable("production is invalid")
    return answer | {"meta": meta(system)}


def consumption_lifetime(asked: Asked) -> Json:
    """Return consumption."""
    return _lifetime(asked, {"consumption": "consumption"})


def import_lifetime(asked: Asked) -> Json:
    """Return what came from the grid."""
    return _lifetime(asked, {"import": "grid_import"})


def export_lifetime(asked: Asked) -> Json:
    """Return what went to the grid."""
    return _lifetime(asked, {"export": "grid_export"})


def battery_lifetime(asked: Asked) -> Json:
    """Return what went into the battery and out of it."""
    if not asked.system.batteries:
        raise unprocessable(NO_BATTERY)
    return _lifetime(asked, {"charge": "charge", "discharge": "discharge"}, need_meter=False)


def _lifetime(asked: Asked, names: dict[str, str], *, need_meter: bool = True) -> Json:
    """Return series by their names in the answer and in the registers."""
    system = asked.system
    head: Json = {"system_id": system.system_id}
    if need_meter and not system.consumption_meter:
        if not asked.has(Quirk.MISSING_FEATURE_EMPTY):
            raise unprocessable("Requested date range is invalid for this system")
        return head | {"start_date": None} | {name: [] for name in names} | {"meta": meta(system)}
    first, known = _days(asked)
    series = {name: [getattr(each, own) for each in known] for name, own in names.items()}
    return head | {"start_date": first.isoformat()} | series | {"meta": meta(system)}


def _days(asked: Asked) -> tuple[date, list[Registers]]:
    """Return the first day of a request and what is known of all its days."""
    system, today = asked.system, asked.system.today
    first = max(asked.day("start_date", system.operational_date), system.operational_date)
    last = asked.day("end_date", today if first >= today else today - timedelta(days=1))
    if last < first:
        raise unprocessable("Requested date range is invalid for this system")
    return first, system.days(first, last)


def production_readings(asked: Asked) -> Json:
    """Return the production meter's register."""
    system = asked.system
    readings = []
    if system.production_meter:
        at, made = _reading(asked)
        readings = [
            {"serial_number": system.meter_serials[0], "value": made.production, "read_at": at}
        ]
    return _readings(system, readings)


def consumption_readings(asked: Asked) -> Json:
    """Return the consumption meter's register; the serial's key is another here."""
    system = asked.system
    readings = []
    if system.consumption_meter:
        at, used = _reading(asked)
        readings = [
            {"serial_num": system.meter_serials[-1], "value": used.consumption, "read_at": at}
        ]
    return _readings(system, readings)


def storage_readings(asked: Asked) -> Json:
    """Return the registers of the battery."""
    system = asked.system
    readings = []
    if system.batteries:
        at, moved = _reading(asked)
        readings = [
            {
                "serial_num": system.battery_serials[0],
                "value_charged": moved.charge,
                "value_discharged": moved.discharge,
                "read_at": at,
            }
        ]
    return _readings(system, readings)


def _readings(system: EnlightenSystem, readings: list[Json]) -> Json:
    """Return an answer with readings."""
    return {"system_id": system.system_id, "meter_readings": readings, "meta": meta(system)}


def _reading(asked: Asked) -> tuple[int, Registers]:
    """Return when the last reading before a moment was, and the registers then."""
    system = asked.system
    end = asked.number("end_at", int(asked.now))
    at = min(end, system.last_report_at) // METER_S * METER_S
    return at, system.meters.at(at)
