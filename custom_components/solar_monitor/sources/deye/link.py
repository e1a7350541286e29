"""How this integration talks to a logger: one shared link per address, with fixed patience."""

from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ...clients.modbus import ModbusLink
from ...clients.solarman.link import SolarmanLink
from ...clients.tcp.pool import LinkPool
from ...clients.transport import Transport, TransportKind
from ...const import DOMAIN

# Slow sticks take four to seven seconds (github.com/kbialek/deye-inverter-mqtt issue 31).
REQUEST_TIMEOUT_S: Final = 10.0
RETRY_PAUSE_S: Final = 5.0
REQUEST_PAUSE_S: Final = 0.1

_POOL: HassKey[LinkPool] = HassKey(f"{DOMAIN}_link_pool")


@callback
def async_link_pool(hass: HomeAssistant) -> LinkPool:
    """Give the pool in which all entries behind one host and port share a link."""
    return hass.data.setdefault(_POOL, LinkPool())


def new_link(host: str, port: int, serial: int | None, transport: TransportKind) -> Transport:
    """Make a link; it connects with the first request.

    A typed serial number is checked where there is a Solarman stick that has one.
    """
    if transport is TransportKind.SOLARMAN_V5:
        return SolarmanLink(
            host,
            port,
            serial=serial,
            request_timeout=REQUEST_TIMEOUT_S,
            connect_timeout=REQUEST_TIMEOUT_S,
            pause=REQUEST_PAUSE_S,
        )
    return ModbusLink(
        host,
        port,
        rtu=transport is TransportKind.RTU_OVER_TCP,
        request_timeout=REQUEST_TIMEOUT_S,
        connect_timeout=REQUEST_TIMEOUT_S,
        pause=REQUEST_PAUSE_S,
    )


@callback
def async_acquire_link(
    hass: HomeAssistant, host: str, port: int, serial: int | None, transport: TransportKind
) -> Transport:
    """Give the link to an address, made when nobody has one yet. Give it back to the pool."""
    return async_link_pool(hass).acquire(
        transport, host, port, lambda: new_link(host, port, serial, transport)
    )
