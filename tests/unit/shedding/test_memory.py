"""What survives a restart, a damaged store and a clock that is put right."""

from dataclasses import replace
import json
from typing import Final

import pytest

from custom_components.solar_monitor.logic.shedding import Happening, Memory
from custom_components.solar_monitor.logic.shedding.memory import Parked
from tests.unit.shedding.scene import ARMED, DARK, START, Manner, Scene, ready

HOUR: Final = 3_600.0
HOLD: Final = {
    "cause": "soc",
    "phase": "off",
    "at": START,
    "mode": None,
    "rebooted": False,
    "give": None,
    "heard": False,
}
NOTE: Final = {"on": False, "changed_at": START, "released_until": None, "failed_at": None}


def test_an_empty_memory_is_the_first_start() -> None:
    assert Memory.from_dict(Memory().to_dict()) == Memory()


@pytest.mark.parametrize("damaged", [None, 3, "x", [], {}, {"holds": 3, "notes": [], "at": "x"}])
def test_a_damaged_memory_is_the_first_start(damaged: object) -> None:
    assert Memory.from_dict(damaged) == Memory()


@pytest.mark.parametrize(
    "damage",
    [
        {"cause": "bored"},
        {"phase": "gone"},
        {"at": None},
        {"at": "x"},
        {"mode": 5},
        {"rebooted": 1},
        {"give": "away"},
        {"give": 1},
    ],
)
def test_a_damaged_hold_is_left_out_and_the_others_stay(damage: dict[str, object]) -> None:
    stored = {"holds": {"a": HOLD | damage, "b": HOLD, "c": None}, "notes": {"a": NOTE}}
    memory = Memory.from_dict(json.loads(json.dumps(stored)))
    assert memory.owned == {"b"}
    assert memory.holds["b"].to_dict() == HOLD
    assert memory.notes["a"].to_dict() == NOTE


def test_a_hold_of_before_is_read_as_well() -> None:
    before = {name: value for name, value in HOLD.items() if name != "heard"}
    assert Memory.from_dict({"holds": {"a": before}}).holds["a"].to_dict() == HOLD


def test_a_load_of_which_only_the_hold_is_left_can_be_asked_for() -> None:
    scene = Scene("a")
    scene.memory = Memory.from_dict({"at": START, "holds": {"a": HOLD}})
    scene.turn("a", on=None)
    scene.wish("a")
    scene.turn("a", on=False)
    scene.run(60)
    assert scene.off == []
    assert scene.told(Happening.RESTORED) == ["a: released"]


@pytest.mark.parametrize("note", [None, {}, {"on": None}, {"on": 1}])
def test_a_damaged_note_is_left_out(note: object) -> None:
    assert Memory.from_dict({"notes": {"a": note, "b": NOTE}}).notes.keys() == {"b"}


def test_a_stamp_that_is_none_is_unknown() -> None:
    note = Memory.from_dict({"notes": {"a": NOTE | {"changed_at": "x"}}}).notes["a"]
    assert note.changed_at is None


@pytest.mark.parametrize(
    "damaged",
    [
        None,
        {"wait_s": 1, "load": None, "at": 0.0, "calm": False},
        {"wait_s": 1e9, "load": None, "at": 0.0, "calm": False},
        {"wait_s": 1_800, "load": 3, "at": 0.0, "calm": False},
        {"wait_s": 1_800, "load": "a", "at": None, "calm": False},
        {"wait_s": 1_800, "load": "a", "at": 0.0, "calm": 1},
    ],
)
def test_a_damaged_wait_is_the_short_one(damaged: object) -> None:
    assert Memory.from_dict({"parked": damaged}).parked == Parked()


@pytest.mark.parametrize("damaged", [None, {"dark_s": -1}, {"dark_s": "x", "lost": True}])
def test_a_damaged_grid_is_an_unknown_one(damaged: object) -> None:
    assert Memory.from_dict({"grid": damaged}).grid == Memory().grid


def test_a_grid_of_which_only_the_time_is_known_is_an_unknown_one() -> None:
    grid = Memory.from_dict({"grid": {"dark_s": 5.0, "lost": "x"}}).grid
    assert (grid.lost, grid.dark_s) == (None, 5.0)


# Restarts.


