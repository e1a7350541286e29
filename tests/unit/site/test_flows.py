from dataclasses import replace
from typing import Final

from hypothesis import given, strategies as st
import pytest

from custom_components.solar_monitor.logic.flows import (
    AcArray,
    Feed,
    Flows,
    Gap,
    Hybrid,
    Meter,
    Plant,
    PortUse,
    Reading,
    choose_meter,
    reckon,
)
from custom_components.solar_monitor.logic.skew import is_skewed

from .house import NOW, House, Inverter, read

SUNNY: Final = Inverter(strings=4_000, battery=-1_500, losses=130, backup_load=700)
MICRO: Final = replace(SUNNY, port=2_000, port_use=PortUse.MICRO_INVERTERS)

# {house, backup, GEN} × {CT, none}, two inverters in parallel, batteries of a gateway.
TOPOLOGIES: Final = {
    "array on the house's side, CT": (House(arrays={Feed.HOUSE: 3_000}, house_load=900), True),
    "array on the house's side, no CT": (House(arrays={Feed.HOUSE: 3_000}, house_load=900), False),
    "array behind the load port, CT": (
        House(inverters=(SUNNY,), arrays={Feed.BACKUP: 2_000}, house_load=400),
        True,
    ),
    "array behind the load port, no CT": (
        House(inverters=(SUNNY,), arrays={Feed.BACKUP: 2_000}),
        False,
    ),
    "array on the generator port, CT": (
        House(inverters=(MICRO,), arrays={Feed.GENERATOR_PORT: 2_000}, house_load=400),
        True,
    ),
    "array on the generator port, no CT": (
        House(inverters=(MICRO,), arrays={Feed.GENERATOR_PORT: 2_000}),
        False,
    ),
    "two hybrids in parallel and an array, CT": (
        House(
            inverters=(SUNNY, replace(SUNNY, strings=2_500, battery=800)),
            arrays={Feed.HOUSE: 1_000},
            house_load=2_000,
        ),
        True,
    ),
    "batteries of a gateway, CT": (
        House(inverters=(SUNNY,), arrays={Feed.HOUSE: 5_000}, ac_battery=-2_200, house_load=1_100),
        True,
    ),
}


def assert_true(flows: Flows, house: House) -> None:
    """Hold the flows against the truth; what a site has, it conserves."""
    assert flows.pv_w == pytest.approx(house.pv)
    assert flows.battery_w == pytest.approx(house.battery)
    assert flows.losses_w == pytest.approx(house.losses)
    if flows.load_w is None:
        return
    assert flows.load_w == pytest.approx(house.load)
    assert flows.grid_w == pytest.approx(house.grid)
    assert flows.house_w == pytest.approx(house.house_load)
    given_w = house.pv + house.battery + house.generator + house.grid
    assert given_w == pytest.approx(flows.load_w + (flows.losses_w or 0.0))


@pytest.mark.parametrize(("house", "ct"), TOPOLOGIES.values(), ids=TOPOLOGIES)
def test_every_topology_shows_the_truth_or_nothing(house: House, *, ct: bool) -> None:
    flows = reckon(house.plant(ct=ct), NOW)
    assert_true(flows, house)
    blind = Feed.HOUSE in house.arrays and not ct
    assert (flows.load_w is None) is (flows.grid_w is None) is blind
    assert flows.gap is (Gap.NO_METER if blind else None)
    assert flows.meter == ("meter" if ct else None)


watts = st.floats(-6_000, 6_000).map(round)
sun = st.floats(0, 6_000).map(round)
inverters = st.builds(
    Inverter,
    strings=sun,
    battery=watts,
    port=sun,
    port_use=st.sampled_from([PortUse.NOTHING, PortUse.GENERATOR, PortUse.SMART_LOAD]).filter(
        lambda use: use is not PortUse.NOTHING
    ),
    losses=st.floats(20, 400).map(round),
    backup_load=sun,
)
houses = st.builds(
    House,
    inverters=st.lists(inverters, min_size=1, max_size=3).map(tuple),
    arrays=st.dictionaries(st.sampled_from([Feed.HOUSE, Feed.BACKUP]), sun),
    ac_battery=st.none() | watts,
    house_load=sun,
)


