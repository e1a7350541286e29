"""How high the sun stands at home: panels sleep when it is down and are missed when it is up."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from astral import Observer
from astral.sun import elevation
from homeassistant.core import HomeAssistant
from homeassistant.helpers.sun import get_astral_observer
from homeassistant.util import dt as dt_util

from ...logic.panels import Light

NIGHT_DEG: Final = -1.0
# High enough for every panel of an array to report, also those that look away or through clouds.
LIGHT_DEG: Final = 10.0
# Where the sun never gets there: the upper part of what it does.
LIGHT_SHARE: Final = 0.6
_STEP: Final = timedelta(minutes=5)
_DAY_STEPS: Final = 288


@dataclass(frozen=True, slots=True)
class Sky:
    """The light of one moment."""

    night: bool
    """Whether nothing can come from the panels."""
    light: Light


class Sun:
    """Tells what the sky is like at home."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Look nowhere yet."""
        self._hass = hass
        self._day: date | None = None
        self._observer: Observer | None = None
        self._limit_deg = LIGHT_DEG
        self._since: float | None = None

    def sky(self) -> Sky:
        """Look at the sky now."""
        now = dt_util.utcnow()
        observer = get_astral_observer(self._hass)
        self._look_ahead(observer, dt_util.as_local(now))
        height = float(elevation(observer, now))
        lit = self._since is not None and height >= self._limit_deg
        return Sky(night=height < NIGHT_DEG, light=Light(self._since if lit else None))

    def _look_ahead(self, observer: Observer, local_now: datetime) -> None:
        """Find out, once a day, from when on there is light."""
        if (local_now.date(), observer) == (self._day, self._observer):
            return
        self._day, self._observer = local_now.date(), observer
        midnight = dt_util.start_of_local_day(local_now)
        course = [
            (at, float(elevation(observer, at)))
            for at in (midnight + number * _STEP for number in range(_DAY_STEPS))
        ]
        self._limit_deg = min(LIGHT_DEG, LIGHT_SHARE * max(height for _, height in course))
        lit = (at.timestamp() for at, height in course if height >= self._limit_deg > 0)
        self._since = next(lit, None)
