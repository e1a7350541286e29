"""One Deye inverter behind its logger, as a source: asks, guards, remembers."""

import asyncio
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, override

from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from ...clients.deye.family import Family
from ...clients.deye.identity import Identity
from ...clients.deye.inverter import Inverter
from ...clients.deye.registers import Cadence, Register
from ...clients.errors import AsleepError, ClientError, NoAnswerError
from ...clients.report import UpdateReport
from ...clients.transport import Transport, TransportKind
from ...const import (
    CONF_FAMILY,
    CONF_GRID_POWER_LIMIT,
    CONF_GROUPS,
    CONF_ID_PREFIX,
    CONF_IDENTITY,
    CONF_POLL_INTERVAL,
    CONF_SERIAL,
    CONF_SETTINGS_INTERVAL,
    CONF_TRANSPORT,
    CONF_UNIT,
    DEFAULT_POLL_INTERVAL,
    DEFAULT_SETTINGS_INTERVAL,
)
from ...sun import is_low, is_night
from ..spec import Device, Finding, Outcome, Poll, Source, first_error
from . import link
from .devices import SLEEPERS, Facts, battery_facts, devices_of, update_batteries
from .figures import ANSWER_TIME, CLOCK_OFFSET, LAST_SUCCESS, LOGGER_UPTIME, Figures
from .findings import OF_A_STICK, Findings
from .guards import PV_POWER, DeyeGuards, Moment
from .remembered import (
    CLEAN,
    STEPS,
    identity_to_data,
    memory_store,
    proven_steps,
    remembered_identity,
    shape_of,
)
from .words import ACTIVE_ALARMS, FAULT_BITS, WARNING_BITS, alarm_text, async_alarm_names

if TYPE_CHECKING:
    from ...coordinator import SolarMonitorConfigEntry

# Every write wears the SD card of a Raspberry Pi. A crash loses no energy: see `DeyeGuards`.
SAVE_EVERY_S: Final = 900

# Figures about the conversation itself, refreshed by every live poll.
REFUSED_VALUES: Final = "refused_values"
LINK_KEYS: Final = frozenset(
    {LOGGER_UPTIME, CLOCK_OFFSET, ANSWER_TIME, REFUSED_VALUES, LAST_SUCCESS}
)

DERIVED_KEYS: Final = frozenset({ACTIVE_ALARMS, PV_POWER})


async def async_connect(hass: HomeAssistant, entry: SolarMonitorConfigEntry) -> Source:
    """Make the source of an entry; nothing is asked yet."""
    store = memory_store(hass, entry)
    memory = await store.async_load()
    if memory and memory.get(CLEAN):
        # From now on it may grow old: a power cut must not find it called clean.
        await store.async_save(memory | {CLEAN: False})
    names = await async_alarm_names(hass)
    data = entry.data
    transport = link.async_acquire_link(
        hass,
        data[CONF_HOST],
        data[CONF_PORT],
        data[CONF_SERIAL],
        TransportKind(data[CONF_TRANSPORT]),
    )
    return DeyeSource(hass, entry, transport, store=store, memory=memory, names=names)


