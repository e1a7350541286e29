"""A counter that was wrong for days does not stop the load for weeks, and makes none."""

from collections.abc import Iterator
import json
from typing import Any, Final

from hypothesis import given, strategies as st
import pytest

from custom_components.solar_monitor.logic.site_totals import LARGEST_DEBT_KWH, Flow, SiteTotals

HOURS: Final = 24
DAY_S: Final = 86_400.0


class House:
    """Counters of a house, hour by hour."""

    def __init__(self) -> None:
        """Begin with nothing counted."""
        self.totals = SiteTotals()
        self.hours = 0
        self.kwh = dict.fromkeys((Flow.PV, Flow.IMPORT, Flow.EXPORT), 0.0)
        self.told = dict(self.kwh)

    def hour(self, pv: float, imported: float, exported: float, late: frozenset[Flow]) -> None:
        """Count an hour; what is late tells it at noon only."""
        rises = {Flow.PV: pv, Flow.IMPORT: imported, Flow.EXPORT: exported}
        for flow, kwh in rises.items():
            self.kwh[flow] += kwh
            if flow not in late or self.hours % HOURS == HOURS // 2:
                self.told[flow] = self.kwh[flow]
        self.totals.begin_day(self.hours // HOURS)
        readings: dict[Flow, dict[str, float | None]] = {
            flow: {"a": kwh} for flow, kwh in self.told.items()
        }
        self.totals.offer(readings, load_counts=True)
        self.hours += 1

    def days(self, number: int, pv: float, imported: float, exported: float, *late: Flow) -> float:
        """Count some days alike; gives what the load rose."""
        before = self.totals.load or 0.0
        for _ in range(number * HOURS):
            self.hour(pv / HOURS, imported / HOURS, exported / HOURS, frozenset(late))
        return (self.totals.load or 0.0) - before

    def restart(self, hours_off: int = 0) -> None:
        """Restart, after some hours in which nobody looked."""
        self.totals = SiteTotals(json.loads(json.dumps(self.totals.to_dict())))
        self.hours += hours_off


def test_after_a_week_with_a_turned_ct_the_load_counts_again() -> None:
    house = House()
    assert house.days(3, 20, 6, 12) == pytest.approx(42, abs=1)
    assert house.days(7, 4, 2, 18) < 1, "import is counted as export"
    counted = house.days(7, 4, 14, 0)
    debt = LARGEST_DEBT_KWH + 12
    assert 7 * 18 - debt - 1 < counted < 7 * 18


@pytest.mark.parametrize("hours_off", [0, 5])
def test_a_restart_each_day_forgets_nothing_of_that(hours_off: int) -> None:
    house = House()
    house.days(3, 20, 6, 12)
    for _ in range(7):
        house.days(1, 4, 2, 18)
        house.restart(hours_off)
    assert house.days(7, 4, 14, 0) > 7 * 18 - LARGEST_DEBT_KWH - 14


def test_days_at_which_nobody_looked_let_nothing_go() -> None:
    house = House()
    house.days(3, 20, 6, 12)
    house.days(1, 4, 2, 58)
    house.restart(2 * HOURS)
    before = house.totals.to_dict()["load"]["shift"]
    house.hour(0, 0, 0, frozenset())
    assert house.totals.to_dict()["load"]["shift"] == before


def test_to_let_go_moves_nothing_by_itself_and_is_stored_at_once() -> None:
    house = House()
    house.days(2, 20, 6, 12)
    house.days(3, 4, 2, 40)
    house.totals.to_dict()
    before, due = house.totals.load, house.totals.due
    house.hour(0, 0, 0, frozenset())
    assert not due
    assert house.totals.due
    assert house.totals.load == before


@pytest.mark.parametrize("late", [Flow.EXPORT, Flow.IMPORT, Flow.PV])
def test_a_counter_that_comes_once_a_day_makes_no_load_of_its_own(late: Flow) -> None:
    house = House()
    # What is late on the first days is the error of a running maximum, and no more follows.
    first = house.days(3, 60, 12, 48, late)
    assert first <= 3 * 24 + 48
    assert house.days(30, 60, 12, 48, late) == pytest.approx(30 * 24, abs=1)


def walk() -> Iterator[Any]:
    """Give the strategies for a day: PV, import, export, which of them is late."""
    for highest in (60, 30, 50):
        yield st.floats(0, highest)
    yield st.sampled_from([(), (Flow.EXPORT,), (Flow.IMPORT,), (Flow.PV,)])


@given(st.lists(st.tuples(*walk()), max_size=12))
def test_however_counters_go_the_load_never_falls_nor_rises_by_more_than_they_say(
    days: list[tuple[float, float, float, tuple[Flow, ...]]],
) -> None:
    house = House()
    house.hour(0, 0, 0, frozenset())
    for pv, imported, exported, late in days:
        for _ in range(HOURS):
            before, told = house.totals.load or 0.0, dict(house.told)
            house.hour(pv / HOURS, imported / HOURS, exported / HOURS, frozenset(late))
            rise = {flow: kwh - told[flow] for flow, kwh in house.told.items()}
            most = max(0.0, rise[Flow.PV] + rise[Flow.IMPORT] - rise[Flow.EXPORT])
            assert -1e-9 <= (house.totals.load or 0.0) - before <= most + 0.0011


@pytest.mark.parametrize("restarted", [False, True])
def test_what_a_late_part_owes_when_the_load_goes_on_is_nothing_that_the_house_took(
    *, restarted: bool
) -> None:
    # Panels made 1.5 kWh in a quarter of an hour and tell so at its end; 1.25 kWh were exported.
    totals = SiteTotals()
    late = (0.0, 1.167)
    told = ((0.0, 0.0, True), (*late, True), (*late, False), (*late, True), (1.5, 1.25, True))
    for pv, exported, counts in told:
        readings: dict[Flow, dict[str, float | None]] = {
            Flow.PV: {"a": 9_000.0 + pv},
            Flow.EXPORT: {"a": 5_000.0 + exported},
        }
        totals.offer(readings, load_counts=counts)
        if restarted:
            totals = SiteTotals(json.loads(json.dumps(totals.to_dict())))
    assert totals.load == pytest.approx(0.25)
