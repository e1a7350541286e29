"""The tokens of one account: whoever asks for its systems gets a good one here.

Home Assistant's OAuth2Session renews and stores them, and asks the user to sign in when that is
refused. What is added to it:

- One request for all who want a token, also while an entry is reloaded: of two that present the
  same refresh token, Enphase may refuse the second. And nobody who stops waiting ends a request,
  not even Home Assistant when it stops: the answer holds the only good refresh token there is.
- A token that the API has refused is renewed, and so is one that seems to last longer than tokens
  do: the clock was wrong when it came.
- Every twelve hours somebody looks whether the token's time is over, for a refresh token dies after
  a month without use (developer-v4.enphase.com/docs/release_notes, October 2023).
- A refresh token that was refused is not presented with every poll, but every twelve hours: so the
  user is reminded, and a refusal that was a mistake heals.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
import logging
import time
from typing import TYPE_CHECKING, Final, override

from homeassistant.config_entries import UnknownEntry
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.exceptions import (
    OAuth2TokenRequestBaseError,
    OAuth2TokenRequestError,
    OAuth2TokenRequestReauthError,
    UnknownImplementationError,
)
from homeassistant.helpers.config_entry_oauth2_flow import (
    OAuth2Session,
    async_get_config_entry_implementation,
)
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util.hass_dict import HassKey

from ...clients.enlighten.errors import TokenRefusedError
from ...clients.errors import CannotConnectError, ClientError
from ...const import DOMAIN
from .oauth import EnphaseImplementation

if TYPE_CHECKING:
    from homeassistant.config_entries import ConfigEntry
    from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant

_LOGGER = logging.getLogger(__name__)

KEEP_ALIVE: Final = timedelta(hours=12)
REFUSED_AGAIN_S: Final = 3_600.0
"""When a token was refused, the one that came in its place is not renewed within this time."""

_RENEWALS: HassKey[dict[str, asyncio.Task[ClientError | None]]] = HassKey(
    f"{DOMAIN}_enlighten_renewals"
)
# A clock may be corrected a little after a token came, and that is no reason to renew it.
_CLOCK_S: Final = 86_400.0


async def async_tokens(hass: HomeAssistant, entry: ConfigEntry) -> EntryTokens:
    """Give the tokens of an entry; sends nothing.

    Raises ImplementationUnavailableError (try again later) or UnknownImplementationError (the
    application credentials are gone: sign in again).
    """
    implementation = await async_get_config_entry_implementation(hass, entry)
    if not isinstance(implementation, EnphaseImplementation):
        raise UnknownImplementationError
    return EntryTokens(hass, entry, implementation)


class EntryTokens:
    """The tokens of one loaded entry."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry, implementation: EnphaseImplementation
    ) -> None:
        """Take over the token that the entry has; nothing is sent yet."""
        self.note_token: Callable[[], None] = _nobody_counts
        """Called before each token request."""
        self._hass = hass
        self._entry = entry
        self._session = _Session(hass, entry, implementation)
        self._end_timer: CALLBACK_TYPE | None = None
        self._dead_refresh_token: str | None = None
        self._refused_at: float | None = None
        implementation.on_request = self._count

    def start(self) -> None:
        """Look now and every twelve hours whether the token's time is over."""
        self._end_timer = async_track_time_interval(
            self._hass, self._keep_alive, KEEP_ALIVE, cancel_on_shutdown=True
        )
        if not self._session.valid_token:
            self._begin_renewal()

    def stop(self) -> None:
        """Look no more. A request on its way goes on, and what it brings is stored."""
        if self._end_timer is not None:
            self._end_timer()
            self._end_timer = None

    async def access_token(self, *, refused: str | None = None) -> str:
        """Give an access token that is good as far as is known.

        `refused` is one that the API has just refused: it is renewed, unless that has happened
        meanwhile. Raises ClientErrors only: TokenRefusedError when nothing but signing in helps,
        CannotConnectError when no token can be had now. Nothing is sent to the API then.
        """
        session = self._session
        if refused is not None and refused == session.access_token:
            self._refuse(refused)
        if not session.valid_token:
            if session.refresh_token == self._dead_refresh_token:
                raise TokenRefusedError
            if error := await self._renew():
                raise error
        return session.access_token

    def _refuse(self, access_token: str) -> None:
        """Let a token be renewed, unless it is itself the outcome of that."""
        if access_token == self._session.refused:
            return
        now, before = time.monotonic(), self._refused_at
        if before is not None and now - before < REFUSED_AGAIN_S:
            raise TokenRefusedError
        self._refused_at = now
        self._session.refused = access_token

    async def _keep_alive(self, _now: datetime) -> None:
        """Renew the token if its time is over, whether or not somebody wants it."""
        if not self._session.valid_token:
            await self._renew()

    async def _renew(self) -> ClientError | None:
        """Renew the token; give what has prevented that."""
        task = self._begin_renewal()
        await asyncio.wait({task})
        return task.result()

    def _begin_renewal(self) -> asyncio.Task[ClientError | None]:
        """Give the request that is under way for this entry, or send one."""
        under_way = self._hass.data.setdefault(_RENEWALS, {})
        entry_id = self._entry.entry_id
        if (known := under_way.get(entry_id)) is not None:
            return known
        task = under_way[entry_id] = self._hass.async_create_task(self._ask(), f"{DOMAIN} tokens")

        async def finish(_event: Event) -> None:
            await asyncio.wait({task})

        # When it stops, Home Assistant waits for nothing that was begun before.
        end_waiting = self._hass.bus.async_listen(EVENT_HOMEASSISTANT_STOP, finish)

        def done(_task: asyncio.Task[ClientError | None]) -> None:
            end_waiting()
            under_way.pop(entry_id)

        task.add_done_callback(done)
        return task

    async def _ask(self) -> ClientError | None:
        """Let Home Assistant renew and store the token; give what has prevented that."""
        refresh_token = self._session.refresh_token
        error: ClientError
        try:
            await self._session.async_ensure_token_valid()
        except OAuth2TokenRequestReauthError:
            self._dead_refresh_token = refresh_token
            error = TokenRefusedError("the refresh token was refused")
        except OAuth2TokenRequestError as err:
            error = CannotConnectError(f"no new access token, status {err.status}")
        except OAuth2TokenRequestBaseError:
            error = CannotConnectError("no new access token, no usable answer")
        except UnknownEntry:
            error = CannotConnectError("the entry was removed meanwhile")
        else:
            self._dead_refresh_token = None
            _LOGGER.debug("The access token was renewed")
            return None
        _LOGGER.debug("The access token was not renewed: %s", error)
        return error

    def _count(self) -> None:
        """Count a request with whoever does that by now."""
        self.note_token()


class _Session(OAuth2Session):
    """Home Assistant's session, with more reasons to renew a token than that its time is over."""

    refused: str | None = None
    """An access token that the API has refused."""

    @property
    def access_token(self) -> str:
        """The access token that the entry has."""
        return str(self.token["access_token"])

    @property
    def refresh_token(self) -> str:
        """The refresh token that the entry has."""
        return str(self.token["refresh_token"])

    @property
    @override
    def valid_token(self) -> bool:
        """Whether the token is good as far as is known."""
        latest = time.time() + self.token["expires_in"] + _CLOCK_S
        timely = super().valid_token and self.token["expires_at"] < latest
        return bool(timely) and self.access_token != self.refused


def _nobody_counts() -> None:
    """Nobody counts the requests."""
