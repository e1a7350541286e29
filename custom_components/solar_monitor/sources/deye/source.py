"""One Deye inverter behind its logger, as a source: asks, guards, remembers."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, override

from homeassistant.const import CONF_HOST, CONF_MAC, CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import CONNECTION_NETWORK_MAC, DeviceInfo
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from ...clients.deye.family import Family
from ...clients.deye.identity import Identity
from ...clients.deye.inverter import Inverter
from ...clients.deye.registers import Cadence, Register
from ...clients.errors import ClientError, NoAnswerError
from ...clients.report import UpdateReport
from ...clients.solarman.transport import Transport
from ...const import (
    CONF_FAMILY,
    CONF_GRID_POWER_LIMIT,
    CONF_GROUPS,
    CONF_ID_PREFIX,
    CONF_IDENTITY,
    CONF_POLL_INTERVAL,
    CONF_SERIAL,
    CONF_SETTINGS_INTERVAL,
    CONF_SOURCE,
    CONF_UNIT,
    DEFAULT_POLL_INTERVAL,
    DEFAULT_SETTINGS_INTERVAL,
    DOMAIN,
)
from ..spec import Device, Finding, Outcome, Poll, Source, first_error
from . import link
from .figures import ANSWER_TIME, CLOCK_OFFSET, LAST_SUCCESS, LOGGER_UPTIME, Figures
from .findings import Findings
from .guards import PV_POWER, TODAY_KEYS, DeyeGuards, Moment
from .words import ACTIVE_ALARMS, FAULT_BITS, WARNING_BITS, alarm_text, async_alarm_names

if TYPE_CHECKING:
    from ...coordinator import SolarMonitorConfigEntry

STORAGE_VERSION: Final = 1
# Every write wears the SD card of a Raspberry Pi. A crash loses no energy: see `DeyeGuards`.
SAVE_EVERY_S: Final = 900
CLEAN: Final = "clean"

DEVICE_LOGGER: Final = "logger"
DEVICE_INVERTER: Final = "inverter"
DEVICE_BATTERY: Final = "battery"

# Figures about the conversation itself, refreshed by every live poll.
REFUSED_VALUES: Final = "refused_values"
LINK_KEYS: Final = frozenset(
    {LOGGER_UPTIME, CLOCK_OFFSET, ANSWER_TIME, REFUSED_VALUES, LAST_SUCCESS}
)

DERIVED_KEYS: Final = frozenset({ACTIVE_ALARMS, PV_POWER, *TODAY_KEYS})


def memory_store(hass: HomeAssistant, entry: SolarMonitorConfigEntry) -> Store[dict[str, Any]]:
    """Give the store of what the guards of an entry remember."""
    return Store(hass, STORAGE_VERSION, f"{DOMAIN}.{entry.entry_id}")


async def async_connect(hass: HomeAssistant, entry: SolarMonitorConfigEntry) -> Source:
    """Make the source of an entry; nothing is asked yet."""
    store = memory_store(hass, entry)
    memory = await store.async_load()
    if memory and memory.get(CLEAN):
        # From now on it may grow old: a power cut must not find it called clean.
        await store.async_save(memory | {CLEAN: False})
    names = await async_alarm_names(hass)
    data = entry.data
    transport = link.async_acquire_link(hass, data[CONF_HOST], data[CONF_PORT], data[CONF_SERIAL])
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
            retry_pause=link.RETRY_PAUSE_S,
        )
        self.guards = DeyeGuards(
            self.identity,
            house_limit_w=entry.options.get(CONF_GRID_POWER_LIMIT),
            memory=memory,
            proven=memory is None or bool(memory.get(CLEAN)),
        )
        self.raw_words: dict[int, int] = {}
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
                keys=self._keys(Cadence.LIVE) | LINK_KEYS | DERIVED_KEYS,
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
        """The logger, the inverter behind it, the battery behind that."""
        identity = self.identity
        mac = self._entry.data.get(CONF_MAC)
        number = {"number": self._number()}
        serial = self.transport.serial or self._entry.data[CONF_SERIAL]
        logger = DeviceInfo(
            identifiers={(DOMAIN, f"{self.id_prefix}_{DEVICE_LOGGER}")},
            translation_key=DEVICE_LOGGER,
            translation_placeholders=number,
            manufacturer="Solarman",
            model="Wi-Fi logger",
            serial_number=str(serial) if serial else None,
            configuration_url=f"http://{_in_url(self._entry.data[CONF_HOST])}",
            connections={(CONNECTION_NETWORK_MAC, mac)} if mac else set(),
        )
        inverter = DeviceInfo(
            identifiers={(DOMAIN, self.id_prefix)},
            translation_key=DEVICE_INVERTER,
            translation_placeholders=number,
            manufacturer="Deye",
            model=_model(self.family, identity),
            serial_number=(identity.serial if identity else "") or None,
            sw_version=identity.firmware if identity else None,
        )
        battery = DeviceInfo(
            identifiers={(DOMAIN, f"{self.id_prefix}_{DEVICE_BATTERY}")},
            translation_key=DEVICE_BATTERY,
            translation_placeholders=number,
        )
        return (
            Device(name=DEVICE_LOGGER, info=logger),
            Device(name=DEVICE_INVERTER, info=inverter, parent=DEVICE_LOGGER),
            Device(name=DEVICE_BATTERY, info=battery, parent=DEVICE_INVERTER),
        )

    def _number(self) -> str:
        """Tell the devices of a second inverter from those of the first; the first needs none."""
        entries = self._hass.config_entries.async_entries(DOMAIN, include_ignore=False)
        mine = self._entry.created_at
        kind = self._entry.data[CONF_SOURCE]
        older = [
            entry
            for entry in entries
            if entry.data[CONF_SOURCE] == kind and entry.created_at < mine
        ]
        return f" {len(older) + 1}" if older else ""

    @property
    @override
    def start_values(self) -> Mapping[str, Any]:
        """The counters as the last run left them; nothing was refused yet."""
        return {**self.guards.totals(dt_util.now()), REFUSED_VALUES: 0}

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
        return self._findings.undecided(self._hass.loop.time())

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
        return self.guards.memory() | {CLEAN: self._closing}

    async def _read_settings(self, keys: Collection[str], time_limit_s: float) -> Outcome:
        """Read the settings and the battery's own figures."""
        return await self._read(keys, time_limit_s, live=False)

    async def _read(self, keys: Collection[str], time_limit_s: float, *, live: bool) -> Outcome:
        """Read, guard, and turn a failure into a report."""
        deadline = self._hass.loop.time() + time_limit_s
        try:
            await self._async_identify(deadline)
        except ClientError as err:
            self._findings.note(err, self._hass.loop.time())
            return Outcome(
                values=self.guards.totals(dt_util.now()),
                report=UpdateReport(frozenset(), {"identity": err}),
            )
        known = self._keys(Cadence.LIVE if live else Cadence.SETTINGS)
        left_s = deadline - self._hass.loop.time()
        poll = await self.inverter.poll(known & set(keys), urgent=live, time_limit_s=left_s)
        self.raw_words |= poll.words
        silent = poll.report.nothing_answered
        self._findings.note(first_error(poll.report) if silent else None, self._hass.loop.time())
        if not live:
            return Outcome(
                values=self.guards.admit_settings(self.registers, poll.values),
                report=poll.report,
                measured_at=poll.measured_at,
            )
        if silent:
            return Outcome(values=self.guards.totals(dt_util.now()), report=poll.report)
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
            report=poll.report,
            measured_at=poll.measured_at,
            happenings=happenings,
        )

    def _link_values(self, measured_at: datetime, keys: Collection[str]) -> dict[str, Any]:
        """Give the figures about the conversation itself that somebody looks at.

        Some change with every poll; a poll that brings nothing else new is to be no news.
        """
        figures = self._figures.values(measured_at) | {REFUSED_VALUES: self.refused}
        return {key: value for key, value in figures.items() if key in keys}

    async def _async_identify(self, deadline: float) -> None:
        """Ask who the inverter is, once per start, and remember it in the entry."""
        if self._identified:
            return
        try:
            async with asyncio.timeout_at(deadline):
                identity = await self.inverter.identify()
        except TimeoutError:
            raise NoAnswerError from None
        if not identity.serial:
            # Damaged (0xFFFF everywhere, say): what is remembered stays, and it is asked again.
            return
        self._identified = True
        if identity == self.identity:
            return
        rebuild = self.identity is None or _shape(identity) != _shape(self.identity)
        self.identity = identity
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


def _in_url(host: str) -> str:
    """Write a host as it stands in a URL: an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host else host


def identity_to_data(identity: Identity) -> dict[str, Any]:
    """Give an identity as the entry stores it; the family has its own place there."""
    data = asdict(identity)
    del data[CONF_FAMILY]
    return data


def remembered_identity(entry: SolarMonitorConfigEntry) -> Identity | None:
    """Give the inverter's identity from the entry; None when it was asleep at set-up."""
    data = entry.data.get(CONF_IDENTITY)
    return Identity(family=Family(entry.data[CONF_FAMILY]), **data) if data else None


def _shape(identity: Identity) -> tuple[Any, ...]:
    """Give what of an identity decides on entities and limits."""
    return (identity.family, identity.mppt_count, identity.phase_count, identity.rated_power_w)


def _model(family: Family, identity: Identity | None) -> str:
    """Describe the inverter in a few words."""
    name = {Family.HYBRID_1P: "Single-phase hybrid"}[family]
    if identity is None or not identity.rated_power_w:
        return name
    return f"{name} {identity.rated_power_w / 1000:g} kW"
