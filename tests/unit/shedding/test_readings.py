"""Readings that are too few, too old or impossible, and faults of the inverter."""

from dataclasses import replace
import math
from typing import Final, TypedDict

import pytest

from custom_components.solar_monitor.logic.shedding import Grid, Happening
from tests.unit.shedding.scene import ARMED, DARK, START, Figures, Scene, ready

HOUR: Final = 3_600.0


class Falling(TypedDict):
    """A part of `Figures`."""

    soc: float | None
    battery_power: float | None


FALLING: Final[Falling] = {"soc": 14.0, "battery_power": 400.0}


def shed(*loads: str) -> Scene:
    """Give a house in which these loads were shed a while ago."""
    scene = ready(*loads, soc=20.0)
    scene.run(900)
    assert scene.off == list(loads)
    return scene


def test_nothing_is_done_before_three_samples() -> None:
    scene = Scene("a", **FALLING)
    scene.run(60)
    assert scene.status == "holding: starting"
    scene.run(30)
    assert scene.off == ["a"]


def test_a_start_without_readings_is_no_start_after_three_minutes() -> None:
    scene = Scene("a")
    scene.sees = False
    scene.look()
    scene.run(179)
    assert scene.status == "holding: starting"
    scene.run(1)
    assert scene.status == "holding: stale"


def test_a_restart_is_a_new_start() -> None:
    scene = ready("a", **FALLING)
    scene.restart()
    scene.run(60)
    assert scene.off == []
    scene.run(30)
    assert scene.off == ["a"]


def test_a_sample_of_before_the_start_is_none() -> None:
    scene = Scene("a", **FALLING)
    scene.set(measured_at=START - 1)
    scene.decide()
    scene.run(60)
    assert scene.off == []


def test_a_reading_that_is_repeated_is_one_sample() -> None:
    scene = Scene("a", **FALLING)
    scene.run(30)
    scene.sees = False
    scene.run(90)
    assert scene.off == []


@pytest.mark.parametrize("soc", [None, math.nan, math.inf, -0.1, 100.1])
def test_a_charge_that_is_none_decides_nothing(soc: float | None) -> None:
    scene = ready("a", battery_power=400.0)
    scene.run(600, soc=soc)
    assert scene.off == []
    assert scene.status == "holding: stale"


@pytest.mark.parametrize("soc", [0.0, 100.0])
def test_an_empty_and_a_full_battery_are_believed(soc: float) -> None:
    scene = Scene("a", soc=soc)
    scene.run(90)
    assert scene.off == (["a"] if soc == 0 else [])


def test_a_power_that_is_no_number_is_unknown() -> None:
    scene = Scene("a", soc=14.0)
    scene.run(600, battery_power=math.nan, pv_power=math.inf, inverter_power=-math.inf)
    assert scene.off == []


@pytest.mark.parametrize(("silence_s", "status"), [(179, "normal"), (180, "holding")])
def test_readings_are_held_by_after_three_minutes(silence_s: float, status: str) -> None:
    scene = ready("a")
    scene.run()
    scene.sees = False
    scene.run(silence_s)
    assert scene.decision.status == status
    assert bool(scene.told(Happening.HELD)) is (status == "holding")


def test_stale_readings_neither_shed_nor_give_back() -> None:
    scene = shed("a", "b")
    scene.turn("a", on=None)
    scene.run()
    scene.sees = False
    scene.run(180)
    scene.turn("a", on=True)
    scene.run(HOUR)
    assert scene.off == ["b"]
    assert scene.asked == ["-a", "-b"]
    assert scene.status == "holding: stale"
    assert scene.told(Happening.HELD) == ["None: stale"]


def test_after_a_silence_three_new_samples_are_needed() -> None:
    scene = ready("a")
    scene.sees = False
    scene.run(600)
    scene.sees = True
    scene.run(60, **FALLING)
    assert scene.status == "holding: stale"
    scene.run(30)
    assert scene.off == ["a"]
    scene.sees = False
    scene.run(600)
    assert scene.told(Happening.HELD) == ["None: stale"] * 2


def test_samples_that_come_too_rarely_are_no_readings() -> None:
    scene = ready("a")
    for _ in range(20):
        scene.now += 150
        scene.decide()
        scene.now += 50
        scene.set(measured_at=scene.now, **FALLING)
        scene.decide()
    assert scene.off == []
    assert scene.decision.stale


@pytest.mark.parametrize(("silence_s", "stale"), [(899, False), (900, True)])
def test_somebody_is_told_after_a_quarter_of_an_hour(*, silence_s: float, stale: bool) -> None:
    scene = ready("a")
    scene.run()
    scene.sees = False
    scene.run(silence_s)
    assert scene.decision.stale is stale
    scene.config = replace(ARMED, armed=False)
    scene.run(1)
    assert not scene.decision.stale


