"""Position of the sun and clear-sky irradiance.

The position follows the low-precision series of Meeus that NOAA's solar calculator uses (good to
0.05° here, refraction left out); the beam is Meinel's air-mass formula, diffuse light a tenth of
the horizontal beam.
"""

from dataclasses import dataclass
from math import asin, atan2, cos, degrees, pi, radians, sin, tan

J2000_UNIX = 946_728_000.0
"""Unix time of the epoch J2000.0 (2000-01-01 12:00)."""
SOLAR_CONSTANT = 1353.0
"""Irradiance above the atmosphere in Meinel's formula, W/m²."""
GROUND_ALBEDO = 0.2


@dataclass(frozen=True, slots=True)
class SunPosition:
    """Where the sun stands: elevation above the horizon, azimuth clockwise from north; degrees."""

    elevation: float
    azimuth: float


@dataclass(frozen=True, slots=True)
class Sky:
    """Light from a sky: the beam on a plane facing the sun, and diffuse light; W/m²."""

    beam: float
    diffuse: float


def sun_position(unix: float, latitude: float, longitude: float) -> SunPosition:
    """Return the sun's position at a Unix time and a place (degrees, north and east positive)."""
    days = (unix - J2000_UNIX) / 86_400
    century = days / 36_525
    mean_longitude = radians((280.46646 + 36_000.76983 * century) % 360)
    anomaly = radians((357.52911 + 35_999.05029 * century) % 360)
    centre = radians(1.914602 * sin(anomaly) + 0.019993 * sin(2 * anomaly))
    node = radians(125.04 - 1934.136 * century)
    ecliptic = mean_longitude + centre - radians(0.00569 + 0.00478 * sin(node))
    obliquity = radians(23.439291 - 0.0130042 * century + 0.00256 * cos(node))

    declination = asin(sin(obliquity) * sin(ecliptic))
    ascension = atan2(cos(obliquity) * sin(ecliptic), cos(ecliptic))
    sidereal = radians((280.46061837 + 360.98564736629 * days + longitude) % 360)
    hour_angle = sidereal - ascension

    place = radians(latitude)
    height = sin(place) * sin(declination) + cos(place) * cos(declination) * cos(hour_angle)
    azimuth = pi + atan2(
        sin(hour_angle), cos(hour_angle) * sin(place) - tan(declination) * cos(place)
    )
    return SunPosition(degrees(asin(max(-1.0, min(1.0, height)))), degrees(azimuth) % 360)


def clear_sky(elevation: float) -> Sky:
    """Return the light of a cloudless sky for an elevation of the sun in degrees."""
    if elevation <= 0:
        return Sky(0.0, 0.0)
    height = sin(radians(elevation))
    # Kasten and Young: finite at the horizon, unlike 1 / sin.
    air_mass = 1 / (height + 0.50572 * (elevation + 6.07995) ** -1.6364)
    beam = SOLAR_CONSTANT * 0.7 ** (air_mass**0.678)
    return Sky(beam, 0.1 * beam * height)


def cloudy(sky: Sky, elevation: float, cover: float) -> Sky:
    """Return the light below clouds that cover a share (0-1) of the sky.

    The horizontal sum falls as Kasten and Czeplak found, by 0.75 × cover^3.4; the beam falls with
    the cover itself, and what is left of the sum is diffuse.
    """
    if elevation <= 0:
        return sky
    height = sin(radians(elevation))
    horizontal = (sky.beam * height + sky.diffuse) * (1 - 0.75 * cover**3.4)
    beam = min(sky.beam * (1 - cover), horizontal / height)
    return Sky(beam, horizontal - beam * height)


def plane_irradiance(sun: SunPosition, sky: Sky, tilt: float, azimuth: float) -> float:
    """Return the light on a plane in W/m²; tilt 0 lies flat, azimuth clockwise from north."""
    elevation = radians(sun.elevation)
    slope = radians(tilt)
    incidence = sin(elevation) * cos(slope) + cos(elevation) * sin(slope) * cos(
        radians(sun.azimuth - azimuth)
    )
    horizontal = sky.beam * max(0.0, sin(elevation)) + sky.diffuse
    return (
        sky.beam * max(0.0, incidence)
        + sky.diffuse * (1 + cos(slope)) / 2
        + GROUND_ALBEDO * horizontal * (1 - cos(slope)) / 2
    )
