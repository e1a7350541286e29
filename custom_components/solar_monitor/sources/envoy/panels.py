"""The panels of one gateway: what each reports, and how they stand to each other.

A panel's values are new only when its report is: it reports every 5 to 15 minutes and is looked at
every minute. Its counter is judged by the time of its own reports. At night it reports nothing;
then its power is 0, because the sun is down, and everything else stands.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from ...clients.envoy.readings import Panel
from ...logic.panels import Change, PanelWatch, Report, siblings_w
from ...logic.refusals import Refusals
from ...logic.shares import Shares
from ...logic.today import DayCounter
from ...logic.totals import CounterGuard, CounterLimit, CounterMemory, Verdict
from ..spec import Happening
from .guards import PANEL_W, POWER_MARGIN, RESOLUTION_KWH, Moment, correction
from .sky import Sky
from .values import decimals, moment as shown_time, watts

REPORTING: Final = "panels_reporting"
EXPECTED: Final = "panels_expected"
WEAKEST: Final = "weakest_panel"
WEAKEST_SHARE: Final = "weakest_panel_share"
SPREAD: Final = "panel_spread"
PANEL_PROBLEM: Final = "panel_problem"
PROBLEM_PANELS: Final = "problem_panels"
SUMMARY_KEYS: Final = frozenset(
    {REPORTING, EXPECTED, WEAKEST, WEAKEST_SHARE, SPREAD, PANEL_PROBLEM, PROBLEM_PANELS}
)

POWER: Final = "power"
TOTAL: Final = "energy_total"
TODAY: Final = "energy_today"
PROBLEM: Final = "problem"
# Of a panel's report: the field, the key, and its decimals; None: as it is.
_PLAIN: Final = (
    ("power_max_w", "power_max", 0),
    ("dc_voltage_v", "dc_voltage", 2),
    ("dc_current_a", "dc_current", 3),
    ("ac_voltage_v", "ac_voltage", 1),
    ("ac_current_a", "ac_current", 3),
    ("frequency_hz", "frequency", 2),
    ("temperature_c", "temperature", 1),
    ("error_s", "error_seconds", 0),
    ("interval_wh", "interval_energy", 1),
    ("interval_s", "interval_duration", 0),
    ("flags", "flags", None),
)
# What the short list has as well.
_SHORT: Final = _PLAIN[:1]
LAST_REPORT: Final = "last_report"
_ALWAYS_TOLD: Final = (POWER, TOTAL, TODAY, PROBLEM, LAST_REPORT, *(key for _, key, _ in _SHORT))
KEYS: Final = (*_ALWAYS_TOLD, *(key for _, key, _ in _PLAIN[1:]))

# A panel that reports once an hour needs three reports to show that it has a new level.
_LIMIT: Final = CounterLimit(PANEL_W, RESOLUTION_KWH, candidate_silence_s=4 * 3_600.0)
_BELIEVED: Final = (Verdict.ACCEPTED, Verdict.UNCHANGED, Verdict.REBASED)
# What the gateway says of every panel at dusk.
_DUSK: Final = ("dc-pwr-low", "dcvoltagetoolow")
_PERCENT: Final = 100


def panel_key(serial: str, key: str) -> str:
    """Name a key of a panel; it is the unique id of its entity as well."""
    return f"{serial}_{key}"


@dataclass(slots=True)
class PanelNews:
    """What a look at the panels brought."""

    values: dict[str, Any] = field(default_factory=dict)
    confirmed: set[str] = field(default_factory=set)
    """Keys whose last value stands."""
    changes: tuple[Change, ...] = ()
    happenings: list[Happening] = field(default_factory=list)


@dataclass(slots=True)
class _Energy:
    """The lifetime counter of a panel and our counter of its day."""

    guard: CounterGuard
    day: DayCounter
    proven: bool = True

    @property
    def total(self) -> float | None:
        """The total as it may be shown."""
        return self.guard.total if self.proven else None

    def to_dict(self) -> dict[str, Any] | None:
        """Give what must survive a restart, as JSON."""
        memory = self.guard.memory
        if memory is None:
            return None
        return {"guard": memory.to_dict(), "day": self.day.to_dict(), "proven": self.proven}


class PanelBook:
    """Keeps the books of all panels."""

    def __init__(self, refusals: Refusals, *, memory: object = None, proven: bool = True) -> None:
        """Continue from what `memory` gave; see `EnvoyGuards` for `proven`."""
        saved = memory if isinstance(memory, Mapping) else {}
        self._refusals = refusals
        self.watch = PanelWatch(saved.get("watch"))
        self.shares = Shares(saved.get("shares"))
        self._energies: dict[str, _Energy] = {}
        energies = saved.get("energies")
        for serial, data in (energies if isinstance(energies, Mapping) else {}).items():
            known = data if isinstance(data, Mapping) else {}
            if (counted := CounterMemory.from_dict(known.get("guard"))) is not None:
                day = DayCounter(known.get("day"), power_w=PANEL_W)
                sure = proven and known.get("proven") is not False
                self._energies[serial] = _Energy(CounterGuard(_LIMIT, counted), day, sure)
        self._shown: dict[str, Any] = {}
        self._read: dict[str, tuple[float | None, bool]] = {}
        self._looks = 0
        self._day: date | None = None

    def memory(self) -> dict[str, Any]:
        """Everything that must survive a restart, as JSON."""
        energies = {serial: energy.to_dict() for serial, energy in self._energies.items()}
        return {
            "watch": self.watch.to_dict(),
            "shares": self.shares.to_dict(),
            "energies": {serial: data for serial, data in energies.items() if data},
        }

    def totals(self, now: Moment) -> dict[str, Any]:
        """The counters as they stand, for a start or a new day."""
        values: dict[str, Any] = {}
        for serial in self._energies:
            values |= self._counted(serial, now, None)
        return values

    def expect(self, serials: Collection[str]) -> None:
        """Take in which panels belong to the array; all others have been taken away.

        What those have counted is kept: one that comes back goes on from there.
        """
        if self.watch.expected != set(serials):
            self.watch.keep(serials)
            self.shares.keep(serials)

    def look(
        self,
        panels: Mapping[str, Panel],
        now: Moment,
        sky: Sky,
        *,
        listed: bool,
        producing: bool,
        asleep: bool,
    ) -> PanelNews:
        """Take in what the gateway has of its panels.

        `listed`: it has just told what they report; else only their health. `producing`: a meter
        sees what they make; `asleep`: none of them makes anything, because the sun is down.
        """
        self._looks += 1
        news = PanelNews()
        before = {serial: self.watch.reported_at(serial) for serial in panels}
        new = self.watch.hear(map(_report, panels.values()), now.unix, sky.light)
        self.shares.turn(now.local.date())
        powers = self.watch.powers(now.unix, sky.light)
        for serial in new:
            self._compare(panels[serial], before[serial], siblings_w(serial, powers))
        news.changes = self.watch.judge(now.unix, sky.light, producing=producing)
        current = self.watch.reporting(now.unix, sky.light) & panels.keys()
        for serial in new | {serial for serial in current if self._is_unread(panels[serial])}:
            self._read_report(panels[serial], now, news)
        self._settle(now, sky, news, listed=listed, asleep=asleep)
        return news

    def rest(self, now: Moment, sky: Sky, *, asleep: bool) -> PanelNews:
        """Say what stands while the panels are not asked."""
        news = PanelNews()
        self._settle(now, sky, news, listed=True, asleep=asleep)
        return news

    def _is_unread(self, panel: Panel) -> bool:
        """Tell whether a report that is not new tells something new all the same.

        It may be one of before a restart, which nobody has seen since; or one of which only the
        power was known while the page with the details was silent.
        """
        return self._read.get(panel.serial) != (panel.energy_kwh, _is_complete(panel))

    def _compare(self, panel: Panel, since: float | None, siblings: float) -> None:
        """Compare a new report with what the other panels make."""
        if since is not None and panel.power_w is not None and panel.reported_at is not None:
            self.shares.note(panel.serial, panel.power_w, siblings, panel.reported_at - since)

    def _read_report(self, panel: Panel, now: Moment, news: PanelNews) -> None:
        """Take in a report that was not shown yet."""
        serial = panel.serial
        complete = _is_complete(panel)
        self._read[serial] = (panel.energy_kwh, complete)
        values: dict[str, Any] = {LAST_REPORT: shown_time(panel.reported_at)}
        for attribute, key, digits in _PLAIN if complete else _SHORT:
            value = getattr(panel, attribute)
            if digits is not None:
                value = decimals(value, digits) if digits else watts(value)
            values[key] = value
        verdict = self._count(panel, news)
        power = watts(panel.power_w)
        if power is not None and not abs(power) <= POWER_MARGIN * PANEL_W:
            self._refusals.count("out_of_range", "panel_power")
        elif not (verdict is Verdict.HELD_ZERO and power == 0):
            values[POWER] = self._shown[panel_key(serial, POWER)] = power
        news.values |= {panel_key(serial, key): value for key, value in values.items()}
        news.values |= self._counted(serial, now, panel.energy_today_kwh)

    def _count(self, panel: Panel, news: PanelNews) -> Verdict:
        """Pass the counter of a panel through its guard, by the time of its report."""
        if panel.energy_kwh is None or panel.reported_at is None:
            return Verdict.ABSENT
        energy = self._energies.setdefault(
            panel.serial, _Energy(CounterGuard(_LIMIT), DayCounter(power_w=PANEL_W))
        )
        verdict = energy.guard.offer(
            panel.energy_kwh,
            now=panel.reported_at,
            poll=self._looks,
            awake=any((panel.power_w, panel.dc_voltage_v, panel.ac_voltage_v, panel.interval_wh)),
        )
        if verdict in _BELIEVED:
            energy.proven = True
        elif energy.guard.total is not None:
            self._refusals.count(verdict.value, "panel_energy_total")
        if (rebase := energy.guard.take_rebase()) is not None:
            key = panel_key(panel.serial, TOTAL)
            news.happenings.append(
                correction(key, rebase.old_raw, rebase.new_raw, energy.guard.total)
            )
        return verdict

    def _counted(self, serial: str, now: Moment, firmware_today: float | None) -> dict[str, Any]:
        """Give the counter of a panel and our counter of its day."""
        energy = self._energies.get(serial)
        if energy is None or energy.total is None:
            return {}
        today = energy.day.offer(energy.total, local_now=now.local, firmware_today=firmware_today)
        return {panel_key(serial, TOTAL): energy.total, panel_key(serial, TODAY): today}

    def _settle(
        self, now: Moment, sky: Sky, news: PanelNews, *, listed: bool, asleep: bool
    ) -> None:
        """Add what is true of the panels whether they report or not."""
        today = now.local.date()
        if self._day is not None and today != self._day:
            news.values |= self.totals(now)
        self._day = today
        reporting = self.watch.reporting(now.unix, sky.light)
        derived = self._summary(reporting)
        problems = self.watch.problems
        derived |= {
            panel_key(serial, PROBLEM): serial in problems for serial in self.watch.expected
        }
        if asleep:
            derived |= {panel_key(serial, POWER): 0 for serial in reporting}
        for key, value in derived.items():
            known = key in self._shown and self._shown[key] == value
            if key in news.values or not known:
                news.values[key] = value
        self._shown |= derived
        news.confirmed.update(derived)
        for serial in reporting & self._read.keys() if listed else ():
            _, complete = self._read[serial]
            # The details of an older report stand no longer.
            told = KEYS if complete else _ALWAYS_TOLD
            news.confirmed.update(panel_key(serial, key) for key in told)
        news.confirmed -= news.values.keys()

    def _summary(self, reporting: Collection[str]) -> dict[str, Any]:
        """Say how the panels stand to each other."""
        standing = self.shares.judge()
        problems = self.watch.problems
        return {
            REPORTING: len(reporting),
            EXPECTED: len(self.watch.expected),
            WEAKEST: standing.weakest,
            WEAKEST_SHARE: _percent(standing.share),
            SPREAD: _percent(standing.spread),
            PANEL_PROBLEM: bool(problems) if self.watch.expected else None,
            PROBLEM_PANELS: ", ".join(sorted(problems)),
        }


def _percent(share: float | None) -> int | None:
    """Write a share in percent."""
    return None if share is None else round(share * _PERCENT)


def _is_complete(panel: Panel) -> bool:
    """Tell whether all that is known of a panel is of its last report."""
    return panel.details_at == panel.reported_at


def _report(panel: Panel) -> Report:
    """Say what the gateway has of a panel."""
    known = panel.communicating is not None or bool(panel.conditions)
    conditions = [word for word in panel.conditions if not word.endswith(_DUSK)]
    return Report(
        serial=panel.serial,
        reported_at=panel.reported_at,
        power_w=panel.power_w,
        fault=(panel.communicating is False or bool(conditions)) if known else None,
    )
