"""Clouds, temperature and the small unrest of the grid, all from a seed."""

from dataclasses import dataclass
from math import cos, pi, radians, sin

from tests.simulators.noise import Noise

YEAR_S = 365.2425 * 86_400
JANUARY_COLDEST_S = 20 * 86_400
"""Seconds after the new year at which the northern winter is coldest."""


@dataclass(frozen=True, slots=True)
class Weather:
    """The weather of one place."""

    seed: int
    latitude: float
    cloudiness: float = 0.35
    """Mean share of the sky that is covered, 0-1."""

    def cloud_cover(self, unix: float) -> float:
        """Return the covered share of the sky, 0-1: fronts of hours, clouds of minutes."""
        front = Noise(self.seed, 1, 6 * 3600).at(unix)
        field = Noise(self.seed, 2, 1800).at(unix)
        cloud = Noise(self.seed, 3, 240).at(unix)
        cover = 2 * self.cloudiness * (0.6 * front + 0.25 * field + 0.15 * cloud)
        return max(0.0, min(1.0, cover * 1.4 - 0.15))

    def temperature(self, unix: float, local_hour: float) -> float:
        """Return the air temperature in °C: by latitude, season and hour, warmest at 15:00."""
        season = cos(2 * pi * (unix - JANUARY_COLDEST_S) / YEAR_S)
        yearly = 28 - 0.4 * abs(self.latitude) - 14 * sin(radians(self.latitude)) * season
        daily = 4.5 * cos(2 * pi * (local_hour - 15) / 24)
        return yearly + daily + 4 * (Noise(self.seed, 4, 8 * 3600).at(unix) - 0.5)

    def grid_voltage(self, unix: float) -> float:
        """Return the voltage of the public grid in V."""
        return 226 + 10 * Noise(self.seed, 5, 90).at(unix)

    def grid_frequency(self, unix: float) -> float:
        """Return the frequency of the public grid in Hz."""
        return 49.95 + 0.1 * Noise(self.seed, 6, 30).at(unix)
