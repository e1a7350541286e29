"""Each status and each reason, as they are shown."""

from custom_components.solar_monitor.logic.shedding import (
    Cause,
    Config,
    Memory,
    Reading,
    Reason,
    decide,
)
from tests.unit.shedding.scene import DARK, START, Scene, ready


def test_the_first_decision_of_all_is_to_do_nothing() -> None:
    decision = decide(Config(), Memory(), Reading(), (), START)
    assert decision.call is None
    assert not decision.active
    assert (decision.status, decision.reason) == ("disarmed", "disarmed")


def test_a_full_battery_is_normal() -> None:
    scene = ready("a")
    scene.run()
    assert scene.status == "normal: charged"


def test_a_low_charge_that_the_sun_or_the_grid_carries_is_normal() -> None:
    scene = ready("a", pv_power=800.0)
    scene.run(600)
    scene.run(soc=39.0)
    assert scene.status == "normal: surplus"
    scene = ready("a", battery_power=300.0)
    scene.run(60, **DARK)
    scene.run(soc=43.0)
    assert scene.status == "normal: surplus"
    scene.run(soc=45.0)
    assert scene.status == "normal: charged"


def test_the_level_without_a_grid_does_not_count_with_one() -> None:
    scene = ready("a", soc=43.0)
    scene.run()
    assert scene.status == "normal: charged"


def test_a_low_charge_with_nothing_left_to_shed_is_normal() -> None:
    scene = ready("a", soc=39.0)
    scene.turn("a", on=False)
    scene.run()
    assert scene.status == "normal: nothing_left"


def test_unknown_powers_at_a_low_charge_are_no_good_news() -> None:
    scene = Scene("a", soc=30.0, pv_power=None)
    scene.run(600)
    assert scene.status == "holding: power_unknown"
    scene.run(soc=80.0)
    assert scene.status == "normal: charged"


def test_the_worst_cause_is_shown() -> None:
    scene = ready("a", "b", soc=39.0)
    scene.run(60)
    assert scene.status == "shed: soc"
    scene.run(60, soc=14.0)
    assert scene.status == "shed: critical"
    assert {hold.cause for hold in scene.memory.holds.values()} == {Cause.SOC, Cause.CRITICAL}


def test_readings_that_end_matter_more_than_what_turns_off() -> None:
    scene = ready("a", soc=39.0)
    scene.set(measured_at=scene.now + 1)
    scene.now += 171
    assert scene.look().call is not None
    assert scene.status == "shedding: soc"
    scene.now += 10
    assert scene.look().call is None
    assert scene.status == "holding: stale"


def test_a_start_comes_before_what_was_being_turned_off() -> None:
    scene = ready("a", soc=39.0)
    scene.now += 1
    scene.set(measured_at=scene.now)
    assert scene.look().call is not None
    scene.restart()
    scene.look()
    assert scene.status == "holding: starting"


def test_a_call_to_turn_on_is_shown_while_it_lasts() -> None:
    scene = ready("a", soc=39.0)
    scene.run(700)
    scene.now += 30
    scene.set(measured_at=scene.now, soc=50.0)
    decision = scene.look()
    assert decision.call is not None
    assert scene.status == "restoring: recharged"
    scene.wish("a")
    assert scene.decision.reason is Reason.RELEASED


def test_a_wish_is_fulfilled_even_before_there_are_readings() -> None:
    scene = ready("a", soc=39.0)
    scene.run(60)
    scene.restart()
    scene.look()
    assert scene.status == "holding: starting"
    scene.wish("a")
    assert scene.off == []
