"""Energies over time: one value per day of the site, or per interval of 5 or 15 minutes.

Energies are in kWh per day and in Wh per interval, times in unix seconds. None stands for what was
not reported, which these series do not tell from 0 everywhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Final, Self

from . import raw
from .endpoints import TELEMETRY, Endpoint


class Window(StrEnum):
    """How much time one call brings; the API calls it granularity."""

    DAY = "day"
    WEEK = "week"

    @property
    def seconds(self) -> int:
        """Its length."""
        return {Window.DAY: 86_400, Window.WEEK: 7 * 86_400}[self]


_DAILY_KEYS: Final[Mapping[Endpoint, tuple[str, ...]]] = {
    Endpoint.PRODUCTION_LIFETIME: ("production", "micro_production", "meter_production"),
    Endpoint.CONSUMPTION_LIFETIME: ("consumption",),
    Endpoint.IMPORT_LIFETIME: ("import",),
    Endpoint.EXPORT_LIFETIME: ("export",),
    Endpoint.BATTERY_LIFETIME: ("charge", "discharge"),
}

# The vendor's own text names the exported energy in both series of the grid.
_INTERVAL_KEYS: Final[Mapping[Endpoint, tuple[str, ...]]] = {
    Endpoint.PRODUCTION_METER: ("wh_del",),
    Endpoint.PRODUCTION_MICRO: ("enwh",),
    Endpoint.CONSUMPTION_METER: ("enwh",),
    Endpoint.IMPORT: ("wh_imported", "wh_exported"),
    Endpoint.EXPORT: ("wh_exported", "wh_imported"),
}


@dataclass(frozen=True, slots=True)
class DailySeries:
    """The days of a system, from its first one on."""

    start: date | None
    values: Mapping[str, tuple[float | None, ...]]
    """By name (`production`, `import`, `charge`, …): kWh per day, the first one of `start`."""
    meter_start: date | None
    """From when on `production` is the meter's and not the sum of the micro-inverters."""
    last_report_at: float | None

    def days(self, name: str, zone: tzinfo) -> dict[date, float]:
        """Give the days of a series that were reported, kWh.

        A day after the last report is none, and neither is a 0 on the day of that report: the
        API fills what it does not have yet with zeros. Without a report's time the same goes for
        all zeros at the end.
        """
        if self.start is None:
            return {}
        values = list(self.values.get(name, ()))
        last = self._last_day(zone)
        if last is not None:
            del values[max(0, (last - self.start).days + 1) :]
        while values and not values[-1] and (last is None or self._day(values) == last):
            del values[-1]
        return {
            self.start + timedelta(days=index): value
            for index, value in enumerate(values)
            if value is not None
        }

    def _last_day(self, zone: tzinfo) -> date | None:
        """Give the day of the last report."""
        at = self.last_report_at
        return None if at is None else datetime.fromtimestamp(at, zone).date()

    def _day(self, values: list[float | None]) -> date | None:
        """Give the day of the last of these values."""
        return self.start and self.start + timedelta(days=len(values) - 1)

    @classmethod
    def read(cls, endpoint: Endpoint, value: object) -> Self:
        """Read what a `*_lifetime` endpoint answered; raises BadAnswerError."""
        data = raw.fields(value)
        meta = data.get("meta")
        meta = meta if isinstance(meta, Mapping) else {}
        return cls(
            start=raw.day(data.get("start_date")),
            values={
                name: tuple(raw.kwh(entry) for entry in entries)
                for name in _DAILY_KEYS[endpoint]
                if isinstance(entries := data.get(name), list)
            },
            meter_start=raw.day(data.get("meter_start_date")),
            last_report_at=raw.instant(meta.get("last_report_at")),
        )


@dataclass(frozen=True, slots=True)
class Interval:
    """The energy of one interval, Wh."""

    start_at: float
    end_at: float
    wh: float


@dataclass(frozen=True, slots=True)
class Telemetry:
    """The intervals of a window that were reported, in order."""

    intervals: tuple[Interval, ...]
    last_report_at: float | None

    @classmethod
    def read(cls, endpoint: Endpoint, value: object) -> Self:
        """Read a series of intervals, also one that is nested; raises BadAnswerError."""
        data = raw.fields(value)
        keys, length_s = _INTERVAL_KEYS[endpoint], TELEMETRY[endpoint]
        found = {
            end_at: Interval(end_at - length_s, end_at, wh)
            for entry in raw.items(data.get("intervals"))
            if (end_at := raw.instant(entry.get("end_at"))) is not None
            and (wh := _reported(entry, keys)) is not None
        }
        return cls(tuple(found[end_at] for end_at in sorted(found)), _last_report(data))


@dataclass(frozen=True, slots=True)
class BatteryInterval:
    """What a battery did in one interval: energies in Wh, state of charge in %."""

    start_at: float
    end_at: float
    charge_wh: float | None
    discharge_wh: float | None
    soc: float | None


@dataclass(frozen=True, slots=True)
class BatteryTelemetry:
    """The intervals of a window that were reported, in order, and the last state of charge, %."""

    intervals: tuple[BatteryInterval, ...]
    soc: float | None
    last_report_at: float | None

    @classmethod
    def read(cls, value: object) -> Self:
        """Read the intervals of the batteries; raises BadAnswerError."""
        data = raw.fields(value)
        length_s = TELEMETRY[Endpoint.BATTERY]
        found = {}
        for entry in raw.items(data.get("intervals")):
            end_at = raw.instant(entry.get("end_at"))
            charge, discharge, soc = (_part(name, entry) for name in ("charge", "discharge", "soc"))
            parts = (
                _reported(charge, ("enwh",)),
                _reported(discharge, ("enwh",)),
                raw.percent(soc.get("percent")) if _is_reported(soc) else None,
            )
            if end_at is not None and any(part is not None for part in parts):
                found[end_at] = BatteryInterval(end_at - length_s, end_at, *parts)
        return cls(
            tuple(found[end_at] for end_at in sorted(found)),
            raw.percent(data.get("last_reported_aggregate_soc")),
            _last_report(data),
        )


def _part(name: str, entry: raw.Fields) -> raw.Fields:
    """Give one part of a battery's interval."""
    part = entry.get(name)
    return part if isinstance(part, Mapping) else {}


def _is_reported(entry: raw.Fields) -> bool:
    """Tell whether a device reported; series of the grid do not say."""
    return raw.number(entry.get("devices_reporting")) != 0


def _reported(entry: raw.Fields, keys: tuple[str, ...]) -> float | None:
    """Give the energy of the first of these keys; a 0 that no device reported is none."""
    wh = next((wh for key in keys if (wh := raw.amount(entry.get(key))) is not None), None)
    return wh if wh or _is_reported(entry) else None


def _last_report(data: raw.Fields) -> float | None:
    """Give the time of the last report, which stands in `meta`."""
    meta = data.get("meta")
    return raw.instant(meta.get("last_report_at")) if isinstance(meta, Mapping) else None
