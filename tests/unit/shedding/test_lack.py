"""Powers that decide and are not known: somebody is told, as of missing readings."""

from dataclasses import replace
import json
from typing import Final

import pytest

from custom_components.solar_monitor.logic.shedding import Config, Happening, Memory
from custom_components.solar_monitor.logic.shedding.lack import Lack
from tests.unit.shedding.scene import ARMED, DARK, START, Powers, Scene, ready, shed

MINUTE: Final = 60.0
HOUR: Final = 3_600.0
HELD: Final = ["None: power_unknown"]
NO_BATTERY: Final[Powers] = {"pv_power": 0.0, "battery_power": None}
NO_SUN: Final[Powers] = {"pv_power": None, "battery_power": 400.0}
KNOWN: Final[Powers] = {"pv_power": 0.0, "battery_power": 400.0}


def blind(powers: Powers = NO_SUN, soc: float = 38.0) -> Scene:
    """Give a house at a low charge of which a power has just become unknown."""
    scene = ready("a", "b", soc=80.0, **powers)
    scene.run(5 * MINUTE)
    scene.set(soc=soc)
    scene.run()
    return scene


def is_missed(scene: Scene) -> bool:
    """Tell whether a power has been unknown for so long that somebody must be told."""
    return scene.decision.lacks_power


@pytest.mark.parametrize("powers", [NO_SUN, NO_BATTERY])
def test_unknown_powers_are_told_of_after_three_minutes_and_somebody_after_fifteen(
    powers: Powers,
) -> None:
    scene = blind(powers)
    scene.run(2.5 * MINUTE)
    assert scene.told(Happening.HELD) == []
    scene.run(MINUTE)
    assert scene.told(Happening.HELD) == HELD
    assert scene.status == "holding: power_unknown"
    scene.run(11 * MINUTE)
    assert not is_missed(scene)
    scene.run(MINUTE)
    assert is_missed(scene)
    assert not scene.decision.stale
    scene.run(5 * HOUR)
    assert scene.told(Happening.HELD) == HELD
    assert scene.off == []


def test_a_critical_charge_whose_battery_power_is_unknown_is_told_of() -> None:
    scene = blind(NO_BATTERY, soc=8.0)
    scene.run(HOUR)
    assert is_missed(scene)
    assert scene.off == []
    scene.run(2 * MINUTE, **KNOWN)
    assert scene.off == ["a", "b"]
    assert not is_missed(scene)


def test_a_critical_charge_is_acted_on_without_the_power_of_the_sun() -> None:
    scene = blind(NO_SUN, soc=8.0)
    scene.run(MINUTE)
    assert scene.off == ["a", "b"]
    assert scene.told(Happening.HELD) == []
    scene.run(HOUR)
    assert scene.status == "shed: critical"
    assert not is_missed(scene)


def test_without_a_grid_the_battery_power_is_needed_from_the_level_there_on() -> None:
    scene = ready("a", soc=44.0, battery_power=None)
    scene.run(30 * MINUTE)
    assert not is_missed(scene)
    scene.run(30 * MINUTE, **DARK)
    assert is_missed(scene)
    assert scene.status == "holding: power_unknown"


def test_a_battery_that_was_known_a_moment_ago_is_missed_without_a_grid() -> None:
    scene = ready("a", soc=44.0, **DARK)
    scene.run(battery_power=300.0)
    scene.run(battery_power=None)
    assert scene.status == "holding: power_unknown"


def test_what_is_known_again_ends_it_and_is_told_of_anew() -> None:
    scene = blind()
    scene.run(20 * MINUTE)
    scene.run(6 * MINUTE, **KNOWN)
    assert scene.off == ["a"]
    assert not is_missed(scene)
    scene.run(6 * MINUTE, **NO_SUN)
    scene.run(HOUR, soc=34.0)
    assert scene.off == ["a"]
    assert is_missed(scene)
    assert scene.told(Happening.HELD) == HELD * 2


def test_a_charge_that_sways_about_the_level_is_one_lack() -> None:
    scene = blind()
    for _ in range(10):
        scene.run(4 * MINUTE, soc=41.0)
        scene.run(4 * MINUTE, soc=39.0)
    assert scene.told(Happening.HELD) == HELD
    assert is_missed(scene)
    scene.run(soc=50.0)
    assert not is_missed(scene)
    assert scene.status == "normal: charged"


def test_a_high_charge_needs_no_powers() -> None:
    scene = ready("a", soc=40.0, **NO_BATTERY)
    scene.run(HOUR)
    assert not is_missed(scene)
    assert scene.told(Happening.HELD) == []


