"""Asks one gateway: what, when, and what becomes of the answers."""

import asyncio
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
import math
from typing import TYPE_CHECKING, Any, Final

from homeassistant.const import CONF_HOST, CONF_TOKEN
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ...clients.envoy.endpoints import Block, Group
from ...clients.envoy.gateway import Gateway, GatewayPoll
from ...clients.envoy.link import GatewayLink
from ...clients.envoy.readings import Live
from ...clients.errors import ClientError, NoAnswerError, TokenExpiredError, WrongGatewayError
from ...clients.report import UpdateReport
from ...const import (
    CONF_GRID_POWER_LIMIT,
    CONF_ID_PREFIX,
    CONF_POLL_INTERVAL,
    CONF_TLS_FINGERPRINT,
)
from ...keeper import CLEAN, Keeper, MemoryStore
from ..spec import Outcome
from . import keys
from .books import Books, News
from .core_entry import default_poll_interval
from .findings import CertificateWatch, UpgradeWatch
from .guards import Limits, Moment
from .identity import Remembered, remember, remembered
from .recording import Recorder
from .sky import Sun
from .token_care import TokenCare
from .wanted import Wanted

if TYPE_CHECKING:
    from ...coordinator import SolarMonitorConfigEntry

NIGHT_INTERVAL_S: Final = 900.0
# After so long a silence the gateway counts as lost: it may only restart, or do what it does
# every night after 23 o'clock.
SILENCE_S: Final = 900.0
# A gateway that is off costs nothing to ask, and one that is back is wanted before its values go.
LONGEST_RETRY_S: Final = 30.0
# Everything but slow pages is asked for at least so often.
STANDS_S: Final = 330.0
# How long a poll waits for what is asked in the background; what comes later comes with the next.
PANELS_WAIT_S: Final = 3.0
SLOW_WAIT_S: Final = 0.5
# A poll comes a little early or late.
_SLACK_S: Final = 5.0

_NOT_ASKED: Final = Outcome(values={}, report=UpdateReport(frozenset(), {}))


def unix_now() -> float:
    """Tell the time in unix seconds."""
    return dt_util.utcnow().timestamp()


