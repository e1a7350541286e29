"""Armed without loads: only told, for people's own automations."""

from dataclasses import replace
import json

from custom_components.solar_monitor.logic.shedding import Happening, Load, Status
from tests.unit.shedding.scene import ARMED, Scene, ready


def test_a_low_charge_is_shown_without_a_call() -> None:
    scene = ready(soc=39.0)
    scene.run()
    assert scene.calls == []
    assert scene.is_active()
    assert scene.shed == []
    assert scene.status == "shed: soc"
    assert scene.told(Happening.SHED) == ["None: soc"]


def test_it_is_over_at_the_upper_level_and_not_before_ten_minutes() -> None:
    scene = ready(soc=39.0)
    scene.run()
    scene.run(570, soc=60.0)
    assert scene.is_active()
    assert scene.status == "restoring: recharged"
    scene.run(30)
    assert not scene.is_active()
    assert scene.decision.status is Status.NORMAL
    assert scene.told(Happening.RESTORED) == ["None: recharged"]
    scene.run(600, soc=39.0)
    assert not scene.is_active()
    scene.run(300)
    assert scene.is_active()


def test_what_is_observed_survives_a_restart_and_ends_with_disarming() -> None:
    scene = ready(soc=39.0)
    scene.run(90)
    scene.restart()
    scene.run(90)
    assert scene.is_active()
    scene.config = replace(ARMED, armed=False)
    scene.run()
    assert not scene.is_active()
    assert scene.status == "disarmed: disarmed"


def test_loads_that_are_chosen_meanwhile_take_over() -> None:
    scene = ready(soc=39.0)
    scene.run()
    scene.loads = {"a": Load(id="a", on=True)}
    scene.manner = Scene("a").manner
    scene.run(90)
    assert scene.asked == ["-a"]
    assert scene.memory.owned == {"a"}
    assert scene.told(Happening.FAILED) == []


def test_loads_that_are_taken_out_meanwhile_are_given_back() -> None:
    scene = ready("a", soc=39.0)
    scene.run()
    scene.loads["a"] = replace(scene.loads["a"], member=False)
    scene.run(150)
    assert scene.off == []
    assert scene.is_active()
    assert scene.memory.holds.keys() == {""}
    assert json.loads(scene.stored)["holds"].keys() == {""}
