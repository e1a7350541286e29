"""Client ID and client secret of the user's application at Enphase."""

from typing import TYPE_CHECKING

from .sources.enlighten.address import DEVELOPER_PORTAL, GUIDE
from .sources.enlighten.oauth import EnphaseImplementation

if TYPE_CHECKING:
    from homeassistant.components.application_credentials import ClientCredential
    from homeassistant.core import HomeAssistant


async def async_get_auth_implementation(
    hass: HomeAssistant, auth_domain: str, credential: ClientCredential
) -> EnphaseImplementation:
    """Give the way to tokens for an application."""
    return EnphaseImplementation(hass, auth_domain, credential)


async def async_get_description_placeholders(hass: HomeAssistant) -> dict[str, str]:
    """Give the links of the dialog that asks for client ID and client secret."""
    return {"developer_url": DEVELOPER_PORTAL, "guide_url": GUIDE}
