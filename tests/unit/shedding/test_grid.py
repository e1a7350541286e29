"""Whether the public grid is there."""

from custom_components.solar_monitor.logic.shedding import Grid
from tests.unit.shedding.scene import DARK, START, Scene, ready


def test_the_grid_is_what_the_voltages_say() -> None:
    scene = Scene("a", grid_voltages=())
    assert scene.run(60).grid is Grid.UNKNOWN
    assert scene.run(30, grid_voltages=(230.0, 0.0, 0.0)).grid is Grid.PRESENT
    assert scene.run(30, **DARK).grid is Grid.PRESENT
    assert scene.run(30).grid is Grid.LOST
    assert scene.run(300, grid_voltages=(230.0,)).grid is Grid.LOST
    assert scene.run(30).grid is Grid.PRESENT


def test_one_dead_sample_that_is_looked_at_twice_is_one() -> None:
    scene = ready("a", **DARK)
    scene.run()
    scene.sees = False
    scene.run(90)
    assert scene.decision.grid is Grid.PRESENT


def test_dead_samples_that_are_too_old_when_they_come_are_none() -> None:
    scene = ready("a", **DARK)
    for age_s in (180, 181):
        scene.now += 60
        scene.set(measured_at=scene.now - age_s)
        scene.decide()
    assert scene.decision.grid is Grid.PRESENT


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
