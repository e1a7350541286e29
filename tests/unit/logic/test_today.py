"""Energy since local midnight."""

from datetime import UTC, datetime, timedelta
import json
import math
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest

from custom_components.solar_monitor.logic.today import DayCounter

BERLIN: Final = ZoneInfo("Europe/Berlin")
MIDNIGHT: Final = datetime(2026, 7, 2, 0, 0, tzinfo=BERLIN)


def at(clock: str, day: int = 1) -> datetime:
    """A time of day in Berlin, July 2026."""
    hour, minute = clock.split(":")
    return datetime(2026, 7, day, int(hour), int(minute), tzinfo=BERLIN)


def restarted(counter: DayCounter) -> DayCounter:
    """The same counter after a restart, through real JSON."""
    return DayCounter.from_dict(json.loads(json.dumps(counter.to_dict())))


def running(total: float = 1_000.0, clock: str = "23:59") -> DayCounter:
    """A counter that knew the first of July and was last heard at `clock`."""
    counter = DayCounter()
    counter.offer(total - 10, local_now=at("00:30"), firmware_today=0.0)
    assert counter.offer(total, local_now=at(clock), firmware_today=10.0) == 10
    return counter


# --- the first day --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clock", "total", "firmware", "expected"),
    [
        ("12:00", 1_000.0, 7.3, 7.3),
        ("12:00", 1_000.0, 0.0, 0.0),
        ("12:00", 5.0, 5.0, 5.0),
        ("12:00", 5.0, 5.1, None),  # more than the total
        ("12:00", 1_000.0, -0.1, None),
        ("12:00", 1_000.0, None, None),
        ("12:00", 1_000.0, math.nan, None),
        ("12:00", 1_000.0, math.inf, None),
        ("12:00", 1_000.0, 144.2, 144.2),  # 0.2 + 1.5 × 8 kW × 12 h
        ("12:00", 1_000.0, 144.3, None),
        ("00:00", 1_000.0, 0.2, 0.2),
        ("00:00", 1_000.0, 0.3, None),
        ("01:00", 1_000.0, 20.0, None),  # the firmware has not restarted its day
    ],
)
def test_the_first_day_starts_from_the_firmwares_counter_if_that_is_plausible(
    clock: str, total: float, firmware: float | None, expected: float | None
) -> None:
    counter = DayCounter(power_w=8_000.0)
    assert counter.offer(total, local_now=at(clock), firmware_today=firmware) == expected


def test_without_a_power_limit_only_damaged_firmware_counters_are_refused() -> None:
    assert DayCounter().offer(9_999.0, local_now=at("12:00"), firmware_today=300.0) == 300
    assert DayCounter().offer(9_999.0, local_now=at("12:00"), firmware_today=6_553.5) is None


def test_an_unknown_first_day_becomes_known_when_the_firmware_makes_sense() -> None:
    counter = DayCounter()
    for clock, firmware in (("12:00", None), ("12:01", 6_553.5), ("12:02", None)):
        assert counter.offer(1_000.0, local_now=at(clock), firmware_today=firmware) is None
    assert counter.offer(1_000.0, local_now=at("12:03"), firmware_today=4.0) == 4


def test_an_unknown_first_day_ends_at_midnight() -> None:
    counter = DayCounter()
    assert counter.offer(1_000.0, local_now=at("12:00"), firmware_today=None) is None
    assert counter.offer(1_003.0, local_now=at("23:59"), firmware_today=None) is None
    assert counter.offer(1_003.0, local_now=at("00:00", 2), firmware_today=None) == 0
    assert counter.offer(1_003.4, local_now=at("00:01", 2), firmware_today=None) == 0.4


def test_nothing_is_known_before_the_first_total() -> None:
    counter = DayCounter()
    assert counter.offer(None, local_now=at("12:00"), firmware_today=3.0) is None
    assert counter.to_dict() is None
    assert restarted(counter).offer(50.0, local_now=at("12:00"), firmware_today=3.0) == 3


def test_the_firmwares_counter_is_asked_once_a_day_only() -> None:
    counter = DayCounter()
    assert counter.offer(1_000.0, local_now=at("12:00"), firmware_today=4.0) == 4
    assert counter.offer(1_001.0, local_now=at("13:00"), firmware_today=0.0) == 5
    assert counter.offer(1_002.0, local_now=at("14:00"), firmware_today=900.0) == 6


# --- midnight -------------------------------------------------------------------------------


@pytest.mark.parametrize("firmware", [None, 0.0, 10.2, 6_553.5])
def test_a_seen_midnight_needs_no_firmware(firmware: float | None) -> None:
    counter = running()
    assert counter.offer(1_000.1, local_now=at("00:01", 2), firmware_today=firmware) == 0.1
    assert counter.offer(1_000.4, local_now=at("00:02", 2), firmware_today=firmware) == 0.4


