"""The steps that open a gateway: with an Enphase account, or with a token from Enphase's page."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult
from homeassistant.const import CONF_PASSWORD, CONF_TOKEN, CONF_USERNAME

from ...clients.errors import (
    ClientError,
    CloudUnreachableError,
    MfaRequiredError,
    WrongGatewayError,
)
from .entries import SignIn, TokenOrigin
from .forms import (
    CONF_STORE_PASSWORD,
    LOGIN_OR_TOKEN_SCHEMA,
    LOGIN_SCHEMA,
    TOKEN_SCHEMA,
    port_of,
)
from .probe import async_check_token, async_fetch_token

if TYPE_CHECKING:
    from ...clients.envoy.pin import Found

STEP_SIGN_IN: Final = "sign_in"
STEP_LOGIN: Final = "login"
STEP_TOKEN: Final = "token"  # noqa: S105 - the name of a step

ERROR_WRONG_SERIAL: Final = "wrong_serial"

_ACCOUNT_URL: Final = "https://enlighten.enphaseenergy.com"
_TOKENS_URL: Final = "https://entrez.enphaseenergy.com"
_TOKEN_URL: Final = f"{_ACCOUNT_URL}/entrez-auth-token?serial_num="

# The account is of no use then, but a token that the user gets in the browser is.
_BY_HAND: Final = (CloudUnreachableError, MfaRequiredError)

# What is typed into these is not sent back to the browser.
_HIDDEN: Final = frozenset({CONF_PASSWORD, CONF_TOKEN})


class SignInFlow(ConfigFlow):
    """Gets a token for the gateway that was found, and has the gateway check it."""

    _host: str
    _gateway: Found
    _offers_token = False

    @abstractmethod
    def _open(self, sign_in: SignIn) -> ConfigFlowResult:
        """Make or change the entry."""

    async def async_step_sign_in(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show whose certificate is trusted from now on, and offer the two ways to a token."""
        return self.async_show_menu(
            step_id=STEP_SIGN_IN,
            menu_options=[STEP_LOGIN, STEP_TOKEN],
            description_placeholders=self._gateway_placeholders(),
        )

    async def async_step_login(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Get a token from Enphase with the user's account."""
        if user_input is None:
            return self._show_sign_in(STEP_LOGIN, {})
        try:
            if text := user_input.get(CONF_TOKEN):
                return await self._async_open_with(text)
            return await self._async_log_in(user_input)
        except ClientError as err:
            self._offers_token |= isinstance(err, _BY_HAND)
            return self._show_sign_in(STEP_LOGIN, user_input, err)

    async def async_step_token(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Take a token that the user got from Enphase's page."""
        if user_input is None:
            return self._show_sign_in(STEP_TOKEN, {})
        try:
            return await self._async_open_with(user_input[CONF_TOKEN])
        except ClientError as err:
            return self._show_sign_in(STEP_TOKEN, {}, err)

    async def _async_open_with(self, text: str) -> ConfigFlowResult:
        """Go on with a token that was pasted; raises ClientError."""
        token = await async_check_token(self._host, self._gateway, text)
        return self._open(SignIn(token=token, origin=TokenOrigin.PASTED))

    async def _async_log_in(self, values: Mapping[str, Any]) -> ConfigFlowResult:
        """Fetch a token and go on with it; raises ClientError."""
        username = values.get(CONF_USERNAME, "").strip()
        password = values.get(CONF_PASSWORD, "")
        serial = self._gateway.info.serial
        text = await async_fetch_token(self.hass, username, password, serial)
        token = await async_check_token(self._host, self._gateway, text)
        if not values[CONF_STORE_PASSWORD]:
            return self._open(SignIn(token=token, origin=TokenOrigin.LOGIN))
        return self._open(
            SignIn(token=token, origin=TokenOrigin.LOGIN, username=username, password=password)
        )

    def _show_sign_in(
        self, step_id: str, values: Mapping[str, Any], error: ClientError | None = None
    ) -> ConfigFlowResult:
        """Show a form again with what was typed, but for what is secret."""
        shown = {key: value for key, value in values.items() if key not in _HIDDEN}
        schema = TOKEN_SCHEMA
        if step_id == STEP_LOGIN:
            schema = LOGIN_OR_TOKEN_SCHEMA if self._offers_token else LOGIN_SCHEMA
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, shown),
            errors=form_errors(error),
            description_placeholders=self._gateway_placeholders()
            | error_placeholders(self._host, error),
        )

    def _gateway_placeholders(self) -> dict[str, str]:
        """Describe the gateway that was found, and where a token for it is to be had."""
        info, fingerprint = self._gateway.info, self._gateway.fingerprint
        return {
            "host": self._host,
            "serial": info.serial,
            "firmware": info.firmware,
            "fingerprint": fingerprint or "",
            "account_url": _ACCOUNT_URL,
            "tokens_url": _TOKENS_URL,
            "token_url": f"{_TOKEN_URL}{info.serial}",
        }


def form_errors(error: ClientError | None) -> dict[str, str]:
    """Name an error of the whole form; none if there is none."""
    if error is None:
        return {}
    if isinstance(error, WrongGatewayError):
        return {"base": ERROR_WRONG_SERIAL}
    return {"base": error.key}


def error_placeholders(host: str, error: Exception | None) -> dict[str, str]:
    """Give the figures that the texts of errors contain."""
    placeholders = {"host": host, "port": port_of(host)}
    if isinstance(error, WrongGatewayError):
        placeholders["serial"] = error.serial
    return placeholders
