"""The session that a token opens at the gateway: how long it lasts, when to ask for another."""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final

from ..errors import (
    BadAnswerError,
    InvalidAuthError,
    LinkLostError,
    NoAnswerError,
    TokenExpiredError,
    TokenUncheckedError,
)
from .token import expiry

REFUSALS: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
"""What a server answers when it does not accept who asks."""

# The gateway forgets a session that was idle for 10 minutes. Asking anew a bit earlier keeps it,
# and finds a revoked token within 15 minutes even where polls are 5 minutes apart.
_LIFE_S: Final = 570.0

# How long the gateway may take to check a token, and less when there is a session to go on with.
_CHECK_S: Final = 15.0
_CHECK_AGAIN_S: Final = 5.0
# When a check that failed is tried again.
_RETRY_S: Final = 120.0


class Session:
    """Signs in with a token when that is due.

    `check` shows the gateway the token, in the headers and the time (s) that it is given, and
    returns the status and whether there is a cookie. A check that fails, other than by a refusal,
    leaves an old cookie as it was: one page that does not answer must not take all others with it.
    `now` is the unix time.
    """

    def __init__(
        self,
        check: Callable[[dict[str, str], float], Awaitable[tuple[int, bool]]],
        now: Callable[[], float],
    ) -> None:
        """Begin without a token."""
        self._check = check
        self._now = now
        self._door = asyncio.Lock()  # one check at a time; the others wait for what it brings
        self._number = 0
        self._checked_at: float | None = None
        self._has_cookie = False
        self._bearer: dict[str, str] = {}
        self._expires_at: int | None = None

    def use_token(self, token: str) -> None:
        """Sign in with this token from now on."""
        self._bearer = {"Authorization": f"Bearer {token}"}
        self._expires_at = expiry(token)
        self._checked_at = None

    @property
    def headers(self) -> dict[str, str]:
        """What requests carry beside the cookie: nothing, or the token if there is no cookie."""
        return {} if self._has_cookie else self._bearer

    async def ready(self, *, instead_of: int | None = None) -> int:
        """Return the number of a session that stands; `instead_of` is one that was refused.

        Raises InvalidAuthError, TokenExpiredError without asking anybody, or what `check` raises.
        """
        async with self._door:
            self._check_life()
            if self._number == instead_of:
                self._checked_at = None
            if self._checked_at is None:
                await self._open(_CHECK_S)
            elif not self._young:
                await self._open_again()
            return self._number

    @property
    def _young(self) -> bool:
        """Whether the gateway has accepted the token lately. A clock set back makes it old."""
        return self._checked_at is not None and 0 <= self._now() - self._checked_at < _LIFE_S

    def _check_life(self) -> None:
        """See that there is a token whose time is not over."""
        if not self._bearer:
            raise InvalidAuthError("there is no token")
        if self._expires_at is not None and self._now() >= self._expires_at:
            self._checked_at = None
            raise TokenExpiredError

    async def _open_again(self) -> None:
        """Show the token again; if the gateway fails to check it, the session may still be good."""
        try:
            await self._open(_CHECK_AGAIN_S)
        except BadAnswerError, LinkLostError, NoAnswerError, TokenUncheckedError:
            self._checked_at = self._now() - _LIFE_S + _RETRY_S

    async def _open(self, time_limit_s: float) -> None:
        """Show the token to the gateway."""
        status, self._has_cookie = await self._check(self._bearer, time_limit_s)
        if status in REFUSALS:
            self._checked_at = None
            raise InvalidAuthError("the gateway refused the token")
        if status != HTTPStatus.OK:
            raise TokenUncheckedError(status=status)
        self._checked_at = self._now()
        self._number += 1