def test_the_value_is_zero_at_midnight() -> None:
    counter = running()
    assert (
        counter.offer(1_000.0, local_now=MIDNIGHT - timedelta(seconds=1), firmware_today=10) == 10
    )
    assert counter.offer(1_000.0, local_now=MIDNIGHT, firmware_today=10) == 0


def test_a_total_that_is_missing_at_midnight_is_the_last_one() -> None:
    counter = running()
    assert counter.offer(None, local_now=at("23:59"), firmware_today=None) == 10
    assert counter.offer(None, local_now=at("00:00", 2), firmware_today=None) == 0
    assert counter.offer(1_000.5, local_now=at("00:01", 2), firmware_today=None) == 0.5


@pytest.mark.parametrize(
    ("heard", "answered", "expected"),
    [("23:45", "00:15", 1.0), ("23:45", "00:16", 0.4), ("23:30", "00:00", 1.0)],
)
def test_a_midnight_is_seen_if_the_gap_is_half_an_hour_at_most(
    heard: str, answered: str, expected: float
) -> None:
    counter = running(clock=heard)
    assert counter.offer(1_001.0, local_now=at(answered, 2), firmware_today=0.4) == expected


def test_repeating_the_last_total_is_not_hearing_it() -> None:
    counter = running(clock="20:00")
    for clock in ("20:30", "21:00", "22:00", "23:00", "23:50", "23:59"):
        assert counter.offer(1_000.0, local_now=at(clock), firmware_today=None) == 10
    assert counter.offer(1_000.0, local_now=at("00:00", 2), firmware_today=None) == 0
    # the logger is back: 3 kWh of yesterday, 2 of today
    assert counter.offer(1_005.0, local_now=at("08:00", 2), firmware_today=2.0) == 2


@pytest.mark.parametrize(
    ("firmware", "expected"),
    [
        (0.0, 0.0),
        (2.0, 2.0),
        (5.0, 5.0),
        (5.2, 5.0),  # both counters are rounded: not more than since the last total
        (None, 0.0),
        (5.3, 0.0),
        (12.0, 0.0),  # still the counter of the day before
        (-1.0, 0.0),
    ],
)
def test_after_a_missed_midnight_the_firmware_tells_todays_part(
    firmware: float | None, expected: float
) -> None:
    counter = restarted(running(clock="22:00"))
    assert counter.offer(1_000.0, local_now=at("08:00", 2), firmware_today=None) == 0
    assert counter.offer(1_005.0, local_now=at("08:00", 2), firmware_today=firmware) == expected


@pytest.mark.parametrize("firmware", [None, 12.0])
def test_after_a_missed_midnight_without_help_the_last_total_before_it_counts(
    firmware: float | None,
) -> None:
    counter = restarted(running(clock="22:00"))
    assert counter.offer(1_005.0, local_now=at("08:00", 2), firmware_today=firmware) == 0
    assert counter.offer(1_005.1, local_now=at("08:01", 2), firmware_today=firmware) == 5.1


def test_a_firmware_counter_that_comes_one_poll_late_is_still_used() -> None:
    counter = restarted(running(clock="22:00"))
    assert counter.offer(1_005.0, local_now=at("08:00", 2), firmware_today=None) == 0
    assert counter.offer(1_005.1, local_now=at("08:01", 2), firmware_today=2.1) == 2.1


def test_several_missed_midnights_are_one() -> None:
    counter = restarted(running())
    assert counter.offer(1_060.0, local_now=at("12:00", 5), firmware_today=9.0) == 9


def test_a_restart_within_the_day_goes_on() -> None:
    counter = restarted(running(clock="12:00"))
    assert counter.offer(1_000.0, local_now=at("12:05"), firmware_today=None) == 10
    assert counter.offer(1_001.0, local_now=at("12:06"), firmware_today=0.0) == 11


def test_a_restart_between_midnight_and_the_first_answer_goes_on() -> None:
    counter = running()
    assert counter.offer(1_000.0, local_now=at("00:01", 2), firmware_today=None) == 0
    counter = restarted(counter)
    assert counter.offer(1_000.3, local_now=at("00:02", 2), firmware_today=None) == 0.3


# --- days of 23 and 25 hours, and clocks ----------------------------------------------------


@pytest.mark.parametrize(
    ("date", "hours"), [((2026, 3, 29), 23), ((2026, 10, 25), 25), ((2026, 7, 1), 24)]
)
def test_a_day_is_counted_whole_whatever_its_length(date: tuple[int, int, int], hours: int) -> None:
    start = datetime(*date, tzinfo=BERLIN).astimezone(UTC)
    quarter = timedelta(minutes=15)
    counter = DayCounter()
    counter.offer(99.9, local_now=(start - quarter).astimezone(BERLIN), firmware_today=1.0)
    values = [
        counter.offer(
            round(100 + number / 10, 1),
            local_now=(start + number * quarter).astimezone(BERLIN),
            firmware_today=None,
        )
        for number in range(4 * hours + 1)
    ]
    assert values[:-1] == [round(0.1 + number / 10, 1) for number in range(4 * hours)]
    assert values[-1] == 0.1


