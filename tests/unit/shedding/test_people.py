"""What people and devices do themselves is left as it is."""

from dataclasses import replace
from typing import Final

import pytest

from custom_components.solar_monitor.logic.shedding import Happening, Wish
from tests.unit.shedding.scene import ARMED, Manner, ready, shed

HOUR: Final = 3_600.0


def test_what_somebody_turned_off_is_not_turned_on() -> None:
    scene = ready("a", "b")
    scene.turn("a", on=False)
    scene.run(900, soc=20.0)
    scene.run(HOUR, soc=90.0)
    assert scene.asked == ["-b", "+b"]
    assert scene.off == ["a"]


def test_a_shed_load_that_somebody_turns_on_stays_on_for_two_hours() -> None:
    scene = shed("a", "b")
    scene.turn("a", on=True)
    scene.run(7_200)
    assert scene.off == ["b"]
    assert scene.told(Happening.OVERRIDDEN) == ["a: turned_on"]
    assert scene.released == ["a"]
    scene.run()
    assert scene.off == ["a", "b"]
    assert scene.released == []


def test_not_even_a_critical_charge_overrules_somebody() -> None:
    scene = shed("a", soc=10.0)
    scene.turn("a", on=True)
    scene.run(HOUR)
    assert scene.off == []
    assert scene.status == "normal: overridden"


@pytest.mark.parametrize(("soc", "released"), [(49.9, True), (50.0, False)])
def test_a_full_battery_ends_what_somebody_decided_before(*, soc: float, released: bool) -> None:
    scene = shed("a")
    scene.turn("a", on=True)
    scene.run(soc=soc)
    assert bool(scene.released) is released
    scene.run(soc=39.0)
    scene.run(900)
    assert scene.off == ([] if released else ["a"])


def test_without_a_grid_the_level_that_ends_it_is_the_one_without_a_grid() -> None:
    scene = shed("a")
    scene.run(60, grid_voltages=(0.0,))
    scene.turn("a", on=True)
    scene.run(soc=59.0)
    assert scene.released == ["a"]
    scene.run(soc=60.0)
    assert scene.released == []


@pytest.mark.parametrize(("wait_s", "overridden"), [(30.0, False), (31.0, True)])
def test_half_a_minute_tells_a_person_from_a_device(*, wait_s: float, overridden: bool) -> None:
    scene = ready("a", soc=39.0)
    scene.run()
    scene.turn("a", on=True)
    scene.now += wait_s
    scene.set(measured_at=scene.now)
    scene.look()
    assert bool(scene.told(Happening.OVERRIDDEN)) is overridden


def test_a_device_that_was_away_and_comes_back_on_is_shed_again_once() -> None:
    scene = shed("a")
    scene.turn("a", on=None)
    scene.run(300)
    assert scene.shed == ["a"]
    scene.turn("a", on=True)
    scene.run()
    assert scene.off == ["a"]
    assert scene.told(Happening.SHED)[1:] == ["a: rebooted"]
    scene.turn("a", on=None)
    scene.run(300)
    scene.turn("a", on=True)
    scene.run(HOUR)
    assert scene.off == []
    assert scene.told(Happening.OVERRIDDEN) == ["a: turned_on"]


def test_a_device_that_comes_back_on_is_let_on_if_its_cause_is_over() -> None:
    scene = shed("a")
    scene.turn("a", on=None)
    scene.run(60, soc=60.0)
    scene.turn("a", on=True)
    scene.run()
    assert scene.off == []
    assert scene.told(Happening.RESTORED) == ["a: recharged"]
    assert scene.asked == ["-a"]


def test_a_device_that_comes_back_off_is_still_ours() -> None:
    scene = shed("a")
    scene.turn("a", on=None)
    scene.run(300, soc=60.0)
    assert scene.status == "shed: soc"
    scene.turn("a", on=False)
    scene.run()
    assert scene.off == []


def test_a_device_that_came_back_on_and_is_turned_off_by_somebody_stays_off() -> None:
    scene = shed("a")
    scene.turn("a", on=None)
    scene.run()
    scene.sees = False
    scene.run(300)
    scene.turn("a", on=True)
    scene.run(120)
    assert scene.off == []
    scene.turn("a", on=False)
    scene.run()
    assert scene.told(Happening.OVERRIDDEN) == ["a: turned_off"]
    scene.sees = True
    scene.run(HOUR, soc=90.0)
    assert scene.off == ["a"]


