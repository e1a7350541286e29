"""Asks the link and keeps what it said, or what came instead."""

from collections.abc import Callable

from ..errors import ClientError, HttpStatusError
from .endpoints import Block
from .exchanges import Exchange, Exchanges
from .schedule import EndpointState, is_refusal
from .ways import Link
from .web import Answer


class Asker:
    """Every request of a gateway goes through here, so that all of them are kept."""

    def __init__(
        self,
        link: Link,
        exchanges: Exchanges,
        *,
        monotonic: Callable[[], float],
        now: Callable[[], float],
    ) -> None:
        """Take the link, the place to keep answers, and the clocks (`now` in Unix seconds)."""
        self._link = link
        self._exchanges = exchanges
        self._monotonic = monotonic
        self._now = now

    async def ask(self, state: EndpointState, time_limit_s: float) -> Answer:
        """Ask an endpoint; where the firmware does not know its path, ask the other one.

        Raises only ClientErrors. The path that works is remembered.
        """
        endpoint = state.endpoint
        timeout_s = min(endpoint.timeout_s, time_limit_s)
        try:
            return await self.request(endpoint.block, state.path, timeout_s)
        except HttpStatusError as err:
            other = endpoint.other_path if state.path == endpoint.path else endpoint.path
            if other is None or state.answered or not is_refusal(err):
                raise
        answer = await self.request(endpoint.block, other, timeout_s)
        state.path = other
        return answer

    async def request(self, block: Block, path: str, timeout_s: float) -> Answer:
        """Ask for a path; raises only ClientErrors."""
        begin = self._monotonic()
        status: int | None = None
        error: str | None = None
        body = b""
        try:
            answer = await self._link.request(path, timeout_s=timeout_s)
            status, body = answer.status, answer.body
        except ClientError as err:
            error = err.key
            status = err.status if isinstance(err, HttpStatusError) else None
            raise
        finally:
            took_s = self._monotonic() - begin
            exchange = Exchange(path, self._now(), took_s, status, error, body)
            self._exchanges.note(block, exchange)
        return answer