@given(houses)
def test_any_house_with_a_meter_shows_the_truth(house: House) -> None:
    assert_true(reckon(house.plant(ct=True), NOW), house)


@given(houses)
def test_without_a_meter_grid_and_load_are_right_or_unknown(house: House) -> None:
    flows = reckon(house.plant(), NOW)
    fed = Feed.HOUSE in house.arrays or house.ac_battery is not None
    if fed:
        assert flows.grid_w is flows.load_w is flows.house_w is None
    else:
        # The grid ports see nothing of what hangs beside them.
        assert flows.grid_w == pytest.approx(house.grid - house.house_load)
        assert flows.load_w == pytest.approx(house.load - house.house_load)
    assert flows.pv_w == pytest.approx(house.pv)


def test_a_generator_is_a_source_of_its_own() -> None:
    house = House(inverters=(replace(SUNNY, port=1_500, port_use=PortUse.GENERATOR),))
    flows = reckon(house.plant(ct=True), NOW)
    assert flows.generator_w == 1_500
    assert flows.pv_w == 4_000
    assert_true(flows, house)


def test_a_smart_load_is_no_source() -> None:
    house = House(inverters=(replace(SUNNY, port=1_500, port_use=PortUse.SMART_LOAD),))
    flows = reckon(house.plant(ct=True), NOW)
    assert flows.generator_w is None
    assert_true(flows, house)


def test_micro_inverters_on_a_port_are_pv_though_nobody_else_measures_them() -> None:
    flows = reckon(House(inverters=(MICRO,)).plant(ct=True), NOW)
    assert flows.pv_w == 6_000
    assert flows.losses_w == 130


def test_who_measures_the_panels_themselves_wins_over_the_port() -> None:
    plant = House(inverters=(MICRO,), arrays={Feed.GENERATOR_PORT: 2_000}).plant(ct=True)
    plant = replace(plant, arrays=(replace(plant.arrays[0], power=read(2_080)),))
    flows = reckon(plant, NOW)
    assert flows.pv_w == 6_080
    assert flows.losses_w == 210


def test_an_array_named_to_a_port_leaves_the_generator_on_another_port() -> None:
    first = Hybrid(
        name="first",
        strings=read(0),
        grid_port=read(-1_000),
        load_port=read(0),
        port=read(1_000),
        port_use=PortUse.GENERATOR,
    )
    second = replace(first, name="second")
    array = AcArray(name="roof", power=read(1_000), feed=Feed.GENERATOR_PORT, port_of="second")
    flows = reckon(Plant(hybrids=(first, second), arrays=(array,)), NOW)
    assert flows.generator_w == 1_000
    assert flows.pv_w == 1_000
    assert flows.losses_w == 0


def test_one_old_part_leaves_its_sums_unknown_and_no_others() -> None:
    plant = House(inverters=(SUNNY,), house_load=300).plant(ct=True)
    hybrid = replace(plant.hybrids[0], strings=Reading(4_000, NOW - 91))
    flows = reckon(replace(plant, hybrids=(hybrid,)), NOW)
    assert flows.pv_w is flows.losses_w is None
    assert flows.battery_w == -1_500
    assert flows.load_w == 1_000


def test_a_meter_that_says_nothing_is_not_replaced_by_a_guess() -> None:
    plant = House(inverters=(SUNNY,)).plant(ct=True)
    flows = reckon(replace(plant, meter=Meter(name="meter", power=read(None))), NOW)
    assert flows.grid_w is flows.load_w is None
    assert flows.meter == "meter"
    assert flows.gap is None


def test_an_array_that_sleeps_is_nothing_and_fresh() -> None:
    plant = House(arrays={Feed.HOUSE: 0.0}, house_load=500).plant(ct=True)
    array = replace(plant.arrays[0], power=Reading.asleep(NOW))
    assert reckon(replace(plant, arrays=(array,)), NOW).load_w == pytest.approx(500)


