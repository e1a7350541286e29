"""When the sun shines on a site, and so when its live values are worth a call."""

from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

from astral import Observer
from astral.sun import sun

BEFORE_SUNRISE_S: Final = 900.0
AFTER_SUNSET_S: Final = 1_800.0

# Where the sun does not rise or set on that date, and where nobody knows the place.
_FIXED: Final = (time(8), time(18))
# The sun stands highest about noon of the clock, summer time and wide zones included; otherwise
# these coordinates are not those of the site.
_NOON_HOURS: Final = (9.5, 16.0)
_SECONDS_PER_DEGREE: Final = 240.0
_DAYS_KEPT: Final = 70


class Daylight:
    """The live window of each day: from 15 minutes before sunrise to 30 minutes after sunset.

    Without coordinates, and on days on which the sun does not rise or set, it is 8 to 18 o'clock.
    Coordinates that do not fit the zone are another place's (Home Assistant need not run where the
    panels are): then the zone gives the longitude.
    """

    def __init__(
        self, zone: tzinfo, *, latitude: float | None = None, longitude: float | None = None
    ) -> None:
        """Take the site's time zone and, where known, a place near it, in degrees."""
        self.zone = zone
        self._latitude = latitude
        self._longitude = longitude
        self._windows: dict[date, tuple[float, float]] = {}

    def day_of(self, at: float) -> date:
        """Give the site's date at a time."""
        return datetime.fromtimestamp(at, self.zone).date()

    def at(self, day: date, hour: time) -> float:
        """Give the unix time of an hour of the site's clock."""
        return datetime.combine(day, hour, self.zone).timestamp()

    def window(self, day: date) -> tuple[float, float]:
        """Give begin and end of a day's live window, unix s."""
        if day not in self._windows:
            if len(self._windows) >= _DAYS_KEPT:
                self._windows.clear()
            self._windows[day] = self._find(day)
        return self._windows[day]

    def seconds(self, begin: float, end: float) -> float:
        """Give how much of a span lies in live windows, s."""
        total, day = 0.0, self.day_of(begin) - timedelta(days=1)
        while day <= self.day_of(end) + timedelta(days=1):
            opens, closes = self.window(day)
            total += max(0.0, min(closes, end) - max(opens, begin))
            day += timedelta(days=1)
        return total

    def _find(self, day: date) -> tuple[float, float]:
        """Work out a day's window."""
        fixed = self.at(day, _FIXED[0]), self.at(day, _FIXED[1])
        if self._latitude is None or self._longitude is None:
            return fixed
        try:
            observer = Observer(self._latitude, self._near_zone(day, self._longitude))
            events = sun(observer, date=day, tzinfo=self.zone)
        except ValueError:
            return fixed
        opens, closes = events["sunrise"].timestamp(), events["sunset"].timestamp()
        return opens - BEFORE_SUNRISE_S, closes + AFTER_SUNSET_S

    def _near_zone(self, day: date, longitude: float) -> float:
        """Give the longitude, or that of the zone if they cannot belong together."""
        noon = datetime.combine(day, time(12), self.zone)
        offset_s = (noon.utcoffset() or timedelta()).total_seconds()
        zone_longitude = (offset_s - (noon.dst() or timedelta()).total_seconds()) / (
            _SECONDS_PER_DEGREE
        )
        highest_hour = 12 + (offset_s - longitude * _SECONDS_PER_DEGREE) / 3_600
        return longitude if _NOON_HOURS[0] <= highest_hour <= _NOON_HOURS[1] else zone_longitude
