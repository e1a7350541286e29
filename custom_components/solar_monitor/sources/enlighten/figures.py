"""What a system produces: its power, and its energy of today and in all. Pure.

The cloud's two energies change at midnight of the site, and not always both at once: a total that
lacks the day before is a dip, one that has it twice is energy that never was. So figures that
contradict themselves are passed over: of a day that has not begun or is over, the energy of a day
of which nothing has been reported, more of it than the sun can have given since midnight, or to
the Wh that of the day before. All others are judged by `counter.py`.

The energy of today is the cloud's while its day is the site's, and does not fall within it. From
midnight until light it is 0, as nothing can have been produced; from then on it is unknown until
the cloud speaks of the new day.

Energies are in kWh, powers in W, times in unix seconds.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, time
from typing import Any, Final, Self

from ...clients.enlighten.daylight import Daylight
from ...clients.enlighten.models import Summary
from ...logic.refusals import Refusals
from ...logic.stored import is_number
from . import keys
from .counter import HELD, SiteCounter, most_kwh

PANEL_W: Final = 500.0
"""More than any micro-inverter gives."""
ASSUMED_W: Final = 25_000.0
"""Of a system that does not tell its size: more than most homes have."""

_POWER_MARGIN: Final = 1.5
# Around midnight the cloud's clock may be ahead of ours.
_CLOCKS_S: Final = 900.0
_DIGITS: Final = 3
_MIDNIGHT: Final = time()


@dataclass(slots=True)
class _Memory:
    """What survives a restart, beside the counter."""

    limit_w: float = ASSUMED_W
    day: str = ""
    """The day of `today_kwh`, ISO."""
    today_kwh: float = 0.0
    told_kwh: float = 0.0
    """The same as the cloud told it last."""
    power_w: float | None = None
    power_at: float = 0.0

    @classmethod
    def from_dict(cls, data: object) -> Self:
        """Read it back; what cannot be read begins anew."""
        stored = data if isinstance(data, Mapping) else {}
        numbers = {name: value for name, value in stored.items() if is_number(value)}
        day = stored.get("day")
        return cls(
            limit_w=float(numbers.get("limit_w", ASSUMED_W)),
            day=day if isinstance(day, str) else "",
            today_kwh=float(numbers.get("today_kwh", 0.0)),
            told_kwh=float(numbers.get("told_kwh", 0.0)),
            power_w=float(numbers["power_w"]) if "power_w" in numbers else None,
            power_at=float(numbers.get("power_at", 0.0)),
        )


class Figures:
    """The production of one system."""

    def __init__(self, daylight: Daylight, memory: object = None) -> None:
        """Go on from what `to_dict` gave; anything else begins with nothing known."""
        stored = memory if isinstance(memory, Mapping) else {}
        self.refusals = Refusals()
        self._daylight = daylight
        self._known = _Memory.from_dict(stored.get("known"))
        self._counter = SiteCounter(daylight, self._known.limit_w, stored.get("counter"))

    def to_dict(self) -> dict[str, Any]:
        """Give what must survive a restart as JSON."""
        return {"known": asdict(self._known), "counter": self._counter.to_dict()}

    @property
    def power_at(self) -> float:
        """Of when the power is: when it was told, of a silent gateway when it reported last."""
        return self._known.power_at

    def values(self, now: float) -> dict[str, float | None]:
        """Give what may be shown; a key that was never told is not among it."""
        known = self._known
        shown: dict[str, float | None] = {}
        if known.power_w is not None:
            watts = known.power_w
            shown[keys.POWER] = int(watts) if watts.is_integer() else watts
        if self._counter.total is not None:
            shown[keys.ENERGY_TOTAL] = self._counter.total
        if known.day:
            shown[keys.ENERGY_TODAY] = self._today(now)
        return shown

    def _today(self, now: float) -> float | None:
        """Give the energy of the day of a time."""
        day = self._daylight.day_of(now)
        if self._known.day == day.isoformat():
            return self._known.today_kwh
        return 0.0 if now < self._daylight.window(day)[0] else None

    def take(self, summary: Summary, *, at: float, silent_after_s: float) -> None:
        """Take in a summary that was given at a time.

        A gateway is silent whose last report is older than `silent_after_s` then.
        """
        self._take_size(summary)
        report_at = at if summary.last_report_at is None else min(summary.last_report_at, at)
        silent = at - report_at > silent_after_s
        self._counter.note_report(report_at, silent=silent, at=at)
        self._take_power(summary, report_at + silent_after_s if silent else at)
        measured_at = at if summary.measured_at is None else min(summary.measured_at, at)
        why = self._contradiction(summary, measured_at, at)
        if why is not None:
            self.refusals.count(why, keys.ENERGY_TOTAL)
        elif summary.day is not None:
            self._take_today(summary.day, summary.energy_today_kwh)
            self._take_total(summary, measured_at)

    def _take_size(self, summary: Summary) -> None:
        """Take in how much the panels can give."""
        limit_w = max(summary.size_w or 0.0, PANEL_W * (summary.panels or 0))
        if limit_w:
            self._known.limit_w = limit_w
            self._counter.limit(limit_w)

    def _take_power(self, summary: Summary, at: float) -> None:
        """Take in the power, unless it is more than the panels can give."""
        watts = summary.power_w
        if watts is None:
            return
        if watts > _POWER_MARGIN * self._known.limit_w:
            self.refusals.count("out_of_range", keys.POWER)
            return
        self._known.power_w, self._known.power_at = watts, at

    def _contradiction(self, summary: Summary, measured_at: float, at: float) -> str | None:
        """Name what is wrong about the energies; None: nothing, or there are none."""
        known, day, today = self._known, summary.day, summary.energy_today_kwh
        if day is None or today is None:
            return None
        begun = known.day < day.isoformat()
        if known.day > day.isoformat() or day > self._daylight.day_of(at + _CLOCKS_S):
            return "other_day"
        midnight = self._daylight.at(day, _MIDNIGHT)
        if today > 0 and measured_at <= midnight:
            return "nothing_reported"
        if today > 0 and begun and today == known.told_kwh:
            return "day_before"
        most = most_kwh(self._daylight, midnight, measured_at, known.limit_w)
        return "too_much" if today > most else None

    def _take_today(self, day: date, today: float | None) -> None:
        """Take in the energy of a day; it does not fall."""
        if today is None:
            return
        known, name = self._known, day.isoformat()
        most = max(today, known.today_kwh) if known.day == name else today
        known.day, known.told_kwh, known.today_kwh = name, today, round(most, _DIGITS)

    def _take_total(self, summary: Summary, measured_at: float) -> None:
        """Take in the energy in all."""
        total = summary.energy_total_kwh
        awake = bool(total or summary.power_w)
        verdict = self._counter.offer(total, at=measured_at, awake=awake)
        if verdict in HELD:
            self.refusals.count(verdict.value, keys.ENERGY_TOTAL)