def test_a_home_meter_tells_the_load_and_so_the_grid() -> None:
    house = House(inverters=(SUNNY,), arrays={Feed.HOUSE: 3_000}, house_load=900)
    flows = reckon(replace(house.plant(), home=read(house.load)), NOW)
    assert flows.load_w == house.load
    assert flows.grid_w == pytest.approx(house.grid)
    assert flows.gap is None


def test_two_meters_tell_what_each_of_them_measures() -> None:
    house = House(inverters=(SUNNY,), house_load=900)
    flows = reckon(replace(house.plant(ct=True), home=read(1_650)), NOW)
    assert flows.load_w == 1_650
    assert flows.grid_w == house.grid


def test_panels_and_a_meter_alone_are_a_site() -> None:
    array = AcArray(name="roof", power=read(2_500))
    flows = reckon(Plant(arrays=(array,), meter=Meter(name="net", power=read(-1_800))), NOW)
    assert flows.load_w == 700
    assert flows.pv_w == 2_500
    assert flows.pv_dc_w is flows.losses_w is flows.battery_w is None


def test_panels_alone_know_neither_grid_nor_load_and_nothing_is_wrong_with_that() -> None:
    flows = reckon(Plant(arrays=(AcArray(name="roof", power=read(2_500)),)), NOW)
    assert flows == Flows(pv_w=2_500)


def test_an_empty_site_knows_nothing() -> None:
    assert reckon(Plant(), NOW) == Flows()


def test_an_estimate_marks_every_figure_that_it_is_part_of() -> None:
    plant = House(inverters=(SUNNY,), arrays={Feed.HOUSE: 3_000}, house_load=900).plant(ct=True)
    array = replace(plant.arrays[0], power=read(3_000, estimated=True))
    flows = reckon(replace(plant, arrays=(array,)), NOW)
    assert flows.estimated == {"pv_w", "load_w"}
    home = reckon(replace(plant, arrays=(array,), meter=None, home=read(1_600)), NOW)
    assert home.estimated == {"pv_w", "grid_w"}


def test_the_oldest_input_is_the_oldest_that_still_counts() -> None:
    plant = House(inverters=(SUNNY,)).plant(ct=True)
    hybrid = replace(
        plant.hybrids[0],
        battery=Reading(-1_500, NOW - 50),
        strings=Reading(4_000, NOW - 500),
    )
    assert reckon(replace(plant, hybrids=(hybrid,)), NOW).oldest_at == NOW - 50


def test_fast_readings_of_different_moments_are_not_added() -> None:
    plant = House(inverters=(SUNNY,), arrays={Feed.HOUSE: 100}).plant(ct=True)
    assert not is_skewed(plant, NOW)
    late = replace(plant, meter=Meter(name="meter", power=Reading(0.0, NOW - 61)))
    assert is_skewed(late, NOW)
    gone = replace(plant, meter=Meter(name="meter", power=Reading(0.0, NOW - 95)))
    assert not is_skewed(gone, NOW), "what is too old is in no sum"
    cloud = AcArray(name="cloud", power=Reading(100.0, NOW - 1_000, good_for_s=2_700))
    assert not is_skewed(replace(plant, arrays=(cloud,)), NOW)
    assert not is_skewed(Plant(), NOW)


def test_a_gateways_meter_is_chosen_before_a_hybrids_ct() -> None:
    plain = House().plant().hybrids[0]
    clamped = replace(plain, name="clamped", ct=read(250))
    gateway = Meter(name="gateway", power=read(240))
    assert choose_meter((plain, clamped), (gateway,)) is gateway
    assert choose_meter((plain, clamped), ()) == Meter(name="clamped", power=read(250))
    assert choose_meter((plain,), ()) is None


@pytest.mark.parametrize("array", [0, 1_500])
def test_a_hybrid_that_tells_of_the_whole_house_gives_the_same_flows(array: int) -> None:
    house = House(inverters=(SUNNY,), arrays={Feed.HOUSE: array}, house_load=900)
    plant = house.plant(ct=True)
    hybrid = replace(
        plant.hybrids[0],
        house_wide=True,
        grid_port=read(house.grid),
        load_port=read(house.grid + SUNNY.out),
    )
    told = reckon(replace(plant, hybrids=(hybrid,)), NOW)
    assert told == replace(reckon(plant, NOW), house_w=house.load)
