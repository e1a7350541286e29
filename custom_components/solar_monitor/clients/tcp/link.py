"""A link over TCP: one connection that comes and goes, one request at a time."""

from abc import ABC, abstractmethod
import asyncio
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, field
from datetime import UTC, datetime
import time
from typing import Final

from ..errors import CannotConnectError, ClientError, LinkLostError
from ..transport import LinkStats
from .connection import Connection
from .turns import Turns

# Of Solarman loggers, with Wi-Fi and with Ethernet.
DEFAULT_PORT: Final = 8899
_CLOSE_GRACE_S: Final = 1.0
_CLOSED_BY_US: Final = "closed by us"


@dataclass(eq=False, repr=False)
class TcpLink(ABC):
    """What links have in common; a subclass knows a protocol.

    Times are in s. `request_timeout` counts from the sending of a request, not from the call;
    `pause` is the least time between two requests; `now` is the unix time.

    A request that finds no connection makes one. After `close` or a lost connection the next
    request connects again. Only ClientErrors come out; ValueError for registers that do not exist.
    """

    host: str
    port: int = DEFAULT_PORT
    _: KW_ONLY
    request_timeout: float = 10.0
    connect_timeout: float = 10.0
    pause: float = 0.1
    now: Callable[[], float] = time.time
    stats: LinkStats = field(init=False, default_factory=LinkStats)

    def __post_init__(self) -> None:
        """Prepare a link without a connection."""
        self._turns = Turns()
        self._connection: Connection | None = None
        self._connecting: asyncio.Timeout | None = None
        self._door = asyncio.Lock()  # one connection is opened or closed at a time
        self._closes = 0
        self._last_request_end = float("-inf")

    @property
    def connected(self) -> bool:
        """Whether a connection stands at this moment."""
        return self._connection is not None and self._connection.alive

    async def close(self) -> None:
        """End the connection cleanly and fail every request that is open or waits.

        May be called at any time and more than once; the next request connects again.
        """
        self._closes += 1
        self._fail(LinkLostError(_CLOSED_BY_US))
        if self._connecting is not None and not self._connecting.expired():
            self._connecting.reschedule(asyncio.get_running_loop().time())
        async with self._door:
            await self._discard()

    @abstractmethod
    def _begin(self) -> None:
        """Forget what was left of the last connection; a new one is about to be made."""

    @abstractmethod
    def _fail(self, error: ClientError) -> None:
        """Let the open request fail, if there is one."""

    @abstractmethod
    def _on_bytes(self, connection: Connection, data: bytes) -> None:
        """Take what arrived; called by the connection."""

    async def _ready(self, closes: int) -> Connection:
        """Return a connection once a request may be sent on it. The caller has the turn.

        `closes` is the number of closes when the caller began: a caller from before a close must
        not connect again.
        """
        loop = asyncio.get_running_loop()
        await asyncio.sleep(self._last_request_end + self.pause - loop.time())
        async with self._door:
            self._check_not_closed(closes)
            if self._connection is not None and self._connection.alive:
                return self._connection
            await self._discard()
            connection = await self._open(closes)
            if closes != self._closes:
                await connection.close(_CLOSE_GRACE_S)
            self._check_not_closed(closes)
            self._connection = connection
            return connection

    async def _open(self, closes: int) -> Connection:
        """Open a connection; `close` ends the attempt at once."""
        self._begin()
        try:
            async with asyncio.timeout(self.connect_timeout) as self._connecting:
                connection = await Connection.open(self.host, self.port, self._on_bytes, self._fail)
        except TimeoutError:
            self._check_not_closed(closes)
            raise CannotConnectError("the connection was not made in time") from None
        finally:
            self._connecting = None
        self.stats.connects += 1
        return connection

    async def _discard(self) -> None:
        """End the connection if there is one. The caller holds the door."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close(_CLOSE_GRACE_S)

    def _check_not_closed(self, closes: int) -> None:
        """Stop a request that began before the link was closed."""
        if closes != self._closes:
            raise LinkLostError(_CLOSED_BY_US)

    def _count_answer(self, sent_at: float) -> None:
        """Count an answer and how long it took; `sent_at` is on the event loop's clock."""
        stats = self.stats
        stats.answers += 1
        stats.last_answer_monotonic = asyncio.get_running_loop().time()
        stats.last_answer_at = datetime.fromtimestamp(self.now(), UTC)
        stats.answer_time_s = stats.last_answer_monotonic - sent_at
