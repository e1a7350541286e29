"""The time of the simulated site, which a test can stop and move."""

from collections.abc import Callable
from datetime import UTC, datetime
import time


class Clock:
    """A UTC clock that stands still and is moved by hand, or follows real time.

    `start` is an aware datetime (default: now). A `running` clock follows the monotonic clock of
    the machine, so that a corrected system time makes no jump.
    """

    def __init__(self, start: datetime | None = None, *, running: bool = False) -> None:
        """Set the clock to `start`; raises ValueError for a naive datetime."""
        if start is not None and start.tzinfo is None:
            raise ValueError("the clock's start needs a time zone")
        self._base = time.time() if start is None else start.timestamp()
        self._running_since = time.monotonic() if running else None
        self.moved: list[Callable[[], None]] = []
        """Called after each move by hand."""

    @property
    def running(self) -> bool:
        """Whether the clock follows real time."""
        return self._running_since is not None

    def timestamp(self) -> float:
        """Return the time in Unix seconds."""
        if self._running_since is None:
            return self._base
        return self._base + time.monotonic() - self._running_since

    def now(self) -> datetime:
        """Return the time as an aware datetime in UTC."""
        return datetime.fromtimestamp(self.timestamp(), UTC)

    def advance(self, seconds: float) -> None:
        """Move the clock forward; raises ValueError for a negative step: energy has no way back."""
        if seconds < 0:
            raise ValueError(f"the clock cannot go back by {-seconds} s")
        self._base += seconds
        for call in list(self.moved):
            call()

    def freeze(self) -> None:
        """Stop the clock where it stands."""
        self._base = self.timestamp()
        self._running_since = None

    def run(self) -> None:
        """Follow real time from here on."""
        self._base = self.timestamp()
        self._running_since = time.monotonic()
