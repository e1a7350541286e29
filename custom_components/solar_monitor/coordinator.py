"""Asks one source at its own pace and hands the answers to the entities.

One coordinator serves every kind of source. A poll that fails never takes a good value away: the
value stays until its grace is over. Whether the device answers is known within the interval plus
ten seconds, unless its kind is given more time; a loss is logged once, and so is the return.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
import logging
import math
from typing import TYPE_CHECKING, Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later, async_track_time_change
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from .clients.errors import ClientError
from .commands import Commands
from .happenings import Happenings
from .issues import async_sync_issues
from .logic.pacing import Pacing
from .patience import Patience
from .sources.spec import (
    Outcome,
    Poll,
    Snapshot,
    Source,
    SourceSpec,
    Times,
    first_error,
)
from .sun import is_night

if TYPE_CHECKING:
    from .inventory import Inventory

_LOGGER = logging.getLogger(__name__)

GRACE_INTERVALS: Final = 3
# Values that are added up to one must be of about one moment.
MOMENT_S: Final = 90.0
# One second inside the promised ten, for the moment at which Home Assistant starts a poll.
SILENCE_S: Final = 9.0
# Home Assistant's polls come a little early or late; without this a slower one would miss its turn.
SLACK_S: Final = 5.0


@dataclass(kw_only=True)
class RuntimeData:
    """What a loaded entry holds."""

    spec: SourceSpec
    coordinator: SourceCoordinator
    inventory: Inventory


type SolarMonitorConfigEntry = ConfigEntry[RuntimeData]


class SourceCoordinator(DataUpdateCoordinator[Snapshot]):
    """Polls a source and keeps the last good value of everything."""

    config_entry: SolarMonitorConfigEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: SolarMonitorConfigEntry,
        spec: SourceSpec,
        source: Source,
    ) -> None:
        """Prepare; nothing is asked before the first refresh."""
        self.source = source
        self.happenings = Happenings(hass)
        self.on_growth: CALLBACK_TYPE = lambda: None
        """Called when the source has other devices or rows than before; `data` is new by then."""
        self.on_news: CALLBACK_TYPE = lambda: None
        """Called after each poll and push, whether they show anything new or not."""
        self.commands = Commands(entry.title, source)
        self._spec = spec
        self._interval_of: dict[str, float] = {}
        self._adopt_polls()
        super().__init__(
            hass,
            _LOGGER,
            config_entry=entry,
            name=entry.title,
            update_interval=timedelta(seconds=self.live.interval_s),
            always_update=False,
        )
        self.last_error: ClientError | None = None
        self.last_success: datetime | None = None
        """When the device last answered a poll, or brought something by itself, in UTC."""
        self._patience = Patience(entry.title)
        self._pacing = Pacing(self.live.interval_s, longest_retry_s=spec.longest_retry_s)
        self._seen: dict[str, float] = {}
        self._told: dict[str, float] = {}
        self._read_at: dict[str, float] = {}
        self._broken: set[str] = set()
        self._answered = False
        self._answered_at: float | None = None
        self._lost_logged = False
        self._asked_to_sign_in = False
        self._polling: asyncio.Task[Snapshot] | None = None
        self.data = Snapshot(
            values=dict(source.start_values),
            stale=frozenset(self._interval_of),
            revision=self._revision,
        )
        self._watchdog: CALLBACK_TYPE | None = None
        self._staleness: CALLBACK_TYPE | None = None
        self._midnight: CALLBACK_TYPE | None = async_track_time_change(
            hass, self._on_midnight, hour=0, minute=0, second=0
        )
        source.attach(self.async_push)

    def _adopt_polls(self) -> None:
        """Take over what the source reads now; what it no longer reads goes stale."""
        self._revision = self.source.revision
        self.live, *self.slower = self.source.polls
        self._interval_of |= {
            key: poll.interval_s for poll in (self.live, *self.slower) for key in poll.keys
        }

    @property
    def interval_s(self) -> float:
        """The time from one poll to the next as long as the device answers."""
        return self._pacing.effective_interval_s

    @property
    def times(self) -> Times:
        """When each value was brought, and for how long a live one is of this moment."""
        return Times(
            now=dt_util.utcnow().timestamp(),
            monotonic=self.hass.loop.time(),
            told=self._told,
            stood=self._seen,
            good_for_s=max(GRACE_INTERVALS * self.interval_s, MOMENT_S),
            is_night=lambda: is_night(self.hass),
        )

    @override
    async def _async_update_data(self) -> Snapshot:
        """Poll in a task of our own: whoever asked may have more to do than to wait for us.

        So the end of a poll that is unloaded is not the end of a user's service call. Home
        Assistant lets one refresh run at a time.
        """
        before = self.data
        self._polling = self.hass.async_create_background_task(
            self._async_poll(), f"{self.name} poll"
        )
        try:
            await asyncio.wait({self._polling})
            shown = self.data if self._polling.cancelled() else self._polling.result()
            # A timer may have let values go, and a push brought some, since the poll has ended.
            snapshot = replace(self.data, stale=self._stale_keys(self.hass.loop.time()))
        finally:
            self._polling.cancel()
        self.data = snapshot
        if snapshot.revision != before.revision:
            self.on_growth()  # new entities look at the data at once
        if snapshot == before != shown:
            # Home Assistant takes it for no news, but a timer has shown something else.
            self.async_update_listeners()
        self.on_news()
        return snapshot

    async def _async_poll(self) -> Snapshot:
        """Read what is due, the live values first; give what was shown until then."""
        recovering = not (self.data.connected and self._answered)
        started = self.hass.loop.time()
        outcomes: list[tuple[Poll, Outcome]] = []
        for poll in (self.live, *self.slower):
            if poll is not self.live and not self._is_due(poll, started, recovering=recovering):
                continue
            outcome = await self._async_read(poll, everything=recovering)
            self._read_at[poll.name] = started
            if outcome is None:
                continue
            outcomes.append((poll, outcome))
            if poll is self.live:
                # Before the slower ones: the watchdog must know that the device is slow.
                took_s = self.hass.loop.time() - started
                self._pacing.note(answered=outcome.report.heard, took_s=took_s)
            if outcome.report.nothing_answered and not self._spec.separate_polls:
                break
        return await self._async_digest(outcomes, self.hass.loop.time() - started)

    async def _async_read(self, poll: Poll, *, everything: bool) -> Outcome | None:
        """Read one poll; None: a slower one has a fault of ours, which is logged once.

        What the others bring is shown all the same, and it is tried again in its turn.
        """
        wanted = self._wanted(poll, everything=everything)
        try:
            outcome = await self._patience.async_read(poll, wanted, self._pacing.time_limit_s)
        except Exception:
            if poll is self.live:
                raise
            if poll.name not in self._broken:
                _LOGGER.exception("%s: the poll %s failed unexpectedly", self.name, poll.name)
            self._broken.add(poll.name)
            return None
        self._broken.discard(poll.name)
        return outcome

    def _is_due(self, poll: Poll, now: float, *, recovering: bool) -> bool:
        """Tell whether a slower poll's time has come: also at once after a loss of the device."""
        if recovering and not self._spec.separate_polls:
            return True
        read_at = self._read_at.get(poll.name)
        return read_at is None or now - read_at >= poll.interval_s - SLACK_S

    def _wanted(self, poll: Poll, *, everything: bool) -> frozenset[str]:
        """Collect what somebody needs of a poll: all of it at first, then enabled entities'."""
        if everything:
            return poll.keys
        contexts: set[str] = set()
        for context in self.async_contexts():
            contexts |= context
        return poll.core | (poll.keys & contexts)

    async def _async_digest(self, outcomes: list[tuple[Poll, Outcome]], busy_s: float) -> Snapshot:
        """Make a snapshot of what the polls brought, set the next pause, give what was shown."""
        live = outcomes[0][1]
        answered = self._answered = not live.report.nothing_answered
        pause_s = self._pacing.pause(busy_s=busy_s)
        self.update_interval = timedelta(seconds=pause_s)
        self.last_error = None if answered else first_error(live.report)
        if self._pacing.backing_off:
            await self._patience.async_disconnect(self.source)
        if self.source.revision != self._revision:
            self._adopt_polls()
        now = self.hass.loop.time()
        if answered:
            self._answered_at = now
        values = dict(self.data.values)
        updated: set[str] = set()
        for _, outcome in outcomes:
            values |= outcome.values
            updated |= outcome.values.keys()
            # A device that sleeps is asked rarely: what is true of it holds until then.
            self._take(outcome, now + pause_s if live.asleep else now)
        if answered and not any(outcome.sign_in for _, outcome in outcomes):
            self._asked_to_sign_in = False
        if not live.asleep:
            self._log_change(now, answered=answered)
        self._arm_watchdog()
        self._arm_staleness()
        async_sync_issues(
            self.hass, self.config_entry, self.source.findings(), self.source.undecided()
        )
        before = self.data
        self.data = Snapshot(
            values=values,
            stale=self._stale_keys(now),
            connected=live.report.heard or self._silent_s(now) < self._spec.silence_s,
            revision=self._revision,
            updated=frozenset(updated),
            measured_at=live.measured_at if answered else self.data.measured_at,
        )
        return before

    def _take(self, outcome: Outcome, seen_at: float) -> None:
        """Note what an outcome brought besides its values."""
        stand = outcome.confirmed.union(outcome.values, outcome.held)
        self._seen |= dict.fromkeys(stand, seen_at)
        self._told |= dict.fromkeys(stand - outcome.held, seen_at)
        for key in outcome.withdrawn:
            self._seen.pop(key, None)
            self._told.pop(key, None)
        if outcome.report.updated:
            self.last_success = dt_util.utcnow()
        self.happenings.async_tell(outcome.happenings)
        if outcome.sign_in and not self._asked_to_sign_in:
            self._asked_to_sign_in = True
            self.config_entry.async_start_reauth(self.hass)

    @callback
    def async_push(self, outcome: Outcome) -> None:
        """Show what came between two polls; the schedule stays as it is."""
        if self._shutdown_requested:
            return  # no timer may begin when all have ended
        before, now = self.data, self.hass.loop.time()
        self._take(outcome, now)
        self._publish(
            replace(
                before,
                values={**before.values, **outcome.values},
                stale=before.stale.difference(outcome.values, outcome.confirmed, outcome.held)
                | outcome.withdrawn,
                connected=before.connected
                or (bool(outcome.report.updated) and self._silent_s(now) < self._silence_limit()),
                updated=frozenset(outcome.values),
                measured_at=outcome.measured_at or before.measured_at,
            )
        )
        if self.data.connected is not before.connected:
            self._arm_watchdog()
        if self.data.stale != before.stale:
            self._arm_staleness()
        self.on_news()

    def _good_until(self, key: str) -> float:
        """Tell until when the last value of a key stands; a live poll must come round for it."""
        if key not in self._seen:
            return -math.inf
        interval_s = max(self._interval_of[key], self.interval_s)
        return self._seen[key] + max(GRACE_INTERVALS * interval_s, self._spec.grace_s)

    def _stale_keys(self, now: float) -> frozenset[str]:
        """Collect the keys that were never seen or not within their grace."""
        return frozenset(key for key in self._interval_of if now >= self._good_until(key))

    def _log_change(self, now: float, *, answered: bool) -> None:
        """Log a loss once and a return once; one answer that is lost is neither."""
        if not answered and self._answered_at is not None:
            answered = now - self._answered_at < self._spec.silence_s
        if answered and self._lost_logged:
            self._lost_logged = False
            _LOGGER.info("%s answers again", self.name)
        elif not answered and not self._lost_logged:
            self._lost_logged = True
            _LOGGER.warning("%s does not answer: %s", self.name, self.last_error or "silence")

    def _silence_limit(self) -> float:
        """How long no answer may come before the device counts as lost, in seconds."""
        return max(self.interval_s + SILENCE_S, self._spec.silence_s)

    def _silent_s(self, now: float) -> float:
        """Tell for how long no answer has come, in seconds."""
        last_answer = self.source.last_answer
        return math.inf if last_answer is None else now - last_answer

    def _arm_watchdog(self) -> None:
        """Look again when the device would have been silent for too long."""
        if self._watchdog is not None:
            self._watchdog()
            self._watchdog = None
        left = self._silence_limit() - self._silent_s(self.hass.loop.time())
        if left > 0:
            self._watchdog = async_call_later(self.hass, left, self._on_watchdog)

    @callback
    def _on_watchdog(self, _now: datetime) -> None:
        """Mark the device as lost in the middle of a poll that gets no answer."""
        self._watchdog = None
        if self._silent_s(self.hass.loop.time()) < self._silence_limit():
            self._arm_watchdog()
            return
        self._publish(replace(self.data, connected=False, updated=frozenset()))

    def _arm_staleness(self) -> None:
        """Look again when the first of the values that still stand goes stale."""
        if self._staleness is not None:
            self._staleness()
            self._staleness = None
        now = self.hass.loop.time()
        ends = [end for key in self._interval_of if (end := self._good_until(key)) > now]
        if ends:
            self._staleness = async_call_later(self.hass, min(ends) - now, self._on_staleness)

    @callback
    def _on_staleness(self, _now: datetime) -> None:
        """Let values go whose grace is over, also between two polls."""
        self._staleness = None
        stale = self._stale_keys(self.hass.loop.time())
        self._publish(replace(self.data, stale=stale, updated=frozenset()))
        self._arm_staleness()

    @callback
    def _on_midnight(self, _now: datetime) -> None:
        """Begin counters of the day anew, also of a device that is asked again much later."""
        values = {**self.data.values, **self.source.start_values}
        self._publish(replace(self.data, values=values, updated=frozenset()))

    def _publish(self, snapshot: Snapshot) -> None:
        """Show a snapshot now, without touching the schedule."""
        changed = snapshot != self.data
        self.data = snapshot
        if changed:
            self.async_update_listeners()

    async def async_stop(self) -> None:
        """Cancel the poll and the timers and close the source; the entities are gone by now."""
        self.happenings.async_stop()
        await self.async_shutdown()
        if self._polling is not None:
            self._polling.cancel()
            await asyncio.wait({self._polling})
        for cancel in (self._watchdog, self._staleness, self._midnight):
            if cancel is not None:
                cancel()
        self._watchdog = self._staleness = self._midnight = None
        await self.source.async_close()
