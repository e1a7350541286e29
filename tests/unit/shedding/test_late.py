"""Loads that take every call and obey minutes later, as those that are polled seldom seem to."""

from dataclasses import replace
import json
from typing import Final

import pytest

from custom_components.solar_monitor.logic.shedding import Happening, Memory, Wish
from tests.unit.shedding.scene import ARMED, Manner, Scene, ready, shed

HOUR: Final = 3_600.0


def deaf(*others: str) -> Scene:
    """Give a house in which a load was given up that took three calls and did nothing."""
    scene = ready("a", *others, soc=39.0)
    scene.manner["a"] = Manner.IGNORES
    while not scene.failed:
        scene.run()
    assert scene.asked == ["-a", "-a", "-a"]
    return scene


@pytest.mark.parametrize("late_s", [150.0, 300.0, 870.0])
def test_what_obeys_long_after_it_was_given_up_is_given_back(late_s: float) -> None:
    scene = deaf()
    scene.run(late_s)
    scene.manner["a"] = Manner.OBEYS
    scene.turn("a", on=False)
    scene.run()
    assert (scene.failed, scene.shed) == ([], ["a"])
    assert scene.told(Happening.SHED) == ["a: soc"]
    scene.run(HOUR, soc=90.0)
    assert scene.off == []


def test_what_did_not_obey_for_a_quarter_of_an_hour_is_asked_anew() -> None:
    scene = deaf()
    scene.run(870)
    assert len(scene.asked) == 3
    scene.manner["a"] = Manner.OBEYS
    scene.run(60)
    assert scene.off == ["a"]
    assert [call.attempt for call in scene.calls] == [1, 2, 3, 1]


def test_what_did_not_obey_and_was_away_is_asked_anew() -> None:
    scene = deaf()
    scene.run(180)
    scene.manner["a"] = Manner.OBEYS
    scene.turn("a", on=None)
    scene.run()
    scene.turn("a", on=True)
    scene.run()
    assert scene.off == ["a"]


def test_what_obeys_long_after_load_shedding_was_switched_off_is_given_back() -> None:
    scene = ready("a", soc=39.0)
    scene.manner["a"] = Manner.IGNORES
    scene.run()
    scene.config = replace(ARMED, armed=False)
    scene.run(600)
    assert scene.status == "restoring: disarmed"
    scene.manner["a"] = Manner.OBEYS
    scene.turn("a", on=False)
    scene.run(90)
    assert scene.off == []
    assert scene.told(Happening.RESTORED) == ["a: disarmed"]
    scene = deaf()
    scene.config = replace(ARMED, armed=False)
    scene.run(960)
    assert scene.status == "disarmed: disarmed"
    assert scene.memory.owned == frozenset()


def test_what_may_still_obey_does_not_wait_for_that_where_it_has_to_go_again() -> None:
    scene = ready("a", soc=39.0)
    scene.manner["a"] = Manner.IGNORES
    scene.run()
    scene.config = replace(ARMED, armed=False)
    scene.run(60)
    scene.config = ARMED
    scene.manner["a"] = Manner.OBEYS
    scene.run(60)
    assert scene.asked == ["-a"]
    scene.run(60)
    assert scene.off == ["a"]
    assert [call.attempt for call in scene.calls] == [1, 1]


def test_what_took_no_call_is_let_go_after_two_minutes() -> None:
    scene = ready("a", soc=39.0)
    scene.manner["a"] = Manner.REFUSES
    while not scene.failed:
        scene.run()
    scene.run(120)
    assert scene.memory.owned == frozenset()


def test_somebody_who_turns_off_what_did_not_obey_wants_it_off() -> None:
    scene = deaf()
    scene.run(300)
    scene.wish("a", Wish.STAY_OFF)
    scene.turn("a", on=False)
    scene.run(HOUR, soc=90.0)
    assert scene.off == ["a"]
    assert scene.told(Happening.OVERRIDDEN) == ["a: turned_off"]


def test_what_may_still_obey_is_known_after_a_restart() -> None:
    scene = deaf()
    stored = json.loads(scene.stored_now)
    assert Memory.from_dict(stored).to_dict() == stored
    scene.restart()
    scene.run(300)
    scene.manner["a"] = Manner.OBEYS
    scene.turn("a", on=False)
    scene.run()
    assert scene.shed == ["a"]


@pytest.mark.parametrize("back_s", [0.0, HOUR])
def test_what_was_asked_just_before_a_restart_may_obey_late(back_s: float) -> None:
    scene = ready("a", soc=39.0)
    scene.manner["a"] = Manner.IGNORES
    scene.run()
    assert scene.asked == ["-a"]
    scene.restart()
    scene.now -= back_s
    scene.config = replace(ARMED, armed=False)
    scene.run(400)
    scene.turn("a", on=False)
    scene.run()
    assert scene.shed == ["a"]


# What a person wants need not wait until a load is asked again.


def stuck() -> Scene:
    """Give a house in which a load was given up that should have come on, and would come on now."""
    scene = shed("a")
    scene.manner["a"] = Manner.REFUSES
    while not scene.failed:
        scene.run(soc=90.0)
    scene.manner["a"] = Manner.OBEYS
    return scene


def test_a_load_that_did_not_come_on_is_asked_at_once_if_somebody_asks_for_it() -> None:
    scene = stuck()
    scene.wish("a")
    assert scene.off == []
    assert scene.told(Happening.RESTORED) == ["a: released"]
    assert scene.failed == []


def test_a_load_that_did_not_come_on_is_asked_at_once_when_load_shedding_is_switched_off() -> None:
    scene = stuck()
    scene.config = replace(ARMED, armed=False)
    scene.run()
    assert scene.off == []
    assert scene.status == "disarmed: disarmed"


def test_while_load_shedding_is_off_a_load_that_does_not_come_on_is_left_out_for_a_while() -> None:
    scene = stuck()
    scene.manner["a"] = Manner.REFUSES
    scene.config = replace(ARMED, armed=False)
    asked = len(scene.asked)
    scene.run(600)
    assert len(scene.asked) == asked + 3
    assert scene.status == "error: turn_on_failed"


def test_a_load_that_was_not_turned_off_may_be_left_out_all_the_same() -> None:
    scene = deaf()
    scene.config = replace(ARMED, armed=False)
    scene.run()
    assert scene.failed == ["a"]
