"""Whoever turns a load off while we are turning it means it: it is not ours to give back."""

from dataclasses import replace
from typing import Final

import pytest

from custom_components.solar_monitor.logic.shedding import Call, Happening, Load, Result, Turn, Wish
from tests.unit.shedding.scene import ARMED, Manner, Scene, ready, shed

HOUR: Final = 3_600.0
TURNED_OFF: Final = ["a: turned_off"]


def called(scene: Scene, turn: Turn) -> Call:
    """Let a sample come by which a call is made, and do not carry it out."""
    scene.now += 1
    scene.set(measured_at=scene.now)
    call = scene.look().call
    assert call is not None
    assert call.turn is turn
    return call


def turning_on() -> tuple[Scene, Call]:
    """Give a house in which a load is asked to turn on."""
    scene = shed("a")
    scene.set(soc=90.0)
    return scene, called(scene, Turn.ON)


def turning_off() -> tuple[Scene, Call]:
    """Give a house in which a load is asked to turn off."""
    scene = ready("a", soc=39.0)
    return scene, called(scene, Turn.OFF)


def again(on: bool | None = True) -> Scene:  # noqa: FBT001, FBT002 - a scene
    """Give a house in which a load came back on, and nothing is done for want of readings."""
    scene = shed("a")
    scene.turn("a", on=None)
    scene.run()
    scene.sees = False
    scene.run(300)
    scene.turn("a", on=True)
    scene.run()
    scene.turn("a", on=on)
    return scene


def test_turned_off_while_it_is_turned_on_it_stays_off() -> None:
    scene, call = turning_on()
    scene.wish("a", Wish.STAY_OFF)
    assert scene.told(Happening.OVERRIDDEN) == TURNED_OFF
    scene.look(results=[Result(call.number, ok=True)])
    scene.run(HOUR)
    assert scene.off == ["a"]
    assert scene.asked == ["-a"]


def test_turned_off_between_two_attempts_to_turn_it_on_it_stays_off() -> None:
    scene, call = turning_on()
    scene.look(results=[Result(call.number, ok=False)])
    scene.wish("a", Wish.STAY_OFF)
    scene.run(HOUR)
    assert scene.asked == ["-a"]
    assert scene.told(Happening.OVERRIDDEN) == TURNED_OFF


def test_turned_off_while_we_do_it_stays_off() -> None:
    scene, call = turning_off()
    scene.wish("a", Wish.STAY_OFF)
    assert scene.memory.owned == {"a"}
    scene.decide()
    assert scene.told(Happening.OVERRIDDEN) == []
    scene.look(results=[scene.carry_out(call)])
    assert scene.told(Happening.OVERRIDDEN) == TURNED_OFF
    assert scene.memory.owned == frozenset()
    scene.run(HOUR, soc=60.0)
    assert scene.off == ["a"]
    assert scene.told(Happening.SHED) == []


def test_a_wish_for_off_is_known_after_a_restart() -> None:
    scene, call = turning_off()
    scene.wish("a", Wish.STAY_OFF)
    scene.carry_out(call)
    scene.restart()
    scene.run(HOUR, soc=60.0)
    assert scene.off == ["a"]


def test_a_load_that_somebody_turns_off_is_not_asked_again_by_us() -> None:
    scene, _ = turning_off()
    scene.manner["a"] = Manner.REFUSES
    scene.wish("a", Wish.STAY_OFF)
    scene.run(60)
    assert scene.asked == []
    scene.run(150)
    assert scene.asked[0] == "-a"


def test_the_last_of_two_wishes_counts() -> None:
    scene, call = turning_off()
    scene.wish("a", Wish.STAY_OFF)
    scene.wish("a")
    scene.carry_out(call)
    scene.decide()
    assert scene.off == []
    scene, call = turning_off()
    scene.wish("a")
    scene.wish("a", Wish.STAY_OFF)
    scene.carry_out(call)
    scene.run(HOUR)
    assert scene.off == ["a"]


def test_turned_off_while_it_is_to_be_shed_again_it_stays_off() -> None:
    scene = again()
    scene.wish("a", Wish.STAY_OFF)
    scene.loads["a"] = Load(id="a", on=False, ours=True)
    scene.run()
    assert scene.told(Happening.OVERRIDDEN) == TURNED_OFF
    scene.sees = True
    scene.run(HOUR, soc=90.0)
    assert scene.off == ["a"]


def test_what_vanished_before_it_obeyed_somebody_and_comes_back_off_stays_off() -> None:
    scene = again()
    scene.wish("a", Wish.STAY_OFF)
    scene.turn("a", on=None)
    scene.run(60)
    scene.turn("a", on=False)
    scene.run()
    assert scene.told(Happening.OVERRIDDEN) == TURNED_OFF


# A call that goes on although it was given up.


@pytest.mark.parametrize("late_s", [150.0, 6_000.0])
def test_what_turns_off_at_the_end_of_a_call_that_took_long_is_given_back(late_s: float) -> None:
    scene, call = turning_off()
    scene.loads["a"] = Load(id="a", on=True, busy=True)
    scene.config = replace(ARMED, armed=False)
    scene.look(results=[Result(call.number, ok=False)])
    scene.run(late_s)
    assert scene.memory.owned == {"a"}
    scene.turn("a", on=False)
    scene.run(90)
    assert scene.off == []
    assert scene.told(Happening.RESTORED) == ["a: disarmed"]


@pytest.mark.parametrize(("late_s", "owned"), [(119.0, True), (120.0, False)])
def test_two_minutes_after_its_last_call_has_ended_a_load_is_let_go(
    *, late_s: float, owned: bool
) -> None:
    scene, call = turning_off()
    scene.loads["a"] = Load(id="a", on=True, busy=True)
    scene.config = replace(ARMED, armed=False)
    scene.look(results=[Result(call.number, ok=False)])
    scene.run(HOUR)
    scene.loads["a"] = Load(id="a", on=True)
    scene.now += late_s
    scene.look()
    assert bool(scene.memory.owned) is owned


# A site that is stopped while Home Assistant goes on.


@pytest.mark.parametrize("watched", [True, False])
def test_what_turned_on_during_a_reload_was_turned_on_by_somebody(*, watched: bool) -> None:
    scene = shed("a")
    scene.stored = scene.stored_now
    scene.restart()
    scene.now += 60
    scene.loads["a"] = Load(id="a", on=True, watched=watched)
    scene.run(300)
    assert scene.off == ([] if watched else ["a"])
    assert scene.told(Happening.OVERRIDDEN) == (["a: turned_on"] if watched else [])


def test_what_was_away_before_a_reload_and_is_on_after_it_has_started_anew() -> None:
    scene = shed("a")
    scene.turn("a", on=None)
    scene.run()
    scene.stored = scene.stored_now
    scene.restart()
    scene.loads["a"] = Load(id="a", on=True, watched=True)
    scene.run(300)
    assert scene.off == ["a"]
    assert scene.told(Happening.SHED)[1:] == ["a: rebooted"]
