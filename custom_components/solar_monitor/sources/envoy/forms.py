"""The forms of the Envoy's flow: where the gateway is, and how to sign in to it."""

from ipaddress import IPv6Address
import re
from typing import TYPE_CHECKING, Final

from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_TOKEN, CONF_USERNAME
from homeassistant.helpers.selector import (
    BooleanSelector,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
from homeassistant.util.network import is_host_valid, is_ipv6_address
import voluptuous as vol

if TYPE_CHECKING:
    from ipaddress import IPv4Address

ERROR_HOST: Final = "invalid_host"

CONF_SIGN_IN: Final = "sign_in"
CONF_STORE_PASSWORD: Final = "store_password"  # noqa: S105 - the name of a field

_ADDRESS: Final = re.compile(r"(?P<name>\[[^\]]+\]|[^:\[\]]+)(?::(?P<port>[0-9]{1,5}))?")
_MAX_PORT: Final = 65535
_TLS_PORT: Final = 443
# A gateway announces one of these; each firmware has its own.
_USUAL_PORTS: Final = frozenset({None, 0, 80, _TLS_PORT})

_PASSWORD: Final = TextSelector(
    TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="current-password")
)
# A token opens the gateway for a year, so it is hidden like a password.
_TOKEN: Final = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off"))
_EMAIL: Final = TextSelector(
    TextSelectorConfig(type=TextSelectorType.EMAIL, autocomplete="username")
)

HOST_SCHEMA: Final = vol.Schema({vol.Required(CONF_HOST): TextSelector()})
RECONFIGURE_SCHEMA: Final = HOST_SCHEMA.extend(
    {vol.Required(CONF_SIGN_IN, default=False): BooleanSelector()}
)
LOGIN_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_USERNAME): _EMAIL,
        vol.Required(CONF_PASSWORD): _PASSWORD,
        vol.Required(CONF_STORE_PASSWORD, default=False): BooleanSelector(),
    }
)
# For those whom the account does not help: a step once chosen from a menu cannot be left again.
LOGIN_OR_TOKEN_SCHEMA: Final = vol.Schema(
    {
        vol.Optional(CONF_TOKEN): _TOKEN,
        vol.Optional(CONF_USERNAME): _EMAIL,
        vol.Optional(CONF_PASSWORD): _PASSWORD,
        vol.Required(CONF_STORE_PASSWORD, default=False): BooleanSelector(),
    }
)
TOKEN_SCHEMA: Final = vol.Schema({vol.Required(CONF_TOKEN): _TOKEN})


class InvalidHostError(Exception):
    """What was typed is no address."""


def parse_host(text: str) -> str:
    """Read an address: a name or IP address, with a port if it is not the usual one.

    IPv6 comes out in brackets. Raises InvalidHostError.
    """
    text = text.strip()
    if is_ipv6_address(text):
        return f"[{text}]"
    match = _ADDRESS.fullmatch(text)
    if match is None or not 1 <= int(match["port"] or 1) <= _MAX_PORT:
        raise InvalidHostError
    name = match["name"]
    if not (is_ipv6_address(name[1:-1]) if name.startswith("[") else is_host_valid(name)):
        raise InvalidHostError
    return text


def host_of(address: IPv4Address | IPv6Address, port: int | None) -> str:
    """Write an announced address as a user would type it."""
    host = f"[{address}]" if isinstance(address, IPv6Address) else str(address)
    return host if port in _USUAL_PORTS else f"{host}:{port}"


def port_of(host: str) -> str:
    """Give the port that an address leads to."""
    match = _ADDRESS.fullmatch(host)
    return (match and match["port"]) or str(_TLS_PORT)
