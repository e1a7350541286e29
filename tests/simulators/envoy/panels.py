"""The panels' micro-inverters: each reports on its own, staggered, what it made in an interval.

Names and units are those of /ivp/pdm/device_data (recordings of pyenphase, 8.2.4345 and 8.3.5169):
a panel counts in steps of 225 J, `watts.now` is the mean of the interval, the last report at dusk
is 0 W, and a dark panel sends nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from heapq import heappop, heappush
from math import floor

from tests.simulators.noise import chance
from tests.simulators.site import Conditions, Site, Step

COUNT_J = 225
"""A panel's counter moves in steps of so many joules."""
FIRST_EID = 1_627_390_225
FIRST_DEVICE_ID = 553_648_384
SHARE_OF_LIFE = 0.97
"""Panels count a little less than the CT of the same house."""
JITTER_S = 12
"""Intervals of 900 s last 900-911 s."""
WALK_BACK = 400
"""How many intervals before the start are searched for the last light."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a panel said last: Unix s, s, J, W, V, A, Hz, °C."""

    end: int
    duration_s: int
    joules: int
    power_w: int
    dc_voltage: float
    dc_current: float
    ac_voltage: float
    ac_current: float
    frequency: float
    temperature: int
    error_s: int = 0
    error_cycles: int = 0


@dataclass(eq=False)
class Panel:
    """A panel with its micro-inverter. Turn its knobs; `gain` only through the field."""

    serial: str
    array: int
    _: KW_ONLY
    cadence_s: int = 900
    """Seconds between reports; 300 or 900, sometimes 3600."""
    weight: float = 1.0
    """Its size against the others of its array."""
    max_w: int = 366
    old: bool = False
    """An IQ7: no AC current, rssi and issi."""
    silent: bool = False
    """It works and no longer reports."""
    retired: bool = False
    """It was taken away; only lists remember it."""
    error_s: int = 0
    """Seconds of errors in each interval."""
    flags: int = 0
    last_heard: int | None = None
    """Unix time since which it has been silent; it worked before there was this site."""
    conditions: tuple[str, ...] = ()
    """Flags of /inventory.json, such as `envoy.cond_flags.pcu_ctrl.dc-pwr-low`."""

    gain: float = field(default=1.0, init=False)
    report: Report | None = field(default=None, init=False)
    joules: float = field(default=0.0, init=False)
    """Lifetime counter as of the last report."""
    midnight_joules: float = field(default=0.0, init=False)
    """The counter at the last local midnight."""
    yesterday_wh: int = field(default=0, init=False)
    due: float = field(default=0.0, init=False)
    pending_j: float = field(default=0.0, init=False)
    """Made since the last report until `mark_j`."""
    mark_j: float = field(default=0.0, init=False)
    mark_lit_s: float = field(default=0.0, init=False)
    midnight: float = field(default=0.0, init=False)

    @property
    def today_wh(self) -> int:
        """Return the energy of its day so far, as of its last report."""
        return int((self.joules - self.midnight_joules) / 3600)

    @property
    def lifetime_wh(self) -> float:
        """Return its lifetime energy as of its last report."""
        return self.joules / 3600

    @property
    def report_end(self) -> int:
        """Return when it reported last, Unix s; 0: never."""
        return self.report.end if self.report else 0

    @property
    def works(self) -> bool:
        """Whether it makes anything when there is light."""
        return not self.retired and self.gain > 0


@dataclass(slots=True)
class _Roof:
    """One array: energy (J) and time with light (s) up to a moment, and its nominal weight."""

    joules: float = 0.0
    lit_s: float = 0.0
    nominal: float = 0.0


