"""The fault matrix of the cloud: which endpoint fails in which way, and what may be noticed of it."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import KW_ONLY, dataclass, field
import logging
import re
import time
from typing import Final

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.clients.enlighten.budget import Use
from custom_components.solar_monitor.clients.enlighten.endpoints import Endpoint as Ours
from custom_components.solar_monitor.clients.enlighten.jobs import ORDER, Job
from custom_components.solar_monitor.const import DOMAIN
from custom_components.solar_monitor.sources.enlighten.source import EnlightenSource
from tests.integration.enlighten.kit import DAY_S, HOUR_S, SYSTEM, entry_for
from tests.integration.machine import TimeMachine
from tests.integration.states import states_of
from tests.simulators.enlighten import (
    EVERYWHERE,
    Call,
    Endpoint,
    EnlightenSimulator,
    Fault,
    Kind,
    TokenFault,
)

STRIKE_S: Final = 250
"""By then a call was made and, where that makes sense, made again twice."""
TURN_S: Final = 130
"""By then everything that is due was asked for, also in two minutes of the quota."""
AT_ONCE_S: Final = 60
"""Starting takes less, whatever does not answer."""
LEAP_S: Final = 10 * DAY_S
"""Shorter than a refresh token lasts."""
PER_MINUTE: Final = 10
MISSING: Final = ("unavailable", "unknown")

ALL: Final = tuple(fault for fault in Fault if fault is not Fault.NONE)
HARMLESS: Final = (Fault.SLOW, Fault.EXTRA)
QUOTAS: Final = (Fault.MINUTE_QUOTA, Fault.MONTH_QUOTA, Fault.BARE_QUOTA)
REFUSALS: Final = (Fault.UNAUTHORIZED, Fault.FORBIDDEN, Fault.NOT_FOUND)
"""Of one endpoint alone: it is left alone for a month."""
HOLDING: Final = (*REFUSALS, Fault.MISMATCH)
"""Of an endpoint that every plan has: the system is left alone for a day."""

CORE: Final = (Endpoint.SYSTEM, Endpoint.SUMMARY, EVERYWHERE)
SERIES: Final = (
    Endpoint.PRODUCTION_METER,
    Endpoint.CONSUMPTION_METER,
    Endpoint.ENERGY_IMPORT,
    Endpoint.ENERGY_EXPORT,
    Endpoint.BATTERY,
)

# About the conversation itself, and what is no value.
_ABOUT_THE_CALLS: Final = {"calls_left", "data_age", "next_poll", "refresh", "test_connection"}

type States = Mapping[str, str]
type Complaints = dict[str, object]


@dataclass(frozen=True)
class Row:
    """A row of the matrix: an endpoint, the jobs that ask it, and what nothing else brings."""

    endpoint: str
    ours: Ours | None
    """The same as our client calls it; None: all."""
    jobs: tuple[Job, ...]
    own: str = "nothing"
    """A pattern of the keys that are not known before this endpoint has answered once."""
    _: KW_ONLY
    rhythm_s: float = DAY_S
    """How often it is asked at least."""

    def __str__(self) -> str:
        """Name the row as the matrix prints it."""
        return f"enlighten: {'all at once' if self.endpoint == EVERYWHERE else self.endpoint}"

    def owns(self, key: str, fault: Fault) -> bool:
        """Tell whether a key may be missing after a first start with a fault."""
        nothing_else_is_asked = self.endpoint == Endpoint.SUMMARY and fault in HOLDING
        own = ".*" if nothing_else_is_asked or fault in QUOTAS else self.own
        return re.fullmatch(own, key) is not None

    def back_within_s(self, fault: Fault) -> float:
        """Tell by when it has to be asked again by itself, once nothing is wrong any more."""
        if fault is Fault.MONTH_QUOTA:
            return 31 * DAY_S
        if fault is Fault.MISMATCH or (fault in HOLDING and self.endpoint in CORE):
            return DAY_S + self.rhythm_s
        if fault in REFUSALS or (fault is Fault.UNPROCESSABLE and self.endpoint in SERIES):
            return 30 * DAY_S + LEAP_S + self.rhythm_s
        return self.rhythm_s

    @property
    def most_calls(self) -> int:
        """How many calls a strike may cost: three tries of each job, a look at the token, and
        what stands in."""
        return 5 * len(self.jobs)

    def signs_in(self, fault: Fault) -> bool:
        """Tell whether the user has to be asked to sign in."""
        return fault is Fault.UNAUTHORIZED and self.endpoint in CORE


@dataclass
class House:
    """A system with a panel that is dead, in Home Assistant and in a cloud that goes wrong."""

    hass: HomeAssistant
    machine: TimeMachine
    cloud: EnlightenSimulator
    caplog: pytest.LogCaptureFixture
    entry: MockConfigEntry = field(init=False)

    def __post_init__(self) -> None:
        """Let a panel be dead for two days: something is wrong that must not seem to be right."""
        system = self.cloud.system
        system.begin(Kind.PANEL_DEAD, system.panels[3].serial, since=system.now - 2 * DAY_S)

    async def begin(self, **changes: object) -> None:
        """Set up an entry that knows of nothing."""
        self.entry = entry_for(self.cloud, profile="cloud_only", **changes)
        self.entry.add_to_hass(self.hass)
        await self._finish(self.hass.config_entries.async_setup)

    async def restart(self) -> None:
        """Unload the entry and set it up again."""
        await self._finish(self.hass.config_entries.async_reload)

    async def _finish(self, work: Callable[[str], object]) -> None:
        """Do something with the entry; nothing may hang."""
        await self.machine.finish(work(self.entry.entry_id), within_s=AT_ONCE_S)  # type: ignore[arg-type]
        assert self.entry.state is ConfigEntryState.LOADED

    async def end(self) -> None:
        """Remove the entry, with all that it knows."""
        await self.machine.finish(self.hass.config_entries.async_remove(self.entry.entry_id))

    @property
    def source(self) -> EnlightenSource:
        """The source of the entry."""
        source = self.entry.runtime_data.coordinator.source
        assert isinstance(source, EnlightenSource)
        return source

    def states(self) -> dict[str, str]:
        """Give what is shown of the system."""
        shown = states_of(self.hass, self.entry.entry_id, f"enl_{SYSTEM}_")
        return {key: state for key, state in shown.items() if key not in _ABOUT_THE_CALLS}

    def hasten(self, row: Row) -> None:
        """Let the hour come for the jobs of a row."""
        for job in row.jobs:
            self.source.desk.schedule.hasten(SYSTEM, job)

    async def leap(self, seconds: float) -> None:
        """Let time pass as on a computer that sleeps, and then what is due be done."""
        await self.machine.leap(seconds)
        await self.machine.run(TURN_S)

    async def until_answered(self, row: Row, within_s: float) -> None:
        """Wait until an endpoint has answered as it should, by itself."""
        begin, asked = time.time(), len(self.cloud.calls)
        while not any(_is_good(call, row) for call in self.cloud.calls[asked:]):
            assert time.time() < begin + within_s, f"{row.endpoint} is not asked again"
            await self.leap(self._waits_s(row))

    def _waits_s(self, row: Row) -> float:
        """Tell for how long an endpoint is not asked."""
        schedule = self.source.desk.schedule
        memory, now = schedule.site(SYSTEM).memory, time.time()
        opens = max(memory.held_until, self.source.desk.budget.opens_at(Use.BACKGROUND))
        times = [
            max(memory.due[job], opens)
            for job in row.jobs
            if job in memory.due
            and (task := schedule.task(SYSTEM, job))
            and row.ours in {None, task.endpoint}
        ]
        return min(max(1.0, min(times, default=now + LEAP_S) - now), LEAP_S)

    def wrong(self) -> dict[str, tuple[str, object]]:
        """Collect what is shown otherwise than the cloud knows it now."""
        truth, shown = self.cloud.truth(), self.states()
        true: dict[str, object] = {
            "power": truth.current_power_w,
            "energy_today": truth.energy_today_wh / 1000,
            "energy_total": truth.energy_lifetime_wh / 1000,
            "open_alarms": len(truth.open_alarms),
            "open_events": len(truth.open_events),
            "panels": self.cloud.system.panel_count,
            "system_status": truth.status,
        }
        return {key: (shown[key], value) for key, value in true.items() if shown[key] != f"{value}"}

    def sign_ins(self) -> int:
        """Tell how often the user is asked to sign in, and ask no more."""
        flows = list(self.entry.async_get_active_flows(self.hass, {SOURCE_REAUTH}))
        for flow in flows:
            self.hass.config_entries.flow.async_abort(flow["flow_id"])
        return len(flows)

    def said(self) -> list[str]:
        """Give what our log has said since the last look, from a loss or a return on."""
        records = [
            record.getMessage()
            for record in self.caplog.records
            if record.name.startswith(f"custom_components.{DOMAIN}")
            and (record.levelno >= logging.WARNING or "answers again" in record.getMessage())
        ]
        self.caplog.clear()
        return records


def _is_good(call: Call, row: Row) -> bool:
    """Tell whether a call was answered at an endpoint."""
    return call.status == 200 and row.endpoint in {EVERYWHERE, call.endpoint}


def harm(before: States, now: States) -> Complaints:
    """Collect what a fault must not do to what was shown before it."""
    had = {key: state for key, state in before.items() if state not in MISSING}
    return _held(
        lost={key for key in had if now[key] in MISSING},
        fell={
            key: (state, now[key])
            for key, state in had.items()
            if _number(now[key]) < (_number(state) if "energy" in key else min(_number(state), 1))
        },
        cleared={key for key, state in had.items() if state == "on" and now[key] == "off"},
        told=set() if before["events"] == now["events"] else {now["events"]},
    )


def expense(house: House, row: Row, fault: Fault, calls: Collection[Call]) -> Complaints:
    """Collect what a strike must not cost."""
    used, counted = house.cloud.used(), house.source.desk.budget.month.used
    minutes = [int(call.at // 60) for call in calls]
    return _held(
        many_calls=len(calls) if len(calls) > row.most_calls else 0,
        uncounted=used - counted if used > counted else 0,
        hurried=[minute for minute in set(minutes) if minutes.count(minute) > PER_MINUTE],
        over_quota=[call for call in calls if call.status == 429 and fault not in QUOTAS],
    )


def noise(said: Collection[str]) -> Complaints:
    """Collect what is too much in the log: a loss is told once, and a return."""
    returns = [line for line in said if "answers again" in line]
    return _held(losses=said if len(said) - len(returns) > 1 else (), returns=returns[1:])


def _held(**complaints: object) -> Complaints:
    """Keep the complaints that hold."""
    return {name: what for name, what in complaints.items() if what}


def _number(state: str) -> float:
    """Read a state as a number; what is none stands for more than any."""
    try:
        return float(state)
    except ValueError:
        return float("inf")


def rows() -> Iterator[Row]:
    """Give all rows."""
    judged = "alarm|.*_problem|gateway_connectivity"
    summary = "power|energy_.*|panels|size|last_interval_end|operational_since"
    yield Row(Endpoint.SUMMARY, Ours.SUMMARY, (Job.LIVE,), summary)
    yield Row(Endpoint.OPEN_ALARMS, Ours.OPEN_ALARMS, (Job.OPEN_ALARMS,), f"open_alarms|{judged}")
    yield Row(Endpoint.OPEN_EVENTS, Ours.OPEN_EVENTS, (Job.OPEN_EVENTS,), f"open_events|{judged}")
    yield Row(Endpoint.DEVICES, Ours.DEVICES, (Job.DEVICES,), judged, rhythm_s=7 * DAY_S)
    yield Row(Endpoint.SYSTEM, Ours.SYSTEM, (Job.SYSTEM,), rhythm_s=7 * DAY_S)
    yield Row(Endpoint.EVENT_TYPES, Ours.EVENT_TYPES, (Job.EVENT_TYPES,), rhythm_s=30 * DAY_S)
    yield Row(Endpoint.EVENTS, Ours.EVENTS, (Job.EVENTS,))
    yield Row(Endpoint.ALARMS, Ours.ALARMS, (Job.CLEARED_ALARMS,))
    yield Row(Endpoint.INVERTERS_SUMMARY, Ours.INVERTERS, (Job.PANELS,))
    yield Row(Endpoint.PRODUCTION_METER, Ours.PRODUCTION_METER, (Job.PRODUCTION,))
    yield Row(Endpoint.CONSUMPTION_METER, Ours.CONSUMPTION_METER, (Job.CONSUMPTION,))
    yield Row(Endpoint.ENERGY_IMPORT, Ours.IMPORT, (Job.IMPORT,))
    yield Row(Endpoint.ENERGY_EXPORT, Ours.EXPORT, (Job.EXPORT,))
    yield Row(Endpoint.BATTERY, Ours.BATTERY, (Job.BATTERY,))
    yield Row(EVERYWHERE, None, ORDER, ".*")
