"""How the Energy dashboard comes to count a site: nothing twice, nothing foreign touched."""

import pytest

from custom_components.solar_monitor.logic.energy_dashboard import (
    Choice,
    EnergySource,
    Kind,
    counters_of,
    kind_of,
    lacking,
    merged,
)
from tests.unit.site.energy import (
    DEYE_BATTERY,
    DEYE_GRID,
    DEYE_SUN,
    ENVOY_SUN,
    GAS,
    HALF,
    METER,
    OFFER,
    ROOF,
    SUN,
    best,
    survey,
)


def test_an_empty_dashboard_lacks_the_site_and_gets_all_of_it() -> None:
    seen = survey()
    assert lacking(seen, OFFER, {})
    assert best(seen) == dict.fromkeys(Kind, Choice.ADD)
    assert merged(seen, OFFER, best(seen)) == (
        {"type": "solar", **OFFER[Kind.SOLAR], "config_entry_solar_forecast": None},
        {
            "type": "grid",
            **OFFER[Kind.GRID],
            "stat_cost": None,
            "entity_energy_price": None,
            "number_energy_price": None,
            "stat_compensation": None,
            "entity_energy_price_export": None,
            "number_energy_price_export": None,
            "cost_adjustment_day": 0.0,
        },
        {"type": "battery", **OFFER[Kind.BATTERY]},
    )


def test_a_site_that_has_nothing_is_not_lacked() -> None:
    assert not lacking(survey(), {}, {})
    assert merged(survey(GAS), {}, dict.fromkeys(Kind, Choice.ADD)) == (GAS,)


def test_a_dashboard_that_uses_the_site_lacks_nothing_and_nothing_is_to_decide() -> None:
    seen = survey(*merged(survey(), OFFER, best(survey())))
    assert not lacking(seen, OFFER, {})
    assert best(seen) == {}


def test_a_counter_of_the_day_counts_as_used() -> None:
    seen = survey({"type": "solar", "stat_energy_from": "sensor.site_today"})
    assert not lacking(seen, {Kind.SOLAR: OFFER[Kind.SOLAR]}, {})


def test_the_counters_of_all_sources_are_as_good_as_that_of_the_site() -> None:
    seen = survey(DEYE_SUN, ENVOY_SUN, DEYE_GRID, DEYE_BATTERY)
    assert not lacking(seen, OFFER, {})
    assert best(seen) == dict.fromkeys(Kind, Choice.LEAVE)
    assert merged(seen, OFFER, best(seen)) == seen.sources


def test_the_counter_of_one_source_of_two_lacks_the_other_and_is_replaced() -> None:
    seen = survey(GAS, DEYE_SUN, DEYE_GRID, DEYE_BATTERY)
    assert lacking(seen, OFFER, {})
    assert best(seen)[Kind.SOLAR] is Choice.REPLACE
    result = merged(seen, OFFER, best(seen))
    assert [counters_of(each) for each in result] == [
        ("sensor.gas",),
        (SUN,),
        ("sensor.deye_import", "sensor.deye_export"),
        ("sensor.deye_out", "sensor.deye_into"),
    ]


def test_what_no_counter_tells_is_never_covered_by_counters() -> None:
    seen = survey(DEYE_BATTERY, holds={Kind.BATTERY: frozenset({"deye", "estimate/"})})
    assert lacking(seen, {Kind.BATTERY: OFFER[Kind.BATTERY]}, {})


def test_a_source_next_to_the_site_counts_twice_and_is_taken_out() -> None:
    ours = {"type": "solar", **OFFER[Kind.SOLAR]}
    seen = survey(ours, DEYE_SUN)
    offer = {Kind.SOLAR: OFFER[Kind.SOLAR]}
    assert lacking(seen, offer, {})
    assert best(seen, offer) == {Kind.SOLAR: Choice.REPLACE}
    assert merged(seen, offer, best(seen, offer)) == (ours,)
    assert merged(seen, offer, {Kind.SOLAR: Choice.LEAVE}) == seen.sources


