"""Asks which systems an account has, and so whether its key and its token are good.

That is one call, counted by the budget of the key like any other; with more than a hundred systems
it is one for each hundred. It has an answer or a `ClientError` within a minute.
"""

import asyncio
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Final

from homeassistant.exceptions import ImplementationUnavailableError, UnknownImplementationError
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from ...clients.enlighten.api import AccessToken, EnlightenApi
from ...clients.enlighten.budget import Use, budget_id
from ...clients.enlighten.errors import BudgetSpentError, RateLimitedError, TokenRefusedError
from ...clients.enlighten.models import System
from ...clients.enlighten.plans import Plan
from ...clients.enlighten.web import CloudWeb
from ...clients.errors import CannotConnectError, NoAnswerError
from .address import cloud_address
from .desk import Desk, async_open_desk, desk_store, unix_now
from .neighbours import accounts_with
from .tokens import async_tokens

if TYPE_CHECKING:
    from homeassistant.config_entries import ConfigEntry
    from homeassistant.core import HomeAssistant

# Somebody looks at a form: a call whose turn comes later fails, and the form says when to come.
TURN_LIMIT_S: Final = 20.0
# Longer than a turn and an answer together may take.
ANSWER_LIMIT_S: Final = 60.0


class IssuedToken:
    """An access token that was just issued: no flow renews it."""

    def __init__(self, token: str) -> None:
        """Take the token."""
        self._token = token

    async def __call__(self, *, refused: str | None = None) -> str:
        """Give the token; raises TokenRefusedError once it was refused, which saves a call."""
        if refused is not None:
            raise TokenRefusedError
        return self._token


async def async_entry_token(hass: HomeAssistant, entry: ConfigEntry[Any]) -> AccessToken:
    """Give the access tokens of an entry, loaded or not; raises ClientError."""
    try:
        tokens = await async_tokens(hass, entry)
    except ImplementationUnavailableError:
        raise CannotConnectError from None
    except UnknownImplementationError:
        raise TokenRefusedError from None
    return tokens.access_token


async def async_find_systems(
    hass: HomeAssistant, api_key: str, plan: Plan, access_token: AccessToken
) -> tuple[System, ...]:
    """Ask which systems an account has; raises ClientError.

    A RateLimitedError tells as `period_end` when the next call may be made, unix s. The plan counts
    for this question only: whoever has a place at the desk of the key keeps the one known there.
    """
    desk = await async_open_desk(hass, api_key, plan)
    known, is_new, is_refused = desk.budget.plan, desk.budget.month.used == 0, False
    desk.use_plan(plan)
    try:
        async with asyncio.timeout(ANSWER_LIMIT_S):
            return await _async_ask(hass, api_key, desk, access_token)
    except TimeoutError:
        raise NoAnswerError from None
    except TokenRefusedError:
        is_refused = True
        raise
    except RateLimitedError as err:
        opens = desk.budget.opens_at(Use.USER)
        raise RateLimitedError(period=err.period, period_end=opens, limit=err.limit) from None
    finally:
        desk.use_plan(known)
        await desk.async_release()
        if is_new and is_refused and not accounts_with(hass, api_key):
            # Maybe no key at all but a password: nothing is remembered of it.
            await desk_store(hass, budget_id(api_key)).async_remove()


async def async_settle(
    hass: HomeAssistant, api_key: str, plan: Plan, systems: Collection[int]
) -> None:
    """Let a plan hold for all who share the key, and try systems again that are left alone."""
    desk = await async_open_desk(hass, api_key, plan)
    desk.use_plan(plan)
    desk.schedule.release(systems)
    await desk.async_release()


async def _async_ask(
    hass: HomeAssistant, api_key: str, desk: Desk, access_token: AccessToken
) -> tuple[System, ...]:
    """Ask in turn, if it comes soon."""
    opens = desk.budget.opens_at(Use.USER)
    if opens > unix_now() + TURN_LIMIT_S:
        raise BudgetSpentError(retry_at=opens)
    api = EnlightenApi(
        CloudWeb(async_get_clientsession(hass), cloud_address(hass)),
        api_key=api_key,
        access_token=access_token,
        budget=desk.budget,
        now=unix_now,
    )
    return await api.systems(use=Use.USER)
