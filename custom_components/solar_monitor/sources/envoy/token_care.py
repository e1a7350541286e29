"""Keeps the token of a gateway good: renews it ahead of time, and says when it cannot.

A token that the user lets us renew is fetched anew 30 days ahead (an installer's at half its life)
and stored at once. When the gateway refuses one, a new one is fetched, too; if that does not help
within ten minutes, or cannot, the user is asked to sign in. All of this runs beside the polls.
"""

import asyncio
from collections.abc import Callable
import logging
import math
from typing import TYPE_CHECKING, Any, Final

from homeassistant.const import CONF_PASSWORD, CONF_TOKEN, CONF_USERNAME
from homeassistant.core import HomeAssistant

from ...clients.envoy.endpoints import Block
from ...clients.envoy.token import Token, read_token
from ...clients.errors import (
    ClientError,
    CloudUnreachableError,
    InvalidAuthError,
    TokenExpiredError,
)
from ...clients.report import UpdateReport
from ...const import CONF_ID_PREFIX, DOMAIN
from ..spec import Finding
from .probe import async_fetch_token

if TYPE_CHECKING:
    from ...coordinator import SolarMonitorConfigEntry

_LOGGER = logging.getLogger(__name__)

TOKEN_EXPIRES: Final = "token_expires"  # noqa: S105 - the name of a repair

# A gateway that starts refuses everybody for a moment.
REFUSED_FOR_S: Final = 60.0
# The user is asked within 15 minutes, whatever the cloud does.
RENEWED_WITHIN_S: Final = 600.0
RETRY_REFUSED_S: Final = 120.0
# Once the user was asked, the cloud need not hear of us that often: it blocks who insists.
RETRY_ASKED_S: Final = 3_600.0
RETRY_AHEAD_S: Final = 6 * 3_600.0
_RETRY_SHARE: Final = 20
_DAY_S: Final = 86_400.0
# Read without signing in.
_OPEN: Final = frozenset({Block.INFO})
_STAGES: Final = (1, 7, 30)
# Nobody should see this grow red a month ahead.
_PROBLEM_STAGE: Final = 7


class TokenCare:
    """Looks after the token of one entry. Times are unix seconds."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: SolarMonitorConfigEntry,
        use_token: Callable[[str], None],
        *,
        now: float,
    ) -> None:
        """Read the token that the entry has; `use_token` is told of a new one."""
        self._hass = hass
        self._entry = entry
        self._use_token = use_token
        self._task: asyncio.Task[None] | None = None
        self._token: Token | None = None
        self._read(now)
        self._refused_since: float | None = None
        self._expired = False
        self._tried_at: float | None = None
        self._cannot_renew = False

    def _read(self, now: float) -> None:
        """Read the entry's token; one that has expired tells nothing more."""
        text = self._entry.data.get(CONF_TOKEN)
        try:
            serial = self._entry.data[CONF_ID_PREFIX]
            self._token = read_token(text, serial=serial, now=now) if text else None
        except ClientError:
            self._token = None

    @property
    def needed(self) -> bool:
        """Whether the gateway opens to a token at all."""
        return self._entry.data.get(CONF_TOKEN) is not None

    @property
    def _renewable(self) -> bool:
        """Whether the user lets us fetch new tokens, and that can work."""
        data = self._entry.data
        return bool(data.get(CONF_USERNAME) and data.get(CONF_PASSWORD)) and not self._cannot_renew

    def note(self, report: UpdateReport, now: float) -> None:
        """Take in how a poll ended: whether the gateway has accepted the token."""
        refusals = [
            error
            for error in report.failed.values()
            if isinstance(error, InvalidAuthError | TokenExpiredError)
        ]
        if refusals:
            if self._refused_since is None:
                self._refused_since = now
            self._expired = any(isinstance(error, TokenExpiredError) for error in refusals)
        elif report.updated - _OPEN:
            self._refused_since = None
            self._expired = False

    def look(self, now: float) -> None:
        """Begin to fetch a new token if it is time to; to be called with every poll."""
        if not self.needed or not self._renewable or self._task is not None:
            return
        if not self._due(now):
            return
        self._tried_at = now
        self._task = self._entry.async_create_background_task(
            self._hass, self._renew(now), f"{DOMAIN} token of {self._entry.title}"
        )

    def _due(self, now: float) -> bool:
        """Tell whether a new token is wanted, and was not asked for just now."""
        since_s = math.inf if self._tried_at is None else now - self._tried_at
        if self._refused_since is not None or self._token is None:
            return since_s >= (RETRY_ASKED_S if self.sign_in(now) else RETRY_REFUSED_S)
        left_s = self._token.expires_at - now
        pause_s = min(RETRY_AHEAD_S, max(RETRY_REFUSED_S, left_s / _RETRY_SHARE))
        return now >= self._token.refresh_at() and since_s >= pause_s

    async def _renew(self, now: float) -> None:
        """Fetch a new token, store it and use it."""
        data = self._entry.data
        serial = data[CONF_ID_PREFIX]
        try:
            text = await async_fetch_token(
                self._hass, data[CONF_USERNAME], data[CONF_PASSWORD], serial
            )
            self._token = read_token(text, serial=serial, now=now)
        except ClientError as err:
            # Only a cloud that cannot be reached now can be reached later.
            self._cannot_renew = not isinstance(err, CloudUnreachableError)
            _LOGGER.warning("%s: no new token: %s", self._entry.title, err)
            return
        finally:
            self._task = None
        self._hass.config_entries.async_update_entry(
            self._entry, data={**self._entry.data, CONF_TOKEN: self._token.text}
        )
        self._use_token(self._token.text)
        _LOGGER.info("%s has a new token", self._entry.title)

    def sign_in(self, now: float) -> bool:
        """Tell whether the user has to sign in: nothing else helps."""
        if self._refused_since is None:
            return False
        refused_s = now - self._refused_since
        if self._renewable:
            return refused_s >= RENEWED_WITHIN_S
        return self._expired or refused_s >= REFUSED_FOR_S

    def problem(self, now: float) -> bool:
        """Tell whether something is wrong with the token, or will be within a week."""
        stage = self._stage(now)
        soon = stage is not None and stage <= _PROBLEM_STAGE
        return self._refused_since is not None or (self.needed and self._token is None) or soon

    def findings(self, now: float) -> tuple[Finding, ...]:
        """Remind of a token that nobody renews, a month, a week and a day ahead."""
        stage = self._stage(now)
        if stage is None or self._token is None:
            return ()
        days = max(1, math.ceil((self._token.expires_at - now) / _DAY_S))
        return (
            Finding(
                key=TOKEN_EXPIRES,
                stage=str(stage),
                placeholders={"days": str(days)},
            ),
        )

    def _stage(self, now: float) -> int | None:
        """Tell how close the end of a token is that is not renewed, in days; None: far, or past."""
        if self._token is None or self._renewable or self._token.expires_at <= now:
            return None
        left_days = (self._token.expires_at - now) / _DAY_S
        return next((stage for stage in _STAGES if left_days <= stage), None)

    def export(self) -> dict[str, Any]:
        """Say for diagnostics how long the token lasts; nothing of the token itself."""
        token = self._token
        return {
            "needed": self.needed,
            "role": token and str(token.role),
            "issued_at": token and token.issued_at,
            "expires_at": token and token.expires_at,
            "renewable": self._renewable,
            "refused_since": self._refused_since,
        }

    async def close(self) -> None:
        """Stop what is on its way."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
