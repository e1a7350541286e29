"""Lets hours pass within milliseconds, for Home Assistant, our integration and the simulators alike.

The clocks of the whole process are freezegun's. They tick in real time, and the machine moves them
forward from timer to timer of the event loop: so every timer fires in its order and at its time,
and the product's own timings are tested, not shortened ones.
"""

import asyncio
from collections.abc import Coroutine
import math
from typing import Any

from freezegun.api import TickingDateTimeFactory
from homeassistant.core import HomeAssistant

# On this machine an answer is there as soon as both sides have had a few turns of the loop.
_TURNS = 12
_BREATH_S = 0.001


class TimeMachine:
    """Moves the time of one Home Assistant."""

    def __init__(self, hass: HomeAssistant, clock: TickingDateTimeFactory) -> None:
        """Take over a clock that ticks."""
        self._loop = hass.loop
        self._loop.set_debug(False)  # it would note who made each of thousands of timers
        self._clock = clock

    async def settle(self) -> None:
        """Let everything happen that needs no time."""
        for _ in range(2):
            for _ in range(_TURNS):
                await asyncio.sleep(0)
            await asyncio.sleep(_BREATH_S)

    async def run(self, seconds: float) -> None:
        """Let so many seconds pass."""
        end = self._loop.time() + seconds
        while True:
            await self.settle()
            left = end - self._loop.time()
            if left <= 0:
                return
            self._jump(min(self._next_timer(), end))

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
        timers = self._loop._scheduled  # noqa: SLF001 - asyncio tells it nowhere else
        return min((timer.when() for timer in timers if not timer.cancelled()), default=math.inf)

    def _jump(self, until: float) -> None:
        """Move all clocks to a time of the loop's clock; nothing when it has passed."""
        seconds = until - self._loop.time()
        if seconds > 0:
            self._clock.tick(seconds)
