"""Where Enphase's cloud is, and the pages that a text may send the user to."""

from typing import TYPE_CHECKING, Final

from yarl import URL

from ...clients.enlighten.web import ENPHASE, CloudAddress
from ...const import DOMAIN

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

# Set by tests and the demo only, whose cloud is a simulator.
CLOUD_KEY: Final = f"{DOMAIN}_enlighten_cloud"

DEVELOPER_PORTAL: Final = "https://developer-v4.enphase.com"
"""Where applications are made."""
ENLIGHTEN: Final = "https://enlighten.enphaseenergy.com"
"""Where owners see their systems."""
GUIDE: Final = "https://github.com/solar-monitor/solar_monitor/blob/main/docs/enlighten.md"


def cloud_address(hass: HomeAssistant) -> CloudAddress:
    """Give the address of the API and of its authorization server."""
    address: CloudAddress = hass.data.get(CLOUD_KEY, ENPHASE)
    return address


def cloud_host(hass: HomeAssistant) -> str:
    """Give the host of the cloud, as a text may name it."""
    return URL(cloud_address(hass).base).host or ""
