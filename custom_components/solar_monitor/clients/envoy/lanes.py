"""The background lane: slow endpoints, one after the other, while others go on."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine
from typing import Any

from .endpoints import ENDPOINTS, FOLLOWERS, Block

_ORDER = {block: place for place, block in enumerate(ENDPOINTS)}

type Spawn = Callable[[Coroutine[Any, Any, None], str], asyncio.Task[None]]


def spawn(work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
    """Start a task on the running loop."""
    return asyncio.get_running_loop().create_task(work, name=name)


class BackgroundLane:
    """Fetches blocks in a task of its own, which ends when there is nothing to do.

    `fetch` returns whether it makes sense to go on: nobody asks a gateway that is not there for
    all the rest.
    """

    def __init__(self, fetch: Callable[[Block], Awaitable[bool]], start_task: Spawn) -> None:
        """Prepare; nothing is started yet."""
        self._fetch = fetch
        self._start_task = start_task
        self.turn = asyncio.Lock()
        """Held during each request: whoever else has slow ones takes turns with us."""
        self._waiting: dict[Block, asyncio.Event] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self, blocks: Collection[Block]) -> None:
        """Take these blocks on; what is on its way already is not asked twice."""
        for block in blocks:
            self._waiting.setdefault(block, asyncio.Event())
        if self._waiting and (self._task is None or self._task.done()):
            self._task = self._start_task(self._work(), "solar_monitor gateway background")

    async def wait(self, blocks: Collection[Block], time_limit_s: float) -> None:
        """Wait for these blocks and what follows on them, or until the time is up.

        They are fetched all the same.
        """
        awaited = {*blocks, *(each for block in blocks for each in FOLLOWERS.get(block, ()))}
        try:
            async with asyncio.timeout(time_limit_s):
                while waiting := awaited & self._waiting.keys():
                    await self._waiting[waiting.pop()].wait()
        except TimeoutError:
            return

    async def close(self) -> None:
        """Stop at once."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _work(self) -> None:
        """Fetch until nothing is waiting."""
        try:
            while self._waiting:
                block = min(self._waiting, key=_ORDER.__getitem__)
                async with self.turn:
                    go_on = await self._fetch(block)
                if not go_on:
                    return
                self._waiting.pop(block).set()
        finally:
            for event in self._waiting.values():
                event.set()
            self._waiting.clear()
