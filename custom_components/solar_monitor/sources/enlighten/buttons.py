"""What the buttons of a system do, and what they say when nothing came of it."""

from datetime import UTC, datetime
import math
from typing import TYPE_CHECKING, Final, cast

from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ...clients.enlighten.budget import Use
from ...clients.enlighten.errors import (
    BudgetSpentError,
    CloudFaultError,
    KeyMismatchError,
    NotFoundError,
    RateLimitedError,
    SystemDeniedError,
    TokenRefusedError,
)
from ...clients.errors import (
    BadAnswerError,
    CannotConnectError,
    ClientError,
    LinkLostError,
    NoAnswerError,
)
from ...const import DOMAIN

if TYPE_CHECKING:
    from ...clients.enlighten.budget import Budget
    from ..spec import Source
    from .source import EnlightenSource

REFRESH: Final = "refresh"
TEST_CONNECTION: Final = "test_connection"

_DOWN: Final = (CannotConnectError, LinkLostError, NoAnswerError, BadAnswerError, CloudFaultError)


async def async_refresh(system_id: int, source: Source) -> None:
    """Ask for a system's live values, open alarms and open events: 3 calls.

    Raises a HomeAssistantError that says what to do, or a ClientError that nobody can do anything
    about.
    """
    account = cast("EnlightenSource", source)
    try:
        await account.async_refresh(system_id)
    except ClientError as err:
        raise _advice(account, err) from err


async def async_test(_system_id: int, source: Source) -> None:
    """Ask for the list of systems, as every button of the account does: 1 call. Raises the same."""
    account = cast("EnlightenSource", source)
    try:
        await account.async_test()
    except ClientError as err:
        raise _advice(account, err) from err


def _advice(source: EnlightenSource, error: ClientError) -> HomeAssistantError | ClientError:
    """Say what to do about a failure, and when it works again where that is known."""
    match error:
        case BudgetSpentError() | RateLimitedError():
            return _out_of_calls(source.desk.budget)
        case TokenRefusedError():
            return HomeAssistantError(translation_domain=DOMAIN, translation_key="sign_in_again")
        case KeyMismatchError():
            return HomeAssistantError(translation_domain=DOMAIN, translation_key="wrong_api_key")
        case SystemDeniedError() | NotFoundError():
            return HomeAssistantError(translation_domain=DOMAIN, translation_key="not_shared")
        case _ if isinstance(error, _DOWN):
            systems = [system.system_id for system in source.systems]
            return HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="cloud_silent",
                translation_placeholders={
                    "reason": str(error),
                    "time": _clock(source.desk.schedule.wake_at(systems)),
                },
            )
    return error


def _out_of_calls(budget: Budget) -> HomeAssistantError:
    """Tell apart a month that is used up and a pause that the cloud has asked for."""
    again = _clock(budget.opens_at(Use.USER))
    if budget.left(Use.USER) > 0:
        return HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="cloud_paused",
            translation_placeholders={"time": again},
        )
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key="no_calls_left",
        translation_placeholders={
            "used": str(budget.used),
            "limit": str(budget.limits.per_month),
            "time": again,
        },
    )


def _clock(at: float) -> str:
    """Write a time (unix s) on Home Assistant's clock, not before it has come."""
    local = dt_util.as_local(datetime.fromtimestamp(60 * math.ceil(at / 60), UTC))
    return f"{local:%Y-%m-%d %H:%M}"
