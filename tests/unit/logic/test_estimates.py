import json
from typing import Final

from hypothesis import given, strategies as st
import pytest

from custom_components.solar_monitor.logic.estimates import RESERVE_KWH, PowerIntegral

HOUR: Final = 3_600.0


def fed(*readings: tuple[float, float | None], step_s: float = 60.0) -> PowerIntegral:
    """An integral that was given each power for a time (s, W), a reading every `step_s`."""
    integral, now = PowerIntegral(), 0.0
    for seconds, power in readings:
        end = now + seconds
        while now < end:
            integral.offer(power, at=now)
            now += step_s
        integral.offer(power, at=now)
    return integral


def totals(integral: PowerIntegral) -> tuple[float | None, float | None]:
    """What may be shown of both directions."""
    return integral.positive_kwh, integral.negative_kwh


def test_an_hour_at_a_kilowatt_is_a_kilowatt_hour() -> None:
    integral = fed((HOUR, 1_000.0))
    assert integral.positive_kwh == 1.0
    assert integral.negative_kwh == 0.0


def test_each_direction_is_counted_for_itself_and_as_a_positive_number() -> None:
    integral = fed((HOUR, -500.0), (HOUR, 250.0), step_s=30.0)
    assert integral.negative_kwh == pytest.approx(0.5, abs=0.003)
    assert integral.positive_kwh == pytest.approx(0.25, abs=0.003)


def test_power_between_two_readings_changes_evenly() -> None:
    integral = PowerIntegral()
    integral.offer(0.0, at=0.0)
    integral.offer(120_000.0, at=120.0)
    assert integral.positive_kwh == 2.0


def test_a_change_of_sign_is_cut_where_the_power_is_zero() -> None:
    integral = PowerIntegral()
    integral.offer(60_000.0, at=0.0)
    integral.offer(-180_000.0, at=120.0)
    assert integral.positive_kwh == 0.25  # 30 s, 30 kW on average
    assert integral.negative_kwh == 2.25  # 90 s, 90 kW on average


def test_readings_at_one_time_or_in_the_past_add_nothing() -> None:
    integral = PowerIntegral()
    for at in (100.0, 100.0, 50.0):
        integral.offer(1e6, at=at)
    assert integral.positive_kwh == 0.0


@pytest.mark.parametrize(("gap_s", "kwh"), [(120.0, 1.2), (120.1, 0.0)])
def test_a_gap_of_up_to_two_minutes_is_joined(gap_s: float, kwh: float) -> None:
    integral = PowerIntegral()
    integral.offer(36_000.0, at=0.0)
    integral.offer(36_000.0, at=gap_s)
    assert integral.positive_kwh == kwh


def test_readings_that_are_meant_to_be_rare_may_have_a_longer_gap() -> None:
    integral = PowerIntegral(longest_gap_s=330.0)
    integral.offer(36_000.0, at=0.0)
    integral.offer(36_000.0, at=300.0)
    assert integral.positive_kwh == 3.0


@pytest.mark.parametrize("unknown", [None, float("nan"), float("inf")])
def test_an_unknown_power_breaks_the_line(unknown: float | None) -> None:
    integral = PowerIntegral()
    for at, power in ((0.0, 36_000.0), (30.0, unknown), (60.0, 36_000.0)):
        integral.offer(power, at=at)
    assert integral.positive_kwh == 0.0
    integral.offer(36_000.0, at=100.0)
    assert integral.positive_kwh == 0.4


def test_the_totals_go_on_after_a_restart() -> None:
    stored = json.loads(json.dumps(fed((HOUR, 1_000.0), (HOUR, -500.0)).to_dict()))
    integral = PowerIntegral(stored)
    assert integral.positive_kwh == pytest.approx(1.0, abs=0.02)
    assert integral.negative_kwh == pytest.approx(0.5, abs=0.02)
    integral.offer(36_000.0, at=7.0)
    integral.offer(36_000.0, at=107.0)
    assert integral.positive_kwh == pytest.approx(2.0, abs=0.02)


def test_after_a_power_cut_a_total_is_unknown_until_it_has_reached_what_may_have_been_shown() -> (
    None
):
    before = fed((HOUR, 1_000.0))
    stored = json.loads(json.dumps(before.to_dict()))
    integral = PowerIntegral(stored, proven=False)
    assert totals(integral) == (None, 0.0)
    for at in range(0, 101, 50):
        integral.offer(18_000.0, at=at)
    assert totals(integral) == (1.0 + RESERVE_KWH, 0.0)


