import pytest

from custom_components.solar_monitor.logic.panels import (
    Change,
    Light,
    PanelWatch,
    Problem,
    Report,
    siblings_w,
)
from tests.unit.logic.roof import HOUR, MINUTE, NAMES, NOON, QUARTER, Roof


def test_a_day_and_a_night_of_good_panels_have_no_problem() -> None:
    roof = Roof()
    assert roof.run(600) == []
    roof.fall_dark()
    assert roof.run(840) == []
    assert roof.reporting == set(NAMES)
    roof.become_light()
    assert roof.run(600) == []
    assert roof.watch.problems == {}
    assert roof.watch.expected == set(NAMES)


def test_a_panel_that_falls_silent_is_a_problem_after_three_of_its_pauses() -> None:
    roof = Roof()
    roof.run(120)
    roof.silent = {"c"}
    last_heard = roof.reports["c"]
    changes: list[Change] = []
    while not changes:
        changes = roof.run(1)
    assert changes == [Change("c", Problem.SILENT)]
    assert roof.now - last_heard == 45 * MINUTE + MINUTE
    assert roof.watch.problems == {"c": Problem.SILENT}
    assert roof.reporting == set(NAMES) - {"c"}
    assert "c" not in roof.watch.powers(roof.now, roof.light)
    assert roof.run(600) == []


def test_it_is_no_problem_any_more_with_its_next_report() -> None:
    roof = Roof()
    roof.run(60)
    roof.silent = {"c"}
    roof.run(60)
    roof.silent = set()
    assert roof.run(1) == [Change("c", None)]
    assert "c" in roof.reporting
    assert roof.run(600) == []


def test_a_report_that_is_lost_now_and_then_is_no_problem() -> None:
    roof = Roof()
    for _ in range(20):
        assert roof.run(32) == []
        roof.silent = {"c"}
        assert roof.run(28) == []
        roof.silent = set()


def test_panels_that_report_once_an_hour_are_given_the_time_for_it() -> None:
    roof = Roof(pause_s=HOUR)
    assert not [change for change in roof.run(24 * 60) if change.problem]
    roof.silent = {"c"}
    assert roof.run(150) == []
    assert roof.run(60) == [Change("c", Problem.SILENT)]


def test_panels_that_report_often_are_missed_after_half_an_hour() -> None:
    roof = Roof(pause_s=300.0)
    roof.run(60)
    roof.silent = {"c"}
    assert roof.run(25) == []
    assert roof.run(10) == [Change("c", Problem.SILENT)]


def test_what_is_silent_stays_so_over_the_night_and_a_restart() -> None:
    roof = Roof()
    roof.run(60)
    roof.silent = {"c"}
    roof.run(60)
    roof.fall_dark()
    roof.restart()
    assert roof.run(600) == []
    assert roof.watch.problems == {"c": Problem.SILENT}
    roof.become_light()
    roof.silent = {"c"}
    assert roof.run(120) == []
    roof.silent = set()
    assert roof.run(1) == [Change("c", None)]


def test_a_panel_that_does_not_wake_up_is_missed_an_hour_after_its_siblings() -> None:
    roof = Roof()
    roof.run(60)
    roof.fall_dark()
    roof.run(900)
    roof.become_light()
    roof.silent = {"c"}
    assert roof.run(40) == []
    assert "c" in roof.reporting
    assert roof.run(10) == [Change("c", Problem.SILENT)]


def test_darkness_ends_the_time_in_which_a_panel_should_have_reported() -> None:
    roof = Roof()
    roof.run(60)
    roof.silent = {"c"}
    roof.run(40)
    roof.fall_dark()
    assert roof.run(600) == []
    assert roof.reporting == set(NAMES)
    roof.become_light()
    assert roof.run(600) == []


def test_a_gateway_without_any_panel_accuses_none_of_them() -> None:
    roof = Roof()
    roof.run(60)
    roof.silent = set(NAMES)
    assert roof.run(300) == []
    assert roof.reporting == set()
    roof.silent = {"c", *"defgh"}
    assert roof.run(300) == []


@pytest.mark.parametrize("pause_s", [300.0, QUARTER, HOUR])
def test_panels_that_report_one_after_the_other_and_are_lost_at_once_are_not_accused(
    pause_s: float,
) -> None:
    roof = Roof(pause_s=pause_s)
    for place, name in enumerate(NAMES):
        roof.reports[name] = NOON - place * pause_s / len(NAMES)
    roof.run(300)
    roof.silent = set(NAMES)
    assert not [change for change in roof.run(600) if change.problem]


