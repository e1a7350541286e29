"""One model of what is wrong, whatever source says so: kinds, statements, alarms, changes.

Sources, and the site itself, make statements: this is wrong, this is not, or it cannot be told. The
board (`alarm_board.py`) turns them into alarms. Times are unix seconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple, Self

from .contribution import Evidence, Subject


class Kind(StrEnum):
    """What is wrong. The values are stored, and are the keys of texts: what it is, what to do."""

    UNREACHABLE = "unreachable"
    """A gateway or logger does not answer, or its cloud does not hear it."""
    PRODUCTION = "production"
    """The device itself says that panels make nothing."""
    PANELS = "panels"
    METER = "meter"
    BATTERY = "battery"
    GRID_LOST = "grid_lost"
    INVERTER_FAULT = "inverter_fault"
    NOTICE = "notice"
    """A device warns of something that is none of the others."""
    STALE = "stale"
    """Readings that were there are missing or too old."""
    LOW_BATTERY = "low_battery"
    HIGH_IMPORT = "high_import"
    HOT_INVERTER = "hot_inverter"
    NO_PRODUCTION = "no_production"
    """We see that panels make nothing although it is day."""


class Severity(StrEnum):
    """How bad it is; the values are keys of texts."""

    INFO = "info"
    """Everything goes on."""
    WARNING = "warning"
    """Something does not do what it should."""
    CRITICAL = "critical"
    """The house may be without power."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How alarms of a kind come and go."""

    severity: Severity = Severity.WARNING
    on_s: float = 0.0
    off_s: float = 0.0
    usual_s: float | None = None
    shared: bool = False
    """Whether it is one for the whole site, whoever tells of it."""
    twice: bool = False
    """Whether a gateway tells of it and the account that it reports to as well."""


RULES: Final[Mapping[Kind, Rule]] = {
    Kind.UNREACHABLE: Rule(on_s=180, off_s=60),
    Kind.PRODUCTION: Rule(on_s=60, off_s=300, twice=True),
    Kind.PANELS: Rule(on_s=60, off_s=300, twice=True),
    Kind.METER: Rule(on_s=60, off_s=300, twice=True),
    Kind.BATTERY: Rule(on_s=120, off_s=300),
    # Two samples of a logger that is read every 30 s.
    Kind.GRID_LOST: Rule(
        severity=Severity.CRITICAL, on_s=20, off_s=300, usual_s=7 * 86_400.0, shared=True
    ),
    Kind.INVERTER_FAULT: Rule(severity=Severity.CRITICAL, on_s=60, off_s=300),
    Kind.NOTICE: Rule(severity=Severity.INFO, on_s=60, off_s=300),
    Kind.STALE: Rule(on_s=900, off_s=60),
    # Those of `thresholds.py` have delays and hysteresis of their own.
    Kind.LOW_BATTERY: Rule(),
    Kind.HIGH_IMPORT: Rule(),
    Kind.HOT_INVERTER: Rule(on_s=60, off_s=60),
    Kind.NO_PRODUCTION: Rule(),
}

KIND_OF: Final[Mapping[Subject, Kind]] = {
    Subject.CONNECTION: Kind.UNREACHABLE,
    Subject.PRODUCTION: Kind.PRODUCTION,
    Subject.PANELS: Kind.PANELS,
    Subject.METER: Kind.METER,
    Subject.BATTERY: Kind.BATTERY,
    Subject.GRID: Kind.GRID_LOST,
    Subject.INVERTER: Kind.INVERTER_FAULT,
    Subject.NOTICE: Kind.NOTICE,
}
"""What evidence of a source becomes an alarm of."""


class About(NamedTuple):
    """What tells one alarm from another."""

    kind: Kind
    source: str
    device: str
    """The part or serial number; empty: the source as a whole."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What is said of one thing at one look."""

    about: About
    holds: bool | None
    """Whether it is wrong; None: it cannot be told now."""
    at: float
    """When it was told."""
    words: tuple[str, ...] = ()
    """What the device calls it: codes, or words as they came."""
    covered: bool = False
    """Whether it says nothing because something worse says it all, or because the device may
    sleep: nobody is silent, and what was told stays."""

    @classmethod
    def of(cls, source: str, evidence: Evidence, now: float) -> Self:
        """Make one of what a source gives to the site."""
        device = "" if evidence.device == source else evidence.device
        return cls(
            About(KIND_OF[evidence.subject], source, device),
            evidence.standing(now),
            evidence.at,
            evidence.words,
            covered=evidence.holds is None and evidence.sleeping(now),
        )


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that is wrong. Its kind is the key of its texts."""

    about: About
    since: float
    words: tuple[str, ...]
    heard: bool
    """Whether somebody can tell now; if not, it stands as it was told last."""

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return RULES[self.about.kind].severity


class Ending(StrEnum):
    """Why an alarm has ended; the values are keys of texts."""

    OVER = "over"
    """It was told that all is well again."""
    GONE = "gone"
    """Nobody watches any more: the source or device is gone, or the alarm was turned off."""
    USUAL = "usual"
    """It has lasted for so long that it is how things are."""


@dataclass(frozen=True, slots=True)
class Change:
    """An alarm that was raised (`ended` is None) or cleared, at a time; never told before."""

    alarm: Alarm
    at: float
    ended: Ending | None = None
