from datetime import datetime, time, timedelta
import json
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from custom_components.solar_monitor.logic.thresholds import (
    HighImport,
    HotInverter,
    LowBattery,
    NoProduction,
)

PHOENIX: Final = ZoneInfo("America/Phoenix")
BERLIN: Final = ZoneInfo("Europe/Berlin")
NOON: Final = datetime(2026, 7, 6, 12, tzinfo=PHOENIX)


def copy_of(memory: object) -> object:
    """Give what a store gives back of a memory."""
    return json.loads(json.dumps(memory))


def at(hour: int, minute: int = 0, *, days: int = 0) -> datetime:
    """Give a time of a day."""
    return NOON.replace(hour=hour, minute=minute) + timedelta(days=days)


class Evening:
    """A battery that is to be above 50 % at 18:00, first looked at at noon."""

    def __init__(self) -> None:
        """Begin with one that is low already, which is not asked yet."""
        self.battery = LowBattery(50.0, time(18))
        assert self.offer(30.0, at(12)) is False

    def offer(self, soc: float | None, local: datetime) -> bool | None:
        """Take in the charge, after a restart."""
        self.battery = LowBattery(50.0, time(18), copy_of(self.battery.to_dict()))
        return self.battery.offer(soc, local)


def test_a_battery_is_low_from_the_time_of_day_on_until_it_has_reached_the_level() -> None:
    evening = Evening()
    assert evening.offer(30.0, at(17, 59)) is False
    assert evening.offer(49.9, at(18)) is True
    assert evening.offer(30.0, at(23)) is True
    assert evening.offer(49.9, at(11, days=1)) is True
    assert evening.offer(50.0, at(12, days=1)) is False
    assert evening.offer(30.0, at(13, days=1)) is False
    assert evening.offer(30.0, at(18, days=1)) is True


def test_a_battery_that_has_the_level_by_then_is_not_low_later_that_day() -> None:
    evening = Evening()
    assert evening.offer(50.0, at(18)) is False
    assert evening.offer(10.0, at(18, 1)) is False
    assert evening.offer(10.0, at(17, 59, days=1)) is False


def test_a_battery_that_stays_low_over_the_next_evening_is_the_same_alarm() -> None:
    evening = Evening()
    evening.offer(20.0, at(18))
    assert evening.offer(20.0, at(18, days=1)) is True
    assert evening.offer(60.0, at(18, days=2)) is False


def test_a_charge_that_is_unknown_says_nothing_and_is_asked_for_an_hour() -> None:
    evening = Evening()
    assert evening.offer(None, at(18)) is None
    assert evening.offer(20.0, at(19)) is True
    assert evening.offer(None, at(20)) is None
    assert evening.offer(20.0, at(20, 1)) is True


def test_an_evening_that_nobody_looked_at_is_left_out() -> None:
    evening = Evening()
    assert evening.offer(20.0, at(19, 1)) is False
    assert evening.offer(20.0, at(17, days=1)) is False
    assert evening.offer(20.0, at(18, days=1)) is True


def test_a_time_before_midnight_may_be_looked_at_after_it() -> None:
    battery = LowBattery(50.0, time(23, 45))
    assert battery.offer(20.0, at(23, 44)) is False
    assert battery.offer(20.0, at(0, 10, days=1)) is True


def test_the_first_look_is_never_at_a_time_that_has_passed() -> None:
    battery = LowBattery(50.0, time(18))
    assert battery.offer(20.0, at(18, 1)) is False
    assert battery.offer(20.0, at(18, days=1)) is True


@pytest.mark.parametrize(("month", "day"), [(3, 29), (10, 25)])
def test_a_day_on_which_the_clocks_change_has_one_look(month: int, day: int) -> None:
    battery = LowBattery(50.0, time(2, 30))
    moment = datetime(2026, month, day, 0, tzinfo=BERLIN)
    battery.offer(80.0, moment)
    looks, low = 0, False
    for step in range(24 * 6):
        local = datetime.fromtimestamp(moment.timestamp() + 600 * step, BERLIN)
        low = battery.offer(60.0 if low else 20.0, local) is True
        looks += low
    assert looks == 1
    assert battery.to_dict()["looked_on"] == f"2026-{month:02}-{day:02}"