def test_what_was_stored_after_a_power_cut_keeps_the_reserve_of_before() -> None:
    first = fed((HOUR, 1_000.0))
    second = PowerIntegral(first.to_dict(), proven=False)
    second.offer(36_000.0, at=0.0)
    second.offer(36_000.0, at=10.0)
    third = PowerIntegral(second.to_dict(), proven=False)
    third.offer(36_000.0, at=0.0)
    third.offer(36_000.0, at=45.0)
    assert totals(third) == (None, 0.0)
    third.offer(36_000.0, at=50.0)
    assert totals(third) == (1.0 + RESERVE_KWH + 0.1, 0.0)


def test_a_clean_restart_in_between_does_not_end_the_wait() -> None:
    stored = fed((HOUR, 1_000.0)).to_dict()
    cut = PowerIntegral(stored, proven=False)
    cut.offer(36_000.0, at=0.0)
    cut.offer(36_000.0, at=10.0)
    again = PowerIntegral(json.loads(json.dumps(cut.to_dict())))
    assert totals(again) == (None, 0.0)
    again.offer(36_000.0, at=0.0)
    again.offer(36_000.0, at=40.0)
    assert totals(again) == (1.0 + RESERVE_KWH, 0.0)


def test_what_has_rested_since_it_was_stored_is_known_after_a_power_cut() -> None:
    integral = fed((HOUR, 1_000.0))
    integral.to_dict()
    assert totals(PowerIntegral(integral.to_dict(), proven=False)) == (1.0, 0.0)
    integral.offer(3_600.0, at=HOUR + 1)
    assert integral.due, "so that it is stored before it can go further"
    stored = integral.to_dict()
    assert totals(PowerIntegral(stored, proven=False)) == (None, 0.0)


def test_what_may_not_be_shown_is_counted_all_the_same() -> None:
    integral = PowerIntegral(fed((HOUR, 1_000.0), (HOUR, -500.0)).to_dict(), proven=False)
    assert totals(integral) == (None, None)
    assert integral.counted_kwh(positive=True) == pytest.approx(1.0, abs=0.02)
    assert integral.counted_kwh(positive=False) == pytest.approx(0.5, abs=0.02)


def test_the_totals_are_due_for_the_store_when_the_reserve_is_used_up() -> None:
    integral = PowerIntegral()
    due = [integral.due]
    for at in (0.0, 1.0):
        integral.offer(-36_000.0, at=at)
        due.append(integral.due)
    integral.to_dict()
    for at in (51.0, 51.2):
        integral.offer(-36_000.0, at=at)
        due.append(integral.due)
    assert due == [False, False, True, False, True]


@pytest.mark.parametrize(
    "damaged",
    [
        None,
        7,
        {"positive": 3, "negative": []},
        {"positive": {"kwh": 5.0}},
        {"positive": {"kwh": "5", "reserved": 6.0}},
        {"positive": {"kwh": 5.0, "reserved": 4.0}},
        {"positive": {"kwh": -5.0, "reserved": 4.0}},
        {"positive": {"kwh": float("nan"), "reserved": float("nan")}},
    ],
)
def test_a_damaged_memory_begins_at_zero(damaged: object) -> None:
    integral = PowerIntegral(damaged)
    assert totals(integral) == (0.0, 0.0)


@given(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.floats(-1e6, 1e6), st.sampled_from([float("nan")])),
            st.floats(-10.0, 400.0),
            st.booleans(),
            st.booleans(),
        ),
        max_size=60,
    )
)
def test_totals_never_fall_whatever_comes_and_however_often_the_power_is_cut(
    readings: list[tuple[float | None, float, bool, bool]],
) -> None:
    integral, now, stored = PowerIntegral(), 0.0, PowerIntegral().to_dict()
    shown = {"positive": 0.0, "negative": 0.0}
    for power, after_s, cut, in_turn in readings:
        if cut:
            integral = PowerIntegral(json.loads(json.dumps(stored)), proven=False)
        now += after_s
        integral.offer(power, at=now)
        if integral.due or in_turn:  # at once, as one reading can bring any energy here
            stored = integral.to_dict()
        for name, total in (
            ("positive", integral.positive_kwh),
            ("negative", integral.negative_kwh),
        ):
            if total is not None:
                assert total >= shown[name] - 0.001
                shown[name] = total
