"""A house whose energy is computed, not stored: any moment of ten years costs the same.

A day's sums follow from the sun, the season and a seed in one step; within the day they are spread
over slots of five minutes by light and by habit. So 3 650 daily sums take milliseconds, and the
slots of a day add up to its sum exactly.
"""

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from itertools import accumulate
from math import acos, cos, degrees, pi, radians, sin, tan

from tests.simulators.enlighten.registers import Registers, balanced
from tests.simulators.noise import chance
from tests.simulators.place import Place
from tests.simulators.sun import clear_sky, sun_position
from tests.simulators.weather import Weather

SLOT_S = 300
BASE_SOC = 20
"""Charge of the battery at each midnight, %."""
EFFICIENCY = 0.95
"""One way, of the battery."""
LEAST_IMPORT_WH = 3000
"""A day's import is at least so much, so that each slot has some."""
TILT = 30
EVENING_H = 17


@dataclass(frozen=True, slots=True)
class Spread:
    """How a day's sums lie over its slots: the share of the day up to each slot's end."""

    light: list[float]
    evening: list[float]
    steady: list[float]


def _shares(weights: list[float]) -> list[float]:
    """Return the running share of the whole; even when there is no weight at all."""
    if not any(weights):
        weights = [1.0] * len(weights)
    sums = list(accumulate(weights, initial=0.0))
    return [each / sums[-1] for each in sums]


@cache
def _sums_of(_: tuple[object, ...]) -> list[Registers]:
    """Return the running sums of the days of a house, as far as anybody has asked for them."""
    return [Registers()]


@dataclass(eq=False)
class Past:
    """A house by formula; it went into operation at the first moment of the day `since`."""

    seed: int
    place: Place
    since: date
    _: KW_ONLY
    kwp: float = 7.4
    battery_kwh: float = 0.0
    household_scale: float = 1.0

    def __post_init__(self) -> None:
        """Prepare the running sums of the days."""
        self._weather = Weather(self.seed, self.place.latitude)
        key = self.seed, self.place, self.since, self.kwp, self.battery_kwh, self.household_scale
        self._sums = _sums_of(key)
        # A week of intervals looks at each of its days a thousand times, and at each slot often.
        self._spread = lru_cache(maxsize=64)(self._spread_of)
        self._whole = lru_cache(maxsize=64)(self.day)
        self._part = lru_cache(maxsize=8192)(self._part_of)

    def midnight(self, day: date) -> float:
        """Return the Unix time at which a local day begins."""
        return datetime(day.year, day.month, day.day, tzinfo=self.place.zone).timestamp()

    def at(self, unix: float) -> Registers:
        """Return the registers at the full five minutes before a Unix time."""
        day = self.place.local(unix).date()
        if day < self.since:
            return Registers()
        slot = int((unix - self.midnight(day)) // SLOT_S)
        before = self._before(day)
        return before.plus(self._part(day, slot)) if slot else before

    def socs(self, times: Sequence[float]) -> list[int]:
        """Return the charge of the battery at Unix times, %."""
        return [round(self._soc(unix)) for unix in times]

    def day(self, day: date) -> Registers:
        """Return what a whole local day brings."""
        sun_hours, noon = self._sun(day)
        sky = clear_sky(noon)
        peak = (sky.beam * sin(radians(min(90.0, noon + TILT))) + sky.diffuse) / 1000
        cover = self._cover(day)
        production = int(1000 * self.kwp * 0.37 * sun_hours * peak * (1 - 0.75 * cover**3.4))
        number = day.toordinal()
        season = cos(2 * pi * (day.timetuple().tm_yday - 15) / 365)
        load = (10.5 + 2 * season + 3 * chance(self.seed, 41, number)) * self.household_scale
        used = min(production, int(load * (380 + 80 * chance(self.seed, 42, number))))
        room = int(self.battery_kwh * 1000 * (100 - BASE_SOC) / 100 / EFFICIENCY)
        charge = min(production - used, room)
        discharge = int(charge * EFFICIENCY**2)
        least = int(LEAST_IMPORT_WH * (1 + 0.6 * chance(self.seed, 43, number)))
        bought = max(least, int(load * 1000) - used - discharge)
        return balanced(production, bought, production - used - charge, charge, discharge)

    def _before(self, day: date) -> Registers:
        """Return the sum of all days before one."""
        wanted = (day - self.since).days
        while len(self._sums) <= wanted:
            last = self.since + timedelta(days=len(self._sums) - 1)
            self._sums.append(self._sums[-1].plus(self.day(last)))
        return self._sums[wanted]

    def _part_of(self, day: date, slot: int) -> Registers:
        """Return what a day brings up to the end of so many slots."""
        spread, whole = self._spread(day), self._whole(day)
        light = spread.light[slot]
        return balanced(
            production=int(whole.production * light),
            grid_import=int(whole.grid_import * spread.steady[slot]),
            grid_export=int(whole.grid_export * light),
            charge=int(whole.charge * light),
            discharge=int(whole.discharge * spread.evening[slot]),
        )

    def _soc(self, unix: float) -> float:
        """Return the charge at a time: it is the same at each midnight."""
        if not self.battery_kwh:
            return 0.0
        day = self.place.local(unix).date()
        part = self._part(day, int((unix - self.midnight(day)) // SLOT_S))
        stored = part.charge * EFFICIENCY - part.discharge / EFFICIENCY
        return BASE_SOC + stored / self.battery_kwh / 10

    def _spread_of(self, day: date) -> Spread:
        """Return how a day's sums lie over its 276, 288 or 300 slots."""
        begin, end = self.midnight(day), self.midnight(day + timedelta(days=1))
        middles = [begin + SLOT_S * (slot + 0.5) for slot in range(int(end - begin) // SLOT_S)]
        light = [self._light(unix) for unix in middles]
        dark = [0.0 if each else 1.0 for each in light]
        hours = [self.place.local(unix).hour for unix in middles]
        evening = [float(hour >= EVENING_H) for hour in hours]
        return Spread(_shares(light), _shares(evening), _shares([1 + 0.8 * each for each in dark]))

    def _light(self, unix: float) -> float:
        """Return how bright it is at a Unix time, W/m² on flat ground below the clouds."""
        elevation = sun_position(unix, self.place.latitude, self.place.longitude).elevation
        sky = clear_sky(elevation)
        horizontal = sky.beam * sin(radians(max(0.0, elevation))) + sky.diffuse
        dimming: float = 0.75 * self._weather.cloud_cover(unix) ** 3.4
        return horizontal * (1 - dimming)

    def _cover(self, day: date) -> float:
        """Return the mean cover of a day's sky, 0-1, from a look at four of its hours."""
        noon = self.midnight(day) + 43_200
        return sum(self._weather.cloud_cover(noon + 7200 * hour) for hour in (-2, -1, 0, 1)) / 4

    def _sun(self, day: date) -> tuple[float, float]:
        """Return a day's hours of sun and the sun's elevation at noon in °."""
        tilt = radians(23.44 * sin(2 * pi * (day.timetuple().tm_yday - 80) / 365.25))
        latitude = radians(self.place.latitude)
        half = acos(max(-1.0, min(1.0, -tan(latitude) * tan(tilt))))
        return degrees(half) * 2 / 15, max(0.0, 90 - degrees(abs(latitude - tilt)))