@pytest.mark.parametrize(
    ("silence_s", "give_back_s", "off"),
    [
        (7_199, 7_200, ["a", "b"]),
        (7_200, 7_200, ["a"]),
        (7_260, 7_200, []),
        (86_400, 0, ["a", "b"]),
    ],
)
def test_loads_are_given_back_after_two_hours_without_readings(
    silence_s: float, give_back_s: float, off: list[str]
) -> None:
    scene = shed("a", "b")
    scene.config = replace(ARMED, give_back_s=give_back_s)
    scene.sees = False
    scene.run(silence_s)
    assert scene.off == off


def test_what_is_given_back_without_readings_is_said() -> None:
    scene = shed("a", "b")
    scene.sees = False
    scene.run(7_200)
    assert scene.status == "restoring: stale"
    scene.run(120)
    assert scene.told(Happening.RESTORED) == ["b: stale", "a: stale"]
    assert scene.status == "holding: stale"


def test_a_start_without_readings_gives_back_after_two_hours_too() -> None:
    scene = shed("a")
    scene.restart()
    scene.sees = False
    scene.run(7_170)
    assert scene.off == ["a"]
    assert scene.told(Happening.HELD) == []
    scene.run(60)
    assert scene.off == []


def test_a_device_whose_clock_is_ahead_is_heard() -> None:
    scene = Scene("a", **FALLING)
    scene.sees = False
    for _ in range(3):
        scene.now += 30
        scene.set(measured_at=scene.now + HOUR)
        scene.decide()
    assert scene.off == ["a"]


def test_readings_that_come_out_of_order_are_no_new_ones() -> None:
    scene = Scene("a", **FALLING)
    scene.run(30)
    for back in (5, 10, 15):
        scene.set(measured_at=scene.now - back)
        scene.decide()
    assert scene.off == []


def test_what_is_too_old_when_it_comes_is_not_heard() -> None:
    scene = ready("a", **FALLING)
    scene.set(measured_at=scene.now - 180)
    scene.decide()
    assert scene.off == []


# The grid.


def test_the_grid_is_what_the_voltages_say() -> None:
    scene = Scene("a", grid_voltages=())
    assert scene.run(60).grid is Grid.UNKNOWN
    assert scene.run(30, grid_voltages=(230.0, 0.0, 0.0)).grid is Grid.PRESENT
    assert scene.run(30, **DARK).grid is Grid.PRESENT
    assert scene.run(30).grid is Grid.LOST
    assert scene.run(300, grid_voltages=(230.0,)).grid is Grid.LOST
    assert scene.run(30).grid is Grid.PRESENT


def test_one_dead_sample_after_the_start_is_not_known_yet() -> None:
    scene = Scene("a", **DARK)
    assert scene.run(30).grid is Grid.UNKNOWN
    assert scene.run(30).grid is Grid.LOST


def test_a_restart_does_not_forget_that_the_grid_is_gone() -> None:
    scene = ready("a", **DARK)
    scene.run(60)
    scene.stored = scene.stored_now
    scene.restart()
    assert scene.run(30, grid_voltages=(230.0,)).grid is Grid.LOST
    assert scene.run(300).grid is Grid.PRESENT


def test_a_plant_without_a_grid_for_a_week_has_none() -> None:
    scene = Scene("a", **DARK)
    while scene.now < START + 7 * 86_400:
        scene.now += 600
        scene.set(measured_at=scene.now)
        decision = scene.decide()
        assert decision.grid in {Grid.UNKNOWN, Grid.LOST}
    scene.run(600)
    assert scene.decision.grid is Grid.NONE
    assert scene.run(30, grid_voltages=(91.0,)).grid is Grid.LOST
    scene.run(300)
    assert scene.run(60, **DARK).grid is Grid.LOST


def test_samples_of_a_dark_grid_that_come_out_of_order_take_no_time_away() -> None:
    scene = Scene("a", **DARK)
    for at in (100.0, 50.0):
        scene.now = START + 100
        scene.set(measured_at=START + at)
        scene.decide()
    assert scene.memory.grid.dark_s == 0


def test_days_in_which_no_voltage_came_make_no_plant_without_a_grid() -> None:
    scene = ready("a", **DARK)
    scene.run(60)
    scene.set(grid_voltages=())
    end = scene.now + 8 * 86_400
    while scene.now < end:
        scene.now += 800
        scene.set(measured_at=scene.now)
        scene.decide()
    dark_s = scene.memory.grid.dark_s
    scene.run(60, **DARK)
    assert scene.memory.grid.dark_s == dark_s + 30
    assert scene.decision.grid is Grid.LOST


