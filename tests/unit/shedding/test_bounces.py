"""Loads that show for a moment what they were before: a poll that comes late, or a bad contact."""

from dataclasses import replace
import json
from typing import Final

import pytest

from custom_components.solar_monitor.logic.shedding import Happening, Memory, Wish
from tests.unit.shedding.scene import ARMED, Manner, Scene, ready, shed

HOUR: Final = 3_600.0


def given_back(soc: float = 90.0) -> Scene:
    """Give a house in which a load has just come on because of us."""
    scene = shed("a")
    scene.run(soc=soc)
    assert scene.off == []
    assert scene.told(Happening.RESTORED) == ["a: recharged"]
    return scene


def falls_back(scene: Scene, seconds: float = 8.0) -> None:
    """Let the load go off by itself so many seconds later."""
    scene.run(seconds)
    scene.turn("a", on=False)
    scene.decide()


# After it was turned off.


@pytest.mark.parametrize("on_s", [2.0, 8.0, 30.0])
@pytest.mark.parametrize("off_s", [1.0, 25.0])
def test_a_load_that_shows_on_once_after_it_was_turned_off_is_still_ours(
    on_s: float, off_s: float
) -> None:
    scene = ready("a", soc=39.0)
    scene.run()
    scene.run(on_s)
    scene.turn("a", on=True)
    scene.decide()
    scene.run(off_s)
    scene.turn("a", on=False)
    scene.run(soc=90.0)
    assert scene.shed == ["a"]
    scene.run(HOUR)
    assert scene.off == []
    assert scene.asked == ["-a", "+a"]
    assert scene.told(Happening.OVERRIDDEN) == []


def test_a_load_that_shows_on_twice_after_it_was_turned_off_is_still_ours() -> None:
    scene = ready("a", soc=39.0)
    scene.run()
    for _ in range(2):
        scene.run(20)
        scene.turn("a", on=True)
        scene.decide()
        scene.run(20)
        scene.turn("a", on=False)
        scene.decide()
    assert scene.shed == ["a"]
    assert scene.told(Happening.OVERRIDDEN) == []


def test_a_load_that_shows_on_after_it_was_shed_once_more_is_still_ours() -> None:
    scene = shed("a")
    scene.turn("a", on=None)
    scene.run()
    scene.turn("a", on=True)
    scene.run()
    assert scene.told(Happening.SHED)[1:] == ["a: rebooted"]
    scene.turn("a", on=True)
    scene.decide()
    scene.turn("a", on=False)
    scene.decide()
    assert scene.shed == ["a"]


@pytest.mark.parametrize("happens", ["away", "start"])
def test_a_device_that_starts_anew_and_shows_on_for_a_moment_is_still_ours(happens: str) -> None:
    scene = shed("a")
    if happens == "away":
        scene.turn("a", on=None)
        scene.run()
    else:
        scene.restart()
    scene.sees = False
    scene.turn("a", on=True)
    scene.run(50)
    scene.turn("a", on=False)
    scene.run()
    assert scene.shed == ["a"]
    assert scene.told(Happening.OVERRIDDEN) == []


def test_somebody_who_turns_off_what_shows_on_wants_it_off() -> None:
    scene = ready("a", soc=39.0)
    scene.run()
    scene.turn("a", on=True)
    scene.decide()
    scene.wish("a", Wish.STAY_OFF)
    scene.turn("a", on=False)
    scene.run(HOUR, soc=90.0)
    assert scene.off == ["a"]
    assert scene.told(Happening.OVERRIDDEN) == ["a: turned_off"]


def test_a_load_that_shows_on_while_it_is_to_be_given_back_is_given_back() -> None:
    scene = ready("a", soc=39.0)
    scene.run()
    scene.config = replace(ARMED, armed=False)
    scene.turn("a", on=True)
    scene.decide()
    assert scene.told(Happening.RESTORED) == ["a: disarmed"]
    falls_back(scene)
    assert scene.memory.holds.keys() == {"a"}
    scene.run(60)
    assert scene.off == []
    assert scene.asked == ["-a", "+a"]