def test_foreign_sources_may_be_right_so_they_are_left_as_they_are() -> None:
    seen = survey(METER, ROOF)
    offer = {kind: OFFER[kind] for kind in (Kind.SOLAR, Kind.GRID)}
    assert lacking(seen, offer, {})  # nothing of the site is used at all
    assert best(seen, offer) == dict.fromkeys(offer, Choice.LEAVE)
    assert merged(seen, offer, best(seen, offer)) == seen.sources
    used = survey(METER, {"type": "solar", **OFFER[Kind.SOLAR]})
    assert not lacking(used, offer, {})


def test_the_user_may_say_that_a_foreign_source_measures_something_else() -> None:
    offer = {Kind.SOLAR: OFFER[Kind.SOLAR]}
    result = merged(survey(ROOF), offer, {Kind.SOLAR: Choice.BESIDE})
    assert result[0] is ROOF
    assert [counters_of(each) for each in result[1:]] == [(SUN,)]


def test_a_source_that_is_half_counted_is_for_a_person_to_take_apart() -> None:
    seen = survey(HALF, DEYE_GRID)
    assert seen.present(Kind.GRID).choices == (Choice.LEAVE,)
    offer = {Kind.GRID: OFFER[Kind.GRID]}
    assert not lacking(seen, offer, {})
    for choice in Choice:
        assert merged(seen, offer, {Kind.GRID: choice}) == seen.sources


def test_what_was_left_is_not_asked_for_again_until_it_changes() -> None:
    offer = {Kind.GRID: OFFER[Kind.GRID]}
    assert not lacking(survey(METER), offer, {Kind.GRID: ["utility:import"]})
    assert lacking(survey(), offer, {Kind.GRID: ["utility:import"]})
    assert not lacking(survey(), offer, {Kind.GRID: []})


def test_the_tariff_of_a_connection_stays_when_its_counters_are_replaced() -> None:
    first = DEYE_GRID | {
        "stat_energy_to": None,
        "number_energy_price": 0.31,
        "name": "Street",
        "cost_adjustment_day": 2.5,
    }
    second = {
        "type": "grid",
        "stat_energy_from": None,
        "stat_energy_to": "sensor.deye_export",
        "entity_energy_price_export": "sensor.price",
        "number_energy_price": None,
        "cost_adjustment_day": 0.0,
    }
    (made,) = merged(survey(first, second), OFFER, {Kind.GRID: Choice.REPLACE})
    assert made == {
        "type": "grid",
        **OFFER[Kind.GRID],
        "stat_cost": None,
        "entity_energy_price": None,
        "number_energy_price": 0.31,
        "stat_compensation": None,
        "entity_energy_price_export": "sensor.price",
        "number_energy_price_export": None,
        "cost_adjustment_day": 2.5,
        "name": "Street",
    }


def test_the_forecasts_of_replaced_panels_are_joined() -> None:
    deye = DEYE_SUN | {"config_entry_solar_forecast": ["a", "b"]}
    envoy = ENVOY_SUN | {"config_entry_solar_forecast": ["b", "c"]}
    (made,) = merged(survey(deye, envoy), OFFER, {Kind.SOLAR: Choice.REPLACE})
    assert made["config_entry_solar_forecast"] == ["a", "b", "c"]


def test_a_power_that_the_dashboard_has_already_is_not_given_twice() -> None:
    shown = METER | {"stat_rate": OFFER[Kind.GRID]["stat_rate"]}
    _, made = merged(survey(shown), OFFER, {Kind.GRID: Choice.BESIDE})
    assert "stat_rate" not in made


@pytest.mark.parametrize("source", [{}, {"type": 7}, {"type": "heat"}, {"type": "gas"}])
def test_other_types_are_none_of_ours(source: EnergySource) -> None:
    assert kind_of(source) is None
