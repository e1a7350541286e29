import pytest

from custom_components.solar_monitor.logic.shedding import Config


def test_each_load_of_the_list_stands_a_step_lower() -> None:
    config = Config()
    assert [config.levels(place) for place in range(3)] == [(40, 50), (35, 45), (30, 40)]


def test_without_a_grid_the_staircase_is_higher_and_wider() -> None:
    config = Config()
    levels = [config.levels(place, offgrid=True) for place in range(3)]
    assert levels == [(45, 60), (40, 55), (35, 50)]


def test_no_step_leads_down_to_the_critical_level() -> None:
    config = Config()
    assert [config.levels(place).shed_below for place in range(4, 8)] == [20, 16, 16, 16]
    assert config.levels(7).restore_above == 26


@pytest.mark.parametrize("restore", [30.0, 40.0, 44.9, 45.0])
def test_the_two_levels_are_at_least_five_points_apart(restore: float) -> None:
    assert Config(restore_above=restore).levels(0) == (40, 45)


def test_no_load_waits_for_more_than_a_full_battery() -> None:
    assert Config(shed_below=97, restore_above=99).levels(0) == (97, 100)


def test_load_shedding_is_disarmed_and_the_grid_rule_off_unless_chosen() -> None:
    assert not Config().armed
    assert not Config().grid_draw


def test_the_seed_has_one_step_and_no_gap() -> None:
    seed = Config.seed()
    assert {seed.levels(place) for place in range(5)} == {(40, 40)}
    assert {seed.levels(place, offgrid=True) for place in range(5)} == {(45, 45)}