class House:
    """A house that is not to buy more than 5 kW for five minutes, from 16 to 21 o'clock."""

    def __init__(self, *, begin: int = 16, end: int = 21, now: datetime | None = None) -> None:
        """Begin at four."""
        self.hours = time(begin % 24), time(end % 24)
        self.now = now or at(16)
        self.watch = self._made(None)

    def _made(self, memory: object) -> HighImport:
        return HighImport(5_000, for_s=300, hours=self.hours, cooldown_s=3_600, memory=memory)

    def restart(self) -> None:
        """Stop and start again."""
        self.watch = self._made(copy_of(self.watch.to_dict()))

    def buy(self, watts: float | None, seconds: int, step_s: int = 30) -> list[bool | None]:
        """Buy so much for some time; gives what is said."""
        said = []
        for _ in range(seconds // step_s):
            self.now += timedelta(seconds=step_s)
            said.append(self.watch.offer(watts, self.now, told_at=self.now.timestamp()))
        return said


def test_import_is_high_once_it_has_been_above_the_limit_for_long_enough() -> None:
    house = House()
    assert house.buy(5_000, 600) == [False] * 20
    assert house.buy(5_001, 330) == [False] * 10 + [True]
    assert house.buy(9_000, 600) == [True] * 20
    assert house.buy(5_000, 30) == [False]


def test_one_reading_makes_no_import_high_however_long_it_is_the_last_one() -> None:
    house = House()
    told_at = house.now.timestamp()
    for _ in range(20):
        house.now += timedelta(seconds=30)
        assert house.watch.offer(9_000, house.now, told_at=told_at) is False
    assert house.buy(9_000, 30) == [True]


def test_import_that_falls_below_the_limit_in_between_is_not_high() -> None:
    house = House()
    for _ in range(10):
        assert True not in house.buy(9_000, 270)
        assert True not in house.buy(1_000, 30)


def test_after_an_alarm_there_is_none_for_the_pause() -> None:
    house = House()
    house.buy(9_000, 330)
    house.buy(1_000, 30)
    assert True not in house.buy(9_000, 3_570)
    assert house.buy(9_000, 30) == [True]


def test_outside_the_hours_import_does_not_matter() -> None:
    house = House(now=at(15, 50))
    assert house.buy(9_000, 600 - 30) == [False] * 19
    assert house.buy(9_000, 330) == [False] * 10 + [True]
    house.now = at(20, 59)
    assert house.buy(9_000, 30) == [True]
    assert house.buy(9_000, 30) == [False]


@pytest.mark.parametrize(("begin", "end"), [(0, 0), (18, 18), (22, 6)])
@pytest.mark.parametrize("hour", [23, 3])
def test_hours_may_be_the_whole_day_or_go_over_midnight(begin: int, end: int, hour: int) -> None:
    house = House(begin=begin, end=end, now=at(hour))
    assert house.buy(9_000, 330)[-1] is True


@pytest.mark.parametrize("hour", [6, 12, 21])
def test_hours_over_midnight_end_in_the_morning(hour: int) -> None:
    house = House(begin=22, end=6, now=at(hour))
    assert True not in house.buy(9_000, 600)


def test_an_import_that_is_unknown_says_nothing() -> None:
    house = House()
    assert house.buy(None, 60) == [None, None]
    house.buy(9_000, 300)
    assert house.buy(None, 90) == [None] * 3
    assert house.buy(9_000, 30) == [True]
    house.buy(None, 3_000)
    assert house.buy(9_000, 30) == [True]


def test_a_break_of_which_nobody_knows_what_was_in_it_starts_the_time_anew() -> None:
    house = House()
    house.buy(9_000, 300)
    house.buy(None, 150)
    assert house.buy(9_000, 330) == [False] * 10 + [True]


def test_a_restart_neither_ends_an_alarm_nor_the_pause_after_it() -> None:
    house = House()
    house.buy(9_000, 330)
    house.restart()
    assert house.buy(9_000, 30) == [True]
    house.buy(1_000, 30)
    house.restart()
    assert True not in house.buy(9_000, 3_570)
    assert house.buy(9_000, 60)[-1] is True


def test_a_clock_that_is_set_back_makes_the_pause_no_longer() -> None:
    house = House(begin=0, end=0)
    house.buy(9_000, 330)
    house.buy(1_000, 30)
    house.now -= timedelta(days=1)
    assert True not in house.buy(9_000, 3_600)
    assert house.buy(9_000, 60)[-1] is True


@pytest.mark.parametrize("memory", [None, 7, {"high": "yes", "quiet_until": "later"}])
def test_a_memory_of_import_that_is_damaged_is_none(memory: object) -> None:
    watch = HighImport(1, for_s=1, hours=(time(), time()), cooldown_s=1, memory=memory)
    assert watch.to_dict() == {"high": False, "quiet_until": 0.0}


def test_an_inverter_is_hot_above_the_limit_until_it_has_cooled_down() -> None:
    inverter = HotInverter(85.0)
    said = [inverter.offer(celsius) for celsius in (40.0, 85.0, 85.1, 81.0, 80.1, 80.0, 82.0)]
    assert said == [False, False, True, True, True, False, False]


def test_a_temperature_that_is_unknown_says_nothing() -> None:
    inverter = HotInverter(85.0)
    inverter.offer(90.0)
    assert inverter.offer(None) is None
    assert inverter.offer(82.0) is True


def test_a_hot_inverter_is_so_after_a_restart() -> None:
    inverter = HotInverter(85.0)
    inverter.offer(90.0)
    assert HotInverter(85.0, copy_of(inverter.to_dict())).offer(82.0) is True
    assert HotInverter(85.0, "hot").offer(82.0) is False


class Roof:
    """Panels behind an inverter of 8 kW."""

    def __init__(self, memory: object = None) -> None:
        """Begin at noon."""
        self.now = NOON.timestamp()
        self.panels = NoProduction(3_600, memory)

    def make(self, watts: float | None, minutes: int, *, day: bool = True) -> bool | None:
        """Make so much for some time; gives what is said last."""
        said = None
        for _ in range(minutes):
            self.now += 60
            said = self.panels.offer(watts, rated_w=8_000, day=day, now=self.now)
        return said


def test_panels_that_make_nothing_for_an_hour_of_day_have_a_problem() -> None:
    roof = Roof()
    assert roof.make(900, 1) is False
    assert roof.make(8, 59) is False
    assert roof.make(8, 1) is True
    assert roof.make(0, 600, day=False) is True
    assert roof.make(9, 1) is False


def test_the_night_is_no_problem() -> None:
    roof = Roof()
    roof.make(900, 1)
    assert roof.make(0, 900, day=False) is False


def test_an_input_without_panels_is_no_problem() -> None:
    assert Roof().make(0, 600) is None


def test_a_power_that_is_unknown_is_no_problem() -> None:
    roof = Roof()
    assert roof.make(None, 600) is None
    roof.make(900, 1)
    assert roof.make(None, 600) is None
    assert roof.make(900, 1) is False


def test_the_least_power_is_a_few_watts_where_the_rated_one_is_not_known() -> None:
    panels = NoProduction(3_600)
    assert panels.offer(3.0, rated_w=None, day=True, now=0) is None
    assert panels.offer(3.1, rated_w=None, day=True, now=60) is False


def test_what_panels_have_made_once_and_their_problem_survive_a_restart() -> None:
    roof = Roof()
    roof.make(900, 1)
    again = Roof(copy_of(roof.panels.to_dict()))
    assert again.make(0, 1) is False
    assert again.make(0, 60) is True
    third = Roof(copy_of(again.panels.to_dict()))
    assert third.make(0, 1) is True
