"""The budget of one API key: how many calls were made, and when the next one may be.

One object serves all entries and systems that use the key, for Enphase counts by application. A
call is counted before it is sent, and counted whatever the answer is; only one for which no
connection could be made is given back. Calls go one at a time, at least 2 s apart, and not faster
than four fifths of what a minute allows.

Of the month's quota 60 calls are kept back: 31 for new access tokens (one a day, in case they
count), 20 for what the user asks for, 9 for probes. Background calls end before them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
import hashlib
import random
import time
from typing import Any, Final

from ..errors import CannotConnectError
from .errors import BudgetSpentError, RateLimitedError
from .limits import MINUTE_S, Pause, RateLimit
from .months import Month, Months, bounds_of
from .plans import PLAN_LIMITS, Limits, Plan

RESERVE: Final = 60
TOKEN_RESERVE: Final = 31
SPACING_S: Final = 2.0
SAVE_DELAY_S: Final = 1.0
"""How long a change may wait until it is stored: shorter than calls are apart, so that a crash
forgets one call at most."""
PATIENCE_S: Final = 75.0
"""A call that could be made within this time waits for it; any other fails at once."""

FORGOTTEN: Final = "forgotten"
"""Stands for the call that a crash may have kept from being stored."""

_MINUTE_SHARE: Final = 0.8
_HURRIED_SHARE: Final = 0.7
_JITTER_S: Final = (2.0, 10.0)
# Not everybody at the stroke of the new month.
_NEW_MONTH_S: Final = 90.0


class Use(StrEnum):
    """What a call is for."""

    BACKGROUND = "background"
    HISTORY = "history"
    """History that is fetched little by little."""
    USER = "user"
    """Somebody waits for it; may use what is kept back."""


def budget_id(api_key: str) -> str:
    """Name the budget of a key without telling the key."""
    return hashlib.sha256(api_key.encode()).hexdigest()[:16]


class Budget:
    """Counts the calls of one API key, spaces them out, and remembers what 429s have taught.

    `now` is unix time. `changed` is called after each change, for whoever stores `to_dict` within
    SAVE_DELAY_S; it must not block.
    """

    def __init__(
        self,
        plan: Plan,
        memory: object = None,
        *,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """Go on from what `to_dict` gave; with nothing, this month is ours in part only."""
        stored = memory if isinstance(memory, Mapping) else {}
        self.plan = plan
        self.changed: Callable[[], None] = _nothing
        self._now = now
        self._sleep = sleep
        self._months = Months(stored.get("months"))
        # What was learnt under another plan says nothing about this one.
        self._rate = RateLimit.from_dict(stored.get("rate") if stored.get("plan") == plan else None)
        self._sent = [
            float(at) for at in _listed(stored.get("sent")) if isinstance(at, int | float)
        ]
        self._month_end = _number(stored.get("month_end"))
        self._lock = asyncio.Lock()
        if stored and stored.get("clean") is not True:
            self.month.add(FORGOTTEN, Use.BACKGROUND, 1)
            self._sent.append(now())

    def to_dict(self, *, clean: bool = False) -> dict[str, Any]:
        """Give what must survive a restart as JSON. Nothing of it is secret.

        `clean`: no call will follow. Of any other memory the last call may be missing, so one more
        is counted when it is read.
        """
        return {
            "clean": clean,
            "plan": self.plan.value,
            "months": self._months.to_dict(),
            "rate": self._rate.to_dict(),
            "sent": list(self._sent),
            "month_end": self._month_end,
        }

    @property
    def month(self) -> Month:
        """The calls of this month."""
        now = self._now()
        end = bounds_of(now)[1]
        if end != self._month_end:
            if self._month_end and end > self._month_end:
                self._rate.begin_month()
            self._month_end = end
        return self._months.at(now)

    @property
    def limits(self) -> Limits:
        """The plan's limits, or those that the cloud has told."""
        plan = PLAN_LIMITS[self.plan]
        return Limits(
            self._rate.per_minute or plan.per_minute, self._rate.per_month or plan.per_month
        )

    @property
    def used(self) -> int:
        """Calls of this month; all of them once the cloud has said that they are used up."""
        counted = self.month.used
        return max(counted, self.limits.per_month) if self._rate.month_used_up else counted

    @property
    def pause(self) -> Pause:
        """Why no calls are made at the moment."""
        return self._rate.pause if self._rate.opens_at(self._now()) > self._now() else Pause.NONE

    def background_limit(self) -> int:
        """Give how many calls of this month background work may bring the count to."""
        return int((self.limits.per_month - RESERVE) * self.month.share)

    def left(self, use: Use) -> int:
        """Give how many calls are left this month for such a use."""
        month = self.month
        if self._rate.month_used_up:
            return 0
        if use is Use.USER:
            most = self.limits.per_month - max(TOKEN_RESERVE, month.tokens)
        else:
            most = self.background_limit()
        return max(0, most - month.used)

    def opens_at(self, use: Use) -> float:
        """Give the earliest time at which such a call may be sent, unix s; now or later.

        A quota that is only taken for used up may be probed when its pause is over.
        """
        now = self._now()
        month = self.month
        opens = self._rate.opens_at(now)
        probe = self._rate.month_used_up and month.used < self.background_limit()
        if not probe and self.left(use) <= 0:
            opens = max(opens, bounds_of(now)[1] + _NEW_MONTH_S)
        return max(opens, self._minute_opens_at(now))

    def _minute_opens_at(self, now: float) -> float:
        """Give the time at which spacing and the minute's guard let a call through."""
        self._sent = [at for at in self._sent if now - MINUTE_S < at <= now + SPACING_S]
        opens = self._sent[-1] + SPACING_S if self._sent else now
        guard = max(1, int(self.limits.per_minute * _MINUTE_SHARE))
        if len(self._sent) >= guard:
            opens = max(opens, self._sent[-guard] + MINUTE_S)
        return opens

    async def spend[T](self, endpoint: str, use: Use, send: Callable[[], Awaitable[T]]) -> T:
        """Send a call in its turn, counted. Whatever `send` raises comes out.

        Raises BudgetSpentError, without sending, if the call would have to wait for long.
        """
        async with self._lock:
            await self._wait(use)
            self._sent.append(self._now())
            self._count(endpoint, use, 1)
            try:
                answer = await send()
            except CannotConnectError:
                self._count(endpoint, use, -1)
                raise
            except RateLimitedError as err:
                self._take(err)
                raise
            self._rate.succeed()
            return answer

    async def _wait(self, use: Use) -> None:
        """Wait until a call may be sent, unless that takes long."""
        while (opens := self.opens_at(use)) > self._now():
            if opens > self._now() + PATIENCE_S:
                raise BudgetSpentError(retry_at=opens)
            await self._sleep(opens - self._now())

    def _count(self, endpoint: str, use: Use, change: int) -> None:
        """Count a call, or give one back."""
        self.month.add(endpoint, use, change)
        self.changed()

    def _take(self, err: RateLimitedError) -> None:
        """Take in a 429."""
        hurried = len(self._sent) >= self.limits.per_minute * _HURRIED_SHARE
        jitter_s = random.uniform(*_JITTER_S)  # noqa: S311  to be apart from others, no secret
        self._rate.take(err, now=self._now(), hurried=hurried, jitter_s=jitter_s)
        self.changed()

    def use_plan(self, plan: Plan) -> None:
        """Take over another plan of the key: its limits are new, and so is what was learnt."""
        if plan is not self.plan:
            self.plan, self._rate = plan, RateLimit()
            self.changed()

    def note_token(self) -> None:
        """Count a request for a new access token; it goes on an account of its own."""
        self.month.tokens += 1
        self.changed()


def _nothing() -> None:
    """Nobody wants to know."""


def _listed(data: object) -> list[Any]:
    """Read a stored list."""
    return data if isinstance(data, list) else []


def _number(data: object) -> float:
    """Read a stored number."""
    return float(data) if isinstance(data, int | float) else 0.0