def test_the_longest_pause_between_two_dark_samples_counts_a_quarter_of_an_hour() -> None:
    scene = ready("a", **DARK)
    scene.run(60)
    dark_s = scene.memory.grid.dark_s
    scene.sees = False
    scene.run(2_000)
    scene.sees = True
    scene.run(30)
    assert scene.memory.grid.dark_s == dark_s + 900


def test_a_grid_that_nobody_measures_any_more_is_unknown() -> None:
    for volts, state in (((230.0,), Grid.PRESENT), ((0.0,), Grid.LOST)):
        scene = ready("a", grid_voltages=volts)
        scene.run(60)
        scene.run(150, grid_voltages=(None,))
        assert scene.decision.grid is state
        scene.run(30)
        assert scene.decision.grid is Grid.UNKNOWN
        scene.run(60, grid_voltages=volts)
        assert scene.decision.grid is state


def test_a_grid_that_nobody_measures_after_a_start_is_unknown_soon() -> None:
    scene = ready("a", **DARK)
    scene.run(60)
    scene.stored = scene.stored_now
    scene.restart()
    assert scene.run(180, grid_voltages=()).grid is Grid.LOST
    assert scene.run(30).grid is Grid.UNKNOWN


def test_days_in_which_nobody_looked_make_no_plant_without_a_grid() -> None:
    scene = ready("a", **DARK)
    scene.run(60)
    scene.now += 8 * 86_400
    assert scene.run(60).grid is Grid.LOST


# Faults of the inverter.


def test_a_fault_for_a_minute_stops_shedding_and_gives_back() -> None:
    scene = shed("a", "b")
    scene.turn("a", on=True)
    scene.run(60)
    assert scene.off == ["b"]
    scene.run(60, fault=True)
    assert scene.off == ["b"]
    scene.run()
    assert scene.off == []
    assert scene.told(Happening.RESTORED) == ["b: fault"]
    scene.run(8 * HOUR)
    assert scene.off == []
    assert scene.status == "normal: fault"


def test_the_give_back_of_a_fault_is_staggered_and_keeps_its_dwell() -> None:
    scene = ready("a", "b", soc=20.0)
    scene.run(120)
    scene.run(420, fault=True)
    assert scene.off == ["a", "b"]
    assert scene.status == "restoring: fault"
    scene.run(180)
    assert scene.off == ["a"]
    scene.run(60)
    assert scene.off == []


def test_after_a_fault_nothing_is_shed_for_ten_minutes() -> None:
    scene = ready("a", soc=80.0, fault=True)
    scene.run(300)
    scene.run(570, soc=39.0, fault=False)
    assert scene.off == []
    assert scene.status == "normal: fault_lately"
    scene.run(30)
    assert scene.off == ["a"]


def test_a_fault_that_is_gone_within_a_minute_is_none() -> None:
    scene = ready("a", soc=39.0, fault=True)
    scene.run(30)
    assert scene.off == ["a"]
    scene.run(30)
    scene.run(30, fault=False)
    scene.run(60, fault=True)
    assert scene.status == "shed: soc"


def test_a_fault_that_is_not_told_of_is_as_it_was() -> None:
    scene = ready("a", fault=True)
    scene.run(30)
    scene.run(60, fault=None)
    scene.run(30, fault=True)
    assert scene.status == "normal: fault"


def test_a_fault_that_is_not_told_of_for_three_minutes_is_none() -> None:
    scene = ready("a", fault=True)
    scene.run(120)
    scene.run(150, fault=None)
    assert scene.status == "normal: fault"
    scene.run(30)
    assert scene.status == "normal: fault_lately"


def test_a_warning_is_no_fault() -> None:
    scene = ready("a", soc=39.0, alert=True)
    scene.run(300)
    assert scene.off == ["a"]


@pytest.mark.parametrize(
    "figures", [DARK, {"grid_voltages": ()}, {"soc": 14.9}, {"soc": 14.9, **DARK}]
)
def test_without_a_grid_and_at_a_critical_charge_a_fault_changes_nothing(
    figures: Figures,
) -> None:
    scene = Scene("a", soc=20.0, fault=True, battery_power=600.0)
    scene.run(900, **figures)
    assert scene.off == ["a"]
    scene.run(900)
    assert scene.off == ["a"]


def test_a_fault_of_before_is_no_shield_once_the_charge_is_critical() -> None:
    scene = ready("a", soc=39.0, fault=True)
    scene.run(30)
    scene.run(60, soc=60.0)
    scene = ready("b", fault=True)
    scene.run(120)
    scene.run(60, soc=14.0, fault=False)
    assert scene.off == ["b"]


def test_the_pause_after_a_fault_survives_a_restart() -> None:
    scene = ready("a", fault=True)
    scene.run(300)
    scene.run(30, soc=20.0)
    scene.stored = scene.stored_now
    scene.restart()
    scene.run(300, fault=False)
    assert scene.off == []
