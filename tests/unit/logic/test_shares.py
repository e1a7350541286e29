from datetime import date, timedelta
import json
from typing import Final

import pytest

from custom_components.solar_monitor.logic.shares import (
    DAILY_WEIGHT,
    ENOUGH_WH,
    HYSTERESIS,
    Shares,
    Standing,
)

QUARTER: Final = 900.0
DAY: Final = date(2026, 6, 21)


def sunny(shares: Shares, hours: float = 4.0, **powers: float) -> Standing:
    """Let the sun shine on panels with these powers (W), the median of the others being 200 W."""
    for _ in range(round(hours * 4)):
        for serial, power in powers.items():
            shares.note(serial, power, 200.0, QUARTER)
    return shares.judge()


def test_the_panel_with_the_smallest_share_of_its_siblings_is_the_weakest() -> None:
    standing = sunny(Shares(), a=200.0, b=150.0, c=210.0)
    assert standing.weakest == "b"
    assert standing.share == pytest.approx(0.75)
    assert standing.spread == pytest.approx(0.3)


def test_a_report_counts_as_long_as_it_stands_for() -> None:
    shares = Shares()
    shares.note("a", 100.0, 200.0, 3_600.0)
    shares.note("a", 200.0, 200.0, 1_200.0)
    assert shares.share_of("a") == pytest.approx((100 + 200 / 3) / (200 + 200 / 3))


def test_a_report_after_a_long_silence_counts_for_an_hour_at_most() -> None:
    shares = Shares()
    shares.note("a", 100.0, 200.0, 86_400.0)
    shares.note("a", 200.0, 200.0, 3_600.0)
    assert shares.share_of("a") == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("power", "others", "seconds"),
    [
        (5.0, 9.9, QUARTER),
        (float("nan"), 200.0, QUARTER),
        (200.0, float("nan"), QUARTER),
        (200.0, float("inf"), QUARTER),
        (200.0, 200.0, 0.0),
    ],
)
def test_faint_light_and_what_is_no_number_say_nothing(
    power: float, others: float, seconds: float
) -> None:
    shares = Shares()
    for _ in range(100):
        shares.note("a", power, others, seconds)
    assert shares.share_of("a") is None


def test_nothing_is_said_before_enough_sun_has_shone() -> None:
    shares = Shares()
    shares.note("a", 150.0, ENOUGH_WH - 0.1, 3_600.0)
    shares.note("b", 150.0, ENOUGH_WH, 3_600.0)
    assert shares.share_of("a") is None
    assert shares.share_of("b") == 150.0 / ENOUGH_WH
    assert shares.judge() == Standing()


def test_one_panel_alone_is_not_the_weakest() -> None:
    assert sunny(Shares(), a=100.0) == Standing()


def test_few_of_many_panels_do_not_tell_the_weakest() -> None:
    shares = Shares()
    for serial in "abcdefgh":
        shares.note(serial, 200.0, 20.0, QUARTER)
    assert sunny(shares, a=100.0, b=200.0, c=200.0) == Standing()
    assert sunny(shares, d=200.0).weakest == "a"


def test_panels_of_the_same_strength_do_not_take_turns() -> None:
    shares = Shares()
    assert sunny(shares, a=160.0, b=161.0).weakest == "a"
    standing = sunny(shares, hours=40, a=160.0, b=156.0)
    assert standing.weakest == "a"
    assert standing.share == pytest.approx(0.8)
    other = shares.share_of("b")
    assert other is not None
    assert standing.spread == pytest.approx(0.8 - other)
    weaker = 200 * (0.8 - HYSTERESIS) - 4
    assert sunny(shares, hours=400, a=160.0, b=weaker).weakest == "b"


def test_a_new_day_counts_more_than_the_days_before() -> None:
    shares = Shares()
    shares.turn(DAY)
    sunny(shares, a=100.0, b=200.0)
    shares.turn(DAY)
    shares.turn(DAY + timedelta(days=1))
    sunny(shares, a=200.0, b=200.0)
    assert shares.share_of("a") == pytest.approx((0.5 * DAILY_WEIGHT + 1.0) / (DAILY_WEIGHT + 1))


def test_a_panel_that_makes_nothing_or_less_has_no_share() -> None:
    standing = sunny(Shares(), a=0.0, b=200.0, c=-3.0)
    assert standing.weakest == "a"
    assert standing.share == 0.0


def test_a_panel_that_was_taken_away_is_forgotten() -> None:
    shares = Shares()
    assert sunny(shares, a=100.0, b=180.0, c=200.0).weakest == "a"
    shares.keep(["b", "c"])
    assert shares.judge().weakest == "b"
    assert shares.share_of("a") is None


def test_shares_survive_a_restart() -> None:
    shares = Shares()
    shares.turn(DAY)
    before = sunny(shares, a=160.0, b=160.0, c=200.0)
    again = Shares(json.loads(json.dumps(shares.to_dict())))
    assert again.judge() == before
    again.turn(DAY + timedelta(days=1))
    assert again.to_dict()["yields"]["a"] == [640 * DAILY_WEIGHT, 800 * DAILY_WEIGHT]


@pytest.mark.parametrize(
    "damaged",
    [
        None,
        [],
        {"yields": 3},
        {"yields": {"a": [1, 2, 3], "b": ["x", 200], "c": [-1, 200]}, "day": 4, "weakest": 5},
    ],
)
def test_a_damaged_memory_is_a_start_without_one(damaged: object) -> None:
    shares = Shares(damaged)
    assert shares.to_dict() == {"yields": {}, "weakest": None, "day": None}