def test_what_shows_on_and_could_be_given_back_still_stays_off_for_its_ten_minutes() -> None:
    scene = ready("a", soc=39.0)
    scene.run()
    scene.turn("a", on=True)
    scene.run(20, soc=90.0)
    assert scene.told(Happening.RESTORED) == ["a: recharged"]
    falls_back(scene)
    assert scene.shed == ["a"]
    scene.run(540)
    assert scene.asked == ["-a"]
    scene.run(120)
    assert scene.off == []


# After it was turned on.


@pytest.mark.parametrize("after_s", [1.0, 8.0, 60.0])
def test_a_load_that_does_not_stay_on_is_asked_again_and_told_of_once(after_s: float) -> None:
    scene = given_back()
    falls_back(scene, after_s)
    assert scene.status == "restoring: recharged"
    scene.run()
    assert scene.off == []
    assert scene.asked == ["-a", "+a", "+a"]
    assert scene.told(Happening.RESTORED) == ["a: recharged"]
    scene.run(120)
    assert scene.memory.owned == frozenset()
    assert scene.status == "normal: charged"


def test_a_load_that_goes_off_more_than_a_minute_after_it_came_on_was_turned_off() -> None:
    scene = given_back()
    falls_back(scene, 61)
    scene.run(HOUR)
    assert scene.off == ["a"]
    assert scene.asked == ["-a", "+a"]


def test_a_load_that_never_stays_on_is_given_up_for_a_while_and_told_of() -> None:
    scene = given_back()
    while not scene.failed:
        falls_back(scene)
    assert scene.asked == ["-a", "+a", "+a", "+a"]
    assert scene.told(Happening.FAILED) == ["a: turn_on_failed"]
    assert scene.status == "error: turn_on_failed"
    assert scene.shed == ["a"]
    scene.run(840)
    assert len(scene.asked) == 4
    scene.run(120)
    assert scene.off == []
    assert scene.told(Happening.RESTORED) == ["a: recharged", "a: recharged"]


def test_somebody_who_turns_off_what_has_just_come_on_wants_it_off() -> None:
    scene = given_back()
    scene.wish("a", Wish.STAY_OFF)
    falls_back(scene)
    scene.run(HOUR)
    assert scene.off == ["a"]
    assert scene.asked == ["-a", "+a"]
    assert scene.told(Happening.OVERRIDDEN) == []


def test_somebody_who_turns_it_off_while_it_is_asked_again_wants_it_off() -> None:
    scene = given_back()
    falls_back(scene)
    scene.wish("a", Wish.STAY_OFF)
    scene.run(HOUR)
    assert scene.off == ["a"]
    assert scene.told(Happening.OVERRIDDEN) == ["a: turned_off"]


@pytest.mark.parametrize("before", [True, False])
def test_a_load_that_is_asked_for_and_does_not_stay_on_is_asked_again(*, before: bool) -> None:
    scene = shed("a")
    if before:
        scene.wish("a")
    else:
        scene.run(soc=90.0)
        scene.wish("a")
    falls_back(scene)
    scene.run(60, soc=20.0)
    assert scene.off == []
    assert scene.released == ["a"]
    assert len(scene.told(Happening.RESTORED)) == 1


def test_a_load_that_does_not_stay_on_after_it_was_taken_out_of_the_list_is_asked_again() -> None:
    scene = shed("a", "b")
    scene.loads["a"] = replace(scene.loads["a"], member=False)
    scene.run()
    assert scene.told(Happening.RESTORED) == ["a: removed"]
    assert scene.memory.owned == {"a", "b"}
    falls_back(scene)
    scene.run(60)
    assert scene.off == ["b"]
    scene.run(60)
    assert scene.memory.owned == {"b"}


def test_what_has_just_come_on_and_exists_no_more_is_forgotten() -> None:
    scene = given_back()
    del scene.loads["a"]
    scene.run()
    assert scene.memory.owned == frozenset()
    assert scene.told(Happening.FAILED) == []


def test_what_has_just_come_on_goes_at_a_critical_charge() -> None:
    scene = given_back()
    scene.run(soc=10.0)
    assert scene.off == ["a"]
    assert scene.told(Happening.SHED)[1:] == ["a: critical"]
    scene.run(HOUR)
    assert scene.asked == ["-a", "+a", "-a"]


