"""What the people in the house use: a daily profile with appliances, from a seed."""

from dataclasses import dataclass
from functools import lru_cache
from math import exp
from typing import NamedTuple

from tests.simulators.noise import Noise, chance


class Appliance(NamedTuple):
    """Something that people turn on: usual hour, power, how long, how probable on a day."""

    hour: float
    watts: float
    minutes: float
    probability: float


APPLIANCES = (
    Appliance(6.8, 1900, 4, 0.9),  # kettle
    Appliance(7.2, 900, 6, 0.6),  # toaster and coffee
    Appliance(9.5, 1200, 55, 0.5),  # washing machine
    Appliance(12.3, 1700, 25, 0.6),  # hob
    Appliance(16.0, 1900, 4, 0.7),  # kettle
    Appliance(18.6, 2200, 45, 0.7),  # oven
    Appliance(20.2, 1400, 70, 0.6),  # dishwasher
)


class Run(NamedTuple):
    """One run of an appliance: hours of the local day, W."""

    begin: float
    end: float
    watts: float


@lru_cache(maxsize=64)
def _runs(seed: int, day: int) -> tuple[Run, ...]:
    """Return the appliances' runs of one local day (days since 1970)."""
    runs = []
    for index, (hour, watts, minutes, probability) in enumerate(APPLIANCES):
        if chance(seed, 20, day, index) < probability:
            begin = hour + 1.5 * (chance(seed, 21, day, index) - 0.5)
            runs.append(Run(begin, begin + minutes / 60, watts))
    return tuple(runs)


@dataclass(frozen=True, slots=True)
class Household:
    """A household; `scale` 1.0 uses about 12 kWh a day."""

    seed: int
    scale: float = 1.0

    def power(self, unix: float, local: float) -> float:
        """Return the power in W at a Unix time; `local` is the same instant in local seconds."""
        day, second = divmod(local, 86_400)
        hour = second / 3600
        morning = exp(-(((hour - 7.3) / 1.2) ** 2))
        evening = exp(-(((hour - 19.8) / 2.2) ** 2))
        people = 230 + 260 * morning + 520 * evening
        people *= 0.7 + 0.6 * Noise(self.seed, 10, 420).at(unix)
        fridge = 95 if (unix + 600 * chance(self.seed, 11)) % 2700 < 900 else 0
        running = sum(
            run.watts for run in _runs(self.seed, int(day)) if run.begin <= hour < run.end
        )
        return self.scale * (people + fridge + running)
