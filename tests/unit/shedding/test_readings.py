"""Readings that are too few, too old or impossible."""

from dataclasses import replace
import math
from typing import Final, TypedDict

import pytest

from custom_components.solar_monitor.logic.shedding import Happening
from tests.unit.shedding.scene import ARMED, START, Scene, ready, shed

HOUR: Final = 3_600.0


class Falling(TypedDict):
    """A part of `Figures`."""

    soc: float | None
    battery_power: float | None


FALLING: Final[Falling] = {"soc": 14.0, "battery_power": 400.0}


def test_nothing_is_done_before_three_samples() -> None:
    scene = Scene("a", **FALLING)
    scene.run(60)
    assert scene.status == "holding: starting"
    scene.run(30)
    assert scene.off == ["a"]


def test_a_start_without_readings_is_no_start_after_three_minutes() -> None:
    scene = Scene("a")
    scene.sees = False
    scene.look()
    scene.run(179)
    assert scene.status == "holding: starting"
    scene.run(1)
    assert scene.status == "holding: stale"


def test_a_restart_is_a_new_start() -> None:
    scene = ready("a", **FALLING)
    scene.restart()
    scene.run(60)
    assert scene.off == []
    scene.run(30)
    assert scene.off == ["a"]


def test_a_sample_of_before_the_start_is_none() -> None:
    scene = Scene("a", **FALLING)
    scene.set(measured_at=START - 1)
    scene.decide()
    scene.run(60)
    assert scene.off == []


def test_a_reading_that_is_repeated_is_one_sample() -> None:
    scene = Scene("a", **FALLING)
    scene.run(30)
    scene.sees = False
    scene.run(90)
    assert scene.off == []


@pytest.mark.parametrize("soc", [None, math.nan, math.inf, -0.1, 100.1])
def test_a_charge_that_is_none_decides_nothing(soc: float | None) -> None:
    scene = ready("a", battery_power=400.0)
    scene.run(600, soc=soc)
    assert scene.off == []
    assert scene.status == "holding: stale"


@pytest.mark.parametrize("soc", [0.0, 100.0])
def test_an_empty_and_a_full_battery_are_believed(soc: float) -> None:
    scene = Scene("a", soc=soc)
    scene.run(90)
    assert scene.off == (["a"] if soc == 0 else [])


def test_a_power_that_is_no_number_is_unknown() -> None:
    scene = Scene("a", soc=14.0)
    scene.run(600, battery_power=math.nan, pv_power=math.inf, inverter_power=-math.inf)
    assert scene.off == []


@pytest.mark.parametrize(("silence_s", "status"), [(179, "normal"), (180, "holding")])
def test_readings_are_held_by_after_three_minutes(silence_s: float, status: str) -> None:
    scene = ready("a")
    scene.run()
    scene.sees = False
    scene.run(silence_s)
    assert scene.decision.status == status
    assert bool(scene.told(Happening.HELD)) is (status == "holding")


def test_stale_readings_neither_shed_nor_give_back() -> None:
    scene = shed("a", "b")
    scene.turn("a", on=None)
    scene.run()
    scene.sees = False
    scene.run(180)
    scene.turn("a", on=True)
    scene.run(HOUR)
    assert scene.off == ["b"]
    assert scene.asked == ["-a", "-b"]
    assert scene.status == "holding: stale"
    assert scene.told(Happening.HELD) == ["None: stale"]


def test_a_silence_is_not_told_of_while_disarmed() -> None:
    scene = ready("a")
    scene.config = replace(ARMED, armed=False)
    scene.sees = False
    scene.run(600)
    assert scene.told(Happening.HELD) == []


def test_after_a_silence_three_new_samples_are_needed() -> None:
    scene = ready("a")
    scene.sees = False
    scene.run(600)
    scene.sees = True
    scene.run(60, **FALLING)
    assert scene.status == "holding: stale"
    scene.run(30)
    assert scene.off == ["a"]
    scene.sees = False
    scene.run(600)
    assert scene.told(Happening.HELD) == ["None: stale"] * 2


def test_samples_that_come_too_rarely_are_no_readings() -> None:
    scene = ready("a")
    for _ in range(20):
        scene.now += 150
        scene.decide()
        scene.now += 50
        scene.set(measured_at=scene.now, **FALLING)
        scene.decide()
    assert scene.off == []
    assert scene.decision.stale


@pytest.mark.parametrize(("pause_s", "off"), [(179, ["a"]), (180, [])])
def test_three_minutes_between_two_samples_are_a_silence(pause_s: float, off: list[str]) -> None:
    scene = ready("a")
    scene.now += pause_s
    scene.set(measured_at=scene.now, **FALLING)
    scene.decide()
    assert scene.off == off


@pytest.mark.parametrize(("silence_s", "stale"), [(899, False), (900, True)])
def test_somebody_is_told_after_a_quarter_of_an_hour(*, silence_s: float, stale: bool) -> None:
    scene = ready("a")
    scene.run()
    scene.sees = False
    scene.run(silence_s)
    assert scene.decision.stale is stale
    scene.config = replace(ARMED, armed=False)
    scene.run(1)
    assert not scene.decision.stale


@pytest.mark.parametrize(
    ("silence_s", "give_back_s", "off"),
    [
        (7_199, 7_200, ["a", "b"]),
        (7_200, 7_200, ["a"]),
        (7_260, 7_200, []),
        (86_400, 0, ["a", "b"]),
    ],
)
def test_loads_are_given_back_after_two_hours_without_readings(
    silence_s: float, give_back_s: float, off: list[str]
) -> None:
    scene = shed("a", "b")
    scene.config = replace(ARMED, give_back_s=give_back_s)
    scene.sees = False
    scene.run(silence_s)
    assert scene.off == off


def test_what_is_given_back_without_readings_is_said() -> None:
    scene = shed("a", "b")
    scene.sees = False
    scene.run(7_200)
    assert scene.status == "restoring: stale"
    scene.run(120)
    assert scene.told(Happening.RESTORED) == ["b: stale", "a: stale"]
    assert scene.status == "holding: stale"


def test_a_start_without_readings_gives_back_after_two_hours_too() -> None:
    scene = shed("a")
    scene.stored = scene.stored_now
    scene.restart()
    scene.sees = False
    scene.run(7_170)
    assert scene.off == ["a"]
    assert scene.told(Happening.HELD) == []
    scene.run(60)
    assert scene.off == []


def test_a_device_whose_clock_is_ahead_is_heard() -> None:
    scene = Scene("a", **FALLING)
    scene.sees = False
    for _ in range(3):
        scene.now += 30
        scene.set(measured_at=scene.now + HOUR)
        scene.decide()
    assert scene.off == ["a"]


def test_readings_that_come_out_of_order_are_no_new_ones() -> None:
    scene = Scene("a", **FALLING)
    scene.run(30)
    scene.now += 100
    for back in (0, 5, 10, 15):
        scene.set(measured_at=scene.now - back)
        scene.decide()
    assert scene.off == []


def test_what_is_too_old_when_it_comes_is_not_heard() -> None:
    scene = ready("a", **FALLING)
    scene.set(measured_at=scene.now - 180)
    scene.decide()
    assert scene.off == []
