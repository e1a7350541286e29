"""A system on paper: what its panels give, and what the cloud's summaries say of it."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from custom_components.solar_monitor.clients.enlighten.daylight import Daylight
from custom_components.solar_monitor.clients.enlighten.models import Summary

ZONE: Final = ZoneInfo("America/Los_Angeles")
DAYLIGHT: Final = Daylight(ZONE, latitude=32.7, longitude=-117.2)
SIZE_W: Final = 4_000.0
BEFORE_KWH: Final = 30_000.0
HOUR_S: Final = 3_600.0
DAY_S: Final = 86_400.0
SILENT_S: Final = 2_700.0
_REPORT_S: Final = 900.0


def at(day: int, hour: float = 0.0) -> float:
    """Give the time of a day of June 2026 on the clock of the system."""
    midnight = datetime(2026, 6, 1, tzinfo=ZONE) + timedelta(days=day - 1)
    return midnight.timestamp() + hour * HOUR_S


def made(day: int, hour: float) -> float:
    """Give what a day brings until an hour, kWh: 26 in all, from 6 to 20 o'clock."""
    share = min(max((hour - 6) / 14, 0.0), 1.0)
    return round(26 * share * share * (3 - 2 * share), 3) + 0 * day


@dataclass
class PaperSystem:
    """What the cloud knows; `silent_since` and `hidden_kwh` are knobs."""

    now: float = at(10, 12)
    silent_since: float | None = None
    hidden_kwh: float = 0.0
    """What was produced and has not arrived."""

    @property
    def report_at(self) -> float:
        """When the gateway reported last."""
        upto = self.now if self.silent_since is None else self.silent_since
        return upto // _REPORT_S * _REPORT_S

    def truth(self) -> float:
        """What the panels have given until the last report, kWh."""
        day, hour = self._day(self.report_at)
        return round(BEFORE_KWH + 26 * day + made(day, hour), 3)

    @staticmethod
    def _day(unix: float) -> tuple[int, float]:
        """Give the day since the first of June, and the hour."""
        local = datetime.fromtimestamp(unix, ZONE)
        days = (local.date() - date(2026, 6, 1)).days
        return days, local.hour + local.minute / 60 + local.second / HOUR_S

    def summary(self, **changes: object) -> Summary:
        """Say it as the cloud does; `changes` are what is wrong."""
        today, _ = self._day(self.now)
        reported_day, hour = self._day(self.report_at)
        energy = made(today, hour) if reported_day == today else 0.0
        before = self.truth() - energy - self.hidden_kwh
        told = Summary(
            system_id=1,
            status="normal",
            power_w=1_000.0 if energy and hour < 20 else 0.0,
            energy_today_kwh=energy,
            energy_before_kwh=round(before, 3),
            day=date(2026, 6, 1) + timedelta(days=today),
            last_report_at=self.report_at,
            last_interval_end_at=self.report_at,
            operational_at=at(-900),
            size_w=SIZE_W,
            panels=8,
            source="meter",
            battery_capacity_kwh=None,
        )
        return replace(told, **changes)  # type: ignore[arg-type]  # a test names them
