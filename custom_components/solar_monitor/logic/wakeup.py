"""Holds the old values while a device that wakes up answers with nothing but zeros.

Some sticks answer for minutes before the inverter does; every register then reads 0
(github.com/StephanJoubert/home_assistant_solarman, issues 111 and 153).
"""

from enum import StrEnum
from typing import Final

HOLD_S: Final = 300.0


class WakeVerdict(StrEnum):
    """What to do with a sample."""

    OK = "ok"
    HELD = "held"
    GIVEN_UP = "given_up"


class WakeGuard:
    """Judges whole samples: real, zeros that hold the old values, or zeros for too long."""

    def __init__(self, hold_s: float = HOLD_S) -> None:
        """Take how long (s) zeros hold the old values."""
        self._hold_s = hold_s
        self._was_awake = False
        self._zero_since: float | None = None

    def offer(self, *, all_zero: bool, at: float) -> WakeVerdict:
        """Judge one sample taken at `at` (monotonic seconds).

        Zeros after a real sample hold its values for less than `hold_s`; then, or where there was
        no real sample yet, they are given up as unknown until the next real one.
        """
        if not all_zero:
            self._was_awake = True
            self._zero_since = None
            return WakeVerdict.OK
        if not self._was_awake:
            return WakeVerdict.GIVEN_UP
        if self._zero_since is None:
            self._zero_since = at
        # Microseconds: 1120.1 − 820.1 must be 300.
        held = round(at - self._zero_since, 6) < self._hold_s
        return WakeVerdict.HELD if held else WakeVerdict.GIVEN_UP
