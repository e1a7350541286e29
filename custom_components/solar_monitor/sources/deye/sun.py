"""Whether the sun is down for sure at home: then an inverter without a battery sleeps."""

from typing import Final

from astral.sun import elevation
from homeassistant.core import HomeAssistant
from homeassistant.helpers.sun import get_astral_observer
from homeassistant.util import dt as dt_util

NIGHT_ELEVATION_DEG: Final = -1.0


def is_night(hass: HomeAssistant) -> bool:
    """Tell whether the sun is well below the horizon."""
    return bool(elevation(get_astral_observer(hass), dt_util.utcnow()) < NIGHT_ELEVATION_DEG)
