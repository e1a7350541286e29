"""How high the sun stands at home: what lives on it alone sleeps when it is down."""

from typing import Final

from astral.sun import elevation
from homeassistant.core import HomeAssistant
from homeassistant.helpers.sun import get_astral_observer
from homeassistant.util import dt as dt_util

NIGHT_ELEVATION_DEG: Final = -1.0
# Under clouds, or on panels that face away, the light is too weak long before sunset.
LOW_ELEVATION_DEG: Final = 10.0


def is_night(hass: HomeAssistant) -> bool:
    """Tell whether the sun is well below the horizon: nothing can come from the panels."""
    return _elevation(hass) < NIGHT_ELEVATION_DEG


def is_low(hass: HomeAssistant) -> bool:
    """Tell whether the sun is down or so low that an inverter may well be asleep."""
    return _elevation(hass) < LOW_ELEVATION_DEG


def _elevation(hass: HomeAssistant) -> float:
    """Give the height of the sun above the horizon in degrees."""
    return float(elevation(get_astral_observer(hass), dt_util.utcnow()))
