"""Config flow: a menu of the kinds of source; each kind brings its own steps."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, override

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import callback

from .const import CONF_SOURCE, DOMAIN
from .kinds import KINDS
from .site.creation import has_site
from .site.flow import SiteFlow
from .site.options import SiteOptionsFlow
from .site.source import KIND as SITE
from .sources import SOURCES
from .sources.deye.entries import KIND as DEYE
from .sources.deye.flow import DeyeFlow
from .sources.deye.options import DeyeOptionsFlow
from .sources.enlighten.entries import KIND as ENLIGHTEN
from .sources.enlighten.flow import EnlightenFlow
from .sources.enlighten.options import EnlightenOptionsFlow
from .sources.envoy.entries import KIND as ENVOY
from .sources.envoy.flow import EnvoyFlow
from .sources.envoy.options import EnvoyOptionsFlow

if TYPE_CHECKING:
    from homeassistant.config_entries import ConfigEntry, OptionsFlow

_OPTIONS: Final[Mapping[str, type[OptionsFlow]]] = {
    DEYE: DeyeOptionsFlow,
    ENVOY: EnvoyOptionsFlow,
    ENLIGHTEN: EnlightenOptionsFlow,
    SITE: SiteOptionsFlow,
}


class SolarMonitorConfigFlow(DeyeFlow, EnvoyFlow, SiteFlow, EnlightenFlow, domain=DOMAIN):
    """Adds and changes sources: one entry each, and one of the site that they make up.

    The order of the bases matters: that of an Enphase account would answer discovery itself.
    """

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
        """Let the user choose a kind; the steps are named like the kinds. There is one site."""
        if has_site(self.hass):
            return self.async_show_menu(step_id="user", menu_options=list(SOURCES))
        return self.async_show_menu(step_id="user", menu_options=list(KINDS))

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Hand over to the steps of the entry's kind."""
        steps = {
            DEYE: self.async_step_reconfigure_deye,
            ENVOY: self.async_step_reconfigure_envoy,
            ENLIGHTEN: self.async_step_reconfigure_enlighten,
            SITE: self.async_step_reconfigure_site,
        }
        return await steps[self._get_reconfigure_entry().data[CONF_SOURCE]](user_input)

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Hand over to the steps of the entry's kind; a logger has nothing to sign in to."""
        steps = {
            ENVOY: self.async_step_reauth_envoy,
            ENLIGHTEN: self.async_step_reauth_enlighten,
        }
        return await steps[entry_data[CONF_SOURCE]](entry_data)
