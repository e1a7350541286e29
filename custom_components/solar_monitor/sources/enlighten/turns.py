"""Does what is due in turns that end in time, though a call may take longer than a turn."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from ...clients.enlighten.poller import Poller, Result

type Begin = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]


class Turns:
    """The work of one poller.

    It goes on in a task of its own: a call that is under way when a turn ends is not lost, for it
    is paid, and its answer is taken by the next turn.
    """

    def __init__(self, poller: Poller, begin: Begin) -> None:
        """Take what makes the task."""
        self._poller = poller
        self._begin = begin
        self._task: asyncio.Task[None] | None = None
        self._results: list[Result] = []

    @property
    def under_way(self) -> bool:
        """Whether there is work that a turn has begun."""
        return self._task is not None

    async def turn(self, limit_s: float) -> list[Result]:
        """Do what is due for so long at most; gives what has come out since the last turn.

        Raises what no error of the client is, once.
        """
        if self._task is None:
            self._task = self._begin(self._work())
        await asyncio.wait({self._task}, timeout=limit_s)
        if self._task.done():
            done, self._task = self._task, None
            if not done.cancelled() and (error := done.exception()) is not None:
                raise error
        return self.take()

    def take(self) -> list[Result]:
        """Give what has come out and was not taken yet."""
        results, self._results = self._results, []
        return results

    async def _work(self) -> None:
        """Do all that is due."""
        async for result in self._poller.poll():
            self._results.append(result)

    async def stop(self) -> None:
        """End, also in the middle of a call."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
