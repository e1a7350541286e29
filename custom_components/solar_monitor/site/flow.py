"""How the site is added: by itself with the first source, or from the menu. It asks nothing."""

from typing import Any, Final

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult

from ..const import CONF_SOURCE
from .creation import UNIQUE_ID, async_decline_site
from .source import KIND

TITLE: Final = "Solar site"

ABORT_NOTHING_TO_RECONFIGURE: Final = "nothing_to_reconfigure"


class SiteFlow(ConfigFlow):
    """The steps of the site."""

    async def async_step_site(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Make the site, as the user wants it."""
        await async_decline_site(self.hass, declined=False)
        return await self.async_step_import(user_input)

    async def async_step_import(
        self,
        import_data: dict[str, Any] | None,  # noqa: ARG002 - there is nothing to tell
    ) -> ConfigFlowResult:
        """Make the site: everything has a default."""
        await self.async_set_unique_id(UNIQUE_ID)
        self._abort_if_unique_id_configured()
        return self.async_create_entry(title=TITLE, data={CONF_SOURCE: KIND})

    async def async_step_reconfigure_site(
        self,
        user_input: dict[str, Any] | None = None,  # noqa: ARG002 - there is no form
    ) -> ConfigFlowResult:
        """Send the user to the options: Home Assistant offers this for every entry."""
        return self.async_abort(reason=ABORT_NOTHING_TO_RECONFIGURE)
