"""When loads are given back: by what they were shed for."""

from dataclasses import replace
from typing import Final, Unpack

import pytest

from custom_components.solar_monitor.logic.shedding import Config, Happening
from tests.unit.shedding.scene import ARMED, DARK, Figures, Powers, Scene, ready

HOUR: Final = 3_600.0
DRAWING: Final = replace(ARMED, grid_draw=True)
# Sun enough that no rule sheds, and a battery that is still not resting.
CLOUDS: Final[Powers] = {"pv_power": 2_000.0, "battery_power": 200.0}


def shed(*loads: str, config: Config = ARMED, **figures: Unpack[Figures]) -> Scene:
    """Give a house in which these loads were shed half an hour ago."""
    scene = ready(*loads, config=config, **figures)
    scene.run(HOUR / 2)
    assert scene.off == list(loads)
    return scene


@pytest.mark.parametrize(("soc", "off"), [(49.9, ["a"]), (50.0, [])])
def test_a_load_shed_for_the_charge_comes_back_at_its_upper_level(
    soc: float, off: list[str]
) -> None:
    scene = shed("a", soc=39.0)
    scene.run(HOUR, soc=soc, **CLOUDS)
    assert scene.off == off


def test_loads_come_back_in_reverse_order_step_by_step() -> None:
    scene = shed("a", "b", "c", soc=29.0)
    for soc, off in ((39.9, ["a", "b", "c"]), (40.0, ["a", "b"]), (45.0, ["a"]), (50.0, [])):
        scene.run(300, soc=soc, **CLOUDS)
        assert scene.off == off
    assert scene.told(Happening.RESTORED) == [f"{load}: recharged" for load in "cba"]


def test_a_load_shed_at_a_critical_charge_comes_back_like_any_other() -> None:
    scene = shed("a", soc=14.0)
    scene.run(HOUR, soc=49.0, **CLOUDS)
    assert scene.off == ["a"]
    scene.run(soc=50.0)
    assert scene.off == []


def test_no_power_is_needed_to_give_back() -> None:
    scene = shed("a", soc=39.0)
    scene.run(soc=50.0, pv_power=0.0, battery_power=9_000.0)
    assert scene.off == []
    scene = shed("a", soc=39.0)
    scene.run(soc=50.0, pv_power=None, battery_power=None, grid_voltages=())
    assert scene.off == []


# Parked: the grid carries the house while the charge stays low.


def parked(*loads: str, battery: float = 50.0) -> Scene:
    """Give a house whose battery rests at its floor from now on."""
    scene = shed(*loads, soc=25.0)
    scene.set(pv_power=0.0, battery_power=battery)
    return scene


def minutes_until_back(scene: Scene, left: int) -> float:
    """Tell after how many minutes only so many loads are off."""
    begin = scene.now
    while len(scene.off) > left:
        assert scene.now - begin < 10 * HOUR
        scene.run()
    return (scene.now - begin) / 60


def test_a_battery_that_rests_for_half_an_hour_gives_a_load_back_to_the_grid() -> None:
    scene = parked("a", "b")
    # The mean of 15 min must fall first.
    assert 44 < minutes_until_back(scene, 1) <= 46
    assert scene.off == ["a"]
    assert scene.told(Happening.RESTORED) == ["b: parked"]


def test_the_next_load_waits_for_another_half_hour() -> None:
    scene = parked("a", "b", battery=-10.0)
    minutes_until_back(scene, 1)
    # The wait begins with the first sample after the other one.
    assert minutes_until_back(scene, 0) == 30.5


def test_a_battery_that_gives_more_than_fifty_watts_does_not_rest() -> None:
    scene = parked("a", battery=50.1)
    scene.run(6 * HOUR)
    assert scene.off == ["a"]


def test_without_a_grid_nothing_is_given_back_to_it() -> None:
    scene = parked("a")
    scene.run(6 * HOUR, **DARK)
    assert scene.off == ["a"]
    scene.run(6 * HOUR, grid_voltages=())
    assert scene.off == ["a"]


