"""How often a battery may be read, and what is said where it is read too rarely."""

from dataclasses import replace
from typing import Final

import pytest

from custom_components.solar_monitor.logic.shedding import Happening, Memory, Turn
from tests.unit.shedding.scene import ARMED, Scene, ready, shed

MINUTE: Final = 60.0
HOUR: Final = 3_600.0


def poll(scene: Scene, every_s: float, seconds: float) -> None:
    """Let time pass in which the inverter is asked so often; decided is every minute as well."""
    end, due = scene.now + seconds, (scene.reading.measured_at or scene.now) + every_s
    while scene.now < end:
        scene.now = min(scene.now + MINUTE, due)
        if scene.now == due:
            scene.set(measured_at=scene.now)
            due += every_s
        scene.decide()


def is_rare(scene: Scene) -> bool:
    """Tell whether the last decision says that the battery is read too rarely."""
    return scene.decision.rare_s is not None


@pytest.mark.parametrize("every_s", [10, 60, 149, 151, 160, 170, 179])
def test_a_battery_that_is_read_every_three_minutes_is_protected_by_its_levels(
    every_s: float,
) -> None:
    scene = Scene("a", "b", "c", soc=33.0)
    poll(scene, every_s, HOUR)
    assert scene.off == ["a", "b"]
    assert scene.told(Happening.SHED) == ["a: soc", "b: soc"]
    assert scene.status == "shed: soc"


@pytest.mark.parametrize("every_s", [151, 179])
def test_one_sample_without_a_power_is_waited_for(every_s: float) -> None:
    scene = Scene("a", soc=33.0, pv_power=None)
    poll(scene, every_s, every_s)
    scene.set(pv_power=0.0)
    poll(scene, every_s, 2 * every_s)
    assert scene.off == []
    poll(scene, every_s, every_s)
    assert scene.off == ["a"]


@pytest.mark.parametrize("every_s", [180, 240, 600])
def test_a_battery_that_is_read_more_rarely_sheds_nothing_and_says_how_often_it_is_read(
    every_s: float,
) -> None:
    scene = Scene("a", soc=14.0)
    poll(scene, every_s, 14 * MINUTE)
    assert not is_rare(scene)
    poll(scene, every_s, 7 * MINUTE)
    assert scene.decision.stale
    assert scene.decision.rare_s == every_s
    assert scene.status == "holding: rare"
    assert scene.told(Happening.HELD) == ["None: rare"]
    poll(scene, every_s, 20 * HOUR)
    assert scene.off == []
    assert scene.told(Happening.HELD) == ["None: rare"]


def test_a_longer_interval_is_noticed_while_load_shedding_works() -> None:
    scene = shed("a")
    poll(scene, 240, 20 * MINUTE)
    assert scene.status == "holding: rare"
    assert scene.decision.rare_s == 240
    assert scene.told(Happening.HELD) == ["None: stale"]
    assert scene.off == ["a"]
    poll(scene, 240, 2 * HOUR)
    assert scene.off == []
    assert scene.asked == ["-a", "+a"]
    assert scene.calls[-1].turn is Turn.ON


def test_a_shorter_interval_ends_it() -> None:
    scene = Scene("a", soc=14.0)
    poll(scene, 240, 30 * MINUTE)
    assert is_rare(scene)
    poll(scene, 120, 6 * MINUTE)
    assert scene.off == ["a"]
    assert not is_rare(scene)
    assert not scene.decision.stale


@pytest.mark.parametrize("silence_s", [300, 600, 1_200])
def test_one_silence_is_no_interval(silence_s: float) -> None:
    scene = ready("a")
    scene.sees = False
    scene.run(silence_s)
    scene.sees = True
    for _ in range(2):
        scene.run(30)
        assert scene.status == "holding: stale"
    scene.run(30)
    assert scene.status == "normal: charged"


def test_what_is_silent_for_good_is_not_read_rarely() -> None:
    scene = Scene("a", soc=14.0)
    poll(scene, 240, 30 * MINUTE)
    scene.sees = False
    scene.run(12 * MINUTE)
    assert scene.status == "holding: rare"
    scene.run(2 * MINUTE)
    assert scene.status == "holding: stale"
    assert scene.decision.stale
    assert not is_rare(scene)


def test_a_silence_of_a_quarter_of_an_hour_is_one_also_if_single_readings_come() -> None:
    scene = Scene("a", soc=14.0)
    poll(scene, 900, 3 * HOUR)
    assert scene.decision.stale
    assert scene.status == "holding: stale"
    assert not is_rare(scene)


def test_readings_that_come_now_fast_now_slowly_are_rare_as_long_as_three_never_come() -> None:
    scene = Scene("a", soc=14.0)
    for _ in range(10):
        poll(scene, 240, 240)
        poll(scene, 60, 60)
    assert scene.status == "holding: rare"
    assert scene.off == []


def test_after_a_start_it_is_known_how_often_the_battery_was_read_before() -> None:
    scene = Scene("a", soc=14.0)
    poll(scene, 240, HOUR)
    scene.stored = scene.stored_now
    scene.restart()
    scene.now += 10
    scene.look()
    assert scene.status == "holding: starting"
    poll(scene, 240, 6 * MINUTE)
    assert scene.decision.rare_s == 240
    assert scene.told(Happening.HELD) == ["None: rare"]
    scene.stored = scene.stored_now
    scene.restart()
    scene.sees = False
    scene.run(16 * MINUTE)
    assert scene.status == "holding: stale"
    assert not is_rare(scene)


@pytest.mark.parametrize("stored", [None, 3, {"told": 1, "rare_s": "x", "silent_since": []}])
def test_what_is_stored_of_a_silence_is_read_back_as_far_as_it_is_whole(stored: object) -> None:
    assert Memory.from_dict({"senses": stored}) == Memory()


def test_nobody_is_told_of_rare_readings_while_disarmed() -> None:
    scene = Scene("a", config=replace(ARMED, armed=False))
    poll(scene, 240, HOUR)
    assert scene.events == []
    assert not is_rare(scene)
    assert scene.status == "disarmed: disarmed"