def test_a_shed_load_is_given_back_after_a_restart() -> None:
    scene = ready("a", soc=39.0)
    scene.run(60)
    scene.restart()
    scene.now += 8 * HOUR
    scene.run(60, soc=60.0)
    assert scene.off == ["a"]
    scene.run(60)
    assert scene.off == []


def test_a_load_that_is_not_there_yet_after_a_restart_is_waited_for() -> None:
    scene = ready("a", soc=39.0)
    scene.run(60)
    scene.restart()
    scene.turn("a", on=None)
    scene.run(900, soc=60.0)
    scene.turn("a", on=False)
    scene.run()
    assert scene.off == []


def test_a_load_that_is_on_after_a_restart_is_shed_again_once() -> None:
    scene = ready("a", soc=39.0)
    scene.run(60)
    scene.turn("a", on=True)
    scene.restart()
    scene.run(90)
    assert scene.off == ["a"]


def test_a_restart_between_storing_and_calling_sheds_anew() -> None:
    scene = ready("a", soc=39.0)
    scene.now += 30
    scene.set(measured_at=scene.now)
    assert scene.look().call is not None
    scene.restart()
    scene.run(90)
    assert scene.memory.owned == {"a"}
    assert scene.asked == []
    scene.run(60)
    assert scene.asked == ["-a"]


def test_a_restart_between_call_and_effect_knows_whose_it_was() -> None:
    scene = ready("a", soc=39.0)
    scene.now += 30
    scene.set(measured_at=scene.now)
    call = scene.look().call
    assert call is not None
    scene.carry_out(call)
    scene.restart()
    scene.run()
    assert scene.shed == ["a"]
    assert scene.told(Happening.SHED) == ["a: soc"]


@pytest.mark.parametrize("obeyed", [False, True])
def test_a_restart_while_a_load_is_given_back_gives_it_back(*, obeyed: bool) -> None:
    scene = ready("a", soc=39.0)
    scene.run(700)
    scene.now += 30
    scene.set(measured_at=scene.now, soc=60.0)
    call = scene.look().call
    assert call is not None
    if obeyed:
        scene.carry_out(call)
    scene.restart()
    scene.run(120)
    assert scene.off == []
    assert scene.told(Happening.RESTORED) == ["a: recharged"]
    assert scene.told(Happening.SHED) == ["a: soc"]


def test_another_load_that_has_to_go_makes_no_wait_longer() -> None:
    parked = Parked().begun("a", START)
    assert parked.shed("b", START + 60) == parked
    assert parked.shed("a", START + 60).wait_s == 2 * parked.wait_s
    assert parked.shed("a", START + HOUR) == parked


def test_the_longest_wait_of_a_parked_battery_can_be_read_back() -> None:
    longest = Parked(4 * HOUR, "a", START, calm=True)
    assert Memory.from_dict({"parked": longest.to_dict()}).parked == longest


def test_what_was_to_be_given_back_before_a_restart_may_be_held_after_it() -> None:
    scene = ready("a", "b", soc=34.0)
    scene.run(800)
    scene.now += 30
    scene.set(measured_at=scene.now, soc=45.0)
    assert scene.look().call is not None
    scene.restart()
    scene.run(300, soc=44.0)
    assert scene.memory.holds["b"].give is None
    assert scene.off == ["a", "b"]


def test_dwell_and_what_people_decided_survive_a_restart() -> None:
    scene = ready("a", "b", soc=20.0)
    scene.run(900)
    scene.turn("a", on=True)
    scene.run()
    scene.restart()
    scene.run(6_900)
    assert scene.off == ["b"]
    assert scene.released == ["a"]
    scene.run(1_200)
    assert scene.off == ["a", "b"]


def test_the_long_wait_of_a_parked_battery_survives_a_restart() -> None:
    scene = ready("a", soc=25.0)
    scene.run(1_800)
    scene.set(battery_power=1.0)
    while scene.off:
        scene.run()
    scene.run(960, battery_power=60.0)
    assert scene.off == ["a"]
    scene.set(battery_power=1.0)
    scene.restart()
    scene.run(HOUR - 60)
    assert scene.off == ["a"]
    scene.run(300)
    assert scene.off == []


# The clock.


@pytest.mark.parametrize("back_s", [61.0, HOUR, 24 * HOUR, 365 * 24 * HOUR])
def test_a_clock_that_is_set_back_leaves_ten_minutes_ten_minutes(back_s: float) -> None:
    scene = ready("a", soc=39.0)
    scene.run(300)
    scene.now -= back_s
    scene.look()
    scene.run(270, soc=60.0)
    assert scene.off == ["a"]
    scene.run(90)
    assert scene.off == []


