"""When loads are shed: the default settings, rule by rule and at each boundary."""

from dataclasses import replace
from typing import Final, Unpack

import pytest

from custom_components.solar_monitor.logic.shedding import Happening
from tests.unit.shedding.scene import ARMED, DARK, Figures, Scene, ready

DRAWING: Final = replace(ARMED, grid_draw=True)


def after(minutes: float, scene: Scene, **figures: Unpack[Figures]) -> list[str]:
    """Give the loads that are off after some minutes with these figures."""
    scene.run(minutes * 60, **figures)
    return scene.off


def used_to(*loads: str, **figures: Unpack[Figures]) -> Scene:
    """Give a house that has lived with these powers for a while."""
    scene = ready(*loads, **figures)
    scene.run(600)
    return scene


@pytest.mark.parametrize(
    ("soc", "pv", "battery", "off"),
    [
        (40.0, 0.0, 1.0, []),
        (39.9, 0.0, 1.0, ["a"]),
        (39.9, 0.0, 0.0, []),
        (39.9, 500.0, 500.0, []),
        (39.9, 500.0, 501.0, ["a"]),
        (39.9, 500.0, -2_000.0, []),
        (35.0, 0.0, 300.0, ["a"]),
        (34.9, 0.0, 300.0, ["a", "b"]),
        (30.0, 0.0, 300.0, ["a", "b"]),
        (29.9, 0.0, 300.0, ["a", "b", "c"]),
        (80.0, 0.0, 5_000.0, []),
        (39.9, None, 300.0, []),
        (39.9, 0.0, None, []),
    ],
)
def test_a_low_charge_that_falls_sheds_down_to_its_step(
    soc: float, pv: float | None, battery: float | None, off: list[str]
) -> None:
    scene = used_to("a", "b", "c", pv_power=pv, battery_power=battery)
    assert after(10, scene, soc=soc) == off


def test_the_surplus_is_a_mean_of_five_minutes() -> None:
    scene = used_to("a", pv_power=1_000.0, battery_power=0.0)
    assert after(5, scene, soc=39.0) == []
    # One sample in eleven is a cloud.
    assert after(0.5, scene, battery_power=5_000.0) == []
    assert after(5, scene, battery_power=0.0) == []
    assert after(1, scene, battery_power=8_000.0) == ["a"]


def test_a_surplus_needs_three_samples_of_five_minutes() -> None:
    scene = Scene("a", soc=39.0, battery_power=None)
    scene.run(300)
    assert scene.status == "holding: power_unknown"
    scene.run(60, battery_power=300.0)
    assert scene.off == []
    scene.run(30)
    assert scene.off == ["a"]


@pytest.mark.parametrize(
    ("soc", "battery", "volts", "off"),
    [
        (45.0, 500.0, (0.0,), []),
        (44.9, 500.0, (0.0,), ["a"]),
        (44.9, 499.9, (0.0,), []),
        (44.9, None, (0.0,), []),
        (44.9, 500.0, (89.9, 89.9, 89.9), ["a"]),
        (44.9, 500.0, (0.0, 90.0, 0.0), []),
        (44.9, 500.0, (0.0, None), ["a"]),
        (44.9, 500.0, (None, None), []),
        (44.9, 500.0, (float("nan"),), []),
        (39.9, 500.0, (0.0,), ["a", "b"]),
        (34.9, 500.0, (0.0,), ["a", "b", "c"]),
    ],
)
def test_without_a_grid_a_strong_draw_sheds_earlier(
    soc: float, battery: float | None, volts: tuple[float | None, ...], off: list[str]
) -> None:
    scene = ready("a", "b", "c", pv_power=3_000.0)
    assert after(10, scene, soc=soc, battery_power=battery, grid_voltages=volts) == off


def test_the_grid_is_lost_with_the_second_sample_without_a_voltage() -> None:
    scene = ready("a", soc=44.0, battery_power=600.0)
    assert after(0.5, scene, **DARK) == []
    assert after(0.5, scene, grid_voltages=(230.0,)) == []
    assert after(0.5, scene, **DARK) == []
    assert after(0.5, scene) == ["a"]


@pytest.mark.parametrize(
    ("soc", "battery", "off"),
    [
        (15.0, 51.0, 0),
        (14.9, 51.0, 3),
        (14.9, 50.0, 0),
        (14.9, None, 0),
    ],
)
def test_a_critical_charge_that_falls_sheds_everything(
    soc: float, battery: float | None, off: int
) -> None:
    # The sun covers what the battery gives, so that no other rule sheds.
    scene = used_to("a", "b", "c", pv_power=3_000.0)
    assert len(after(1.5, scene, soc=soc, battery_power=battery)) == off


def test_a_critical_charge_needs_no_dwell_and_little_stagger() -> None:
    scene = ready("a", "b", "c", soc=14.0, battery_power=400.0)
    scene.turn("b", on=False)
    scene.run()
    scene.turn("b", on=True)
    scene.run()
    assert scene.off == ["a", "b"]
    assert scene.decision.again_at == scene.now + 10
    scene.now += 9.9
    scene.decide()
    assert scene.off == ["a", "b"]
    scene.now += 0.1
    scene.decide()
    assert scene.off == ["a", "b", "c"]
    assert set(scene.told(Happening.SHED)) == {"a: critical", "b: critical", "c: critical"}


@pytest.mark.parametrize(
    ("inverter", "rated", "off"),
    [
        (-100.0, None, []),
        (-100.1, None, ["a", "b"]),
        (-100.1, 5_000.0, ["a", "b"]),
        (-160.0, 8_000.0, []),
        (-160.1, 8_000.0, ["a", "b"]),
        (None, 8_000.0, []),
    ],
)
def test_an_inverter_that_draws_for_ten_minutes_sheds_if_that_was_chosen(
    inverter: float | None, rated: float | None, off: list[str]
) -> None:
    figures: Figures = {"inverter_power": inverter, "rated_power": rated, "soc": 90.0}
    assert after(15, ready("a", "b", config=DRAWING), **figures) == off
    assert after(15, ready("a", "b"), **figures) == []


def test_an_inverter_that_charges_from_the_grid_as_it_is_told_to_may_draw() -> None:
    scene = ready("a", config=DRAWING, inverter_power=-3_000.0, grid_charge=True)
    assert after(30, scene) == []
    assert after(0.5, scene, grid_charge=None) == ["a"]


def test_a_draw_counts_only_after_ten_minutes_of_watching() -> None:
    scene = Scene("a", config=DRAWING, inverter_power=-3_000.0)
    assert after(10, scene) == []
    assert after(0.5, scene) == ["a"]


def test_the_draw_is_a_mean_of_ten_minutes() -> None:
    scene = ready("a", config=DRAWING, inverter_power=300.0)
    after(20, scene)
    assert after(8, scene, inverter_power=-300.0) == []
    assert after(1, scene) == ["a"]
