"""Solarman loggers: the V5 protocol, the link over it, and how to find them."""

from .discovery import FoundLogger, discover
from .link import DEFAULT_PORT, SolarmanLink
from .pool import LinkPool
from .transport import LinkStats, Transport

__all__ = [
    "DEFAULT_PORT",
    "FoundLogger",
    "LinkPool",
    "LinkStats",
    "SolarmanLink",
    "Transport",
    "discover",
]
