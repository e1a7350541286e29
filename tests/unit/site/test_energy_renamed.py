"""What the Energy dashboard has by old names, or twice, is put right; nothing is lost by it."""

import pytest

from custom_components.solar_monitor.logic.energy_dashboard import (
    Choice,
    EnergySource,
    Kind,
    Survey,
    counters_of,
    lacking,
    merged,
)
from tests.unit.site.energy import (
    DEYE_BATTERY,
    DEYE_GRID,
    DEYE_SUN,
    ENVOY_SUN,
    EXPORT,
    GAS,
    HALF,
    IMPORT,
    METER,
    OFFER,
    OLD_GRID,
    OLD_SUN,
    OURS,
    ROOF,
    SUN,
    best,
    only,
    ours_of,
    survey,
)


def test_what_was_renamed_is_put_right_where_it_stands_and_nothing_else_of_it_changes() -> None:
    seen = survey(GAS, OLD_GRID, METER, OLD_SUN)
    assert lacking(seen, only(Kind.SOLAR), {})
    assert seen.present(Kind.SOLAR).choices == (Choice.RENAME, Choice.LEAVE)
    assert seen.present(Kind.GRID).choices == (Choice.RENAME, Choice.LEAVE)
    result = merged(seen, OFFER, dict.fromkeys((Kind.SOLAR, Kind.GRID), Choice.RENAME))
    assert result == (
        GAS,
        OLD_GRID | {"stat_energy_from": IMPORT, "stat_energy_to": EXPORT},
        METER,
        OLD_SUN | {"stat_energy_from": SUN, "stat_rate": "sensor.site_pv_power"},
    )
    assert survey(*result).present(Kind.SOLAR).choices == ()
    assert not lacking(survey(*result), only(Kind.SOLAR), {})


def test_a_power_that_alone_was_renamed_is_put_right() -> None:
    seen = survey(OLD_SUN | {"stat_energy_from": SUN})
    assert best(seen, only(Kind.SOLAR)) == {Kind.SOLAR: Choice.RENAME}
    (made,) = merged(seen, OFFER, {Kind.SOLAR: Choice.RENAME})
    assert made["stat_rate"] == "sensor.site_pv_power"


def test_the_site_by_an_old_name_is_never_put_there_a_second_time() -> None:
    for choice in (Choice.ADD, Choice.BESIDE, Choice.LEAVE):
        seen = survey(OLD_SUN, ROOF)
        assert merged(seen, OFFER, {Kind.SOLAR: choice}) == seen.sources


def test_the_counter_of_a_source_by_an_old_name_stays_where_those_of_sources_are_right() -> None:
    seen = survey(DEYE_SUN | {"stat_energy_from": "sensor.old_deye"}, ENVOY_SUN)
    assert lacking(seen, only(Kind.SOLAR), {})
    assert seen.present(Kind.SOLAR).choices == (Choice.RENAME, Choice.LEAVE, Choice.REPLACE)
    assert merged(seen, OFFER, {Kind.SOLAR: Choice.RENAME}) == (DEYE_SUN, ENVOY_SUN)


def test_an_old_name_next_to_the_new_one_is_taken_out() -> None:
    old = DEYE_SUN | {"stat_energy_from": "sensor.old_deye"}
    seen = survey(old, DEYE_SUN, ENVOY_SUN)
    assert merged(seen, OFFER, {Kind.SOLAR: Choice.RENAME}) == (DEYE_SUN, ENVOY_SUN)
    both = survey(OLD_SUN, ours_of(Kind.SOLAR))
    assert both.present(Kind.SOLAR).choices == (Choice.REPLACE, Choice.LEAVE)
    made = ours_of(Kind.SOLAR, config_entry_solar_forecast=["f"])
    assert merged(both, OFFER, {Kind.SOLAR: Choice.REPLACE}) == (made,)


def test_what_is_half_counted_by_an_old_name_is_put_right_unless_the_new_one_is_there() -> None:
    half = HALF | {"stat_energy_from": "sensor.old_deye_import"}
    assert best(survey(half), only(Kind.GRID)) == {Kind.GRID: Choice.RENAME}
    assert merged(survey(half), OFFER, {Kind.GRID: Choice.RENAME}) == (HALF,)
    seen = survey(half, DEYE_GRID)
    assert seen.present(Kind.GRID).choices == (Choice.LEAVE,)
    assert not lacking(seen, only(Kind.GRID), {})
    sold = ours_of(Kind.GRID, stat_energy_from="sensor.old_import", stat_energy_to="sensor.meter")
    twice = survey(sold, ours_of(Kind.GRID))
    assert twice.present(Kind.GRID).choices == (Choice.LEAVE,)
    for choice in Choice:
        assert merged(twice, OFFER, {Kind.GRID: choice}) == twice.sources


