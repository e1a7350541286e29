"""The forms of the Enlighten flow, what is typed into them, and what is said of errors."""

from collections.abc import Iterable
from datetime import timedelta
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from homeassistant.const import CONF_API_KEY, CONF_CODE
from homeassistant.exceptions import (
    OAuth2TokenRequestBaseError,
    OAuth2TokenRequestReauthError,
    OAuth2TokenRequestTransientError,
)
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
from homeassistant.util import dt as dt_util
import voluptuous as vol
from yarl import URL

from ...clients.enlighten.errors import (
    BudgetSpentError,
    CloudFaultError,
    KeyMismatchError,
    NotFoundError,
    RateLimitedError,
    RequestRefusedError,
    TokenRefusedError,
    UnexpectedStatusError,
)
from ...clients.enlighten.jobs import Profile
from ...clients.enlighten.plans import Plan
from ...clients.errors import (
    BadAnswerError,
    CannotConnectError,
    ClientError,
    LinkLostError,
    NoAnswerError,
)
from ...const import CONF_PAUSED, CONF_PLAN, CONF_PROFILE, CONF_SYSTEMS
from .address import cloud_address

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

    from .entries import SystemIdentity

ERROR_CODE: Final = "invalid_code"
ERROR_CODE_REFUSED: Final = "code_refused"
ERROR_REJECTED: Final = "user_rejected_authorize"
ERROR_KEY: Final = "invalid_key"
ERROR_NO_SYSTEMS: Final = "no_systems"
ERROR_NO_CHOICE: Final = "no_system_chosen"

# For the user all of these are the same: the cloud does not do what it should, and may do so later.
_CLOUD_FAULTS: Final = (
    BadAnswerError,
    LinkLostError,
    NoAnswerError,
    NotFoundError,
    RequestRefusedError,
    UnexpectedStatusError,
)

# The code alone. Enphase's have six characters; nobody says how long they may get.
_BARE_CODE: Final = re.compile(r"[\w-]{4,512}", re.ASCII)
# In an address, or in the line that a page shows.
_NAMED_CODE: Final = re.compile(r"\bcode\s*[=:]\s*([^\s&#]+)", re.IGNORECASE)
_ERROR: Final = re.compile(r"[?&#]error=")
# What fits into a header. Enphase's keys are 32 hexadecimal digits.
_KEY: Final = re.compile(r"[!-~]{8,256}")

_SECRET: Final = TextSelector(
    TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off")
)
_PLAN: Final = SelectSelector(
    SelectSelectorConfig(
        options=list(Plan), translation_key="plan", mode=SelectSelectorMode.DROPDOWN
    )
)
_PROFILE: Final = SelectSelector(
    SelectSelectorConfig(
        options=list(Profile), translation_key="profile", mode=SelectSelectorMode.LIST
    )
)

_ROUNDING: Final = timedelta(seconds=59, microseconds=999_999)

CODE_SCHEMA: Final = vol.Schema(
    {vol.Required(CONF_CODE): TextSelector(TextSelectorConfig(autocomplete="off"))}
)
RECONFIGURE_SCHEMA: Final = vol.Schema(
    {vol.Optional(CONF_API_KEY): _SECRET, vol.Required(CONF_PLAN): _PLAN}
)


class InvalidCodeError(Exception):
    """What was pasted holds no code."""


class RejectedError(InvalidCodeError):
    """What was pasted says that the user has refused access."""


class InvalidKeyError(Exception):
    """What was typed cannot be an API key."""


class NoSystemsError(Exception):
    """The account has no systems."""


def key_schema(profile: Profile) -> vol.Schema:
    """Give the form for key, plan and profile; which profile fits depends on other sources."""
    return vol.Schema(
        {
            vol.Required(CONF_API_KEY): _SECRET,
            vol.Required(CONF_PLAN, default=Plan.WATT.value): _PLAN,
            vol.Required(CONF_PROFILE, default=profile.value): _PROFILE,
        }
    )