def test_all_are_missed_when_the_meter_sees_what_they_make() -> None:
    roof = Roof()
    roof.run(60)
    roof.silent = set(NAMES)
    roof.producing = True
    assert {change.serial for change in roof.run(60)} == set(NAMES)


def test_after_an_outage_all_panels_have_their_time_to_report_again() -> None:
    roof = Roof()
    roof.run(60)
    roof.silent = set(NAMES)
    roof.now += 5 * HOUR
    assert roof.run(10) == []
    roof.silent = {"h"}
    assert roof.run(40) == []
    assert roof.run(10) == [Change("h", Problem.SILENT)]


def test_after_an_hour_in_which_nobody_looked_none_is_missed_at_once() -> None:
    roof = Roof()
    roof.run(60)
    roof.now += HOUR
    assert roof.look() == ()


def test_the_only_panel_is_missed_by_day() -> None:
    roof = Roof("a")
    roof.run(60)
    roof.silent = {"a"}
    assert roof.run(60) == [Change("a", Problem.SILENT)]


def test_a_panel_that_never_reported_is_missed_and_shows_nothing() -> None:
    roof = Roof()
    roof.watch.keep([*NAMES, "new"])
    assert not roof.watch.is_current("new", roof.now, roof.light)
    assert roof.run(60) == [Change("new", Problem.SILENT)]


def test_a_panel_that_the_gateway_has_only_heard_of_has_not_reported() -> None:
    roof = Roof()
    new = roof.watch.hear([Report(serial="new", reported_at=None)], roof.now, roof.light)
    assert new == frozenset()
    assert not roof.watch.is_current("new", roof.now, roof.light)


def test_an_unknown_panel_is_not_current() -> None:
    assert not PanelWatch().is_current("x", NOON, Light())


def test_a_list_without_a_panel_does_not_make_it_silent_before_its_time() -> None:
    roof = Roof()
    roof.run(60)
    roof.look(NAMES[:4])
    assert roof.reporting == set(NAMES)
    assert roof.watch.expected == set(NAMES)


def test_a_panel_that_was_taken_away_is_not_missed() -> None:
    roof = Roof()
    roof.run(60)
    roof.names = NAMES[1:]
    roof.watch.keep(roof.names)
    assert roof.run(120) == []
    assert roof.watch.expected == set(NAMES[1:])


@pytest.mark.parametrize("off_s", [-7_200.0, 7_200.0])
def test_a_gateway_with_a_wrong_clock_makes_no_panel_late(off_s: float) -> None:
    roof = Roof()
    roof.clock_off_s = off_s
    assert roof.run(300) == []
    assert roof.reporting == set(NAMES)
    roof.silent = {"c"}
    assert roof.run(60) == [Change("c", Problem.SILENT)]


def test_the_same_report_is_new_once_and_one_of_another_list_not_again() -> None:
    watch = PanelWatch()

    def hear(at: float) -> bool:
        return bool(watch.hear([Report(serial="a", reported_at=at)], NOON, Light(NOON)))

    assert [hear(NOON), hear(NOON), hear(NOON - 5), hear(NOON + 5)] == [True, False, False, True]
    # The gateway's clock was put right.
    assert hear(NOON - 2 * HOUR)


def test_the_others_median_leaves_the_panel_itself_out() -> None:
    assert siblings_w("a", {"a": 1.0, "b": 100.0, "c": 300.0, "d": 200.0}) == 200.0
    assert siblings_w("a", {"a": 1.0}) == 0.0


@pytest.mark.parametrize(
    "damage",
    [
        None,
        [],
        {"a": None},
        {"a": {"reported_at": "x", "heard_at": 1.0, "pauses": [], "problem": None}},
        {"a": {"reported_at": None, "heard_at": None, "pauses": [], "problem": None}},
        {"a": {"reported_at": None, "heard_at": 1.0, "pauses": 5, "problem": None}},
    ],
)
def test_a_damaged_memory_is_a_start_without_one(damage: object) -> None:
    assert PanelWatch(damage).expected == frozenset()


def test_strange_pauses_and_problems_in_the_memory_are_left_out() -> None:
    stored = {"reported_at": NOON, "heard_at": NOON, "pauses": [1.0, "x", 1e9], "problem": "odd"}
    watch = PanelWatch({"a": stored})
    assert watch.problems == {}
    assert watch.to_dict()["a"]["pauses"] == []


def test_the_time_of_the_last_report_is_the_gateways() -> None:
    roof = Roof()
    roof.clock_off_s = -7_200.0
    roof.look()
    assert roof.watch.reported_at("a") == roof.reports["a"] - 7_200.0
    assert roof.watch.reported_at("unknown") is None
