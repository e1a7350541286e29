"""Asks who is at an address, and whether the gateway there takes a token: who, or why not.

Every question has an answer or a `ClientError` well within a minute. Nothing secret is sent to
anybody whose certificate was not agreed on.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
import time
from typing import TYPE_CHECKING, Final

from ...clients.envoy.cloud import ENPHASE, CloudAddress, fetch_token
from ...clients.envoy.link import GatewayLink
from ...clients.envoy.pin import Found, fetch_fingerprint, probe_gateway
from ...clients.envoy.session import REFUSALS
from ...clients.envoy.token import read_token
from ...clients.errors import (
    ClientError,
    CloudUnreachableError,
    HttpStatusError,
    NoAnswerError,
    WrongGatewayError,
)
from ...const import DOMAIN

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

# Connecting may take ten seconds and `/info` fifteen: the web server of a gateway is weak.
FIND_LIMIT_S: Final = 30.0
FIND_ALL_LIMIT_S: Final = 50.0
CLOUD_LIMIT_S: Final = 30.0
SIGN_IN_LIMIT_S: Final = 25.0

# Set by tests and the demo only, whose cloud is a simulator.
CLOUD_KEY: Final = f"{DOMAIN}_envoy_cloud"

# Any endpoint that every firmware has and answers quickly.
_PROTECTED_PATH: Final = "/ivp/meters"


async def async_find(host: str, *, tls_only: bool = False, pin: str | None = None) -> Found:
    """Ask who is at an address, which takes no token; raises ClientError.

    Firmware before 7 is asked in plain HTTP, unless the gateway is known to have TLS. With a pin
    only who shows that certificate is asked.
    """
    async with _limit(FIND_LIMIT_S, NoAnswerError()):
        fingerprint = pin or (await fetch_fingerprint(host) if tls_only else None)
        return await probe_gateway(host, fingerprint=fingerprint)


async def async_find_at(
    hosts: Iterable[str], serial: str, *, pin: str | None = None
) -> tuple[str, Found]:
    """Give the first address at which one gateway answers; raises the ClientError of the first.

    With a pin only who shows that certificate is taken for it.
    """
    first: ClientError | None = None
    async with _limit(FIND_ALL_LIMIT_S, NoAnswerError()):
        for host in hosts:
            try:
                found = await async_find(host, pin=pin)
            except ClientError as err:
                first = first or err
            else:
                if found.info.serial == serial:
                    return host, found
                first = first or WrongGatewayError(serial=found.info.serial)
    raise first or NoAnswerError


async def async_fetch_token(hass: HomeAssistant, username: str, password: str, serial: str) -> str:
    """Get a token from Enphase; raises ClientError."""
    address: CloudAddress = hass.data.get(CLOUD_KEY, ENPHASE)
    async with _limit(CLOUD_LIMIT_S, CloudUnreachableError()):
        return await fetch_token(username, password, serial, address=address)


async def async_check_token(host: str, gateway: Found, text: str) -> str:
    """Read what was pasted or fetched, show it to the gateway, give the bare token.

    Raises ClientError. The gateway must still have the certificate that it was found with.
    """
    serial = gateway.info.serial
    token = read_token(text, serial=serial, now=time.time()).text
    link = GatewayLink(host, fingerprint=gateway.fingerprint, token=token, serial=serial)
    try:
        async with _limit(SIGN_IN_LIMIT_S, NoAnswerError()):
            await link.request(_PROTECTED_PATH)
    except HttpStatusError as err:
        if err.status not in REFUSALS:
            raise
        # The token is good, only not for this endpoint: the link tells a refused token apart.
    finally:
        await link.close()
    return token


@asynccontextmanager
async def _limit(seconds: float, error: ClientError) -> AsyncIterator[None]:
    """Give something a time limit, and its end a name."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise error from None
