"""Config flow: a menu of the kinds of source; each kind brings its own steps."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, override

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import callback

from .const import CONF_SOURCE, DOMAIN
from .sources import SOURCES
from .sources.deye.entries import KIND as DEYE
from .sources.deye.flow import DeyeFlow
from .sources.deye.options import DeyeOptionsFlow

if TYPE_CHECKING:
    from homeassistant.config_entries import ConfigEntry, OptionsFlow

_OPTIONS: Final[Mapping[str, type[OptionsFlow]]] = {DEYE: DeyeOptionsFlow}


class SolarMonitorConfigFlow(DeyeFlow, domain=DOMAIN):
    """Adds and changes sources: one entry each."""

    VERSION = 1
    MINOR_VERSION = 1

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        """Give the options flow of an entry's kind."""
        return _OPTIONS[config_entry.data[CONF_SOURCE]]()

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Let the user choose a kind; the steps are named like the kinds."""
        return self.async_show_menu(step_id="user", menu_options=list(SOURCES))

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Hand over to the steps of the entry's kind."""
        steps = {DEYE: self.async_step_reconfigure_deye}
        return await steps[self._get_reconfigure_entry().data[CONF_SOURCE]](user_input)
