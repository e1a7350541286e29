"""Runs inside the demo's Home Assistant: sends our integration to the simulated cloud.

Enphase's own address is nothing that a user can change, so it is set where tests set it.
"""

import ssl
from typing import Any

from homeassistant.core import HomeAssistant

from custom_components.solar_monitor.clients.envoy.cloud import CloudAddress
from custom_components.solar_monitor.sources.envoy.probe import CLOUD_KEY

DOMAIN = "simulated_cloud"


async def async_setup(hass: HomeAssistant, config: dict[str, Any]) -> bool:
    """Trust the simulated cloud's certificate, and nobody else's, for signing in."""
    cloud = config[DOMAIN]
    context = await hass.async_add_executor_job(_context, cloud["certificate"])
    hass.data[CLOUD_KEY] = CloudAddress(cloud["login_url"], cloud["token_url"], ssl=context)
    return True


def _context(certificate: str) -> ssl.SSLContext:
    """Make a context that trusts one certificate."""
    return ssl.create_default_context(cadata=certificate)
