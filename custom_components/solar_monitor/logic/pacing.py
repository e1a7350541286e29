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


class Pacing:
    """Decides the pause between two polls from how the last one went. Times are in seconds."""

    def __init__(self, interval_s: float) -> None:
        """Start with the user's interval."""
        self.interval_s = interval_s
        self.silent_polls = 0
        self.slow = False

    @property
    def effective_interval_s(self) -> float:
        """The interval between two answered polls, doubled while the device is slow."""
        return self.interval_s * (SLOW_FACTOR if self.slow else 1)

    @property
    def backing_off(self) -> bool:
        """Whether so many polls in a row stayed silent that the link should be closed."""
        return self.silent_polls >= SILENT_POLLS_BEFORE_BACK_OFF

    def after(self, *, answered: bool, took_s: float) -> float:
        """Note one poll and return the pause until the next one."""
        if answered:
            self.silent_polls = 0
            self.slow = took_s > self.interval_s * SLOW_SHARE
            return self.effective_interval_s
        self.silent_polls += 1
        if not self.backing_off:
            return self.effective_interval_s
        doublings = min(self.silent_polls - SILENT_POLLS_BEFORE_BACK_OFF, 16)
        return min(FIRST_RETRY_S * 2.0**doublings, LONGEST_RETRY_S)
