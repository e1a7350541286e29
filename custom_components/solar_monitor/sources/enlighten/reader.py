"""Everything behind one entry: asks what is due, keeps the books, and says what is new."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, tzinfo
import math
from typing import TYPE_CHECKING, Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from ...clients.enlighten.api import EnlightenApi
from ...clients.enlighten.budget import Use, budget_id
from ...clients.enlighten.daylight import Daylight
from ...clients.enlighten.errors import BudgetSpentError, TokenRefusedError
from ...clients.enlighten.jobs import Job
from ...clients.enlighten.models import Connection, Devices, System
from ...clients.enlighten.poller import Poller, Result
from ...clients.enlighten.web import CloudWeb
from ...clients.errors import ClientError
from ...clients.report import UpdateReport
from ...const import CONF_IDENTITY, DOMAIN
from ..spec import Happening, Outcome
from . import keys
from .address import cloud_address
from .ages import Ages
from .books import Books, Look, SystemBook, remembered
from .desk import Desk, unix_now
from .entries import Account, SystemIdentity, account_of, identity_data
from .findings import Findings
from .memory import BOOKS, FINDINGS, SIGNED_IN, signed_in_with
from .tokens import EntryTokens
from .turns import Turns

if TYPE_CHECKING:
    from ...coordinator import SolarMonitorConfigEntry

TURN_S: Final = 20.0
"""How long a poll waits for answers; longer ones come with the next."""


class Reader:
    """Asks for the systems of one account."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: SolarMonitorConfigEntry,
        *,
        desk: Desk,
        tokens: EntryTokens,
        store: Store[dict[str, Any]],
        memory: Mapping[str, Any] | None,
        zones: Mapping[int, tzinfo],
    ) -> None:
        """Go on from what was stored; nothing is asked yet. `zones`: of each chosen system."""
        stored = memory or {}
        self._hass = hass
        self._entry = entry
        self._store = store
        self.account: Account = account_of(entry)
        self.desk: Final = desk
        self.tokens: Final = tokens
        self.revision = 0
        """Another number than before: there are other devices or entities."""
        self.api: Final = EnlightenApi(
            CloudWeb(async_get_clientsession(hass), cloud_address(hass)),
            api_key=self.account.api_key,
            access_token=tokens.access_token,
            budget=desk.budget,
            now=unix_now,
        )
        self._numbers: Final = tuple(system.system_id for system in self.account.systems)
        self.books: Final = Books(
            (self._begin_book(system, zones, stored.get(BOOKS)) for system in self.account.systems),
            stored.get(BOOKS),
        )
        self.findings: Final = Findings(budget_id(self.account.api_key), stored.get(FINDINGS))
        self._poller: Final = Poller(self.api, desk.schedule, self._numbers)
        self._turns: Final = Turns(
            self._poller,
            lambda work: hass.async_create_background_task(work, f"{DOMAIN} Enphase's cloud"),
        )
        self._shown: dict[str, Any] = {}
        self._silence: Mapping[str, ClientError] = {}
        self._answered_at: datetime | None = None
        if stored.get(SIGNED_IN) != signed_in_with(entry):
            desk.schedule.release(self._numbers)
        tokens.note_token = desk.budget.note_token
        tokens.start()

    def _begin_book(
        self, system: SystemIdentity, zones: Mapping[int, tzinfo], memory: object
    ) -> SystemBook:
        """Let a system take part, and open its book.

        Home Assistant's place stands for the system's; `Daylight` sees whether it fits the zone.
        """
        number, home = system.system_id, self._hass.config
        daylight = Daylight(zones[number], latitude=home.latitude, longitude=home.longitude)
        self.desk.schedule.include(
            number, self.account.profile, daylight, paused=number in self.account.paused
        )
        return SystemBook(
            number, daylight, cellular=system.cellular, memory=remembered(memory, number)
        )

    async def read(self, wanted: Collection[str], limit_s: float) -> Outcome:
        """Do what is due, within a time limit, and say what is new."""
        results: list[Result] = []
        if self._turns.under_way or self.desk.schedule.due(self._numbers) is not None:
            results = await self._turns.turn(min(limit_s, TURN_S))
        happenings = await self._async_take(results)
        report = self._report(results)
        if report.updated:
            self._answered_at = dt_util.utcnow()
        looks = {number: self.look(number) for number in self._numbers}
        values, confirmed = self._news(looks, wanted)
        return Outcome(
            values=values,
            report=report,
            measured_at=self._answered_at,
            happenings=happenings,
            confirmed=frozenset(confirmed),
            sign_in=_is_signed_out(results),
        )

    async def refresh(self, system_id: int) -> tuple[Outcome, ClientError | None]:
        """Ask for what a user wants to see now; gives also the error that has ended it."""
        results = await self._poller.refresh(system_id)
        happenings = await self._async_take(results)
        updated = frozenset(_name(result) for result in results if result.error is None)
        outcome = self.remembered(happenings, UpdateReport(updated, {}), [system_id])
        error = next((result.error for result in results if result.error), None)
        return replace(outcome, sign_in=_is_signed_out(results)), error

    async def test(self) -> None:
        """Ask for something that tells whether key and token are good; raises a ClientError."""
        await self.api.systems(use=Use.USER)
        self.desk.schedule.release(self._numbers)

    def remembered(
        self,
        happenings: tuple[Happening, ...] = (),
        report: UpdateReport | None = None,
        systems: Collection[int] | None = None,
    ) -> Outcome:
        """Give all that is known, to be shown between two polls; the next poll gives it again."""
        values: dict[str, Any] = {}
        now = unix_now()
        for number in self._numbers if systems is None else systems:
            values |= _fresh(number, self.look(number), now)
        for key in values:
            self._shown.pop(key, None)
        return Outcome(
            values=values,
            report=report or UpdateReport(frozenset(), {}),
            happenings=happenings,
        )

    def counters(self) -> dict[str, Any]:
        """Give what stands without an answer: the counters, and figures of our own."""
        values: dict[str, Any] = {}
        for number in self._numbers:
            look = self.look(number)
            values |= {
                keys.key_of(number, name): look.values[name]
                for name, until in look.until.items()
                if until == math.inf
            }
        return values

    def ages(self, system_id: int) -> Ages:
        """Give the age limits that hold for a system now."""
        cellular = self.books.systems[system_id].cellular
        return Ages.of(self.desk.schedule, system_id, cellular=cellular)

    def look(self, system_id: int) -> Look:
        """Give all that may be shown of a system now."""
        budget, schedule = self.desk.budget, self.desk.schedule
        book = self.books.systems[system_id]
        look = book.look(unix_now(), self.books.catalogue, self.ages(system_id))
        next_at = None
        if system_id not in self.account.paused:
            next_at = dt_util.utc_from_timestamp(int(schedule.next_live_at(system_id)))
        look.put(keys.CALLS_LEFT, budget.left(Use.USER))
        look.put(keys.NEXT_POLL, next_at)
        return look

    async def close(self) -> None:
        """End all work, save what must survive, and give back the place at the desk."""
        try:
            await self._turns.stop()
            self.tokens.stop()
            self._take_all(self._turns.take())
            await self._store.async_save(self._memory())
        finally:
            for number in self._numbers:
                self.desk.schedule.exclude(number)
            await self.desk.async_release()

    async def _async_take(self, results: Iterable[Result]) -> tuple[Happening, ...]:
        """Take answers in, and write them down before anybody sees anything of them."""
        is_news = self._take_all(results)
        happenings = self.books.tell(unix_now())
        if is_news or happenings:
            await self._store.async_save(self._memory())
        return happenings

    def _take_all(self, results: Iterable[Result]) -> bool:
        """Take answers in; tells whether there were any.

        What they leave open is asked for next, unless a later one of them has told it.
        """
        taken = False
        wanted: set[tuple[int, Job]] = set()
        for result in results:
            number = result.task.system_id
            book = self.books.systems[number]
            had_battery = book.has_battery
            wanted |= {(number, job) for job in self.books.take(result, self.ages(number))}
            wanted.discard((number, result.task.job))
            self.revision += book.has_battery is not had_battery
            self.findings.note(result)
            self._note_identity(result)
            taken = True
        for number, job in wanted:
            self.desk.schedule.hasten(number, job)
        return taken

    def _memory(self) -> dict[str, Any]:
        """Give what is stored."""
        return {
            BOOKS: self.books.to_dict(),
            FINDINGS: self.findings.to_dict(),
            SIGNED_IN: signed_in_with(self._entry),
        }

    def _news(
        self, looks: Mapping[int, Look], wanted: Collection[str]
    ) -> tuple[dict[str, Any], set[str]]:
        """Tell what shows something else than before, and what stands as it is."""
        now = unix_now()
        values: dict[str, Any] = {}
        confirmed: set[str] = set()
        for number, look in looks.items():
            for key, value in _fresh(number, look, now).items():
                if key in self._shown and self._shown[key] == value:
                    confirmed.add(key)
                elif key in wanted or not key.endswith(keys.DATA_AGE):
                    values[key] = value
        self._shown |= values
        return values, confirmed

    def _report(self, results: Iterable[Result]) -> UpdateReport:
        """Tell who answered. Where nothing was asked, a silence goes on until somebody does."""
        asked = [each for each in results if not isinstance(each.error, BudgetSpentError)]
        updated = frozenset(_name(each) for each in asked if each.error is None)
        failed = {_name(each): each.error for each in asked if each.error is not None}
        silent = {name: error for name, error in failed.items() if not error.answered}
        if asked:
            self._silence = {} if updated or len(silent) < len(failed) else silent
        if not updated:
            return UpdateReport(frozenset(), self._silence)
        return UpdateReport(updated, {name: failed[name] for name in failed.keys() - updated})

    def _note_identity(self, result: Result) -> None:
        """Let the entry remember what the cloud says of who a system is."""
        number = result.task.system_id
        known = self.account.system(number)
        if known is None:
            return
        told = known
        match result.payload:
            case System() as system:
                told = replace(
                    known,
                    name=system.name or known.name,
                    time_zone=system.time_zone or known.time_zone,
                    cellular=system.connection is Connection.CELLULAR,
                )
            case Devices():
                told = replace(known, gateways=self.books.systems[number].gateways)
            case _:
                pass
        if told != known:
            identity = self._entry.data[CONF_IDENTITY] | {str(number): identity_data(told)}
            data = dict(self._entry.data) | {CONF_IDENTITY: identity}
            self._hass.config_entries.async_update_entry(self._entry, data=data)
            self.account = account_of(self._entry)
            self.revision += 1


def _name(result: Result) -> str:
    """Name the block of an answer in reports."""
    return f"{result.task.system_id}_{result.task.job}"


def _is_signed_out(results: Iterable[Result]) -> bool:
    """Tell whether the token was refused for good."""
    return any(isinstance(result.error, TokenRefusedError) for result in results)


def _fresh(number: int, look: Look, now: float) -> dict[str, Any]:
    """Give the values of a system that still stand, by key."""
    return {
        keys.key_of(number, name): value
        for name, value in look.values.items()
        if now < look.until[name]
    }
