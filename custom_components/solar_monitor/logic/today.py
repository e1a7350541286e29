"""Energy since local midnight, computed from a guarded total.

The counters of the day in the firmware are not used as they are: they follow the inverter's clock,
which is often unset, and fall, stick or go negative (github.com/StephanJoubert/
home_assistant_solarman, issues 249, 324 and 354). Ours is the total minus the total at midnight:

- A midnight is *seen* if a live total of at most 30 minutes before it is followed by one after
  it. Then the last total before it is the base of the new day.
- A midnight that was missed (Home Assistant or the logger was off), and the first day of all: the
  base is the total minus the firmware's own counter of the day if that is plausible, else the last
  total known from before midnight, else there is none and the value is None until midnight. One
  live offer without a plausible firmware counter is waited for a better one before the last total
  is taken: meanwhile the value stays 0, for energy once shown cannot be taken back.
- Plausible is a firmware counter that is a number, not negative, not above the total, not more than
  1.5 × power limit since midnight, and not more than the total has risen since it was last known
  before midnight: a firmware that has not restarted its day fails here.
- An offer is live if it brings the firmware's counter or another total; one that repeats the last
  total without it (a poll without answer, a start) shows a value but proves nothing.
- Within a day the value never falls, at midnight it is 0. Hours that repeat (summer time, a
  corrected clock) do not start a day twice: a clock that falls back to the day before by up to 3
  hours leaves the new day running; by more, the day is renamed and goes on. A clock before 2020
  was never set: it turns and settles nothing.

Energies are in kWh.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, time
from typing import Any, Final, Self

from .stored import is_number

SEEN_GAP_S: Final = 1_800.0
FALL_BACK_S: Final = 10_800.0
# Where no limit is given; there for damaged registers, far above any home.
DEFAULT_POWER_W: Final = 100_000.0

_POWER_FACTOR: Final = 1.5
# Two steps of 0.1 kWh: the firmware rounds both of its counters.
_ROUNDING_KWH: Final = 0.2
_DIGITS: Final = 3
_WS_PER_KWH: Final = 3_600_000.0
# A clock that says less was never set.
_CLOCK_SET_YEAR: Final = 2020


@dataclass(slots=True)
class _Day:
    """The running day: what its value is computed from, and the value itself."""

    day: str  # ISO date
    last: float  # the total that was offered last
    heard_at: float = 0.0  # unix seconds of the last live offer
    base: float | None = None  # the total at midnight
    settled: bool = False  # whether the base is final; before that the value stays as it is
    asked: bool = False  # whether a live offer has failed to settle it
    value: float | None = None  # what was published last

    @classmethod
    def read(cls, data: object) -> Self | None:
        """Read a stored day back; None for anything that was not written by us."""
        if not isinstance(data, Mapping) or set(data) != {field.name for field in fields(cls)}:
            return None
        numbers = [data["last"], data["heard_at"]]
        numbers += [data[name] for name in ("base", "value") if data[name] is not None]
        flags = all(isinstance(data[name], bool) for name in ("settled", "asked"))
        sane = flags and _is_date(data["day"])
        return cls(**data) if sane and all(map(is_number, numbers)) else None

    def turn(self, local_now: datetime) -> None:
        """Start a new day if the date says so."""
        today = local_now.date().isoformat()
        if today > self.day:
            self.day, self.base, self.value = today, self.last, 0.0
            self.settled = self.asked = False
        elif today < self.day and self.since_midnight_s(local_now) < -FALL_BACK_S:
            self.day = today

    def since_midnight_s(self, local_now: datetime) -> float:
        """Give the real seconds since this day began; days have 23 to 25 hours."""
        midnight = datetime.combine(date.fromisoformat(self.day), time.min, local_now.tzinfo)
        return local_now.timestamp() - midnight.timestamp()

    def saw_midnight(self, local_now: datetime) -> bool:
        """Tell whether the last live offer was just before the midnight that began this day."""
        ago_s = local_now.timestamp() - self.heard_at
        return self.base is not None and self.since_midnight_s(local_now) < ago_s <= SEEN_GAP_S


class DayCounter:
    """Gives the energy since local midnight (kWh) for one guarded total."""

    def __init__(self, memory: object = None, *, power_w: float = DEFAULT_POWER_W) -> None:
        """Continue from what `to_dict` gave; anything else starts with nothing known.

        `power_w` is what the total can count at most.
        """
        self._power_w = power_w
        self._day = _Day.read(memory)

    @classmethod
    def from_dict(cls, data: object, *, power_w: float = DEFAULT_POWER_W) -> Self:
        """Continue from what `to_dict` gave, as the constructor does."""
        return cls(data, power_w=power_w)

    def to_dict(self) -> dict[str, Any] | None:
        """Give what must survive a restart as JSON; None while nothing is known."""
        return asdict(self._day) if self._day else None

    def offer(
        self, total: float | None, *, local_now: datetime, firmware_today: float | None
    ) -> float | None:
        """Give the energy since local midnight, None while it cannot be known.

        `local_now` is aware, in the site's zone. `firmware_today` is the device's own counter of
        the day if this poll brought one. A total that is None repeats the last one.
        """
        clock_set = local_now.year >= _CLOCK_SET_YEAR
        if self._day is None:
            if total is None or not clock_set:
                return None
            self._day = _Day(local_now.date().isoformat(), total)
        day = self._day
        if total is None:
            total = day.last
        if clock_set:
            day.turn(local_now)
            if firmware_today is not None or total > day.last:
                self._settle(day, total, local_now, firmware_today)
        day.last = max(day.last, total)
        if day.settled and day.base is not None:
            day.value = round(max(day.value or 0.0, day.last - day.base), _DIGITS)
        return day.value

    def _settle(
        self, day: _Day, total: float, local_now: datetime, firmware_today: float | None
    ) -> None:
        """Find the total at midnight from a live offer, as long as it is not final."""
        if not day.settled:
            if day.saw_midnight(local_now):
                day.settled = True
            elif self._is_plausible(day, total, local_now, firmware_today):
                day.base = max(day.base or 0.0, total - (firmware_today or 0.0))
                day.settled = True
            else:
                day.settled = day.asked and day.base is not None
                day.asked = True
        day.heard_at = local_now.timestamp()

    def _is_plausible(
        self, day: _Day, total: float, local_now: datetime, firmware_today: float | None
    ) -> bool:
        """Tell whether the firmware's counter of the day can be of this day."""
        if firmware_today is None:
            return False
        since_s = max(0.0, day.since_midnight_s(local_now))
        most = _POWER_FACTOR * self._power_w * since_s / _WS_PER_KWH
        if day.base is not None:
            most = min(most, total - day.base)
        return 0 <= firmware_today <= min(total, most + _ROUNDING_KWH)


def _is_date(value: object) -> bool:
    """Tell whether a stored value is a date as we write it."""
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
