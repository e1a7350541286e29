"""What a 429 means, and how long to keep quiet after it.

About half of the endpoints say which quota was exceeded and when it begins anew; the others do
not, and no answer carries a Retry-After header (Enphase's description of the API, July 2026).

- A minute: pause to its end and some seconds more; minutes more for each further one in a row, up
  to an hour, for then somebody else keeps the quota used up.
- A month: pause to its end; the calls left are 0 until then.
- Not told: one minute if we had made nearly as many calls as a minute allows. Otherwise 65 s,
  10 min, 1 h, 6 h, then one probe a day; from the third in a row on, the month is taken for used
  up. The first success ends that.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final, Self

from .errors import Period, RateLimitedError

MINUTE_S: Final = 60.0
BARE_PAUSES_S: Final = (65.0, 600.0, 3_600.0, 21_600.0, 86_400.0)
BARE_MEANS_MONTH: Final = 3
# Longer than any month: such an end of a pause comes from a clock that was wrong.
_LONGEST_PAUSE_S: Final = 32 * 86_400.0
# An end of a minute that lies further ahead than this is another clock's.
_LONGEST_MINUTE_S: Final = 120.0
_LONGEST_MORE_S: Final = 3_600.0


class Pause(StrEnum):
    """Why no calls are made."""

    NONE = "none"
    MINUTE = "minute"
    UNCLEAR = "unclear"
    MONTH = "month"
    """The cloud said so."""
    MONTH_ASSUMED = "month_assumed"


@dataclass(slots=True)
class RateLimit:
    """The pause after a 429, and the limits that answers have told."""

    pause: Pause = Pause.NONE
    until: float = 0.0
    minutes_in_row: int = 0
    bare_in_row: int = 0
    per_minute: int | None = None
    per_month: int | None = None
    times: int = 0
    """How many 429 there were at all."""

    @property
    def month_used_up(self) -> bool:
        """Whether the month's quota is used up, as far as is known."""
        return self.pause in {Pause.MONTH, Pause.MONTH_ASSUMED}

    def take(self, error: RateLimitedError, *, now: float, hurried: bool, jitter_s: float) -> None:
        """Take in a 429. `hurried`: our own calls of the last minute explain it."""
        self.times += 1
        end = error.period_end
        match error.period:
            case Period.MONTH:
                self.per_month = error.limit or self.per_month
                if end is None or not now < end <= now + _LONGEST_PAUSE_S:
                    end = now + BARE_PAUSES_S[-1]
                self._hold(Pause.MONTH, end + jitter_s)
            case Period.MINUTE:
                self.per_minute = error.limit or self.per_minute
                if end is None or not now < end <= now + _LONGEST_MINUTE_S:
                    end = now + MINUTE_S
                self._hold_minute(end + jitter_s)
            case _ if hurried:
                self._hold_minute(now + BARE_PAUSES_S[0])
            case _:
                self._hold_unclear(now)

    def _hold_minute(self, until: float) -> None:
        """Pause for a minute, longer if pauses do not help."""
        more_s = MINUTE_S * (2.0 ** min(self.minutes_in_row, 10) - 1)
        self.minutes_in_row += 1
        self._hold(Pause.MINUTE, until + min(more_s, _LONGEST_MORE_S))

    def _hold_unclear(self, now: float) -> None:
        """Pause longer and longer: nobody knows which quota it is about."""
        self.bare_in_row += 1
        pause_s = BARE_PAUSES_S[min(self.bare_in_row, len(BARE_PAUSES_S)) - 1]
        assumed = self.bare_in_row >= BARE_MEANS_MONTH
        self._hold(Pause.MONTH_ASSUMED if assumed else Pause.UNCLEAR, now + pause_s)

    def _hold(self, pause: Pause, until: float) -> None:
        """Pause."""
        self.pause, self.until = pause, until

    def succeed(self) -> None:
        """Take in that a call was answered: no quota is used up."""
        self.pause, self.until = Pause.NONE, 0.0
        self.minutes_in_row = self.bare_in_row = 0

    def begin_month(self) -> None:
        """Forget that a month was taken for used up, unless the cloud said until when."""
        if self.pause is not Pause.MONTH:
            self.succeed()

    def opens_at(self, now: float) -> float:
        """Give the time from which on a call may be tried, not before `now`."""
        if self.until > now + _LONGEST_PAUSE_S:  # the clock has gone back
            self.until = now
        return max(now, self.until)

    def to_dict(self) -> dict[str, Any]:
        """Give it as JSON."""
        return asdict(self) | {"pause": self.pause.value}

    @classmethod
    def from_dict(cls, data: object) -> Self:
        """Read it back; anything that was not written by `to_dict` is a fresh start."""
        if not isinstance(data, Mapping):
            return cls()
        try:
            return cls(
                pause=Pause(data["pause"]),
                until=float(data["until"]),
                minutes_in_row=int(data["minutes_in_row"]),
                bare_in_row=int(data["bare_in_row"]),
                per_minute=_limit(data["per_minute"]),
                per_month=_limit(data["per_month"]),
                times=int(data["times"]),
            )
        except KeyError, TypeError, ValueError:
            return cls()


def _limit(value: object) -> int | None:
    """Read a learnt limit."""
    return value if isinstance(value, int) and value > 0 else None
