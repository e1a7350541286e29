from datetime import datetime, timedelta
import json
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest

from custom_components.solar_monitor.logic.peaks import ImportPeaks, OnPeak

from .paper import PaperSite, Unit

PHOENIX: Final = ZoneInfo("America/Phoenix")
KATHMANDU: Final = ZoneInfo("Asia/Kathmandu")
HALF: Final = 1_800
HOUR: Final = 3_600
BEGIN: Final = datetime(2026, 7, 6, 14, tzinfo=PHOENIX)  # a Monday
AFTERNOON: Final = OnPeak(frozenset(range(5)), 14 * 60, 20 * 60)


def feed(
    peaks: ImportPeaks,
    power_w: float | None,
    begin: datetime,
    minutes: float,
    *,
    step_s: float = 30.0,
) -> ImportPeaks:
    """Let the meter show a power for some minutes."""
    seconds = 0.0
    while seconds <= minutes * 60:
        peaks.offer(power_w, begin + timedelta(seconds=seconds))
        seconds += step_s
    return peaks


def mean_w(peaks: ImportPeaks, length_s: int, *, on_peak: bool = False) -> float | None:
    """The highest mean, to whole watts."""
    peak = peaks.peak(length_s, on_peak=on_peak)
    return round(peak.mean_w) if peak else None


def test_the_highest_half_hour_and_the_highest_hour_are_kept() -> None:
    peaks = ImportPeaks()
    feed(peaks, 1_000, BEGIN, 30)
    feed(peaks, 3_000, BEGIN + timedelta(minutes=30), 30)
    feed(peaks, 2_500, BEGIN + timedelta(minutes=60), 60)
    assert mean_w(peaks, HALF) == 3_000
    assert mean_w(peaks, HOUR) == 2_500
    peak = peaks.peak(HALF)
    assert peak is not None
    assert peak.at == (BEGIN + timedelta(minutes=30)).timestamp()


def test_an_interval_counts_when_it_is_over_and_begins_with_the_clock() -> None:
    peaks = feed(ImportPeaks(), 2_000, BEGIN, 29.5)
    assert mean_w(peaks, HALF) is None
    feed(peaks, 2_000, BEGIN + timedelta(minutes=29.5), 1)
    assert mean_w(peaks, HALF) == 2_000
    assert mean_w(peaks, HOUR) is None


def test_export_is_no_import() -> None:
    peaks = feed(ImportPeaks(), -4_000, BEGIN, 15)
    feed(peaks, 2_000, BEGIN + timedelta(minutes=15, seconds=30), 15)
    assert mean_w(peaks, HALF) == 983  # half of it, but for the half minute of the change


@pytest.mark.parametrize(("missing_min", "counts"), [(2.5, True), (4, False)])
def test_an_interval_that_is_not_known_well_enough_makes_no_peak(
    missing_min: float, *, counts: bool
) -> None:
    peaks = feed(ImportPeaks(), 2_000, BEGIN, 10)
    peaks.offer(None, BEGIN + timedelta(minutes=10, seconds=1))
    feed(peaks, 2_000, BEGIN + timedelta(minutes=10 + missing_min), 20)
    assert (mean_w(peaks, HALF) == 2_000) is counts


def test_readings_too_far_apart_tell_nothing_of_the_time_between() -> None:
    assert mean_w(feed(ImportPeaks(), 2_000, BEGIN, 120, step_s=121), HALF) is None


@pytest.mark.parametrize(
    ("begin", "minutes", "on_peak", "covered"),
    [
        (BEGIN, 60, AFTERNOON, True),
        (BEGIN - timedelta(minutes=30), 60, AFTERNOON, False),
        (datetime(2026, 7, 6, 19, tzinfo=PHOENIX), 60, AFTERNOON, True),
        (datetime(2026, 7, 6, 19, 30, tzinfo=PHOENIX), 60, AFTERNOON, False),
        (datetime(2026, 7, 11, 15, tzinfo=PHOENIX), 60, AFTERNOON, False),
        (datetime(2026, 7, 6, 23, tzinfo=PHOENIX), 60, OnPeak(frozenset({0}), 1_320, 0), True),
        (
            datetime(2026, 7, 6, 23, 30, tzinfo=PHOENIX),
            60,
            OnPeak(frozenset({0}), 1_320, 120),
            True,
        ),
        (datetime(2026, 7, 7, 1, tzinfo=PHOENIX), 60, OnPeak(frozenset({0}), 1_320, 120), True),
        (
            datetime(2026, 7, 7, 1, 30, tzinfo=PHOENIX),
            60,
            OnPeak(frozenset({0}), 1_320, 120),
            False,
        ),
        (datetime(2026, 7, 6, 1, tzinfo=PHOENIX), 60, OnPeak(frozenset({0}), 1_320, 120), False),
    ],
)
def test_an_interval_is_on_peak_if_it_lies_wholly_within(
    begin: datetime, minutes: int, on_peak: OnPeak, *, covered: bool
) -> None:
    assert on_peak.covers(begin, minutes * 60) is covered