def test_where_all_is_off_that_could_go_no_power_is_needed() -> None:
    scene = shed("a", "b")
    scene.run(HOUR, **NO_BATTERY)
    assert scene.status == "shed: soc"
    assert not is_missed(scene)
    assert scene.told(Happening.HELD) == []


def test_the_next_load_needs_a_power_from_its_own_level_on() -> None:
    scene = ready("a", "b", soc=39.0)
    scene.run(MINUTE)
    assert scene.off == ["a"]
    scene.run(HOUR, **NO_SUN, soc=36.0)
    assert scene.status == "shed: soc"
    scene.run(HOUR, soc=34.0)
    assert scene.off == ["a"]
    assert scene.status == "holding: power_unknown"
    assert is_missed(scene)
    assert scene.is_active()
    scene.run(15 * MINUTE, soc=50.0)
    assert scene.off == []


@pytest.mark.parametrize("on", [False, None])
def test_loads_that_are_off_or_away_need_no_power(*, on: bool | None) -> None:
    scene = ready("a", soc=38.0, **NO_BATTERY)
    scene.turn("a", on=on)
    scene.run(HOUR)
    assert not is_missed(scene)
    assert scene.status == "holding: power_unknown"


def test_a_load_that_somebody_needs_needs_no_power() -> None:
    scene = blind(NO_BATTERY, soc=41.0)
    scene.turn("b", on=False)
    scene.wish("a")
    scene.run(HOUR, soc=38.0)
    assert not is_missed(scene)
    scene.run(2 * HOUR)
    assert is_missed(scene)


def test_a_load_that_turns_by_itself_makes_no_new_lack_each_time() -> None:
    scene = blind(NO_BATTERY)
    for _ in range(4):
        for on in (False, True):
            scene.turn("a", on=on)
            scene.turn("b", on=on)
            scene.run(5 * MINUTE)
    assert is_missed(scene)
    assert scene.told(Happening.HELD) == HELD


def test_without_loads_it_is_told_as_well() -> None:
    scene = Scene(soc=38.0, **NO_BATTERY)
    scene.run(30 * MINUTE)
    assert scene.told(Happening.HELD) == HELD
    assert is_missed(scene)


def test_while_the_grid_carries_the_house_the_sun_does_not_matter() -> None:
    scene = shed("a")
    scene.run(HOUR, pv_power=0.0, battery_power=20.0)
    assert scene.told(Happening.RESTORED) == ["a: parked"]
    scene.run(HOUR, pv_power=None)
    assert not is_missed(scene)


def test_nobody_is_told_while_disarmed() -> None:
    scene = blind()
    scene.config = replace(ARMED, armed=False)
    scene.run(HOUR)
    assert not is_missed(scene)
    assert scene.events == []
    scene.config = Config(armed=True)
    scene.run(14 * MINUTE)
    assert not is_missed(scene)


def test_a_fault_that_decides_for_now_needs_no_powers() -> None:
    scene = ready("a", soc=38.0, fault=True, **NO_BATTERY)
    scene.run(HOUR)
    assert not is_missed(scene)
    assert scene.told(Happening.HELD) == []


def test_a_silence_takes_the_place_of_unknown_powers() -> None:
    scene = blind()
    scene.run(HOUR)
    scene.sees = False
    scene.run(14 * MINUTE)
    assert is_missed(scene)
    scene.run(2 * MINUTE)
    assert scene.decision.stale
    assert not is_missed(scene)
    scene.sees = True
    scene.run(2 * MINUTE)
    assert is_missed(scene)


# Starts and clocks.


def test_a_lack_goes_on_after_a_restart_and_is_not_told_of_again() -> None:
    scene = blind()
    scene.run(10 * MINUTE)
    scene.stored = scene.stored_now
    scene.restart()
    scene.run(4 * MINUTE)
    assert not is_missed(scene)
    scene.run(2 * MINUTE)
    assert is_missed(scene)
    assert scene.told(Happening.HELD) == HELD


def test_a_clock_that_is_put_back_takes_a_lack_with_it() -> None:
    scene = blind()
    scene.run(10 * MINUTE)
    scene.now -= 24 * HOUR
    scene.run(4 * MINUTE)
    assert not is_missed(scene)
    scene.run(2 * MINUTE)
    assert is_missed(scene)


@pytest.mark.parametrize("lack", [Lack(), Lack(START), Lack(START, told=True)])
def test_a_lack_survives_as_json(lack: Lack) -> None:
    stored = json.loads(json.dumps(Memory(lack=lack).to_dict()))
    assert Memory.from_dict(stored).lack == lack


@pytest.mark.parametrize(
    "damaged", [None, 3, {}, {"since": "x", "told": True}, {"since": None, "told": 1}]
)
def test_a_damaged_lack_is_none(damaged: object) -> None:
    assert Memory.from_dict({"lack": damaged}).lack == Lack()
