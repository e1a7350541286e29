"""Lets hours pass within milliseconds, for Home Assistant, our integration and the simulators.

The clocks of the whole process are freezegun's. They tick in real time, and the machine moves them
forward from timer to timer of the event loop: so every timer fires in its order and at its time,
and the product's own timings are tested, not shortened ones.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
import math
from operator import attrgetter
from typing import Any
from unittest.mock import patch

from freezegun import api as clocks
from freezegun.api import FrozenDateTimeFactory, TickingDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from homeassistant.util.async_ import get_scheduled_timer_handles

# The kernel may need so much real time to pass on what was sent to a socket of this machine.
_BREATH_S = 0.001
_QUIET_BREATHS = 2
# The clock counts microseconds, the loop less.
_ROUNDING_S = 0.0001


class TimeMachine:
    """Moves the time of one Home Assistant."""

    def __init__(self, hass: HomeAssistant, clock: TickingDateTimeFactory) -> None:
        """Take over a clock that ticks."""
        self._loop = hass.loop
        self._loop.set_debug(False)  # it would note who made each of thousands of timers
        self._clock = clock
        # At what time the clocks stand, while they do.
        self._utc = clocks.real_datetime.fromtimestamp(0, UTC)
        self._now = 0.0
        # Work in a thread and on sockets takes real time, which must not become hours.
        self._in_threads = 0
        self._events = 0
        self._run_in_executor = self._loop.run_in_executor
        inside = attrgetter("_process_events", "_ready", "_selector")
        self._process_events, self._ready, self._selector = inside(self._loop)
        vars(self._loop).update(
            run_in_executor=self._watch_thread, _process_events=self._count_events
        )

    def _watch_thread(
        self, pool: Executor | None, work: Callable[..., Any], *args: object
    ) -> asyncio.Future[Any]:
        """Pass work on to a thread, and know that it is under way."""
        done = self._run_in_executor(pool, work, *args)
        self._in_threads += 1
        done.add_done_callback(self._on_thread_done)
        return done

    def _on_thread_done(self, _: asyncio.Future[Any]) -> None:
        """Note that a thread has done its work."""
        self._in_threads -= 1

    def _count_events(self, events: list[Any]) -> None:
        """Count what the loop hears, and let it go on."""
        self._events += len(events)
        self._process_events(events)

    async def settle(self) -> None:
        """Let everything happen that needs no time.

        A breath proves nothing by its length: on a busy machine it may hold one round of the loop
        only. What counts is that nothing was heard in two of them, and that nothing waits to be
        done: the kernel may still carry what was sent in the first.
        """
        quiet = 0
        while quiet < _QUIET_BREATHS:
            heard = self._events
            await asyncio.sleep(_BREATH_S)
            quiet = 0 if heard != self._events or self._is_busy() else quiet + 1

    def _is_busy(self) -> bool:
        """Tell whether the loop or a thread has work, or a socket something to be read."""
        return bool(self._ready or self._in_threads or self._selector.select(0))

    async def run(self, seconds: float) -> None:
        """Let so many seconds pass."""
        end = self._loop.time() + seconds
        while True:
            await self.settle()
            left = end - self._loop.time()
            if left <= 0:
                return
            self._jump(min(self._next_timer(), end))

    async def leap(self, seconds: float) -> None:
        """Let so many seconds pass as on a computer that sleeps: what was due then is due now."""
        await self.settle()
        self._jump(self._loop.time() + seconds)
        await self.settle()

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """Let no time pass but by strides: a clock that does not tick costs less to read.

        All clocks stand, also those of threads and of the libraries that freezegun spares.
        """
        ticking = clocks.freeze_factories[-1]
        self._set(clocks.real_datetime.fromtimestamp(self._loop.time(), UTC))
        try:
            with (
                patch.object(clocks, "call_stack_inspection_limit", 0),
                patch.object(self._loop, "time", lambda: self._now),
                patch.object(dt_util, "utcnow", lambda: self._utc),
                patch.object(dt_util, "now", self._local_now),
            ):
                yield
        finally:
            self._clock.move_to(self._utc)
            clocks.freeze_factories[-1] = ticking

    async def stride(self, seconds: float) -> None:
        """Let so many seconds pass at once while time stands still: fast enough for a year.

        No socket answers in between.
        """
        self._set(self._utc + timedelta(seconds=seconds + _ROUNDING_S))
        while True:
            await asyncio.sleep(0)
            if not self._ready and not self._in_threads:
                return

    def _set(self, utc: datetime) -> None:
        """Let all clocks stand at a time."""
        self._utc, self._now = utc, utc.timestamp()
        clocks.freeze_factories[-1] = FrozenDateTimeFactory(utc.replace(tzinfo=None))

    def _local_now(self, time_zone: tzinfo | None = None) -> datetime:
        """Give the time at which they stand, in a time zone or in that of Home Assistant."""
        return self._utc.astimezone(time_zone or dt_util.get_default_time_zone())

    async def finish[T](self, work: Coroutine[Any, Any, T], within_s: float = 600) -> T:
        """Run something to its end, however long that takes; fails after `within_s`."""
        task = self._loop.create_task(work)
        limit = self._loop.time() + within_s
        while True:
            await self.settle()
            if task.done():
                return task.result()
            assert self._loop.time() < limit, "it takes too long"
            self._jump(min(self._next_timer(), limit))

    def _next_timer(self) -> float:
        """Tell when the loop has something to do next."""
        timers = get_scheduled_timer_handles(self._loop)
        return min((timer.when() for timer in timers if not timer.cancelled()), default=math.inf)

    def _jump(self, until: float) -> None:
        """Move all clocks to a time of the loop's clock; nothing when it has passed."""
        seconds = until - self._loop.time()
        if seconds > 0:
            # From now: `tick` would forget the real time since the last jump.
            self._clock.move_to(self._clock() + timedelta(seconds=seconds + _ROUNDING_S))
