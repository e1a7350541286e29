"""A clock that was wrong and is put right does no lasting harm."""

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from custom_components.solar_monitor.logic.flows import LONGEST_AHEAD_S, Reading
from custom_components.solar_monitor.logic.peaks import ImportPeaks, Peak

from .house import NOW
from .paper import PaperSite, Unit

HALF: Final = 1_800
BEGIN: Final = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ahead_s", "fresh"), [(LONGEST_AHEAD_S, 100.0), (LONGEST_AHEAD_S + 1, None), (7_200.0, None)]
)
def test_a_reading_of_a_time_to_come_is_not_known(ahead_s: float, fresh: float | None) -> None:
    assert Reading(100.0, NOW + ahead_s).fresh(NOW) == fresh


def test_a_clock_that_is_set_back_holds_nothing_for_long() -> None:
    site = PaperSite()
    site.gateway()
    site.inverter()
    site.look()
    site.now -= 7_200.0
    moments = []
    for _ in range(20):
        site.inverter(Unit(ct=300.0))
        moments.append(site.look())
    assert not any(moment.held for moment in moments)
    moment = moments[-1]
    assert moment.flows.grid_w == 300.0
    assert moment.flows.pv_w is None, "the gateway was not heard since"
    site.gateway(power=500.0)
    assert site.look().flows.pv_w == 500.0


def fed(peaks: ImportPeaks, watts: float, begin: datetime, minutes: int) -> datetime:
    """Let so much be imported for so long, told every 30 s; gives when that ends."""
    for half_minute in range(2 * minutes + 1):
        peaks.offer(watts, begin + timedelta(seconds=30 * half_minute))
    return begin + timedelta(minutes=minutes)


def mean_w(peaks: ImportPeaks) -> float | None:
    """Give the highest mean of half an hour."""
    peak: Peak | None = peaks.peak(HALF)
    return None if peak is None else peak.mean_w


@pytest.mark.parametrize("days", [20, 400], ids=["a month", "a year"])
def test_after_a_clock_was_ahead_peaks_are_kept_from_the_next_interval_on(days: int) -> None:
    peaks = ImportPeaks()
    end = fed(peaks, 4_000, BEGIN, 60)
    peaks.offer(4_000, end + timedelta(days=days))
    assert mean_w(peaks) is None, "that month has none"
    end = fed(peaks, 1_000, end, 20)
    assert mean_w(peaks) is None
    end = fed(peaks, 1_000, end, 10)
    assert mean_w(peaks) == 4_000, "what was known of the month before counts again"
    assert peaks.month == "2026-11"
    again = ImportPeaks.from_dict(peaks.to_dict())
    fed(again, 5_000, end, 30)
    assert mean_w(again) == 5_000


def test_a_clock_that_was_ahead_over_the_end_of_a_month_goes_on_with_the_old_one() -> None:
    peaks = ImportPeaks()
    eve = datetime(2026, 11, 30, 23, tzinfo=UTC)
    peaks.offer(4_000, eve + timedelta(days=90))
    fed(peaks, 1_000, eve, 60)
    assert peaks.month == "2026-12"
    assert mean_w(peaks) is None, "it ended with November"


def test_a_clock_that_starts_with_the_month_before_takes_no_peak_away() -> None:
    peaks = ImportPeaks()
    begin = datetime(2026, 11, 2, 12, tzinfo=UTC)
    end = fed(peaks, 5_000, begin, 60)
    again = ImportPeaks.from_dict(peaks.to_dict())
    fed(again, 300, begin - timedelta(days=4), 40)
    fed(again, 200, end + timedelta(minutes=45), 60)
    assert mean_w(again) == 5_000


def test_a_clock_that_starts_in_1970_takes_no_peak_away() -> None:
    peaks = ImportPeaks()
    end = fed(peaks, 5_000, BEGIN, 60)
    again = ImportPeaks.from_dict(peaks.to_dict())
    for wrong in (datetime(1970, 1, 1, tzinfo=UTC), BEGIN - timedelta(days=40)):
        fed(again, 300, wrong, 60)
        again = ImportPeaks.from_dict(again.to_dict())
    fed(again, 200, end + timedelta(hours=2), 60)
    assert mean_w(again) == 5_000


def test_what_a_clock_that_was_ahead_called_the_next_month_is_none_of_its_peaks() -> None:
    peaks = ImportPeaks()
    fed(peaks, 9_000, BEGIN + timedelta(days=25), 60)
    fed(peaks, 1_000, BEGIN, 60)
    fed(peaks, 2_000, datetime(2026, 12, 1, tzinfo=UTC), 60)
    assert mean_w(peaks) == 2_000
