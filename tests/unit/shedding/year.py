"""A year of a house with a battery: the same sun, weather and people for every rule of shedding.

The sun, the clouds, the household, the battery and the inverter are the simulators' own; they are
joined here without servers, in steps of 150 s, so that a year takes seconds. A part of a year is
made of whole days that follow each other as if there were none between them.
"""

from collections import Counter, deque
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Final, NamedTuple, Protocol

from custom_components.solar_monitor.logic.shedding import (
    Config,
    Load,
    Memory,
    Reading,
    Result,
    Turn,
    decide,
)
from tests.simulators.battery import Battery, BatterySpec
from tests.simulators.conditions import panel_power
from tests.simulators.dispatch import InverterSpec, Powers, Supply, dispatch
from tests.simulators.house import Household
from tests.simulators.place import Place
from tests.simulators.plant import PvArray
from tests.simulators.sun import clear_sky, cloudy, plane_irradiance, sun_position
from tests.simulators.weather import Weather

SEED: Final = 6
BEGIN: Final = 1_782_856_800.0  # 2026-07-01, local midnight
WHOLE: Final = range(365)
DAY_S: Final = 86_400
STEP_S: Final = 150
SKY_S: Final = 600
CRITICAL: Final = 15.0
CRITICAL_SHARE: Final = 0.25
"""The minutes below the critical charge are at most this share of those without shedding."""
SWITCHES_A_DAY: Final = 6
MORE_HOURS_OFF: Final = 8
"""A load is off for at most so many hours a day more than by the original rule."""
ARRAYS: Final = (PvArray(3.6, 45, 150), PvArray(2.7, 45, 240))


@dataclass(frozen=True, slots=True)
class Appliance:
    """A load that can be shed: W, and the hours of the day in which it wants them."""

    watts: float
    hours: tuple[tuple[float, float], ...]

    def wants(self, hour: float) -> float:
        """Give the power it wants at an hour of the day."""
        return self.watts if any(begin <= hour < end for begin, end in self.hours) else 0.0