def test_the_peak_of_the_dear_hours_is_kept_apart() -> None:
    peaks = ImportPeaks(AFTERNOON)
    feed(peaks, 5_000, BEGIN - timedelta(hours=1), 60)
    feed(peaks, 1_500, BEGIN, 60)
    assert mean_w(peaks, HOUR) == 5_000
    assert mean_w(peaks, HOUR, on_peak=True) == 1_500
    again = ImportPeaks.from_dict(json.loads(json.dumps(peaks.to_dict())), AFTERNOON)
    assert mean_w(again, HOUR, on_peak=True) == 1_500


@pytest.mark.parametrize("others", [None, OnPeak(frozenset(range(5)), 22 * 60, 23 * 60)])
def test_the_peak_of_hours_that_are_dear_no_longer_is_forgotten(others: OnPeak | None) -> None:
    peaks = feed(ImportPeaks(AFTERNOON), 1_500, BEGIN, 60)
    again = ImportPeaks.from_dict(json.loads(json.dumps(peaks.to_dict())), others)
    assert (mean_w(again, HALF), mean_w(again, HOUR)) == (1_500, 1_500)
    assert mean_w(again, HALF, on_peak=True) is None
    assert mean_w(again, HOUR, on_peak=True) is None


def test_the_site_forgets_the_peak_of_hours_that_are_dear_no_longer() -> None:
    def dear(begin: int, end: int) -> dict[str, object]:
        hours = {"begin": f"{begin}:00:00", "end": f"{end}:00:00"}
        return {"on_peak": {"weekdays": list("0123456"), **hours}}

    def shown() -> dict[str, Any]:
        site.inverter(Unit(ct=6_000.0))
        values = site.model.values(site.look())[0]
        return {on: values[f"import_peak_30min{on}"] for on in ("", "_on_peak")}

    site = PaperSite(dear(11, 14))
    for _ in range(60):
        shown()
    assert shown() == {"": 6_000, "_on_peak": 6_000}
    site.restart()
    assert shown() == {"": 6_000, "_on_peak": 6_000}
    site.restart(dear(22, 23))
    assert shown() == {"": 6_000, "_on_peak": None}


def test_a_new_month_begins_with_nothing_and_the_interval_before_it_is_of_the_old_one() -> None:
    eve = datetime(2026, 7, 31, 23, tzinfo=PHOENIX)
    peaks = feed(ImportPeaks(), 4_000, eve, 90)
    assert mean_w(peaks, HALF) == 4_000
    feed(peaks, 1_000, eve + timedelta(minutes=90), 60)
    assert mean_w(peaks, HALF) == 4_000
    late = feed(ImportPeaks(), 4_000, eve, 60)
    assert mean_w(late, HALF) is None, "it ended with the month"


def test_a_clock_that_falls_back_forgets_nothing() -> None:
    peaks = feed(ImportPeaks(), 4_000, BEGIN, 60)
    peaks.offer(0.0, BEGIN - timedelta(days=30))
    assert mean_w(peaks, HOUR) == 4_000


def test_no_more_than_the_months_that_a_clock_may_make_up_are_kept() -> None:
    peaks = ImportPeaks()
    for days in range(0, 300, 31):
        feed(peaks, 1_000, BEGIN + timedelta(days=days), 30)
    assert len(peaks.to_dict()["months"]) == 3


def test_intervals_follow_the_sites_clock_also_in_odd_zones() -> None:
    begin = datetime(2026, 7, 6, 14, tzinfo=KATHMANDU)
    peak = feed(ImportPeaks(), 2_000, begin, 60).peak(HOUR)
    assert peak is not None
    assert peak.at == begin.timestamp()


def test_peaks_survive_a_restart_and_the_interrupted_interval_does_not_count() -> None:
    peaks = feed(ImportPeaks(), 2_000, BEGIN, 60)
    feed(peaks, 9_000, BEGIN + timedelta(minutes=60), 20)
    again = ImportPeaks.from_dict(json.loads(json.dumps(peaks.to_dict())))
    feed(again, 9_000, BEGIN + timedelta(minutes=85), 5)
    assert mean_w(again, HALF) == 2_000
    assert mean_w(again, HOUR) == 2_000


@pytest.mark.parametrize(
    "memory",
    [
        None,
        [],
        {"months": 7},
        {"months": {"2026-07": []}},
        {"months": {"2026-07": {"1800": ["x", 1], "3600": [2]}}},
    ],
)
def test_damaged_memory_begins_anew(memory: object) -> None:
    peaks = ImportPeaks.from_dict(memory)
    assert mean_w(peaks, HALF) is None
    assert mean_w(feed(peaks, 700, BEGIN, 30), HALF) == 700
