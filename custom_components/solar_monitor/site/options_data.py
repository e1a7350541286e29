"""The options of the site, typed. What is missing or damaged is as if it had never been set.

They are stored in `entry.options` as JSON, by names that survive: sources go by the unique ids of
their entries, what they have by the names of the parts that they contribute, entities by their id
in the registry (renaming one changes nothing) or, where they have none, by their entity id.
`site/names.py` finds the entities.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum
from typing import Any, Final, Self

from ..logic.flows import Feed
from ..logic.peaks import OnPeak
from ..logic.shedding import Config
from .options_values import Span, flag_in, mapping_in, text_in, texts_in, time_in

CONF_EXCLUDED: Final = "excluded"
CONF_GRID_METER: Final = "grid_meter"
CONF_HOME_METER: Final = "home_meter"
CONF_FEEDS: Final = "feeds"
CONF_OTHERS: Final = "others"
CONF_ARRAYS: Final = "arrays"
CONF_COMMON_BANK: Final = "common_bank"
CONF_SOC_OF: Final = "soc_of"
CONF_CAPACITY: Final = "capacity"
CONF_ALARMS: Final = "alarms"
CONF_ON_PEAK: Final = "on_peak"
CONF_SHEDDING: Final = "shedding"

# Keys of other devices, arrays, feeds and hours.
CONF_ID: Final = "id"
CONF_KIND: Final = "kind"
CONF_INVERTED: Final = "inverted"
CONF_FLOOR: Final = "floor"
CONF_FEED: Final = "feed"
CONF_HYBRID: Final = "hybrid"
CONF_KWP: Final = "kwp"
CONF_TILT: Final = "tilt"
CONF_AZIMUTH: Final = "azimuth"
CONF_PANELS: Final = "panels"
CONF_WEEKDAYS: Final = "weekdays"
CONF_BEGIN: Final = "begin"
CONF_END: Final = "end"

# Keys of alarms.
CONF_ALARM_BATTERY: Final = "low_battery"
CONF_ALARM_IMPORT: Final = "high_import"
CONF_ALARM_TEMPERATURE: Final = "hot_inverter"
CONF_ALARM_PRODUCTION: Final = "no_production"
CONF_ENABLED: Final = "enabled"
CONF_BELOW: Final = "below"
CONF_ABOVE: Final = "above"
CONF_AT: Final = "at"
CONF_FOR: Final = "for"
CONF_COOLDOWN: Final = "cooldown"

# Keys of load shedding; those of the levels and times are the names in `logic.shedding.Config`.
CONF_LOADS: Final = "loads"

INVERTERS: Final = "inverters"
"""As the grid meter: the grid ports of the hybrid inverters together, even where there is a CT."""
RECKONED: Final = "reckoned"
"""As the home meter: none, the load is worked out, even where something measures it."""

WEEKDAYS: Final = tuple("0123456")
"""Monday first, as stored."""

KWP: Final = Span(0.01, 10_000.0, 5.0)
TILT: Final = Span(0.0, 90.0, 30.0)
AZIMUTH: Final = Span(0.0, 360.0, 180.0)
CAPACITY_KWH: Final = Span(0.1, 10_000.0, 10.0)
FLOOR: Final = Span(0.0, 90.0, 10.0)
ALARM_SOC: Final = Span(5.0, 95.0, 50.0)
ALARM_IMPORT_W: Final = Span(100.0, 1_000_000.0, 5_000.0)
ALARM_FOR_MIN: Final = Span(1.0, 240.0, 5.0)
ALARM_COOLDOWN_MIN: Final = Span(1.0, 1_440.0, 60.0)
ALARM_TEMPERATURE: Final = Span(40.0, 120.0, 85.0)
ALARM_NO_PRODUCTION_MIN: Final = Span(30.0, 720.0, 60.0)

_DEFAULTS: Final = Config()
LEVEL: Final = Span(1.0, 100.0, 50.0)
LEVELS: Final[Mapping[str, Span]] = {
    "offgrid_shed_below": LEVEL._replace(default=_DEFAULTS.offgrid_shed_below),
    "offgrid_restore_above": LEVEL._replace(default=_DEFAULTS.offgrid_restore_above),
    "step": Span(0.0, 50.0, _DEFAULTS.step),
    "critical": Span(0.0, 95.0, _DEFAULTS.critical),
}
"""The levels of load shedding that are options, %."""
TIMES: Final[Mapping[str, Span]] = {
    "min_on_s": Span(0.0, 86_400.0, _DEFAULTS.min_on_s),
    "min_off_s": Span(0.0, 86_400.0, _DEFAULTS.min_off_s),
    "stagger_s": Span(0.0, 3_600.0, _DEFAULTS.stagger_s),
    "critical_stagger_s": Span(0.0, 3_600.0, _DEFAULTS.critical_stagger_s),
    "give_back_s": Span(0.0, 604_800.0, _DEFAULTS.give_back_s),
}
"""The times of load shedding that are options, s."""
GRID_DRAW: Final = "grid_draw"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPoint:
    """Where an AC array feeds in; `hybrid` names whose generator port, None for any."""

    feed: Feed = Feed.HOUSE
    hybrid: str | None = None


class OtherKind(StrEnum):
    """What a device of another integration is to the site; the values are stored."""

    PANELS = "panels"
    BATTERY = "battery"
    GRID_METER = "grid_meter"
    HOME_METER = "home_meter"


class Role(StrEnum):
    """What an entity tells of such a device; the values are the keys that it is stored under."""

    POWER = "power"
    OPPOSITE = "opposite"
    """The power in the other direction, where two entities tell one each."""
    SOC = "soc"
    ENERGY_IN = "energy_in"
    """What came into the house: produced, discharged, imported."""
    ENERGY_OUT = "energy_out"
    """What went out of it: charged, exported."""


OTHER_ID_PREFIX: Final = "other_"
"""What the id of every such device begins with: no source names a part like that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherDevice:
    """A device of another integration that takes part in the site. Read by `site/roles.py`."""

    id: str
    """The name of its part; made once (`OTHER_ID_PREFIX`), stable for ever."""
    kind: OtherKind
    name: str
    entities: Mapping[Role, str]
    """What tells of it: references to entities (see above)."""
    inverted: bool = False
    """Whether the power counts the other way round than ours."""
    capacity_kwh: float | None = None
    floor: float = FLOOR.default
    """The SOC down to which a battery is discharged, %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrayOption:
    """Panels as they were built: kWp, degrees; azimuth clockwise from north."""

    name: str
    kwp: float
    id: str = ""
    tilt: float | None = None
    azimuth: float | None = None
    source: str | None = None
    """The part that they belong to: an AC array, or a hybrid's strings."""
    panels: tuple[str, ...] = ()
    """Serial numbers of the panels, where they report one by one and the user has named them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryAlarm:
    """The charge is below a level at a time of day."""

    enabled: bool = False
    below: float = ALARM_SOC.default
    at: time = time(18)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportAlarm:
    """More than so much is imported for so long, within hours of the day."""

    enabled: bool = False
    above_w: float = ALARM_IMPORT_W.default
    for_s: float = ALARM_FOR_MIN.default * 60
    begin: time = time()
    end: time = time()
    """The same as `begin`: the whole day; before it: over midnight."""
    cooldown_s: float = ALARM_COOLDOWN_MIN.default * 60
    """After an alarm, for how long there is no other one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemperatureAlarm:
    """An inverter is hot, °C."""

    enabled: bool = True
    above: float = ALARM_TEMPERATURE.default


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductionAlarm:
    """No panel brings anything although it is day."""

    enabled: bool = True
    after_s: float = ALARM_NO_PRODUCTION_MIN.default * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmOptions:
    """The thresholds; what devices report themselves needs none."""

    battery: BatteryAlarm = field(default_factory=BatteryAlarm)
    grid_import: ImportAlarm = field(default_factory=ImportAlarm)
    temperature: TemperatureAlarm = field(default_factory=TemperatureAlarm)
    production: ProductionAlarm = field(default_factory=ProductionAlarm)

    @classmethod
    def read(cls, stored: object) -> Self:
        """Read the alarms: {alarm: {"enabled": …, threshold: …}}."""
        alarms = mapping_in(stored)
        battery = mapping_in(alarms.get(CONF_ALARM_BATTERY))
        grid = mapping_in(alarms.get(CONF_ALARM_IMPORT))
        heat = mapping_in(alarms.get(CONF_ALARM_TEMPERATURE))
        sun = mapping_in(alarms.get(CONF_ALARM_PRODUCTION))
        return cls(
            battery=BatteryAlarm(
                enabled=flag_in(battery.get(CONF_ENABLED), default=BatteryAlarm().enabled),
                below=ALARM_SOC.read(battery.get(CONF_BELOW)),
                at=time_in(battery.get(CONF_AT)) or BatteryAlarm().at,
            ),
            grid_import=ImportAlarm(
                enabled=flag_in(grid.get(CONF_ENABLED), default=ImportAlarm().enabled),
                above_w=ALARM_IMPORT_W.read(grid.get(CONF_ABOVE)),
                for_s=ALARM_FOR_MIN.read(grid.get(CONF_FOR)) * 60,
                begin=time_in(grid.get(CONF_BEGIN)) or ImportAlarm().begin,
                end=time_in(grid.get(CONF_END)) or ImportAlarm().end,
                cooldown_s=ALARM_COOLDOWN_MIN.read(grid.get(CONF_COOLDOWN)) * 60,
            ),
            temperature=TemperatureAlarm(
                enabled=flag_in(heat.get(CONF_ENABLED), default=TemperatureAlarm().enabled),
                above=ALARM_TEMPERATURE.read(heat.get(CONF_ABOVE)),
            ),
            production=ProductionAlarm(
                enabled=flag_in(sun.get(CONF_ENABLED), default=ProductionAlarm().enabled),
                after_s=ALARM_NO_PRODUCTION_MIN.read(sun.get(CONF_FOR)) * 60,
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SheddingOptions:
    """Load shedding, all but its switch and its two numbers."""

    loads: tuple[str, ...] = ()
    """References to entities (see above); the first is shed first."""
    levels: Mapping[str, float] = field(
        default_factory=lambda: {name: each.default for name, each in {**LEVELS, **TIMES}.items()}
    )
    """Fields of `Config` by name: those of `LEVELS` and `TIMES`."""
    grid_draw: bool = False

    @classmethod
    def read(cls, stored: object) -> Self:
        """Read them: {"loads": [entity, …], field of `Config`: …}."""
        given = mapping_in(stored)
        spans = {**LEVELS, **TIMES}
        return cls(
            loads=texts_in(given.get(CONF_LOADS)),
            levels={name: span.read(given.get(name)) for name, span in spans.items()},
            grid_draw=given.get(GRID_DRAW) is True,
        )

    @property
    def lowest(self) -> float:
        """The lowest level of charge that a load can have with the grid, %."""
        return Config(critical=self.levels["critical"]).lowest

    def config(self, *, armed: bool, shed_below: float, restore_above: float) -> Config:
        """Give the settings of load shedding with its switch and its two numbers."""
        levels = self.levels
        return Config(
            armed=armed,
            shed_below=shed_below,
            restore_above=restore_above,
            offgrid_shed_below=levels["offgrid_shed_below"],
            offgrid_restore_above=levels["offgrid_restore_above"],
            step=levels["step"],
            critical=levels["critical"],
            min_on_s=levels["min_on_s"],
            min_off_s=levels["min_off_s"],
            stagger_s=levels["stagger_s"],
            critical_stagger_s=levels["critical_stagger_s"],
            grid_draw=self.grid_draw,
            give_back_s=levels["give_back_s"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteOptions:
    """What the user has chosen."""

    excluded: frozenset[str] = frozenset()
    """Sources that are no part of the site."""
    grid_meter: str | None = None
    """The part whose meter counts, or `INVERTERS`; None, or one that is not there: it is found,
    that of another device first."""
    home_meter: str | None = None
    """The part whose meter tells what the whole house takes, or `RECKONED`; None, or one that is
    not there: that of another device, else it is worked out."""
    feeds: Mapping[str, FeedPoint] = field(default_factory=dict)
    """By the name of the array."""
    others: tuple[OtherDevice, ...] = ()
    arrays: tuple[ArrayOption, ...] = ()
    common_bank: bool = False
    """Whether all batteries that are told of are one, measured by several."""
    soc_of: str | None = None
    """The bank whose charge is the site's; None: that of all of them."""
    capacity_kwh: float | None = None
    """The capacity of all batteries together; None: what they tell themselves."""
    alarms: AlarmOptions = field(default_factory=AlarmOptions)
    on_peak: OnPeak | None = None
    shedding: SheddingOptions = field(default_factory=SheddingOptions)

    @classmethod
    def read(cls, options: Mapping[str, Any]) -> Self:
        """Read an entry's options."""
        return cls(
            excluded=frozenset(texts_in(options.get(CONF_EXCLUDED))),
            grid_meter=text_in(options.get(CONF_GRID_METER)),
            home_meter=text_in(options.get(CONF_HOME_METER)),
            feeds=dict(_feeds(options.get(CONF_FEEDS))),
            others=tuple(_others(options.get(CONF_OTHERS))),
            arrays=tuple(_arrays(options.get(CONF_ARRAYS))),
            common_bank=options.get(CONF_COMMON_BANK) is True,
            soc_of=text_in(options.get(CONF_SOC_OF)),
            capacity_kwh=CAPACITY_KWH.optional(options.get(CONF_CAPACITY)),
            alarms=AlarmOptions.read(options.get(CONF_ALARMS)),
            on_peak=_on_peak(options.get(CONF_ON_PEAK)),
            shedding=SheddingOptions.read(options.get(CONF_SHEDDING)),
        )


def _feeds(stored: object) -> Iterator[tuple[str, FeedPoint]]:
    """Read where arrays feed in: {array: {"feed": …, "hybrid": …}}."""
    for name, point in mapping_in(stored).items():
        match point:
            case {"feed": str(feed), **rest} if feed in Feed:
                yield str(name), FeedPoint(feed=Feed(feed), hybrid=text_in(rest.get(CONF_HYBRID)))
            case _:
                pass


def _others(stored: object) -> Iterator[OtherDevice]:
    """Read the devices: [{"id": …, "kind": …, "name": …, role: entity, …}]."""
    for device in stored if isinstance(stored, list) else ():
        match device:
            case {"id": str(own_id), "kind": str(kind), **rest} if own_id and kind in OtherKind:
                entities = {role: text for role in Role if (text := text_in(rest.get(role)))}
                yield OtherDevice(
                    id=own_id,
                    kind=OtherKind(kind),
                    name=text_in(rest.get("name")) or own_id,
                    entities=entities,
                    inverted=rest.get(CONF_INVERTED) is True,
                    capacity_kwh=CAPACITY_KWH.optional(rest.get(CONF_CAPACITY)),
                    floor=FLOOR.read(rest.get(CONF_FLOOR)),
                )
            case _:
                pass


def _arrays(stored: object) -> Iterator[ArrayOption]:
    """Read the panels: [{"id": …, "name": …, "kwp": …, "tilt": …, "source": …, …}]."""
    for array in stored if isinstance(stored, list) else ():
        match array:
            case {"name": str(name), "kwp": kwp, **rest} if KWP.optional(kwp) is not None:
                yield ArrayOption(
                    name=name,
                    kwp=KWP.read(kwp),
                    id=text_in(rest.get(CONF_ID)) or name,
                    tilt=TILT.optional(rest.get(CONF_TILT)),
                    azimuth=AZIMUTH.optional(rest.get(CONF_AZIMUTH)),
                    source=text_in(rest.get("source")),
                    panels=texts_in(rest.get(CONF_PANELS)),
                )
            case _:
                pass


def _on_peak(stored: object) -> OnPeak | None:
    """Read the hours: {"weekdays": ["0", …], "begin": "16:00:00", "end": "21:00:00"}."""
    hours = mapping_in(stored)
    begin, end = time_in(hours.get(CONF_BEGIN)), time_in(hours.get(CONF_END))
    days = frozenset(int(day) for day in texts_in(hours.get(CONF_WEEKDAYS)) if day in WEEKDAYS)
    if not days or begin is None or end is None:
        return None
    return OnPeak(days, 60 * begin.hour + begin.minute, 60 * end.hour + end.minute)