def test_a_clock_that_goes_back_a_little_stands_still() -> None:
    scene = ready("a")
    heard = scene.memory.senses.count
    scene.now -= 60
    scene.look()
    assert scene.memory.senses.count == heard
    assert scene.memory.at == scene.now + 60


def test_all_that_was_noted_moves_with_the_clock() -> None:
    scene = ready("a", "b", "c", soc=20.0, **DARK)
    scene.manner["b"] = Manner.REFUSES
    scene.run(900, fault=True)
    scene.turn("a", on=True)
    scene.run(60)
    parked = Parked().begun("a", scene.now - 100)
    scene.memory = replace(scene.memory, fault_until=scene.now + 300, parked=parked)
    before = scene.memory
    scene.now -= 1_000
    decision = scene.look()
    assert decision.released == ("a",)
    after = scene.memory
    for name, note in before.notes.items():
        for stamp in ("changed_at", "released_until", "failed_at"):
            old, new = getattr(note, stamp), getattr(after.notes[name], stamp)
            assert new == (old and old - 1_000)
    for name, hold in before.holds.items():
        assert after.holds[name].at == hold.at - 1_000
    assert before.acted_at is not None
    assert before.fault_until is not None
    assert after.acted_at == before.acted_at - 1_000
    assert after.fault_until == before.fault_until - 1_000
    assert after.parked.at == parked.at - 1_000


def test_a_call_that_is_under_way_is_waited_for_as_long_after_a_step_back() -> None:
    scene = ready("a", soc=39.0)
    scene.now += 30
    scene.set(measured_at=scene.now)
    assert scene.look().call is not None
    scene.now -= HOUR
    assert scene.look().again_at == scene.now + 25


def test_a_retry_moves_with_the_clock() -> None:
    scene = ready("a", soc=39.0)
    scene.run(60)
    scene.manner["a"] = Manner.REFUSES
    scene.wish("a")
    scene.now -= HOUR
    assert scene.look().again_at == scene.now + 5


def test_after_a_leap_forward_readings_are_heard_anew() -> None:
    scene = ready("a", soc=39.0)
    scene.now += 3 * HOUR
    scene.run(60)
    assert scene.off == []
    assert scene.status == "holding: starting"
    scene.run(30)
    assert scene.off == ["a"]


@pytest.mark.parametrize(("pause_s", "status"), [(900, "stale"), (901, "starting")])
def test_a_quarter_of_an_hour_without_a_decision_is_no_start(pause_s: float, status: str) -> None:
    scene = ready("a")
    scene.now += pause_s
    scene.look()
    assert scene.status == f"holding: {status}"


@pytest.mark.parametrize("happens", ["leap", "start"])
def test_a_load_that_obeys_late_is_ours_after_a_leap_forward_and_a_start(happens: str) -> None:
    scene = ready("a", soc=39.0)
    scene.manner["a"] = Manner.REFUSES
    scene.run(90)
    assert scene.failed == ["a"]
    if happens == "leap":
        scene.now += HOUR
    else:
        scene.restart()
    scene.run(90)
    scene.manner["a"] = Manner.OBEYS
    scene.turn("a", on=False)
    scene.look()
    assert scene.shed == ["a"]
    scene.run(1_200, soc=60.0)
    assert scene.off == []


def test_a_leap_forward_gives_nothing_back() -> None:
    scene = ready("a", soc=39.0)
    scene.run(60)
    scene.sees = False
    scene.now += 3 * HOUR
    scene.run(60)
    assert scene.off == ["a"]


def test_another_config_is_taken_at_once() -> None:
    scene = ready("a", soc=39.0)
    scene.run(60)
    scene.run(1_200, soc=45.0)
    assert scene.off == ["a"]
    scene.config = replace(ARMED, shed_below=30.0, restore_above=45.0)
    scene.run()
    assert scene.off == []


def test_the_json_has_no_more_than_plain_values() -> None:
    scene = Scene("a", "b", soc=20.0)
    scene.run(600)
    text = json.dumps(scene.memory.to_dict(), allow_nan=False)
    assert Memory.from_dict(json.loads(text)).to_dict() == json.loads(text)
