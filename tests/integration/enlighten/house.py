"""A house whose cloud goes wrong, for the fault matrix."""

from collections.abc import Coroutine
from dataclasses import dataclass, field
import logging
import math
import time
from typing import Any, Final

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.clients.enlighten.budget import Use
from custom_components.solar_monitor.const import DOMAIN
from custom_components.solar_monitor.sources.enlighten.source import EnlightenSource
from tests.integration.enlighten.kit import DAY_S, SYSTEM, entry_for
from tests.integration.enlighten.matrix import Row, answered
from tests.integration.machine import TimeMachine
from tests.integration.states import states_of
from tests.simulators.enlighten import EnlightenSimulator, Fault, Kind
from tests.simulators.enlighten.quota import Quota

TURN_S: Final = 130
"""By then everything that is due was asked for, also in two minutes of the quota."""
LEAP_S: Final = 10 * DAY_S
"""Shorter than a refresh token lasts."""
AT_ONCE_S: Final = 60
"""Starting and stopping take less, whatever does not answer."""

# About the calls, and what is no value.
_NO_VALUES: Final = {"calls_left", "data_age", "next_poll", "refresh", "test_connection"}


@dataclass
class House:
    """A system with a panel that is dead, in Home Assistant and in a cloud that goes wrong."""

    hass: HomeAssistant
    machine: TimeMachine
    cloud: EnlightenSimulator
    caplog: pytest.LogCaptureFixture
    storage: dict[str, Any]
    entry: MockConfigEntry = field(init=False)

    def __post_init__(self) -> None:
        """Let a panel be dead for two days: something is wrong that must not seem to be right."""
        system = self.cloud.system
        system.begin(Kind.PANEL_DEAD, system.panels[3].serial, since=system.now - 2 * DAY_S)

    async def begin(self) -> None:
        """Set up an entry for which everything is new."""
        self.entry = entry_for(self.cloud, profile="cloud_only")
        self.entry.add_to_hass(self.hass)
        await self._finish(self.hass.config_entries.async_setup(self.entry.entry_id))

    async def restart(self) -> None:
        """Unload the entry and set it up again."""
        await self._finish(self.hass.config_entries.async_reload(self.entry.entry_id))

    async def _finish(self, work: Coroutine[Any, Any, bool]) -> None:
        """Do something with the entry; nothing may hang."""
        assert await self.machine.finish(work, within_s=AT_ONCE_S)
        assert self.entry.state is ConfigEntryState.LOADED

    async def end(self) -> None:
        """Remove the entry, and all that anybody remembers of what was asked with its key."""
        await self.machine.finish(self.hass.config_entries.async_remove(self.entry.entry_id))
        self.cloud.clear_faults()
        self.cloud.application.quota = Quota(self.cloud.application.plan)
        for name in [name for name in self.storage if name.startswith(f"{DOMAIN}.")]:
            del self.storage[name]

    @property
    def source(self) -> EnlightenSource:
        """The source of the entry."""
        source = self.entry.runtime_data.coordinator.source
        assert isinstance(source, EnlightenSource)
        return source

    def states(self) -> dict[str, str]:
        """Give what is shown of the system."""
        shown = states_of(self.hass, self.entry.entry_id, f"enl_{SYSTEM}_")
        return {key: state for key, state in shown.items() if key not in _NO_VALUES}

    def strike(self, row: Row, fault: Fault) -> None:
        """Let all of a row go wrong."""
        for endpoint in row.endpoints:
            self.cloud.fault(endpoint, fault)

    def hasten(self, row: Row) -> None:
        """Let the hour come for the jobs of a row."""
        for job in row.jobs:
            self.source.desk.schedule.hasten(SYSTEM, job)

    async def rest(self, seconds: float) -> None:
        """Let time pass as on a computer that sleeps, and then what is due be done."""
        await self.machine.leap(seconds)
        await self.machine.run(TURN_S)

    async def refresh(self) -> None:
        """Ask for the newest values, as a user does."""
        await self.machine.finish(self.source.async_refresh(SYSTEM))

    async def until_answered(self, row: Row, within_s: float) -> None:
        """Wait until all of a row has answered as it should, by itself."""
        asked, begin = len(self.cloud.calls), time.time()
        await self.machine.run(TURN_S)
        while not answered(self.cloud.calls[asked:], row) and time.time() < begin + within_s:
            await self.rest(self._pause_s(row))
        assert answered(self.cloud.calls[asked:], row), f"{row} is not asked again"
        assert time.time() <= begin + within_s + 2 * TURN_S, f"{row} is asked again too late"

    def _pause_s(self, row: Row) -> float:
        """Tell for how long an endpoint is not asked; a leap is never longer than the longest."""
        desk, now = self.source.desk, time.time()
        memory = desk.schedule.site(SYSTEM).memory
        opens = max(memory.held_until, desk.budget.opens_at(Use.BACKGROUND))
        times = [
            max(memory.due[job], opens)
            for job, endpoint in row.jobs.items()
            if job in memory.due
            and (task := desk.schedule.task(SYSTEM, job))
            and task.endpoint is endpoint
        ]
        return min(max(1.0, min(times, default=math.inf) - now), LEAP_S)

    def fails(self, row: Row) -> bool:
        """Tell whether an endpoint is known to fail, so that it is asked again out of turn."""
        return bool(self.source.desk.schedule.site(SYSTEM).memory.failures.keys() & row.jobs)

    def true(self) -> dict[str, str]:
        """Give what the cloud knows now, as entities show it."""
        truth = self.cloud.truth()
        return {
            "power": str(truth.current_power_w),
            "energy_today": str(truth.energy_today_wh / 1000),
            "energy_total": str(truth.energy_lifetime_wh / 1000),
            "open_alarms": str(len(truth.open_alarms)),
            "open_events": str(len(truth.open_events)),
            "panels": str(self.cloud.system.panel_count),
            "system_status": truth.status,
        }

    def wrong(self) -> dict[str, tuple[str, str]]:
        """Collect what is shown otherwise than the cloud knows it now."""
        shown = self.states()
        return {key: (shown[key], it) for key, it in self.true().items() if shown[key] != it}

    def zeros(self) -> dict[str, str]:
        """Collect what is shown as nothing, though it is something."""
        shown, nothing = self.states(), {"0", "0.0"}
        return {
            key: it
            for key, it in self.true().items()
            if shown.get(key) in nothing and it not in nothing
        }

    def revoke_access(self) -> None:
        """Let all access tokens be refused from now on."""
        for token in self.cloud.grants.access.values():
            token.dead = True

    @property
    def uncounted(self) -> int:
        """How many more calls of this month the cloud knows of than we."""
        return max(0, self.cloud.used() - self.source.desk.budget.month.used)

    def sign_ins(self) -> int:
        """Tell how often the user is asked to sign in, and let that be done."""
        flows = list(self.entry.async_get_active_flows(self.hass, {SOURCE_REAUTH}))
        for flow in flows:
            self.hass.config_entries.flow.async_abort(flow["flow_id"])
        return len(flows)

    def said(self) -> list[str]:
        """Give what our log has told of losses and returns since the last look."""
        told = [
            record.getMessage()
            for record in self.caplog.records
            if record.name.startswith(f"custom_components.{DOMAIN}")
            and (record.levelno >= logging.WARNING or "answers again" in record.getMessage())
        ]
        self.caplog.clear()
        return told
