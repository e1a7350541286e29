"""What an Envoy entry remembers: the gateway, its certificate, and how to sign in to it."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_TOKEN, CONF_USERNAME

from ...const import (
    CONF_ID_PREFIX,
    CONF_IDENTITY,
    CONF_SERIAL,
    CONF_SOURCE,
    CONF_TLS_FINGERPRINT,
    CONF_TOKEN_ORIGIN,
)

if TYPE_CHECKING:
    from ...clients.envoy.info import GatewayInfo
    from ...clients.envoy.pin import Found

KIND: Final = "envoy"
TITLE: Final = "Enphase Envoy"


class TokenOrigin(StrEnum):
    """Where a token comes from; the values are stored in config entries."""

    LOGIN = "login"
    PASTED = "pasted"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """What opens a gateway. Nothing of it is ever shown."""

    token: str | None = field(default=None, repr=False)
    """None: firmware before 7, which asks for none."""
    origin: TokenOrigin | None = None
    username: str | None = field(default=None, repr=False)
    """The e-mail address and the password: only if tokens are to be renewed with them."""
    password: str | None = field(default=None, repr=False)

    def data(self) -> dict[str, Any]:
        """Give the part of an entry's data that is about signing in."""
        return {
            CONF_TOKEN: self.token,
            CONF_TOKEN_ORIGIN: None if self.origin is None else str(self.origin),
            CONF_USERNAME: self.username,
            CONF_PASSWORD: self.password,
        }


def entry_data(host: str, gateway: Found, sign_in: SignIn) -> dict[str, Any]:
    """Give what a new entry remembers. What the gateway measures is found out by the first poll."""
    return {
        CONF_SOURCE: KIND,
        CONF_SERIAL: gateway.info.serial,
        CONF_ID_PREFIX: gateway.info.serial,
        **place_data(host, gateway),
        CONF_IDENTITY: identity_data(gateway.info),
        **sign_in.data(),
    }


def place_data(host: str, gateway: Found) -> dict[str, Any]:
    """Give the part of an entry's data that says where a gateway is and how it is recognised."""
    return {CONF_HOST: host, CONF_TLS_FINGERPRINT: gateway.fingerprint}


def identity_data(info: GatewayInfo) -> dict[str, Any]:
    """Give what a gateway says about itself, as JSON."""
    return asdict(info)
