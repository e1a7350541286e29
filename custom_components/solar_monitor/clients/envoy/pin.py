"""First contact: which certificate a gateway shows, and who it is. No secret is sent."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from ..errors import (
    CertificateChangedError,
    HttpStatusError,
    PortClosedError,
    UnsupportedGatewayError,
)
from .info import GatewayInfo, parse_info
from .link import GatewayLink
from .web import NoTlsError

_HANDSHAKE_S: Final = 10.0
_INFO_S: Final = 15.0
_NO_CERTIFICATE: Final = "00" * 32


@dataclass(frozen=True, slots=True)
class Found:
    """A gateway, and the SHA-256 (hex) of its certificate; None: plain HTTP, firmware before 7."""

    info: GatewayInfo
    fingerprint: str | None


async def fetch_fingerprint(host: str) -> str:
    """Tell the SHA-256 (hex, of the DER) of the certificate that a host shows.

    Makes a TLS handshake and sends nothing over it: the pin that is asked for fits no certificate.
    Raises a ClientError: cannot_connect, port_closed or no_answer.
    """
    shown = _NO_CERTIFICATE
    try:
        await _read_info(host, shown, _HANDSHAKE_S)
    except CertificateChangedError as err:
        shown = err.fingerprint
    return shown


async def probe_gateway(host: str, *, fingerprint: str | None) -> Found:
    """Ask who a gateway is, with HTTPS and, if a fingerprint is given, with that certificate only.

    Without one, what the port shows now is taken; if it refuses TLS, `/info` is read with plain
    HTTP and taken from firmware before 7 only. Raises a ClientError, UnsupportedGatewayError among
    them.
    """
    if fingerprint is not None:
        return Found(await _who(host, fingerprint), fingerprint)
    try:
        shown = await fetch_fingerprint(host)
    except (PortClosedError, NoTlsError) as err:
        refused = err
    else:
        return Found(await _who(host, shown), shown)
    info = await _who(host, None)
    if info.needs_token:
        raise refused
    return Found(info, None)


async def _who(host: str, fingerprint: str | None) -> GatewayInfo:
    """Read `/info`; whoever has none is no gateway."""
    try:
        return parse_info(await _read_info(host, fingerprint, _INFO_S))
    except HttpStatusError as err:
        if err.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise
        raise UnsupportedGatewayError(f"no /info (status {err.status})") from None


async def _read_info(host: str, fingerprint: str | None, timeout_s: float) -> bytes:
    """Read `/info` on a link of its own."""
    link = GatewayLink(host, fingerprint=fingerprint, token=None, serial="")
    try:
        return (await link.request("/info", timeout_s=timeout_s)).body
    finally:
        await link.close()
