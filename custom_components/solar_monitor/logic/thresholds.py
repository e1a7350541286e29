"""Limits that the user has set: what the site itself finds wrong, for the board of alarms.

- The battery is low if its charge is below a level at a time of day; that is looked at once a day,
  and it stays low until the level is reached. A time of day at which nothing was known, for an hour
  after it as well, is left out.
- The import is high if it has been above a power for some time without a break, within hours of
  the day: from one reading that says so to another one. Once that has ended, it is not high again
  before a pause is over.
- An inverter is hot above a temperature, until it is 5 K below it.
- Panels that are known to make something make nothing although it is day.

None is unknown and changes nothing. The first look at a battery comes at the next such time, so
that it is news. Powers in W, temperatures in °C, charge in %, times in unix seconds.
"""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any, Final

from .panels import Light
from .peaks import OnPeak
from .production import ProductionWatch
from .stored import is_number

LATE_S: Final = 3_600.0
# A break in the readings of which nobody knows what was in it.
_LONGEST_GAP_S: Final = 120.0
COOL_K: Final = 5.0
LEAST_W: Final = 3.0
LEAST_SHARE: Final = 0.001
"""What panels make at least by day, at all and of their inverter's rated power."""

_EVERY_DAY: Final = frozenset(range(7))
_MINUTE_S: Final = 60.0


class LowBattery:
    """Looks at the charge at a time of day."""

    def __init__(self, below: float, at: time, memory: object = None) -> None:
        """Go on from what `to_dict` gave; anything else begins with the next such time."""
        saved = memory if isinstance(memory, Mapping) else {}
        self._below: Final = below
        self._at: Final = at
        self._looked_on: str | None = None
        if isinstance(looked_on := saved.get("looked_on"), str):
            self._looked_on = looked_on
        self._low = saved.get("low") is True

    def to_dict(self) -> dict[str, Any]:
        """Give what must survive a restart, as JSON."""
        return {"looked_on": self._looked_on, "low": self._low}

    def offer(self, soc: float | None, local: datetime) -> bool | None:
        """Take in the charge at a moment of the site's own time; tells whether it is low."""
        begun = self._begun(local)
        day = begun.date().isoformat()
        if self._looked_on is None:
            self._looked_on = day
        if soc is None:
            return None
        if day != self._looked_on:
            self._looked_on = day
            late_s = local.timestamp() - begun.timestamp()
            self._low = soc < self._below if late_s <= LATE_S else self._low
        self._low = self._low and soc < self._below
        return self._low

    def _begun(self, local: datetime) -> datetime:
        """Give the time of day when it last came."""
        today = datetime.combine(local.date(), self._at, tzinfo=local.tzinfo)
        if today.timestamp() <= local.timestamp():
            return today
        yesterday = local.date() - timedelta(days=1)
        return datetime.combine(yesterday, self._at, tzinfo=local.tzinfo)


class HighImport:
    """Looks at the power that is bought."""

    def __init__(
        self,
        above_w: float,
        *,
        for_s: float,
        hours: tuple[time, time],
        cooldown_s: float,
        memory: object = None,
    ) -> None:
        """Go on from what `to_dict` gave; hours that end when they begin are the whole day."""
        saved = memory if isinstance(memory, Mapping) else {}
        begin, end = (60 * each.hour + each.minute for each in hours)
        self._above_w: Final = above_w
        self._for_s: Final = for_s
        self._hours: Final = OnPeak(_EVERY_DAY, begin, end)
        self._cooldown_s: Final = cooldown_s
        self._high = saved.get("high") is True
        quiet_until = saved.get("quiet_until")
        self._quiet_until = quiet_until if is_number(quiet_until) else 0.0
        self._since: float | None = None
        self._seen_at = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Give what must survive a restart, as JSON."""
        return {"high": self._high, "quiet_until": self._quiet_until}

    def offer(self, import_w: float | None, local: datetime, *, told_at: float) -> bool | None:
        """Take in the power of the grid, + importing; tells whether it is high.

        `told_at`: when that power was told (unix s).
        """
        now = local.timestamp()
        if not self._hours.covers(local, _MINUTE_S):
            self._end(now)
            return False
        if import_w is None:
            return None
        if not 0 <= now - self._seen_at <= _LONGEST_GAP_S:
            self._since = None
        self._seen_at = now
        if import_w <= self._above_w:
            self._end(now)
            return False
        self._since = told_at if self._since is None else min(self._since, told_at)
        # A clock that was set back makes the pause no longer.
        self._quiet_until = min(self._quiet_until, now + self._cooldown_s)
        if told_at - self._since >= self._for_s and now >= self._quiet_until:
            self._high = True
        return self._high

    def _end(self, now: float) -> None:
        """Take in that it is not above the limit, or that it does not matter now."""
        self._since = None
        if self._high:
            self._high = False
            self._quiet_until = now + self._cooldown_s


class HotInverter:
    """Looks at the temperature of one inverter."""

    def __init__(self, above: float, memory: object = None) -> None:
        """Go on from what `to_dict` gave; anything else begins with one that is not hot."""
        self._above: Final = above
        self._hot = memory is True

    def to_dict(self) -> bool:
        """Give what must survive a restart, as JSON."""
        return self._hot

    def offer(self, celsius: float | None) -> bool | None:
        """Take in the temperature; tells whether it is hot."""
        if celsius is None:
            return None
        self._hot = celsius > (self._above - COOL_K if self._hot else self._above)
        return self._hot


class NoProduction:
    """Looks at the panels of one source."""

    def __init__(self, after_s: float, memory: object = None) -> None:
        """Go on from what `to_dict` gave; anything else begins with panels that may not exist."""
        saved = memory if isinstance(memory, Mapping) else {}
        self._watch: Final = ProductionWatch(saved.get("watch"), nothing_s=after_s)
        self._has_made = saved.get("has_made") is True

    def to_dict(self) -> dict[str, Any]:
        """Give what must survive a restart, as JSON."""
        return {"watch": self._watch.to_dict(), "has_made": self._has_made}

    def offer(
        self, power_w: float | None, *, rated_w: float | None, day: bool, now: float
    ) -> bool | None:
        """Take in the power of the panels; tells whether they make nothing by day.

        None also as long as they have never made anything: an inverter may have inputs only.
        """
        least_w = max(LEAST_W, LEAST_SHARE * (rated_w or 0.0))
        self._has_made = self._has_made or (power_w is not None and power_w > least_w)
        if not self._has_made:
            return None
        light = Light(now) if day else Light()
        problem = self._watch.offer(power_w, now=now, light=light, least_w=least_w)
        return None if power_w is None else problem
