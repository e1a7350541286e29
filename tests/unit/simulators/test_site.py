"""The simulated house: energy is conserved, and the same seed lives the same life."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings, strategies as st
import pytest

from tests.simulators.plant import STRING_ARRAYS
from tests.simulators.site import (
    BatterySpec,
    Clock,
    InverterSpec,
    Place,
    Plant,
    PvArray,
    Site,
    place_where_it_is,
)

NOON = datetime(2026, 6, 21, 11, 0, tzinfo=UTC)
EXACT_KWH = 1e-6
MIXED = Plant(
    arrays=(PvArray(3, 30, 120, 1), PvArray(2, 30, 240, 2), PvArray(4, 20, 180)),
)


def house(start: datetime = NOON, seed: int = 1, plant: Plant | None = None) -> Site:
    return Site(seed, Clock(start), plant=plant or Plant())


def imbalance(site: Site) -> float:
    powers = site.powers()
    return powers.pv + powers.battery + powers.grid - powers.load - powers.losses


moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001  st adds the zone
plants = st.builds(
    Plant,
    arrays=st.sampled_from([Plant().arrays, MIXED.arrays, MIXED.arrays + STRING_ARRAYS, ()]),
    inverter=st.builds(
        InverterSpec, rated_w=st.sampled_from([1000.0, 8000.0]), export_allowed=st.booleans()
    ),
    battery=st.builds(BatterySpec, capacity_kwh=st.sampled_from([0.3, 15.0])),
    backup_share=st.sampled_from([0.0, 0.6, 1.0]),
)
walks = st.lists(st.tuples(st.integers(1, 3000), st.sampled_from("-ugft")), max_size=8)


@settings(max_examples=40)
@given(st.integers(0, 2**32), moments, plants, walks)
def test_energy_is_conserved_at_each_moment_and_in_sum(
    seed: int, start: datetime, plant: Plant, walk: list[tuple[int, str]]
) -> None:
    site = house(start, seed, plant)
    before, stored = site.energies(), site.soc()
    for seconds, event in walk:
        match event:
            case "u" | "g":
                site.grid_up = event == "u"
            case "f":
                site.freeze_weather()
            case "t":
                site.thaw_weather()
        site.clock.advance(seconds)
        assert abs(imbalance(site)) < EXACT_KWH
        assert site.powers().losses >= 0
        assert abs(site.energies().imbalance) < EXACT_KWH
        assert plant.battery.soc_min - EXACT_KWH <= site.soc() <= 100 + EXACT_KWH

    added = before.until(site.energies())
    spec = plant.battery
    into = (
        added.battery_charge * spec.charge_efficiency
        - added.battery_discharge / spec.discharge_efficiency
    )
    assert (site.soc() - stored) / 100 * spec.capacity_kwh == pytest.approx(into, abs=EXACT_KWH)


@settings(max_examples=10)
@given(st.integers(0, 2**32), st.lists(st.integers(1, 4000), max_size=6))
def test_looking_often_changes_nothing(seed: int, steps: list[int]) -> None:
    watched, alone = house(seed=seed), house(seed=seed)
    for seconds in steps:
        watched.clock.advance(seconds)
        watched.powers()
    alone.clock.advance(sum(steps))
    assert watched.powers() == alone.powers()
    assert watched.energies() == alone.energies()
    assert watched.soc() == alone.soc()


def test_another_seed_is_another_house() -> None:
    assert house(seed=1).powers() != house(seed=2).powers()


def test_surplus_goes_to_the_battery_and_then_to_the_grid() -> None:
    site = house()
    site.set_soc(50)
    charging = site.powers()
    assert charging.pv > charging.load
    assert charging.battery < 0
    site.set_soc(100)
    full = site.powers()
    assert full.battery == 0
    assert full.grid < charging.grid


def test_a_house_in_the_dark_lives_on_its_battery_and_then_on_the_grid() -> None:
    site = house(NOON + timedelta(hours=12))
    site.set_soc(60)
    on_battery = site.powers()
    assert on_battery.pv == 0
    assert on_battery.grid == pytest.approx(site.plant.inverter.zero_export_w)
    site.set_soc(site.plant.battery.soc_min)
    empty = site.powers()
    assert empty.battery == 0
    assert empty.grid == pytest.approx(empty.load + empty.losses)


def test_nothing_is_exported_where_export_is_not_allowed() -> None:
    plant = Plant(inverter=InverterSpec(export_allowed=False))
    site = house(plant=plant)
    site.set_soc(100)
    assert site.powers().grid >= 0
    assert site.powers().pv < sum(site.conditions().pv_power)


def test_the_load_port_lives_on_without_a_grid() -> None:
    site = house()
    site.set_soc(80)
    whole = site.powers()
    site.grid_up = False
    island = site.powers()
    assert island.grid == island.grid_port == 0
    assert island.load == island.backup_load == pytest.approx(0.6 * whole.load)
    assert whole.grid_port == whole.backup_load - whole.inverter


def test_the_house_is_dark_when_sun_and_battery_cannot_carry_it() -> None:
    site = house(NOON + timedelta(hours=12))
    site.set_soc(site.plant.battery.soc_min)
    site.grid_up = False
    assert site.powers().load == 0
    assert site.powers().losses == 0


def test_frozen_weather_holds_the_powers_while_energies_go_on() -> None:
    site = house()
    site.set_soc(40)
    site.freeze_weather()
    powers, before, soc = site.powers(), site.energies(), site.soc()
    site.clock.advance(600)
    assert site.powers() == powers
    assert site.conditions().load == powers.load
    added = before.until(site.energies())
    assert added.pv == pytest.approx(powers.pv / 6000)
    assert site.soc() > soc
    site.thaw_weather()
    assert site.powers() != powers


def test_a_frozen_battery_still_gets_full() -> None:
    site = house()
    site.set_soc(99.5)
    site.freeze_weather()
    assert site.powers().battery < 0
    site.clock.advance(24 * 3600)
    assert site.powers().battery == 0
    assert site.soc() == pytest.approx(100)


def test_frozen_weather_does_not_hold_a_failing_grid() -> None:
    site = house()
    site.freeze_weather()
    site.grid_up = False
    assert not site.powers().grid_up
    assert not site.grid_up


def test_the_past_is_told_in_rows_that_add_up() -> None:
    site = Site(3, Clock(NOON + timedelta(minutes=7)), history_days=1)
    begin = datetime.fromtimestamp(site.place.midnight(NOON.timestamp(), 1), UTC)
    rows = site.history(begin, NOON)
    assert len(rows) == (NOON - begin) / timedelta(hours=1)
    assert all(row.end - row.start == timedelta(hours=1) for row in rows)
    assert sum(row.deltas.pv for row in rows) == pytest.approx(
        rows[-1].totals.pv - site.energies_at(begin.timestamp()).pv
    )
    assert site.energies_at(NOON.timestamp()) == rows[-1].totals
    assert all(0 <= row.soc <= 100 for row in rows)


def test_the_past_ends_where_it_was_not_recorded() -> None:
    site = house()
    with pytest.raises(ValueError, match="no five-minute record"):
        site.history(NOON - timedelta(days=3), NOON)
    first = site.energies_at((NOON - timedelta(days=3)).timestamp())
    assert first == site.energies_at(site.place.midnight(NOON.timestamp()))


def test_energies_between_two_records_lie_between_them() -> None:
    site = house()
    site.clock.advance(100)
    now = site.energies()
    assert site.energies_at(site.clock.timestamp()) == now
    middle = site.energies_at(NOON.timestamp() + 50)
    assert site.energies_at(NOON.timestamp()).pv < middle.pv < now.pv


def test_a_day_uses_and_makes_what_a_house_does() -> None:
    site = Site(5, Clock(NOON), Place(), history_days=2)
    rows = site.history(NOON - timedelta(days=1), NOON)
    assert 15 < sum(row.deltas.pv for row in rows) < 50
    assert 6 < sum(row.deltas.load for row in rows) < 20


@pytest.mark.parametrize("hour", range(24))
def test_somewhere_it_is_any_hour_of_the_day(hour: int) -> None:
    assert (
        place_where_it_is(11, NOON.replace(hour=hour))
        .local(NOON.replace(hour=hour).timestamp())
        .hour
        == 11
    )


def test_micro_inverters_feed_the_house_beside_the_hybrid() -> None:
    site = house(plant=MIXED)
    powers = site.powers()
    assert powers.pv_ac > 0
    assert powers.pv == pytest.approx(powers.pv_dc + powers.pv_ac)
    site.grid_up = False
    assert site.powers().pv_ac == 0


def test_a_smaller_inverter_throttles_its_panels() -> None:
    site = house(plant=replace(Plant(), inverter=InverterSpec(rated_w=1000)))
    site.set_soc(100)
    assert site.powers().inverter == pytest.approx(1000)