@pytest.mark.parametrize(("date", "most"), [((2026, 3, 29), 132.2), ((2026, 10, 25), 156.2)])
def test_the_hours_since_midnight_are_real_hours(date: tuple[int, int, int], most: float) -> None:
    noon = datetime(*date, 12, tzinfo=BERLIN)
    plausible = DayCounter(power_w=8_000.0)
    assert plausible.offer(1_000.0, local_now=noon, firmware_today=most) == most
    beyond = DayCounter(power_w=8_000.0)
    assert beyond.offer(1_000.0, local_now=noon, firmware_today=most + 0.1) is None


def test_an_hour_that_repeats_at_midnight_does_not_start_the_day_twice() -> None:
    # In Havana summer time ends at 01:00, which becomes 00:00 again.
    havana = ZoneInfo("America/Havana")
    first = datetime(2026, 11, 1, 0, 20, tzinfo=havana)
    counter = DayCounter()
    counter.offer(90.0, local_now=datetime(2026, 10, 31, 23, 59, tzinfo=havana), firmware_today=5.0)
    assert counter.offer(90.5, local_now=first, firmware_today=None) == 0.5
    assert counter.offer(90.6, local_now=first.replace(fold=1), firmware_today=None) == 0.6


@pytest.mark.parametrize("clock", ["23:59", "23:00", "21:00"])
def test_a_clock_that_falls_back_over_midnight_does_not_start_the_day_twice(clock: str) -> None:
    counter = running()
    assert counter.offer(1_000.5, local_now=at("00:05", 2), firmware_today=None) == 0.5
    assert counter.offer(1_000.7, local_now=at(clock), firmware_today=None) == 0.7
    assert counter.offer(1_000.9, local_now=at("00:05", 2), firmware_today=None) == 0.9
    assert counter.offer(1_001.0, local_now=at("00:00", 3), firmware_today=None) == 0


def test_a_clock_that_was_a_year_ahead_and_is_corrected_ends_the_day_at_the_right_midnight() -> (
    None
):
    counter = running()
    ahead = at("12:00").replace(year=2027)
    assert counter.offer(1_000.0, local_now=ahead, firmware_today=0.0) == 0
    assert counter.offer(1_001.0, local_now=at("12:01"), firmware_today=None) == 1
    assert counter.offer(1_002.0, local_now=at("23:59"), firmware_today=None) == 2
    assert counter.offer(1_002.0, local_now=at("00:00", 2), firmware_today=None) == 0


def test_a_clock_that_was_never_set_turns_and_settles_nothing() -> None:
    unset = datetime(1970, 1, 1, 0, 5, tzinfo=BERLIN)
    assert DayCounter().offer(5.0, local_now=unset, firmware_today=1.0) is None
    counter = restarted(running(clock="12:00"))
    assert counter.offer(1_000.0, local_now=unset, firmware_today=0.0) == 10
    assert counter.offer(1_000.5, local_now=unset, firmware_today=0.0) == 10.5
    assert counter.offer(1_001.0, local_now=at("12:10"), firmware_today=0.0) == 11


def test_a_total_that_falls_never_makes_the_value_fall() -> None:
    counter = running(clock="12:00")
    assert counter.offer(900.0, local_now=at("12:01"), firmware_today=None) == 10
    assert counter.offer(1_000.5, local_now=at("12:02"), firmware_today=None) == 10.5


# --- memory ---------------------------------------------------------------------------------

GOOD: Final[dict[str, Any]] = {
    "day": "2026-07-01",
    "last": 1_000,
    "heard_at": 1.0,
    "base": 990.0,
    "settled": True,
    "asked": False,
    "value": 10.0,
}


def test_a_memory_is_read_back_as_it_was_written() -> None:
    assert DayCounter(GOOD).to_dict() == GOOD
    unknown = GOOD | {"base": None, "value": None, "settled": False}
    assert DayCounter.from_dict(unknown).to_dict() == unknown


BAD_NUMBERS: Final[tuple[object, ...]] = ("1", True, [], math.nan, math.inf, 10**400)


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "text",
        {},
        GOOD | {"more": 1},
        *({key: value for key, value in GOOD.items() if key != missing} for missing in GOOD),
        *(GOOD | {"day": bad} for bad in (None, 5, "", "yesterday", "20260701", "2026-13-01")),
        *(
            GOOD | {key: bad}
            for key in ("last", "heard_at", "base", "value")
            for bad in BAD_NUMBERS
        ),
        *(GOOD | {key: None} for key in ("last", "heard_at", "settled", "asked")),
        GOOD | {"settled": 1},
    ],
)
def test_a_damaged_memory_is_no_memory(data: object) -> None:
    assert DayCounter.from_dict(data).to_dict() is None