def test_what_is_foreign_keeps_an_old_name() -> None:
    roof = ROOF | {"stat_energy_from": "sensor.old_fronius"}
    seen = survey(roof)
    assert seen.present(Kind.SOLAR).choices == (Choice.LEAVE, Choice.BESIDE)
    assert merged(seen, OFFER, {Kind.SOLAR: Choice.RENAME}) == (roof,)


def test_a_power_that_was_renamed_and_is_used_elsewhere_is_left_out() -> None:
    shown = GAS | {"stat_rate": "sensor.site_pv_power"}
    *_, made = merged(survey(shown, OLD_SUN), OFFER, {Kind.SOLAR: Choice.RENAME})
    assert (made["stat_energy_from"], "stat_rate" in made) == (SUN, False)


def test_what_was_left_is_asked_about_again_once_it_is_renamed() -> None:
    offer = only(Kind.SOLAR)
    before = Survey(sources=(OLD_SUN,), ours=OURS | {"sensor.old_pv"}, counted={}, holds={})
    left = {Kind.SOLAR: before.present(Kind.SOLAR).state}
    assert not lacking(before, offer, left)
    assert lacking(survey(OLD_SUN), offer, left)
    assert not lacking(
        survey(OLD_SUN), offer, {Kind.SOLAR: survey(OLD_SUN).present(Kind.SOLAR).state}
    )


@pytest.mark.parametrize(
    ("kind", "next_to_it"),
    [(Kind.SOLAR, DEYE_SUN), (Kind.GRID, DEYE_GRID), (Kind.BATTERY, DEYE_BATTERY)],
)
def test_the_site_and_one_of_its_sources_count_twice_and_one_is_taken_out(
    kind: Kind, next_to_it: EnergySource
) -> None:
    ours = ours_of(kind, name="mine")
    for sources in ((ours, next_to_it), (next_to_it, ours)):
        seen = survey(*sources)
        assert lacking(seen, only(kind), {})
        assert seen.present(kind).choices == (Choice.REPLACE, Choice.LEAVE)
        assert merged(seen, OFFER, {kind: Choice.REPLACE}) == (ours,)


def test_two_counters_of_the_site_count_twice_and_one_is_made_of_them() -> None:
    today = {"type": "solar", "stat_energy_from": "sensor.site_today"}
    seen = survey(today, ours_of(Kind.SOLAR, config_entry_solar_forecast=["f"]))
    assert lacking(seen, only(Kind.SOLAR), {})
    assert merged(seen, OFFER, {Kind.SOLAR: Choice.REPLACE}) == (
        ours_of(Kind.SOLAR, config_entry_solar_forecast=["f"]),
    )


def test_ways_that_are_counted_once_each_are_right_and_none_is_lost() -> None:
    bought = OLD_GRID | {"stat_energy_from": IMPORT, "stat_energy_to": None}
    sold = DEYE_GRID | {"stat_energy_from": None}
    seen = survey(bought, sold)
    assert not lacking(seen, only(Kind.GRID), {})
    assert seen.present(Kind.GRID).choices == (Choice.LEAVE, Choice.REPLACE)
    (made,) = merged(seen, OFFER, {Kind.GRID: Choice.REPLACE})
    assert counters_of(made) == (IMPORT, EXPORT)
    assert (made["number_energy_price"], made["name"]) == (0.31, "Street")
    twice = survey(bought, DEYE_GRID)
    assert best(twice, only(Kind.GRID)) == {Kind.GRID: Choice.REPLACE}
    assert [counters_of(each) for each in merged(twice, OFFER, best(twice, only(Kind.GRID)))] == [
        (IMPORT, EXPORT)
    ]


def test_what_counts_twice_in_one_with_something_else_is_told_and_left_to_a_person() -> None:
    seen = survey(ours_of(Kind.GRID), HALF)
    assert lacking(seen, only(Kind.GRID), {})
    assert seen.present(Kind.GRID).choices == (Choice.LEAVE,)
    other = ours_of(Kind.GRID, stat_energy_to="sensor.meter_export")
    result = merged(survey(other, DEYE_GRID), OFFER, {Kind.GRID: Choice.REPLACE})
    assert result == (other,)