class DeyeSource(Source):
    """The source of one config entry."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: SolarMonitorConfigEntry,
        transport: Transport,
        *,
        store: Store[dict[str, Any]],
        memory: Mapping[str, Any] | None,
        names: Mapping[str, str],
    ) -> None:
        """Remember what the entry knows of the inverter; it may be asleep or away now."""
        self._hass = hass
        self._entry = entry
        self._store = store
        self._alarm_names = names
        self.transport = transport
        self.family = Family(entry.data[CONF_FAMILY])
        self.identity = remembered_identity(entry)
        self.inverter = Inverter(
            transport,
            entry.data[CONF_UNIT],
            self.family,
            identity=self.identity,
            proven_steps=proven_steps(memory),
            retry_pause=link.RETRY_PAUSE_S,
        )
        self.guards = DeyeGuards(
            self.family,
            self.identity,
            self.registers,
            house_limit_w=entry.options.get(CONF_GRID_POWER_LIMIT),
            memory=memory,
            proven=memory is None or bool(memory.get(CLEAN)),
        )
        self.raw_words: dict[int, int] = {}
        self._settings: dict[str, Any] = {}
        self._battery_facts: Facts = {}
        self._identified = False
        self._closing = False
        self._save_at = 0.0
        self._saved_on: date | None = None
        self._figures = Figures(transport.stats)
        self._findings = Findings(transport.stats, hass.loop.time())

    @property
    def registers(self) -> Mapping[str, Register]:
        """The register rows that this unit has."""
        return self.inverter.registers

    @property
    def has_stick(self) -> bool:
        """Whether a Solarman stick is asked, which also tells of itself."""
        return bool(self._entry.data[CONF_TRANSPORT] == TransportKind.SOLARMAN_V5)

    @property
    def groups(self) -> frozenset[str]:
        """The groups of optional values that the user has chosen."""
        return frozenset(self._entry.options.get(CONF_GROUPS, ()))

    @property
    @override
    def polls(self) -> tuple[Poll, ...]:
        """Live values at the user's interval, settings and the battery's own figures slower."""
        options = self._entry.options
        return (
            Poll(
                name="live",
                interval_s=options.get(CONF_POLL_INTERVAL, DEFAULT_POLL_INTERVAL),
                keys=self._keys(Cadence.LIVE) | LINK_KEYS | DERIVED_KEYS | self.guards.today_keys,
                core=self._keys(Cadence.LIVE, core_only=True),
                read=self._read_live,
            ),
            Poll(
                name="settings",
                interval_s=options.get(CONF_SETTINGS_INTERVAL, DEFAULT_SETTINGS_INTERVAL),
                keys=self._keys(Cadence.SETTINGS),
                core=self._keys(Cadence.SETTINGS, core_only=True),
                read=self._read_settings,
            ),
        )

    def _keys(self, cadence: Cadence, *, core_only: bool = False) -> frozenset[str]:
        """Collect the keys of a cadence."""
        return frozenset(
            register.key
            for register in self.registers.values()
            if register.cadence is cadence and (register.core or not core_only)
        )

    @property
    @override
    def id_prefix(self) -> str:
        """What every unique id of this entry starts with; frozen when the entry was made."""
        prefix: str = self._entry.data[CONF_ID_PREFIX]
        return prefix

    @property
    @override
    def devices(self) -> tuple[Device, ...]:
        """The logger, the inverter behind it, the battery and its packs behind that."""
        return devices_of(
            self._hass, self._entry, self.identity, self.transport.serial, self._battery_facts
        )

    @property
    @override
    def start_values(self) -> Mapping[str, Any]:
        """The counters, at first as the last run left them, and how many values were refused."""
        return {**self.guards.totals(dt_util.now()), REFUSED_VALUES: self.refused}

    @property
    @override
    def settled(self) -> bool:
        """Whether the inverter has said who it is, so that all its entities are known."""
        return self.identity is not None

    @property
    @override
    def resting(self) -> bool:
        """Whether an inverter without a battery may be asleep: the sun is down or low."""
        return self.family in SLEEPERS and is_low(self._hass)

    @property
    @override
    def last_answer(self) -> float | None:
        """When the logger last answered (monotonic seconds)."""
        return self.transport.stats.last_answer_monotonic

    @property
    @override
    def refused(self) -> int:
        """How many values the guards have refused since the start."""
        return self.guards.refusals.total

    @override
    def undecided(self) -> frozenset[str]:
        """Name the findings that cannot be judged so soon after a start."""
        undecided = self._findings.undecided(self._hass.loop.time())
        return undecided if self.has_stick else undecided - OF_A_STICK

    @override
    def findings(self) -> tuple[Finding, ...]:
        """What the user can do something about now."""
        return self._findings.holding(self._hass.loop.time())

    async def _read_live(self, keys: Collection[str], time_limit_s: float) -> Outcome:
        """Read the live values and guard them."""
        outcome = await self._read(keys, time_limit_s, live=True)
        now, today = self._hass.loop.time(), dt_util.now().date()
        if outcome.happenings or today != self._saved_on or now >= self._save_at:
            self._save_at, self._saved_on = now + SAVE_EVERY_S, today
            self._store.async_delay_save(self._memory)
        return outcome

    def _memory(self) -> dict[str, Any]:
        """Give what is stored, and whether it is what was shown last."""
        steps = self.inverter.scale.proven
        return self.guards.memory() | {STEPS: steps, CLEAN: self._closing}

    async def _read_settings(self, keys: Collection[str], time_limit_s: float) -> Outcome:
        """Read the settings and the battery's own figures."""
        return await self._read(keys, time_limit_s, live=False)

    async def _read(self, keys: Collection[str], time_limit_s: float, *, live: bool) -> Outcome:
        """Read, guard, and turn a failure into a report."""
        deadline = self._hass.loop.time() + time_limit_s
        try:
            await self._async_identify(deadline)
        except ClientError as err:
            return self._silent(UpdateReport(frozenset(), {"identity": err}))
        known = self._keys(Cadence.LIVE if live else Cadence.SETTINGS)
        left_s = deadline - self._hass.loop.time()
        poll = await self.inverter.poll(known & set(keys), urgent=live, time_limit_s=left_s)
        self.raw_words |= poll.words
        if poll.report.nothing_answered:
            return self._silent(poll.report)
        self._findings.note(None, self._hass.loop.time())
        if not live:
            self._note_battery(poll.values)
            return Outcome(
                values=self.guards.admit_settings(self.registers, poll.values),
                report=poll.report,
                measured_at=poll.measured_at,
            )
        if poll.all_zero and self._is_dark:
            return Outcome(
                values=self._dark_values() | self._link_values(poll.measured_at, keys),
                report=poll.report,
                measured_at=poll.measured_at,
            )
        values, happenings = self.guards.admit_live(
            self.registers,
            poll.values,
            all_zero=poll.all_zero,
            moment=Moment(
                monotonic=self._hass.loop.time(),
                unix=poll.measured_at.timestamp(),
                local=dt_util.as_local(poll.measured_at),
            ),
        )
        if {WARNING_BITS, FAULT_BITS} <= values.keys():
            values[ACTIVE_ALARMS] = alarm_text(values, self._alarm_names)
        return Outcome(
            values=values | self._link_values(poll.measured_at, keys),
            held=frozenset(values) if self.guards.waking else frozenset(),
            report=poll.report,
            measured_at=poll.measured_at,
            happenings=happenings,
        )

    def _note_battery(self, settings: Mapping[str, Any]) -> None:
        """Show with its device what the battery says of itself; not every poll asks for it."""
        self._settings |= settings
        facts = battery_facts(self._settings, self.identity.pack_count if self.identity else 0)
        if facts != self._battery_facts:
            self._battery_facts = facts
            update_batteries(self._hass, self._entry, facts)

    def _link_values(self, measured_at: datetime, keys: Collection[str]) -> dict[str, Any]:
        """Give the figures about the conversation itself that somebody looks at.

        Some change with every poll; a poll that brings nothing else new is to be no news.
        """
        figures = self._figures.values(measured_at) | {REFUSED_VALUES: self.refused}
        return {key: value for key, value in figures.items() if key in keys}

    def _silent(self, report: UpdateReport) -> Outcome:
        """Say what a poll without an answer means: a fault, or sleep after sunset."""
        error = first_error(report)
        asleep = self.resting or (self.family in SLEEPERS and isinstance(error, AsleepError))
        self._findings.note(None if asleep else error, self._hass.loop.time())
        values = self._dark_values() if self._is_dark else self.guards.totals(dt_util.now())
        held = frozenset() if self._is_dark else frozenset(values)
        return Outcome(values=values, held=held, report=report, asleep=asleep)

    @property
    def _is_dark(self) -> bool:
        """Whether the sun is down for an inverter that lives on it alone."""
        return self.family in SLEEPERS and is_night(self._hass)

    def _dark_values(self) -> dict[str, Any]:
        """Show what is true of an inverter that sleeps."""
        return self.guards.fall_asleep(self.registers, dt_util.now())

    async def _async_identify(self, deadline: float) -> None:
        """Ask who the inverter is, once per start, and remember it in the entry."""
        if self._identified:
            return
        try:
            async with asyncio.timeout_at(deadline):
                identity = await self.inverter.identify()
        except TimeoutError:
            raise NoAnswerError from None
        except AsleepError:
            # It may have told who it is all the same: enough for its entities.
            if self.identity is None and self.inverter.identity is not None:
                self._adopt(self.inverter.identity)
            raise
        if not identity.serial:
            # Damaged (0xFFFF everywhere, say): what is remembered stays, and it is asked again.
            return
        self._identified = True
        if identity != self.identity:
            self._adopt(identity)

    def _adopt(self, identity: Identity) -> None:
        """Remember who the inverter is; the entities follow when it has another shape."""
        rebuild = self.identity is None or shape_of(identity) != shape_of(self.identity)
        self.identity = identity
        self._save_at = 0.0  # at once: what is remembered of another inverter is not true of it
        self._hass.config_entries.async_update_entry(
            self._entry, data={**self._entry.data, CONF_IDENTITY: identity_to_data(identity)}
        )
        if rebuild:
            # Other strings or limits: entities and guards are made anew.
            self._hass.config_entries.async_schedule_reload(self._entry.entry_id)

    @override
    async def async_disconnect(self) -> None:
        """Close the connection unless another unit behind the logger is answered on it."""
        last_answer = self.last_answer
        quiet_since = self._hass.loop.time() - self.polls[0].interval_s
        if last_answer is None or last_answer <= quiet_since:
            await self.transport.close()

    @override
    async def async_close(self) -> None:
        """Save what the guards remember and give the link back."""
        self._closing = True
        await self._store.async_save(self._memory())
        await link.async_link_pool(self._hass).release(self.transport)
