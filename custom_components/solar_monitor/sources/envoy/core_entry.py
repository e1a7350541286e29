"""Home Assistant's own Envoy integration: whether it polls the same gateway.

Nothing of it is used or changed. It only matters because the gateway's web server is slow and weak:
with two who poll it, ours asks half as often.
"""

from typing import TYPE_CHECKING, Final

from homeassistant.core import callback

from ...const import DEFAULT_POLL_INTERVAL

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

CORE_DOMAIN: Final = "enphase_envoy"
SHARED_POLL_INTERVAL: Final = 60


@callback
def core_polls(hass: HomeAssistant, serial: str) -> bool:
    """Tell whether core's integration has an entry of a gateway that is neither off nor ignored."""
    return any(
        entry.unique_id == serial
        for entry in hass.config_entries.async_entries(
            CORE_DOMAIN, include_ignore=False, include_disabled=False
        )
    )


@callback
def default_poll_interval(hass: HomeAssistant, serial: str) -> int:
    """Give how often a gateway is polled where no option says it, in seconds."""
    return SHARED_POLL_INTERVAL if core_polls(hass, serial) else DEFAULT_POLL_INTERVAL
