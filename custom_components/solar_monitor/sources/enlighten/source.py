"""One Enphase account as a source: what the rest of the integration sees of it."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, override

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ...clients.enlighten.api import EnlightenApi
from ...clients.report import UpdateReport
from ...const import CONF_ID_PREFIX
from ..spec import Device, Finding, Outcome, Poll, Push, Source
from . import evidence, keys
from .books import Look, SystemBook
from .desk import Desk, async_open_desk, unix_now
from .devices import devices_of
from .entries import Account, SystemIdentity, account_of, site_name
from .findings import SystemView
from .memory import memory_store
from .neighbours import chosen_with, smallest_plan
from .reader import Reader
from .tokens import EntryTokens, async_tokens

if TYPE_CHECKING:
    from datetime import tzinfo

    from ...coordinator import SolarMonitorConfigEntry

POLL: Final = "cloud"
POLL_S: Final = 60.0
"""How often we look whether something is due; that costs no call."""

_NAMES: Final = (
    keys.POWER,
    keys.ENERGY_TODAY,
    keys.ENERGY_TOTAL,
    keys.SYSTEM_STATUS,
    keys.LAST_REPORT,
    keys.LAST_INTERVAL_END,
    keys.PANELS,
    keys.SIZE,
    keys.OPEN_ALARMS,
    keys.ALARM_LIST,
    keys.OPEN_EVENTS,
    keys.CALLS_LEFT,
    keys.NEXT_POLL,
    keys.DATA_AGE,
    keys.OPERATIONAL_SINCE,
    *evidence.KEYS,
    *map(keys.evidence_of, evidence.KEYS),
)


async def async_connect(hass: HomeAssistant, entry: SolarMonitorConfigEntry) -> Source:
    """Make the source of an entry. Sends nothing, and needs no cloud.

    Raises what `async_tokens` does.
    """
    account = account_of(entry)
    tokens = await async_tokens(hass, entry)
    zones = {system.system_id: await _async_zone(system) for system in account.systems}
    store = memory_store(hass, entry)
    memory = await store.async_load()
    desk = await async_open_desk(hass, account.api_key, smallest_plan(hass, account.api_key))
    try:
        desk.keep(chosen_with(hass, account.api_key))
        reader = Reader(
            hass, entry, desk=desk, tokens=tokens, store=store, memory=memory, zones=zones
        )
    except BaseException:
        await desk.async_release()
        raise
    return EnlightenSource(entry, reader)


async def _async_zone(system: SystemIdentity) -> tzinfo:
    """Give the time zone of a system; where it is not told or unknown, Home Assistant's."""
    zone = None
    if system.time_zone:
        # Home Assistant 2026.10 raises for some names that are none.
        with suppress(ValueError, OSError):
            zone = await dt_util.async_get_time_zone(system.time_zone)
    return zone or dt_util.get_default_time_zone()


class EnlightenSource(Source):
    """The source of one config entry."""

    def __init__(self, entry: SolarMonitorConfigEntry, reader: Reader) -> None:
        """Take what is behind the entry."""
        self._entry = entry
        self._reader = reader
        self._push: Push = lambda _: None
        self._has_begun = False

    @property
    def account(self) -> Account:
        """What the entry says."""
        return self._reader.account

    @property
    def site_name(self) -> str:
        """What the site calls the account."""
        return site_name(self._entry)

    @property
    def systems(self) -> tuple[SystemIdentity, ...]:
        """The chosen systems, in the order of their numbers."""
        return self.account.systems

    @property
    def desk(self) -> Desk:
        """The place at the desk of the key."""
        return self._reader.desk

    @property
    def api(self) -> EnlightenApi:
        """The API, with its figures."""
        return self._reader.api

    @property
    def tokens(self) -> EntryTokens:
        """The tokens of the account."""
        return self._reader.tokens

    def book(self, system_id: int) -> SystemBook:
        """Give the book of a chosen system."""
        return self._reader.books.systems[system_id]

    def look(self, system_id: int) -> Look:
        """Give all that may be shown of a chosen system now, and until when."""
        return self._reader.look(system_id)

    @property
    @override
    def polls(self) -> tuple[Poll, ...]:
        """One poll for everything: the schedule knows what is due."""
        names = (keys.key_of(system.system_id, name) for system in self.systems for name in _NAMES)
        known = frozenset(names)
        core = frozenset(key for key in known if not key.endswith(keys.DATA_AGE))
        return (Poll(name=POLL, interval_s=POLL_S, keys=known, core=core, read=self._async_read),)

    async def _async_read(self, wanted: Collection[str], limit_s: float) -> Outcome:
        """Poll; the first time, what is remembered is shown at once, and nobody waits for more."""
        if not self._has_begun:
            self._has_begun = True
            self._push(self._reader.remembered())
            if self._reader.has_answers:
                limit_s = 0.0
        return await self._reader.read(wanted, limit_s)

    async def async_refresh(self, system_id: int) -> None:
        """Ask for live values, open alarms and open events now: 3 calls.

        Raises a ClientError; what was answered before it is shown all the same.
        """
        outcome, error = await self._reader.refresh(system_id)
        # The calls that are left are those of all systems.
        self._push(replace(outcome, values={**self._reader.counters(), **outcome.values}))
        if error is not None:
            raise error

    async def async_test(self) -> None:
        """See whether the cloud answers with this key and token: 1 call. Raises a ClientError.

        Systems that are left alone because it did not are asked again from now on.
        """
        try:
            await self._reader.test()
        finally:
            self._push(
                Outcome(values=self._reader.counters(), report=UpdateReport(frozenset(), {}))
            )

    @property
    @override
    def devices(self) -> tuple[Device, ...]:
        """One device for each system."""
        return tuple(devices_of(self.systems))

    @property
    @override
    def revision(self) -> int:
        """Another number than before when systems turn out to have more, or another name."""
        return self._reader.revision

    @property
    @override
    def id_prefix(self) -> str:
        """What every unique id starts with."""
        prefix: str = self._entry.data[CONF_ID_PREFIX]
        return prefix

    @property
    @override
    def start_values(self) -> Mapping[str, Any]:
        """The counters as they stand, and figures of our own."""
        return self._reader.counters()

    @property
    @override
    def settled(self) -> bool:
        """The entry says which systems there are."""
        return True

    @property
    @override
    def resting(self) -> bool:
        """The cloud does not sleep."""
        return False

    @property
    @override
    def last_answer(self) -> float | None:
        """None: between two calls nobody is silent, so that there is nothing to watch."""
        return None

    @property
    @override
    def refused(self) -> int:
        """How many figures were refused since the start."""
        return self._reader.books.refused

    @override
    def findings(self) -> tuple[Finding, ...]:
        """What the user can do something about now."""
        return self._reader.findings.holding(self._views(), self.desk.budget, unix_now())

    @override
    def undecided(self) -> frozenset[str]:
        """Name the findings that cannot be judged so soon after a start."""
        return self._reader.findings.undecided(self._views())

    def _views(self) -> list[SystemView]:
        """Give what findings need to know of the systems."""
        return [
            SystemView(
                system.system_id,
                system.name or str(system.system_id),
                self.book(system.system_id).ledgers,
                self._reader.books.catalogue,
                paused=system.system_id in self.account.paused,
            )
            for system in self.systems
        ]

    @override
    def attach(self, push: Push) -> None:
        """Take the way to bring values between two polls."""
        self._push = push

    @override
    async def async_disconnect(self) -> None:
        """Nothing to do: connections end by themselves."""

    @override
    async def async_close(self) -> None:
        """End all work, save what must survive, and give back the place at the desk."""
        await self._reader.close()
