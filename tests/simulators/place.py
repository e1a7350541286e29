"""Where the house stands."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Place:
    """Latitude and longitude in degrees (north and east positive), name of the time zone."""

    latitude: float = 52.37
    longitude: float = 4.9
    time_zone: str = "Europe/Amsterdam"

    @cached_property
    def zone(self) -> ZoneInfo:
        """Return the time zone."""
        return ZoneInfo(self.time_zone)

    def local(self, unix: float) -> datetime:
        """Return the local time of a Unix time, aware."""
        return datetime.fromtimestamp(unix, self.zone)

    def utc_offset(self, unix: float) -> float:
        """Return how many seconds the local clock is ahead of UTC."""
        offset = self.local(unix).utcoffset()
        return offset.total_seconds() if offset else 0.0

    def midnight(self, unix: float, days_before: int = 0) -> float:
        """Return the Unix time at which the local day of `unix`, or one before it, began."""
        day = self.local(unix).date() - timedelta(days=days_before)
        return datetime(day.year, day.month, day.day, tzinfo=self.zone).timestamp()


_SUNNY_PLACES = (
    Place(-14.28, -170.7, "Pacific/Pago_Pago"),
    Place(21.31, -157.86, "Pacific/Honolulu"),
    Place(-23.12, -134.97, "Pacific/Gambier"),
    Place(-25.07, -130.1, "Pacific/Pitcairn"),
    Place(33.45, -112.07, "America/Phoenix"),
    Place(14.63, -90.51, "America/Guatemala"),
    Place(4.71, -74.07, "America/Bogota"),
    Place(-16.5, -68.15, "America/La_Paz"),
    Place(-8.05, -34.9, "America/Recife"),
    Place(-3.85, -32.42, "America/Noronha"),
    Place(14.93, -23.51, "Atlantic/Cape_Verde"),
    Place(14.72, -17.47, "Africa/Dakar"),
    Place(6.52, 3.38, "Africa/Lagos"),
    Place(-26.2, 28.05, "Africa/Johannesburg"),
    Place(-1.29, 36.82, "Africa/Nairobi"),
    Place(25.2, 55.27, "Asia/Dubai"),
    Place(24.86, 67.0, "Asia/Karachi"),
    Place(23.81, 90.41, "Asia/Dhaka"),
    Place(13.76, 100.5, "Asia/Bangkok"),
    Place(1.35, 103.82, "Asia/Singapore"),
    Place(35.68, 139.69, "Asia/Tokyo"),
    Place(-27.47, 153.03, "Australia/Brisbane"),
    Place(-22.27, 166.45, "Pacific/Noumea"),
    Place(-18.14, 178.44, "Pacific/Fiji"),
)
"""A place for each full hour, in zones without summer time and with sun at every season."""


def place_where_it_is(hour: int, now: datetime | None = None) -> Place:
    """Return a place whose clock shows this hour (0-23) of the day now."""
    unix = (now or datetime.now(UTC)).timestamp()
    return next(place for place in _SUNNY_PLACES if place.local(unix).hour == hour)