APPLIANCES: Final[Mapping[str, Appliance]] = {
    "water_heater": Appliance(1_500, ((5, 7), (17, 19))),
    "heating": Appliance(450, ((0, 9), (16, 24))),
    "circulation": Appliance(120, ((0, 24),)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What differs between the houses."""

    name: str
    grid: bool
    place: Place
    household_scale: float
    battery: BatterySpec
    idle_w: float = 0.0
    """What a battery that rests gives for the inverter itself."""


OFF_GRID: Final = House(
    name="off-grid",
    grid=False,
    place=Place(43.6, 3.9, "Europe/Paris"),
    household_scale=0.35,
    battery=BatterySpec(soc_min=5.0),
)
# In winter its battery rests at a floor below the critical level, and the grid carries the house.
ON_GRID: Final = House(
    name="on-grid",
    grid=True,
    place=Place(52.37, 4.9),
    household_scale=0.35,
    battery=BatterySpec(soc_min=10.0),
)


RESTLESS: Final = replace(ON_GRID, name="on-grid, 40 W idle", idle_w=40.0)


class Hour(NamedTuple):
    """What comes from outside for ten minutes: W of sun, W of people."""

    at: float
    local_hour: float
    sun_w: float
    people_w: float


@cache
def outside(house: House) -> tuple[Hour, ...]:
    """Give the sun and the people of the whole year."""
    return tuple(_outside(house))


def _outside(house: House) -> Iterator[Hour]:
    place, weather = house.place, Weather(SEED, house.place.latitude, 0.4)
    household = Household(SEED, house.household_scale)
    for second in range(0, len(WHOLE) * DAY_S, SKY_S):
        at = BEGIN + second
        local = at + place.utc_offset(at)
        sun = sun_position(at, place.latitude, place.longitude)
        watts = 0.0
        if sun.elevation > 0:
            sky = cloudy(clear_sky(sun.elevation), sun.elevation, weather.cloud_cover(at))
            air = weather.temperature(at, local % DAY_S / 3600)
            watts = sum(
                panel_power(each.kwp, plane_irradiance(sun, sky, each.tilt, each.azimuth), air)
                for each in ARRAYS
            )
        yield Hour(at, local % DAY_S / 3600, watts, household.power(at, local))


class Shedder(Protocol):
    """Decides which loads are off."""

    def look(self, now: float, soc: float, powers: Powers) -> frozenset[str]:
        """Take one sample; give the loads that are off."""
        ...


class Nobody:
    """Sheds nothing."""

    def look(self, now: float, soc: float, powers: Powers) -> frozenset[str]:  # noqa: ARG002
        """Leave all loads on."""
        return frozenset()


class Original:
    """The rule that the project began with: all loads at once, and no memory."""

    def __init__(self) -> None:
        """Begin with no samples."""
        self._surplus: deque[float] = deque(maxlen=5)

    def look(self, now: float, soc: float, powers: Powers) -> frozenset[str]:  # noqa: ARG002
        """Turn everything off, or on."""
        self._surplus.append(powers.pv - powers.battery)
        low = int(soc) < 40 and sum(self._surplus) < 0
        alone = int(soc) < 45 and not powers.grid_up and powers.battery >= 500
        return frozenset(APPLIANCES if low or alone else ())


class Ours:
    """Our decision, with loads that obey at once."""

    def __init__(self, config: Config) -> None:
        """Begin with nothing known."""
        self._config = config
        self._memory = Memory()
        self.loads = {name: Load(id=name, on=True) for name in APPLIANCES}

    def look(self, now: float, soc: float, powers: Powers) -> frozenset[str]:
        """Decide until there is nothing more to do."""
        results: tuple[Result, ...] = ()
        while True:
            reading = Reading(
                measured_at=now,
                soc=float(int(soc)),
                pv_power=powers.pv,
                battery_power=powers.battery,
                inverter_power=powers.inverter,
                grid_voltages=(230.0 if powers.grid_up else 0.0,),
                results=results,
            )
            decision = decide(self._config, self._memory, reading, [*self.loads.values()], now)
            self._memory = decision.memory
            if decision.call is None:
                return frozenset(load.id for load in self.loads.values() if not load.on)
            name = decision.call.load
            self.loads[name] = Load(id=name, on=decision.call.turn is Turn.ON)
            results = (Result(decision.call.number, ok=True),)


@dataclass(slots=True)
class Year:
    """What became of a year, or of a part of it."""

    days: int
    below_critical_min: float = 0.0
    dark_min: float = 0.0
    """How long the house had no power at all."""
    off_s: Counter[str] = field(default_factory=Counter)
    switches: Counter[tuple[str, int]] = field(default_factory=Counter)

    @property
    def off_hours_a_day(self) -> dict[str, float]:
        """Hours per day in which each load is off, on average."""
        return {name: self.off_s[name] / 3600 / self.days for name in APPLIANCES}

    @property
    def most_switches(self) -> int:
        """How often a load turned on its worst day."""
        return max(self.switches.values(), default=0)

    @property
    def switches_a_day(self) -> float:
        """How often the load that turns most turns on an average day."""
        per_load: Counter[str] = Counter()
        for (name, _), count in self.switches.items():
            per_load[name] += count
        return max(per_load.values(), default=0) / self.days

    def assert_it_is_good(self, without: Year, original: Year) -> None:
        """Check that the battery was protected, and that loads were left in peace."""
        assert self.off_s, "the house needs no load shedding"
        assert self.below_critical_min <= CRITICAL_SHARE * without.below_critical_min
        assert self.dark_min <= without.dark_min
        assert self.most_switches <= SWITCHES_A_DAY
        for name, hours in self.off_hours_a_day.items():
            assert hours <= original.off_hours_a_day[name] + MORE_HOURS_OFF, name

    def row(self, house: str, rule: str) -> str:
        """Give a line of the table."""
        off = " ".join(f"{hours:>5.2f}" for hours in self.off_hours_a_day.values())
        return (
            f"{house:<19} {rule:<9} {self.below_critical_min:>9.0f} {self.dark_min:>9.0f}"
            f" {self.switches_a_day:>8.2f} {self.most_switches:>7} {off:>17}"
        )


HEADER: Final = (
    f"{'house':<19} {'rule':<9} {'min < 15%':>9} {'min dark':>9} {'turns/d':>8} {'worst/d':>7}"
    f" {'off h/d per load':>17}"
)


class Moment(NamedTuple):
    """What can be seen of a house at the end of a step."""

    at: float
    soc: float
    powers: Powers


def steps(house: House, year: Year, days: Sequence[int]) -> Generator[Moment, frozenset[str]]:
    """Live step by step, and write down what becomes of it; is sent the loads that are off."""
    inverter = InverterSpec()
    battery = Battery(house.battery, house.battery.capacity_kwh * 0.8)
    hours = outside(house)
    off: frozenset[str] = frozenset()
    for day in days:
        for hour in hours[day * DAY_S // SKY_S : (day + 1) * DAY_S // SKY_S]:
            wanted = {name: each.wants(hour.local_hour) for name, each in APPLIANCES.items()}
            for second in range(0, SKY_S, STEP_S):
                load = hour.people_w + sum(wanted[name] for name in wanted.keys() - off)
                powers = _powers(house, inverter, battery, hour.sun_w, load)
                battery.apply(powers.battery, STEP_S)
                idles = house.idle_w and not powers.battery
                seen = replace(powers, battery=house.idle_w) if idles else powers
                before, off = off, (yield Moment(hour.at + second, battery.soc, seen))
                year.below_critical_min += (battery.soc < CRITICAL) * STEP_S / 60
                year.dark_min += (powers.load < load) * STEP_S / 60
                for name in off:
                    year.off_s[name] += STEP_S
                for name in off ^ before:
                    year.switches[name, day] += 1


def live(house: House, shedder: Shedder, days: Sequence[int] = WHOLE) -> Year:
    """Live through some days with a rule."""
    year = Year(len(days))
    life = steps(house, year, days)
    off: frozenset[str] | None = None
    while moment := after(life, off):
        off = shedder.look(*moment)
    return year


def after(life: Generator[Moment, frozenset[str]], off: frozenset[str] | None) -> Moment | None:
    """Live through the next step with loads off; None to begin. Gives None at the end."""
    try:
        return next(life) if off is None else life.send(off)
    except StopIteration:
        return None


def _powers(
    house: House, inverter: InverterSpec, battery: Battery, sun_w: float, load: float
) -> Powers:
    """Divide the power of one step."""
    return dispatch(
        Supply(
            pv_strings=(sun_w,),
            pv_ac=0.0,
            grid_tied=(),
            grid_tied_ac=0.0,
            load=load,
            backup_load=load,
            most_charge=battery.most_charge(STEP_S),
            most_discharge=battery.most_discharge(STEP_S),
            grid_up=house.grid,
        ),
        inverter,
    )
