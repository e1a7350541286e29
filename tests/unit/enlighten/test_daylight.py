"""When the sun shines on a site."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.solar_monitor.clients.enlighten.daylight import Daylight

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def local(daylight: Daylight, day: date) -> tuple[datetime, datetime]:
    """Give a window in the site's time."""
    opens, closes = daylight.window(day)
    zone = daylight.zone
    return datetime.fromtimestamp(opens, zone), datetime.fromtimestamp(closes, zone)


def test_the_window_begins_before_sunrise_and_ends_after_sunset() -> None:
    daylight = Daylight(AMSTERDAM, latitude=52.37, longitude=4.9)
    opens, closes = local(daylight, date(2027, 6, 21))
    # The sun rises at 5:18 and sets at 22:07 there.
    assert abs(opens - datetime(2027, 6, 21, 5, 3, tzinfo=AMSTERDAM)) < timedelta(minutes=5)
    assert abs(closes - datetime(2027, 6, 21, 22, 37, tzinfo=AMSTERDAM)) < timedelta(minutes=5)


@pytest.mark.parametrize("day", [date(2027, 6, 21), date(2027, 12, 21)])
def test_where_the_sun_does_not_rise_or_set_the_window_is_eight_to_six(day: date) -> None:
    daylight = Daylight(ZoneInfo("Europe/Oslo"), latitude=69.65, longitude=18.96)
    assert [at.hour for at in local(daylight, day)] == [8, 18]


def test_without_a_place_the_window_is_eight_to_six() -> None:
    daylight = Daylight(AMSTERDAM)
    assert [at.hour for at in local(daylight, date(2027, 6, 21))] == [8, 18]
    assert [at.hour for at in local(Daylight(AMSTERDAM, latitude=1.0), date(2027, 6, 21))] == [
        8,
        18,
    ]


@pytest.mark.parametrize("zone", ["America/Phoenix", "Australia/Sydney", "Pacific/Auckland"])
def test_coordinates_of_another_part_of_the_world_give_way_to_the_zone(zone: str) -> None:
    daylight = Daylight(ZoneInfo(zone), latitude=40.0, longitude=4.9)
    opens, closes = local(daylight, date(2027, 3, 21))
    assert 5 <= opens.hour <= 7
    assert 17 <= closes.hour <= 19


def test_a_wide_zone_s_own_coordinates_are_kept() -> None:
    kashgar = Daylight(ZoneInfo("Asia/Shanghai"), latitude=39.47, longitude=75.99)
    assert local(kashgar, date(2027, 3, 21))[0].hour == 8


def test_near_the_pole_every_day_has_a_window() -> None:
    # There are days on which the sun only sets.
    daylight = Daylight(ZoneInfo("Europe/Oslo"), latitude=78.2, longitude=15.6)
    day, odd = date(2027, 1, 1), []
    while day.year == 2027:
        opens, closes = daylight.window(day)
        assert 0 < closes - opens <= 86_400 + 3_600
        odd.append(closes - opens)
        day += timedelta(days=1)
    assert len(odd) == 365


def test_daylight_of_a_span_counts_what_lies_in_windows() -> None:
    daylight = Daylight(UTC)
    midnight = datetime(2027, 3, 1, tzinfo=UTC).timestamp()
    assert daylight.seconds(midnight, midnight + 2 * 86_400) == 2 * 10 * 3_600
    assert daylight.seconds(midnight + 9 * 3_600, midnight + 10 * 3_600) == 3_600
    assert daylight.seconds(midnight, midnight) == 0


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2027, 3, 28), 23), (date(2027, 10, 31), 25), (date(2027, 5, 1), 24)]
)
def test_days_of_23_and_25_hours_are_as_long_as_they_are(day: date, hours: int) -> None:
    daylight = Daylight(AMSTERDAM)
    midnight = datetime.min.time()
    begin, end = daylight.at(day, midnight), daylight.at(day + timedelta(days=1), midnight)
    assert end - begin == hours * 3_600
    assert daylight.day_of(begin) == day
