"""Faults of the inverter: its figures decide nothing while the grid is there."""

from typing import Final

import pytest

from custom_components.solar_monitor.logic.shedding import Happening
from tests.unit.shedding.scene import DARK, Figures, Scene, ready, shed

HOUR: Final = 3_600.0


def test_a_fault_for_a_minute_stops_shedding_and_gives_back() -> None:
    scene = shed("a", "b")
    scene.turn("a", on=True)
    scene.run(60)
    assert scene.off == ["b"]
    scene.run(60, fault=True)
    assert scene.off == ["b"]
    scene.run()
    assert scene.off == []
    assert scene.told(Happening.RESTORED) == ["b: fault"]
    scene.run(8 * HOUR)
    assert scene.off == []
    assert scene.status == "normal: fault"


def test_the_give_back_of_a_fault_is_staggered_and_keeps_its_dwell() -> None:
    scene = ready("a", "b", soc=20.0)
    scene.run(120)
    scene.run(420, fault=True)
    assert scene.off == ["a", "b"]
    assert scene.status == "restoring: fault"
    scene.run(180)
    assert scene.off == ["a"]
    scene.run(60)
    assert scene.off == []


def test_after_a_fault_nothing_is_shed_for_ten_minutes() -> None:
    scene = ready("a", soc=80.0, fault=True)
    scene.run(300)
    scene.run(570, soc=39.0, fault=False)
    assert scene.off == []
    assert scene.status == "normal: fault_lately"
    scene.run(30)
    assert scene.off == ["a"]


def test_a_fault_that_is_gone_within_a_minute_is_none() -> None:
    scene = ready("a", soc=39.0, fault=True)
    scene.run(30)
    assert scene.off == ["a"]
    scene.run(30)
    scene.run(30, fault=False)
    scene.run(60, fault=True)
    assert scene.status == "shed: soc"


def test_a_fault_that_is_not_told_of_is_as_it_was() -> None:
    scene = ready("a", fault=True)
    scene.run(30)
    scene.run(60, fault=None)
    scene.run(30, fault=True)
    assert scene.status == "normal: fault"


def test_a_fault_that_is_not_told_of_for_three_minutes_is_none() -> None:
    scene = ready("a", fault=True)
    scene.run(120)
    scene.run(150, fault=None)
    assert scene.status == "normal: fault"
    scene.run(30)
    assert scene.status == "normal: fault_lately"


def test_a_warning_is_no_fault() -> None:
    scene = Scene("a", soc=39.0, alert=True)
    scene.run(90)
    assert scene.off == ["a"]


@pytest.mark.parametrize(
    "figures", [DARK, {"grid_voltages": ()}, {"soc": 14.9}, {"soc": 14.9, **DARK}]
)
def test_without_a_grid_and_at_a_critical_charge_a_fault_changes_nothing(
    figures: Figures,
) -> None:
    scene = Scene("a", soc=20.0, fault=True, battery_power=600.0)
    scene.run(900, **figures)
    assert scene.off == ["a"]
    scene.run(900)
    assert scene.off == ["a"]


def test_a_fault_of_before_is_no_shield_once_the_charge_is_critical() -> None:
    scene = ready("a", soc=39.0, fault=True)
    scene.run(30)
    scene.run(60, soc=60.0)
    scene = ready("b", fault=True)
    scene.run(120)
    scene.run(60, soc=14.0, fault=False)
    assert scene.off == ["b"]


def test_the_pause_after_a_fault_survives_a_restart() -> None:
    scene = ready("a", fault=True)
    scene.run(300)
    scene.run(30, soc=20.0)
    scene.stored = scene.stored_now
    scene.restart()
    scene.run(300, fault=False)
    assert scene.off == []
