"""Alarms that have lasted for long and that the user can do something about: each is a repair."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from ..logic.alarms import Kind
from ..sources.spec import Finding
from .alarm_words import spoken

if TYPE_CHECKING:
    from ..logic.alarms import About, Alarm
    from .alarm_words import Words

REPAIR_AFTER_S: Final = 6 * 3_600.0
"""What comes and goes within some hours needs no repair: an outage, a router that is replaced."""

UNREACHABLE: Final = "site_unreachable"
DATA_STALE: Final = "site_data_stale"
METER_PROBLEM: Final = "site_meter_problem"
BATTERY_PROBLEM: Final = "site_battery_problem"
NO_PRODUCTION: Final = "site_no_production"

GUIDE: Final = "https://github.com/solar-monitor/solar_monitor/blob/main/docs/alarms.md"


def holding(alarms: Sequence[Alarm], words: Words, now: float) -> Iterator[Finding]:
    """Go through the repairs that hold at a moment (unix s)."""
    lost = {alarm.about.source for alarm in alarms if alarm.about.kind is Kind.UNREACHABLE}
    for alarm in alarms:
        if now - alarm.since < REPAIR_AFTER_S:
            continue
        if alarm.about.kind is Kind.STALE and alarm.about.source in lost:
            continue  # that it cannot be reached says it all
        finding = repair_of(alarm, words.source_of(alarm))
        if finding is not None:
            yield finding


def repair_of(alarm: Alarm, source: str) -> Finding | None:
    """Make the repair of an alarm, if there is one for its kind; `source`: what people call it."""
    since, stage = spoken(alarm.since), _stage(alarm.about)
    match alarm.about.kind:
        case Kind.UNREACHABLE:
            return Finding(
                key=UNREACHABLE,
                stage=stage,
                placeholders={"source": source, "since": since},
                learn_more_url=GUIDE,
            )
        case Kind.STALE:
            return Finding(
                key=DATA_STALE,
                stage=stage,
                placeholders={"source": source, "since": since},
                learn_more_url=GUIDE,
            )
        case Kind.METER:
            return Finding(
                key=METER_PROBLEM,
                stage=stage,
                placeholders={"source": source, "since": since},
                learn_more_url=GUIDE,
            )
        case Kind.BATTERY:
            return Finding(
                key=BATTERY_PROBLEM,
                stage=stage,
                placeholders={"source": source, "since": since},
                learn_more_url=GUIDE,
            )
        case Kind.PRODUCTION | Kind.NO_PRODUCTION:
            return Finding(
                key=NO_PRODUCTION,
                stage=stage,
                placeholders={"source": source, "since": since},
                learn_more_url=GUIDE,
            )
        case _:
            return None


def _stage(about: About) -> str:
    """Tell the repairs of several devices apart."""
    return "".join(f"_{name}" for name in (about.source, about.device) if name)
