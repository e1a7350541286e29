"""The steps that sign an Enphase account in: in the browser, or with a code entered by hand."""

from collections.abc import Mapping
import logging
from typing import TYPE_CHECKING, Any, Final, cast, override

from homeassistant.config_entries import ConfigFlowResult, FlowType
from homeassistant.const import CONF_CODE, CONF_TOKEN
from homeassistant.core import callback
from homeassistant.exceptions import OAuth2TokenRequestBaseError
from homeassistant.helpers.config_entry_oauth2_flow import AbstractOAuth2FlowHandler

from ...const import DOMAIN
from .address import DEVELOPER_PORTAL, ENLIGHTEN, GUIDE
from .entries import CONF_AUTH_IMPLEMENTATION
from .forms import CODE_SCHEMA, InvalidCodeError, code_errors, error_placeholders, parse_code

if TYPE_CHECKING:
    from .oauth import EnphaseImplementation

_LOGGER = logging.getLogger(__name__)

STEP_SIGN_IN: Final = "enlighten_sign_in"
STEP_BROWSER: Final = "browser"
STEP_CODE: Final = "code"

# Home Assistant's own reasons, for which it has texts that do not say what to do.
ABORT_ERROR: Final = "oauth_error"
ABORT_FAILED: Final = "oauth_failed"
ABORT_UNAUTHORIZED: Final = "oauth_unauthorized"
_OUR_TEXTS: Final = frozenset({ABORT_ERROR, ABORT_FAILED, ABORT_UNAUTHORIZED})


class EnlightenSignInFlow(AbstractOAuth2FlowHandler):
    """Gets tokens, and hands them to `async_oauth_create_entry`.

    The base class answers discovery and the user's first step with OAuth: whoever adds other kinds
    of source has to stand before this class in the order of bases.
    """

    DOMAIN = DOMAIN

    _in_browser = False

    @property
    @override
    def logger(self) -> logging.Logger:
        """The logger of the base class."""
        return _LOGGER

    @callback
    @override
    def async_abort(
        self,
        *,
        reason: str,
        description_placeholders: Mapping[str, str] | None = None,
        translation_domain: str | None = None,
        next_flow: tuple[FlowType, str] | None = None,
    ) -> ConfigFlowResult:
        """End the flow; where signing in failed, with texts of ours."""
        return super().async_abort(
            reason=reason,
            description_placeholders=description_placeholders,
            translation_domain=DOMAIN if reason in _OUR_TEXTS else translation_domain,
            next_flow=next_flow,
        )

    async def async_step_enlighten(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Begin with the credentials; without any, Home Assistant asks for them."""
        return await self.async_step_pick_implementation()

    @override
    async def async_step_auth(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Let the user choose a way first; then send the browser, and take what it comes with."""
        if user_input is None and not self._in_browser:
            return await self.async_step_enlighten_sign_in()
        return await super().async_step_auth(user_input)

    async def async_step_enlighten_sign_in(
        self, _: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Offer the two ways to sign in."""
        return self.async_show_menu(
            step_id=STEP_SIGN_IN,
            menu_options=[STEP_BROWSER, STEP_CODE],
            description_placeholders=links(),
        )

    async def async_step_browser(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Send the browser to Enphase; it comes back by itself."""
        self._in_browser = True
        return await self.async_step_auth()

    async def async_step_code(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Take the code that Enphase shows on its own page."""
        if user_input is None:
            return self._show_code()
        implementation = self._implementation
        try:
            token = await implementation.async_exchange_code(parse_code(user_input[CONF_CODE]))
        except (InvalidCodeError, OAuth2TokenRequestBaseError) as err:
            return self._show_code(err)
        return await self.async_oauth_create_entry(
            {CONF_AUTH_IMPLEMENTATION: implementation.domain, CONF_TOKEN: token}
        )

    @property
    def _implementation(self) -> EnphaseImplementation:
        """The application that was picked. Only our own platform gives such."""
        return cast("EnphaseImplementation", self.flow_impl)

    def _show_code(
        self, error: InvalidCodeError | OAuth2TokenRequestBaseError | None = None
    ) -> ConfigFlowResult:
        """Show the form for the code, with the page that gives it."""
        return self.async_show_form(
            step_id=STEP_CODE,
            data_schema=CODE_SCHEMA,
            errors=code_errors(error),
            description_placeholders={"code_url": self._implementation.code_page()}
            | error_placeholders(self.hass),
        )


def links() -> dict[str, str]:
    """Give the pages that the texts lead to."""
    return {"developer_url": DEVELOPER_PORTAL, "account_url": ENLIGHTEN, "guide_url": GUIDE}