def test_a_device_that_comes_back_on_and_then_off_is_still_ours() -> None:
    scene = shed("a")
    for on in (None, True, None, False):
        scene.turn("a", on=on)
        scene.sees = False
        scene.run(200)
    assert scene.asked == ["-a"]
    assert scene.shed == ["a"]


def test_a_device_that_came_back_on_and_is_away_again_is_waited_for() -> None:
    for soc in (20.0, 60.0):
        scene = shed("a")
        for on in (None, True, None):
            scene.turn("a", on=on)
            scene.sees = False
            scene.run(200)
        scene.sees = True
        scene.run(300, soc=soc)
        assert scene.asked == ["-a"]
        assert scene.memory.owned == {"a"}
        scene.turn("a", on=False)
        scene.run(HOUR, soc=60.0)
        assert scene.off == []


def test_what_is_on_again_is_shed_before_the_loads_behind_it() -> None:
    scene = shed("a", "b", soc=33.0)
    scene.turn("b", on=None)
    scene.run()
    scene.turn("b", on=True)
    scene.run()
    assert scene.off == ["a", "b"]


def test_somebody_who_turns_a_shed_load_off_once_more_wants_it_off() -> None:
    scene = shed("a")
    scene.wish("a", Wish.STAY_OFF)
    assert scene.told(Happening.OVERRIDDEN) == ["a: turned_off"]
    scene.run(HOUR, soc=90.0)
    assert scene.off == ["a"]
    scene.wish("a", Wish.STAY_OFF)
    assert scene.told(Happening.OVERRIDDEN) == ["a: turned_off"]


def test_a_call_goes_on_while_somebody_turns_on_another_load() -> None:
    scene = ready("a", "b", soc=39.0)
    scene.run(120)
    scene.now += 30
    scene.set(measured_at=scene.now, soc=34.0)
    assert scene.look().call is not None
    scene.turn("a", on=True)
    scene.look()
    assert scene.told(Happening.OVERRIDDEN) == ["a: turned_on"]
    assert scene.memory.pending is not None
    assert scene.memory.pending.load == "b"


def test_a_released_load_comes_back_at_once_and_stays_on_for_two_hours() -> None:
    scene = ready("a", "b", soc=20.0)
    scene.run(120)
    assert scene.off == ["a", "b"]
    scene.wish("a")
    assert scene.off == ["b"]
    assert scene.told(Happening.RESTORED) == ["a: released"]
    scene.run(7_170)
    assert scene.off == ["b"]
    scene.run(60)
    assert scene.off == ["a", "b"]


def test_a_load_can_be_released_before_it_is_shed() -> None:
    scene = ready("a", "b")
    scene.turn("a", on=False)
    scene.run(soc=20.0)
    scene.turn("a", on=True)
    scene.wish("a")
    scene.run(HOUR)
    assert scene.asked == ["-b"]
    scene.wish("nobody")
    assert scene.released == ["a"]


def test_a_load_that_is_away_is_released_as_soon_as_it_is_back() -> None:
    for on in (False, True):
        scene = shed("a")
        scene.turn("a", on=None)
        scene.run()
        scene.wish("a")
        scene.run(300)
        scene.turn("a", on=on)
        scene.run()
        assert scene.off == []
        assert scene.told(Happening.RESTORED) == ["a: released"]


def test_a_load_that_just_turns_off_is_released_as_soon_as_it_has() -> None:
    scene = ready("a", soc=39.0)
    scene.now += 1
    scene.set(measured_at=scene.now)
    call = scene.look().call
    assert call is not None
    scene.wish("a")
    scene.carry_out(call)
    scene.decide()
    assert scene.asked == ["-a", "+a"]
    assert scene.off == []


def test_a_load_that_was_to_be_asked_again_is_not_if_it_is_released() -> None:
    scene = ready("a", soc=39.0)
    scene.now += 1
    scene.set(measured_at=scene.now)
    assert scene.look().call is not None
    scene.wish("a")
    scene.run(300)
    assert scene.asked == []
    assert scene.released == ["a"]
    assert scene.memory.owned == frozenset()


def test_a_released_load_that_does_not_obey_is_asked_again_later() -> None:
    scene = shed("a")
    scene.manner["a"] = Manner.REFUSES
    scene.wish("a")
    scene.run(120)
    assert scene.status == "error: turn_on_failed"
    scene.manner["a"] = Manner.OBEYS
    scene.run(900)
    assert scene.off == []
    assert scene.told(Happening.RESTORED) == ["a: released"]


