"""One system (site) in the cloud, with its knobs."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import date, timedelta
from enum import StrEnum, auto
from functools import cached_property
from itertools import pairwise

from tests.simulators.clock import Clock
from tests.simulators.enlighten.houses import SiteHouse
from tests.simulators.enlighten.panels import Meters, Panel, row_of, serials_of
from tests.simulators.enlighten.past import SLOT_S, Past
from tests.simulators.enlighten.registers import Registers, Yield
from tests.simulators.enlighten.reporting import CELLULAR_S, WIRED_S, Reporting
from tests.simulators.enlighten.troubles import Kind, Life, Spell, Trouble
from tests.simulators.noise import chance
from tests.simulators.place import Place
from tests.simulators.site import Site

YEARS = 10
PANEL_W = 370
BATTERY_WH = 5000
WEEK_S = 7 * 86_400
WEEKS_OF_EVENTS = 40
"""Older ones cannot be asked for."""
METER_S = 900
"""Length of a meter's interval."""


class Connection(StrEnum):
    """How a gateway reaches the cloud."""

    ETHERNET = auto()
    WIFI = auto()
    CELLULAR = auto()

    @property
    def interval_s(self) -> int:
        """Return how often it uploads."""
        return CELLULAR_S if self is Connection.CELLULAR else WIRED_S


class Window(StrEnum):
    """Which events and alarms lie in a window: undocumented."""

    START = auto()
    """Those that began in it."""
    OVERLAP = auto()
    """Those that were open at any moment of it."""


