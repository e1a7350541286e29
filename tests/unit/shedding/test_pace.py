"""One load at a time, and none too soon after it has turned."""

from dataclasses import replace

from custom_components.solar_monitor.logic.shedding import Config
from tests.unit.shedding.scene import ARMED, Scene, ready


def times_of(scene: Scene, seconds: float) -> list[float]:
    """Give when calls are made during some time, in seconds from now."""
    begin, times = scene.now, []
    while scene.now < begin + seconds:
        before = len(scene.calls)
        scene.run(1)
        times += [scene.now - begin] * (len(scene.calls) - before)
    return times


def test_loads_go_a_minute_apart() -> None:
    scene = ready("a", "b", "c", soc=20.0)
    first, second, third = times_of(scene, 300)
    assert (second - first, third - second) == (60, 60)


def test_loads_come_back_a_minute_apart() -> None:
    scene = ready("a", "b", "c", soc=20.0)
    scene.run(1_800)
    scene.set(soc=80.0)
    first, second, third = times_of(scene, 300)
    assert (second - first, third - second) == (60, 60)
    assert scene.asked[3:] == ["+c", "+b", "+a"]


def test_the_stagger_can_be_chosen() -> None:
    scene = ready("a", "b", config=replace(ARMED, stagger_s=5.0), soc=20.0)
    first, second = times_of(scene, 60)
    assert second - first == 5


def test_the_next_look_is_named_while_a_load_waits_for_its_turn() -> None:
    scene = ready("a", "b", soc=20.0)
    scene.run()
    acted_at = scene.now
    assert scene.decision.again_at == acted_at + 60
    scene.run()
    assert scene.decision.again_at == acted_at + 60
    assert scene.status == "shedding: soc"
    scene.run()
    assert scene.off == ["a", "b"]
    assert scene.decision.again_at is None


def test_a_load_stays_off_for_ten_minutes() -> None:
    scene = ready("a", soc=39.0)
    scene.run()
    assert times_of(scene, 660)[-1:] == []
    scene = ready("a", soc=39.0)
    scene.run()
    scene.set(soc=60.0)
    assert times_of(scene, 660) == [600]


def test_a_load_stays_on_for_a_quarter_of_an_hour() -> None:
    scene = ready("a", soc=39.0)
    scene.run()
    scene.run(1_200, soc=60.0)
    scene.run(soc=39.0)
    assert scene.off == []
    assert scene.status == "shedding: soc"
    assert scene.asked == ["-a", "+a"]
    came_on = scene.memory.notes["a"].changed_at
    assert came_on is not None
    assert scene.decision.again_at == came_on + 900
    times_of(scene, came_on + 899 - scene.now)
    assert scene.off == []
    times_of(scene, 1)
    assert scene.off == ["a"]


def test_a_load_that_somebody_turned_on_just_now_has_its_time_too() -> None:
    scene = ready("a")
    scene.turn("a", on=False)
    scene.run(600, soc=39.0)
    scene.turn("a", on=True)
    scene.run(900)
    assert scene.off == []
    scene.run()
    assert scene.off == ["a"]


def test_a_more_important_load_waits_for_the_one_that_goes_before_it() -> None:
    scene = ready("a", "b", soc=30.0)
    scene.turn("a", on=False)
    scene.look()
    scene.turn("a", on=True)
    scene.run(840)
    assert scene.asked == []
    scene.run(90)
    assert scene.asked == ["-a"]


def test_a_more_important_load_goes_when_the_others_are_off_or_away_already() -> None:
    scene = ready("a", "b", "c", soc=20.0)
    scene.turn("a", on=False)
    scene.turn("b", on=None)
    scene.run(300)
    assert scene.asked == ["-c"]


def test_what_comes_back_need_not_wait_for_what_is_to_go() -> None:
    scene = ready("a", "b", soc=33.0)
    scene.run(600)
    assert scene.off == ["a", "b"]
    # The settings change: b is to come back, a third load is to go but has just come on.
    scene.loads = {**Scene("c").loads, **scene.loads}
    scene.manner.update(Scene("c").manner)
    scene.turn("c", on=False)
    scene.run(300)
    scene.turn("c", on=True)
    scene.config = Config(armed=True, step=15.0, restore_above=45.0)
    scene.run()
    assert scene.asked[2:] == ["+b"]
    scene.run(1_200)
    assert scene.asked[2:] == ["+b", "+a", "-c"]


def test_what_is_to_go_goes_before_what_may_come_back() -> None:
    scene = ready("a", "b", soc=33.0)
    scene.run(700)
    scene.loads = {**Scene("c").loads, **scene.loads}
    scene.manner.update(Scene("c").manner)
    scene.config = Config(armed=True, step=15.0, restore_above=45.0)
    scene.run(120)
    assert scene.asked[2:] == ["-c", "+b"]
