"""When to ask a device again: the usual interval, a slower one for a slow device, a back-off.

A Solarman stick that is asked too often stops answering altogether, and one that was just reset
refuses connections for minutes (github.com/davidrapan/ha-solarman, issues 433 and 510), so a
silent device is left more and more alone.
"""

from typing import Final

FIRST_RETRY_S: Final = 5.0
LONGEST_RETRY_S: Final = 300.0
SILENT_POLLS_BEFORE_BACK_OFF: Final = 2
SLOW_SHARE: Final = 0.5
SLOW_FACTOR: Final = 2
LONGEST_POLL_S: Final = 30.0
# A device is taken for lost nine seconds after the interval; a poll must not outlast that.
POLL_SPARE_S: Final = 7.0
SHORTEST_PAUSE_S: Final = 1.0


class Pacing:
    """Decides when to poll from how the last poll went. Times are in seconds."""

    def __init__(self, interval_s: float, *, longest_retry_s: float = LONGEST_RETRY_S) -> None:
        """Start with the user's interval; a silent device is left alone for `longest_retry_s`."""
        self.interval_s = interval_s
        self._longest_retry_s = longest_retry_s
        self.silent_polls = 0
        self.slow = False

    @property
    def effective_interval_s(self) -> float:
        """The time from one answered poll to the next, doubled while the device is slow."""
        return self.interval_s * (SLOW_FACTOR if self.slow else 1)

    @property
    def time_limit_s(self) -> float:
        """How long a poll may take, also one that cannot know yet that the device is slow."""
        return min(self.effective_interval_s + POLL_SPARE_S, LONGEST_POLL_S)

    @property
    def backing_off(self) -> bool:
        """Whether so many polls in a row stayed silent that the link should be closed."""
        return self.silent_polls >= SILENT_POLLS_BEFORE_BACK_OFF

    def note(self, *, answered: bool, took_s: float) -> None:
        """Take in how a poll went."""
        if answered:
            self.silent_polls = 0
            self.slow = took_s > self.interval_s * SLOW_SHARE
        else:
            self.silent_polls += 1

    def pause(self, *, busy_s: float) -> float:
        """Give the pause after polls that took `busy_s` in all.

        The interval counts from the begin of a poll, or a slow one would come ever later; a
        back-off counts from its end, for it is a rest.
        """
        if self.backing_off:
            doublings = min(self.silent_polls - SILENT_POLLS_BEFORE_BACK_OFF, 16)
            return min(FIRST_RETRY_S * 2.0**doublings, self._longest_retry_s)
        return max(self.effective_interval_s - busy_s, SHORTEST_PAUSE_S)