def systems_schema(systems: Iterable[SystemIdentity], chosen: Iterable[int]) -> vol.Schema:
    """Give the form for the choice of systems."""
    default = [str(number) for number in sorted(chosen)]
    return vol.Schema({vol.Required(CONF_SYSTEMS, default=default): _systems(systems)})


def options_schema(systems: Iterable[SystemIdentity]) -> vol.Schema:
    """Give the form for the options."""
    return vol.Schema(
        {
            vol.Required(CONF_PROFILE): _PROFILE,
            vol.Optional(CONF_PAUSED, default=list): _systems(systems),
        }
    )


def _systems(systems: Iterable[SystemIdentity]) -> SelectSelector:
    """Give the choice of several systems, by name and number."""
    options = [
        SelectOptionDict(value=str(system.system_id), label=label_of(system)) for system in systems
    ]
    return SelectSelector(
        SelectSelectorConfig(options=options, multiple=True, mode=SelectSelectorMode.LIST)
    )


def label_of(system: SystemIdentity) -> str:
    """Name a system in a form."""
    return f"{system.name} ({system.system_id})" if system.name else str(system.system_id)


def parse_code(text: str) -> str:
    """Read the code: alone, in the address that it came with, or in the line of a page.

    Raises InvalidCodeError, or RejectedError for the address to which a refusal leads.
    """
    text = text.strip()
    if _BARE_CODE.fullmatch(text):
        return text
    if match := _NAMED_CODE.search(text):
        return unquote(match[1])
    raise RejectedError if _ERROR.search(text) else InvalidCodeError


def parse_key(text: str) -> str:
    """Read an API key; raises InvalidKeyError for what cannot be one, which costs no call."""
    key = text.strip()
    if not _KEY.fullmatch(key):
        raise InvalidKeyError
    return key


def code_errors(error: InvalidCodeError | OAuth2TokenRequestBaseError | None) -> dict[str, str]:
    """Name an error of the form for the code; none if there is none."""
    match error:
        case None:
            return {}
        case RejectedError():
            return {CONF_CODE: ERROR_REJECTED}
        case InvalidCodeError():
            return {CONF_CODE: ERROR_CODE}
        case OAuth2TokenRequestReauthError():
            return {CONF_CODE: ERROR_CODE_REFUSED}
        case OAuth2TokenRequestTransientError():
            return {"base": CloudFaultError.key}
        case _:
            return {"base": CannotConnectError.key}


def key_errors(error: InvalidKeyError | NoSystemsError | ClientError | None) -> dict[str, str]:
    """Name an error of a form with a key; none if there is none."""
    match error:
        case None:
            return {}
        case InvalidKeyError():
            return {CONF_API_KEY: ERROR_KEY}
        case NoSystemsError():
            return {"base": ERROR_NO_SYSTEMS}
        case KeyMismatchError() | TokenRefusedError():
            return {CONF_API_KEY: error.key}
        case _ if isinstance(error, _CLOUD_FAULTS):
            return {"base": CloudFaultError.key}
        case _:
            return {"base": error.key}


def cloud_host(hass: HomeAssistant) -> str:
    """Name the host of the cloud."""
    return URL(cloud_address(hass).base).host or ""


def error_placeholders(hass: HomeAssistant, error: Exception | None = None) -> dict[str, str]:
    """Give what the texts of errors contain: the host, and when to try again."""
    at: float | None = None
    match error:
        case BudgetSpentError():
            at = error.retry_at
        case RateLimitedError():
            at = error.period_end
    return {"host": cloud_host(hass), "retry_at": "" if at is None else _minute(at)}


def _minute(at: float) -> str:
    """Write a time (unix s) on the clock of the house, rounded up to a minute."""
    when = dt_util.as_local(dt_util.utc_from_timestamp(at)) + _ROUNDING
    return f"{when:%Y-%m-%d %H:%M}"
