"""What the tests of the wire share: a clock that is set by hand, and links that are closed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from custom_components.solar_monitor.clients.envoy.link import GatewayLink

from .certificates import certificate
from .gateway_7 import NOW, SERIAL, Gateway7, make_token
from .web_server import WebServer


class Clock:
    """A unix time that stands still until a test moves it."""

    def __init__(self) -> None:
        """Begin when the tokens of the tests begin."""
        self.time = float(NOW)

    def __call__(self) -> float:
        """Tell the time."""
        return self.time


def new_link(server: WebServer, **changes: Any) -> GatewayLink:  # noqa: ANN401  any setting
    """Make a link to a server, with its certificate pinned and an owner's token."""
    settings: dict[str, Any] = {
        "fingerprint": server.certificate and server.certificate.fingerprint,
        "token": make_token(),
        "serial": SERIAL,
        "now": Clock(),
    }
    return GatewayLink(server.host, **settings | changes)


@asynccontextmanager
async def linked(server: WebServer, **changes: Any) -> AsyncIterator[GatewayLink]:  # noqa: ANN401
    """Make a link to a server and close it after."""
    link = new_link(server, **changes)
    try:
        yield link
    finally:
        await link.close()


@asynccontextmanager
async def gateway_7() -> AsyncIterator[tuple[Gateway7, WebServer]]:
    """Run a gateway with firmware 7 or later."""
    gateway = Gateway7()
    server = WebServer(gateway, certificate("gateway"))
    async with server.running():
        yield gateway, server
