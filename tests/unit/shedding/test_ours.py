"""What a load does because of a call of ours, however late, is nobody's wish."""

from dataclasses import replace

import pytest

from custom_components.solar_monitor.logic.shedding import Happening
from tests.unit.shedding.scene import Scene, ready, shed


def turn_for_us(scene: Scene, load: str, *, on: bool) -> None:
    """Let a load turn as a late consequence of a call of ours."""
    scene.loads[load] = replace(scene.loads[load], on=on, ours=True)


@pytest.mark.parametrize("ours", [True, False])
def test_a_load_that_turns_on_late_because_of_us_is_shed_again(*, ours: bool) -> None:
    scene = shed("a")
    scene.run(300)
    scene.loads["a"] = replace(scene.loads["a"], on=True, ours=ours)
    scene.run(120)
    assert scene.off == (["a"] if ours else [])
    assert scene.told(Happening.OVERRIDDEN) == ([] if ours else ["a: turned_on"])


def test_a_load_that_turns_on_because_of_us_again_and_again_is_left_out() -> None:
    scene = shed("a", "b")
    for _ in range(3):
        turn_for_us(scene, "a", on=True)
        scene.run(120)
    assert scene.told(Happening.FAILED) == ["a: turn_off_failed"]
    assert scene.failed == ["a"]


@pytest.mark.parametrize("ours", [True, False])
def test_a_load_that_came_back_on_and_turns_off_because_of_us_is_still_held(*, ours: bool) -> None:
    scene = shed("a")
    scene.turn("a", on=None)
    scene.run()
    scene.sees = False
    scene.run(300)
    scene.turn("a", on=True)
    scene.run(120)
    scene.loads["a"] = replace(scene.loads["a"], on=False, ours=ours)
    scene.look()
    assert scene.told(Happening.OVERRIDDEN) == ([] if ours else ["a: turned_off"])
    assert scene.shed == (["a"] if ours else [])


@pytest.mark.parametrize("ours", [True, False])
def test_a_load_that_bounced_and_turns_off_is_still_held_whoever_says_so(*, ours: bool) -> None:
    scene = ready("a", soc=20.0)
    scene.run()
    assert scene.off == ["a"]
    scene.turn("a", on=True)
    scene.look()
    scene.loads["a"] = replace(scene.loads["a"], on=False, ours=ours)
    scene.look()
    assert scene.told(Happening.OVERRIDDEN) == []
    assert scene.shed == ["a"]
