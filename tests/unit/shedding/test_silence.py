"""For how long nothing was heard counts over starts; a sample counts once."""

import json
from typing import Final

import pytest

from custom_components.solar_monitor.logic.shedding import Grid, Memory
from tests.unit.shedding.scene import START, Scene, ready, shed

MINUTE: Final = 60.0
HOUR: Final = 3_600.0


def silent(scene: Scene, seconds: float) -> None:
    """Let time pass without a sample; the memory is stored in the end."""
    scene.sees = False
    scene.run(seconds)
    scene.stored = scene.stored_now


def test_starts_do_not_make_a_silence_any_shorter() -> None:
    scene = shed("a")
    for _ in range(2):
        silent(scene, 57 * MINUTE)
        scene.restart()
    scene.run(5 * MINUTE)
    assert scene.off == ["a"]
    scene.run(2 * MINUTE)
    assert scene.off == []


@pytest.mark.parametrize("down_s", [0.0, 24 * HOUR])
def test_after_a_start_there_is_time_for_samples_however_long_the_silence(down_s: float) -> None:
    scene = shed("a")
    silent(scene, 119 * MINUTE)
    scene.restart()
    scene.now += down_s
    scene.run(4 * MINUTE)
    assert scene.off == ["a"]
    scene.sees = True
    scene.run(HOUR)
    assert scene.off == ["a"]
    assert scene.status == "shed: soc"


def test_somebody_is_told_of_a_silence_that_began_before_the_start() -> None:
    scene = ready("a")
    silent(scene, 14 * MINUTE)
    scene.restart()
    scene.run(5 * MINUTE)
    assert not scene.decision.stale
    scene.run()
    assert scene.decision.stale


def test_what_was_never_ready_has_been_silent_since_the_first_start() -> None:
    scene = Scene("a")
    silent(scene, 14 * MINUTE)
    scene.restart()
    scene.run(6 * MINUTE)
    assert scene.decision.stale


@pytest.mark.parametrize("back_s", [HOUR, 400 * 24 * HOUR])
def test_a_silence_moves_with_the_clock(back_s: float) -> None:
    scene = shed("a")
    silent(scene, 100 * MINUTE)
    scene.now -= back_s
    scene.run(19 * MINUTE)
    assert scene.off == ["a"]
    scene.run(2 * MINUTE)
    assert scene.off == []


def test_a_silence_and_who_is_away_survive_as_json() -> None:
    scene = ready("a", "b")
    scene.turn("b", on=None)
    scene.run()
    again = Memory.from_dict(json.loads(scene.stored_now))
    assert again.senses.silent_since == scene.now
    assert again.away == {"b"}


@pytest.mark.parametrize(("away", "known"), [(None, set()), ("ab", set()), ([1, "a"], {"a"})])
def test_who_is_away_is_read_back_as_far_as_it_is_whole(away: object, known: set[str]) -> None:
    assert Memory.from_dict({"away": away}).away == known


# Voltages have a time of their own.


def test_one_dead_voltage_that_is_told_with_new_powers_is_one() -> None:
    scene = ready("a")
    scene.set(grid_voltages=(0.0,), grid_at=scene.now + 10)
    assert scene.run(150).grid is Grid.PRESENT
    scene.set(grid_at=scene.now + 10)
    assert scene.run().grid is Grid.LOST


def test_voltages_are_heard_without_a_new_charge() -> None:
    scene = ready("a")
    scene.sees = False
    for _ in range(2):
        scene.now += 30
        scene.set(grid_voltages=(0.0,), grid_at=scene.now)
        scene.decide()
    assert scene.decision.grid is Grid.LOST


def test_voltages_that_are_never_told_anew_are_unknown_in_the_end() -> None:
    scene = ready("a")
    scene.set(grid_voltages=(230.0,), grid_at=scene.now)
    assert scene.run(150).grid is Grid.PRESENT
    assert scene.run(60).grid is Grid.UNKNOWN


def test_a_time_without_voltages_and_samples_is_nothing() -> None:
    scene = Scene("a")
    scene.set(grid_at=START - 200)
    scene.look()
    assert scene.decision.grid is Grid.UNKNOWN


def test_one_dead_voltage_stays_one_when_the_clock_is_put_right() -> None:
    scene = ready("a")
    scene.set(grid_voltages=(0.0,), grid_at=scene.now + 10)
    scene.run()
    for step_s in (-61.0, HOUR):
        scene.now += step_s
        scene.run(60)
        assert scene.memory.grid.dead_samples <= 1
        assert scene.decision.grid is not Grid.LOST
