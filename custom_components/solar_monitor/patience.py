"""How long is waited for a source: what hangs is ended, so that the next poll comes all the same.

A source keeps its time limits itself. This is for the day on which it does not: a fault of ours, or
of a library.
"""

import asyncio
from collections.abc import Awaitable, Collection
import logging
from typing import TYPE_CHECKING, Final

from .clients.errors import NoAnswerError
from .clients.report import UpdateReport
from .sources.spec import Outcome, Poll, Source

if TYPE_CHECKING:
    from collections.abc import Callable

_LOGGER = logging.getLogger(__name__)

# What a source may need on top of its time limit, to end a request and to tidy up.
HANG_S: Final = 30.0
_DISCONNECTING: Final = "the end of the connection"


class Patience:
    """Waits for one source."""

    def __init__(self, name: str) -> None:
        """Take what the source is called in the log."""
        self._name = name
        self._hung: set[str] = set()

    async def async_read(self, poll: Poll, wanted: Collection[str], limit_s: float) -> Outcome:
        """Read a poll that may take `limit_s`; one that hangs is one that nobody answered.

        Raises what the poll raises.
        """
        outcome = await self._async_wait(
            f"the poll {poll.name}", limit_s, lambda: poll.read(wanted, limit_s)
        )
        if outcome is None:
            report = UpdateReport(frozenset(), {poll.name: NoAnswerError()})
            return Outcome(values={}, report=report)
        return outcome

    async def async_disconnect(self, source: Source) -> None:
        """Close the connection of a source, if that can be done."""
        await self._async_wait(_DISCONNECTING, 0, source.async_disconnect)

    async def _async_wait[T](
        self, what: str, limit_s: float, begin: Callable[[], Awaitable[T]]
    ) -> T | None:
        """Wait for something; None: it hung, which is logged until it has worked again."""
        timer = asyncio.timeout(limit_s + HANG_S)
        try:
            async with timer:
                result = await begin()
        except TimeoutError:
            if not timer.expired():
                raise
            if what not in self._hung:
                _LOGGER.error("%s: %s hung and was ended", self._name, what)  # noqa: TRY400
            self._hung.add(what)
            return None
        self._hung.discard(what)
        return result
