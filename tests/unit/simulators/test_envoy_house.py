"""A house with micro-inverters and AC-coupled batteries keeps its books."""

from datetime import timedelta

from hypothesis import given, settings, strategies as st
import pytest

from tests.simulators.envoy import CtKind, EnvoySimulator, Fittings, Shape, envoy_house
from tests.simulators.plant import Plant, PvArray
from tests.simulators.site import Clock, Site

from .envoy_kit import NOON, gateway

BATTERIES = Fittings(encharges=2)


@settings(max_examples=15)
@given(
    st.integers(0, 2**32),
    st.lists(st.tuples(st.integers(1, 6000), st.sampled_from("-ugs")), max_size=6),
)
def test_energy_is_conserved_with_ac_coupled_batteries(
    seed: int, walk: list[tuple[int, str]]
) -> None:
    site = envoy_house(Clock(NOON), seed=seed, fittings=BATTERIES)
    for seconds, event in walk:
        if event in "ug":
            site.grid_up = event == "u"
        elif event == "s":
            site.set_soc(40)
        site.clock.advance(seconds)
        powers = site.powers()
        balance = powers.pv + powers.battery + powers.grid - powers.load - powers.losses
        assert balance == pytest.approx(0, abs=1e-6)
    assert site.energies().imbalance == pytest.approx(0, abs=1e-6)


def test_batteries_take_what_panels_leave_and_give_it_back_at_night() -> None:
    site = envoy_house(Clock(NOON), fittings=BATTERIES)
    site.set_soc(50)
    assert site.powers().battery < 0
    assert site.powers().grid == pytest.approx(0, abs=1)
    site.clock.advance(11.5 * 3600)
    assert site.powers().battery > 0
    assert site.powers().grid == pytest.approx(0, abs=1)


def test_without_batteries_nothing_is_charged() -> None:
    site = envoy_house(Clock(NOON))
    site.clock.advance(86_400)
    energies = site.energies()
    assert energies.battery_charge == energies.battery_discharge == energies.losses == 0


def test_arrays_add_up_to_the_sites_micro_inverters() -> None:
    site = envoy_house(Clock(NOON), history_days=1)
    morning = NOON - timedelta(hours=4)
    arrays = sum(site.array_energies_at(NOON.timestamp())) - sum(
        site.array_energies_at(morning.timestamp())
    )
    energies = site.energies_at(morning.timestamp()).until(site.energies_at(NOON.timestamp()))
    assert arrays == pytest.approx(energies.pv_ac)
    assert arrays > 10


def test_before_the_recorded_past_arrays_have_made_nothing() -> None:
    site = envoy_house(Clock(NOON))
    assert site.array_energies_at(0) == (0, 0)


def test_an_arrays_gain_holds_in_frozen_weather_too() -> None:
    site = envoy_house(Clock(NOON))
    site.freeze_weather()
    first, second = site.step().arrays
    site.set_array_gain(0, 0.25)
    site.clock.advance(3600)
    assert site.step().arrays == pytest.approx((first / 4, second))


def test_phases_add_up_to_the_whole() -> None:
    for phases in (2, 3):
        truth = gateway(fittings=Fittings(phases=phases)).truth()
        assert truth.grid is not None
        assert sum(power for power, _ in truth.production.phases) == pytest.approx(
            truth.production.power_w
        )
        assert sum(each[1] for each in truth.grid.phases) == pytest.approx(truth.grid.import_kwh)
        assert sum(each[2] for each in truth.grid.phases) == pytest.approx(truth.grid.export_kwh)


def test_over_a_day_counters_grow_by_what_flowed() -> None:
    simulator = gateway(Shape.D8_2_STORAGE)
    before = simulator.truth()
    for _ in range(24):
        simulator.site.clock.advance(3600)
        simulator.truth()
    after = simulator.truth()
    for truth in (before, after):
        assert truth.grid is not None
        assert truth.storage is not None
    made = after.production.energy_kwh - before.production.energy_kwh
    used = after.load.energy_kwh - before.load.energy_kwh
    assert after.grid is not None
    assert before.grid is not None
    assert after.storage is not None
    assert before.storage is not None
    net = after.grid.import_kwh - before.grid.import_kwh
    net -= after.grid.export_kwh - before.grid.export_kwh
    stored = after.storage.charge_kwh - before.storage.charge_kwh
    stored -= after.storage.discharge_kwh - before.storage.discharge_kwh
    assert made + net == pytest.approx(used + stored, abs=1e-6)
    assert 20 < made < 60


def test_panels_count_a_little_less_than_the_ct() -> None:
    truth = gateway(Shape.D8_3_METERED).truth()
    assert truth.ct_production is not None
    ratio = truth.inverter_production.energy_kwh / truth.ct_production.energy_kwh
    assert 0.96 < ratio < 0.98


def test_without_a_ct_the_truth_is_what_panels_reported() -> None:
    truth = gateway(Shape.D7_6_STANDARD).truth()
    assert truth.production == truth.inverter_production
    assert truth.consumption is None
    assert truth.grid is None


def test_a_lost_grid_shows_at_the_meter_and_an_island_keeps_its_voltage() -> None:
    simulator = gateway(Shape.D8_2_STORAGE)
    simulator.site.set_soc(80)
    simulator.site.grid_up = False
    truth = simulator.truth()
    assert truth.cts[CtKind.NET_CONSUMPTION].total.voltage == 0
    assert truth.cts[CtKind.PRODUCTION].total.voltage > 200
    assert truth.live.battery_w == pytest.approx(truth.live.load_w)
    assert not truth.grid_up

    dark = gateway(Shape.D8_3_METERED)
    dark.site.grid_up = False
    assert {ct.total.voltage for ct in dark.truth().cts.values()} == {0}


def test_one_house_holds_a_hybrid_inverter_and_a_gateway() -> None:
    arrays = (*Plant().arrays, PvArray(4, 30, 180), PvArray(4, 30, 100))
    site = Site(1, Clock(NOON), plant=Plant(arrays=arrays))
    simulator = EnvoySimulator(site, panels=20)
    site.clock.advance(3600)
    truth, powers = simulator.truth(), site.powers()
    assert truth.production.power_w == pytest.approx(powers.pv_ac)
    assert len(truth.panels) == 20
    assert {panel.array for panel in simulator.field.panels} == {2, 3}
    assert truth.consumption is not None
    assert truth.consumption.power_w == pytest.approx(powers.pv_ac + powers.grid)
    assert truth.storage is None
