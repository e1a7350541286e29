"""Calls that fail, loads that do not obey, and what is stored before a call."""

from dataclasses import replace
import json

import pytest

from custom_components.solar_monitor.logic.shedding import (
    Config,
    Happening,
    Load,
    Memory,
    Result,
    Turn,
)
from tests.unit.shedding.scene import Manner, Scene, ready


def test_a_call_says_what_to_do_and_its_effect_is_seen_from_the_load() -> None:
    scene = ready("a", soc=39.0)
    scene.set(measured_at=scene.now + 1)
    scene.now += 1
    decision = scene.look()
    call = decision.call
    assert call is not None
    assert (call.load, call.turn, call.attempt, call.reason) == ("a", Turn.OFF, 1, "soc")
    assert call.mode is None
    assert call.timeout_s == 10
    assert (scene.status, decision.shed) == ("shedding: soc", ())
    waiting = scene.look(results=[Result(call.number, ok=True)])
    assert waiting.call is None
    assert waiting.again_at == scene.now + 15
    scene.turn("a", on=False)
    assert scene.look().shed == ("a",)
    assert scene.told(Happening.SHED) == ["a: soc"]


def test_what_a_call_will_do_is_stored_before_it() -> None:
    scene = ready("a", soc=39.0)
    scene.set(measured_at=scene.now + 1)
    scene.now += 1
    decision = scene.look()
    assert decision.call is not None
    assert decision.save
    assert Memory.from_dict(json.loads(scene.stored)).owned == {"a"}


def test_nothing_has_to_be_stored_while_nothing_happens() -> None:
    scene = ready("a")
    assert not scene.run().save


def test_no_other_call_is_made_while_one_is_under_way() -> None:
    scene = ready("a", "b", soc=14.0)
    scene.set(measured_at=scene.now + 1)
    scene.now += 1
    first = scene.look()
    assert first.call is not None
    assert first.again_at == scene.now + 25
    scene.now += 20
    scene.set(measured_at=scene.now)
    assert scene.look().call is None


def test_the_previous_mode_is_given_back() -> None:
    scene = ready("a")
    scene.loads["a"] = Load(id="a", on=True, mode="heat")
    scene.run(soc=39.0)
    scene.loads["a"] = Load(id="a", on=False, mode="off")
    scene.run(1_200, soc=60.0)
    assert [(call.turn, call.mode) for call in scene.calls] == [
        (Turn.OFF, None),
        (Turn.ON, "heat"),
    ]


@pytest.mark.parametrize("manner", [Manner.REFUSES, Manner.IGNORES])
def test_a_load_that_does_not_go_is_asked_three_times_and_left_out_for_a_while(
    manner: Manner,
) -> None:
    scene = ready("a", "b", soc=34.0)
    scene.manner["a"] = manner
    scene.run(240)
    assert scene.asked == ["-a", "-a", "-a", "-b"]
    assert [call.attempt for call in scene.calls] == [1, 2, 3, 1]
    assert scene.told(Happening.FAILED) == ["a: turn_off_failed"]
    assert scene.status == "error: turn_off_failed"
    assert scene.failed == ["a"]
    assert scene.off == ["b"]
    scene.manner["a"] = Manner.OBEYS
    scene.run(660)
    assert scene.off == ["b"]
    scene.run(180)
    assert scene.off == ["a", "b"]
    assert scene.status == "shed: soc"


def test_a_load_that_was_given_up_is_asked_again_once_it_has_been_away() -> None:
    scene = ready("a", soc=39.0)
    scene.manner["a"] = Manner.REFUSES
    scene.run(240)
    assert scene.failed == ["a"]
    scene.manner["a"] = Manner.OBEYS
    scene.turn("a", on=None)
    scene.run()
    scene.turn("a", on=True)
    scene.run()
    assert scene.off == ["a"]


def test_a_load_that_is_taken_out_of_the_list_meanwhile_is_not_asked_again() -> None:
    scene = ready("a", soc=39.0)
    scene.manner["a"] = Manner.REFUSES
    scene.run()
    scene.loads["a"] = replace(scene.loads["a"], member=False)
    scene.run(300)
    assert scene.asked == ["-a"]


def test_a_refused_call_is_repeated_after_five_seconds() -> None:
    scene = ready("a", soc=39.0)
    scene.manner["a"] = Manner.REFUSES
    scene.run()
    assert scene.decision.again_at == scene.now + 5


def test_a_call_without_an_end_is_given_up_after_its_time() -> None:
    scene = ready("a", soc=39.0)
    scene.set(measured_at=scene.now + 1)
    scene.now += 1
    assert scene.look().call is not None
    scene.now += 24.9
    scene.look()
    assert scene.memory.pending is not None
    scene.now += 0.1
    assert scene.look().again_at == scene.now + 5


def test_the_end_of_another_call_says_nothing() -> None:
    scene = ready("a", soc=39.0)
    scene.set(measured_at=scene.now + 1)
    scene.now += 1
    call = scene.look().call
    assert call is not None
    scene.look(results=[Result(call.number + 7, ok=False)])
    assert scene.memory.pending is not None


