"""The guard of a battery's state of charge.

A reading is refused if it differs by 5 points or more from the last *accepted* one and that is
less than 120.0 s old, or if it is 0 % at a voltage no living battery has. A genuine jump (a battery
management system that recalibrates) is believed after 120 s, or early when 3 refused readings from
3 different polls over at least 60 s lie within ±1 point of the first of them. 0 % at such
a voltage never becomes a value: after 3 polls in a row there is no battery, until a reading shows
one; that reading counts as a first one.

Decisions where the rule leaves room:

- An accepted reading renews the 120 s, also when it equals the last one.
- The first reading is accepted at once, unless it is impossible or 0 % without a battery.
- Without a voltage the last known one counts; if there never was one, 0 % is a value as any other.
- An absent reading is unknown (value None) and changes nothing else. An impossible one (outside
  0–100, not finite) is refused, keeps the value and never counts towards anything.
"""

from dataclasses import dataclass
from enum import StrEnum
import math
from typing import Final

JUMP_POINTS: Final = 5.0
JUMP_HOLD_S: Final = 120.0
AGREEING_READS: Final = 3
AGREEING_S: Final = 60.0
AGREEING_POINTS: Final = 1.0
LOW_VOLTAGE_LV: Final = 40.0
LOW_VOLTAGE_HV: Final = 100.0

# Differences are taken to a millionth, so that 120.0 s and 5.0 points are what they say.
_DIGITS: Final = 6


class SocVerdict(StrEnum):
    """What became of an offered reading."""

    ACCEPTED = "accepted"
    ABSENT = "absent"
    HELD_JUMP = "held_jump"
    HELD_ZERO = "held_zero"
    NO_BATTERY = "no_battery"
    OUT_OF_RANGE = "out_of_range"


@dataclass(slots=True)
class _Run:
    """Refused readings from different polls that agree with the first of them."""

    soc: float
    since: float
    poll: int
    polls: int = 1

    def agrees(self, soc: float) -> bool:
        """Tell whether a reading belongs to this run."""
        return round(abs(soc - self.soc), _DIGITS) <= AGREEING_POINTS

    def count(self, poll: int) -> None:
        """Count a reading; several of one poll count once."""
        if poll != self.poll:
            self.poll = poll
            self.polls += 1


class SocGuard:
    """Lets only believable states of charge (%) through."""

    def __init__(self, low_voltage: float = LOW_VOLTAGE_LV) -> None:
        """Take the battery voltage (V) below which 0 % means that there is no battery."""
        self._low_voltage = low_voltage
        self._voltage: float | None = None
        self._accepted: tuple[float, float] | None = None
        self._jump: _Run | None = None
        self._zeros: _Run | None = None
        self.value: float | None = None
        self.no_battery = False

    def offer(
        self, soc: float | None, voltage: float | None, *, at: float, poll: int
    ) -> SocVerdict:
        """Judge one reading; `value` is what to show then. `at` is in monotonic seconds."""
        if voltage is not None and math.isfinite(voltage):
            self._voltage = voltage
        if soc is None:
            self.value = None
            return SocVerdict.ABSENT
        if not 0 <= soc <= 100:  # noqa: PLR2004 - percent
            return SocVerdict.OUT_OF_RANGE
        if soc == 0 and self._voltage is not None and self._voltage < self._low_voltage:
            return self._hold_zero(soc, at, poll)
        self._zeros = None
        if self._is_jump(soc, at) and not self._believed_early(soc, at, poll):
            self.value = self._last_good()
            return SocVerdict.HELD_JUMP
        self._jump = None
        self._accepted = (soc, at)
        self.value = soc
        self.no_battery = False
        return SocVerdict.ACCEPTED

    def _hold_zero(self, soc: float, at: float, poll: int) -> SocVerdict:
        """Hold 0 % at a dead voltage; after enough polls there is no battery."""
        self._jump = None
        if self._zeros is None:
            self._zeros = _Run(soc, at, poll)
        else:
            self._zeros.count(poll)
        if not self.no_battery and self._zeros.polls < AGREEING_READS:
            self.value = self._last_good()
            return SocVerdict.HELD_ZERO
        self.no_battery = True
        self.value = self._accepted = None
        return SocVerdict.NO_BATTERY

    def _last_good(self) -> float | None:
        """The last accepted reading."""
        return self._accepted[0] if self._accepted else None

    def _is_jump(self, soc: float, at: float) -> bool:
        """Tell whether a reading is too far from the last accepted one, too soon."""
        if self._accepted is None:
            return False
        last, accepted_at = self._accepted
        far = round(abs(soc - last), _DIGITS) >= JUMP_POINTS
        return far and round(at - accepted_at, _DIGITS) < JUMP_HOLD_S

    def _believed_early(self, soc: float, at: float, poll: int) -> bool:
        """Count a jump; tell whether enough polls agree on it over a long enough time."""
        if self._jump is None or not self._jump.agrees(soc):
            self._jump = _Run(soc, at, poll)
        else:
            self._jump.count(poll)
        long_enough = round(at - self._jump.since, _DIGITS) >= AGREEING_S
        return self._jump.polls >= AGREEING_READS and long_enough
