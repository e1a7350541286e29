"""The actions of the integration: what a person or an automation can ask for."""

from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.service import async_register_admin_service
import voluptuous as vol

from .const import DOMAIN
from .site.creation import UNIQUE_ID
from .site.exchange import async_export, async_import

SERVICE_EXPORT_SITE: Final = "export_site"
SERVICE_IMPORT_SITE: Final = "import_site"
ATTR_DATA: Final = "data"


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions; they are there also while no site is loaded, and say so."""

    async def export_site(call: ServiceCall) -> ServiceResponse:
        return async_export(hass, site_of(hass))

    async def import_site(call: ServiceCall) -> ServiceResponse:
        return {"unknown": [*async_import(hass, site_of(hass), call.data[ATTR_DATA])]}

    async_register_admin_service(
        hass,
        DOMAIN,
        SERVICE_EXPORT_SITE,
        export_site,
        supports_response=SupportsResponse.ONLY,
    )
    async_register_admin_service(
        hass,
        DOMAIN,
        SERVICE_IMPORT_SITE,
        import_site,
        vol.Schema({vol.Required(ATTR_DATA): dict}),
        SupportsResponse.OPTIONAL,
    )


def site_of(hass: HomeAssistant) -> ConfigEntry[Any]:
    """Give the entry of the site, loaded or not; raises ServiceValidationError without one."""
    entry = hass.config_entries.async_entry_for_domain_unique_id(DOMAIN, UNIQUE_ID)
    if entry is None:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_site")
    return entry