def test_a_device_that_vanishes_as_it_comes_on_and_returns_off_is_still_ours() -> None:
    scene = given_back()
    scene.turn("a", on=None)
    scene.run(HOUR, soc=20.0)
    scene.turn("a", on=False)
    scene.run()
    assert scene.shed == ["a"]
    scene.run(HOUR)
    assert scene.asked == ["-a", "+a"]
    scene.run(60, soc=90.0)
    assert scene.off == []


def test_a_device_that_vanishes_as_it_comes_on_and_returns_on_is_not_ours() -> None:
    scene = given_back()
    scene.turn("a", on=None)
    scene.run(HOUR)
    scene.turn("a", on=True)
    scene.run()
    assert scene.memory.owned == frozenset()
    assert scene.asked == ["-a", "+a"]


def test_what_comes_on_after_it_was_given_up_and_does_not_stay_on_is_asked_again() -> None:
    scene = shed("a")
    scene.manner["a"] = Manner.REFUSES
    while not scene.failed:
        scene.run(soc=90.0)
    scene.manner["a"] = Manner.OBEYS
    scene.turn("a", on=True)
    scene.run()
    assert scene.told(Happening.RESTORED) == ["a: recharged"]
    falls_back(scene)
    scene.run()
    assert scene.off == []


def test_what_somebody_seems_to_turn_on_and_goes_off_at_once_is_held_as_before() -> None:
    scene = shed("a")
    scene.turn("a", on=True)
    scene.decide()
    assert scene.told(Happening.OVERRIDDEN) == ["a: turned_on"]
    falls_back(scene)
    assert scene.released == []
    assert scene.shed == ["a"]
    scene.run(1_200, soc=90.0)
    assert scene.off == []
    assert scene.asked == ["-a", "+a"]


def test_a_device_that_vanishes_as_it_comes_on_and_shows_off_for_a_moment_is_not_ours() -> None:
    scene = given_back()
    scene.turn("a", on=None)
    scene.run(10)
    scene.turn("a", on=False)
    scene.run(20, soc=20.0)
    assert scene.shed == ["a"]
    scene.turn("a", on=True)
    scene.run(300)
    assert scene.asked == ["-a", "+a"]
    assert scene.told(Happening.RESTORED) == ["a: recharged"]


@pytest.mark.parametrize(("on_s", "theirs"), [(28, False), (40, True)])
def test_what_vanished_and_is_off_comes_on_by_itself_only_soon_after_it_went_off(
    on_s: float, *, theirs: bool
) -> None:
    # Half a minute from when it went off, not from when it came on.
    scene = given_back()
    scene.run(15)
    scene.turn("a", on=None)
    scene.run(10)
    scene.turn("a", on=False)
    scene.decide()
    scene.run(on_s, soc=20.0)
    scene.turn("a", on=True)
    scene.decide()
    assert (scene.told(Happening.OVERRIDDEN) == ["a: turned_on"]) is theirs
    assert scene.released == (["a"] if theirs else [])
    assert scene.asked == ["-a", "+a"]


# Whatever happens meanwhile.


def test_a_load_that_does_not_stay_on_is_known_after_a_restart() -> None:
    scene = given_back()
    scene.restart()
    scene.turn("a", on=False)
    scene.run()
    assert scene.shed == ["a"]
    scene.run(720)
    assert scene.off == []
    assert scene.asked == ["-a", "+a", "+a"]


def test_a_load_that_does_not_stay_on_is_known_after_a_leap_of_the_clock() -> None:
    scene = given_back()
    scene.now += 5 * HOUR
    scene.look()
    falls_back(scene)
    scene.run(120)
    assert scene.off == []


def test_what_has_just_come_on_survives_as_json_and_moves_with_the_clock() -> None:
    scene = given_back()
    stored = json.loads(scene.stored_now)
    again = Memory.from_dict(stored)
    assert again.to_dict() == stored
    assert again.owned == {"a"}
    scene.now -= HOUR
    scene.look()
    falls_back(scene)
    scene.run()
    assert scene.off == []


def test_a_memory_without_what_has_just_come_on_is_read_as_well() -> None:
    stored = json.loads(given_back().stored_now)
    del stored["settling"]
    assert Memory.from_dict(stored).owned == frozenset()
