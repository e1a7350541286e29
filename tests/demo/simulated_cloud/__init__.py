"""Runs inside the demo's Home Assistant: sends our integration to the simulated clouds.

Enphase's own address is nothing that a user can change, so it is set where tests set it.
"""

import ssl
from typing import Any

from homeassistant.core import HomeAssistant

from custom_components.solar_monitor.clients.enlighten import web
from custom_components.solar_monitor.clients.envoy import cloud
from custom_components.solar_monitor.sources.enlighten import address
from custom_components.solar_monitor.sources.envoy import probe

DOMAIN = "simulated_cloud"


async def async_setup(hass: HomeAssistant, config: dict[str, Any]) -> bool:
    """Say where each of the clouds is that the demo has."""
    if envoy := config[DOMAIN].get("envoy"):
        # This certificate is trusted for signing in, and nobody else's.
        context = await hass.async_add_executor_job(_context, envoy["certificate"])
        hass.data[probe.CLOUD_KEY] = cloud.CloudAddress(
            envoy["login_url"], envoy["token_url"], ssl=context
        )
    if enlighten := config[DOMAIN].get("enlighten"):
        hass.data[address.CLOUD_KEY] = web.CloudAddress(enlighten)
    return True


def _context(certificate: str) -> ssl.SSLContext:
    """Make a context that trusts one certificate."""
    return ssl.create_default_context(cadata=certificate)
