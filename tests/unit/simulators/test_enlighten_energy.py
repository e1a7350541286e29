"""Energy that is computed, not stored: sums, balance, time zones, ten years."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from tests.simulators.clock import Clock
from tests.simulators.enlighten import EnlightenSystem, Registers
from tests.simulators.enlighten.past import SLOT_S, Past
from tests.simulators.envoy import Shape, envoy_plant
from tests.simulators.place import Place
from tests.simulators.plant import Plant, PvArray
from tests.simulators.site import Site

from .enlighten_kit import DAY, NOON, full_house

PLACES = [
    Place(),
    Place(33.45, -112.07, "America/Phoenix"),
    Place(-37.81, 144.96, "Australia/Melbourne"),
    Place(28.61, 77.21, "Asia/Kolkata"),
    Place(69.65, 18.96, "Europe/Oslo"),
]
SPRING, AUTUMN, PLAIN = date(2026, 3, 29), date(2026, 10, 25), date(2026, 6, 21)


def imbalance(known: Registers) -> int:
    sources = known.production + known.grid_import + known.discharge
    return sources - known.consumption - known.grid_export - known.charge


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.time_zone)
@pytest.mark.parametrize("day", [SPRING, PLAIN, AUTUMN, date(2026, 12, 21)])
def test_the_slots_of_a_day_add_up_to_the_day_exactly(place: Place, day: date) -> None:
    past = Past(1, place, date(2025, 1, 1), battery_kwh=10)
    begin, end = past.midnight(day), past.midnight(day + timedelta(days=1))
    marks = [past.at(begin + SLOT_S * slot) for slot in range(int(end - begin) // SLOT_S + 1)]
    slots = [after.less(before) for before, after in pairwise(marks)]
    assert marks[-1].less(marks[0]) == past.day(day)
    assert all(min(slot) >= 0 for slot in slots)
    assert all(imbalance(slot) == 0 for slot in slots)


@pytest.mark.parametrize(("day", "slots"), [(SPRING, 276), (PLAIN, 288), (AUTUMN, 300)])
def test_days_of_23_and_25_hours_have_their_slots(day: date, slots: int) -> None:
    past = Past(1, Place(), date(2025, 1, 1))
    seconds = past.midnight(day + timedelta(days=1)) - past.midnight(day)
    assert seconds / SLOT_S == slots
    last = past.at(past.midnight(day + timedelta(days=1)) - SLOT_S)
    assert last.consumption < past.at(past.midnight(day + timedelta(days=1))).consumption


def test_the_sun_makes_the_day_and_the_season() -> None:
    past = Past(1, Place(), date(2016, 1, 1))
    winter = [past.day(date(2025, 12, number)).production for number in range(1, 31)]
    summer = [past.day(date(2025, 6, number)).production for number in range(1, 31)]
    assert sum(summer) > 3 * sum(winter)
    assert max(summer) < 1000 * past.kwp * 8
    night = past.midnight(PLAIN)
    assert past.at(night + 3600).production == past.at(night).production


def test_the_polar_night_gives_nothing_and_the_polar_day_does_not_fail() -> None:
    past = Past(1, PLACES[-1], date(2025, 1, 1))
    assert past.day(date(2026, 12, 21)).production == 0
    assert past.day(PLAIN).production > 10_000


def test_the_battery_is_charged_by_day_and_back_by_midnight() -> None:
    past = Past(1, Place(), date(2025, 1, 1), battery_kwh=10)
    begin = past.midnight(PLAIN)
    socs = past.socs([begin + 3600 * hour for hour in range(24)])
    assert (socs[0], min(socs)) == (20, 20)
    assert 60 < max(socs) <= 100
    assert socs.index(max(socs)) in range(15, 19)
    assert Past(1, Place(), PLAIN).socs([begin]) == [0]


def test_the_same_seed_gives_the_same_past_and_another_seed_another() -> None:
    at = NOON.timestamp()
    first, again, other = (Past(seed, Place(), date(2016, 6, 21)).at(at) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_ten_years_are_there_and_nothing_before() -> None:
    system = full_house()
    days = system.days(system.operational_date, system.today - timedelta(days=1))
    assert len(days) == 3652
    assert all(min(day.production, day.consumption, day.grid_import) > 0 for day in days)
    assert all(imbalance(day) == 0 for day in days)
    assert system.meters.at(system.operational_at - DAY) == Registers()
    whole = system.meters.at(system.midnight(system.today))
    assert sum(day.production for day in days) == whole.production


def test_a_site_goes_on_where_the_formula_ends() -> None:
    clock = Clock(NOON)
    site = Site(1, clock, history_days=2)
    system = full_house(clock, site=site)
    begin = system.midnight(system.today - timedelta(days=2))
    before = system.meters.at(begin)
    assert before._replace(micro=0) == system.past.at(begin)
    clock.advance(3600)
    slot = clock.timestamp() // SLOT_S * SLOT_S
    known = system.meters.at(clock.timestamp()).less(before)
    real = site.energies_at(begin).until(site.energies_at(slot))
    assert known.production == pytest.approx(1000 * real.pv, abs=1)
    assert known.grid_import == pytest.approx(1000 * real.grid_import, abs=1)
    assert known.grid_export == pytest.approx(1000 * real.grid_export, abs=1)
    assert known.discharge == pytest.approx(1000 * real.battery_discharge, abs=1)
    assert known.consumption == pytest.approx(1000 * (real.load + real.losses), abs=3)
    assert imbalance(known) == 0


@pytest.mark.parametrize(
    ("shape", "storage"), [(Shape.D8_3_METERED, False), (Shape.D8_2_STORAGE, True)]
)
def test_of_a_house_with_micro_inverters_they_alone_are_counted(
    shape: Shape, *, storage: bool
) -> None:
    clock, fittings = Clock(NOON), shape.fittings
    other = PvArray(3.6, 30, 150, 1, grid_tied=True)
    plant = envoy_plant(20, fittings)
    site = Site(1, clock, plant=replace(plant, arrays=(*plant.arrays, other)), history_days=1)
    system = full_house(clock, site=site)
    begin = system.midnight(system.today)
    counted = system.meters.at(system.now).less(system.meters.at(begin))
    at = clock.timestamp() // SLOT_S * SLOT_S
    real = site.energies_at(begin).until(site.energies_at(at))
    assert real.grid_tied > 1
    assert counted.production == pytest.approx(1000 * (real.pv_ac - real.grid_tied), abs=2)
    assert (counted.charge > 0) == storage
    assert imbalance(counted) == 0


def test_a_battery_of_another_maker_is_not_counted() -> None:
    clock = Clock(NOON)
    plant = Plant()
    roof = PvArray(4.0, 30, 180)
    site = Site(1, clock, plant=replace(plant, arrays=(*plant.arrays, roof)), history_days=1)
    system = full_house(clock, site=site)
    counted = system.meters.at(system.now).less(system.meters.at(system.midnight(system.today)))
    assert site.energies().pv_dc > site.energies_at(0).pv_dc
    assert (counted.charge, counted.discharge) == (0, 0)


def test_panels_may_be_those_of_another_simulator() -> None:
    system = full_house(panel_serials=["482208990001", "482208990002"])
    assert [panel.serial for panel in system.panels] == ["482208990001", "482208990002"]
    assert (system.panel_count, system.size_w) == (2, 740)


def test_a_site_tells_the_charge_of_its_battery_then_and_now() -> None:
    clock = Clock(NOON)
    site = Site(1, clock, history_days=1)
    system = full_house(clock, site=site)
    clock.advance(3 * 3600)
    noon = NOON.replace(minute=0)
    (row,) = site.history(noon - timedelta(minutes=5), noon, timedelta(minutes=5))
    now = clock.timestamp() // SLOT_S * SLOT_S
    old = system.midnight(system.today - timedelta(days=3))
    house = system.meters.house
    assert house.socs([old, noon.timestamp()]) == [20, round(row.soc)]
    assert house.socs([now]) == [pytest.approx(site.soc(), abs=2)]
    assert house.socs([old]) == [20]


def test_a_site_needs_the_same_clock() -> None:
    with pytest.raises(ValueError, match="another clock"):
        EnlightenSystem(Clock(NOON), site=Site(1, Clock(NOON)))


def test_a_dead_panel_lacks_in_production_and_the_house_buys_it() -> None:
    clock, other = Clock(NOON), Clock(NOON)
    well, ill = full_house(clock), full_house(other)
    ill.panel_dies(4)
    for each in (clock, other):
        each.advance(2 * 3600)
    share = ill.panels[4].share
    at = clock.timestamp()
    made = well.meters.at(at).less(well.meters.at(NOON.timestamp())).production
    lost = well.meters.at(at).production - ill.meters.at(at).production
    assert lost == pytest.approx(made * share, abs=2)
    assert ill.meters.at(at).grid_import == well.meters.at(at).grid_import + lost
    assert imbalance(ill.meters.at(at)) == 0
    for panel in ill.panels:
        same = ill.meters.panel_at(panel, at) == well.meters.panel_at(panel, at)
        assert same == (panel.number != 4)


def test_a_panel_that_works_again_goes_on_where_it_stood() -> None:
    system = full_house()
    panel = system.panels[0]
    system.panel_dies()
    before = system.meters.panel_at(panel, NOON.timestamp())
    system.clock.advance(3600)
    assert system.meters.panel_at(panel, system.now) == before
    system.panel_recovers()
    system.clock.advance(3600)
    assert before < system.meters.panel_at(panel, system.now) < before + 500


def test_panels_add_up_to_what_the_micro_inverters_count() -> None:
    system = full_house()
    at = system.now
    whole = sum(system.meters.panel_at(panel, at) for panel in system.panels)
    assert whole == pytest.approx(0.98 * system.meters.at(at).production, rel=1e-9)
    assert len({round(panel.share, 6) for panel in system.panels}) == 20


def test_a_house_that_gives_less_itself_does_not_lose_a_panel_twice() -> None:
    system = full_house(loses_dead_panels=False)
    system.panel_dies()
    system.clock.advance(3600)
    assert system.meters.at(system.now)._replace(micro=0) == system.past.at(system.now)


def test_systems_live_in_their_own_zones() -> None:
    clock = Clock(datetime(2026, 6, 21, 23, 30, tzinfo=UTC))
    days = {
        place.time_zone: EnlightenSystem(clock, place=place).today.isoformat() for place in PLACES
    }
    assert days["America/Phoenix"] == "2026-06-21"
    assert days["Asia/Kolkata"] == "2026-06-22"
    kolkata = EnlightenSystem(clock, place=PLACES[3])
    midnight = datetime(2026, 6, 22, tzinfo=ZoneInfo("Asia/Kolkata")).timestamp()
    assert kolkata.midnight(kolkata.today) == midnight