@dataclass(eq=False)
class EnlightenSystem:
    """A system: a house by formula, or the simulated site when one is given.

    Both go on for years before the first day of the site, from `since` on. Its troubles come from
    the calls below, from the site's grid and from whoever is in `watches`.
    """

    clock: Clock
    _: KW_ONLY
    system_id: int = 698_957_008
    name: str = "Acacia Road 12"
    place: Place = field(default_factory=Place)
    site: Site | None = None
    seed: int = 1
    since: date | None = None
    """First day in operation; None: ten years ago."""
    panel_count: int = 20
    panel_serials: Sequence[str] = ()
    """Those of the panels, for a roof that another simulator has as well; they count then."""
    batteries: int = 0
    """None of them: no battery; each holds 5 kWh."""
    production_meter: bool = True
    production_meter_since: date | None = None
    """First day of the meter, if later than the panels'."""
    consumption_meter: bool = True
    net_meter: bool = True
    """The consumption meter sits at the grid, so that the battery counts as consumption."""
    connection: Connection = Connection.ETHERNET
    gateway_serial: str = "122302098765"
    time_zone_name: str | None = None
    """What the API calls the time zone, e.g. the alias US/Pacific; None: the place's."""
    api_access: bool = True
    """The owner may forbid it: 403."""
    window: Window = Window.START
    loses_dead_panels: bool = True
    """False when the site itself gives less for a dead panel."""
    incidents: bool = False
    """Small events now and then, in the past and from now on."""
    fixed_status: str | None = None
    """Status whatever the troubles say, e.g. one that no client knows."""

    def __post_init__(self) -> None:
        """Build the house and its past."""
        if self.site is not None:
            if self.site.clock is not self.clock:
                raise ValueError("the site has another clock")
            self.place = self.site.place
        today = self.place.local(self.clock.timestamp()).date()
        self.since = self.since or today.replace(year=today.year - YEARS, day=min(today.day, 28))
        self.reporting = Reporting(self.connection.interval_s)
        self.life = Life(self.reporting)
        serials = self.panel_serials or serials_of(self.panel_count)
        self.panel_count = len(serials)
        self.panels: tuple[Panel, ...] = row_of(self.seed, serials)
        self.past = Past(
            self.seed,
            self.place,
            self.since,
            kwp=self.panel_count * PANEL_W / 1000,
            battery_kwh=self.batteries * BATTERY_WH / 1000,
        )
        house: Yield = self.past if self.site is None else SiteHouse(self.site, self.past)
        self.meters = Meters(
            house, self.life, self.panels, loses_dead_panels=self.loses_dead_panels
        )
        self.watches: list[Callable[[], Collection[Trouble]]] = []
        """Each tells the troubles it sees now; asked with every request."""
        self._watched: frozenset[Trouble] = frozenset()
        self._weeks = int(self.now // WEEK_S) - WEEKS_OF_EVENTS

    # What a test or the demo turns.

    def panel_dies(self, number: int = 0) -> str:
        """Let a panel give nothing more; return its serial."""
        return self._begin(Kind.PANEL_DEAD, self.panels[number].serial)

    def panel_recovers(self, number: int = 0) -> None:
        """Let a dead panel work again."""
        self._end(Kind.PANEL_DEAD, self.panels[number].serial)

    def panel_falls_silent(self, number: int = 0) -> str:
        """Let the gateway no longer hear a panel, which goes on working; return its serial."""
        return self._begin(Kind.PANEL_SILENT, self.panels[number].serial)

    def panel_is_heard(self, number: int = 0) -> None:
        """Let the gateway hear a silent panel again."""
        self._end(Kind.PANEL_SILENT, self.panels[number].serial)

    def gateway_falls_silent(self) -> None:
        """Let the gateway reach the cloud no more; the house goes on."""
        self.reporting.fall_silent(self.now)
        self._begin(Kind.GATEWAY_SILENT, self.gateway_serial)

    def gateway_comes_back(self) -> None:
        """Let the gateway reach the cloud again; what it kept arrives after `backlog_s`."""
        self.reporting.come_back(self.now)
        self._end(Kind.GATEWAY_SILENT, self.gateway_serial)

    def battery_fails(self, number: int = 0) -> str:
        """Let a battery report a fault; return its serial."""
        return self._begin(Kind.BATTERY_FAULT, self.battery_serials[number])

    def battery_recovers(self, number: int = 0) -> None:
        """Let the battery's fault be over."""
        self._end(Kind.BATTERY_FAULT, self.battery_serials[number])

    def meter_falls_silent(self) -> str:
        """Let the gateway no longer hear the production meter; return its serial."""
        return self._begin(Kind.METER_SILENT, self.meter_serials[0])

    def meter_is_heard(self) -> None:
        """Let the gateway hear the production meter again."""
        self._end(Kind.METER_SILENT, self.meter_serials[0])

    def begin(self, kind: Kind, serial: str | None = None, *, since: float | None = None) -> None:
        """Let any trouble begin, of the gateway unless a serial is given; `since` in Unix s."""
        at = self.now if since is None else since
        self.life.begin(Trouble(kind, serial or self.gateway_serial), at)

    def end(self, kind: Kind, serial: str | None = None) -> None:
        """Let any trouble end."""
        self._end(kind, serial or self.gateway_serial)

    def happens(self, kind: Kind, serial: str | None = None) -> None:
        """Let something happen that is no state."""
        trouble = Trouble(kind, serial or self.gateway_serial)
        self.life.spells.append(Spell(trouble, self.now, self.now))

    def _begin(self, kind: Kind, serial: str) -> str:
        self.life.begin(Trouble(kind, serial), self.now)
        return serial

    def _end(self, kind: Kind, serial: str) -> None:
        self.life.end(Trouble(kind, serial), self.now)

    def look(self) -> None:
        """Take in what the site and the watches say now."""
        seen = frozenset(trouble for watch in self.watches for trouble in watch())
        if self.site is not None and not self.site.grid_up:
            seen |= {Trouble(Kind.GRID_LOST, self.gateway_serial)}
        for trouble in self._watched - seen:
            if trouble.kind is Kind.GATEWAY_SILENT:
                self.reporting.come_back(self.now)
            self.life.end(trouble, self.now)
        for trouble in sorted(seen - self._watched, key=lambda each: (each.kind.name, each.serial)):
            if trouble.kind is Kind.GATEWAY_SILENT:
                self.reporting.fall_silent(self.now)
            self.life.begin(trouble, self.now)
        self._watched = seen
        if self.incidents:
            self._take_in_incidents()

    def _take_in_incidents(self) -> None:
        """Let the weeks up to now have had their incidents: half of them had one, of 20 minutes."""
        last = int(self.now // WEEK_S)
        for week in range(self._weeks, last):
            if chance(self.seed, 61, week) < 0.5:
                number = int(chance(self.seed, 62, week) * self.panel_count)
                start = week * WEEK_S + chance(self.seed, 63, week) * 6 * 86_400
                trouble = Trouble(Kind.VOLTAGE_HIGH, self.panels[number].serial)
                self.life.spells.append(Spell(trouble, start, start + 1200))
        self._weeks = max(last, self._weeks)

    # What there is.

    @property
    def now(self) -> float:
        """Return the time, Unix s."""
        return self.clock.timestamp()

    @property
    def operational_date(self) -> date:
        """Return the first day in operation."""
        return self.past.since

    @property
    def operational_at(self) -> int:
        """Return when it went into operation, Unix s."""
        return int(self.past.midnight(self.operational_date))

    @property
    def meter_date(self) -> date:
        """Return the first day of the production meter."""
        return self.production_meter_since or self.operational_date

    @property
    def size_w(self) -> int:
        """Return the power of all panels."""
        return self.panel_count * PANEL_W

    @cached_property
    def meter_serials(self) -> tuple[str, ...]:
        """Return the serials of the production and the consumption meter, if there are any."""
        fitted = (self.production_meter, self.consumption_meter)
        return tuple(
            f"{self.gateway_serial}EIM{number}" for number, each in enumerate(fitted, 1) if each
        )

    @cached_property
    def battery_serials(self) -> tuple[str, ...]:
        """Return the serials of the batteries."""
        return tuple(str(492_230_000_301 + number) for number in range(self.batteries))

    @property
    def last_report_at(self) -> int:
        """Return when the gateway uploaded last, Unix s."""
        return int(self.reporting.last(self.now))

    @property
    def status(self) -> str:
        """Return the one word that the cloud has for it."""
        return self.fixed_status or self.life.status(self.now)

    def day_of(self, unix: float) -> date:
        """Return the local day of a Unix time."""
        return self.place.local(unix).date()

    @property
    def today(self) -> date:
        """Return the local day."""
        return self.day_of(self.now)

    def midnight(self, day: date) -> float:
        """Return when a local day begins, Unix s."""
        return self.past.midnight(day)

    # What the cloud knows.

    def days(self, first: date, last: date) -> list[Registers]:
        """Return what the cloud knows of each day, 0 where it knows nothing."""
        gaps = self.reporting.gaps(self.now)
        count = (last - first).days + 1
        bounds = [self.midnight(first + timedelta(days=number)) for number in range(count + 1)]
        if all(not gap.overlap(bounds[0], bounds[-1]) for gap in gaps):
            marks = [self.meters.at(bound) for bound in bounds]
            return [after.less(before) for before, after in pairwise(marks)]
        return [self.meters.between(start, end, gaps) for start, end in pairwise(bounds)]

    def production_of(self, day: date, known: Registers) -> int:
        """Return a day's production as the merged series has it: by micros, later by meter."""
        metered = self.production_meter and day >= self.meter_date
        return known.production if metered else known.micro

    def lifetime(self, until: float) -> int:
        """Return the sum of the merged series up to a local midnight (Unix s)."""
        gaps, begin = self.reporting.gaps(self.now), float(self.operational_at)
        change = min(until, self.midnight(self.meter_date)) if self.production_meter else until
        by_micros = self.meters.between(begin, change, gaps)
        return by_micros.micro + self.meters.between(change, until, gaps).production

    @property
    def last_interval_end(self) -> int:
        """Return the end of the last interval with news: of the meter, or of panels in light."""
        last = self.last_report_at
        if self.production_meter:
            return last // METER_S * METER_S
        end = last // SLOT_S * SLOT_S
        for _ in range(2 * 288):
            if self.meters.at(end).production > self.meters.at(end - SLOT_S).production:
                break
            end -= SLOT_S
        return end

    @property
    def current_power_w(self) -> int:
        """Return the mean power of the last interval that the cloud knows."""
        length = METER_S if self.production_meter else SLOT_S
        end = self.last_report_at // length * length
        made = self.meters.at(end).less(self.meters.at(end - length))
        return self.production_of(self.day_of(end - length), made) * 3600 // length
