"""Solarman loggers: the V5 protocol, the link over it, and how to find them."""

from .discovery import FoundLogger, discover
from .link import SolarmanLink

__all__ = ["FoundLogger", "SolarmanLink", "discover"]
