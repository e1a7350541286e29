"""The actions of the integration: what a person or an automation can ask for."""

from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_register_admin_service
import voluptuous as vol

from .const import DOMAIN
from .site.creation import UNIQUE_ID
from .site.dashboard import async_dashboard_of
from .site.exchange import async_export, async_import
from .site.shedder_release import async_release

SERVICE_EXPORT_SITE: Final = "export_site"
SERVICE_GET_DASHBOARD: Final = "get_dashboard"
SERVICE_IMPORT_SITE: Final = "import_site"
SERVICE_RELEASE_LOAD: Final = "release_load"
ATTR_DATA: Final = "data"


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions; they are there also while no site is loaded, and say so."""

    async def export_site(call: ServiceCall) -> ServiceResponse:
        return async_export(hass, site_of(hass))

    async def import_site(call: ServiceCall) -> ServiceResponse:
        return {"unknown": [*async_import(hass, site_of(hass), call.data[ATTR_DATA])]}

    async def get_dashboard(call: ServiceCall) -> ServiceResponse:
        return async_dashboard_of(hass, site_of(hass))

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
    async_register_admin_service(
        hass,
        DOMAIN,
        SERVICE_GET_DASHBOARD,
        get_dashboard,
        supports_response=SupportsResponse.ONLY,
    )
    async_setup_release(hass)


@callback
def async_setup_release(hass: HomeAssistant) -> None:
    """Register what everybody may ask for who may control the load."""

    async def release_load(call: ServiceCall) -> None:
        await async_release(hass, site_of(hass), call.data[ATTR_ENTITY_ID], call.context)

    hass.services.async_register(
        DOMAIN,
        SERVICE_RELEASE_LOAD,
        release_load,
        vol.Schema({vol.Required(ATTR_ENTITY_ID): cv.entity_ids}),
    )


def site_of(hass: HomeAssistant) -> ConfigEntry[Any]:
    """Give the entry of the site, loaded or not; raises ServiceValidationError without one."""
    entry = hass.config_entries.async_entry_for_domain_unique_id(DOMAIN, UNIQUE_ID)
    if entry is None:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_site")
    return entry