def test_a_load_that_is_shed_again_within_the_hour_waits_twice_as_long_up_to_four_hours() -> None:
    scene = parked("a", battery=1.0)
    waits = []
    for _ in range(6):
        waits.append(minutes_until_back(scene, 0))
        # The battery carries it, not the grid, so it goes as soon as its dwell is over.
        scene.run(15 * 60 + 30, battery_power=60.0)
        assert scene.off == ["a"]
        scene.set(battery_power=1.0)
    assert [round(wait / 30) * 30 for wait in waits[1:]] == [60, 120, 240, 240, 240]


def test_what_the_grid_carries_is_not_shed_again_for_what_the_inverter_itself_takes() -> None:
    scene = parked("a", "b", battery=40.0)
    minutes_until_back(scene, 0)
    scene.run(6 * HOUR)
    assert scene.off == []
    assert scene.status == "normal: surplus"
    scene.run(15 * 60, battery_power=300.0)
    assert scene.off == ["a", "b"]


def test_a_restart_does_not_forget_that_the_grid_carries_a_load() -> None:
    scene = parked("a", battery=40.0)
    minutes_until_back(scene, 0)
    scene.stored = scene.stored_now
    scene.restart()
    scene.run(2 * HOUR)
    assert scene.asked == ["-a", "+a"]


def test_a_silence_does_not_make_a_load_go_that_the_grid_carries() -> None:
    scene = parked("a", battery=40.0)
    minutes_until_back(scene, 0)
    scene.run(HOUR)
    scene.sees = False
    scene.run(600)
    scene.sees = True
    scene.run(HOUR)
    assert scene.asked == ["-a", "+a"]


def test_what_the_grid_carried_is_shed_again_without_a_grid() -> None:
    scene = parked("a", battery=40.0)
    minutes_until_back(scene, 0)
    scene.run(HOUR)
    scene.run(90, **DARK)
    assert scene.off == ["a"]


def test_a_battery_that_rested_before_anything_was_given_back_is_no_excuse() -> None:
    scene = ready("a", battery_power=40.0)
    scene.run(HOUR)
    scene.run(60, soc=39.0)
    assert scene.off == ["a"]


def test_a_load_that_stays_on_for_an_hour_makes_the_wait_short_again() -> None:
    scene = parked("a", battery=1.0)
    minutes_until_back(scene, 0)
    scene.run(16 * 60, battery_power=60.0)
    assert scene.off == ["a"]
    scene.set(battery_power=1.0)
    minutes_until_back(scene, 0)
    scene.run(HOUR, battery_power=0.0)
    scene.run(16 * 60, battery_power=400.0)
    assert scene.off == ["a"]
    scene.set(battery_power=0.0)
    assert minutes_until_back(scene, 0) < 50


def test_a_load_shed_after_more_than_an_hour_costs_no_longer_wait() -> None:
    scene = parked("a", battery=0.0)
    minutes_until_back(scene, 0)
    scene.run(HOUR)
    scene.run(30, battery_power=4_000.0)
    assert scene.off == ["a"]
    scene.set(battery_power=0.0)
    assert minutes_until_back(scene, 0) < 50


def test_a_critical_draw_keeps_what_the_grid_would_carry() -> None:
    scene = shed("a", soc=14.0)
    scene.run(44 * 60, battery_power=40.0)
    # The mean rests, the moment does not.
    scene.run(5 * 60, battery_power=55.0)
    assert scene.off == ["a"]
    assert scene.status == "shed: critical"
    scene.run(battery_power=40.0)
    assert scene.told(Happening.RESTORED) == ["a: parked"]


# Without a grid, and after it.


@pytest.mark.parametrize(("soc", "off"), [(59.9, ["a"]), (60.0, [])])
def test_a_load_shed_without_a_grid_comes_back_at_its_own_upper_level(
    soc: float, off: list[str]
) -> None:
    scene = shed("a", soc=44.0, battery_power=600.0, **DARK)
    scene.run(HOUR, soc=soc, **CLOUDS)
    assert scene.off == off


@pytest.mark.parametrize(
    ("soc", "pv", "off"),
    [(40.0, 0.0, []), (40.0, None, []), (39.9, 0.0, ["a"]), (39.9, 600.0, []), (39.9, None, ["a"])],
)
def test_the_grid_gives_back_what_the_charge_alone_would_not_shed(
    soc: float, pv: float | None, off: list[str]
) -> None:
    scene = shed("a", soc=44.0, battery_power=600.0, **DARK)
    scene.run(HOUR / 2, soc=soc, pv_power=pv, grid_voltages=(230.0,))
    assert scene.off == off


