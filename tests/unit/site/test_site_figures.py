from datetime import date, timedelta
import json
from typing import Final

import pytest

from custom_components.solar_monitor.logic.flows import Flows
from custom_components.solar_monitor.logic.site_figures import (
    Conversion,
    RoundTrip,
    autarky,
    self_consumption,
    specific_yield,
)

DAY: Final = date(2026, 6, 1)
CAPACITY: Final = 10.0
RATED_W: Final = 8_000.0


@pytest.mark.parametrize(
    ("whole", "part", "share"),
    [
        (10.0, 4.0, 0.6),
        (10.0, 0.0, 1.0),
        (10.0, 12.0, 0.0),
        (0.1, 0.05, 0.5),
        (0.09, 0.0, None),
        (None, 1.0, None),
        (10.0, None, None),
    ],
)
def test_shares_of_the_day_are_known_from_a_tenth_of_a_kilowatt_hour_on(
    whole: float | None, part: float | None, share: float | None
) -> None:
    assert self_consumption(whole, part) == share
    assert autarky(whole, part) == share


@pytest.mark.parametrize(
    ("energy", "kwp", "result"),
    [(12.0, 6.0, 2.0), (None, 6.0, None), (12.0, None, None), (12.0, 0.0, None), (1.0, -1.0, None)],
)
def test_the_yield_is_told_where_the_power_of_the_panels_is_known(
    energy: float | None, kwp: float | None, result: float | None
) -> None:
    assert specific_yield(energy, kwp) == result


def cycled(days: int, *, per_day: float = 5.0, memory: object = None) -> tuple[RoundTrip, object]:
    """A battery of 90 % that is charged and emptied every day; the last answer with it."""
    trip, answer = RoundTrip(memory), None
    for number in range(days + 1):
        answer = trip.offer(
            1_000 + per_day * number,
            800 + 0.9 * per_day * number,
            3.0,
            today=DAY + timedelta(days=number),
            capacity_kwh=CAPACITY,
        )
    return trip, answer


def test_the_round_trip_is_known_after_a_week_and_two_full_charges() -> None:
    assert cycled(6)[1] is None
    assert cycled(7)[1] == pytest.approx(0.9)
    assert cycled(7, per_day=2.8)[1] is None
    assert cycled(8, per_day=2.8)[1] == pytest.approx(0.9)


def test_what_is_left_in_the_battery_belongs_to_it() -> None:
    trip, _ = cycled(7)
    answer = trip.offer(1_039, 831.5, 6.6, today=DAY + timedelta(days=7), capacity_kwh=CAPACITY)
    assert answer == pytest.approx((31.5 + 3.6) / 39)


def test_only_the_last_thirty_days_count() -> None:
    trip, _ = cycled(60)
    assert len(trip.to_dict()) == 31


@pytest.mark.parametrize("missing", ["charge", "discharge", "stored", "capacity"])
def test_without_one_of_its_parts_it_is_not_known(missing: str) -> None:
    trip, _ = cycled(10)
    parts: dict[str, float | None] = {
        "charge": 1_060.0,
        "discharge": 860.0,
        "stored": 3.0,
        "capacity": CAPACITY,
    }
    parts[missing] = None
    answer = trip.offer(
        parts["charge"],
        parts["discharge"],
        parts["stored"],
        today=DAY + timedelta(days=11),
        capacity_kwh=parts["capacity"],
    )
    assert answer is None


@pytest.mark.parametrize(("charge", "today"), [(10.0, 12), (1_060.0, -3)])
def test_another_battery_or_another_calendar_begins_anew(charge: float, today: int) -> None:
    trip, _ = cycled(10)
    moment = DAY + timedelta(days=today)
    assert trip.offer(charge, 860.0, 3.0, today=moment, capacity_kwh=CAPACITY) is None
    assert len(trip.to_dict()) == 1


def test_an_efficiency_that_cannot_be_is_not_told() -> None:
    trip, _ = cycled(10)
    moment = DAY + timedelta(days=11)
    assert trip.offer(1_055.0, 2_000.0, 3.0, today=moment, capacity_kwh=CAPACITY) is None


def test_the_round_trip_survives_a_restart() -> None:
    memory = json.loads(json.dumps(cycled(20)[0].to_dict()))
    assert RoundTrip(memory).to_dict() == memory


@pytest.mark.parametrize("memory", [None, {}, [[1, 2, 3]], [["x", 1.0, 2.0, 3.0], [1, "a", 2, 3]]])
def test_damaged_marks_are_passed_over(memory: object) -> None:
    assert RoundTrip(memory).to_dict() == []


def worked(
    *spells: tuple[float | None, float, float],
    step_s: float = 60.0,
    rated_w: float | None = RATED_W,
) -> float | None:
    """The conversion after spells of (W in, W out, seconds)."""
    conversion, now, answer = Conversion(), 0.0, None
    for taken, given, seconds in spells:
        end = now + seconds
        while now < end:
            flows = Flows(dc_in_w=taken, ac_out_w=given)
            answer = conversion.offer(flows, rated_w=rated_w, now=now)
            now += step_s
    return answer


def test_the_conversion_is_what_comes_out_of_what_goes_in() -> None:
    assert worked((4_000, 3_800, 3_600)) == pytest.approx(0.95)
    assert worked((4_000, 3_800, 3_600), rated_w=None) == pytest.approx(0.95)


@pytest.mark.parametrize(
    "spell",
    [
        (300.0, 200.0, 86_400.0),  # hardly at work
        (-3_000.0, -3_200.0, 86_400.0),  # charges from the grid
        (None, 3_800.0, 86_400.0),
        (4_000.0, 3_800.0, 600.0),  # too short
        (4_000.0, 4_100.0, 7_200.0),  # cannot be
    ],
)
def test_what_tells_nothing_is_left_out(spell: tuple[float | None, float, float]) -> None:
    assert worked(spell) is None


def test_readings_far_apart_tell_nothing_of_the_time_between() -> None:
    assert worked((4_000, 3_800, 86_400), step_s=121) is None


def test_what_was_long_ago_fades() -> None:
    answer = worked((4_000, 3_200, 86_400), (4_000, 3_800, 2 * 86_400))
    assert answer == pytest.approx(0.95 - 0.15 * 0.135 / (1 - 0.050), abs=0.01)
    assert answer is not None
    assert 0.90 < answer < 0.95


def test_the_conversion_survives_a_restart() -> None:
    conversion = Conversion(5e6, 4.8e6)
    again = Conversion.from_dict(json.loads(json.dumps(conversion.to_dict())))
    assert again.efficiency(None) == pytest.approx(0.96)


@pytest.mark.parametrize("memory", [None, [], {"taken_ws": 1}, {"taken_ws": "1", "given_ws": 2}])
def test_damaged_memory_begins_anew(memory: object) -> None:
    assert Conversion.from_dict(memory) == Conversion()
