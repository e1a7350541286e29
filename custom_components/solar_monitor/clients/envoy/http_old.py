"""Firmware before 7: plain HTTP, and a digest of a password that the serial number gives away."""

from typing import Final

import aiohttp

_USER: Final = "envoy"
_PASSWORD_LENGTH: Final = 6


def digest(serial: str) -> aiohttp.DigestAuthMiddleware:
    """Answer the gateway's challenges as its owner: the last six digits of the serial number.

    Only `/api/v1/production/inverters` asks for it. The installer's account is not needed.
    """
    return aiohttp.DigestAuthMiddleware(_USER, serial[-_PASSWORD_LENGTH:])