def test_once_the_grid_is_back_a_load_is_held_for_the_charge_and_comes_back_by_that() -> None:
    scene = shed("a", soc=35.0, battery_power=600.0, **DARK)
    scene.run(HOUR / 2, grid_voltages=(230.0,))
    assert scene.status == "shed: soc"
    scene.run(soc=50.0)
    assert scene.told(Happening.RESTORED) == ["a: recharged"]
    scene = shed("a", soc=35.0, battery_power=600.0, **DARK)
    scene.run(HOUR, battery_power=20.0, grid_voltages=(230.0,))
    assert scene.told(Happening.RESTORED) == ["a: parked"]


def test_the_grid_is_back_after_five_minutes_without_a_break() -> None:
    scene = shed("a", soc=44.0, battery_power=600.0, **DARK)
    scene.run(290, grid_voltages=(230.0,))
    scene.run(30, **DARK)
    scene.run(300, grid_voltages=(230.0,))
    assert scene.off == ["a"]
    scene.run(30)
    assert scene.off == []
    assert scene.told(Happening.RESTORED) == ["a: grid_back"]


# The draw from the grid.


def drawn() -> Scene:
    """Give a house in which a load was shed because the inverter drew from the grid."""
    return shed("a", soc=90.0, config=DRAWING, inverter_power=-400.0)


@pytest.mark.parametrize(("inverter", "off"), [(-50.0, ["a"]), (-49.9, [])])
def test_a_draw_is_over_after_ten_minutes_above_fifty_watts(
    inverter: float, off: list[str]
) -> None:
    scene = drawn()
    scene.run(HOUR, inverter_power=inverter)
    assert scene.off == off


def test_the_ten_minutes_without_a_draw_have_no_break() -> None:
    scene = drawn()
    for _ in range(5):
        scene.run(570, inverter_power=100.0)
        scene.run(30, inverter_power=-60.0)
    assert scene.off == ["a"]
    scene.run(600, inverter_power=100.0)
    assert scene.off == ["a"]
    scene.run(30)
    assert scene.told(Happening.RESTORED) == ["a: draw_over"]


def test_a_rule_that_was_taken_back_gives_back() -> None:
    scene = drawn()
    scene.config = ARMED
    scene.run()
    assert scene.off == []


@pytest.mark.parametrize(("give_back_s", "off"), [(7_200.0, []), (0.0, ["a"])])
def test_an_unknown_draw_keeps_a_load_no_longer_than_unknown_readings(
    give_back_s: float, off: list[str]
) -> None:
    scene = drawn()
    scene.config = replace(DRAWING, give_back_s=give_back_s)
    scene.run(7_170, inverter_power=None)
    assert scene.off == ["a"]
    scene.run(30)
    assert scene.off == off


def test_after_a_start_an_unknown_draw_counts_from_there() -> None:
    scene = drawn()
    scene.restart()
    scene.run(7_140, inverter_power=None)
    assert scene.off == ["a"]
    scene.run(120)
    assert scene.told(Happening.RESTORED) == ["a: stale"]


# One cause after the other.


def test_a_load_that_would_be_shed_at_once_again_is_kept_for_the_other_cause() -> None:
    scene = drawn()
    scene.run(HOUR, inverter_power=500.0, soc=38.0, battery_power=600.0)
    assert scene.asked == ["-a"]
    assert scene.status == "shed: soc"
    scene.run(soc=50.0)
    assert scene.off == []


def test_levels_that_overlap_do_not_make_a_load_turn_to_and_fro() -> None:
    config = replace(ARMED, offgrid_shed_below=70.0, offgrid_restore_above=80.0)
    scene = shed("a", soc=39.0, config=config, battery_power=800.0)
    scene.run(60, **DARK)
    scene.run(HOUR, soc=60.0)
    assert scene.asked == ["-a"]
    assert scene.status == "shed: offgrid"
    scene.run(HOUR, soc=80.0)
    assert scene.off == []
