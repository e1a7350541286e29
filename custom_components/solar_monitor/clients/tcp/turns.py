"""A lock with two queues: what is urgent goes first."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final


class Turns:
    """Lets one caller through at a time; urgent waiters go before patient ones, in order of coming.

    A waiter that is cancelled leaves its queue, and passes the turn on if it had just got it.
    """

    def __init__(self) -> None:
        """Start with nobody at work and nobody waiting."""
        self._taken = False
        self._urgent: Final[deque[asyncio.Future[None]]] = deque()
        self._patient: Final[deque[asyncio.Future[None]]] = deque()

    @asynccontextmanager
    async def turn(self, *, urgent: bool) -> AsyncIterator[None]:
        """Wait for the turn and keep it for the length of a `with` block."""
        await self._acquire(self._urgent if urgent else self._patient)
        try:
            yield
        finally:
            self._pass_on()

    async def _acquire(self, queue: deque[asyncio.Future[None]]) -> None:
        """Take the turn, or wait in a queue until it is handed over."""
        if not self._taken:
            self._taken = True
            return
        waiter = asyncio.get_running_loop().create_future()
        queue.append(waiter)
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.cancelled():
                queue.remove(waiter)
            else:  # cancelled after the turn was handed over, before this task ran
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        """Hand the turn to the first waiter, or set it free.

        The turn stays taken while it changes hands, so that no newcomer can slip in between.
        """
        for queue in (self._urgent, self._patient):
            for waiter in queue:
                if not waiter.done():
                    queue.remove(waiter)
                    waiter.set_result(None)
                    return
        self._taken = False
