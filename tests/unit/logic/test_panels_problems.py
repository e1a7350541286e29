"""Panels that report, and have a problem all the same."""

from custom_components.solar_monitor.logic.panels import Change, Problem, Report
from tests.unit.logic.roof import HOUR, NAMES, Roof


def test_what_the_gateway_calls_a_fault_is_one_when_it_stays_for_half_an_hour_of_reports() -> None:
    roof = Roof()
    roof.run(60)
    roof.faults["b"] = True
    assert roof.run(20) == []
    roof.faults["b"] = False
    assert roof.run(60) == []
    roof.faults["b"] = True
    assert roof.run(45) == [Change("b", Problem.FAULT)]
    roof.restart()
    roof.watch.hear([Report(serial="b", reported_at=roof.now)], roof.now, roof.light)
    assert roof.watch.judge(roof.now, roof.light) == ()
    roof.faults["b"] = False
    assert roof.run(1) == [Change("b", None)]


def test_what_the_gateway_says_at_night_is_no_fault() -> None:
    roof = Roof()
    roof.run(60)
    roof.fall_dark()
    roof.faults = dict.fromkeys(NAMES, True)
    assert roof.run(600) == []


def test_a_panel_that_makes_nothing_while_the_others_do_has_a_problem() -> None:
    roof = Roof()
    roof.run(60)
    roof.powers["d"] = 0.0
    changes = roof.run(90)
    assert changes == [Change("d", Problem.NO_POWER)]
    roof.restart()
    assert roof.run(60) == []
    roof.powers["d"] = 3.0
    assert roof.run(16) == [Change("d", None)]


def test_in_weak_light_nothing_is_made_of_a_panel_that_makes_nothing() -> None:
    roof = Roof()
    roof.powers = {name: 0.0 if name == "d" else 25.0 for name in NAMES}
    assert roof.run(600) == []


def test_a_problem_of_the_evening_does_not_come_and_go_with_the_sun() -> None:
    roof = Roof()
    roof.run(60)
    roof.powers["d"] = 0.0
    roof.run(90)
    roof.fall_dark()
    assert roof.run(900) == []
    roof.become_light()
    assert roof.run(300) == []


def test_time_in_which_nobody_looked_is_no_hour_without_power() -> None:
    roof = Roof()
    roof.run(60)
    roof.powers["d"] = 0.0
    roof.run(20)
    roof.now += 5 * HOUR
    assert roof.run(1) == []
    roof.now -= HOUR  # a clock that was corrected
    assert roof.run(5) == []


def test_what_the_gateway_says_of_panels_that_it_does_not_hear_accuses_none_of_them() -> None:
    roof = Roof()
    roof.run(60)
    roof.silent = set(NAMES)
    roof.faults = dict.fromkeys(NAMES, True)
    assert [change for change in roof.run(300) if change.problem is Problem.FAULT] == []


def test_what_was_said_at_night_is_no_fault_in_the_morning() -> None:
    roof = Roof()
    roof.run(60)
    roof.fall_dark()
    roof.faults = dict.fromkeys(NAMES, True)
    roof.run(600)
    roof.become_light()
    assert roof.run(10) == []
    roof.faults = {}
    assert roof.run(300) == []
