from datetime import UTC, datetime, timedelta

from custom_components.solar_monitor.clients.transport import LinkStats
from custom_components.solar_monitor.sources.deye.figures import Figures

NOON = datetime(2026, 6, 21, 12, tzinfo=UTC)


def test_nothing_is_known_before_the_logger_says_something() -> None:
    assert Figures(LinkStats()).values(NOON) == {
        "logger_uptime": None,
        "clock_offset": None,
        "answer_time": None,
        "last_success": NOON,
    }


def test_the_boot_time_does_not_tremble() -> None:
    stats = LinkStats(logger_uptime_s=100)
    figures = Figures(stats)
    booted = NOON - timedelta(seconds=100)
    assert figures.values(NOON)["logger_uptime"] == booted
    stats.logger_uptime_s = 129
    assert figures.values(NOON + timedelta(seconds=30))["logger_uptime"] == booted
    stats.logger_uptime_s = 5
    assert figures.values(NOON + timedelta(seconds=60))["logger_uptime"] == NOON + timedelta(
        seconds=55
    )
    stats.logger_uptime_s = None
    assert figures.values(NOON)["logger_uptime"] is None


def test_the_clock_moves_by_two_seconds_or_not_at_all() -> None:
    stats = LinkStats()
    figures = Figures(stats)
    shown = []
    for offset in (4.4, 5.6, 2.1, 2.0, 3.9, 4.0, None, 1.0):
        stats.clock_offset_s = offset
        shown.append(figures.values(NOON)["clock_offset"])
    assert shown == [4, 4, 4, 2, 2, 4, None, 1]


def test_the_answer_time_is_told_to_a_thousandth() -> None:
    assert Figures(LinkStats(answer_time_s=0.12345)).values(NOON)["answer_time"] == 0.123
