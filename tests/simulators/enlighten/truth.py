"""What a perfect client would know of a system at this moment, if it had asked everything."""

from dataclasses import dataclass
from datetime import date

from tests.simulators.enlighten.registers import Registers
from tests.simulators.enlighten.reporting import Gap
from tests.simulators.enlighten.system import EnlightenSystem
from tests.simulators.enlighten.troubles import Alarm, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemTruth:
    """One system: what the cloud knows, and what really is. W, Wh, Unix s."""

    at: float
    system_id: int
    status: str
    current_power_w: int
    energy_today_wh: int
    energy_lifetime_wh: int
    """Up to this moment, today included; summary's own field ends the day before."""
    day: date
    last_report_at: int
    last_interval_end_at: int
    known_today: Registers
    """What all meters counted today, as far as the cloud knows."""
    real_today: Registers
    """What they really counted."""
    panels_wh: dict[str, int]
    """Lifetime energy of each panel at this moment, whether the cloud knows or not."""
    open_events: tuple[Event, ...]
    events: tuple[Event, ...]
    open_alarms: tuple[Alarm, ...]
    alarms: tuple[Alarm, ...]
    unknown: tuple[Gap, ...]
    """Whiles that the cloud knows nothing of; the last has no end."""


def tell(system: EnlightenSystem) -> SystemTruth:
    """Return the truth of this moment."""
    now, today = system.now, system.today
    midnight = system.midnight(today)
    (known,) = system.days(today, today)
    made = system.production_of(today, known)
    events, alarms = system.life.events(now), system.life.alarms(now)
    return SystemTruth(
        at=now,
        system_id=system.system_id,
        status=system.status,
        current_power_w=system.current_power_w,
        energy_today_wh=made,
        energy_lifetime_wh=system.lifetime(midnight) + made,
        day=today,
        last_report_at=system.last_report_at,
        last_interval_end_at=system.last_interval_end,
        known_today=known,
        real_today=system.meters.at(now).less(system.meters.at(midnight)),
        panels_wh={
            panel.serial: int(system.meters.panel_at(panel, now)) for panel in system.panels
        },
        open_events=tuple(event for event in events if event.open),
        events=tuple(events),
        open_alarms=tuple(alarm for alarm in alarms if alarm.open),
        alarms=tuple(alarms),
        unknown=tuple(system.reporting.gaps(now)),
    )