class Reader:
    """Everything that is behind one config entry, and the polls that move it."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: SolarMonitorConfigEntry,
        *,
        store: MemoryStore,
        memory: Mapping[str, Any] | None,
    ) -> None:
        """Remember what the entry knows of the gateway; it may be away now."""
        self._hass = hass
        self._entry = entry
        data = entry.data
        self.known: Remembered = remembered(entry)
        self.revision = 0
        self.interval_s: float = entry.options.get(
            CONF_POLL_INTERVAL, default_poll_interval(hass, data[CONF_ID_PREFIX])
        )
        self.link = GatewayLink(
            data[CONF_HOST],
            fingerprint=data[CONF_TLS_FINGERPRINT],
            token=data.get(CONF_TOKEN),
            serial=data[CONF_ID_PREFIX],
        )
        self.gateway = Gateway(
            self.link,
            serial=data[CONF_ID_PREFIX],
            shape=self.known.shape,
            info=self.known.info,
            start_task=lambda work, name: entry.async_create_background_task(hass, work, name),
            monotonic=hass.loop.time,
            now=unix_now,
        )
        self.books = Books(
            self._limits(),
            interval_s=self.interval_s,
            memory=memory,
            proven=memory is None or bool(memory.get(CLEAN)),
        )
        self.token = TokenCare(hass, entry, self._use_token, now=unix_now())
        self.recorder = Recorder(hass, entry, self.gateway)
        self.certificate = CertificateWatch(data[CONF_HOST], data[CONF_TLS_FINGERPRINT])
        self._upgrade = UpgradeWatch(
            data[CONF_HOST], data[CONF_ID_PREFIX], data[CONF_TLS_FINGERPRINT]
        )
        self._sun = Sun(hass)
        self._started = hass.loop.time()
        self._identified = False
        self._wanted = Wanted()
        self._keeper = Keeper(hass, store, self.books.memory)
        self._panels_at: float | None = None
        self._seen: dict[str, float] = {}
        self._stood: set[str] = set()
        self._silent_since: float | None = None
        self._another_answers = False

    @property
    def last_answer(self) -> float | None:
        """When the gateway last answered anything (monotonic seconds); another one is not it."""
        return None if self._another_answers else self.link.stats.last_answer_monotonic

    async def read_fast(self, wanted: Collection[str], time_limit_s: float) -> Outcome:
        """Read power and energy, and look after everything else that has its time."""
        self._wanted.note(Group.FAST, wanted, self.known.shape)
        await self.certificate.look_again(self._hass.loop.time())
        if (error := self.certificate.error) is not None:
            return self._silent(UpdateReport(frozenset(), {Block.INFO: error}))
        poll = await self.gateway.poll(Group.FAST, time_limit_s=time_limit_s)
        errors = poll.report.failed.values()
        self._another_answers = any(isinstance(error, WrongGatewayError) for error in errors)
        self.token.note(poll.report, unix_now())
        self.token.look(unix_now())
        if poll.report.nothing_answered:
            self.certificate.note(poll.report, self._hass.loop.time())
            await self._upgrade.look(self._hass.loop.time())
            if any(isinstance(error, TokenExpiredError) for error in errors):
                # The pages are not asked then, but the gateway is not lost.
                with suppress(ClientError):
                    await self.gateway.identify()
            return self._silent(poll.report)
        self.recorder.look()
        return self._outcome(poll, self._link_values())

    async def read_panels(self, _: Collection[str], time_limit_s: float) -> Outcome:
        """Look at the panels: every minute or so by day, every quarter of an hour at night."""
        now, sky = self.moment(), self._sun.sky()
        since_s = math.inf if self._panels_at is None else now.monotonic - self._panels_at
        if self.certificate.error is not None:
            return _NOT_ASKED
        if since_s < NIGHT_INTERVAL_S - _SLACK_S and self.books.is_asleep(
            self.known.shape, sky, now
        ):
            return _as_outcome(self.books.rest(self.known.shape, now, sky), _NOT_ASKED.report)
        self._panels_at = now.monotonic
        return self._outcome(
            await self.gateway.poll(Group.PANELS, time_limit_s=min(PANELS_WAIT_S, time_limit_s))
        )

    async def read_slow(self, wanted: Collection[str], time_limit_s: float) -> Outcome:
        """Ask for what changes rarely; it comes when it comes."""
        self._wanted.note(Group.SLOW, wanted, self.known.shape)
        if self.certificate.error is not None:
            return _NOT_ASKED
        poll = await self.gateway.poll(
            Group.SLOW,
            wanted=self._wanted.slow_blocks(),
            time_limit_s=min(SLOW_WAIT_S, time_limit_s),
        )
        return self._outcome(poll)

    async def read_identity(self, _: Collection[str], time_limit_s: float) -> Outcome:
        """Ask who is there, a few times a day: firmware may have been updated."""
        if self.certificate.error is not None:
            return _NOT_ASKED
        if self._identified:
            try:
                async with asyncio.timeout(time_limit_s):
                    await self.gateway.identify()
            except TimeoutError:
                return Outcome(values={}, report=_failed(NoAnswerError()))
            except ClientError as err:
                return Outcome(values={}, report=_failed(err))
        # The first poll of all has just asked.
        self._identified = True
        return self._outcome(await self.gateway.poll(Group.IDENTITY, time_limit_s=0))

    def _outcome(self, poll: GatewayPoll, figures: Mapping[str, Any] | None = None) -> Outcome:
        """Take in what a poll brought. `figures`: it has proved that the gateway answers."""
        self.certificate.note(poll.report, self._hass.loop.time())
        self._adopt(poll)
        now = self.moment(poll.measured_at)
        news = self.books.take(
            poll.readings,
            poll.updated,
            self.known.shape,
            self._wanted.keys(self.known.shape),
            now,
            self._sun.sky(),
        )
        if figures is not None:
            self.books.heard(figures, now, news)
        self._keep(news)
        if poll.updated:
            news.held |= self._speak_again() - news.values.keys()
        stand = (*news.values, *news.confirmed, *news.held)
        self._seen |= dict.fromkeys(stand, now.monotonic)
        return replace(
            _as_outcome(news, poll.report),
            measured_at=datetime.fromtimestamp(poll.measured_at, UTC),
            sign_in=self._sign_in(),
        )

    def _silent(self, report: UpdateReport) -> Outcome:
        """Say what a poll without an answer means."""
        heard_at = self._started if self.last_answer is None else self.last_answer
        present = self._hass.loop.time() - heard_at < SILENCE_S
        figures = {keys.TOKEN_PROBLEM: self.token.problem(unix_now())}
        news = self.books.silent(figures, self.known.shape, self.moment(), present=present)
        news.held |= self._fall_silent() | news.values.keys()
        self._keep(news)
        # That the token is refused is why a gateway is silent, and shows while it is.
        news.values[keys.TOKEN_PROBLEM] = self.token.problem(unix_now())
        return replace(_as_outcome(news, report), sign_in=self._sign_in())

    def _sign_in(self) -> bool:
        """Tell whether the user has to sign in."""
        self._upgrade.note(self.gateway.info)
        return self._upgrade.upgraded or self.token.sign_in(unix_now())

    def _fall_silent(self) -> set[str]:
        """Collect what stands when a silence begins, once for each: all of it has the same grace.

        Otherwise what is asked every five minutes would go in a silence that the rest outlasts.
        """
        if self._silent_since is not None:
            return set()
        now = self._silent_since = self._hass.loop.time()
        self._stood = {key for key, at in self._seen.items() if now - at <= STANDS_S}
        return self._stood

    def _speak_again(self) -> set[str]:
        """Collect what still stands after a short silence, until it is asked for in its turn."""
        since, self._silent_since = self._silent_since, None
        short = since is not None and self._hass.loop.time() - since < SILENCE_S
        return self._stood if short else set()

    def _link_values(self) -> dict[str, Any]:
        """Give the figures about the conversation itself that somebody looks at."""
        stats, info = self.link.stats, self.gateway.info
        answer_time = stats.answer_time_s
        figures = {
            keys.FIRMWARE: info.firmware if info else None,
            keys.LAST_ANSWER: stats.last_answer_at,
            keys.ANSWER_TIME: None if answer_time is None else round(answer_time, 3),
            keys.REFUSED_VALUES: self.books.guards.refusals.total,
            keys.TOKEN_PROBLEM: self.token.problem(unix_now()),
        }
        wanted = self._wanted.of(Group.FAST)
        return {key: value for key, value in figures.items() if key in wanted}

    def _adopt(self, poll: GatewayPoll) -> None:
        """Remember what has turned out about the gateway; entities follow."""
        detailed = {serial for serial, panel in poll.readings.panels.items() if panel.details}
        known = Remembered(
            self.gateway.info,
            self.gateway.shape,
            (self.known.detailed | detailed) & frozenset(self.gateway.shape.panels),
        )
        if known != self.known:
            self.known = known
            self.revision += 1
            self.books.guards.limit(self._limits())
            remember(self._hass, self._entry, known)

    def _limits(self) -> Limits:
        """Give what can flow at most in a system of this size."""
        panels = len(self.known.shape.panels)
        return Limits.size(panels, self._entry.options.get(CONF_GRID_POWER_LIMIT))

    def take_live(self, live: Live) -> Outcome | None:
        """Take in the live data; None when they show nothing that is not shown already."""
        news = self.books.take_live(live, self.known.shape, self.moment())
        if not news.values and not news.confirmed:
            return None
        return _as_outcome(news, UpdateReport(frozenset({Block.LIVEDATA}), {}))

    def moment(self, unix: float | None = None) -> Moment:
        """Tell what time it is on all clocks."""
        now = unix_now() if unix is None else unix
        return Moment(
            monotonic=self._hass.loop.time(),
            unix=now,
            local=dt_util.as_local(datetime.fromtimestamp(now, UTC)),
        )

    def _use_token(self, text: str) -> None:
        """Go on with another token."""
        self.link.use_token(text)
        self.gateway.start_over()

    def _keep(self, news: News) -> None:
        """Store what must survive, if it is time to."""
        self._keeper.look(due=bool(news.happenings) or self.books.estimates.due)

    async def close(self) -> None:
        """End what goes on, save what must survive and close the connections."""
        await self.token.close()
        await self.gateway.close()
        await self._keeper.close()
        await self.link.close()


def _failed(error: ClientError) -> UpdateReport:
    """Report that nobody could be asked who is there."""
    return UpdateReport(frozenset(), {Block.INFO: error})


def _as_outcome(news: News, report: UpdateReport) -> Outcome:
    """Bring news in the form that the coordinator takes."""
    return Outcome(
        values=news.values,
        confirmed=frozenset(news.confirmed),
        held=frozenset(news.held),
        happenings=tuple(news.happenings),
        report=report,
    )
