"""One gateway: who it is, what it has, and what it says, endpoint by endpoint.

Fetching and reading are two steps. Each endpoint has its own time to be asked, its own failure and
its own last good answer, which stays until there is a better one. Fast endpoints are asked by the
poll itself; slow ones by a task beside it, so that at most two requests are under way.
"""

import asyncio
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
import time
from types import MappingProxyType
from typing import Any, Final

from ..errors import (
    BadAnswerError,
    CannotConnectError,
    CertificateChangedError,
    ClientError,
    InvalidAuthError,
    NoAnswerError,
    TokenExpiredError,
    TokenUncheckedError,
    WrongGatewayError,
)
from ..report import UpdateReport
from . import raw
from .asking import Asker
from .compose import compose
from .endpoints import ENDPOINTS, FOLLOWERS, STREAM_PATH, Block, Group
from .exchanges import Exchanges
from .info import GatewayInfo, parse_info
from .intake import Intake
from .lanes import BackgroundLane, Spawn, spawn
from .live import read_live, read_stream
from .needs import Known, interval_s
from .readings import Live, Readings
from .record import record
from .schedule import EndpointState
from .shape import Shape
from .ways import Link

__all__ = ["Gateway", "GatewayPoll", "Shape"]

_ALWAYS: Final = frozenset({Block.METERS, Block.READINGS, Block.V1_PRODUCTION, Block.PRODUCTION})
"""Asked whatever is wanted: without them nothing is known."""
_POINTLESS: Final = (
    CannotConnectError,
    CertificateChangedError,
    InvalidAuthError,
    TokenExpiredError,
    TokenUncheckedError,
    WrongGatewayError,
)
"""After these, other endpoints would only say the same."""
_YOUNG_S: Final = 90.0
"""How long an answer counts as one of now, when sources stand in for each other."""
_VERIFY_S: Final = 300.0
"""How often a gateway that is remembered is asked who it is, until it has said so once."""
_PATIENCE: Final = 3
"""So many silences in the background, one after the other, end a round of it."""
_PATIENCE_S: Final = 5.0
"""How long a fast poll waits for `/production.json` where nothing else has the production."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayPoll:
    """What one poll brought.

    `updated` are the blocks with new answers that no poll has handed out before, of any group: what
    the background has fetched comes out with the next poll, whichever that is. `report` says the
    same, with the failures of the group that was asked. `measured_at` is the time (Unix, s) of the
    newest answer.
    """

    readings: Readings
    updated: frozenset[Block]
    report: UpdateReport
    measured_at: float


class Gateway:
    """One gateway behind a link; only ClientErrors come out.

    `shape` and `info` are what is remembered from earlier. `start_task` starts the background task;
    `monotonic` and `now` (Unix, s) are clocks.
    """

    def __init__(
        self,
        link: Link,
        *,
        serial: str,
        shape: Shape | None = None,
        info: GatewayInfo | None = None,
        start_task: Spawn = spawn,
        monotonic: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Remember how to reach the gateway; nothing is sent yet."""
        self.serial = serial
        self.info = info
        self.shape = shape or Shape()
        self.readings = Readings(phase_count=self.shape.phase_count)
        self.exchanges = Exchanges()
        self._asker = Asker(link, self.exchanges, monotonic=monotonic, now=now)
        self._link = link
        self._monotonic = monotonic
        self._now = now
        self._states = {block: EndpointState(endpoint) for block, endpoint in ENDPOINTS.items()}
        self._intake = Intake(now)
        self._updated: set[Block] = set()
        self._failed: dict[Block, ClientError] = {}
        self._heard_at = now()
        self._answered_at = monotonic()
        self._silences = 0
        self._news = False
        self._fast_lane = asyncio.Lock()
        self._background = BackgroundLane(self._fetch_in_background, start_task)

    @property
    def timings(self) -> dict[str, dict[str, Any]]:
        """How each endpoint fares, for diagnostics."""
        now = self._monotonic()
        return {
            block.value: state.figures(now) for block, state in self._states.items() if state.tries
        }

    async def identify(self) -> GatewayInfo:
        """Ask who is there. Other firmware than before: everything is asked again.

        Raises WrongGatewayError when another gateway answers, UnsupportedGatewayError when none
        does, and whatever the link raises.
        """
        async with self._fast_lane:
            await self._fetch(Block.INFO, ENDPOINTS[Block.INFO].timeout_s)
        error = self._states[Block.INFO].error
        if error is not None:
            raise error
        assert self.info is not None  # noqa: S101  fetched without an error
        return self.info

    async def poll(
        self, group: Group, *, wanted: Collection[Block] | None = None, time_limit_s: float
    ) -> GatewayPoll:
        """Ask a group for what is due and needed.

        FAST asks its quick endpoints and returns within the time limit. All others are asked in
        the background; the poll waits for those of its group as long as it may (0: not at all), and
        what comes later comes out with a later poll. `wanted` leaves out what nobody looks at.
        """
        deadline = self._loop_time() + time_limit_s
        if group is Group.FAST or self.info is None:
            await self._poll_fast(deadline)
        # A gateway that nobody has heard yet, or another one, is not asked for more.
        if self.info is not None and not self._is_another:
            due = [block for block in self._due(group, wanted) if ENDPOINTS[block].background]
            self._background.start(due)
            await self._wait(group, due, deadline)
        return self._hand_out(group)

    async def read_live(self) -> Live:
        """Read the live data now."""
        endpoint = ENDPOINTS[Block.LIVEDATA]
        async with self._fast_lane:
            answer = await self._asker.request(endpoint.block, endpoint.path, endpoint.timeout_s)
        return read_live(raw.parse(answer.body))

    async def arm_live(self) -> bool:
        """Make the live data fresh for some 15 minutes; return whether the gateway does so."""
        async with self._fast_lane:
            answer = await self._link.request(
                STREAM_PATH,
                method="POST",
                json={"enable": 1},
                timeout_s=ENDPOINTS[Block.LIVEDATA].timeout_s,
            )
        return read_stream(raw.parse(answer.body))

    async def record(self, *secrets: str) -> dict[str, dict[str, Any]]:
        """Ask every endpoint that we know of, for a bug report; masked. May take minutes.

        It takes turns with the background, so fast polls find their place as always.
        """
        return await record(
            self._link,
            self.serial,
            *secrets,
            turn=self._background.turn,
            now=self._now,
            monotonic=self._monotonic,
        )

    def start_over(self) -> None:
        """Ask everything again, also what was refused: firmware or token have changed."""
        self._intake.start_over()
        for state in self._states.values():
            state.start_over()

    def forget(self, serial: str) -> None:
        """Forget a panel or battery that is gone; one that is still told of comes back."""
        self.shape = self.shape.without(serial)

    async def close(self) -> None:
        """Stop what goes on in the background. The link is the caller's."""
        await self._background.close()

    @property
    def _is_another(self) -> bool:
        """Whether another gateway answered when it was asked last who it is."""
        return isinstance(self._states[Block.INFO].error, WrongGatewayError)

    @staticmethod
    def _loop_time() -> float:
        return asyncio.get_running_loop().time()

    async def _poll_fast(self, deadline: float) -> None:
        """Ask the quick endpoints, one after the other, each only while it is still needed."""
        asked: set[Block] = set()
        async with self._fast_lane:
            while (block := self._next_fast(asked)) is not None:
                left_s = deadline - self._loop_time()
                asked.add(block)
                if left_s <= 0 or not await self._fetch(block, left_s):
                    break
        self._compose()

    def _next_fast(self, asked: Collection[Block]) -> Block | None:
        """Name the next quick endpoint to ask. Until it is known, who it is comes first."""
        who = self._states[Block.INFO]
        known = self.info is not None and not self._is_another
        verified = who.answered_at is not None or not who.due(self._monotonic(), _VERIFY_S)
        if Block.INFO not in asked and not (known and verified):
            return Block.INFO
        if self.info is None:
            return None
        due = self._due(Group.FAST, None)
        return next(
            (block for block in due if block not in asked and not ENDPOINTS[block].background), None
        )

    def _due(self, group: Group, wanted: Collection[Block] | None) -> Iterator[Block]:
        """Name the blocks of a group that are due, needed and wanted."""
        known = self._known()
        for block, endpoint in ENDPOINTS.items():
            left_out = wanted is not None and block not in wanted and block not in _ALWAYS
            if endpoint.group is group and not left_out and self._is_due(block, known):
                yield block

    def _is_due(self, block: Block, known: Known) -> bool:
        """Whether a block is worth asking now."""
        pause_s = interval_s(block, known)
        return pause_s is not None and self._states[block].due(self._monotonic(), pause_s)

    async def _wait(self, group: Group, due: Collection[Block], deadline: float) -> None:
        """Wait for the background as long as it makes sense."""
        left_s = deadline - self._loop_time()
        if group is Group.FAST:
            production = self.readings.production
            if production and production.block is not Block.PRODUCTION:
                return  # quick endpoints have it
            due, left_s = [Block.PRODUCTION], min(left_s, _PATIENCE_S)
        await self._background.wait(due, max(left_s, 0.0))

    def _known(self) -> Known:
        """Collect what decides on the next requests."""
        info, states, parts = self.info, self._states, self._intake.parts
        return Known(
            firmware=info.firmware if info else "0",
            metered=bool(info and info.metered),
            shape=self.shape,
            cts={meter.kind for meter in parts.meters},
            healthy={block for block, state in states.items() if state.healthy},
            answered=self._intake.answered,
            tried={block for block, state in states.items() if state.tries},
            v1_believed=parts.said.v1 is not None and parts.v1_counts,
            panels_complete=parts.device_data.complete,
        )

    def _is_fresh(self, block: Block) -> bool:
        """Whether the newest answer of a block is good and young."""
        state = self._states[block]
        if state.answered_at is None or state.error is not None:
            return False
        return self._monotonic() - state.answered_at < _YOUNG_S

    async def _fetch_in_background(self, block: Block) -> bool:
        """Fetch for the background lane, and see what follows from it."""
        begin = self._monotonic()
        go_on = await self._fetch(block, ENDPOINTS[block].timeout_s)
        # Nothing from anybody: after some of that, all the rest would wait in vain as well.
        self._silences = 0 if self._answered_at >= begin else self._silences + 1
        if self._silences >= _PATIENCE:
            self._silences = 0
            return False
        if go_on and block in FOLLOWERS:
            self._compose()
            self._background.start(list(self._followers(block)))
        return go_on

    def _followers(self, block: Block) -> Iterator[Block]:
        """Name what is worth asking now that a block has answered, or not."""
        known = self._known()
        for follower in FOLLOWERS[block]:
            again = block is Block.DEVICE_DATA or follower not in known.answered
            if again and self._is_due(follower, known):
                yield follower

    async def _fetch(self, block: Block, time_limit_s: float) -> bool:
        """Ask one endpoint and take its answer in; return whether others are worth asking."""
        state = self._states[block]
        begin = self._monotonic()
        try:
            async with asyncio.timeout(time_limit_s):
                answer = await self._asker.ask(state, time_limit_s)
            await self._take(block, answer.body)
        except TimeoutError:
            error: ClientError | None = NoAnswerError("the time is up")
        except ClientError as err:
            error = err
        else:
            error = None
        now = self._monotonic()
        self._news = True
        if error is None or error.answered or isinstance(error, BadAnswerError):
            self._answered_at = now
        if error is not None:
            state.note_failure(now, now - begin, error)
            self._failed[block] = error
            return not isinstance(error, _POINTLESS)
        if state.answered_at is None:
            # What came before this first answer may only now be understood: whose it is, say.
            self._updated |= self._intake.answered.intersection(FOLLOWERS.get(block, ()))
        state.note_answer(now, now - begin)
        self._heard_at = self._now()
        self._updated.add(block)
        self._failed.pop(block, None)
        return True

    async def _take(self, block: Block, body: bytes) -> None:
        """Take an answer in."""
        if block is Block.INFO:
            self._adopt(parse_info(body))
            return
        await self._intake.take(
            block,
            self._states[block].path,
            body,
            info=self.info,
            shape=self.shape,
            details_stale=not self._states[Block.DEVICE_DATA].healthy,
        )

    def _adopt(self, info: GatewayInfo) -> None:
        """Take note of who answers."""
        if info.serial != self.serial:
            raise WrongGatewayError(serial=info.serial)
        if self.info is not None and info.firmware != self.info.firmware:
            self.start_over()
        self.info = info

    def _compose(self) -> None:
        """Make the readings anew, and note what they show that was not known."""
        if not self._news:
            return
        self._news = False
        parts = self._intake.parts
        self.readings = compose(parts, self.shape, self._is_fresh)
        self.shape = self.shape.grown(self.readings, livedata=parts.livedata is not None)

    def _hand_out(self, group: Group) -> GatewayPoll:
        """Give what is new, once. A failure is told to the poll of its own group."""
        self._compose()
        updated = frozenset(self._updated)
        self._updated.clear()
        failed: dict[str, ClientError] = {
            block: self._failed.pop(block)
            for block in tuple(self._failed)
            if ENDPOINTS[block].group is group or block is Block.INFO
        }
        return GatewayPoll(
            readings=self.readings,
            updated=updated,
            report=UpdateReport(frozenset(updated), MappingProxyType(failed)),
            measured_at=self._heard_at,
        )
