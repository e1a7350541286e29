"""The options of an Enlighten entry: what the cloud is for, and systems that take a rest."""

from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult, OptionsFlowWithReload

from ...clients.enlighten.jobs import Profile
from ...const import CONF_PAUSED, CONF_PROFILE
from .entries import account_of, options_data
from .forms import options_schema

STEP_OPTIONS: Final = "enlighten"


class EnlightenOptionsFlow(OptionsFlowWithReload):
    """Changes the options; the entry is loaded again when they did change."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Go to a step of our own: its texts are not those of other kinds."""
        return await self.async_step_enlighten(user_input)

    async def async_step_enlighten(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the options as they are, and take the new ones."""
        if user_input is not None:
            paused = [int(number) for number in user_input[CONF_PAUSED]]
            return self.async_create_entry(
                data=options_data(Profile(user_input[CONF_PROFILE]), paused)
            )
        account = account_of(self.config_entry)
        chosen = {system.system_id for system in account.systems}
        return self.async_show_form(
            step_id=STEP_OPTIONS,
            data_schema=self.add_suggested_values_to_schema(
                options_schema(account.systems),
                options_data(account.profile, account.paused & chosen),
            ),
        )