def test_a_released_load_that_obeys_after_it_was_given_up_was_released() -> None:
    scene = shed("a")
    scene.manner["a"] = Manner.REFUSES
    scene.wish("a")
    scene.run(120)
    scene.turn("a", on=True)
    scene.run()
    assert scene.told(Happening.RESTORED) == ["a: released"]
    assert scene.released == ["a"]


def test_disarming_gives_everything_back_one_by_one() -> None:
    scene = shed("a", "b", "c")
    scene.run(30, soc=29.0)
    scene.config = replace(ARMED, armed=False)
    scene.run()
    assert scene.off == ["a", "b"]
    assert scene.status == "restoring: disarmed"
    scene.run(120)
    assert scene.off == []
    scene.run()
    assert scene.status == "disarmed: disarmed"
    scene.run(60)
    assert scene.memory.owned == frozenset()
    assert scene.told(Happening.RESTORED) == [f"{load}: disarmed" for load in "cba"]


def test_disarming_needs_neither_dwell_nor_readings() -> None:
    scene = ready("a", soc=39.0)
    scene.run()
    scene.sees = False
    scene.config = replace(ARMED, armed=False)
    scene.run(60)
    assert scene.off == []


def test_nothing_is_shed_while_disarmed() -> None:
    scene = ready("a", config=replace(ARMED, armed=False), soc=5.0)
    scene.run(HOUR)
    assert scene.asked == []
    assert scene.status == "disarmed: disarmed"


def test_a_load_that_failed_is_no_error_while_disarmed() -> None:
    scene = ready("a", soc=39.0)
    scene.manner["a"] = Manner.REFUSES
    scene.run(90)
    scene.config = replace(ARMED, armed=False)
    scene.run(180)
    assert scene.failed == ["a"]
    assert scene.status == "disarmed: disarmed"


def test_a_load_that_is_taken_out_of_the_list_is_given_back() -> None:
    scene = ready("a", "b", soc=20.0)
    scene.run(120)
    scene.loads["a"] = replace(scene.loads["a"], member=False)
    scene.run()
    scene.run()
    assert scene.off == ["b"]
    assert scene.told(Happening.RESTORED) == ["a: removed"]
    scene.run(HOUR)
    assert scene.off == ["b"]


def test_a_load_that_is_taken_out_while_it_is_to_be_shed_again_is_let_on() -> None:
    scene = shed("a", "b")
    scene.turn("a", on=None)
    scene.run()
    scene.loads["a"] = replace(scene.loads["a"], on=True, member=False)
    scene.run()
    assert scene.off == ["b"]
    assert scene.memory.holds.keys() == {"b"}


def test_a_load_that_exists_no_more_is_forgotten() -> None:
    scene = shed("a", "b")
    del scene.loads["a"]
    scene.run()
    assert scene.memory.owned == {"b"}
    assert set(scene.memory.notes) == {"b"}
    assert scene.told(Happening.FAILED) == ["a: removed"]


def test_a_load_that_vanishes_during_its_call_is_forgotten() -> None:
    scene = ready("a", "b", soc=34.0)
    scene.now += 1
    scene.set(measured_at=scene.now)
    assert scene.look().call is not None
    del scene.loads["a"]
    scene.run(5 * 60)
    assert scene.asked == ["-b"]
    assert scene.off == ["b"]
    assert scene.memory.owned == {"b"}


# What they turned on shows for a moment what it was.


@pytest.mark.parametrize("on_s", [2.0, 20.0, 40.0])
@pytest.mark.parametrize("vanishes", [False, True])
def test_what_somebody_turned_on_and_shows_off_for_a_moment_is_theirs(
    *, vanishes: bool, on_s: float
) -> None:
    scene = shed("a")
    scene.run(600)
    scene.turn("a", on=True)
    scene.run(5)
    if vanishes:
        scene.turn("a", on=None)
        scene.run(3)
    scene.turn("a", on=False)
    scene.decide()
    scene.run(on_s)
    scene.turn("a", on=True)
    scene.decide()
    scene.run(HOUR)
    assert scene.released == ["a"]
    assert scene.asked == ["-a"]


def test_what_somebody_turned_on_and_stayed_off_is_a_rebooted_device_later() -> None:
    scene = shed("a")
    scene.run(600)
    scene.turn("a", on=True)
    scene.run(5)
    scene.turn("a", on=False)
    scene.run(HOUR)
    scene.turn("a", on=None)
    scene.run(60)
    scene.turn("a", on=True)
    scene.run(10)
    assert scene.asked == ["-a", "-a"]
    scene.turn("a", on=True)
    scene.run(90)
    assert scene.asked == ["-a", "-a", "-a"], "it showed for a moment what it was"
    assert scene.released == []
