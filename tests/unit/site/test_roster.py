"""Who is silent is missed, not forgotten."""

import json
from typing import Final

from hypothesis import given, strategies as st
import pytest

from custom_components.solar_monitor.logic.bank import Bank
from custom_components.solar_monitor.logic.contribution import Contribution, Counter, Setting
from custom_components.solar_monitor.logic.flows import (
    AcArray,
    AcBattery,
    Hybrid,
    Meter,
    PortUse,
    Reading,
)
from custom_components.solar_monitor.logic.site_totals import Flow
from custom_components.solar_monitor.site.roster import Roster

NOW: Final = 1_800_000_000.0
TOLD: Final = Reading(500.0, NOW)
ESTIMATED: Final = Reading(500.0, NOW, estimated=True)
NAME: Final = "2712345678"


def restarted(roster: Roster) -> Roster:
    """The roster after a restart."""
    return Roster(json.loads(json.dumps(roster.to_dict())))


def hybrid(
    *,
    port_use: PortUse = PortUse.MICRO_INVERTERS,
    house_wide: bool = True,
    battery: bool = True,
) -> Hybrid:
    """A hybrid inverter that tells everything."""
    return Hybrid(
        name=NAME,
        strings=TOLD,
        grid_port=TOLD,
        load_port=TOLD,
        battery=TOLD if battery else None,
        ct=TOLD,
        port=TOLD,
        port_use=port_use,
        rated_w=8_000.0,
        house_wide=house_wide,
    )


names = st.text(min_size=1, max_size=8)
counters = st.builds(
    Counter,
    kwh=st.floats(0, 1e6),
    name=names,
    estimated=st.booleans(),
    lossy=st.booleans(),
)
contributions = st.builds(
    Contribution,
    name=st.just(NAME),
    hybrids=st.builds(
        hybrid,
        port_use=st.sampled_from(PortUse),
        house_wide=st.booleans(),
        battery=st.booleans(),
    ).map(lambda each: (each,)),
    ct_fitted=st.frozensets(st.just(NAME)),
    arrays=st.lists(
        st.builds(AcArray, name=names, power=st.sampled_from((TOLD, ESTIMATED))),
        max_size=2,
        unique_by=lambda array: array.name,
    ).map(tuple),
    gateways=st.frozensets(names, max_size=2),
    notices=st.frozensets(names, max_size=2),
    told_better=st.dictionaries(names, st.frozensets(names, max_size=2), max_size=2),
    batteries=names.map(lambda name: (AcBattery(name=name, power=TOLD),)),
    banks=names.map(lambda name: (Bank(name=name, soc=TOLD, capacity_kwh=5.0, floor=10.0),)),
    meters=names.map(lambda name: (Meter(name=name, power=TOLD),)),
    homes=names.map(lambda name: (Meter(name=name, power=TOLD),)),
    counters=st.dictionaries(
        names, st.dictionaries(st.sampled_from(Flow), counters, max_size=3), max_size=2
    ),
)


@given(contributions)
def test_of_who_is_silent_everything_is_known_but_what_it_measures(told: Contribution) -> None:
    roster = Roster()
    roster.note(told)
    silent = restarted(roster).silent(NAME)
    assert silent is not None
    assert sorted(silent.parts()) == sorted(told.parts())
    assert silent.gateways == told.gateways
    assert silent.notices == told.notices
    assert silent.told_better == told.told_better
    assert silent.ct_fitted == told.ct_fitted
    for array, was in zip(silent.arrays, told.arrays, strict=True):
        assert array.power.estimated is was.power.estimated
    assert [each.port_use for each in silent.hybrids] == [each.port_use for each in told.hybrids]
    assert silent.counters.keys() == told.counters.keys()
    for part, own in told.counters.items():
        assert silent.counters[part] == {
            flow: Counter(None, counter.name, estimated=counter.estimated, lossy=counter.lossy)
            for flow, counter in own.items()
        }
    readings = [silent.hybrids[0].strings, silent.banks[0].soc]
    readings += [each.power for each in silent.arrays]
    readings += [each.power for each in silent.batteries]
    readings += [each.power for each in (*silent.meters, *silent.homes)]
    assert {reading.fresh(NOW) for reading in readings} == {None}


def test_who_was_never_heard_or_takes_no_part_is_not_known() -> None:
    roster = Roster()
    assert roster.silent(NAME) is None
    assert NAME not in roster
    roster.note(Contribution(name=NAME))
    assert NAME in roster
    roster.keep(frozenset({"another"}))
    assert NAME not in roster


def test_settings_that_were_not_read_since_the_start_are_those_of_before() -> None:
    roster = Roster()
    roster.note(
        Contribution(name=NAME, hybrids=(hybrid(battery=False),), ct_fitted=frozenset({NAME}))
    )
    unread = hybrid(port_use=PortUse.NOTHING, house_wide=False)
    first = Contribution(name=NAME, hybrids=(unread,), unsettled={NAME: frozenset(Setting)})
    noted = restarted(roster).note(first)
    assert noted.ct_fitted == {NAME}
    assert noted.hybrids == (hybrid(battery=False),)
    again = Roster().note(first)
    assert again.hybrids == (unread,), "nothing is known of it"
    settled = roster.note(Contribution(name=NAME, hybrids=(unread,)))
    assert settled.hybrids == (unread,), "it has told other settings"


@pytest.mark.parametrize(
    "memory",
    [
        None,
        [],
        {NAME: []},
        {
            NAME: {
                "hybrids": [],
                "arrays": {},
                "counters": {"a": {"pv": 1, "wind": ["", True, True]}},
            }
        },
    ],
)
def test_a_damaged_memory_knows_nothing_that_counts(memory: object) -> None:
    silent = Roster(memory).silent(NAME)
    assert silent is None or not any(silent.parts())
