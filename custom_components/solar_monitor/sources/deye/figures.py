"""Figures about the conversation with a logger, made so that they change only when they say more.

A logger counts its uptime in whole seconds and answers a little sooner or later, so that its boot
time and its clock seem to move with every poll.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from ...clients.transport import LinkStats

LOGGER_UPTIME: Final = "logger_uptime"
CLOCK_OFFSET: Final = "clock_offset"
ANSWER_TIME: Final = "answer_time"
LAST_SUCCESS: Final = "last_success"

BOOT_JITTER: Final = timedelta(seconds=5)
CLOCK_JITTER_S: Final = 2


class Figures:
    """What is shown of one link."""

    def __init__(self, stats: LinkStats) -> None:
        """Start with nothing shown."""
        self._stats = stats
        self._booted_at: datetime | None = None
        self._clock_offset_s: int | None = None

    def values(self, measured_at: datetime) -> dict[str, Any]:
        """Give the figures after a poll that was answered at `measured_at` (UTC)."""
        answer_time = self._stats.answer_time_s
        return {
            LOGGER_UPTIME: self._boot_time(measured_at),
            CLOCK_OFFSET: self._steady_offset(),
            ANSWER_TIME: None if answer_time is None else round(answer_time, 3),
            LAST_SUCCESS: measured_at,
        }

    def _boot_time(self, measured_at: datetime) -> datetime | None:
        """Tell since when the logger has been running; None while it does not say."""
        uptime_s = self._stats.logger_uptime_s
        if uptime_s is None:
            self._booted_at = None
            return None
        booted_at = measured_at - timedelta(seconds=uptime_s)
        if self._booted_at is None or abs(booted_at - self._booted_at) >= BOOT_JITTER:
            self._booted_at = booted_at
        return self._booted_at

    def _steady_offset(self) -> int | None:
        """Tell how many seconds the logger's clock is ahead; None while it is unset."""
        offset_s = self._stats.clock_offset_s
        if offset_s is None:
            self._clock_offset_s = None
            return None
        shown = self._clock_offset_s
        if shown is None or abs(offset_s - shown) >= CLOCK_JITTER_S:
            self._clock_offset_s = round(offset_s)
        return self._clock_offset_s
