"""What of a log counts against us."""

import pytest

from tests.demo.complaints import complaints

TIME = "2026-11-21 13:25:56.955+00:00"
UNTESTED = "We found a custom integration solar_monitor which has not been"


def test_a_warning_of_ours_is_a_complaint() -> None:
    record = f"{TIME} WARNING (MainThread) [custom_components.solar_monitor.coordinator] silence"
    assert complaints(f"{record}\n", "/nowhere") == [record]


def test_an_error_elsewhere_with_our_line_in_its_traceback_is_a_complaint() -> None:
    record = (
        f"{TIME} ERROR (MainThread) [homeassistant.core] Error doing job\n"
        'Traceback (most recent call last):\n  File "/x/custom_components/solar_monitor/event.py"'
    )
    assert complaints(record, "/nowhere") == [record]


@pytest.mark.parametrize(
    "record",
    [
        f"{TIME} INFO (MainThread) [custom_components.solar_monitor.coordinator] back again",
        f"{TIME} ERROR (MainThread) [haffmpeg.core] FFmpeg fails\n  File '/home/solar_monitor/x'",
        f"{TIME} WARNING (SyncWorker_0) [homeassistant.loader] {UNTESTED} tested.",
        "no record at all",
        "",
    ],
)
def test_everything_else_is_none(record: str) -> None:
    assert complaints(record, "/home/solar_monitor") == []


def test_only_the_loader_may_say_that_we_were_not_tested() -> None:
    record = f"{TIME} WARNING (MainThread) [solar_monitor] {UNTESTED}"
    assert complaints(record, "/nowhere") == [record]
