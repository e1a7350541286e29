"""Gateways as they are met: one firmware each, what is fitted to it, and the faults it ships with.

Sources: the firmware table of pyenphase's `docs/known_issues.md` and issues, the recordings in its
`tests/fixtures/<firmware>`, and mpreissner/ha-enphase-realtime `docs/FINDINGS.md` (8.3.6086).
"""

from dataclasses import dataclass, replace
from enum import Enum, StrEnum, auto


class CtKind(StrEnum):
    """What a current transformer measures, by the gateway's own names."""

    PRODUCTION = "production"
    NET_CONSUMPTION = "net-consumption"
    TOTAL_CONSUMPTION = "total-consumption"
    STORAGE = "storage"
    BACKFEED = "backfeed"
    LOAD = "load"
    EVSE = "evse"
    PV3P = "pv3p"


class Bug(StrEnum):
    """One thing that a firmware does wrong."""

    ZEROS_AFTER_START = auto()
    """All zeros with status 200, and no inverters, for minutes after a start (core 120091)."""
    WRAPS_AT_2_32_JOULES = auto()
    """A panel's counter ends at 2^32 J; the gateway's sum falls by 1.19 MWh (core 140602)."""
    NO_LINES = auto()
    """No phases in production.json (pyenphase, recordings of 7.3)."""
    CONSUMPTION_TODAY_ZERO = auto()
    """Consumption of today and of seven days is 0 (pyenphase #74)."""
    NET_IS_IMPORT = auto()
    """net-consumption's whLifetime is what was imported, not the difference (7.6 and before)."""
    OWNER_LOCKED_OUT = auto()
    """Most endpoints answer 401 to a home owner's token (pyenphase, recordings of 7.3.130)."""
    V1_STALLS = auto()
    """/api/v1/production stands still on a metered gateway without CTs (8.2.4264)."""
    V1_ZEROS = auto()
    """/api/v1/production is all zeros and production.json has no `eim` (8.3.5422, core 179179)."""
    TARIFF_IGNORES_WRITES = auto()
    """A changed tariff is answered with 200 and forgotten (pyenphase `set_storage_mode`)."""
    UNKNOWN_EIDS = auto()
    """Readings of meters that the list of meters does not have (8.3.5025)."""
    TODAY_IS_LIFETIME = auto()
    """whToday and whLastSevenDays are the lifetime counter (8.3.5433, pyenphase #467)."""
    THREE_LINES = auto()
    """Always three phases in production.json, those that are not there zero (8.3.5433)."""
    TOTAL_IS_NET = auto()
    """total-consumption carries the numbers of net-consumption (8.3.5433, pyenphase #467)."""
    ACTIVE_COUNT_ZERO = auto()
    """Now and then `eim` has activeCount 0 and another counter (8.3.5528, pyenphase #471)."""
    STORAGE_PHASE_ZERO = auto()
    """Now and then a phase of the storage CT is 0 and the sum is half (8.3.6xxx)."""
    GONE_THOUGH_HEARD = auto()
    """Panels are `modGone` though they are active and report (pyenphase #454)."""
    NEVER_FORGETS = auto()
    """Panels that went silent years ago stay in the list (recording of 4.2.33)."""
    GONE_AT_NIGHT = auto()
    """Dark panels are `modGone` without a last reading, though active (recording of 8.3.6086)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fittings:
    """What the installer put in."""

    metered: bool = True
    phases: int = 1
    cts: frozenset[CtKind] = frozenset({CtKind.PRODUCTION, CtKind.NET_CONSUMPTION})
    encharges: int = 0
    acbs: int = 0
    enpower: bool = False
    collar: bool = False
    c6: bool = False
    generator: bool = False

    @property
    def batteries(self) -> int:
        """Return how many batteries there are."""
        return self.encharges + self.acbs

    @property
    def phase_mode(self) -> str:
        """Return what the gateway calls its phases."""
        return {1: "single", 2: "split", 3: "three"}[self.phases]


@dataclass(frozen=True, slots=True, kw_only=True)
class Firmware:
    """A firmware, its usual hardware and what is fitted to it."""

    version: str
    """As /info states it, with the letter of the build: D8.3.5169."""
    part_number: str
    fittings: Fittings
    bugs: frozenset[Bug] = frozenset()

    @property
    def number(self) -> tuple[int, ...]:
        """Return the version as numbers."""
        return tuple(int(part) for part in self.version[1:].split("."))

    @property
    def needs_token(self) -> bool:
        """Whether it wants HTTPS and a token."""
        return self.number >= (7,)


STANDARD = Fittings(metered=False, cts=frozenset())
NO_CTS = Fittings(cts=frozenset())
LOAD_ONLY = frozenset({CtKind.PRODUCTION, CtKind.TOTAL_CONSUMPTION})
WITH_STORAGE = frozenset({CtKind.PRODUCTION, CtKind.NET_CONSUMPTION, CtKind.STORAGE})
EARLY = frozenset({Bug.NET_IS_IMPORT, Bug.WRAPS_AT_2_32_JOULES})
SPOILT = frozenset({Bug.TODAY_IS_LIFETIME, Bug.THREE_LINES, Bug.TARIFF_IGNORES_WRITES})


class Shape(Enum):
    """Every shape of answers that a client must understand, by firmware and by its one fault."""

    R3_17_STANDARD = Firmware(
        version="D3.17.3",
        part_number="800-00069-r05",
        fittings=STANDARD,
        bugs=frozenset({Bug.ZEROS_AFTER_START, Bug.WRAPS_AT_2_32_JOULES}),
    )
    """HTTP, digest for the panels; production.json is an HTML page, meters are 401."""
    R4_2_SPLIT = Firmware(
        version="R4.2.33",
        part_number="800-00547-r05",
        fittings=Fittings(phases=2, cts=frozenset({CtKind.PRODUCTION})),
        bugs=EARLY | {Bug.NO_LINES, Bug.NEVER_FORGETS},
    )
    """No devType, no statusFlags; two panels of 2018 are still in the list."""
    R4_10_SPLIT = Firmware(
        version="R4.10.35",
        part_number="800-00555-r03",
        fittings=Fittings(phases=2),
        bugs=EARLY | {Bug.NO_LINES},
    )
    D5_0_STANDARD = Firmware(
        version="D5.0.62",
        part_number="800-00551-r02",
        fittings=STANDARD,
        bugs=frozenset({Bug.WRAPS_AT_2_32_JOULES}),
    )
    D7_3_LOCKED = Firmware(
        version="D7.3.130",
        part_number="800-00555-r03",
        fittings=Fittings(phases=2, cts=frozenset({CtKind.PRODUCTION})),
        bugs=EARLY | {Bug.NO_LINES, Bug.OWNER_LOCKED_OUT},
    )
    """Only /api/v1/production and the meters are open to the home owner."""
    D7_3_METERED = Firmware(
        version="D7.3.466",
        part_number="800-00654-r08",
        fittings=Fittings(phases=1),
        bugs=EARLY | {Bug.NO_LINES, Bug.CONSUMPTION_TODAY_ZERO},
    )
    D7_3_BATTERY = Firmware(
        version="D7.3.517",
        part_number="800-00555-r03",
        fittings=Fittings(phases=2, encharges=3, enpower=True),
        bugs=EARLY | {Bug.NO_LINES},
    )
    """Batteries with `operating` and `zigbee_dongle_fw_version`, which 8.0 took away."""
    D7_6_STANDARD = Firmware(
        version="D7.6.175",
        part_number="800-00656-r06",
        fittings=STANDARD,
        bugs=frozenset({Bug.WRAPS_AT_2_32_JOULES}),
    )
    D7_6_THREE_PHASES = Firmware(
        version="D7.6.185",
        part_number="800-00654-r08",
        fittings=Fittings(phases=3),
        bugs=EARLY | {Bug.CONSUMPTION_TODAY_ZERO},
    )
    D8_1_BATTERY = Firmware(
        version="D8.1.41",
        part_number="800-00647-r10",
        fittings=Fittings(phases=2, encharges=2, enpower=True),
    )
    D8_2_STORAGE = Firmware(
        version="D8.2.127",
        part_number="800-00647-r10",
        fittings=Fittings(phases=2, cts=WITH_STORAGE, encharges=5, enpower=True),
    )
    D8_2_NO_CT = Firmware(
        version="D8.2.4264",
        part_number="800-00554-r03",
        fittings=NO_CTS,
        bugs=frozenset({Bug.V1_STALLS, Bug.TARIFF_IGNORES_WRITES}),
    )
    D8_2_DEVICE_DATA = Firmware(
        version="D8.2.4345",
        part_number="800-00654-r08",
        fittings=Fittings(phases=1, encharges=1, enpower=True),
        bugs=frozenset({Bug.TARIFF_IGNORES_WRITES}),
    )
    D8_2_ACB = Firmware(
        version="D8.2.4382",
        part_number="800-00654-r08",
        fittings=Fittings(phases=1, encharges=1, acbs=3),
        bugs=frozenset({Bug.TARIFF_IGNORES_WRITES}),
    )
    D8_3_COLLAR = Firmware(
        version="D8.3.1598",
        part_number="800-02403-r08",
        fittings=Fittings(phases=2, encharges=2, collar=True, c6=True),
        bugs=frozenset({Bug.TARIFF_IGNORES_WRITES}),
    )
    D8_3_UNKNOWN_EIDS = Firmware(
        version="D8.3.5025",
        part_number="800-00654-r08",
        fittings=Fittings(phases=3),
        bugs=frozenset({Bug.UNKNOWN_EIDS, Bug.TARIFF_IGNORES_WRITES}),
    )
    D8_3_METERED = Firmware(
        version="D8.3.5167",
        part_number="800-00654-r08",
        fittings=Fittings(phases=1),
        bugs=frozenset({Bug.TARIFF_IGNORES_WRITES}),
    )
    """The default: nothing wrong with its numbers."""
    D8_3_GENERATOR = Firmware(
        version="D8.3.5169",
        part_number="800-00647-r11",
        fittings=Fittings(phases=2, enpower=True, generator=True),
        bugs=frozenset({Bug.UNKNOWN_EIDS, Bug.TARIFF_IGNORES_WRITES}),
    )
    D8_3_ACB = Firmware(
        version="D8.3.5169",
        part_number="800-00654-r08",
        fittings=Fittings(phases=1, encharges=1, acbs=3),
        bugs=frozenset({Bug.GONE_THOUGH_HEARD, Bug.TARIFF_IGNORES_WRITES}),
    )
    D8_3_REMOVED_PANELS = Firmware(
        version="D8.3.5289",
        part_number="800-00654-r08",
        fittings=Fittings(phases=1, cts=frozenset({CtKind.PRODUCTION})),
        bugs=frozenset({Bug.TARIFF_IGNORES_WRITES}),
    )
    """Two panels were taken away and stay in the lists."""
    D8_3_STANDARD = Firmware(
        version="D8.3.5422",
        part_number="800-00656-r06",
        fittings=STANDARD,
        bugs=frozenset({Bug.V1_ZEROS, Bug.TARIFF_IGNORES_WRITES}),
    )
    D8_3_TOTAL_IS_NET = Firmware(
        version="D8.3.5433",
        part_number="800-00654-r08",
        fittings=Fittings(phases=2, cts=LOAD_ONLY),
        bugs=SPOILT | {Bug.TOTAL_IS_NET},
    )
    D8_3_ACTIVE_COUNT = Firmware(
        version="D8.3.5528",
        part_number="800-00654-r08",
        fittings=Fittings(phases=3),
        bugs=SPOILT | {Bug.ACTIVE_COUNT_ZERO},
    )
    D8_3_STORAGE_PHASE = Firmware(
        version="D8.3.6086",
        part_number="800-00647-r11",
        fittings=Fittings(phases=2, cts=WITH_STORAGE, encharges=1, enpower=True),
        bugs=SPOILT | {Bug.STORAGE_PHASE_ZERO, Bug.UNKNOWN_EIDS, Bug.GONE_AT_NIGHT},
    )

    @property
    def firmware(self) -> Firmware:
        """Return what this shape is made of."""
        return self.value

    @property
    def fittings(self) -> Fittings:
        """Return what is usually fitted to it; change it with `dataclasses.replace`."""
        return self.value.fittings


ALL_CTS = frozenset(CtKind) - {CtKind.TOTAL_CONSUMPTION}
"""Every kind of CT that one gateway can have at the same time."""
EVERYTHING = replace(
    Shape.D8_3_STORAGE_PHASE.fittings, cts=ALL_CTS, encharges=2, collar=True, c6=True
)