def test_a_load_that_obeys_although_its_call_failed_is_ours() -> None:
    scene = ready("a", soc=39.0)
    scene.manner["a"] = Manner.OBEYS_UNHEARD
    scene.run()
    assert scene.asked == ["-a"]
    assert scene.shed == ["a"]
    scene.run(1_200, soc=60.0)
    assert scene.off == []


def test_a_load_that_obeys_after_it_was_given_up_is_ours() -> None:
    scene = ready("a", soc=39.0)
    scene.manner["a"] = Manner.REFUSES
    scene.run(90)
    assert scene.failed == ["a"]
    scene.turn("a", on=False)
    scene.manner["a"] = Manner.OBEYS
    scene.run()
    assert (scene.failed, scene.shed) == ([], ["a"])
    scene.run(1_200, soc=60.0)
    assert scene.off == []


@pytest.mark.parametrize(("late_s", "ours"), [(119.0, True), (120.0, False)])
def test_two_minutes_tell_a_late_load_from_a_person(*, late_s: float, ours: bool) -> None:
    scene = ready("a", soc=39.0)
    scene.manner["a"] = Manner.REFUSES
    while not scene.failed:
        scene.run()
    scene.now += late_s
    scene.look()
    scene.turn("a", on=False)
    scene.look()
    assert bool(scene.shed) is ours


def test_a_load_that_goes_off_minutes_after_it_was_given_up_is_not_ours() -> None:
    scene = ready("a", soc=39.0)
    scene.manner["a"] = Manner.REFUSES
    scene.run(240)
    scene.turn("a", on=False)
    scene.run(1_200, soc=60.0)
    assert scene.off == ["a"]


def test_a_load_that_does_not_come_back_is_asked_again_later() -> None:
    scene = ready("a", soc=39.0)
    scene.run()
    scene.manner["a"] = Manner.REFUSES
    scene.run(720, soc=60.0)
    assert scene.asked == ["-a", "+a", "+a", "+a"]
    assert scene.told(Happening.FAILED) == ["a: turn_on_failed"]
    assert scene.status == "error: turn_on_failed"
    assert scene.shed == ["a"]
    scene.manner["a"] = Manner.OBEYS
    scene.run(900)
    assert scene.off == []
    assert scene.status == "normal: charged"


def test_a_load_that_comes_back_after_it_was_given_up_was_given_back() -> None:
    scene = ready("a", soc=39.0)
    scene.run()
    scene.manner["a"] = Manner.REFUSES
    scene.run(720, soc=60.0)
    scene.turn("a", on=True)
    scene.run()
    assert scene.told(Happening.RESTORED) == ["a: recharged"]
    assert scene.told(Happening.OVERRIDDEN) == []


def test_a_load_that_comes_back_between_two_attempts_was_given_back() -> None:
    scene = ready("a", soc=39.0)
    scene.run()
    scene.manner["a"] = Manner.REFUSES
    while len(scene.calls) < 2:
        scene.run(soc=60.0)
    scene.turn("a", on=True)
    scene.run()
    assert scene.told(Happening.RESTORED) == ["a: recharged"]


def bouncing(times: int) -> Scene:
    """Give a house in which a load came on again by itself right after each call."""
    scene = ready("a", soc=39.0)
    for _ in range(times):
        scene.run()
        scene.now += 10
        scene.turn("a", on=True)
        scene.look()
    return scene


def test_a_load_that_comes_on_within_half_a_minute_is_asked_again() -> None:
    scene = bouncing(1)
    scene.run(60)
    assert scene.asked == ["-a", "-a"]
    assert scene.off == ["a"]
    assert scene.told(Happening.OVERRIDDEN) == []


def test_a_load_that_always_comes_on_again_is_given_up() -> None:
    scene = ready("a", soc=39.0)
    while not scene.events or scene.events[-1].what is not Happening.FAILED:
        scene.run()
        if scene.off:
            scene.now += 10
            scene.turn("a", on=True)
            scene.decide()
    assert scene.asked == ["-a", "-a", "-a"]
    scene.run(300)
    assert scene.shed == []
    assert scene.failed == ["a"]
    assert len(scene.asked) == 3


def test_what_need_not_go_any_more_is_not_asked_again() -> None:
    scene = ready("a", soc=39.0)
    scene.manner["a"] = Manner.REFUSES
    scene.run()
    scene.config = Config(armed=False)
    scene.run(60)
    assert scene.asked == ["-a"]
    assert scene.status == "restoring: disarmed"
    scene.run(120)
    assert scene.status == "disarmed: disarmed"
    assert scene.told(Happening.FAILED) == []


def test_what_turns_off_late_is_given_back_although_nobody_waits_for_it() -> None:
    scene = ready("a", soc=39.0)
    scene.manner["a"] = Manner.REFUSES
    scene.run()
    scene.config = Config(armed=False)
    scene.run(60)
    scene.manner["a"] = Manner.OBEYS
    scene.turn("a", on=False)
    scene.run(90)
    assert scene.off == []