class PanelField:
    """All panels of a gateway on a site."""

    def __init__(self, site: Site, panels: Iterable[Panel]) -> None:
        """Hang panels on a site's arrays; their past comes from the site's."""
        self.site = site
        self.panels: list[Panel] = []
        self._roofs = [_Roof() for _ in site.plant.arrays]
        self._heap: list[tuple[float, int]] = []
        self._until = site.step().end
        for panel in panels:
            self.panels.append(panel)
            panel.silent = panel.silent or panel.last_heard is not None
            panel.gain *= panel.last_heard is None
            self._roofs[panel.array].nominal += panel.weight * panel.works
        self._remember()
        site.finished.append(self._step_over)

    def __getitem__(self, serial: str) -> Panel:
        """Return a panel by its serial; raises KeyError."""
        for panel in self.panels:
            if panel.serial == serial:
                return panel
        raise KeyError(serial)

    def close(self) -> None:
        """Take no more notice of the site."""
        if self._step_over in self.site.finished:
            self.site.finished.remove(self._step_over)

    # Knobs.

    def set_gain(self, panel: Panel, gain: float) -> None:
        """Let a panel give more or less than one in good order (1); 0: dead."""
        self.update()
        self._settle(panel.array)
        panel.gain = gain
        self._rescale(panel.array)

    def retire(self, panel: Panel) -> None:
        """Take a panel away."""
        self.set_gain(panel, 0.0)
        panel.retired = True

    def set_cadence(self, panel: Panel, seconds: int) -> None:
        """Change how often a panel reports, from now on."""
        self.update()
        panel.cadence_s = seconds
        self._schedule(panel, self.site.clock.timestamp() + seconds)

    def add(self, panel: Panel) -> None:
        """Put one more panel on an array; it makes the array bigger."""
        self.update()
        self._settle(panel.array)
        self.panels.append(panel)
        now = self.site.clock.timestamp()
        panel.midnight = self.site.place.midnight(now)
        panel.mark_j = self._roofs[panel.array].joules
        panel.mark_lit_s = self._roofs[panel.array].lit_s
        self._schedule(panel, now + panel.cadence_s)
        self._rescale(panel.array)

    # Time.

    def update(self) -> None:
        """Make all reports that are due by now."""
        self._process(self.site.step())

    def current_w(self, panel: Panel) -> float:
        """Return what a panel gives at this moment, W."""
        return self.site.step().arrays[panel.array] * self._share(panel)

    def communicates(self, panel: Panel) -> bool:
        """Return whether a panel was heard in its last two intervals."""
        if panel.report is None or panel.retired:
            return False
        age = self.site.clock.timestamp() - panel.report.end
        return age <= 2 * (panel.cadence_s + JITTER_S)

    def produces(self, panel: Panel) -> bool:
        """Return whether a panel made anything in its last interval, as far as is known."""
        said = panel.report
        return self.communicates(panel) and said is not None and said.power_w > 0

    def _step_over(self, step: Step) -> None:
        """Take the energy of a finished step."""
        self._process(step)
        for roof, power in zip(self._roofs, step.arrays, strict=True):
            roof.joules += power * (step.end - step.start)
            roof.lit_s += (step.end - step.start) * (power > 0)
        self._until = step.end

    def _process(self, step: Step) -> None:
        """Make the reports whose time is within a step, up to its end."""
        while self._heap and self._heap[0][0] <= step.end:
            due, index = heappop(self._heap)
            panel = self.panels[index]
            if due == panel.due and not panel.retired:
                self._report(panel, due, step)
                self._schedule(panel, due + panel.cadence_s + self._jitter(panel, due))

    def _report(self, panel: Panel, due: float, step: Step) -> None:
        """Let a panel report at a moment of a step; nothing while it is dark or silent."""
        roof, power = self._roofs[panel.array], step.arrays[panel.array]
        seconds = due - self._until
        made = roof.joules + power * seconds
        lit_s = roof.lit_s + seconds * (power > 0)
        share = self._share(panel)
        self._turn_the_day(panel, due)
        if panel.silent:
            return
        total = panel.pending_j + share * (made - panel.mark_j)
        counted = floor(total / COUNT_J) * COUNT_J
        awake = panel.gain > 0 and lit_s > panel.mark_lit_s
        if not counted and not awake:
            return
        duration = max(1, round(min(lit_s - panel.mark_lit_s, due)))
        panel.pending_j, panel.mark_j, panel.mark_lit_s = total - counted, made, lit_s
        panel.joules += counted
        panel.report = self._said(panel, int(due), duration, counted, step.conditions)

    def _said(
        self, panel: Panel, end: int, duration: int, joules: int, conditions: Conditions
    ) -> Report:
        """Return a report with the electrical values of its end."""
        power = joules / duration
        light = conditions.irradiance[panel.array]
        heat = conditions.temperature + 0.02 * light
        dc_volts = 40.5 - 0.12 * (heat - 25)
        ac_volts = conditions.grid_voltage
        return Report(
            end=end,
            duration_s=duration,
            joules=joules,
            power_w=round(power),
            dc_voltage=round(dc_volts, 3),
            dc_current=round(power / 0.97 / dc_volts, 3),
            ac_voltage=round(ac_volts, 3),
            ac_current=0.0 if panel.old else round(power / ac_volts, 3),
            frequency=round(conditions.grid_frequency, 3),
            temperature=round(heat),
            error_s=panel.error_s,
            error_cycles=panel.error_s * 2,
        )

    def _turn_the_day(self, panel: Panel, at: float) -> None:
        """Begin a new day for a panel when local midnight has passed."""
        midnight = self.site.place.midnight(at)
        if midnight > panel.midnight:
            panel.yesterday_wh = panel.today_wh
            panel.midnight, panel.midnight_joules = midnight, panel.joules

    # Shares.

    def _share(self, panel: Panel) -> float:
        """Return a panel's part of its array's power."""
        total = self._weights(panel.array)
        return panel.weight * panel.gain / total if total and not panel.retired else 0.0

    def _weights(self, array: int) -> float:
        """Return the weights of an array's panels as they work now."""
        own = (panel for panel in self.panels if panel.array == array and not panel.retired)
        return sum(panel.weight * panel.gain for panel in own)

    def _settle(self, array: int) -> None:
        """Credit each panel of an array with what it made so far, before shares change."""
        roof = self._roofs[array]
        step = self.site.step()
        made = roof.joules + step.arrays[array] * (step.end - self._until)
        for panel in self.panels:
            if panel.array == array:
                panel.pending_j += self._share(panel) * (made - panel.mark_j)
                panel.mark_j = made

    def _rescale(self, array: int) -> None:
        """Let the site's array give what its panels give."""
        self.site.set_array_gain(array, self._weights(array) / self._roofs[array].nominal)

    # The plan, and the past.

    def _schedule(self, panel: Panel, due: float) -> None:
        """Plan a panel's next report."""
        panel.due = due
        heappush(self._heap, (due, self.panels.index(panel)))

    def _jitter(self, panel: Panel, due: float) -> int:
        """Return by how many seconds an interval is longer."""
        return int(JITTER_S * chance(self.site.seed, 50, int(panel.serial), int(due)))

    def _remember(self) -> None:
        """Give each panel its counters and its last report before now."""
        site, now = self.site, self.site.clock.timestamp()
        energies = site.energies_at(now)
        life_j = (energies.pv_ac - energies.grid_tied) * 3_600_000 * SHARE_OF_LIFE
        own = [array.kwp * (array.string is None) for array in site.plant.arrays]
        made = site.array_energies_at(now)
        for roof, kwh in zip(self._roofs, made, strict=True):
            roof.joules = kwh * 3_600_000
        for index, panel in enumerate(self.panels):
            share = self._share(panel)
            roof = self._roofs[panel.array]
            panel.midnight = site.place.midnight(now)
            panel.joules = self._counted(life_j * own[panel.array] / sum(own) * share)
            last = now - panel.cadence_s * (0.05 + 0.9 * chance(site.seed, 51, index))
            self._schedule(panel, floor(last) + panel.cadence_s)
            self._recall(panel, floor(last), share)
            panel.mark_j = roof.joules
            panel.mark_lit_s = roof.lit_s
            if panel.report is not None and panel.pending_j > 0:
                # What it made since its last report took it that long.
                panel.mark_lit_s -= now - panel.report.end
        for panel in self.panels:
            if panel.retired:
                panel.report, panel.joules = None, 0.0
            if panel.last_heard is not None and panel.report is not None:
                panel.report = replace(panel.report, end=panel.last_heard, power_w=14)

    def _recall(self, panel: Panel, last: int, share: float) -> None:
        """Find the last interval in which a panel had light and let it report that."""
        site, conditions = self.site, self.site.conditions()
        roof = self._roofs[panel.array]
        for _ in range(WALK_BACK):
            first, after = (
                site.array_energies_at(at)[panel.array] * 3_600_000
                for at in (last - panel.cadence_s, last)
            )
            if after > first:
                counted = self._counted(share * (after - first))
                panel.report = self._said(panel, last, panel.cadence_s, counted, conditions)
                break
            last -= panel.cadence_s
        midnight = site.array_energies_at(panel.midnight)[panel.array] * 3_600_000
        known = site.array_energies_at(panel.report.end if panel.report else last)
        reported = known[panel.array] * 3_600_000
        panel.pending_j = share * (roof.joules - reported)
        panel.midnight_joules = panel.joules - self._counted(
            max(0.0, share * (reported - midnight))
        )
        panel.yesterday_wh = round(share * 2_000)

    @staticmethod
    def _counted(joules: float) -> int:
        """Return joules in the steps a panel counts in."""
        return floor(joules / COUNT_J) * COUNT_J


def row_of(
    site: Site, count: int, *, first_serial: int = 482_208_990_001, cadence_s: int = 900
) -> Sequence[Panel]:
    """Return so many panels, the first half on the first array."""
    arrays = [index for index, each in enumerate(site.plant.arrays) if each.string is None]
    per_array = -(-count // len(arrays))
    return [
        Panel(str(first_serial + index), arrays[index // per_array], cadence_s=cadence_s)
        for index in range(count)
    ]
